"""Small programs over a part of a problem, written as changes of the true counts and solved by HiGHS with warm starts.

Each unknown has two columns, what it gains and what it loses, so that the least sum of changes is a linear goal; each
asked sum is a row of its own whose bounds are set in turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.errors import DisclosureError

NODES = 20_000  # branches and not seconds: the same tables end alike on every machine
TOLERANCE = 1e-6
Row = tuple[Mapping[int, float], float, float]  # column → weight, least, greatest


class Program:
    """Changes of unknowns 0 … n-1 between `down` (<= 0) and `up` (>= 0) under rows; `asked` sums may be demanded."""

    def __init__(
        self,
        down: Sequence[float],
        up: Sequence[float],
        rows: Sequence[Row],
        asked: Sequence[Mapping[int, float]],
        prices: Sequence[float] | None = None,
    ) -> None:
        import numpy as np

        self.size, self.rows, self.asked = len(down), len(rows), asked
        self.bounds = np.concatenate([np.asarray(up, float), -np.asarray(down, float)])
        self.prices = np.tile(np.ones(self.size) if prices is None else np.asarray(prices, float), 2)
        self.sides = [*rows, *((terms, -np.inf, np.inf) for terms in asked)]
        self.solvers: dict[bool, Any] = {}

    def _solver(self, whole: bool) -> Any:
        """HiGHS with this program, kept between calls so that each begins where the last one ended."""
        if whole not in self.solvers:
            self.solvers[whole] = _load(self, whole)
        return self.solvers[whole]

    def reach(self, index: int, least: float, greatest: float, *, whole: bool = False) -> Any | None:
        """The cheapest changes that bring an asked sum between two values; None when there are none."""
        import numpy as np

        solver, row = self._solver(whole), self.rows + index
        solver.changeColsCost(2 * self.size, np.arange(2 * self.size, dtype=np.int32), self.prices)
        solver.changeRowBounds(row, least, greatest)
        found = _run(solver, self.size)
        solver.changeRowBounds(row, -np.inf, np.inf)
        return found

    def most(self, index: int, sign: int, *, whole: bool = False) -> tuple[float, Any]:
        """The greatest value of `sign` times an asked sum, and changes that reach it.

        Raises DisclosureError when the solver gives no answer: then nothing is known, and nothing may be released.
        """
        import numpy as np

        goal = np.zeros(2 * self.size)
        for unknown, weight in self.asked[index].items():
            goal[unknown], goal[self.size + unknown] = -sign * weight, sign * weight
        solver = self._solver(whole)
        solver.changeColsCost(2 * self.size, np.arange(2 * self.size, dtype=np.int32), goal)
        found = _run(solver, self.size)
        if found is None:
            raise unfinished()
        return sign * sum(weight * found[unknown] for unknown, weight in self.asked[index].items()), found


def unfinished() -> DisclosureError:
    """What is raised when a program has no answer."""
    return DisclosureError("The audit could not be finished (the solver gave no answer); nothing was released.")


def _load(program: Program, whole: bool) -> Any:
    import highspy
    import numpy as np

    solver, model = highspy.Highs(), highspy.HighsLp()
    for option, value in (("output_flag", False), ("threads", 1), ("mip_max_nodes", NODES), ("presolve", "off")):
        if option != "presolve" or not whole:
            solver.setOptionValue(option, value)
    size = program.size
    entries = [(u, w) for terms, _, _ in program.sides for u, w in terms.items()]
    lengths = [len(terms) for terms, _, _ in program.sides]
    columns = np.array([u for u, _ in entries], dtype=np.int32)
    weights = np.array([w for _, w in entries], dtype=float)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    model.num_col_, model.num_row_ = 2 * size, len(program.sides)
    model.col_cost_, model.col_lower_, model.col_upper_ = program.prices, np.zeros(2 * size), program.bounds
    model.row_lower_ = np.array([low for _, low, _ in program.sides], dtype=float)
    model.row_upper_ = np.array([high for _, _, high in program.sides], dtype=float)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = 2 * starts
    model.a_matrix_.index_ = np.column_stack([columns, columns + size]).ravel().astype(np.int32)
    model.a_matrix_.value_ = np.column_stack([weights, -weights]).ravel()
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * (2 * size)
    solver.passModel(model)
    return solver


def _run(solver: Any, size: int) -> Any | None:
    """Changes at the optimum, None where nothing is feasible; raises DisclosureError when there is no answer."""
    import highspy
    import numpy as np

    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        raise unfinished()
    columns = np.array(solver.getSolution().col_value)
    return columns[:size] - columns[size:]
