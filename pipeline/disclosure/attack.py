"""The attack: how far can hidden quantities be pinned down by everything that is published?

A problem is a set of whole-number unknowns with bounds and linear constraints, and targets: sums of unknowns that
must stay uncertain. Feasible intervals come from linear programs (HiGHS), split by connected components. A range is
only believed from whole-number solutions; where the relaxed one is not whole, integer programming confirms it.
Method: Fischetti & Salazar (2001), the attacker's subproblem.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import DisclosureError

TOLERANCE = 1e-6
SWEEPS = 8
PASSES = 30
NODES_PER_PROGRAM = 20_000  # branches and not seconds: the same tables end alike on every machine
INFINITY = float("inf")
Terms = Mapping[int, int]  # unknown → coefficient


@dataclass(frozen=True)
class Target:
    """A quantity that must stay uncertain by at least `width` between its least and greatest feasible value."""

    terms: Terms
    width: int
    row: int
    statistic: str


@dataclass
class Problem:
    """Unknowns with what the attacker knows of each, constraints low <= sum <= high, and the true solution."""

    truth: list[int] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    constraints: list[tuple[Terms, float, float]] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)

    def add_unknown(self, truth: int, lower: float, upper: float) -> int:
        """A new unknown; returns its number."""
        self.truth.append(truth)
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.truth) - 1

    def add(self, terms: Terms, low: float, high: float) -> None:
        """A constraint that the attacker knows to hold."""
        self.constraints.append((terms, low, high))

    def value(self, terms: Terms) -> int:
        """The true value of a sum of unknowns."""
        return sum(coefficient * self.truth[unknown] for unknown, coefficient in terms.items())


@dataclass(frozen=True)
class Finding:
    """A target that can be pinned down too closely, with the width that is left."""

    target: Target
    left: int


def find_narrow(problem: Problem, witnesses: list[Any] | None = None) -> list[Finding]:
    """Targets whose feasible interval is narrower than it must be; an empty list means the attack failed.

    `witnesses` are whole solutions of an earlier problem with the same unknowns; each is checked against this problem
    before it counts, and new ones are added, so that what was once shown to be wide is not shown again.

    Raises DisclosureError when the true counts do not fit the model, or when a program cannot be solved: then nothing
    is known, and nothing may be released.
    """
    _check_truth(problem)
    problem.lower, problem.upper = tighten(problem)
    asked = problem.targets
    problem.targets = _distinct(asked)
    left: dict[tuple[tuple[int, int], ...], int] = {}
    for part in _components(problem):
        attack = _Attack(problem, part, [] if witnesses is None else witnesses)
        left |= {_key(finding.target): finding.left for finding in attack.run()}
    problem.targets = asked
    return [Finding(t, left[_key(t)]) for t in asked if _key(t) in left and left[_key(t)] < t.width]


def _key(target: Target) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(target.terms.items()))


def _distinct(targets: Sequence[Target]) -> list[Target]:
    """One target for each sum of unknowns, with the greatest width that is asked of it."""
    found: dict[tuple[tuple[int, int], ...], Target] = {}
    for target in targets:
        known = found.get(_key(target))
        if known is None or known.width < target.width:
            found[_key(target)] = target
    return list(found.values())


def _check_truth(problem: Problem) -> None:
    inside = all(
        low - TOLERANCE <= true <= high + TOLERANCE
        for true, low, high in zip(problem.truth, problem.lower, problem.upper, strict=True)
    )
    fits = all(low - TOLERANCE <= problem.value(terms) <= high + TOLERANCE for terms, low, high in problem.constraints)
    if not inside or not fits:
        raise DisclosureError("The audit's picture of a table does not fit its true counts; nothing was released.")


def tighten(problem: Problem) -> tuple[list[float], list[float]]:
    """Bounds that each constraint alone implies for each unknown, repeated until nothing moves (bound propagation).

    Every whole solution stays inside, so the programs get smaller and lose nothing.
    """
    import numpy as np

    lower, upper = np.array(problem.lower), np.array(problem.upper)
    entries = [(i, u, c) for i, (terms, _, _) in enumerate(problem.constraints) for u, c in terms.items()]
    if not entries:
        return problem.lower, problem.upper
    row, unknown, weight = (np.array(column) for column in zip(*entries, strict=True))
    low = np.array([c[1] for c in problem.constraints], dtype=float)[row]
    high = np.array([c[2] for c in problem.constraints], dtype=float)[row]
    for _ in range(PASSES):
        one, other = weight * lower[unknown], weight * upper[unknown]
        least, most = np.minimum(one, other), np.maximum(one, other)
        room_above = high - np.bincount(row, least)[row] + least  # the most that this term can be
        room_below = low - np.bincount(row, most)[row] + most
        ceiling = np.where(weight > 0, room_above / weight, room_below / weight)
        floor = np.where(weight > 0, room_below / weight, room_above / weight)
        new_lower, new_upper = lower.copy(), upper.copy()
        np.maximum.at(new_lower, unknown, np.ceil(floor - TOLERANCE))
        np.minimum.at(new_upper, unknown, np.floor(ceiling + TOLERANCE))
        if (new_lower == lower).all() and (new_upper == upper).all():
            break
        lower, upper = new_lower, new_upper
    return lower.tolist(), upper.tolist()


@dataclass
class _Part:
    unknowns: list[int]
    constraints: list[tuple[Terms, float, float]]
    targets: list[Target]


def _components(problem: Problem) -> list[_Part]:
    """Parts that share no unknown; an unknown with a single possible value ties nothing together."""
    leader = list(range(len(problem.truth)))

    def find(unknown: int) -> int:
        while leader[unknown] != unknown:
            leader[unknown] = leader[leader[unknown]]
            unknown = leader[unknown]
        return unknown

    def loose(terms: Terms) -> list[int]:
        return [unknown for unknown in terms if problem.lower[unknown] < problem.upper[unknown]]

    for terms in [c[0] for c in problem.constraints] + [t.terms for t in problem.targets]:
        free = loose(terms)
        for unknown in free[1:]:
            leader[find(unknown)] = find(free[0])
    parts: dict[int, _Part] = {}
    for target in problem.targets:
        free = loose(target.terms)
        parts.setdefault(find(free[0]) if free else -1, _Part([], [], [])).targets.append(target)
    for unknown in range(len(problem.truth)):
        if find(unknown) in parts:
            parts[find(unknown)].unknowns.append(unknown)
    for constraint in problem.constraints:
        free = loose(constraint[0])
        if free and find(free[0]) in parts:
            parts[find(free[0])].constraints.append(constraint)
    return [parts[key] for key in sorted(parts)]


class _Attack:
    """The attack on one component; keeps for each target the least and greatest value seen in a true solution."""

    def __init__(self, problem: Problem, part: _Part, witnesses: list[Any]) -> None:
        self.problem, self.part, self.witnesses = problem, part, witnesses
        named = set(part.unknowns).union(*(c[0] for c in part.constraints), *(t.terms for t in part.targets))
        self.place = {unknown: i for i, unknown in enumerate(sorted(named))}
        self.unknowns = sorted(named)
        self._build()
        for witness in list(witnesses):
            self._see(witness[self.unknowns])

    def _build(self) -> None:
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint
        from scipy.sparse import csr_matrix

        self.lower = np.array([self.problem.lower[u] for u in self.unknowns], dtype=float)
        self.upper = np.array([self.problem.upper[u] for u in self.unknowns], dtype=float)
        self.bounds = Bounds(self.lower, self.upper)
        self.matrix = self._sparse([c[0] for c in self.part.constraints], csr_matrix)
        self.low = np.array([c[1] for c in self.part.constraints], dtype=float)
        self.high = np.array([c[2] for c in self.part.constraints], dtype=float)
        self.goals = self._sparse([t.terms for t in self.part.targets], csr_matrix)
        self.truth = np.array(self.problem.truth)
        self.least = self.goals @ self.truth[self.unknowns]
        self.greatest = self.least.copy()
        self.widths = np.array([target.width for target in self.part.targets])
        self.limits = LinearConstraint(self.matrix, self.low, self.high) if self.part.constraints else ()

    def _sparse(self, sums: Sequence[Terms], maker: Any) -> Any:
        entries = [(row, self.place[u], c) for row, terms in enumerate(sums) for u, c in terms.items()]
        shape = (len(sums), len(self.unknowns))
        if not entries:
            return maker(shape)
        rows, columns, values = zip(*entries, strict=True)
        return maker((values, (rows, columns)), shape=shape)

    def run(self) -> list[Finding]:
        """What bounds alone settle, sweeps that stretch many targets at once, then the others one by one."""
        narrow = [f for index in range(len(self.part.targets)) if (f := self._by_bounds(index))]
        self.settled = {id(finding.target) for finding in narrow}
        return narrow + self._by_programs()

    def _by_bounds(self, index: int) -> Finding | None:
        target = self.part.targets[index]
        ends = [(c * self.lower[self.place[u]], c * self.upper[self.place[u]]) for u, c in target.terms.items()]
        left = sum(max(pair) for pair in ends) - sum(min(pair) for pair in ends)
        return Finding(target, int(left)) if left < target.width else None

    def _by_programs(self) -> list[Finding]:
        dice = random.Random(0)
        for sweep in range(SWEEPS):
            waiting = self._waiting()
            if not waiting:
                return []
            signs = {i: (1, -1)[sweep] if sweep < 2 else dice.choice((1, -1)) for i in waiting}
            self._relaxed(signs)
        return [finding for index in self._waiting() if (finding := self._one(index))]

    def _waiting(self) -> list[int]:
        narrow = (self.greatest - self.least < self.widths).nonzero()[0].tolist()
        return [i for i in narrow if id(self.part.targets[i]) not in self.settled]

    def _one(self, index: int) -> Finding | None:
        """Settle one target: too narrow when relaxed, wide in whole numbers, or a question for the integer solver."""
        target = self.part.targets[index]
        if self.greatest[index] - self.least[index] >= target.width:
            return None
        relaxed = self._relaxed({index: 1}) + self._relaxed({index: -1})
        if relaxed < target.width - TOLERANCE:
            return Finding(target, int(relaxed + TOLERANCE))
        if self.greatest[index] - self.least[index] < target.width:
            self._whole({index: 1})
            self._whole({index: -1})
        left = int(self.greatest[index] - self.least[index])
        return Finding(target, left) if left < target.width else None

    def _relaxed(self, signs: Mapping[int, int]) -> float:
        """Maximise a signed sum of targets; a whole solution counts as seen. Returns the maximum."""
        return self._solve(signs, whole=False)

    def _whole(self, signs: Mapping[int, int]) -> float:
        return self._solve(signs, whole=True)

    def _solve(self, signs: Mapping[int, int], *, whole: bool) -> float:
        import numpy as np
        from scipy.optimize import milp

        weights = np.zeros(len(self.part.targets))
        for index, sign in signs.items():
            weights[index] = sign
        goal = self.goals.T @ weights
        result = milp(
            -goal,
            constraints=self.limits,
            bounds=self.bounds,
            integrality=np.ones(len(self.unknowns)) if whole else None,
            options={"node_limit": NODES_PER_PROGRAM},
        )
        if result.status == 0 and result.x is not None:
            self._see(np.rint(result.x))
            return float(-result.fun)
        raise DisclosureError("The audit could not be finished (the solver gave no answer); nothing was released.")

    def _see(self, solution: Any) -> None:
        """Remember what a whole solution shows of every target, after checking it against all constraints."""
        import numpy as np

        inside = ((solution >= self.lower - TOLERANCE) & (solution <= self.upper + TOLERANCE)).all()
        sums = self.matrix @ solution
        if not inside or not ((sums >= self.low - TOLERANCE) & (sums <= self.high + TOLERANCE)).all():
            return
        values = self.goals @ solution
        if (values < self.least).any() or (values > self.greatest).any():
            self.least, self.greatest = np.minimum(self.least, values), np.maximum(self.greatest, values)
            whole = self.truth.copy()
            whole[self.unknowns] = solution
            self.witnesses.append(whole)
