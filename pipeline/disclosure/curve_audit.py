"""The audit of curves: what the attack can pin down is hidden by longer intervals or by giving up further curves."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.disclosure.attack import Finding, Problem, Target, Terms, find_narrow
from pipeline.disclosure.curves import Curve, fill_curve, incidence_cells, join
from pipeline.disclosure.followed import people_between
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rounding import Published
from pipeline.disclosure.types import Status
from pipeline.errors import DisclosureError

ROUNDS = 40
OF_CURVES = ("curve", "lost")  # what targets are called: persons, events or the rest of a curve; who left an interval


def is_few(count: int, profile: Profile) -> bool:
    """1 to t-1, judged here anew and not by the rule that hides."""
    return 0 < count < profile.threshold


def protect_curves(curves: list[Curve], profile: Profile, past: Sequence[Sequence[Curve]] = ()) -> None:
    """Hide further curves, or lengthen intervals, until nothing can be pinned down; check the result.

    `past` are the curves that earlier releases printed. Curves that stay weak when there is nothing more to hide are
    taken out of the list. Raises DisclosureError, naming the measure, when a curve cannot be made safe or breaks a
    rule.
    """
    tables: dict[tuple[str, str], list[Curve]] = defaultdict(list)
    for curve in curves:
        tables[curve.measure, curve.cohort].append(curve)
    for (measure, cohort), members in sorted(tables.items()):
        before = [[curve for curve in then if curve.key[:2] == (measure, cohort)] for then in past]
        for curve in members:
            _check_curve(curve, profile)
        for _ in range(ROUNDS + sum(len(curve.intervals) for curve in members)):
            weak = attack_curves(members, profile, before)
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

    Says whether there was anything to give up: what repeats was said before.
    """
    today = [c for c in members if not c.repeats]
    siblings = [c for c in today if c is not weak and c.group_by == weak.group_by and not c.hidden]
    totals = [c for c in today if c.group_by == "all" and c is not weak and not c.hidden]
    if not weak.repeats and not weak.hidden and len(weak.intervals) > 1:
        weak.intervals = [join(*weak.intervals[:2]), *weak.intervals[2:]]
        fill_curve(weak, profile)
        return True
    itself = [] if weak.repeats else [weak]
    for curve in [*itself, *sorted(siblings, key=lambda c: (c.events, c.key)), *totals]:
        if not curve.hidden or (curve is weak and curve.hidden != "secondary"):
            curve.hidden = "secondary"
            fill_curve(curve, profile)
            return True
    return False


def attack_curves(curves: Sequence[Curve], profile: Profile, past: Sequence[Sequence[Curve]] = ()) -> list[Finding]:
    """The attack on the curves of one measure and cohort: their counts, what was lost in each interval, and margins.

    Earlier releases of the same curves stand beside them, tied where nobody moved; what is pinned down of one of them
    is told by today's curve of the same people, or by the first there is.
    """
    problem = Problem()
    today = _add_together(problem, curves, profile, {curve.key: index for index, curve in enumerate(curves)})
    for then in past:
        before = _add_together(problem, then, profile, {curve.key: index for index, curve in enumerate(curves)})
        for key in today.keys() & before.keys():
            tie_curve(problem, today[key], before[key], profile)
    return find_narrow(problem)


def _add_together(
    problem: Problem, curves: Sequence[Curve], profile: Profile, rows: Mapping[tuple[str, ...], int]
) -> dict[tuple[str, ...], OfCurve]:
    """Add the curves of one measure, cohort and release, and that groups make up the whole."""
    added: dict[tuple[str, ...], OfCurve] = {
        curve.key: add_curve(problem, curve, rows.get(curve.key, 0), profile) for curve in curves
    }
    add_margins(problem, added)
    return added


def add_margins(problem: Problem, curves: Mapping[tuple[str, ...], OfCurve]) -> None:
    """The groups of each grouping of a measure in a cohort make up its whole."""
    for (*which, group_by, _), whole in curves.items():
        parts: dict[str, list[OfCurve]] = defaultdict(list)
        for key, curve in curves.items() if group_by == "all" else ():
            if list(key[:2]) == which and key[2] != "all":
                parts[key[2]].append(curve)
        days = sorted({day for groups in parts.values() for curve in (whole, *groups) for day, _ in curve.events})
        for curve in (whole, *(curve for groups in parts.values() for curve in groups)) if parts else ():
            add_days(problem, curve, days)
        for _, groups in sorted(parts.items()):
            _add_margins(problem, whole, groups, days)


