"""What else a release prints of the same people, tied to its tables of measures: attrition and curves.

Whoever lays them side by side knows that those whose window is complete at a step of the attrition are the members of
a table; that those on a curve are its members and those who wait for their window; and that the events up to a day
bound the numerators of windows that end about there. So all of it is one problem.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from pipeline.disclosure.attack import Problem, Terms
from pipeline.disclosure.curve_audit import OF_CURVES, OfCurve, add_curve, add_margins, leave_out, tie_curve
from pipeline.disclosure.curves import Curve, fill_curve
from pipeline.disclosure.plain import Place, PlainTable, add_table, tie_plain
from pipeline.disclosure.process import lost_between
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.relations import Complete, complete_steps
from pipeline.disclosure.rows import MeasureRow

Unknowns = Mapping[tuple[int, str], int]  # row, and statistic → unknown

ATTRITION = "attrition"
CURVES = ("curve", "curves", "all curves")
OPEN, PER_RELEASE = "programme_open", "programme_per_release"
STAND_BESIDE = (OPEN, PER_RELEASE)  # cohorts that differ from the programme by few
BESIDE_ATTRITION, RELEASES = "attrition of cohorts beside", "releases in attrition"
WAYS = (*CURVES, BESIDE_ATTRITION, RELEASES, ATTRITION)  # what is withheld, the least missed first


@dataclass
class Beside:
    """The attrition and the curves of a release, as they will be printed; `withheld` counts what was hidden besides."""

    profile: Profile
    attrition: PlainTable | None = None
    curves: list[Curve] = field(default_factory=list)
    withheld: int = 0
    told_by: dict[tuple[str, ...], str] = field(default_factory=dict)  # curve → the grouping whose rows tell of it

    def join(self, rows: Sequence[MeasureRow], problem: Problem, unknown: Unknowns) -> Joined:
        """Add them to the problem of the tables' rows, with what ties them; what is tied to nothing is left out."""
        joined = Joined(self)
        if self.attrition is not None:
            joined.attrition = self._join_attrition(self.attrition, rows, problem, unknown)
        members = {curve.key: self._members(curve, rows) for curve in self.curves}
        for curve in self.curves:
            beside = next((found for key, found in members.items() if key[:2] == curve.key[:2] and found), [])
            if beside:  # a curve without rows of its own hangs on those of the whole that it is a part of
                at = (members[curve.key] or beside)[0]
                self.told_by[curve.key] = rows[at].group_by
                joined.curves[curve.key] = self._add_curve(curve, at, problem)
        add_margins(problem, joined.curves)
        for added in joined.curves.values():
            for index in members[added.curve.key]:
                _tie_row(problem, added, rows[index], index, unknown)
        return joined

    def _members(self, curve: Curve, rows: Sequence[MeasureRow]) -> list[int]:
        """Rows whose members are on a curve."""
        return [
            index
            for index, row in enumerate(rows)
            if row.cell_set == "own"
            and row.window
            and row.status in ("measured", "too_early")
            and (row.measure, row.cohort, row.group_by, row.group_value) == curve.key
        ]

    def speaks_of(self, row: MeasureRow) -> bool:
        """Whether something here may be tied to a row or to one beside it."""
        steps = {(step.measure, "all") for step in complete_steps()}
        return row.cell_set == "own" and (row.measure, row.group_by) in steps | self._of_curves

    @cached_property
    def _of_curves(self) -> set[tuple[str, str]]:
        return {(curve.measure, curve.group_by) for curve in self.curves}

    def withhold(self, rows: Collection[MeasureRow], what: str) -> None:
        """Hide what tells of rows: their own `curve`, all `curves` of their grouping, all of their measure, or their
        cohorts' attrition.

        Of the attrition that of cohorts that stand beside the programme goes first, then releases, last people: from
        them a reader learns how many clients there are.
        """
        if what in CURVES:
            self._withhold_curves(rows, what)
            return
        cohorts = {row.cohort for row in rows if row.group_by == "all"}
        if what == BESIDE_ATTRITION:
            cohorts = set(STAND_BESIDE) if cohorts & {"programme", *STAND_BESIDE} else set()
        self._withhold_attrition(cohorts, ("releases",) if what == RELEASES else ("releases", "persons"))

    def _withhold_curves(self, rows: Collection[MeasureRow], what: str) -> None:
        depth = len(CURVES) - CURVES.index(what) + 1  # how much of a curve's key the rows must share with it
        places = {(row.measure, row.cohort, row.group_by, row.group_value)[:depth] for row in rows}
        for curve in self.curves:
            names = {curve.key[:depth], (*curve.key[:2], self.told_by.get(curve.key, curve.group_by))[:depth]}
            if curve.hidden != "secondary" and not curve.repeats and names & places:
                curve.hidden = "secondary"
                fill_curve(curve, self.profile)
                self.withheld += 1

    def _withhold_attrition(self, cohorts: Collection[str], names: Collection[str]) -> None:
        table = self.attrition
        if table is None:
            return
        for place in table.printed():
            told = table.keys[place[0]]["cohort"] in cohorts and place[1] in names
            if told and place not in table.hidden:
                table.hidden[place] = "secondary"
                self.withheld += 1

    def leave_out(self, found: Collection[tuple[str, MeasureRow]]) -> None:
        """Print nothing of the attrition and of the curves that tell too much though all of them is hidden; by the
        statistic told and a row that it is told of."""
        before = len(self.curves) + (len(self.attrition.places()) if self.attrition else 0)
        if self.attrition is not None:
            self.attrition.leave_out({row.cohort for statistic, row in found if statistic == ATTRITION})
        keys = {(row.measure, row.cohort, row.group_by) for statistic, row in found if statistic in OF_CURVES}
        told = [c for c in self.curves if (*c.key[:2], self.told_by.get(c.key, c.group_by)) in keys]
        leave_out(self.curves, told)
        self.withheld += before - len(self.curves) - (len(self.attrition.places()) if self.attrition else 0)

    # -- attrition -------------------------------------------------------------------------------------------------

    def _join_attrition(
        self, table: PlainTable, rows: Sequence[MeasureRow], problem: Problem, unknown: Unknowns
    ) -> dict[Place, int]:
        at, sums = add_table(problem, table, self.profile, table.release)
        row_of = {row.cohort: index for index, row in reversed(list(enumerate(rows)))}
        same: dict[tuple[str, str, int], int] = {}
        for place, number in at.items():
            key = table.keys[place[0]]
            if not key["reason"]:  # a step that two cohorts share
                first = same.setdefault((key["step"], place[1], problem.truth[number]), number)
                _if_true(problem, {first: 1, number: -1} if first != number else {}, 0)
            for tied in _tied(key, place[1], rows, unknown):
                _if_true(problem, {number: 1, tied: -1}, 0)
        for terms in sums:
            cohort = table.keys[next(iter(terms))[0]]["cohort"]
            if cohort in row_of:
                whole = {at[place]: weight for place, weight in terms.items()}
                problem.add_target(whole, self.profile.protection_width, row_of[cohort], ATTRITION)
        return at

    # -- curves ----------------------------------------------------------------------------------------------------

    def _add_curve(self, curve: Curve, at: int, problem: Problem) -> OfCurve:
        before = len(problem.targets)
        added = add_curve(problem, curve, at, self.profile)
        problem.targets[before:] = [replace(target, among={}) for target in problem.targets[before:]]
        return added


