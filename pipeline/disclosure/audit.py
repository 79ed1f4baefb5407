"""The audit: every released table is checked against the rules and then attacked. What fails stops the release.

It judges by the true counts and by what is published, not by what the rules meant to do; so a rule that is lost is
noticed here. Messages name tables, never cells or values.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.disclosure import figures
from pipeline.disclosure.attack import Finding
from pipeline.disclosure.beside import Beside
from pipeline.disclosure.insiders import Contributions
from pipeline.disclosure.never import broken_rule
from pipeline.disclosure.planning import STATISTICS, Planned
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rows import COUNTS
from pipeline.disclosure.sensitive import sensitive
from pipeline.disclosure.series import Series
from pipeline.disclosure.types import Status
from pipeline.disclosure.world import Earlier, World
from pipeline.errors import DisclosureError

FLOW_STATES = frozenset({"stable", "unstable", "unknown"})
SHOWN_OR_HIDDEN = frozenset({Status.SHOWN, Status.ROUNDED, Status.HIDDEN})


@dataclass(frozen=True)
class TableAudit:
    """The audit of one table: how many cells, how many of them hidden, how many quantities withstood the attack.

    `fewest_pairs` is the least number of pairs (x, n) that agree with everything printed about one row. `optimal`
    says, for the method `suppress`, whether every part hides the least there is; False where the search came to its
    limit and the steps of protect.py were used; None for other methods.
    """

    cells: int
    hidden: int
    attacked: int
    fewest_pairs: int | None
    optimal: bool | None = None

    def describe(self) -> dict[str, object]:
        """The result as plain data, recorded with the table."""
        return {"result": "passed", **{name: v for name, v in vars(self).items() if name != "optimal" or v is not None}}


@dataclass
class Auditor:
    """Carries out attacks under one profile. `earlier` gives what earlier releases said of a row, `known` what each
    insider's own people add to it, `series` joins the earlier releases themselves, `beside` attrition and curves;
    `hold` lets a row repeat what was printed of it, and says whether it does so anew."""

    profile: Profile
    earlier: Earlier
    known: Contributions = field(default_factory=dict)
    series: Series | None = None
    beside: Beside | None = None
    hold: Callable[[Planned], bool] = lambda plan: False
    say: Callable[[str], None] | None = None  # takes a line on how far the attack is, where it takes long
    by_steps: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # table → parts not chosen optimally

    def world(self, planned: Sequence[Planned], before: World | None = None) -> World:
        """The attack on rows that are published together; `before` was one on more rows."""
        return World(planned, self.profile, self.earlier, self.known, self.series, self.beside, before)

    def tell(self, line: str) -> None:
        """Say how far it is, where insiders are tried, which takes minutes."""
        if self.say is not None and self.profile.insiders:
            self.say(line)

    def weak(self, planned: Sequence[Planned]) -> list[Finding]:
        """Quantities that an attacker can pin down too closely; `row` of their targets counts into `planned`.

        Raises DisclosureError when the attack cannot be carried out.
        """
        return self.world(planned).weak() if planned else []


def check_rules(name: str, planned: Sequence[Planned], profile: Profile, series: Series | None = None) -> None:
    """Raise DisclosureError, naming the table, when one of its rows breaks a rule."""
    for plan in planned:
        problem = broken(plan, profile) or (series.broken(plan) if series else None)
        if problem:
            raise DisclosureError(f"The audit stopped the release: table {name} {problem}. Nothing was released.")


def check_table(name: str, planned: Sequence[Planned], auditor: Auditor) -> TableAudit:
    """Pass a table or raise DisclosureError naming it: the rules first, then the attack on it alone."""
    check_rules(name, planned, auditor.profile, auditor.series)
    if auditor.weak(planned):
        raise too_close(name)
    return describe_table(name, planned, auditor)


def check_release(
    tables: Mapping[str, Sequence[Planned]], auditor: Auditor, world: World | None = None
) -> dict[str, TableAudit]:
    """Pass all tables together or raise DisclosureError naming those that fail: the rules first, then the attack.

    `world` may hold possible worlds found before on the same rows; each is held against what is published now.
    """
    for name, planned in tables.items():
        check_rules(name, planned, auditor.profile, auditor.series)
    rows = [plan for planned in tables.values() for plan in planned]
    if world is None or list(map(id, rows)) != list(map(id, world.planned)):
        world = auditor.world(rows)
    world.publish(range(len(rows)))
    weak = {rows[finding.target.row].row.measure for finding in world.weak()} if rows else set()
    if weak:
        raise too_close(", ".join(sorted(weak)))
    return {name: describe_table(name, planned, auditor) for name, planned in tables.items()}


def too_close(names: str) -> DisclosureError:
    """What stops a release whose tables pass the rules and not the attack."""
    return DisclosureError(
        f"The audit stopped the release: hidden counts of table {names} can be worked out too closely. "
        "Publish it by fewer groupings or windows. Nothing was released."
    )


def describe_table(name: str, planned: Sequence[Planned], auditor: Auditor) -> TableAudit:
    """The record of a table that passed."""
    profile = auditor.profile
    statuses = [status for plan in planned for _, status in plan.cells.values()]
    attacked = sum(len(sensitive(plan.row, profile)) for plan in planned)
    pairs = [count for plan in planned if (count := agreeing_pairs(plan, profile)) is not None]
    optimal = auditor.by_steps[name] == 0 if profile.method == "suppress" else None
    return TableAudit(len(statuses), statuses.count(Status.HIDDEN), attacked, min(pairs, default=None), optimal)


def broken(plan: Planned, profile: Profile) -> str | None:
    """The first rule that a planned row breaks, in words without values; None when it keeps them all."""
    row, cells = plan.row, plan.cells
    if plan.repeats:
        return None
    if tuple(cells) != STATISTICS:
        return "lacks a statistic"
    if broken_rule(row.measure, row.dimensions(), row.values()):
        return "holds what is never published"
    if row.coordinates().get("state_before", "unknown") not in FLOW_STATES:
        return "tells a flow in other states than stable, unstable and unknown"
    for name in sensitive(row, profile):
        if cells["x" if name == "c" else name][1] is not Status.HIDDEN:
            return "shows a count that must be hidden"
    if any(cells[name][1] not in SHOWN_OR_HIDDEN for name in row.exact):
        return "marks a hidden count in its own way"
    if profile.method == "round" and any(not _on_grid(cells[name], profile) for name in COUNTS):
        return "shows an exact count"
    if profile.method == "suppress" and any(not _true(cells[name], row.exact.get(name)) for name in COUNTS):
        return "shows a count that is not the true one"
    counts = {name: cells[name] for name in COUNTS}
    honest = figures.percent_cells(counts, row.kind, profile, possible=row.exact.get("possible", 0))
    if row.status == "measured" and any(cells[name] != honest[name] for name in figures.PERCENTS):
        return "has a percentage that does not come from its released counts"
    if row.status != "measured" and any(cells[name][0] is not None for name in (*figures.PERCENTS, "value")):
        return "has a statistic without a measurement"
    return _broken_value(plan, profile)


def _broken_value(plan: Planned, profile: Profile) -> str | None:
    value, row = plan.cells["value"][0], plan.row
    days = row.status == "measured" and row.kind == "median" and row.per > 1
    if days and (row.persons or 0) < profile.threshold * row.per:
        return None if plan.cells["value"][1] is Status.HIDDEN else "shows whether a few had an event"
    if value is None:
        return None
    if row.kind == "ratio":
        honest = figures.value_cell("ratio", None, row.per, False, plan.cells, profile)[0]
        return None if value == honest else "has a ratio that does not come from its released counts"
    persons = row.persons or 0
    fine = isinstance(value, int) and (
        persons >= profile.full_denominator - profile.half or value % figures.median_step(profile) == 0
    )
    hidden = persons < profile.threshold or "n" in sensitive(row, profile)
    return "shows a median that must be hidden or is too fine" if hidden or not fine else None


def _on_grid(cell: tuple[object, Status], profile: Profile) -> bool:
    value, status = cell
    if status is Status.SHOWN:
        return value == 0
    return status is not Status.ROUNDED or (isinstance(value, int) and value % profile.base == 0 and value > 0)


def _true(cell: tuple[object, Status], truth: int | None) -> bool:
    value, status = cell
    return value == truth if status is Status.SHOWN else value is None


def agreeing_pairs(plan: Planned, profile: Profile) -> int | None:
    """How many pairs (x, n) agree with the printed numerator, denominator, rate and limits of a row.

    The percentages follow from the released counts, so the pairs are those of the two rounding intervals; None where
    no percentage is printed.
    """
    x, n, rate = (plan.cells[name][0] for name in ("x", "n", "rate"))
    if not isinstance(x, int) or not isinstance(n, int) or rate is None:
        return None
    half, t = profile.half, profile.threshold
    numerators = range(max(x - half, t), x + half + 1) if x else range(1)
    denominators = range(max(n - half, t), n + half + 1)
    return sum(not plan.row.proportion or a <= b for a in numerators for b in denominators)
