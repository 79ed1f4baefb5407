"""Complementary suppression: the cheapest further cells to hide so that no hidden one can be worked out.

The master chooses decisions (each hides one cell, or cells that carry the same number), the attackers' subproblems add
cuts (Fischetti & Salazar 2001), and the audit of attack.py, which decides in whole numbers, has the last word: what
it still finds weak is cut off as well. Where the search takes too many steps, the heuristic of fallback.py answers to
the same audit. Steps are counted and no clock is read, so that the same tables give the same result everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.disclosure.attack import Problem, Target
from pipeline.disclosure.fallback import hide_by_programs
from pipeline.disclosure.separation import Cut, Separator
from pipeline.errors import DisclosureError

RELAXED_ROUNDS = 12
STALLED = 1e-3
Weak = Callable[[frozenset[int]], list[tuple[int, Target]]]  # decisions that hide → (attacker, target) still weak


@dataclass
class Choice:
    """What may be hidden: for each decision its cost and unknowns, those that must hide, and who attacks.

    Each attacker's problem has the same unknowns with bounds as they are when everything hides. `linked` are sets of
    decisions of which none may hide alone, since a sum would give it back.
    """

    costs: list[float]
    owner: list[int]  # unknown → decision, -1 for an unknown that nobody publishes
    forced: frozenset[int]
    attackers: list[Problem]
    linked: list[tuple[int, ...]] = field(default_factory=list)


@dataclass(frozen=True)
class Suppression:
    """Decisions that hide, forced ones among them. `optimal` when proven cheapest; `bound`: no choice costs less.

    `method` is exact, or heuristic when the search stopped at its limit; `steps` says how many it took.
    """

    hidden: frozenset[int]
    cost: float
    optimal: bool
    bound: float
    method: str
    steps: int


def suppress(choice: Choice, weak: Weak, *, steps: int) -> Suppression:
    """The cheapest choice that the audit `weak` passes, or after so many steps the best audited one.

    A step is one target looked at, one program of the master or one branch of it.
    Raises DisclosureError when even hiding everything leaves something weak.
    """
    if weak(frozenset(range(len(choice.costs)))):
        raise DisclosureError("Even with every cell hidden a hidden count can be worked out; nothing was released.")
    search = _Search(choice, weak, steps)
    best, bound = search.run(), search.bound
    if best is not None:
        cost = sum(choice.costs[k] for k in best)
        return Suppression(best, cost, True, cost, "exact", search.taken)
    separators = [Separator(problem, choice.owner) for problem in choice.attackers]
    found = hide_by_programs(choice.costs, choice.forced, separators, weak)
    cost = sum(choice.costs[k] for k in found)
    return Suppression(found, cost, cost <= bound + STALLED, bound, "heuristic", search.taken)


def find_optimum(choice: Choice, weak: Weak, *, steps: int) -> tuple[frozenset[int] | None, float]:
    """The cheapest choice that the audit passes, None when steps run out first; and what no choice costs less than."""
    search = _Search(choice, weak, steps)
    return search.run(), search.bound


class _Search:
    def __init__(self, choice: Choice, weak: Weak, steps: int) -> None:
        self.choice, self.weak, self.steps = choice, weak, steps
        self.taken = 0
        self.separators = [Separator(problem, choice.owner) for problem in choice.attackers]
        self.cuts: list[Cut] = []
        self.known: set[tuple[object, ...]] = set()
        self.bound = 0.0
        for members in choice.linked:
            for forced in sorted(set(members) & choice.forced):
                self._add(Cut({k: 1.0 for k in members if k != forced}, 1.0))

    def run(self) -> frozenset[int] | None:
        """The optimum, or None when the steps are used up."""
        self._relaxed()
        while self.taken < self.steps:
            solution = self._solve(whole=True)
            if solution is None:
                return None
            hidden = frozenset(k for k, value in enumerate(solution) if value > 0.5)
            found = self.weak(hidden)
            if not found:
                return hidden
            cut_off = self._cut_off([float(k in hidden) for k in range(len(solution))], found)
            if not cut_off and self.taken < self.steps:
                # linear programs see nothing wrong, whole numbers do: one decision more is needed
                self._add(Cut({k: 1.0 for k in range(len(solution)) if k not in hidden}, 1.0))
        return None

    def _relaxed(self) -> None:
        """Cuts from relaxed choices, which cost little and bring the bound close before whole ones are sought."""
        everything = [(i, t) for i, problem in enumerate(self.choice.attackers) for t in problem.targets]
        stalled = 0
        for _ in range(RELAXED_ROUNDS):
            before = self.bound
            solution = self._solve(whole=False)
            if solution is None or self.taken >= self.steps or not self._cut_off(solution, everything):
                return
            stalled = stalled + 1 if self.bound - before < STALLED * max(1.0, before) else 0
            if stalled > 2:
                return

    def _cut_off(self, solution: Sequence[float], found: Collection[tuple[int, Target]]) -> bool:
        cuts = [self._lonely(members, solution) for members in self.choice.linked]
        for attacker, separator in enumerate(self.separators):
            targets = [target for who, target in found if who == attacker]
            targets = targets[: max(self.steps - self.taken, 0)]
            self.taken += len(targets)
            cuts += separator.cuts(solution, targets) if targets else []
        return sum(self._add(cut) for cut in cuts if cut is not None) > 0

    def _lonely(self, members: Sequence[int], solution: Sequence[float]) -> Cut | None:
        """No decision of a sum hides alone: the others together at least as much as the most hidden one."""
        most = max(members, key=lambda k: (solution[k], -k))
        others = sum(solution[k] for k in members) - solution[most]
        if others >= solution[most] - 1e-4:
            return None
        return Cut({**{k: 1.0 for k in members if k != most}, most: -1.0}, 0.0)

    def _add(self, cut: Cut) -> bool:
        key = (tuple(sorted((k, round(w, 6)) for k, w in cut.weights.items())), round(cut.needed, 6))
        if key in self.known:
            return False
        self.known.add(key)
        self.cuts.append(cut)
        return True

    def _solve(self, *, whole: bool) -> list[float] | None:
        """The cheapest choice that keeps all cuts; None without an answer in the steps that are left."""
        import numpy as np
        from scipy.optimize import Bounds, milp

        number = len(self.choice.costs)
        forced = np.array([float(k in self.choice.forced) for k in range(number)])
        branches = max(self.steps - self.taken, 1)
        result = milp(
            np.array(self.choice.costs),
            constraints=self._limits(number),
            bounds=Bounds(forced, np.ones(number)),
            integrality=np.ones(number) if whole else None,
            options={"node_limit": branches},
        )
        taken = int(result.mip_node_count or 0)
        self.taken += 1 + taken
        bound = result.mip_dual_bound if whole else result.fun
        if bound is not None and np.isfinite(bound):
            self.bound = max(self.bound, float(bound))
        return [float(value) for value in result.x] if result.status == 0 and result.x is not None else None

    def _limits(self, number: int) -> Any:
        import numpy as np
        from scipy.optimize import LinearConstraint
        from scipy.sparse import csr_matrix

        if not self.cuts:
            return ()
        entries = [(i, k, w / max(cut.needed, 1.0)) for i, cut in enumerate(self.cuts) for k, w in cut.weights.items()]
        rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
        matrix = csr_matrix((values, (rows, columns)), shape=(len(self.cuts), number))
        return LinearConstraint(matrix, np.array([c.needed / max(c.needed, 1.0) for c in self.cuts]), np.inf)
