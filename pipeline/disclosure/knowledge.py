"""What the attacker knows of one measure's table: bounds from every published cell, and how the cells hang together.

The attacker is stronger than any reader: of each mark he knows whether it hides a small count, a small complement, a
whole group or only protects another cell, and every relation that holds in the true counts is known to him.
This module judges by the true counts alone and shares no code with the rules that hide (rounding.py).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.disclosure.attack import Problem, Target, Terms
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rows import COUNTS, MeasureRow
from pipeline.disclosure.types import Status, Value

Published = tuple[Value, Status]
Bounds = tuple[float, float]
Place = tuple[int, str]  # row, and statistic or `c`
DOUBTS = ("possible", "too_early", "unobserved")  # counts beside the denominator; a listed group may have none


@dataclass(frozen=True)
class Shown:
    """One row as the attacker meets it: the true row, what is published of its counts, and earlier publications.

    `release` is the bundle of a row of an earlier release, '' today. A row that is not `printed` has true counts that
    nothing is said of (an older printing is repeated in its place).
    """

    row: MeasureRow
    cells: Mapping[str, Published]
    earlier: Mapping[str, tuple[Bounds, ...]]
    release: str = ""
    printed: bool = True

    @property
    def place(self) -> tuple[str, ...]:
        """The row's key, with the bundle where it is an earlier one."""
        return (*self.row.key, self.release) if self.release else self.row.key


def sensitive(row: MeasureRow, profile: Profile) -> dict[str, str]:
    """Which quantities of a row must stay uncertain, by the true counts: statistic (or `c`, the complement) → why."""
    t, found = profile.threshold, {}
    counts = row.exact
    for name in ("possible", "too_early", "unobserved"):
        if 0 < counts.get(name, 0) < t:
            found[name] = "small"
    if row.status != "measured":
        return found
    persons = row.persons or 0
    if 0 < persons < t or 0 < counts.get("n", 0) < t:
        found |= {name: "small" for name in ("n", "persons") if name in counts}
    if row.numerator is not None and (0 < row.numerator < t or 0 < (row.numerator_persons or 0) < t):
        found["x"] = "small"
    if row.proportion:
        found |= _sensitive_part(row, profile)
    if row.kind == "ratio" and row.numerator and "x" not in found and _dominated(row.share, profile):
        found["x"] = "magnitude"
    if row.process and persons + counts.get("n", 0) > 0 and (row.workers or 0) < _workers(row, profile):
        found |= {name: "magnitude" for name in ("n", "x", "persons") if name in counts and name not in found}
    return found


def _sensitive_part(row: MeasureRow, profile: Profile) -> dict[str, str]:
    n, x = row.denominator or 0, row.numerator or 0
    if 0 < n - x < profile.threshold or 0 < (row.complement_persons or 0) < profile.threshold:
        return {"c": "small"}
    named_group = any(dimension not in profile.open_dimensions for dimension in row.dimensions())
    if profile.whole_group and named_group and n > 0:
        return {"x": "none"} if x == 0 else {"c": "none"} if x == n else {}
    return {}


def _says_complement(row: MeasureRow, why: Mapping[str, str]) -> bool:
    """One mark, one meaning: it speaks of the complement only where that is the smaller part."""
    rest = (row.denominator or 0) - (row.numerator or 0)
    return "c" in why and ("x" not in why or rest < (row.numerator or 0))


def _dominated(share: float | None, profile: Profile) -> bool:
    return share is None or share > profile.dominance.percent / 100


def _workers(row: MeasureRow, profile: Profile) -> int:
    return profile.caseload_workers if row.measure == "caseload" else profile.minimum_workers


def build_problem(rows: Sequence[Shown], profile: Profile, only: set[Place] | None = None) -> Problem:
    """The attack on one table: unknowns, constraints and targets (`only` some of them: row and statistic)."""
    return _Builder(rows, profile, only).build()


def build_with_places(
    rows: Sequence[Shown], profile: Profile, only: set[Place] | None = None
) -> tuple[Problem, dict[Place, int]]:
    """The attack on one table, and the unknown that stands for each count: (row, statistic) → unknown."""
    builder = _Builder(rows, profile, only)
    return builder.build(), builder.unknown


