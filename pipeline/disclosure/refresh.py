"""Which cells a new release may refresh: a count that only a few people moved is repeated as it was last published.

A cell refreshes when the persons entering plus those leaving it since its last publication are none or at least t
(gross, since a swap hides in a net difference). Breakdowns by partner and prison refresh once a year when the profile
says so. Who was in a published cell is remembered as keyed digests, in the house, beside the record of what is hidden.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.disclosure.ledger import Ledger
from pipeline.disclosure.planning import STATISTICS, Planned
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rows import query
from pipeline.disclosure.types import Status
from pipeline.errors import StorageError
from pipeline.periods import Quarter
from pipeline.warehouse import Connection

BREAKDOWNS = ("partner", "prison")
YEAR = 4  # quarters
Key = tuple[str, ...]  # measure and keys of a row
Members = Mapping[Key, frozenset[str]]  # keyed digests of who is in a cell, apart those in its numerator


def read_members(con: Connection, secret: bytes) -> dict[Key, frozenset[str]]:
    """Who makes up each cell: a keyed digest for each person, another where it is in the numerator."""
    found: dict[Key, set[str]] = defaultdict(set)
    digests: dict[tuple[str, bool], str] = {}
    for record in query(con, MEMBERS):
        person, counted = str(record[7]), bool(record[8])
        if (person, counted) not in digests:
            text = f"{person}\x00{counted}".encode()
            digests[person, counted] = hmac.new(secret, text, hashlib.sha256).hexdigest()[:16]
        found[tuple(str(part) for part in record[:7])].add(digests[person, counted])
    return {key: frozenset(members) for key, members in found.items()}


MEMBERS = """
with placed as (
    select measure, component, cohort, cell_set, coalesce(cast(window_days as varchar), '') as days, person_id,
        coalesce(number, 0) > 0 as counted,
        unnest(case when scope = 'groups' then ['all', 'partner', 'prison', 'quarter', 'planned', 'drug_user']
            else [detail_by] end) as group_by,
        unnest(case when scope = 'groups' then ['', partner, prison, quarter, planned, drug_user]
            else [detail] end) as group_value
    from outcomes.unit where state = 'measured' and person_id is not null
)
select distinct measure, component, cohort, cell_set, days, group_by, coalesce(group_value, ''), person_id, counted
from placed where group_value is not null or group_by = 'all'
"""


def secret_key(folder: Path) -> bytes:
    """The project's own key for digests, made once and readable by its owner alone; raises StorageError."""
    path = folder / "internal" / "members.key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
            path.write_bytes(os.urandom(32))
        return path.read_bytes()
    except OSError as problem:
        raise StorageError(f"The key of the members' digests cannot be kept ({problem.strerror}).") from None


def write_members(folder: Path, name: str, members: Members) -> None:
    """Keep who was in each cell of a draft or bundle, as digests, in the house; raises StorageError."""
    import polars as pl

    rows = [(*key, ",".join(sorted(found))) for key, found in sorted(members.items())]
    columns = ("measure", "component", "cohort", "cell_set", "window", "group_by", "group_value", "members")
    try:
        pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row").write_parquet(
            folder / "internal" / f"{name}.members.parquet"
        )
    except OSError as problem:
        raise StorageError(f"The record of members cannot be written ({problem.strerror}).") from None


def keep_members(folder: Path, draft: str, bundle: str) -> None:
    """Remember for a bundle what its draft found; a draft without such a record leaves none."""
    source = folder / "internal" / f"{draft}.members.parquet"
    if source.exists():
        (folder / "internal" / f"{bundle}.members.parquet").write_bytes(source.read_bytes())


def known_members(folder: Path, bundle: str) -> dict[Key, frozenset[str]] | None:
    """Who was in each cell of a bundle; None where nothing is remembered."""
    import polars as pl

    path = folder / "internal" / f"{bundle}.members.parquet"
    if not path.exists():
        return None
    return {tuple(row[:7]): frozenset(row[7].split(",")) for row in pl.read_parquet(path).iter_rows()}


