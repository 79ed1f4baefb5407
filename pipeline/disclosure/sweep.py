"""Worlds in which many hidden quantities move at once: one linear program pushes all of them, some up and some down.

A program over everything that is published takes no longer than a few small ones and shows half of what is open to be
uncertain; so a few of them, with other signs each time, leave little to be sought one by one. Its solution is taken
apart into worlds that stand alone. What is found is checked by the caller, and a part that is not in whole numbers is
passed over: the next signs give another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipeline.disclosure.moves import TOLERANCE, Key, View
from pipeline.disclosure.programs import solver_of

if TYPE_CHECKING:
    from pipeline.disclosure.attack import Attack

STEPS = 100_000  # of the simplex method in one program: counted and not timed, so that the same tables end alike
TOGETHER = 4  # programs that push everything
NODES = 200  # branches for what is left in halves
SCATTER = 2_654_435_761  # Knuth's multiplier: its products' bits serve as signs without any order (TAOCP 6.4)


class Sweep:
    """All that one attacker may take for otherwise than it is, as changes of the true counts."""

    def __init__(self, attack: Attack, view: View, keys: Sequence[Key]) -> None:
        import numpy as np
        from scipy.sparse import csr_matrix

        self.keys = list(keys)
        self.loose = np.flatnonzero(view.upper > view.lower)
        matrix = attack.matrix[:, self.loose].tocsr()
        place = {unknown: i for i, unknown in enumerate(self.loose.tolist())}
        entries = [(i, place[u], float(w)) for i, key in enumerate(self.keys) for u, w in key if u in place]
        row, column, weight = zip(*entries, strict=True) if entries else ((), (), ())
        self.sums = csr_matrix((np.array(weight, float), (row, column)), shape=(len(self.keys), len(self.loose)))
        self.down, self.up = (ends[self.loose] - attack.truth[self.loose] for ends in (view.lower, view.upper))
        self.low, self.high = view.low - attack.sums, view.high - attack.sums
        kept = self._needed(matrix, self.down, self.up)
        self.matrix, self.low, self.high = matrix[kept], self.low[kept], self.high[kept]

    def _needed(self, matrix: Any, down: Any, up: Any) -> Any:
        """Constraints that these bounds do not keep by themselves."""
        import numpy as np

        positive, negative = matrix.maximum(0), matrix.minimum(0)
        least = positive @ down + negative @ up
        most = positive @ up + negative @ down
        return np.flatnonzero((least < self.low - TOLERANCE) | (most > self.high + TOLERANCE))

    def _parts(self, changes: Any) -> Any:
        """Changes that need each other get one number: a constraint that any choice of them keeps ties nothing."""
        import numpy as np
        from scipy.sparse import bmat
        from scipy.sparse.csgraph import connected_components

        tying = self.matrix[self._needed(self.matrix, np.minimum(changes, 0), np.maximum(changes, 0))]
        tying = abs(tying.multiply(abs(changes) > TOLERANCE)).tocsr()
        return connected_components(bmat([[None, tying.T], [tying, None]]))[1][: len(self.loose)]

    def worlds(self, number: int, seen: Sequence[tuple[int, int]], widths: Sequence[int]) -> list[dict[int, int]]:
        """The changes that one program makes, one world for each part of them that stands alone.

        `number` chooses the signs; `seen` and `widths` say how far below and above the truth each quantity was seen
        and how far apart its ends must come.
        """
        import numpy as np

        ends = np.array(seen, dtype=float).reshape(-1, 2)
        missing = np.array(widths, dtype=float) - (ends[:, 1] - ends[:, 0])
        asked = np.flatnonzero(missing > TOLERANCE)
        if number >= TOGETHER and len(self.keys) > 1:  # what is left stands in each other's way: half of it in turn
            asked = asked[(asked * SCATTER >> (number + 11)) & 1 == 0]
        signs = np.where((asked * SCATTER >> (number + 7)) & 1, 1.0, -1.0)
        reached = np.where(signs > 0, ends[asked, 1], -ends[asked, 0])
        changes = self._push(asked, signs, reached + missing[asked])
        if changes is None:
            return []
        changes = self._made_whole(changes)
        whole = np.round(changes)
        part = self._parts(changes)
        broken = np.unique(part[abs(changes - whole) > TOLERANCE])
        whole[np.isin(part, broken)] = 0
        moved = np.flatnonzero(whole)
        found: dict[int, dict[int, int]] = {}
        for at in moved.tolist():
            found.setdefault(int(part[at]), {})[int(self.loose[at])] = int(whole[at])
        return list(found.values())

    def _made_whole(self, changes: Any) -> Any:
        """The changes that are not in whole numbers sought anew, with all others as they are; as they were, if none."""
        import highspy
        import numpy as np

        broken = np.flatnonzero(abs(changes - np.round(changes)) > TOLERANCE)
        if not len(broken):
            return changes
        others = np.round(changes)
        others[broken] = 0
        sums = self.matrix @ others
        rows = self.matrix[:, broken].tocsr()
        kept = np.flatnonzero(np.diff(rows.indptr))
        ends = (
            np.maximum(self.down[broken], np.floor(changes[broken]) - 1),
            np.minimum(self.up[broken], np.ceil(changes[broken]) + 1),
        )
        limits = (self.low - sums)[kept], (self.high - sums)[kept]
        solver = solver_of(
            np.zeros(len(broken)), ends, rows[kept], limits, whole=True, options={"mip_max_nodes": NODES}
        )
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return changes
        others[broken] = np.round(solver.getSolution().col_value)
        return others

    def _push(self, asked: Any, signs: Any, ends: Any) -> Any | None:
        """Changes that bring all asked quantities as near to their ends as they go together; None without an answer."""
        import highspy
        import numpy as np
        from scipy.sparse import bmat, diags, identity

        size, many = len(self.loose), len(asked)
        rows = bmat([[self.matrix, None], [diags(signs) @ self.sums[asked], -identity(many)]]).tocsr()
        prices = np.concatenate([np.zeros(size), -np.ones(many)])
        least = np.concatenate([self.down, np.full(many, -np.inf)])
        limits = np.concatenate([self.low, np.zeros(many)]), np.concatenate([self.high, np.full(many, np.inf)])
        most = np.concatenate([self.up, ends])
        solver = solver_of(prices, (least, most), rows, limits, options={"simplex_iteration_limit": STEPS})
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(solver.getSolution().col_value)[:size]
