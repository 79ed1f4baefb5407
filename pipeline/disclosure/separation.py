"""The attacker's subproblem: how far a sum can move when some cells are hidden, and the cut that says what is lacking.

Fischetti & Salazar (2001), "Solving the cell suppression problem on tabular data with linear constraints": by linear
programming duality, a target that moves by less than its width at a choice x of hidden cells gives an inequality
`sum of weight * x >= needed` that this choice breaks and every safe choice keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.disclosure.attack import Problem, Target
from pipeline.disclosure.moves import TOLERANCE

ITERATIONS_PER_PROGRAM = 200_000  # iterations and not seconds: the same tables end alike on every machine
NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class Cut:
    """`sum of weights[decision] * hidden[decision] >= needed` for every safe choice."""

    weights: Mapping[int, float]
    needed: float

    def value(self, hidden: Sequence[float]) -> float:
        """The left side at a choice, whole or relaxed."""
        return sum(weight * hidden[decision] for decision, weight in self.weights.items())

    def broken(self, hidden: Sequence[float]) -> bool:
        """Whether a choice falls short of it."""
        return self.value(hidden) < self.needed - 1e-4 * max(1.0, self.needed)


class Separator:
    """One attacker: all that he knows when every decision hides, written as deviations from the true counts.

    `owner` gives the decision that hides an unknown, -1 for one that nobody publishes.
    """

    def __init__(self, problem: Problem, owner: Sequence[int]) -> None:
        import numpy as np
        from scipy.sparse import csr_matrix

        self.problem, self.owner = problem, np.array(owner)
        truth = np.array(problem.truth, dtype=float)
        self.down, self.up = np.array(problem.lower) - truth, np.array(problem.upper) - truth
        entries = [(i, u, c) for i, (terms, _, _) in enumerate(problem.constraints) for u, c in terms.items()]
        rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
        shape = (len(problem.constraints), len(truth))
        self.matrix = csr_matrix((np.array(values, dtype=float), (rows, columns)), shape=shape)
        at_truth = self.matrix @ truth
        self.low = np.array([c[1] for c in problem.constraints], dtype=float) - at_truth
        self.high = np.array([c[2] for c in problem.constraints], dtype=float) - at_truth

    def cuts(self, hidden: Sequence[float], targets: Sequence[Target]) -> list[Cut]:
        """A cut for each target that moves less than it must at this choice."""
        view, found = self._view(hidden), []
        for target in targets:
            cut = self._cut(view, target)
            if cut is not None and cut.broken(hidden):
                found.append(cut)
        return found

    def _view(self, hidden: Sequence[float]) -> _View:
        """The unknowns that can move at all, with the constraints between them, by connected parts."""
        import numpy as np
        from scipy.sparse.csgraph import connected_components

        share = np.where(self.owner >= 0, np.array([*hidden, 1.0])[self.owner], 1.0)
        down, up = self.down * share, self.up * share
        moving = up - down > NEGLIGIBLE
        pattern = (self.matrix[:, moving] != 0).astype(int)
        _, labels = connected_components(pattern.T @ pattern, directed=False)
        part = np.full(len(share), -1)
        part[moving] = labels
        return _View(down, up, part, {})

    def _cut(self, view: _View, target: Target) -> Cut | None:
        """The cut from the two programs (greatest and least) of a target; None where its parts cannot be told."""
        import numpy as np

        goal = np.zeros(len(self.down))
        for unknown, weight in target.terms.items():
            goal[unknown] = weight
        weights, constant = np.zeros(len(goal)), 0.0
        for sign in (1, -1):
            more, fixed = self._bound(view, sign * goal)
            weights, constant = weights + more, constant + fixed
        free = self.owner < 0
        needed = target.width - constant - weights[free].sum()
        if needed <= TOLERANCE:
            return None
        summed: dict[int, float] = {}
        for unknown in (weights > NEGLIGIBLE).nonzero()[0].tolist():
            decision = int(self.owner[unknown])
            if decision >= 0:
                summed[decision] = summed.get(decision, 0.0) + float(weights[unknown])
        return Cut({k: min(w, needed) for k, w in sorted(summed.items())}, float(needed))

    def _bound(self, view: _View, goal: Any) -> tuple[Any, float]:
        """Weights and constant that bound the goal for every choice: dual values of the greatest it can be here."""
        import numpy as np

        prices = np.zeros(len(self.low))
        for label in sorted(set(view.part[goal != 0].tolist()) - {-1}):
            columns = (view.part == label).nonzero()[0]
            rows, matrix, shapes = self._block(view, label, columns)
            if len(rows):
                prices[rows] += self._prices(matrix, shapes, goal[columns], view.down[columns], view.up[columns])
        rest = goal - self.matrix.T @ prices
        rest[np.abs(rest) < NEGLIGIBLE] = 0
        weights = np.where(rest > 0, rest * self.up, rest * self.down)
        held = np.abs(prices) > NEGLIGIBLE
        ends = np.where(prices[held] > 0, prices[held] * self.high[held], prices[held] * self.low[held])
        return weights, float(ends.sum())

    def _block(self, view: _View, label: int, columns: Any) -> tuple[Any, Any, Any]:
        if label not in view.blocks:
            part = self.matrix[:, columns]
            rows = part.getnnz(axis=1).nonzero()[0]
            view.blocks[label] = (rows, part[rows], (self.low[rows], self.high[rows]))
        return view.blocks[label]

    def _prices(self, matrix: Any, limits: Any, goal: Any, down: Any, up: Any) -> Any:
        """What one more unit of each constraint is worth to the goal (dual values; signs as of a maximum)."""
        import numpy as np
        from scipy.optimize import linprog
        from scipy.sparse import vstack

        low, high = limits
        equal = high - low < NEGLIGIBLE
        above, below = ~equal & np.isfinite(high), ~equal & np.isfinite(low)
        bounded = vstack([matrix[above], -matrix[below]]) if above.any() or below.any() else None
        result = linprog(
            -goal,
            A_ub=bounded,
            b_ub=np.concatenate([high[above], -low[below]]) if bounded is not None else None,
            A_eq=matrix[equal] if equal.any() else None,
            b_eq=high[equal] if equal.any() else None,
            bounds=np.column_stack([down, up]),
            method="highs",
            options={"maxiter": ITERATIONS_PER_PROGRAM, "presolve": len(goal) > 2000},
        )
        prices = np.zeros(len(low))
        if result.status != 0:  # no prices bound it too, though more loosely
            return prices
        if equal.any():
            prices[equal] = -result.eqlin.marginals
        if bounded is not None:
            worth = np.maximum(-result.ineqlin.marginals, 0)
            prices[above] += worth[: above.sum()]
            prices[below] -= worth[above.sum() :]
        return prices


@dataclass
class _View:
    """Ranges of the deviations at one choice, the part each unknown moves in, and the parts' matrices as needed."""

    down: Any
    up: Any
    part: Any
    blocks: dict[int, tuple[Any, Any, Any]]
