"""An attacker of a series of releases, who shares no code with the stage that protects them.

He sees what any reader sees: every printed count with its status, the one mark, base and threshold, which groups make
up which totals, the windows of one group, and the day of a value that is repeated. As an insider he also has, in every
quarter, the counts of his own people in every cell. Everything is a whole number to him, and what he asks is: between
which two values can this count still lie?

Where a reader would have to guess, the attacker guesses right (he is never weaker than somebody who was lucky):
of a mark he knows whether a small count, a small rest (the smaller of the two), or none or all of a group is behind it,
or only the protection of another cell; of a value that is published again he knows when nobody came and nobody left.

What counts as *recovered*, for each profile with threshold t and protection width w (4 possible values under
`publication`, 5 under `exact` and `acro`, 2 under `minimum-3`, since a mark for 1 and 2 has no more):

- a hidden small count (1 to t-1 people, or 1 to t-1 outside the numerator, or none or all of a group of people whom one
  can name) of any release, when greatest minus least possible value is below w. A count that is hidden only for the
  sake of another is large and may be found out: it would have been printed otherwise.
- a small change (1 to t-1 people came and went) of a count between two releases that say something of it, when greatest
  minus least possible change is below w.
- to an insider both hold for what is not his own. Only what no mark can hide from him is spared: his own rows, counts
  and rows whose people are all his own, and where he has m > 1 people behind a mark no more than t-1-m is asked, since
  a mark itself says that the others are no more. Where few people are in a whole row, or moved it, m are all those of
  his own among them. Who has all people of a row or a curve knows it exactly (he knows that nobody else works there).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any

from tests.support.curve_attacker import CurveOf, Curves, Drawn, Way, Ways

Key = tuple[str, ...]  # measure, component, cohort, cell_set, window, group_by, group_value
Counts = Mapping[str, int]
Terms = dict[int, int]  # variable → coefficient
COUNTS = ("n", "x", "possible", "unobserved", "too_early")
ROLES = ("n", "x", "rest", "possible", "unobserved", "too_early")  # what people can enter and leave
OPEN = ("all",)  # groupings that name nobody
SWEEPS = 6
NEARLY = 1e-6
INFINITY = float("inf")


@dataclass(frozen=True)
class Rules:
    """What the attacker has read of the profile."""

    threshold: int
    base: int
    width: int
    rounds: bool


@dataclass(frozen=True)
class Release:
    """One release: its printed rows (statistic → value and status), which of them repeat, and the truth to judge by.

    `truth` has the counts of every cell that somebody is in; `people` says for each cell and role who is in it; both
    are for the judge, and the attacker's luck. `own` has each insider's part of every cell, `theirs` its people.
    """

    printed: Mapping[Key, Mapping[str, tuple[Any, str]]]
    repeats: frozenset[Key]
    truth: Mapping[Key, Counts]
    people: Mapping[tuple[Key, str], frozenset[int]]
    own: Mapping[tuple[str, str], Mapping[Key, Counts]]
    theirs: Mapping[tuple[str, str], frozenset[int]]
    curves: Mapping[CurveOf, Drawn] = field(default_factory=dict)
    way: Way | None = None


@dataclass(frozen=True)
class Question:
    """A sum that must stay uncertain, by how much, and what it is (for the report of a failure)."""

    terms: tuple[tuple[int, int], ...]
    width: int
    about: str


@dataclass
class Knowledge:
    """Whole-number variables with bounds and relations, beside the true values that they must allow."""

    truth: list[int] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    own: list[int] = field(default_factory=list)  # what the insider's own people add
    relations: list[tuple[Terms, float, float]] = field(default_factory=list)

    def variable(self, truth: int, low: float, high: float, own: int = 0) -> int:
        assert max(low, own) <= truth <= high, "the attacker believes something that is not so"
        self.truth.append(truth)
        self.low.append(max(low, own))
        self.high.append(high)
        self.own.append(own)
        return len(self.truth) - 1

    def know(self, variable: int) -> None:
        """This number is known exactly."""
        self.low[variable] = self.high[variable] = self.truth[variable]

    def relate(self, terms: Terms, low: float, high: float) -> None:
        assert low <= self.value(terms) <= high, "the attacker believes something that is not so"
        self.relations.append((terms, low, high))

    def never_negative(self, terms: Terms) -> None:
        """Of no people the sum is negative: then that of all is at least what it is of the insider's own."""
        self.relate(terms, min(self.value(terms), max(0, self.mine(terms))), INFINITY)

    def value(self, terms: Mapping[int, int]) -> int:
        return sum(self.truth[v] * weight for v, weight in terms.items())

    def mine(self, terms: Mapping[int, int]) -> int:
        return sum(self.own[v] * weight for v, weight in terms.items())


