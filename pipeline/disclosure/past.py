"""What earlier releases were made from, remembered in the house: true rows, and each insider's own part of them.

The ledger says what was printed; only with the truth beside it can the audit judge what all releases tell together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.disclosure.insiders import STATISTICS, Contributions
from pipeline.disclosure.knowledge import Shown
from pipeline.disclosure.ledger import Ledger
from pipeline.disclosure.members import Key, Members, lost
from pipeline.disclosure.rounding import Published
from pipeline.disclosure.rows import COUNTS, MeasureRow
from pipeline.disclosure.types import Status
from pipeline.errors import DisclosureError, StorageError
from pipeline.periods import Quarter

KEY = ("measure", "component", "cohort", "cell_set", "window", "group_by", "group_value")
FILES = ("rows", "own")


@dataclass(frozen=True)
class Past:
    """One earlier release: its true rows and what was printed of their counts; rows that only repeated say nothing."""

    bundle: str
    quarter: Quarter
    rows: Mapping[Key, MeasureRow]
    cells: Mapping[Key, Mapping[str, Published]]
    repeats: frozenset[Key]
    known: Contributions
    members: Members

    def shown(self, tables: set[Key]) -> list[Shown]:
        """Its printed rows of these tables (measure, component, cohort), sorted by key."""
        keys = sorted(key for key in self.cells if key[:3] in tables and key in self.rows)
        return [
            Shown(self.rows[key], self.cells[key], {}, release=self.bundle, printed=key not in self.repeats)
            for key in keys
        ]


def write_past(folder: Path, name: str, rows: Iterable[MeasureRow], known: Contributions) -> None:
    """Keep the true rows of a draft and what insiders know of them, in the house; raises StorageError."""
    import polars as pl

    own = [
        dict(zip(("kind", "name", *KEY), (*who, *key), strict=True)) | dict(counts)
        for who, parts in sorted(known.items())
        for key, counts in sorted(parts.items())
    ]
    schema = dict.fromkeys(("kind", "name", *KEY), pl.String) | dict.fromkeys(STATISTICS, pl.Int64)
    try:
        pl.DataFrame([asdict(row) for row in rows], infer_schema_length=None).write_parquet(_path(folder, name, "rows"))
        pl.DataFrame(own, schema=schema).write_parquet(_path(folder, name, "own"))
    except OSError as problem:
        raise StorageError(f"The record of true rows cannot be written ({problem.strerror}).") from None


def keep_past(folder: Path, draft: str, bundle: str) -> None:
    """Remember for a bundle what its draft was made from; raises DisclosureError where that is not there."""
    try:
        for what in FILES:
            _path(folder, bundle, what).write_bytes(_path(folder, draft, what).read_bytes())
    except FileNotFoundError:
        raise DisclosureError(
            f"The record of the true rows of draft {draft} is missing. Make the draft again."
        ) from None
    except OSError as problem:
        raise StorageError(f"The record of true rows cannot be kept ({problem.strerror}).") from None


def read_past(ledger: Ledger, folder: Path, memory: Mapping[str, Members]) -> list[Past]:
    """The bundles of the ledger as they were made, oldest first; raises DisclosureError when the record is lost."""
    return [_past(ledger, folder, bundle, memory[bundle]) for bundle in ledger.quarters]


def _past(ledger: Ledger, folder: Path, bundle: str, members: Members) -> Past:
    rows = [MeasureRow(**record) for record in _records(folder, bundle, "rows")]
    known: dict[tuple[str, str], dict[Key, dict[str, int]]] = {}
    for record in _records(folder, bundle, "own"):
        key = tuple(record[name] for name in KEY)
        known.setdefault((record["kind"], record["name"]), {})[key] = {name: record[name] for name in STATISTICS}
    printed = ledger.by_bundle.get(bundle, {})
    return Past(
        bundle,
        Quarter.parse(ledger.quarters[bundle]),
        {row.key: row for row in rows},
        {key: _counts(entry["cells"]) for key, entry in printed.items()},
        frozenset(key for key, entry in printed.items() if entry.get("repeats")),
        known,
        members,
    )


def _counts(cells: Mapping[str, tuple[Any, str]]) -> dict[str, Published]:
    return {name: (cells[name][0], Status(cells[name][1])) for name in COUNTS}


def _records(folder: Path, bundle: str, what: str) -> list[dict[str, Any]]:
    import polars as pl

    path = _path(folder, bundle, what)
    try:
        return pl.read_parquet(path).to_dicts()
    except (OSError, pl.exceptions.PolarsError):
        raise DisclosureError(lost(f"The record of what {bundle} was made from", path.name)) from None


def _path(folder: Path, name: str, what: str) -> Path:
    return folder / "internal" / f"{name}.{what}.parquet"
