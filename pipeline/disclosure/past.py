"""What earlier releases were made from, remembered in the house: true rows, and each insider's own part of them.

The ledger says what was printed; only with the truth beside it can the audit judge what all releases tell together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.disclosure.beside import Beside
from pipeline.disclosure.insiders import STATISTICS, Contributions
from pipeline.disclosure.knowledge import Shown
from pipeline.disclosure.ledger import Ledger
from pipeline.disclosure.members import Key, Members, lost
from pipeline.disclosure.plain import PlainTable
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rounding import Published
from pipeline.disclosure.rows import COUNTS, MeasureRow
from pipeline.disclosure.store import to_json
from pipeline.disclosure.stored import beside_document, read_beside
from pipeline.disclosure.types import Status
from pipeline.errors import DisclosureError, StorageError
from pipeline.periods import Quarter

KEY = ("measure", "component", "cohort", "cell_set", "window", "group_by", "group_value")
FILES = {"rows": "parquet", "own": "parquet", "beside": "json"}


@dataclass(frozen=True)
class Past:
    """One earlier release: its true rows and what was printed of their counts; rows that only repeated say nothing.

    `beside` are its curves and its attrition, `quality` its counts of records, as they were printed anew.
    """

    bundle: str
    quarter: Quarter
    rows: Mapping[Key, MeasureRow]
    cells: Mapping[Key, Mapping[str, Published]]
    repeats: frozenset[Key]
    known: Contributions
    members: Members
    beside: Beside
    quality: PlainTable
    as_of: str = ""

    def shown(self, tables: set[Key]) -> list[Shown]:
        """Its printed rows of these tables (measure, component, cohort), sorted by key."""
        keys = sorted(key for key in self.cells if key[:3] in tables and key in self.rows)
        return [
            Shown(self.rows[key], self.cells[key], {}, release=self.bundle, printed=key not in self.repeats)
            for key in keys
        ]


def write_past(
    folder: Path, name: str, rows: Iterable[MeasureRow], known: Contributions, beside: Beside, quality: PlainTable
) -> None:
    """Keep the true rows of a draft, what insiders know of them, and what stands beside them, in the house; raises
    StorageError."""
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
        _path(folder, name, "beside").write_text(to_json(beside_document(beside, quality)), "utf-8")
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


def read_past(ledger: Ledger, folder: Path, memory: Mapping[str, Members], profile: Profile) -> list[Past]:
    """The bundles of the ledger as they were made, oldest first; raises DisclosureError when the record is lost."""
    return [_past(ledger, folder, bundle, memory[bundle], profile) for bundle in ledger.quarters]


def _past(ledger: Ledger, folder: Path, bundle: str, members: Members, profile: Profile) -> Past:
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
        *_beside(folder, bundle, members, profile),
        ledger.days[bundle],
    )


def _beside(folder: Path, bundle: str, members: Members, profile: Profile) -> tuple[Beside, PlainTable]:
    path = _path(folder, bundle, "beside")
    if not path.exists() and _path(folder, bundle, "rows").exists():
        raise DisclosureError(
            f"Of {bundle} it is not known who is on its curves and in its attrition: the record (disclosure/internal/"
            f"{path.name}) is lost, or an earlier version of throughcare released it, which kept none. Restore it from "
            "a copy, or begin another data folder; nothing can be released after it."
        )
    try:
        return read_beside(json.loads(path.read_text("utf-8")), bundle, members, profile)
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        raise DisclosureError(lost(f"The record of the curves and the attrition of {bundle}", path.name)) from None


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
    return folder / "internal" / f"{name}.{what}.{FILES[what]}"
