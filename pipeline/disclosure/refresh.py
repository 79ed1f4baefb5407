"""Which cells a new release may refresh: a count that only a few people moved is repeated as it was last published.

A row refreshes when nobody in it moved since *every* earlier printing, or when of each of its counts of people those
entering plus those leaving are at least t (gross, since a swap hides in a net difference; every printing, since each
can be subtracted; each count, since a numerator that nobody moved tells of all who are new that none is in it). What is
counted beside the denominator (too early, possible, unobserved) does not hold a row back: where exact counts are
published, it is hidden while few moved it; rounded it stays uncertain by itself. Breakdowns by partner and prison
refresh once a year when the profile says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.disclosure.ledger import Ledger
from pipeline.disclosure.members import WITHIN, Key, Members, known_members, moved, still
from pipeline.disclosure.planning import HELD, STATISTICS, Planned, fill_cells
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.types import Status
from pipeline.periods import Quarter

BREAKDOWNS = ("partner", "prison")
BESIDE = ("possible", "too_early", "unobserved")
YEAR = 4  # quarters
Printed = Mapping[str, Any]  # a line of the ledger


class Refresh:
    """The rule for one release: which rows repeat what was published of them last, and why."""

    def __init__(self, ledger: Ledger, memory: Mapping[str, Members], profile: Profile, quarter: Quarter) -> None:
        self.ledger, self.memory, self.profile, self.quarter = ledger, memory, profile, quarter
        self.repeated: dict[Key, tuple[str, str]] = {}  # row → day of its publication, and why it repeats

    def split(self, planned: Sequence[Planned], members: Members) -> tuple[list[Planned], list[Planned]]:
        """Rows that are published anew, and those that repeat; the latter carry their old cells."""
        fresh, old = [], []
        for plan in planned:
            printed = self.ledger.anew.get(plan.row.key, [])
            why = self._why_not(plan, printed, members)
            if why:
                self._repeat(plan, printed, why)
                old.append(plan)
            else:
                self._hide_beside(plan, printed, members)
                fresh.append(plan)
        return fresh, old

    def hold(self, plan: Planned) -> bool:
        """Let a row repeat its old values where it has any, so that nothing is said of it today; whether that is new.

        A row that repeats because few moved has said so by repeating; held, it may be one in which many moved.
        """
        printed = self.ledger.anew.get(plan.row.key, [])
        if plan.repeats in ("calendar", HELD) or not _whole(printed):
            return False
        self._repeat(plan, printed, HELD)
        return True

    def _repeat(self, plan: Planned, printed: Sequence[Printed], why: str) -> None:
        entry = self._latest(printed)
        plan.cells = {name: (value, Status(status)) for name, (value, status) in entry["cells"].items()}
        plan.repeats = why
        self.repeated[plan.row.key] = (entry.get("as_of", ""), "few_moved" if why == HELD else why)

    def _latest(self, printed: Sequence[Printed]) -> Printed:
        """The last printing of this quarter or an earlier one: a revision never repeats what came after it."""
        before = [entry for entry in printed if Quarter.parse(entry["quarter"]) <= self.quarter]
        return before[-1] if before else printed[0]

    def _why_not(self, plan: Planned, printed: Sequence[Printed], members: Members) -> str:
        """Why a row must not be refreshed: its breakdown waits for its year, or few people moved; '' when it may."""
        if not _whole(printed):
            return ""
        before = Quarter.parse(self._latest(printed)["quarter"])
        yearly = self.profile.refresh_breakdowns == "yearly" and not set(BREAKDOWNS).isdisjoint(plan.row.dimensions())
        if yearly and 0 < quarters_between(before, self.quarter) < YEAR:
            return "calendar"
        roles = WITHIN if plan.row.kind == "share" else ("n", "x")
        few = any(self._few_moved(plan, entry, role, members) for entry in printed for role in roles)
        return "few_moved" if few else ""

    def _hide_beside(self, plan: Planned, printed: Sequence[Printed], members: Members) -> None:
        if self.profile.method != "suppress":
            return
        for role in BESIDE:
            if role in plan.row.exact and any(self._few_moved(plan, entry, role, members) for entry in printed):
                plan.hidden.setdefault(role, "few_moved")
        fill_cells(plan, self.profile)

    def _few_moved(self, plan: Planned, entry: Printed, role: str, members: Members) -> bool:
        """A few moved a count, or none did in a row that others moved: that nobody new is in a numerator says as much
        of the new people as that one is. Where nobody was counted the change is the count, hidden while it is small.
        """
        then, now = (found.get(plan.row.key, {}) for found in (self.memory[entry["bundle"]], members))
        people = moved(then, now, role)
        if role in WITHIN and (people == 0 or still({}, then)):
            return not still({}, then) and not still(then, now)
        return 0 < people < self.profile.threshold


def read_memory(ledger: Ledger, folder: Path, secret: bytes) -> dict[str, Members]:
    """Who was counted in each bundle of the ledger; raises DisclosureError when that is lost."""
    return {bundle: known_members(folder, bundle, secret) for bundle in ledger.quarters}


def find_changes(tables: Mapping[str, Mapping[str, Any]], ledger: Ledger, quarter: str) -> Iterator[dict[str, Any]]:
    """Every cell that was published before and reads otherwise now, or repeats, with its last reading and why.

    `refreshed`: by a later quarter; `revised`: by another bundle of the same quarter; `calendar` and `few_moved`: the
    old value stands, since its breakdown waits for its year or because few people moved.
    """
    for name, table in sorted(tables.items()):
        repeated = {tuple(keys): why for keys, _, why in table.get("repeated", ())}
        for keys, cells in table["rows"]:
            printed = ledger.anew.get((name, *keys))
            if not printed:
                continue
            entry = printed[-1]
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


def _whole(printed: Sequence[Printed]) -> bool:
    """Whether a row was printed before, each time with today's statistics."""
    return bool(printed) and all(set(entry["cells"]) == set(STATISTICS) for entry in printed)


def quarters_between(before: Quarter, after: Quarter) -> int:
    """How many quarters one is after another."""
    return (after.first_day.year - before.first_day.year) * 4 + (after.first_day.month - before.first_day.month) // 3
