"""The audit log: who did what and when, in `data/audit.jsonl`; a line is bound to the one before by its hash.

Whoever changes, removes or inserts a line breaks the chain from there on. What the chain cannot show is that lines
were cut off at the end: keep the last hash, which `throughcare status` prints, somewhere else too.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from pipeline.settings import Settings

FIRST = "0" * 64
NAME = "audit.jsonl"


@dataclass(frozen=True)
class Chain:
    """What the log says of itself: number of lines, hash of the last, and the first line that does not hold."""

    lines: int
    head: str
    broken: int | None = None

    def sentence(self) -> str:
        """One line for status and doctor."""
        if self.broken is not None:
            return (
                f"Audit log: BROKEN at line {self.broken} of {self.lines}: that line or the one before was changed, "
                "removed or inserted after it was written. Compare with a backup."
            )
        if not self.lines:
            return "Audit log: empty."
        return f"Audit log: {self.lines} lines, unbroken, the last one {self.head[:16]}."


def append(settings: Settings, entry: dict[str, Any], *, at: datetime) -> str:
    """Add a line and return its hash; safe beside other processes that do the same.

    `entry` says command, options, deliveries, run, bundle, outcome; no value of a person.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
    with os.fdopen(os.open(settings.data / NAME, flags, 0o600), "r+b") as stream:
        _lock(stream)
        number, previous, whole = _last(stream)
        line = {"number": number + 1, "at": at.isoformat(timespec="seconds"), "who": user()} | entry
        line["previous"] = previous
        line["hash"] = _hash(line)
        text = json.dumps(line, ensure_ascii=False, sort_keys=True, default=str)
        stream.write((b"" if whole else b"\n") + text.encode("utf-8") + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    return str(line["hash"])


def verify(settings: Settings) -> Chain:
    """Follow the chain from the first line."""
    previous, number, broken = FIRST, 0, None
    for number, raw in enumerate(_raw(settings), start=1):
        line = _parsed(raw)
        holds = line is not None and line.get("previous") == previous and line.get("number") == number
        holds = holds and line is not None and line.get("hash") == _hash(line)
        if not holds and broken is None:
            broken = number
        previous = _end(raw)
    return Chain(number, previous if number else "", broken)


def entries(settings: Settings) -> list[dict[str, Any]]:
    """All lines that can be read, oldest first."""
    return [line for raw in _raw(settings) if (line := _parsed(raw)) is not None]


def user() -> str:
    """The operating system's name of who runs this; where the system tells, whatever the environment says."""
    if sys.platform == "win32":
        return getpass.getuser()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _lock(stream: BinaryIO) -> None:
    """Let one writer at a time; the system lets go when the file is closed."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX)


def _raw(settings: Settings) -> Iterator[bytes]:
    path = settings.data / NAME
    if path.exists():
        yield from (line for line in path.read_bytes().split(b"\n") if line.strip())


def _last(stream: BinaryIO) -> tuple[int, str, bool]:
    """Number and hash of the last line, and whether it ends as a line does."""
    stream.seek(0)
    lines = stream.read().split(b"\n")
    filled = [line for line in lines if line.strip()]
    return len(filled), _end(filled[-1]) if filled else FIRST, not lines[-1]


def _end(raw: bytes) -> str:
    """What the next line is bound to; of a line that was cut off, the hash of what is left of it."""
    line = _parsed(raw)
    return str(line["hash"]) if line and "hash" in line else hashlib.sha256(raw).hexdigest()


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


def _hash(line: dict[str, Any]) -> str:
    bare = {name: value for name, value in line.items() if name != "hash"}
    return hashlib.sha256(json.dumps(bare, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8")).hexdigest()