def add_days(problem: Problem, added: OfCurve, days: Sequence[int]) -> None:
    """Give a curve the events up to each of these days, also where no interval of its own ends."""
    ends = {day for day, _ in added.events}
    before: dict[int, int] = {}
    for day in (day for day in days if day not in ends):
        truth = added.curve.events_by(day)
        low, high = added.until(day, late=False), added.until(day, late=True)
        if not problem.value(low) <= truth <= problem.value(high):
            continue  # the last of its events are on days that are not counted
        unknown = problem.add_unknown(truth, 0, 2 * added.curve.persons + 100, (*added.name, "until", day))
        for less, more in ((low, {unknown: 1}), ({unknown: 1}, high), (before, {unknown: 1})):
            problem.add(_difference(more, less), 0, math.inf)
        added.between[day] = unknown
        before = {unknown: 1}


def _add_margins(problem: Problem, whole: OfCurve, parts: Sequence[OfCurve], days: Sequence[int]) -> None:
    """Groups make up the whole, at the start, in all events, and on every day on which somebody's interval ends."""
    for which in ("start", "everything"):
        terms: dict[int, int] = {getattr(part, which): 1 for part in parts} | {getattr(whole, which): -1}
        if problem.value(terms) != 0:
            return
        problem.add(terms, 0, 0)
    for day in days:
        for count in (OfCurve.until, OfCurve.at_risk_after):
            low, high = ([count(part, day, late) for part in parts] for late in (False, True))
            for terms in (
                _difference(_sum(high), count(whole, day, False)),
                _difference(count(whole, day, True), _sum(low)),
            ):
                if problem.value(terms) >= 0:
                    problem.add(terms, 0, math.inf)


def _sum(parts: Sequence[Terms]) -> dict[int, int]:
    return {unknown: weight for terms in parts for unknown, weight in terms.items()}


class OfCurve(NamedTuple):
    """Unknowns of one curve: persons at its start, all its events, and the events of each interval by its last day, and
    those at risk at each interval's start."""

    start: int
    everything: int
    events: list[tuple[int, int]]
    at_risk: list[int]
    curve: Curve
    between: dict[int, int]  # day on which no interval ends → all events up to it

    @property
    def name(self) -> tuple[str, ...]:
        """What its unknowns are called."""
        return (self.curve.release, *self.curve.key)

    def after(self, number: int) -> OfCurve:
        """The same where `number` unknowns stand before its own."""
        events = [(day, unknown + number) for day, unknown in self.events]
        at_risk = [unknown + number for unknown in self.at_risk]
        between = {day: unknown + number for day, unknown in self.between.items()}
        return OfCurve(self.start + number, self.everything + number, events, at_risk, self.curve, between)

    def until(self, day: int, late: bool) -> Terms:
        """Events up to a day: at least those of the intervals that have ended by then, or at most (`late`) those of the
        intervals that reach it, and all of them after the last."""
        if day in self.between:
            return {self.between[day]: 1}
        ended = [unknown for end, unknown in self.events if end <= day]
        if not late or (ended and self.events[len(ended) - 1][0] == day):
            return dict.fromkeys(ended, 1)
        reaching = [unknown for _, unknown in self.events[: len(ended) + 1]]
        return dict.fromkeys(reaching, 1) if len(ended) < len(self.events) else {self.everything: 1}

    def at_risk_after(self, day: int, late: bool) -> Terms:
        """At risk after a day: at least those at the next start that is printed, at most (`late`) at the last one."""
        starts = [-1, *(end for end, _ in self.events[:-1])]  # after these days
        if not late:
            return next(({self.at_risk[i]: 1} for i, begun in enumerate(starts) if begun >= day), {})
        last = max(i for i, begun in enumerate(starts) if begun <= day)
        return {self.at_risk[last]: 1}

    def own(self, who: tuple[str, str], profile: Profile) -> dict[int, int]:
        """How many of an insider's own people are in each of its counts: unknown → number."""
        curve, mine = self.curve, self.curve.who.own.get(who, frozenset())
        numbers = curve.numbers(profile)
        last = math.inf if curve.last_day is None else curve.last_day
        found = {self.start: len(mine), self.everything: curve.who.events_by(last, mine)}
        for number, (at_risk, (_, events)) in enumerate(zip(self.at_risk, self.events, strict=True)):
            found[at_risk] = len(numbers["at_risk", number] & mine)
            found[events] = len(numbers["events", number] & mine)
        return found | {unknown: curve.who.events_by(min(day, last), mine) for day, unknown in self.between.items()}

    def sums(self) -> dict[tuple[str, int], Terms]:
        """The counts of `OnCurve.numbers` as sums of unknowns."""
        found: dict[tuple[str, int], Terms] = {}
        for number, (at_risk, (_, events)) in enumerate(zip(self.at_risk, self.events, strict=True)):
            until = {unknown: 1 for _, unknown in self.events[: number + 1]}
            found |= {("at_risk", number): {at_risk: 1}, ("events", number): {events: 1}, ("until", number): until}
            found["rest", number] = {self.start: 1} | dict.fromkeys(until, -1)
        return found


