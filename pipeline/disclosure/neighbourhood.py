"""One quantity and what stands near it: worlds are sought in which only this neighbourhood is otherwise than it is."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipeline.disclosure.moves import TOLERANCE, Key
from pipeline.disclosure.programs import Program

if TYPE_CHECKING:
    from pipeline.disclosure.attack import Search


class Block:
    """One neighbourhood: inside it everything may change, outside everything is as it truly is."""

    def __init__(self, search: Search, part: list[int], asked: list[Key], *, whole: bool) -> None:
        self.search, self.part, self.whole = search, part, whole
        place = {unknown: i for i, unknown in enumerate(part)}
        self.asked = [{place[u]: float(w) for u, w in key if u in place} for key in asked]
        attack, view = search.attack, search.view
        truth = attack.truth[part]
        self.down, self.up = view.lower[part] - truth, view.upper[part] - truth
        self.matrix, self.numbers = attack.rows_of(part)

    @cached_property
    def inner(self) -> Program:
        """Everything outside as it truly is."""
        return self._program(self.matrix, self.numbers)

    @cached_property
    def outer(self) -> Program:
        """The same without the constraints that reach outside: what is narrow even so is narrow."""
        import numpy as np

        loose = self.search.loose_in[self.numbers]
        within = np.flatnonzero(np.diff(self.matrix.indptr) >= loose)
        self.within = self.numbers[within]
        return self._program(self.matrix[within], self.within)

    def _program(self, matrix: Any, numbers: Any) -> Program:
        attack, view = self.search.attack, self.search.view
        sums = attack.sums[numbers]
        return Program(self.down, self.up, matrix, (view.low[numbers] - sums, view.high[numbers] - sums), self.asked)

    def settle(self, index: int, key: Key, *, last: bool = True, branch: bool = True) -> None:
        """Show that a quantity is wide, or prove that it is narrow; else leave it for a wider neighbourhood.

        `last` says that nothing else here is waiting for it, `branch` that whole numbers may be sought by branching.
        """
        search, width = self.search, self.search.widths[key]
        for sign in (1, -1):
            reached = search.seen[key][1] if sign > 0 else -search.seen[key][0]
            other = search.spread(key) - reached
            wanted = min(width - other, self._room(index, sign))
            if wanted > reached and wanted > 0:
                self._keep(self.inner.reach(index, *_between(sign * wanted, sign)))
            if search.spread(key) >= width:
                return
        if not last:
            return
        program = self.inner if self.whole else self.outer
        numbers = (self.numbers if self.whole else self.within)[program.kept]
        up, above = program.most(index, 1)[0], program.shadow
        down, below = program.most(index, -1)[0], program.shadow
        if up + down < width - TOLERANCE:
            search.left[key] = int(up + down + TOLERANCE)
            search.attack.proofs.keep(key, (numbers, numbers), (above, below))
            return
        for whole in (False, True) if branch else (False,):
            for sign in (1, -1):
                self._keep(self.inner.most(index, sign, whole=whole)[1])
                if search.spread(key) >= width:
                    return
        if self.whole and branch:
            search.left[key] = search.spread(key)

    def _room(self, index: int, sign: int) -> int:
        ends = self.up if sign > 0 else self.down
        starts = self.down if sign > 0 else self.up
        room = sum(w * (ends[u] if w > 0 else starts[u]) for u, w in self.asked[index].items())
        return int(sign * room + TOLERANCE)

    def _keep(self, found: Any | None) -> None:
        """A solution in whole numbers is a world."""
        if found is None:
            return
        whole = found.round()
        if (abs(found - whole) < TOLERANCE).all():
            moved = whole.nonzero()[0].tolist()
            self.search.add({self.part[i]: int(whole[i]) for i in moved})


def _between(value: float, sign: int) -> tuple[float, float]:
    """At least that far in one direction."""
    return (value, float("inf")) if sign > 0 else (-float("inf"), value)