class Refresh:
    """The rule for one release: which rows repeat what was published of them last, and why."""

    def __init__(self, ledger: Ledger, folder: Path, profile: Profile, quarter: Quarter, members: Members) -> None:
        self.ledger, self.folder, self.profile, self.quarter, self.members = ledger, folder, profile, quarter, members
        self.remembered: dict[str, dict[Key, frozenset[str]] | None] = {}
        self.repeated: dict[Key, tuple[str, str]] = {}  # row → day of its publication, and why it repeats
        self.refreshed: list[Key] = []

    def split(self, planned: Sequence[Planned]) -> tuple[list[Planned], list[Planned]]:
        """Rows that are published anew, and those that repeat; the latter carry their old cells."""
        fresh, old = [], []
        for plan in planned:
            entry = self.ledger.last.get(plan.row.key)
            why = self._why_not(plan, entry) if entry else ""
            if entry and why:
                plan.cells = {name: (value, Status(status)) for name, (value, status) in entry["cells"].items()}
                self.repeated[plan.row.key] = (entry.get("as_of", ""), why)
                old.append(plan)
            else:
                self.refreshed += [plan.row.key] if entry else []
                fresh.append(plan)
        return fresh, old

    def _why_not(self, plan: Planned, entry: Mapping[str, Any]) -> str:
        """Why a row must not be refreshed: its breakdown waits for its year, or few people moved; '' when it may."""
        if set(entry["cells"]) != set(STATISTICS):
            return ""
        before = Quarter.parse(entry["quarter"])
        broken_down = any(dimension in BREAKDOWNS for dimension in plan.row.dimensions())
        yearly = self.profile.refresh_breakdowns == "yearly" and broken_down
        if yearly and before < self.quarter and _quarters_between(before, self.quarter) < YEAR:
            return "calendar"
        gross = self._gross_change(plan.row.key, entry["bundle"])
        return "few_moved" if 0 < gross < self.profile.threshold else ""

    def _gross_change(self, key: Key, bundle: str) -> int:
        """People who entered plus people who left since a bundle; where nothing is remembered nobody is known to."""
        if bundle not in self.remembered:
            self.remembered[bundle] = known_members(self.folder, bundle)
        then = (self.remembered[bundle] or {}).get(key, frozenset())
        now = self.members.get(key, frozenset())
        return len(then ^ now) if self.remembered[bundle] is not None else 0


def find_changes(tables: Mapping[str, Mapping[str, Any]], ledger: Ledger, quarter: str) -> Iterator[dict[str, Any]]:
    """Every cell that was published before and reads otherwise now, or repeats, with its last reading and why.

    `refreshed`: by a later quarter; `revised`: by another bundle of the same quarter; `calendar` and `few_moved`: the
    old value stands, since its breakdown waits for its year or because few people moved.
    """
    for name, table in sorted(tables.items()):
        repeated = {tuple(keys): why for keys, _, why in table.get("repeated", ())}
        for keys, cells in table["rows"]:
            entry = ledger.last.get((name, *keys))
            if entry is None:
                continue
            why = repeated.get(tuple(keys)) or ("revised" if entry["quarter"] == quarter else "refreshed")
            for statistic, cell in zip(table["statistics"], cells, strict=True):
                before = entry["cells"].get(statistic)
                if before is not None and (before != cell or tuple(keys) in repeated):
                    yield {
                        "table": name,
                        "keys": dict(zip(table["dims"], keys, strict=True)),
                        "statistic": statistic,
                        "before": before[0],
                        "before_status": before[1],
                        "quarter": entry["quarter"],
                        "why": why,
                    }


def _quarters_between(before: Quarter, after: Quarter) -> int:
    return (after.first_day.year - before.first_day.year) * 4 + (after.first_day.month - before.first_day.month) // 3
