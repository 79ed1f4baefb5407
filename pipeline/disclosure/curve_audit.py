"""The audit of curves: what the attack can pin down is hidden by longer intervals or by giving up further curves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from pipeline.disclosure.attack import Finding, Problem, Target, find_narrow
from pipeline.disclosure.curves import Curve, fill_curve, incidence_cells, join
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rounding import Published
from pipeline.disclosure.types import Status
from pipeline.errors import DisclosureError

ROUNDS = 40
OF_CURVES = ("curve", "lost")  # what targets are called: persons, events or the rest of a curve; who left an interval


def is_few(count: int, profile: Profile) -> bool:
    """1 to t-1, judged here anew and not by the rule that hides."""
    return 0 < count < profile.threshold


def protect_curves(curves: list[Curve], profile: Profile) -> None:
    """Hide further curves, or lengthen intervals, until nothing can be pinned down; check the result.

    Curves that stay weak when there is nothing more to hide are taken out of the list. Raises DisclosureError, naming
    the measure, when a curve cannot be made safe or breaks a rule.
    """
    tables: dict[tuple[str, str], list[Curve]] = defaultdict(list)
    for curve in curves:
        tables[curve.measure, curve.cohort].append(curve)
    for (measure, _), members in sorted(tables.items()):
        for curve in members:
            _check_curve(curve, profile)
        for _ in range(ROUNDS + sum(len(curve.intervals) for curve in members)):
            weak = attack_curves(members, profile)
            if not weak:
                break
            found = {members[f.target.row].key: members[f.target.row] for f in weak}.values()
            if not sum(_give_up(curve, members, profile) for curve in found):
                leave_out(members, found)
        else:
            raise DisclosureError(f"The curve of {measure} cannot be made safe. Nothing was released.")
        for curve in members:
            _check_curve(curve, profile)
    kept = {id(curve) for members in tables.values() for curve in members}
    curves[:] = [curve for curve in curves if id(curve) in kept]


def leave_out(curves: list[Curve], weak: Collection[Curve]) -> None:
    """Take out the groupings of weak curves; that one is listed says that somebody is on it.

    A weak whole goes only where it has no groupings any more.
    """
    split = {c.key[:2] for c in curves if c.group_by != "all"}
    goes = {c.key[:3] for c in weak if c.group_by != "all" or c.key[:2] not in split}
    wholes = {c.key[:2] for c in weak if c.group_by == "all"}
    goes |= {c.key[:3] for c in curves if c.group_by != "all" and c.key[:2] in wholes}
    curves[:] = [c for c in curves if c.key[:3] not in goes]


def _give_up(weak: Curve, members: Sequence[Curve], profile: Profile) -> bool:
    """Lengthen a shown weak curve; of a hidden one hide how many began, then the smallest sibling, then the total.

    Says whether there was anything to give up.
    """
    siblings = [c for c in members if c is not weak and c.group_by == weak.group_by and not c.hidden]
    totals = [c for c in members if c.group_by == "all" and c is not weak and not c.hidden]
    if not weak.hidden and len(weak.intervals) > 1:
        weak.intervals = [join(*weak.intervals[:2]), *weak.intervals[2:]]
        fill_curve(weak, profile)
        return True
    for curve in [weak, *sorted(siblings, key=lambda c: (c.events, c.key)), *totals]:
        if not curve.hidden or (curve is weak and curve.hidden != "secondary"):
            curve.hidden = "secondary"
            fill_curve(curve, profile)
            return True
    return False


def attack_curves(curves: Sequence[Curve], profile: Profile) -> list[Finding]:
    """The attack on the curves of one measure and cohort: their counts, what was lost in each interval, and margins."""
    problem = Problem()
    totals: list[tuple[int, int]] = []
    for index, curve in enumerate(curves):
        added = add_curve(problem, curve, index, profile)
        totals.append((added.start, added.everything))
    for group_by in {c.group_by for c in curves} - {"all"}:
        whole = next((i for i, c in enumerate(curves) if c.group_by == "all"), None)
        parts = [i for i, c in enumerate(curves) if c.group_by == group_by]
        for which in (0, 1):
            if whole is not None:
                terms = {totals[i][which]: 1 for i in parts} | {totals[whole][which]: -1}
                if problem.value(terms) == 0:
                    problem.add(terms, 0, 0)
    return find_narrow(problem)


class OfCurve(NamedTuple):
    """Unknowns of one curve: persons at its start, all its events, and the events of each interval by its last day."""

    start: int
    everything: int
    events: list[tuple[int, int]]


def add_curve(problem: Problem, curve: Curve, index: int, profile: Profile) -> OfCurve:
    """Add the unknowns and targets of one curve to a problem; `index` is the row that its targets are told by."""
    most, width = 2 * curve.persons + 100, profile.protection_width
    start = problem.add_unknown(curve.persons, 0, most, (*curve.key, "start"))
    everything = problem.add_unknown(curve.events, 0, most, (*curve.key, "everything"))
    problem.add({start: 1, everything: -1}, 0, most)
    small_rest = is_few(curve.persons - curve.events, profile)
    for terms, small in (
        ({start: 1}, is_few(curve.persons, profile)),
        ({everything: 1}, is_few(curve.events, profile)),
        ({start: 1, everything: -1}, small_rest),
    ):
        if small:
            problem.add(terms, 1, profile.threshold - 1)  # the attacker knows what the mark is for
            problem.targets.append(Target(terms, width, index, OF_CURVES[0]))
    by_day: list[tuple[int, int]] = []
    events_seen, left_before = {everything: 1}, {start: 1}
    for interval, cells in zip(curve.intervals, curve.cells, strict=True):
        at_risk, events = (
            problem.add_unknown(truth, *_bounds(cells[name], most, profile), (*curve.key, name, interval.day_to))
            for name, truth in (("at_risk", interval.at_risk), ("events", interval.events))
        )
        lost = problem.value(left_before) - interval.at_risk
        problem.add({**left_before, at_risk: -1}, 0, most)
        if is_few(lost, profile):
            problem.targets.append(Target({**left_before, at_risk: -1}, width, index, OF_CURVES[1]))
        events_seen[events] = -1
        by_day.append((interval.day_to, events))
        left_before = {at_risk: 1, events: -1}
    problem.add(events_seen, 0, most)
    return OfCurve(start, everything, by_day)


def _bounds(cell: Published, most: int, profile: Profile) -> tuple[float, float]:
    value, status = cell
    if status is Status.HIDDEN:
        return 0, most
    number = float(value) if isinstance(value, int) else 0.0
    if status is Status.SHOWN or number % profile.base:
        return number, number
    return max(number - profile.half, min(profile.threshold, number + profile.half)), number + profile.half


def _check_curve(curve: Curve, profile: Profile) -> None:
    """Rules that hold for every published curve, judged by its exact counts; raises DisclosureError naming it."""
    t, persons, events = profile.threshold, curve.persons, curve.events
    few = any(0 < number < t for number in (persons, events, persons - events))
    named_group = profile.whole_group and curve.group_by not in profile.open_dimensions
    shows = any(cells["events"][1] is not Status.HIDDEN for cells in curve.cells)
    honest = incidence_cells(curve, profile)
    problem = ""
    if shows and (few or (named_group and events in (0, persons))):
        problem = "shows few events or a whole group"
    elif shows and any(0 < i.events < t for i in curve.intervals):
        problem = "has an interval with few events"
    elif shows and any(i.at_risk < profile.curve_minimum_at_risk for i in curve.intervals):
        problem = "goes on where few are at risk"
    elif curve.last_day is not None and any(i.day_to > curve.last_day for i in curve.intervals):
        problem = "goes on after its longest window"
    elif any(i.day_to % profile.curve_days for i in curve.intervals):
        problem = "ends an interval on somebody's own day"
    elif any(_exact(cells[name], profile) for cells in curve.cells for name in ("at_risk", "events")):
        problem = "shows an exact count"
    elif shows and [{k: c[k] for k in ("incidence", "low", "high")} for c in curve.cells] != honest:
        problem = "has an incidence that does not come from its released counts"
    if problem:
        raise DisclosureError(f"The audit stopped the release: the curve of {curve.measure} {problem}.")


def _exact(cell: Published, profile: Profile) -> bool:
    value, status = cell
    if profile.method == "suppress":
        return False
    return isinstance(value, int) and (status is Status.SHOWN or value % profile.base > 0) and value != 0