def add_curve(problem: Problem, curve: Curve, index: int, profile: Profile) -> OfCurve:
    """Add the unknowns and targets of one curve to a problem; `index` is the row that its targets are told by."""
    most, width = 2 * curve.persons + 100, profile.protection_width
    name = (curve.release, *curve.key)
    start = problem.add_unknown(curve.persons, 0, most, (*name, "start"))
    everything = problem.add_unknown(curve.events, 0, most, (*name, "everything"))
    problem.add({start: 1, everything: -1}, 0, math.inf)
    small_rest = is_few(curve.persons - curve.events, profile)
    for terms, small in (
        ({start: 1}, is_few(curve.persons, profile)),
        ({everything: 1}, is_few(curve.events, profile)),
        ({start: 1, everything: -1}, small_rest),
    ):
        if small and not curve.repeats:
            problem.add(terms, 1, profile.threshold - 1)  # the attacker knows what the mark is for
            problem.targets.append(Target(terms, width, index, OF_CURVES[0]))
    by_day: list[tuple[int, int]] = []
    started: list[int] = []
    events_seen, left_before = {everything: 1}, {start: 1}
    for interval, cells in zip(curve.intervals, curve.cells, strict=True):
        at_risk, events = (
            problem.add_unknown(
                truth, *_known(curve, cells[statistic], most, profile), (*name, statistic, interval.day_to)
            )
            for statistic, truth in (("at_risk", interval.at_risk), ("events", interval.events))
        )
        lost = problem.value(left_before) - interval.at_risk
        problem.add({**left_before, at_risk: -1}, 0, 0 if not started and lost == 0 else math.inf)
        if is_few(lost, profile) and not curve.repeats:
            problem.targets.append(Target({**left_before, at_risk: -1}, width, index, OF_CURVES[1]))
        events_seen[events] = -1
        by_day.append((interval.day_to, events))
        started.append(at_risk)
        left_before = {at_risk: 1, events: -1}
    all_told = curve.hidden and problem.value(events_seen) == 0  # a hidden curve is one row over all its days
    problem.add(events_seen, 0, 0 if all_told else math.inf)
    return OfCurve(start, everything, by_day, started, curve, {})


def own_on_curves(curves: Iterable[OfCurve], profile: Profile) -> dict[tuple[str, str], dict[int, int]]:
    """What each insider's own people add to each count of curves: insider → unknown → number.

    Somebody of a kind who has nobody on the curves of a measure and cohort knows so: under the kind and no name.
    """
    together: dict[tuple[str, ...], list[OfCurve]] = defaultdict(list)
    for curve in curves:
        together[curve.name[:3]].append(curve)
    found: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for members in together.values():
        insiders = {who for curve in members for who in curve.curve.who.own}
        for who in sorted(insiders | {(kind, "") for kind, _ in insiders}):
            for curve in members:
                found[who] |= curve.own(who, profile)
    return dict(found)


def tie_curve(problem: Problem, now: OfCurve, then: OfCurve, profile: Profile) -> None:
    """Tie counts of a curve to those that an earlier release printed of it: the same number where nobody moved (and, of
    events, nobody came or left at all), nearly the same where the curve repeats because few did."""
    few = profile.threshold - 1
    who, before = now.curve.numbers(profile), then.curve.numbers(profile)
    members = who["at_risk", 0] == before["at_risk", 0]
    today, sums = now.sums(), then.sums()
    for one, those in who.items():
        for other in (other for other in before if other[0] == one[0]):
            repeats = bool(now.curve.repeats) and one == other
            if not repeats and len(those) != len(before[other]):
                continue  # somebody moved
            people = people_between(before[other], those)
            terms = _difference(today[one], sums[other])
            change = abs(problem.value(terms))
            if people == change == 0 and (members or one[0] == "at_risk"):
                problem.add(terms, 0, 0)
            elif repeats and people <= few and change <= few:
                problem.add(terms, -few, few)


def _difference(one: Terms, other: Terms) -> dict[int, int]:
    terms = dict(one)
    for unknown, weight in other.items():
        terms[unknown] = terms.get(unknown, 0) - weight
    return {unknown: weight for unknown, weight in terms.items() if weight}


def _known(curve: Curve, cell: Published, most: int, profile: Profile) -> tuple[float, float]:
    """What a cell says of today's count: nothing where the curve repeats an earlier printing."""
    return (0, most) if curve.repeats else _bounds(cell, most, profile)


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
    if curve.repeats:
        return
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