def recovered(releases: Sequence[Release], rules: Rules, insider: tuple[str, str] | None = None) -> list[str]:
    """Everything that a reader, or one insider, finds out from all releases together; empty when he finds nothing."""
    attack = Attack(releases, rules, insider)
    return answer(attack.knowledge, attack.questions())


class Attack:
    """Everything that one attacker knows of all releases, and what he asks."""

    def __init__(self, releases: Sequence[Release], rules: Rules, insider: tuple[str, str] | None) -> None:
        self.releases, self.rules, self.insider = releases, rules, insider
        self.knowledge = Knowledge()
        self.most = (
            2 * max((c for r in releases for counts in r.truth.values() for c in counts.values()), default=0) + 50
        )
        self.at: dict[tuple[int, Key, str], int] = {}  # release, cell, count → variable
        self.last_new: dict[Key, int] = {}  # cell → the release that last printed it anew
        for number, release in enumerate(releases):
            self._read(number, release)
        self.curves, self.ways = Curves(self), Ways(self)

    # -- one release -----------------------------------------------------------------------------------------------

    def _read(self, number: int, release: Release) -> None:
        for key in release.truth:
            self._row(number, release, key)
        self._margins(number, release)
        self._windows(number, release)
        for key in release.truth:
            self._before(number, release, key)
            if key in release.printed and key not in release.repeats:
                self.last_new[key] = number

    def _row(self, number: int, release: Release, key: Key) -> None:
        """The counts of one cell today: bounds from what is printed, and what holds within a row."""
        cells = {} if key in release.repeats else release.printed.get(key, {})
        truth = release.truth[key]
        for name in COUNTS:
            low, high = self._bounds(release, key, name, cells.get(name))
            self.at[number, key, name] = self.knowledge.variable(truth[name], low, high, self._mine(release, key, name))
        n, x, possible, unobserved = (self.at[number, key, name] for name in COUNTS[:4])
        low, high = self._rest(truth, key, cells)
        self.knowledge.relate({n: 1, x: -1}, max(low, self._mine(release, key, "rest")), high)
        self.knowledge.never_negative({n: 1, x: -1, possible: -1})
        self.knowledge.never_negative({possible: 1, unobserved: -1})
        people, mine = (
            sum(whose(name) for name in ("n", "too_early"))
            for whose in (truth.__getitem__, lambda name: self._mine(release, key, name))
        )
        if self.insider and (key[5:] == self.insider or people == mine):
            for name in COUNTS:
                self.knowledge.know(self.at[number, key, name])

    def _bounds(self, release: Release, key: Key, name: str, cell: tuple[Any, str] | None) -> tuple[float, float]:
        """What one printed count says; one that is not printed says nothing."""
        t = self.rules.threshold
        if cell is None or cell[1] in ("not_applicable", "too_early"):
            return 0, self.most
        value, status = cell
        if status == "shown":
            return value, value
        if status == "rounded":
            half = self.rules.base // 2
            return max(value - half, min(t, value + half)), value + half
        assert status == "hidden"
        small = self._small(key, release.truth[key])
        if name not in small or (name == "x" and self._says_rest(release.truth[key], small)):
            return 0, self.most
        return (0 if self._zero_may_be_marked(release, key, name) else 1), t - 1

    def _zero_may_be_marked(self, release: Release, key: Key, name: str) -> bool:
        """None of a group one can name is marked like few; beside n so may be zeros, while no group shows its own."""
        if name in ("n", "x"):
            return name == "x" and key[5] not in OPEN
        return not any(
            cells[name] == (0, "shown") and other not in release.repeats
            for other, cells in release.printed.items()
            if other[:6] == key[:6]
        )

    def _small(self, key: Key, truth: Counts) -> dict[str, str]:
        """What of a cell must stay uncertain: count (or `rest`) → few, or none."""
        t, n, x = self.rules.threshold, truth["n"], truth["x"]
        found = {name: "few" for name in COUNTS if 0 < truth[name] < t}
        if 0 < n - x < t:
            found["rest"] = "few"
        if n and key[5] not in OPEN and x == 0:
            found["x"] = "none"
        if n and key[5] not in OPEN and x == n:
            found["rest"] = "none"
        return found

    def _says_rest(self, truth: Counts, small: Mapping[str, str]) -> bool:
        """A mark on the numerator has one meaning: it is for those outside it where they are fewer."""
        return "rest" in small and ("x" not in small or truth["n"] - truth["x"] < truth["x"])

    def _rest(self, truth: Counts, key: Key, cells: Mapping[str, tuple[Any, str]]) -> tuple[float, float]:
        """Those outside the numerator: a mark for few of them, or a printed numerator that says they are not few."""
        t, rest = self.rules.threshold, truth["n"] - truth["x"]
        status = cells.get("x", (None, ""))[1]
        small = self._small(key, truth)
        if status == "hidden" and self._says_rest(truth, small):
            return (0 if key[5] not in OPEN else 1), t - 1
        if status in ("shown", "rounded"):
            return (t, self.most) if rest >= t else (0, self.most)
        return 0, self.most

    def _margins(self, number: int, release: Release) -> None:
        """The groups of every grouping make up all."""
        parts: dict[tuple[str, ...], list[Key]] = defaultdict(list)
        for key in release.truth:
            if key[5] != "all":
                parts[key[:6]].append(key)
        for grouping, keys in parts.items():
            total = (*grouping[:5], "all", "")
            for name in COUNTS:
                terms = {self.at[number, key, name]: 1 for key in keys} | {self.at[number, total, name]: -1}
                self.knowledge.relate(terms, 0, 0)

    def _windows(self, number: int, release: Release) -> None:
        """Measures share their members; a longer window loses people to `too early` and none who stay without event."""
        groups: dict[tuple[str, ...], dict[str, dict[str, Key]]] = defaultdict(lambda: defaultdict(dict))
        for key in release.truth:
            groups[key[5:]][key[4]][key[0]] = key
        for windows in groups.values():
            ordered = [windows[w] for w in sorted(windows, key=int)]
            for keys in ordered:
                for one, other in pairwise(keys.values()):
                    self._equal(number, [(one, "n")], [(other, "n")])
                    self._equal(number, [(one, "too_early")], [(other, "too_early")])
            for shorter, longer in pairwise(ordered):
                for measure in shorter.keys() & longer.keys():
                    self._longer(number, shorter[measure], longer[measure])

    def _longer(self, number: int, shorter: Key, longer: Key) -> None:
        self._equal(number, [(shorter, "n"), (shorter, "too_early")], [(longer, "n"), (longer, "too_early")])
        n, x, later_n, later_x = (self.at[number, k, c] for k in (shorter, longer) for c in ("n", "x"))
        self.knowledge.never_negative({n: 1, later_n: -1})
        stayed = {n: 1, x: -1, later_n: -1, later_x: 1}
        if self.knowledge.value(stayed) >= 0:  # a correction of one window may deny it: then nobody knows it
            self.knowledge.never_negative(stayed)

    def _equal(self, number: int, left: Sequence[tuple[Key, str]], right: Sequence[tuple[Key, str]]) -> None:
        terms = {self.at[number, *place]: 1 for place in left} | {self.at[number, *place]: -1 for place in right}
        self.knowledge.relate(terms, 0, 0)

    # -- from release to release -----------------------------------------------------------------------------------

    def _before(self, number: int, release: Release, key: Key) -> None:
        """Since the last printing: the same people.

        Who is in a denominator may be known; that of new people none is in the numerator is known only where it shows.
        That a value repeats says nothing: few may have moved, or many, beside whom a new value would tell too much.
        """
        before = self.last_new.get(key)
        if before is None or key not in release.printed:
            return
        for role in ROLES:
            moved, change = self._moved(before, number, key, role), self._change(before, number, key, role)
            still = not any(self._moved(before, number, key, within) for within in ("n", "x", "rest"))
            if moved == 0 and (still or role in ("n", "too_early")):
                self.knowledge.relate(change, 0, 0)

    def _change(self, before: int, now: int, key: Key, role: str) -> Terms:
        if role != "rest":
            return {self.at[now, key, role]: 1, self.at[before, key, role]: -1}
        n, x, old_n, old_x = (self.at[r, key, c] for r in (now, before) for c in ("n", "x"))
        return {n: 1, x: -1, old_n: -1, old_x: 1}

    def _moved(self, before: int, now: int, key: Key, role: str) -> int:
        """How many came and went."""
        return len(self._who(before, key, role) ^ self._who(now, key, role))

    def _who(self, number: int, key: Key, role: str) -> frozenset[int]:
        return self.releases[number].people.get((key, role), frozenset())

    # -- what he asks ----------------------------------------------------------------------------------------------

    def questions(self) -> list[Question]:
        """Every hidden small count of every release, and every small change between two printings of a cell.

        Of the way into the cohort a reader asks; an insider, whose own people are not told apart there, uses it.
        """
        ways = [(terms, about, 0) for terms, about in self.ways.questions()] if not self.insider else []
        beside = [
            Question(tuple(terms.items()), self._left(mine), about)
            for terms, about, mine in [*self.curves.questions(), *ways]
            if self._left(mine) > 0
        ]
        return [*self._hidden(), *self._changes(), *beside]

    def _left(self, mine: int) -> int:
        """The width that can be asked where so many of the few are the insider's own."""
        return min(self.rules.width, self.rules.threshold - 1 - mine) if mine > 1 else self.rules.width

    def _hidden(self) -> Iterator[Question]:
        for number, release in enumerate(self.releases):
            for key in release.printed.keys() & release.truth.keys() - release.repeats:
                truth = release.truth[key]
                for role in self._small(key, truth):
                    width = self._asked(release, key, role)
                    if width > 0:
                        terms = self._sum(number, key, role)
                        yield Question(tuple(terms.items()), width, f"release {number}: {role} of {'/'.join(key)}")

    def _changes(self) -> Iterator[Question]:
        new: dict[Key, list[int]] = defaultdict(list)
        for number, release in enumerate(self.releases):
            for key in release.printed:
                if key in release.truth:
                    new[key].append(number)
        for key, numbers in new.items():
            for before, now in combinations(numbers, 2):
                if key in self.releases[before].repeats or (self.insider and key[5:] == self.insider):
                    continue
                for role in ROLES:
                    yield from self._change_question(before, now, key, role)

    def _change_question(self, before: int, now: int, key: Key, role: str) -> Iterator[Question]:
        t = self.rules.threshold
        mine = self._mine_moved(before, now, key, role)
        others = self._moved(before, now, key, role) - mine
        few = role in ("n", "x", "rest") and self._moved(before, now, key, "n") < t
        within = max(mine, self._mine_moved(before, now, key, "n")) if few else mine
        if others > 0 and others + mine < t and self._left(within) > 0:
            terms = self._change(before, now, key, role)
            yield Question(
                tuple(terms.items()), self._left(within), f"change {before} to {now}: {role} of {'/'.join(key)}"
            )

    def _sum(self, number: int, key: Key, role: str) -> Terms:
        if role == "rest":
            return {self.at[number, key, "n"]: 1, self.at[number, key, "x"]: -1}
        return {self.at[number, key, role]: 1}

    def _asked(self, release: Release, key: Key, role: str) -> int:
        """The width that must remain, 0 for what is all the insider's own."""
        mine, truth = self._mine(release, key, role), release.truth[key]
        everybody = truth["n"] - truth["x"] if role == "rest" else truth[role]
        within, people = role != "too_early", self._mine(release, key, "n")
        if self.insider and (key[5:] == self.insider or (within and people >= truth["n"] > 0)):
            return 0
        if 0 < everybody <= mine:
            return 0
        if within and 0 < truth["n"] < self.rules.threshold:
            mine = people
        return self._left(mine)

    def _mine(self, release: Release, key: Key, role: str) -> int:
        if not self.insider:
            return 0
        own = release.own.get(self.insider, {}).get(key)
        if own is None:
            return 0
        return own["n"] - own["x"] if role == "rest" else own[role]

    def _mine_moved(self, before: int, now: int, key: Key, role: str) -> int:
        if not self.insider:
            return 0
        mine = [self.releases[number].theirs.get(self.insider, frozenset()) for number in (before, now)]
        return len((self._who(before, key, role) & mine[0]) ^ (self._who(now, key, role) & mine[1]))


