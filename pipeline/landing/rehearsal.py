"""A first reading of workbooks, Parquet and JSON files in a process of its own, with a limit of memory and of time.

A file of a few hundred bytes can ask their readers for terabytes, and what a damaged one makes readers in Rust and C++
do (abort, crash, never end) nobody could catch. There it ends the other process, and the file is refused. What is read
there is thrown away: nothing of the file but its verdict comes back.
"""

from __future__ import annotations

import atexit
import contextlib
import queue
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from pipeline.landing.columnar import read_parquet
from pipeline.landing.nested import read_json
from pipeline.landing.sheets import UnreadableError
from pipeline.landing.workbook import read_workbook

READERS = {"xlsx": read_workbook, "ods": read_workbook, "parquet": read_parquet, "json": read_json}
MEMORY = 6 << 30
"""Bytes of address space that reading one file may take besides the program itself; libraries reserve several times
what they use (a million rows of Parquet: 0.6 GB used, 4 GB reserved)."""
SECONDS, BYTES_PER_SECOND = 8, 400_000
"""Of the processor: a small file must be read in this time, a greater one has a second more for so many bytes."""
PATIENCE = 10
"""A busy machine takes this many times as long by the clock."""
_HEAD = struct.Struct(">8sQ")


class _Rehearsal:
    """The other process; started for the first file, kept for the next ones, started anew after it has died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def verdict(self, kind: str, data: bytes, seconds: float) -> str:
        """`read`, or rule and message of a file that could not be read; `died` when the process did not survive."""
        process = self._process = self._process or _start()
        answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()

        def ask() -> None:
            line = b""
            with contextlib.suppress(OSError, ValueError):  # it died while it was told
                assert process.stdin
                assert process.stdout
                process.stdin.write(_HEAD.pack(kind.encode(), len(data)))
                process.stdin.write(data)
                process.stdin.flush()
                line = process.stdout.readline()
            answers.put(line)

        threading.Thread(target=ask, daemon=True).start()
        with contextlib.suppress(queue.Empty):
            if answer := answers.get(timeout=seconds):
                return answer.decode().strip()
        self.stop()
        return "died"

    def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    stream.close()  # type: ignore[union-attr]


_SHARED = _Rehearsal()
atexit.register(_SHARED.stop)


def rehearse(data: bytes, kind: str) -> None:
    """Read a file's bytes once in the other process; kinds other than those of READERS are not tried.

    Raises UnreadableError when that reading failed, did not end, or took more memory than any export does.
    """
    if kind not in READERS:
        return
    answer = _SHARED.verdict(kind, data, PATIENCE * _seconds(len(data)))
    if answer == "died":
        raise UnreadableError(
            "unreadable_file",
            "The file cannot be read with the memory and time that an export takes: it is damaged, or claims to be far "
            "greater than it is. Make the export again, with less in one file.",
        )
    rule_id, _, message = answer.partition(" ")
    if rule_id != "read":
        raise UnreadableError(rule_id, message)


def _seconds(size: int) -> int:
    return SECONDS + size // BYTES_PER_SECOND


def _start() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", __name__]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def _limit_memory() -> None:
    """What is asked for beyond the limit is refused by the system; where it knows no limits, only time is limited."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(OSError, ValueError):
        import fastexcel  # noqa: F401
        import pyarrow.parquet  # noqa: F401

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        limit = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the partner's cells


def _limit_time(size: int) -> None:
    """The system ends this process when reading a file of this size takes longer than it may."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soon = int(used.ru_utime + used.ru_stime) + 1 + _seconds(size)
    resource.setrlimit(resource.RLIMIT_CPU, (soon, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _serve(asked: BinaryIO, answered: BinaryIO) -> None:
    while len(head := asked.read(_HEAD.size)) == _HEAD.size:
        kind, size = _HEAD.unpack(head)
        _limit_time(size)
        answered.write(_answer(kind.rstrip(b"\0").decode(), asked.read(size)).encode() + b"\n")
        answered.flush()


def _answer(kind: str, data: bytes) -> str:
    try:
        READERS[kind](data)
    except UnreadableError as problem:
        return f"{problem.rule_id} {problem}".replace("\n", " ")
    return "read"


if __name__ == "__main__":
    _limit_memory()
    _serve(sys.stdin.buffer, sys.stdout.buffer)
