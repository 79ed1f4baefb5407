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
from pipeline.disclosure.relations import hold
from pipeline.disclosure.rows import COUNTS, MeasureRow
from pipeline.disclosure.sensitive import says_complement, sensitive, sensitive_rest
from pipeline.disclosure.types import Status, Value
from pipeline.errors import DisclosureError

INFINITY = math.inf
Published = tuple[Value, Status]
Bounds = tuple[float, float]
Place = tuple[int, str]  # row, and statistic or `c`
DOUBTS = ("possible", "too_early", "unobserved")  # counts beside the denominator; a listed group may have none


@dataclass(frozen=True)
class Shown:
    """One row as the attacker meets it: the true row, what is published of its counts, and earlier publications.

    `release` is the bundle of a row of an earlier release, '' today. A row that is not `printed` has true counts that
    nothing is said of (an older printing is repeated in its place), but for `few`, that only few people moved them.
    """

    row: MeasureRow
    cells: Mapping[str, Published]
    earlier: Mapping[str, tuple[Bounds, ...]]
    release: str = ""
    printed: bool = True
    few: bool = False

    @property
    def place(self) -> tuple[str, ...]:
        """The row's key, with the bundle where it is an earlier one."""
        return (*self.row.key, self.release) if self.release else self.row.key


def build_problem(rows: Sequence[Shown], profile: Profile) -> Problem:
    """The attack on published rows: unknowns, constraints and targets."""
    return Knowledge(rows, profile).problem


def build_with_places(rows: Sequence[Shown], profile: Profile) -> tuple[Problem, dict[Place, int]]:
    """The attack on published rows, and the unknown that stands for each count: (row, statistic) → unknown."""
    knowledge = Knowledge(rows, profile)
    return knowledge.problem, knowledge.unknown


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