def answer(knowledge: Knowledge, questions: Iterable[Question]) -> list[str]:
    """What is pinned down: first sweeps that stretch many sums at once, then what is left one by one."""
    waiting = {q.terms: q for q in sorted(questions, key=lambda q: q.width)}
    if not waiting:  # nothing was released
        return []
    solver = _Solver(knowledge)
    seen = {terms: [value, value] for terms in waiting for value in [knowledge.value(dict(terms))]}
    dice = random.Random(0)
    for _ in range(SWEEPS):
        left = [terms for terms, q in waiting.items() if seen[terms][1] - seen[terms][0] < q.width]
        if not left:
            return []
        goal: dict[int, float] = defaultdict(float)
        for terms in left:
            sign = dice.choice((1, 0, -1))
            for variable, weight in terms:
                goal[variable] += sign * weight
        for direction in (1, -1):
            _note(seen, solver.greatest({v: direction * w for v, w in goal.items()}))
    found = []
    for terms, question in waiting.items():
        for direction in (1, -1):
            if seen[terms][1] - seen[terms][0] < question.width:
                _note(seen, solver.greatest({v: direction * w for v, w in terms}))
        least, greatest = seen[terms]
        if greatest - least < question.width:
            found.append(f"{question.about} lies in {least} to {greatest} (width {question.width} asked)")
    return found


