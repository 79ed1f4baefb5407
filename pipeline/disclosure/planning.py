"""One measure's cells as they will be published: counts by the method, percentages from the released counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipeline.disclosure import rounding
from pipeline.disclosure.figures import NOT_APPLICABLE, PERCENTS, percent_cells, value_cell
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rounding import Published
from pipeline.disclosure.rows import COUNTS, MeasureRow
from pipeline.disclosure.types import Status

HELD = "held"
STATISTICS = (*COUNTS, *PERCENTS, "value", "period_from", "period_to")


@dataclass
class Planned:
    """A row with its hidden statistics and why (`secondary` where only another cell needs it).

    `repeats` says why the row repeats what an earlier release printed of it: its cells are then the old ones, and
    nothing of today's counts is printed; '' for a row that is published anew. One that is HELD repeats because a new
    value would tell too much beside others; no reader can tell it from one that few people moved.
    """

    row: MeasureRow
    hidden: dict[str, str]
    cells: dict[str, Published] = field(default_factory=dict)
    repeats: str = ""

    @property
    def repeated(self) -> bool:
        """Whether an older printing stands here."""
        return bool(self.repeats)


def plan_rows(rows: Iterable[MeasureRow], profile: Profile) -> list[Planned]:
    """Every row with its primary marks and the cells that follow from them."""
    planned = [Planned(row, rounding.reasons_to_hide(row, profile)) for row in rows]
    for plan in planned:
        fill_cells(plan, profile)
    return planned


def hide(plan: Planned, statistic: str, profile: Profile) -> None:
    """Hide one more statistic of a row, for the sake of another cell."""
    for name in ("n", "persons") if statistic in ("n", "persons") else (statistic,):
        plan.hidden.setdefault(name, "secondary")
    fill_cells(plan, profile)


def fill_cells(plan: Planned, profile: Profile) -> None:
    """All statistics of a row from its exact counts and what is hidden of them."""
    row = plan.row
    counts = rounding.released_counts(row, plan.hidden, profile)
    if row.status != "measured":
        plan.cells = _without_numbers(row, counts)
        return
    conceal = rounding.hidden_value(row, plan.hidden, profile)
    plan.cells = {
        **{name: counts.get(name, NOT_APPLICABLE) for name in COUNTS},
        **percent_cells(counts, row.kind, profile, possible=row.exact.get("possible", 0)),
        "value": value_cell(row.kind, row.value, row.per, conceal, counts, profile),
        **_period(row),
    }


def _without_numbers(row: MeasureRow, counts: Mapping[str, Published]) -> dict[str, Published]:
    status = Status(row.status)
    return {**dict.fromkeys(STATISTICS, (None, status)), **counts, **_period(row)}


def _period(row: MeasureRow) -> dict[str, Published]:
    named = {"period_from": row.period_from, "period_to": row.period_to}
    return {name: (text, Status.SHOWN) if text else NOT_APPLICABLE for name, text in named.items()}
