"""From primary marks to a release that passes: where the attack succeeds, more is hidden and the attack repeated.

Each step hides more than the one before and is decided by the true counts and the keys alone, so that the same
measures give the same release. Where no choice of cells makes a part safe, whole kinds of counts are withheld from it
and then its breakdowns are left out; when even that is not enough (an earlier release has said too much), it stops.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline.disclosure.attack import Finding
from pipeline.disclosure.audit import Auditor, TableAudit, check_rules, check_table
from pipeline.disclosure.knowledge import Place
from pipeline.disclosure.optimal import choose
from pipeline.disclosure.planning import Planned, hide
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.types import Status
from pipeline.errors import DisclosureError

ROUNDS = 40
DOUBTS = ("possible", "too_early", "unobserved")
Group = tuple[str, ...]
Twins = Mapping[Group, list[Planned]]


def protect(tables: Mapping[str, list[Planned]], auditor: Auditor) -> dict[str, TableAudit]:
    """Hide what must further be hidden in place, until every table passes its audit; the audits by table.

    A denominator hidden in one table is hidden in all tables of the same cohort, window and group, since it is the
    same number. Raises DisclosureError when a table cannot be made safe.
    """
    twins = _twins(tables)
    for name, planned in tables.items():
        check_rules(name, planned, auditor.profile)  # further hiding must not cover up a rule that was lost
        _strengthen(name, planned, twins, auditor)
    return {name: check_table(name, planned, auditor) for name, planned in tables.items()}


def _strengthen(name: str, planned: list[Planned], twins: Twins, auditor: Auditor) -> None:
    if auditor.profile.method == "suppress":
        _hide_optimally(name, planned, twins, auditor)
    weak = _hide_step_by_step(planned, twins, auditor)
    for level in (_withhold_doubts, _withhold_numerators, _leave_out_breakdowns, _withhold_denominators):
        if weak:
            level(planned, weak, twins, auditor)
            weak = auditor.weak(planned)
    if weak:
        raise _unsafe(name)


def _hide_optimally(name: str, planned: Sequence[Planned], twins: Twins, auditor: Auditor) -> None:
    """Hide the cheapest set that helps, part by part; a part beyond the limit of the search is left to the steps."""
    weak = auditor.weak(planned)
    for part in sorted({_part(planned[f.target.row]) for f in weak}):
        members = [plan for plan in planned if _part(plan) == part]
        chosen = choose(members, auditor)
        auditor.by_steps[name] += chosen is None
        for row, statistic in chosen or []:
            _hide_everywhere(members[row], statistic, planned, twins, auditor.profile)


def _hide_step_by_step(planned: Sequence[Planned], twins: Twins, auditor: Auditor) -> list[Finding]:
    """Hide the least that helps, again and again; returns what is still weak when nothing more can be hidden so."""
    weak = auditor.weak(planned)
    for _ in range(ROUNDS):
        alone = _weak_alone(planned, weak, auditor)
        steps = [
            next(_steps(planned, planned[f.target.row], f.target.statistic, by_windows=_place(f) in alone), [])
            for f in weak
        ]
        if not any(steps):
            break
        for plan, statistic in sorted({(id(p), s): (p, s) for step in steps for p, s in step}.values(), key=_order):
            _hide_everywhere(plan, statistic, planned, twins, auditor.profile)
        # hiding only widens intervals, so what was wide stays wide; the final audit looks at everything again
        weak = auditor.weak(planned, {_place(finding) for finding in weak})
    return weak


def _part(plan: Planned) -> Group:
    return (plan.row.component, plan.row.cohort)


def _weak_parts(planned: Sequence[Planned], weak: Sequence[Finding]) -> list[Planned]:
    parts = {_part(planned[f.target.row]) for f in weak}
    return [plan for plan in planned if _part(plan) in parts]


def _hide_all(plans: Sequence[Planned], statistics: Sequence[str], profile: Profile) -> None:
    for plan in plans:
        for statistic in statistics:
            if statistic in plan.row.counts() and not plan.repeats:
                hide(plan, statistic, profile)


def _withhold_doubts(planned: list[Planned], weak: Sequence[Finding], _: Twins, auditor: Auditor) -> None:
    """Withhold too early, possible and unobserved throughout the weak parts, zeros and totals too."""
    _hide_all(_weak_parts(planned, weak), DOUBTS, auditor.profile)


def _withhold_numerators(planned: list[Planned], weak: Sequence[Finding], _: Twins, auditor: Auditor) -> None:
    """Withhold the numerators as well: the part is then a table of marks beside its denominators."""
    _hide_all(_weak_parts(planned, weak), ("x",), auditor.profile)


def _leave_out_breakdowns(planned: list[Planned], weak: Sequence[Finding], _: Twins, auditor: Auditor) -> None:
    """Leave out the weak breakdowns: that a group is listed says that somebody is in it, which no mark can hide.

    Only where nothing of them was published before: what was once said cannot be unsaid by leaving it out.
    """
    groupings = {planned[f.target.row].row.grouping for f in weak if planned[f.target.row].row.group_by != "all"}
    groupings -= {plan.row.grouping for plan in planned if auditor.earlier(plan)}
    planned[:] = [plan for plan in planned if plan.row.grouping not in groupings]


def _withhold_denominators(planned: list[Planned], weak: Sequence[Finding], twins: Twins, auditor: Auditor) -> None:
    """Withhold the denominators too, wherever the same number stands."""
    for plan in _weak_parts(planned, weak):
        for statistic in ("n", "persons"):
            if statistic in plan.row.counts():
                _hide_everywhere(plan, statistic, planned, twins, auditor.profile)


def _unsafe(name: str) -> DisclosureError:
    return DisclosureError(
        f"Table {name} cannot be made safe: its hidden counts follow from others even when more are hidden. "
        "Publish it by fewer groupings or windows. Nothing was released."
    )


def _place(finding: Finding) -> Place:
    return finding.target.row, finding.target.statistic


def _weak_alone(planned: Sequence[Planned], weak: Sequence[Finding], auditor: Auditor) -> set[Place]:
    """Those weak cells that the windows of their own group already give away, whatever the other groups show."""
    groups: dict[Group, list[int]] = defaultdict(list)
    for index, plan in enumerate(planned):
        groups[_windows_of(plan)].append(index)
    found = set()
    for members in {
        _windows_of(planned[f.target.row]): groups[_windows_of(planned[f.target.row])] for f in weak
    }.values():
        for finding in auditor.weak([planned[i] for i in members]):
            found.add((members[finding.target.row], finding.target.statistic))
    return found


def _hide_everywhere(
    plan: Planned,
    statistic: str,
    planned: Sequence[Planned],
    twins: Twins,
    profile: Profile,
) -> None:
    """Hide a count wherever the same number stands: throughout its ladder and in the tables of the same cohort."""
    same = [plan]
    if statistic in ("n", "persons", "too_early"):
        if plan.row.cell_set == "ladder":
            same += [p for p in planned if p.row.cell_set == "ladder" and _windows_of(p) == _windows_of(plan)]
        number = plan.row.counts().get(statistic)  # releases and needs of one cohort are different numbers
        same += [t for one in list(same) for t in twins[_group(one)] if t.row.counts().get(statistic) == number]
    for one in same:
        if statistic in one.row.counts() and not one.repeats:
            hide(one, statistic, profile)


def _twins(tables: Mapping[str, Iterable[Planned]]) -> dict[Group, list[Planned]]:
    twins: dict[Group, list[Planned]] = defaultdict(list)
    for planned in tables.values():
        for plan in planned:
            twins[_group(plan)].append(plan)
    return twins


def _group(plan: Planned) -> Group:
    row = plan.row
    return (row.cohort, row.cell_set, row.window, row.group_by, row.group_value)


def _windows_of(plan: Planned) -> Group:
    row = plan.row
    return (row.component, row.cohort, row.group_by, row.group_value)


def _order(step: tuple[Planned, str]) -> tuple[Group, str]:
    return step[0].row.key, step[1]


def _steps(
    planned: Sequence[Planned], weak: Planned, statistic: str, *, by_windows: bool
) -> Iterator[list[tuple[Planned, str]]]:
    """What to hide next for a weak cell, the least loss first; each step is a list of cells to hide together.

    Where its own windows give it away: the same count at other windows, then n. Where the margins do: the smallest
    sibling, then the total, then the same with n. Counts beside the denominator (too early, possible, unobserved)
    lose their whole grouping at once, zeros too, so that the number of marks says nothing.
    """
    row, name = weak.row, "x" if statistic == "c" else statistic
    table = [p for p in planned if (p.row.component, p.row.cohort) == (row.component, row.cohort)]
    cells = [p for p in table if (p.row.cell_set, p.row.window) == (row.cell_set, row.window)]
    grouping = [p for p in cells if p.row.group_by == row.group_by]
    totals = [p for p in cells if set(p.row.coordinates()) < set(row.coordinates())]
    windows = [p for p in table if _windows_of(p) == _windows_of(weak) and p is not weak]
    siblings = [p for p in grouping if p is not weak]
    if name in ("x", "n", "persons"):
        yield from _one_by_one(name, *((windows, [weak], siblings, totals) if by_windows else (siblings, totals)))
    elif not by_windows:
        shown = [(p, name) for p in grouping if not p.repeats and p.cells[name][1] in (Status.SHOWN, Status.ROUNDED)]
        yield from [shown] if shown else []
        yield from _one_by_one(name, totals)
    yield from _one_by_one("n", *(([weak], windows, siblings, totals) if by_windows else (siblings, totals, [weak])))
    yield from _one_by_one("n", windows)
    for plan in totals:  # nobody in all is nobody in each group
        if plan.cells[name] == (0, Status.SHOWN) and not plan.repeats:
            yield [(plan, name)]


def _one_by_one(statistic: str, *groups: Sequence[Planned]) -> Iterator[list[tuple[Planned, str]]]:
    for group in groups:
        for plan in sorted(group, key=lambda p: (p.row.counts().get(statistic, 0), p.row.key)):
            if plan.cells[statistic][0] and not plan.repeats:
                yield [(plan, statistic)]