def _note(seen: dict[tuple[tuple[int, int], ...], list[int]], solution: Sequence[int]) -> None:
    for terms, ends in seen.items():
        value = sum(solution[variable] * weight for variable, weight in terms)
        ends[:] = [min(ends[0], value), max(ends[1], value)]


class _Solver:
    """Whole-number programs over all that the attacker knows (HiGHS through SciPy)."""

    def __init__(self, knowledge: Knowledge) -> None:
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint
        from scipy.sparse import csr_matrix

        self.number = len(knowledge.truth)
        self.bounds = Bounds(np.array(knowledge.low), np.array(knowledge.high))
        entries = [(i, v, w) for i, (terms, _, _) in enumerate(knowledge.relations) for v, w in terms.items()]
        rows, columns, weights = zip(*entries, strict=True)
        matrix = csr_matrix((weights, (rows, columns)), shape=(len(knowledge.relations), self.number))
        low, high = zip(*((r[1], r[2]) for r in knowledge.relations), strict=True)
        self.limits = LinearConstraint(matrix, np.array(low), np.array(high))

    def greatest(self, goal: Mapping[int, float]) -> list[int]:
        """A possible state of the world in which the sum is as great as it can be; whole numbers where it must be."""
        import numpy as np
        from scipy.optimize import milp

        weights = np.zeros(self.number)
        for variable, weight in goal.items():
            weights[variable] = -weight
        for whole in (0, 1):  # the relaxed program costs less, and its answer is mostly whole
            result = milp(weights, constraints=self.limits, bounds=self.bounds, integrality=np.full(self.number, whole))
            assert result.status == 0, result.message
            if np.abs(result.x - np.rint(result.x)).max() < NEARLY:
                break
        return [round(value) for value in result.x]