def _hidden_zeros(rows: Sequence[Shown]) -> set[tuple[tuple[str, ...], str]]:
    """Groupings and counts whose marks may also stand for 0.

    Either some zero is hidden there and none is shown; or a count beside the denominator is hidden in the whole
    grouping, as it also is for neighbouring tables with zeros in it, so that the marks do not tell the two apart.
    """
    statuses: dict[tuple[tuple[str, ...], str], set[tuple[bool, bool]]] = defaultdict(set)
    for one in rows:
        for name, truth in one.row.exact.items():
            if name in one.cells and one.printed:
                statuses[one.row.grouping, name].add((truth == 0, one.cells[name][1] is Status.HIDDEN))
    return {
        place
        for place, found in statuses.items()
        if (True, False) not in found
        and ((True, True) in found or (place[1] in DOUBTS and (False, False) not in found))
    }


class _Builder:
    def __init__(self, rows: Sequence[Shown], profile: Profile, only: set[Place] | None) -> None:
        self.rows, self.profile, self.only = rows, profile, only
        self.problem = Problem()
        counts = [number for shown in rows for number in shown.row.exact.values()]
        self.why = [sensitive(shown.row, profile) for shown in rows]
        self.most = 2 * max(counts, default=0) + 100  # no count can be above; keeps every program bounded
        self.unknown: dict[tuple[int, str], int] = {}
        self.shared: dict[tuple[str, ...], int] = {}
        self.zero_hidden = _hidden_zeros(rows)

    def build(self) -> Problem:
        """All unknowns first, row by row, then what holds between the rows."""
        for index, shown in enumerate(self.rows):
            self._unknowns(index, shown)
            self._within_row(index, shown)
            self._targets(index)
        tables: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for index, shown in enumerate(self.rows):
            row = shown.row
            tables[(row.measure, row.component, row.cohort, row.cell_set, row.window)].append(index)
        for members in tables.values():
            self._margins(members)
        self._windows()
        return self.problem

    # -- one row ---------------------------------------------------------------------------------------------------

    def _unknowns(self, index: int, shown: Shown) -> None:
        why = self.why[index]
        for name, truth in shown.row.exact.items():
            low, high = self._bounds(shown, name, truth, why)
            for earlier_low, earlier_high in shown.earlier.get(name, ()):
                if earlier_low <= truth <= earlier_high:
                    low, high = max(low, earlier_low), min(high, earlier_high)
            self.unknown[index, name] = self._same_or_new(index, shown.row, name, truth, low, high)

    def _same_or_new(self, index: int, row: MeasureRow, name: str, truth: int, low: float, high: float) -> int:
        """One unknown for what is one number: persons that equal n, and n and too_early throughout a ladder."""
        shared: tuple[str, ...] | None = None
        if row.cell_set == "ladder" and name in ("n", "persons", "too_early"):
            shared = (row.component, row.cohort, row.group_by, row.group_value, name)
        known = self.unknown.get((index, "n")) if name == "persons" else None
        known = self.shared.get(shared) if known is None and shared else known
        if known is None or self.problem.truth[known] != truth:
            known = self.problem.add_unknown(truth, low, high)
        else:
            self.problem.lower[known] = max(self.problem.lower[known], low)
            self.problem.upper[known] = min(self.problem.upper[known], high)
        if shared:
            self.shared[shared] = known
        return known

    def _bounds(self, shown: Shown, name: str, truth: int, why: Mapping[str, str]) -> Bounds:
        if not shown.printed:
            return 0, self.most
        value, status = shown.cells.get(name, (truth, Status.SHOWN))
        t = self.profile.threshold
        if status is not Status.HIDDEN:
            return self._from_released(value, status)
        if name in why and why[name] != "magnitude" and not (name == "x" and _says_complement(shown.row, why)):
            return self._from_mark(shown.row, name, truth, why[name])
        if truth == 0:
            return 0, self.profile.threshold - 1
        if name in why or (name == "x" and "c" in why) or (name == "x" and "n" in why):
            return (0, self.most)
        return min(truth, t), self.most

    def _from_released(self, value: Value, status: Status) -> Bounds:
        number = float(value) if isinstance(value, int | float) else math.nan
        if status is Status.SHOWN or number % self.profile.base:
            return number, number
        half = self.profile.half
        return max(number - half, min(self.profile.threshold, number + half)), number + half

    def _from_mark(self, row: MeasureRow, name: str, truth: int, why: str) -> Bounds:
        """A mark says 1 to t-1, from 0 where an empty group would be marked too; more where few people make many."""
        t = self.profile.threshold
        named_group = any(dimension not in self.profile.open_dimensions for dimension in row.dimensions())
        covers_zero = why == "none" or (name == "x" and row.proportion and named_group and self.profile.whole_group)
        covers_zero = covers_zero or (row.grouping, name) in self.zero_hidden
        return (0 if covers_zero else 1), (t - 1 if truth < t else self.most)

    def _within_row(self, index: int, shown: Shown) -> None:
        row = shown.row
        n, x = self.unknown.get((index, "n")), self.unknown.get((index, "x"))
        persons, possible = self.unknown.get((index, "persons")), self.unknown.get((index, "possible"))
        unobserved = self.unknown.get((index, "unobserved"))
        if n is not None and persons is not None:
            self._if_true({n: 1, persons: -1}, 0, 0) or self._if_true({n: 1, persons: -1}, 0, self.most)
        if row.proportion and n is not None and x is not None:
            low, high = self._complement(shown, self.why[index])
            self._if_true({n: 1, x: -1}, low, high)
            if possible is not None:
                self._if_true({n: 1, x: -1, possible: -1}, 0, self.most)
        if possible is not None and unobserved is not None:
            self._if_true({possible: 1, unobserved: -1}, 0, self.most)

    def _complement(self, shown: Shown, why: Mapping[str, str]) -> Bounds:
        if not shown.printed:
            return 0, self.most
        t, row = self.profile.threshold, shown.row
        truth = (row.denominator or 0) - (row.numerator or 0)
        hidden = shown.cells.get("x", (0, Status.SHOWN))[1] is Status.HIDDEN
        if hidden and _says_complement(row, why):
            return self._from_mark(row, "x", truth, why["c"])
        if not hidden:  # a shown numerator says that its complement is not small
            return (t, self.most) if truth >= t else (0, 0) if truth == 0 else (0, self.most)
        return 0, self.most

    def _targets(self, index: int) -> None:
        for name, why in self.why[index].items():
            if self.only is not None and (index, name) not in self.only:
                continue
            if name == "c":
                terms: Terms = {self.unknown[index, "n"]: 1, self.unknown[index, "x"]: -1}
            else:
                terms = {self.unknown[index, name]: 1}
            width = self.profile.protection_width
            if why == "magnitude":
                width = max(width, math.ceil(self.problem.value(terms) * self.profile.protection_percent / 100))
            self.problem.targets.append(Target(terms, width, index, name))

    # -- between rows ----------------------------------------------------------------------------------------------

    def _margins(self, members: Sequence[int]) -> None:
        """For every grouping: groups against the total over it, whether they add up, stay below, or repeat it."""
        at = {frozenset(self.rows[i].row.coordinates().items()): i for i in members}
        sums: dict[tuple[str, frozenset[tuple[str, str]]], list[int]] = defaultdict(list)
        for index in members:
            coordinates = self.rows[index].row.coordinates()
            for dimension in coordinates:
                rest = frozenset((d, v) for d, v in coordinates.items() if d != dimension)
                sums[dimension, rest].append(index)
        totals: dict[tuple[frozenset[tuple[str, str]], str], int] = {}
        for (_, rest), parts in sums.items():
            for name in COUNTS:
                unknowns = [self.unknown[i, name] for i in parts if (i, name) in self.unknown]
                if unknowns:
                    self._margin(unknowns, self._total(at.get(rest), rest, name, unknowns, totals), name)

    def _total(
        self,
        index: int | None,
        rest: frozenset[tuple[str, str]],
        name: str,
        parts: Iterable[int],
        totals: dict[tuple[frozenset[tuple[str, str]], str], int],
    ) -> int:
        """The total's unknown; an unpublished total that several groupings share is an unknown of its own."""
        if index is not None and (index, name) in self.unknown:
            return self.unknown[index, name]
        if (rest, name) not in totals:
            truth = sum(self.problem.truth[part] for part in parts)
            totals[rest, name] = self.problem.add_unknown(truth, 0, 2 * truth + self.most)
        return totals[rest, name]

    def _margin(self, parts: Sequence[int], total: int, name: str) -> None:
        terms = {**dict.fromkeys(parts, 1), total: -1}
        if not self._if_true(terms, 0, 0) and not self._if_true(terms, -math.inf, 0):
            for part in parts:
                self._if_true({part: 1, total: -1}, -math.inf, 0)
        if name == "n" and len(parts) > 1 and all(self.problem.truth[p] == self.problem.truth[total] for p in parts):
            for part in parts:
                self._if_true({part: 1, total: -1}, 0, 0)

    def _windows(self) -> None:
        """Windows of one group: a ladder climbs on one n; windows of their own lose members as they grow longer."""
        groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
        ladders: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
        for index, shown in enumerate(self.rows):
            row = shown.row
            if row.window:
                place = (row.measure, row.component, row.cohort, row.group_by, row.group_value)
                groups[(*place, row.cell_set)].append(index)
                ladders[(*place, row.window)][row.cell_set] = index
        for (*_, cell_set), members in groups.items():
            ordered = sorted(members, key=lambda i: int(self.rows[i].row.window))
            for shorter, longer in pairwise(ordered):
                self._step(cell_set, shorter, longer)
        for group in sorted({key[:-1] for key in groups}):
            self._members([*groups[(*group, "own")], *groups[(*group, "ladder")]])
        for pair in ladders.values():
            if {"own", "ladder"} <= set(pair):
                self._beside(pair["own"], pair["ladder"])

    def _step(self, cell_set: str, shorter: int, longer: int) -> None:
        n, later_n = self.unknown.get((shorter, "n")), self.unknown.get((longer, "n"))
        x, later_x = self.unknown.get((shorter, "x")), self.unknown.get((longer, "x"))
        if n is not None and later_n is not None:
            self._if_true({n: 1, later_n: -1}, 0, 0 if cell_set == "ladder" else self.most)
        if cell_set == "ladder" and x is not None and later_x is not None:
            self._if_true({later_x: 1, x: -1}, 0, INFINITY)
        if self.rows[shorter].row.proportion and self.rows[longer].row.proportion and not {n, later_n, x, later_x} & {None}:
            terms = {n: 1, x: -1}
            for unknown, weight in ((later_n, -1), (later_x, 1)):
                terms[unknown] = terms.get(unknown, 0) + weight
            self._if_true(terms, 0, INFINITY)  # complete and without an event for long is so for short

    def _members(self, members: Sequence[int]) -> None:
        """Complete and too early make up the group's members, however long the window."""
        pairs = [(self.unknown.get((i, "n")), self.unknown.get((i, "too_early"))) for i in members]
        both = [(n, early) for n, early in pairs if n is not None and early is not None]
        if len(both) > 1:
            everybody = self.problem.value({both[0][0]: 1, both[0][1]: 1})
            total = self.problem.add_unknown(everybody, 0, 2 * everybody + self.most)
            for n, early in both:
                self._if_true({n: 1, early: 1, total: -1}, 0, 0)

    def _beside(self, own: int, ladder: int) -> None:
        """The ladder's members are among the window's own: each count, and the complement, is no larger."""
        names = [name for name in ("n", "x", "too_early") if {(own, name), (ladder, name)} <= set(self.unknown)]
        equal_n = "n" in names and self._if_true({self.unknown[own, "n"]: 1, self.unknown[ladder, "n"]: -1}, 0, 0)
        for name in names:
            self._if_true({self.unknown[own, name]: 1, self.unknown[ladder, name]: -1}, 0, 0 if equal_n else self.most)
        if {"n", "x"} <= set(names):
            complements = {self.unknown[own, "n"]: 1, self.unknown[own, "x"]: -1}
            complements |= {self.unknown[ladder, "n"]: -1, self.unknown[ladder, "x"]: 1}
            self._if_true(complements, 0, self.most)

    def _if_true(self, terms: Terms, low: float, high: float) -> bool:
        """Add a relation that holds in the true counts; one that does not hold cannot be known to anybody."""
        holds = low <= self.problem.value(terms) <= high
        if holds:
            self.problem.add(terms, low, high)
        return holds
