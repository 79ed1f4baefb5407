"""A wire between a client and a real server on loopback that can be cut, stalled or unplugged."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress


class Wire:
    """Passes bytes on to `target`; counts what the server sends.

    `cut_after(n)` ends the connection in the middle of an answer, once n more bytes have come; with `dead` no later
    connection is taken either, until `mend()`. `stall()` keeps connections open and passes nothing on.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.sent = 0
        self._left: int | None = None
        self._dies = self._dead = self._stalled = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, count: int, *, dead: bool = False) -> None:
        self._left, self._dies = count, dead

    def stall(self) -> None:
        self._stalled = True

    def unplug(self) -> None:
        self._dead = True

    def mend(self) -> None:
        self._left, self._dead, self._stalled = None, False, False

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._dead:
                _hang_up(client)
                continue
            server = socket.create_connection(("127.0.0.1", self._target))
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._pump, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, True), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, from_server: bool) -> None:
        with suppress(OSError):
            while data := source.recv(8192):
                while from_server and self._stalled:
                    time.sleep(0.02)
                if from_server and self._left is not None and len(data) >= self._left:
                    target.sendall(data[: self._left])
                    self._left, self._dead = None, self._dies
                    break
                if from_server and self._left is not None:
                    self._left -= len(data)
                target.sendall(data)
                self.sent += len(data) if from_server else 0
        for end in (source, target):
            _hang_up(end)


def _hang_up(end: socket.socket) -> None:
    """Close for every thread: one that waits for bytes would otherwise keep the connection open."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
