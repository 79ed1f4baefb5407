"""A run: everything that decides its numbers, as one frozen value, and the manifest it leaves behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.periods import Quarter

PACKAGE = Path(__file__).parent
CODE_SUFFIXES = {".py", ".sql", ".toml", ".csv", ".lua", ".css", ".typ", ".qmd", ".json"}


@dataclass(frozen=True)
class Input:
    """One accepted delivery that a run reads: partner, delivery and the hash of its bytes."""

    partner: str
    delivery_id: str
    sha256: str


@dataclass(frozen=True)
class Run:
    """One evaluation of one quarter.

    `as_of` caps observation, `known_at` caps which deliveries are known, `started_at` is the only
    reading of a clock and decides nothing; `keyed` is the fingerprint of the pipeline key that pseudonyms are keyed
    with, '' where they are as partners made them. Equal quarter, dates, inputs and versions mean equal
    results; `run_id` is a hash of exactly those.
    """

    quarter: Quarter
    started_at: datetime
    as_of: date | None = None
    known_at: date | None = None
    inputs: tuple[Input, ...] = ()
    code_version: str = ""
    settings_hash: str = ""
    engine: str = "duckdb"
    synthetic: bool = False
    keyed: str = ""

    @property
    def run_id(self) -> str:
        """Short hash of all that decides the numbers."""
        parts = [
            str(self.quarter),
            str(self.as_of),
            str(self.known_at),
            self.code_version,
            self.settings_hash,
        ]
        parts += [self.engine, str(self.synthetic), self.keyed]
        parts += sorted(f"{i.partner}/{i.delivery_id}/{i.sha256}" for i in self.inputs)
        return f"{self.quarter}-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]}"

    def manifest(self) -> dict[str, Any]:
        """The run as plain data for `manifest.json`."""
        return {
            "run_id": self.run_id,
            "quarter": str(self.quarter),
            "as_of": self.as_of and self.as_of.isoformat(),
            "known_at": self.known_at and self.known_at.isoformat(),
            "started_at": self.started_at.isoformat(timespec="seconds"),
            "engine": self.engine,
            "synthetic": self.synthetic,
            "keyed": self.keyed,
            "code_version": self.code_version,
            "settings_hash": self.settings_hash,
            "inputs": [vars(i) for i in sorted(self.inputs, key=lambda i: (i.partner, i.delivery_id))],
        }


def hash_files(paths: Iterable[Path]) -> str:
    """Twelve hex digits over names and bytes of files, in sorted order."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def code_version() -> str:
    """Hash of the package's own sources; two machines with the same code agree without git."""
    return hash_files(p for p in PACKAGE.rglob("*") if p.suffix in CODE_SUFFIXES and "__pycache__" not in p.parts)
