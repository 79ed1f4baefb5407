"""What is left out of a release where nothing that is hidden makes it safe: breakdowns, windows and at last measures.

Little goes before much. A breakdown lists its groups, and that a group is listed says that somebody is in it, which no
mark can hide; so before a whole goes for the sake of what it says, its breakdowns go, if that helps.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from pipeline.disclosure.audit import Auditor
from pipeline.disclosure.beside import STAND_BESIDE, WAYS
from pipeline.disclosure.planning import Planned

Part = tuple[str, ...]
Tables = Mapping[str, list[Planned]]
Goes = Callable[[Planned], bool]
LEAST_MISSED = ("prison", "partner", "")  # groupings in the order in which they go; '' is any


def part_of(plan: Planned) -> Part:
    """Measure, component and cohort."""
    return (plan.row.measure, plan.row.component, plan.row.cohort)


def leave_out_breakdowns(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> bool:
    """Leave out the weak breakdowns; says whether any went.

    The whole stays, but for cohorts that only stand beside the programme: they differ from it by few.
    """
    groupings = {plan.row.grouping for plan in weak if plan.row.group_by != "all" or plan.row.cohort in STAND_BESIDE}
    return _leave_out(tables, lambda plan: plan.row.grouping, groupings, auditor)


def leave_out_beside(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Leave out from the weak windows what makes their whole weak: some breakdowns, or all, or the ladder.

    Tried on the measure in its cohort alone; where it does not help among everything, the window goes with all of it.
    """
    alone = replace(auditor, series=None, beside=None)
    goes: set[Part] = set()
    for part in sorted({part_of(plan) for plan in weak}):
        planned = [plan for table in tables.values() for plan in table if part_of(plan) == part]
        lost = alone.world(planned).hopeless({plan.row.key for plan in weak})
        for way in _ways(planned):
            windows = {plan.row.window for plan in planned if plan.row.key in lost}
            tried = {plan.row.grouping for plan in planned if plan.row.window in windows and way(plan)}
            rest = [plan for plan in planned if plan.row.grouping not in tried]
            still = alone.world(rest).hopeless(lost) if tried and rest else lost
            helped = {plan.row.window for plan in planned if plan.row.key in lost - still}
            goes |= {plan.row.grouping for plan in planned if plan.row.grouping in tried and plan.row.window in helped}
            lost = still
    _leave_out(tables, lambda plan: plan.row.grouping, goes, auditor)


def _ways(planned: Sequence[Planned]) -> list[Goes]:
    """What may go from beside a whole so that it can stay, the least missed first."""
    groupings = {dimension for plan in planned for dimension in plan.row.dimensions()} - {"all"}
    ordered = sorted(groupings, key=lambda name: (LEAST_MISSED.index(name) if name in LEAST_MISSED else 2, name))
    return [
        *((lambda plan, name=name: name in plan.row.dimensions()) for name in ordered),
        lambda plan: plan.row.group_by != "all",
        lambda plan: plan.row.cell_set == "ladder",
        lambda plan: plan.row.cell_set == "ladder" or plan.row.group_by != "all",
    ]


def leave_out_windows(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Leave out the weak windows: of few partners one may know the other's people whatever is hidden."""
    _leave_out(tables, _window, {_window(plan) for plan in weak}, auditor)


def leave_out_parts(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Leave out the weak measures in their cohorts: the report then says that they are not published."""
    _leave_out(tables, part_of, {part_of(plan) for plan in weak}, auditor)


def withhold_beside(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Withhold curves and attrition that tell of the weak rows: both say again what tables say."""
    if auditor.beside is not None:
        for what in WAYS:
            auditor.beside.withhold([plan.row for plan in weak], what)


def leave_out_same_windows(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Leave out the weak windows in every measure of their cohort: the same people are in all of them, so that each
    tells of the others."""
    windows = {_of_cohort(plan) for plan in weak}
    kin = [plan for planned in tables.values() for plan in planned if _of_cohort(plan) in windows]
    withhold_beside(tables, kin, auditor)
    _leave_out(tables, _of_cohort, windows, auditor)


def leave_out_whole_cohorts(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Leave out all of the weak rows' cohorts: where it was published before, the cohort says nothing new this time."""
    cohorts = {plan.row.cohort for plan in weak}
    kin = [plan for planned in tables.values() for plan in planned if plan.row.cohort in cohorts]
    withhold_beside(tables, kin, auditor)
    leave_out_cohorts(tables, cohorts, auditor)


def leave_out_cohorts(tables: Tables, cohorts: Collection[str], auditor: Auditor) -> None:
    """Leave out all tables of cohorts."""
    _leave_out(tables, lambda plan: (plan.row.cohort,), {(cohort,) for cohort in cohorts}, auditor)


def _window(plan: Planned) -> Part:
    return (*part_of(plan), plan.row.cell_set, plan.row.window)


def _of_cohort(plan: Planned) -> Part:
    return plan.row.cohort, plan.row.cell_set, plan.row.window


def _leave_out(tables: Tables, whole: Callable[[Planned], Part], weak: Collection[Part], auditor: Auditor) -> bool:
    """Leave out every row of what is weak as a whole, or hold it where it was published before: what was once said
    cannot be unsaid, but stands again as it was. Says whether anything went."""
    went = False
    for planned in tables.values():
        goes = [plan for plan in planned if whole(plan) in weak]
        held = [plan for plan in goes if auditor.hold(plan)]
        new = {id(plan) for plan in goes if not plan.repeats and not auditor.earlier(plan)}
        planned[:] = [plan for plan in planned if id(plan) not in new]
        went = went or bool(held or new)
    return went


def hold_repeated(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> bool:
    """Hold the breakdowns of weak rows that repeat because few moved; says whether any did.

    That is said by repeating alone; where whatever stands beside them makes too much of it, it must not be known.
    """
    groupings = {plan.row.grouping for plan in weak if plan.repeats}
    rows = [plan for planned in tables.values() for plan in planned if plan.repeats and plan.row.grouping in groupings]
    return bool([plan for plan in rows if auditor.hold(plan)])