@dataclass
class Joined:
    """Where the counts of one release's attrition and curves stand among the unknowns of a problem."""

    beside: Beside
    attrition: dict[Place, int] = field(default_factory=dict)
    curves: dict[tuple[str, ...], OfCurve] = field(default_factory=dict)

    def after(self, number: int) -> Joined:
        """The same where `number` unknowns stand before its own."""
        curves = {key: curve.after(number) for key, curve in self.curves.items()}
        return Joined(self.beside, {place: unknown + number for place, unknown in self.attrition.items()}, curves)

    def tie(self, then: Joined, problem: Problem) -> None:
        """Tie them to those of an earlier release: what nobody moved is one number, what repeats moved by few."""
        profile, now, before = self.beside.profile, self.beside.attrition, then.beside.attrition
        for key in sorted(self.curves.keys() & then.curves.keys()):
            tie_curve(problem, self.curves[key], then.curves[key], profile)
        if now is not None and before is not None:
            tie_plain(problem, (now, self.attrition), (before, then.attrition), lost_between, profile)


def _tie_row(problem: Problem, curve: OfCurve, row: MeasureRow, index: int, unknown: Unknowns) -> None:
    """One row of a table against a curve: its members, and the events before and after its window's end."""
    counts = {name: unknown[index, name] for name in ("n", "x", "too_early") if (index, name) in unknown}
    if len(counts) == 3:
        _tie_window(problem, curve, int(row.window), counts)
    elif row.status == "too_early" and counts:
        _if_true(problem, {curve.start: 1, counts["too_early"]: -1}, 0)


def _tie_window(problem: Problem, curve: OfCurve, window: int, counts: Mapping[str, int]) -> None:
    n, x, early = counts["n"], counts["x"], counts["too_early"]
    _if_true(problem, {curve.start: 1, n: -1, early: -1}, 0)
    days = sorted({*curve.between, *(day for day, _ in curve.events)})
    before = max((day for day in days if day <= window), default=None)
    after = min((day for day in days if day >= window), default=None)
    until = curve.until(before, late=False) if before is not None else {}
    covering = curve.until(after, late=True) if after is not None else {curve.everything: 1}
    _if_true(problem, {x: 1, early: 1, **{number: -weight for number, weight in until.items()}}, math.inf)
    _if_true(problem, {**covering, x: -1}, math.inf)


def _tied(key: Mapping[str, str], name: str, rows: Sequence[MeasureRow], unknown: Unknowns) -> list[int]:
    """Counts of tables that a count of the attrition is: complete members, or those who are too early."""
    statistic = _statistic(key, name)
    found = []
    for step in complete_steps() if statistic else ():
        for index, row in enumerate(rows):
            if _is_row(row, step, key) and (index, statistic) in unknown:
                found.append(unknown[index, statistic])
    return found


def _statistic(key: Mapping[str, str], name: str) -> str:
    if key["reason"]:
        return "too_early" if (key["reason"], name) == ("too_early", "releases") else ""
    return {"releases": "n", "persons": "persons"}[name]


def _is_row(row: MeasureRow, step: Complete, key: Mapping[str, str]) -> bool:
    place = (row.measure, row.window, row.cohort, row.cell_set, row.group_by)
    return step.step == key["step"] and place == (step.measure, step.window, key["cohort"], "own", "all")


def _if_true(problem: Problem, terms: Terms, high: float) -> None:
    """Add a relation `0 <= sum <= high` that holds in the true counts; nobody knows one that does not."""
    if terms and 0 <= problem.value(terms) <= high:
        problem.add(terms, 0, high)
