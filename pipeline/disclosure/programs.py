"""Small programs over a part of a problem, written as changes of the true counts and solved by HiGHS with warm starts.

Each unknown has two columns, what it gains and what it loses, so that the least sum of changes is a linear goal; each
asked sum is a row of its own whose bounds are set in turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

NODES = 20_000  # branches and not seconds: the same tables end alike on every machine
TOLERANCE = 1e-6


class Program:
    """Changes of unknowns 0 … n-1 between `down` (<= 0) and `up` (>= 0) with `matrix` times them between two limits;
    `asked` sums may be demanded. What the bounds alone keep is left out."""

    def __init__(
        self,
        down: Any,
        up: Any,
        matrix: Any,
        limits: tuple[Any, Any],
        asked: Sequence[Mapping[int, float]],
        prices: Any | None = None,
    ) -> None:
        import numpy as np
        from scipy.sparse import csr_matrix, vstack

        down, up = np.array(down, dtype=float), np.array(up, dtype=float)
        self.kept, matrix, limits = _needed(down, up, matrix, *limits)
        self.size, self.rows, self.asked = len(down), matrix.shape[0], asked
        self.bounds = np.concatenate([up, -down])
        self.prices = np.tile(np.ones(self.size) if prices is None else np.asarray(prices, float), 2)
        entries = [(i, u, w) for i, terms in enumerate(asked) for u, w in terms.items()]
        row, column, weight = zip(*entries, strict=True) if entries else ((), (), ())
        sums = csr_matrix((np.array(weight, dtype=float), (row, column)), shape=(len(asked), self.size))
        self.matrix = vstack([matrix, sums]).tocsr()
        free = np.full(len(asked), np.inf)
        self.limits = np.concatenate([limits[0], -free]), np.concatenate([limits[1], free])
        self.solvers: dict[bool, Any] = {}
        self.shadow: Any = np.zeros(0)  # what one more unit of each kept row was worth when `most` ran last

    def _solver(self, whole: bool) -> Any:
        """HiGHS with this program, kept between calls so that each begins where the last one ended."""
        if whole not in self.solvers:
            self.solvers[whole] = _load(self, whole)
        return self.solvers[whole]

    def set_price(self, unknowns: Sequence[int], price: float) -> None:
        """Let changes of some unknowns cost this from now on."""
        for unknown in unknowns:
            self.prices[[unknown, self.size + unknown]] = price

    def reach(self, index: int, least: float, greatest: float, *, whole: bool = False) -> Any | None:
        """The cheapest changes that bring an asked sum between two values; None when there are none."""
        import numpy as np

        if not self.size:
            return None
        solver, row = self._solver(whole), self.rows + index
        solver.changeColsCost(2 * self.size, np.arange(2 * self.size, dtype=np.int32), self.prices)
        solver.changeRowBounds(row, least, greatest)
        found = _run(solver, self.size)
        solver.changeRowBounds(row, -np.inf, np.inf)
        return found

    def most(self, index: int, sign: int, *, whole: bool = False) -> tuple[float, Any | None]:
        """The greatest value of `sign` times an asked sum, and changes that reach it; infinity and None without answer.

        To change nothing is always a solution: a solver that finds none has lost its way from where it ended last, and
        begins anew once.
        """
        import numpy as np

        goal = np.zeros(2 * self.size)
        for unknown, weight in self.asked[index].items():
            goal[unknown], goal[self.size + unknown] = -sign * weight, sign * weight
        for _ in range(2):
            solver = self._solver(whole)
            solver.changeColsCost(2 * self.size, np.arange(2 * self.size, dtype=np.int32), goal)
            found = _run(solver, self.size)
            if found is not None:
                self.shadow = np.array(solver.getSolution().row_dual[: self.rows])
                return sign * sum(weight * found[unknown] for unknown, weight in self.asked[index].items()), found
            del self.solvers[whole]
        return float("inf"), None


def _needed(down: Any, up: Any, matrix: Any, low: Any, high: Any) -> tuple[Any, Any, tuple[Any, Any]]:
    """Rows that bounds do not keep by themselves, and their numbers; a row of one unknown becomes a bound of it (in
    place)."""
    import numpy as np

    matrix = matrix.tocsr()
    alone = np.flatnonzero(np.diff(matrix.indptr) == 1)
    if len(alone):
        at, weight = matrix.indices[matrix.indptr[alone]], matrix.data[matrix.indptr[alone]]
        ends = low[alone] / weight, high[alone] / weight
        np.maximum.at(down, at, np.ceil(np.minimum(*ends) - TOLERANCE))
        np.minimum.at(up, at, np.floor(np.maximum(*ends) + TOLERANCE))
    positive, negative = matrix.maximum(0), matrix.minimum(0)
    least, most = positive @ down + negative @ up, positive @ up + negative @ down
    broken = (least < low - TOLERANCE) | (most > high + TOLERANCE)
    broken[alone] = False
    kept = np.flatnonzero(broken)
    return kept, matrix[kept], (low[kept], high[kept])


def _load(program: Program, whole: bool) -> Any:
    import numpy as np
    from scipy.sparse import hstack

    both = hstack([program.matrix, -program.matrix]).tocsr()
    ends = np.zeros(2 * program.size), program.bounds
    options = {"mip_max_nodes": NODES} if whole else {"mip_max_nodes": NODES, "presolve": "off"}
    return solver_of(program.prices, ends, both, program.limits, whole=whole, options=options)


def solver_of(
    prices: Any,
    ends: tuple[Any, Any],
    rows: Any,
    limits: tuple[Any, Any],
    *,
    whole: bool = False,
    options: Mapping[str, Any],
) -> Any:
    """HiGHS on one core with a program: the least of `prices` times columns between two `ends`, `rows` (sparse) times
    them between two `limits`."""
    import highspy

    solver, model = highspy.Highs(), highspy.HighsLp()  # type: ignore[no-untyped-call]
    for option, value in ({"output_flag": False, "threads": 1} | dict(options)).items():
        solver.setOptionValue(option, value)
    model.num_row_, model.num_col_ = rows.shape
    model.col_cost_, (model.col_lower_, model.col_upper_) = prices, ends
    model.row_lower_, model.row_upper_ = limits
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * rows.shape[1]
    solver.passModel(model)
    return solver


def _run(solver: Any, size: int) -> Any | None:
    """Changes at the optimum; None where nothing is feasible, or where no answer was found in the steps allowed."""
    import highspy
    import numpy as np

    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    columns = np.array(solver.getSolution().col_value)
    return columns[:size] - columns[size:]