class Knowledge:
    """What any reader knows of published rows, as a problem; its bounds follow when further counts are hidden.

    `unknown` is the unknown that stands for each count, (row, statistic) → unknown; one that several rows share is one
    number that is printed several times.
    """

    def __init__(self, rows: Sequence[Shown], profile: Profile) -> None:
        self.rows, self.profile = list(rows), profile
        self.problem = Problem()
        self.why = [sensitive(shown.row, profile) for shown in rows]
        self.most = self._greatest()
        self.unknown: dict[Place, int] = {}
        self.printed_at: dict[int, list[Place]] = defaultdict(list)
        self.complement: dict[int, int] = {}  # row → its constraint on those outside the numerator
        self.shared: dict[tuple[object, ...], int] = {}
        self.groupings: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for index, shown in enumerate(self.rows):
            self.groupings[shown.row.grouping].append(index)
        self.zero_hidden = _hidden_zeros(self.rows)
        self._build()

    def _greatest(self) -> dict[tuple[str, str], int]:
        """More than any count of a measure's part can be; keeps every program bounded."""
        most: dict[tuple[str, str], int] = defaultdict(lambda: 100)
        for shown in self.rows:
            part = shown.row.measure, shown.row.component
            most[part] = max(most[part], *(2 * number + 100 for number in shown.row.exact.values()), 100)
        return dict(most)

    def _build(self) -> None:
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
        self._between_tables()

    def publish(self, rows: Mapping[int, Shown]) -> None:
        """Rows are shown otherwise now: bounds are set anew, for them and for the groupings that they stand in."""
        for index, shown in rows.items():
            self.rows[index] = shown
        together = {shown.row.grouping for shown in rows.values()}
        affected = sorted({index for grouping in together for index in self.groupings[grouping]})
        self.zero_hidden = {place for place in self.zero_hidden if place[0] not in together}
        self.zero_hidden |= _hidden_zeros([self.rows[index] for index in affected])
        for unknown in {self.unknown[i, name] for i in affected for name in self.rows[i].row.exact}:
            ends = [self._known(self.rows[i], name, self.why[i]) for i, name in self.printed_at[unknown]]
            self.problem.lower[unknown] = max(low for low, _ in ends)
            self.problem.upper[unknown] = min(high for _, high in ends)
        for index in affected:
            if index in self.complement:
                terms = self.problem.constraints[self.complement[index]][0]
                limits = self._complement(self.rows[index], self.why[index])
                self.problem.constraints[self.complement[index]] = (terms, *limits)

    # -- one row ---------------------------------------------------------------------------------------------------

    def _unknowns(self, index: int, shown: Shown) -> None:
        for name, truth in shown.row.exact.items():
            low, high = self._known(shown, name, self.why[index])
            unknown = self._same_or_new(index, shown.row, name, truth, low, high)
            self.unknown[index, name] = unknown
            self.printed_at[unknown].append((index, name))

    def _known(self, shown: Shown, name: str, why: Mapping[str, str]) -> Bounds:
        """What this and earlier printings say of one count."""
        truth = shown.row.exact[name]
        low, high = self._bounds(shown, name, truth, why)
        for earlier_low, earlier_high in shown.earlier.get(name, ()):
            if earlier_low <= truth <= earlier_high:
                low, high = max(low, earlier_low), min(high, earlier_high)
        return low, high

    def _same_or_new(self, index: int, row: MeasureRow, name: str, truth: int, low: float, high: float) -> int:
        """One unknown for what is one number: persons that equal n, and what `_same` says."""
        known = self.unknown.get((index, "n")) if name == "persons" else None
        keys = self._same(row, name, truth)
        for key in keys:
            known = self.shared.get(key) if known is None else known
        if known is None or self.problem.truth[known] != truth:
            known = self.problem.add_unknown(truth, low, high)
        else:
            self.problem.lower[known] = max(self.problem.lower[known], low)
            self.problem.upper[known] = min(self.problem.upper[known], high)
        for key in keys:
            self.shared.setdefault(key, known)
        return known

    def _same(self, row: MeasureRow, name: str, truth: int) -> list[tuple[object, ...]]:
        """What makes a number of members one number: a ladder's windows, and measures of the same units."""
        if name not in ("n", "persons", "too_early"):
            return []
        group = (row.cohort, row.group_by, row.group_value, name)
        window = "" if row.cell_set == "ladder" else row.window
        keys: list[tuple[object, ...]] = [(*group, row.denominator_unit, row.cell_set, window, truth)]
        return [*keys, (*group, row.measure, row.component)] if row.cell_set == "ladder" else keys

    def _bounds(self, shown: Shown, name: str, truth: int, why: Mapping[str, str]) -> Bounds:
        most = self._most(shown.row)
        if not shown.printed:
            return 0, most
        value, status = shown.cells.get(name, (truth, Status.SHOWN))
        t = self.profile.threshold
        if status is not Status.HIDDEN:
            return self._from_released(value, status)
        if name in why and why[name] != "magnitude" and not (name == "x" and says_complement(shown.row, why)):
            return self._from_mark(shown.row, name, truth, why[name])
        if truth == 0:
            return 0, self.profile.threshold - 1
        if name in why or (name == "x" and "c" in why) or (name == "x" and "n" in why):
            return (0, most)
        return min(truth, t), most

    def _most(self, row: MeasureRow) -> int:
        return self.most[row.measure, row.component]

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
        return (0 if covers_zero else 1), (t - 1 if truth < t else self._most(row))

    def _within_row(self, index: int, shown: Shown) -> None:
        row = shown.row
        n, x = self.unknown.get((index, "n")), self.unknown.get((index, "x"))
        persons, possible = self.unknown.get((index, "persons")), self.unknown.get((index, "possible"))
        unobserved = self.unknown.get((index, "unobserved"))
        if n is not None and persons is not None:
            self._if_true({n: 1, persons: -1}, 0, 0) or self._if_true({n: 1, persons: -1}, 0, INFINITY)
        if row.proportion and n is not None and x is not None:
            self.complement[index] = len(self.problem.constraints)
            self.problem.add({n: 1, x: -1}, *self._complement(shown, self.why[index]))
            if possible is not None:
                self._if_true({n: 1, x: -1, possible: -1}, 0, INFINITY)
        if possible is not None and unobserved is not None:
            self._if_true({possible: 1, unobserved: -1}, 0, INFINITY)

    def _complement(self, shown: Shown, why: Mapping[str, str]) -> Bounds:
        if not shown.printed:
            return 0, INFINITY
        t, row = self.profile.threshold, shown.row
        truth = (row.denominator or 0) - (row.numerator or 0)
        hidden = shown.cells.get("x", (0, Status.SHOWN))[1] is Status.HIDDEN
        if hidden and says_complement(row, why):
            return self._from_mark(row, "x", truth, why["c"])
        if not hidden:  # a shown numerator says that its complement is not small
            return (t, INFINITY) if truth >= t else (0, 0) if truth == 0 else (0, INFINITY)
        return 0, INFINITY

    def _targets(self, index: int) -> None:
        for name, why in self.why[index].items():
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
        one = self.rows[members[0]]
        table = one.release, *one.row.key[:5]
        for (_, rest), parts in sums.items():
            for name in COUNTS:
                unknowns = [self.unknown[i, name] for i in parts if (i, name) in self.unknown]
                if unknowns:
                    total = self.unknown.get((at.get(rest, -1), name))
                    self._margin(unknowns, self._total((table, rest, name), unknowns) if total is None else total, name)

    def _total(self, name: object, parts: Iterable[int]) -> int:
        """An unpublished total; several groupings share it."""
        if name not in self.problem.names:
            truth = sum(self.problem.truth[part] for part in parts)
            self.problem.add_unknown(truth, 0, 3 * truth + 100, name)
        return self.problem.names[name]

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
            self._if_true({n: 1, later_n: -1}, 0, 0 if cell_set == "ladder" else INFINITY)
        if cell_set == "ladder" and x is not None and later_x is not None:
            self._if_true({later_x: 1, x: -1}, 0, INFINITY)
        if None not in (n, later_n, x, later_x) and cell_set == "own" and self.rows[longer].row.proportion:
            # who is complete, and without an event, for long is so for short
            self._if_true({n: 1, x: -1, later_n: -1, later_x: 1}, 0, INFINITY)  # type: ignore[dict-item]

    def _members(self, members: Sequence[int]) -> None:
        """Complete and too early make up the group's members, however long the window."""
        sums: list[dict[int, int]] = []
        for index in members:
            n, early = self.unknown.get((index, "n")), self.unknown.get((index, "too_early"))
            if early is not None and (n is not None or self.rows[index].row.status == "too_early"):
                sums.append({early: 1} if n is None else {n: 1, early: 1})  # nobody is complete in such a row
        if len(sums) > 1:
            everybody = self.problem.value(sums[0])
            one = self.rows[members[0]]
            name = one.release, *one.row.key[:3], *one.row.key[5:]
            total = self.problem.add_unknown(everybody, 0, 3 * everybody + 100, name)
            for terms in sums:
                self._if_true({**terms, total: -1}, 0, 0)

    def _beside(self, own: int, ladder: int) -> None:
        """The ladder's members are among the window's own: each count, and the complement, is no larger."""
        both = (own, ladder)
        names = [name for name in ("n", "x", "too_early") if all((i, name) in self.unknown for i in both)]
        equal_n = "n" in names and self._if_true({self.unknown[own, "n"]: 1, self.unknown[ladder, "n"]: -1}, 0, 0)
        for name in names:
            self._if_true({self.unknown[own, name]: 1, self.unknown[ladder, name]: -1}, 0, 0 if equal_n else INFINITY)
        if {"n", "x"} <= set(names):
            complements = {self.unknown[own, "n"]: 1, self.unknown[own, "x"]: -1}
            complements |= {self.unknown[ladder, "n"]: -1, self.unknown[ladder, "x"]: 1}
            self._if_true(complements, 0, INFINITY)

    def _between_tables(self) -> None:
        """What holds by definition between measures and cohorts; raises DisclosureError where the counts deny it."""
        rests: dict[tuple[str, int], dict[str, Terms]] = defaultdict(dict)
        for held in hold([shown.row for shown in self.rows]):
            summed: dict[int, int] = defaultdict(int)
            for place, sign in held.terms:
                summed[self.unknown[place]] += sign
            terms = {unknown: sign for unknown, sign in summed.items() if sign}
            if self.problem.value(terms) < 0 and held.relation.always:
                table = self.rows[held.row].row.measure
                raise DisclosureError(
                    f"The audit stopped the release: in table {table} it is not true that {held.relation.name}. "
                    "Correct the measure or pipeline/disclosure/relations.toml. Nothing was released."
                )
            if self._if_true(terms, 0, INFINITY) and held.relation.rest:
                rests[held.relation.name, held.row][held.counted] = terms
        for (_, row), rest in rests.items():
            self._rest(row, rest)

    def _rest(self, row: int, rest: Mapping[str, Terms]) -> None:
        """Those who are in one cohort or count and not in the other are a group, printed or not: few must not show."""
        named = any(d not in self.profile.open_dimensions for d in self.rows[row].row.dimensions())
        counts = {name: self.problem.value(terms) for name, terms in rest.items()}
        for name in sorted(sensitive_rest(counts, named, self.profile)):
            width, everybody = self.profile.protection_width, rest.get("n", {})
            if rest[name]:
                self.problem.targets.append(Target(rest[name], width, row, name, everybody))

    def _if_true(self, terms: Terms, low: float, high: float) -> bool:
        """Add a relation that holds in the true counts; one that does not hold cannot be known to anybody."""
        holds = low <= self.problem.value(terms) <= high
        if holds:
            self.problem.add(terms, low, high)
        return holds
