"""What was fetched from a partner before: versions of files and hashes of their bytes, without names and secrets."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FILE = "fetched.json"


@dataclass(frozen=True)
class Fetched:
    """A version of a file that was fetched whole: what the server said of it, its SHA-256, and what would judge it."""

    size: int | None
    stamp: str
    sha256: str
    judge: str


class State:
    """The record of one partner, one JSON file. A file's name is in it only as a salted hash: names can name people."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        raw = _read(self._path)
        self.salt = bytes.fromhex(raw["salt"]) if raw else os.urandom(16)
        self._files = {key: Fetched(**file) for key, file in raw["files"].items()} if raw else {}

    def key(self, location: str, name: str) -> str:
        """What stands for a file here and in the scratch: the same name elsewhere is another file."""
        return hashlib.sha256(self.salt + f"{location}\n{name}".encode("utf-8", "replace")).hexdigest()[:32]

    def get(self, key: str) -> Fetched | None:
        """What was fetched of a file, None for a file never fetched."""
        return self._files.get(key)

    def record(self, key: str, fetched: Fetched) -> None:
        """Remember a file that was fetched."""
        self._files[key] = fetched

    def keep_only(self, keys: Iterable[str]) -> None:
        """Forget files that the partner no longer offers."""
        wanted = set(keys)
        self._files = {key: file for key, file in self._files.items() if key in wanted}

    def save(self) -> None:
        """Write the record, whole or not at all."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        files = {key: asdict(file) for key, file in sorted(self._files.items())}
        waiting = self._path.with_suffix(".json.new")
        waiting.write_text(json.dumps({"salt": self.salt.hex(), "files": files}, indent=1) + "\n", "utf-8")
        os.replace(waiting, self._path)


def _read(path: Path) -> dict[str, Any]:
    """The record as written; empty when there is none or it cannot be used: then everything is fetched anew."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
        bytes.fromhex(raw["salt"])
        for file in raw["files"].values():
            Fetched(**file)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return raw
