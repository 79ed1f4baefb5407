"""A wire between a client and a real server on loopback that can be cut, stalled or unplugged."""

from __future__ import annotations

import socket
import struct
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

    def stall(self, after: int = 0) -> None:
        self._left, self._stalled = after, True

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
                _reset(client)
                continue
            server = socket.create_connection(("127.0.0.1", self._target))
            threading.Thread(target=self._pump, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, True), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, from_server: bool) -> None:
        with suppress(OSError):
            while data := source.recv(8192):
                if from_server and self._left is not None:
                    if self._stalled:
                        data = self._held(data)
                    elif len(data) >= self._left:
                        target.sendall(data[: self._left])
                        self._left, self._dead = None, self._dies
                        _reset(target)
                        break
                    self._left = max(0, (self._left or 0) - len(data))
                target.sendall(data)
                self.sent += len(data) if from_server else 0
        for end in (source, target):
            with suppress(OSError):
                end.close()

    def _held(self, data: bytes) -> bytes:
        while self._stalled and not self._left:
            time.sleep(0.02)
        return data


def _reset(end: socket.socket) -> None:
    """Close without a farewell, as a server that dies does."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()
