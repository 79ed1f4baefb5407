"""Proofs that a quantity is narrow, kept as prices of constraints; like worlds they outlive the attack that found them.

By weak duality any prices bound how far a quantity can go: what the constraints are worth at these prices, and what
the unknowns may add. So a proof is held against what an attacker knows now by arithmetic alone, whatever solver found
it; one that no longer holds is sought anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.disclosure.moves import TOLERANCE, Key, View

if TYPE_CHECKING:
    from pipeline.disclosure.attack import Attack

NEGLIGIBLE = 1e-9
Prices = tuple[Mapping[int, float], Mapping[int, float]]  # constraint → price, for the greatest and for the least


class Proofs:
    """What was proven narrow in one attack's problem, by quantity."""

    def __init__(self) -> None:
        self.prices: dict[Key, Prices] = {}

    def keep(self, key: Key, numbers: tuple[Any, Any], prices: tuple[Any, Any]) -> None:
        """The prices of constraints, by their numbers, with which a quantity was proven narrow."""
        self.prices[key] = tuple(  # type: ignore[assignment]
            {int(n): float(p) for n, p in zip(*side, strict=True) if abs(p) > NEGLIGIBLE}
            for side in zip(numbers, prices, strict=True)
        )

    def left(self, attack: Attack, view: View, widths: Mapping[Key, int]) -> dict[Key, int]:
        """Those of some quantities that are still proven narrower than asked, and what is left of them."""
        keys = [key for key in widths if key in self.prices]
        if not keys:
            return {}
        room = sum(self._farthest(attack, view, keys, side) for side in (0, 1))
        return {k: int(r + TOLERANCE) for k, r in zip(keys, room, strict=True) if r < widths[k] - TOLERANCE}

    def _farthest(self, attack: Attack, view: View, keys: list[Key], side: int) -> Any:
        """How far each quantity can go up (side 0) or down from the truth at most, by its proof."""
        import numpy as np
        from scipy.sparse import csr_matrix

        sign = -1.0 if side == 0 else 1.0
        low, high = view.low - attack.sums, view.high - attack.sums
        entries = [(i, n, p) for i, key in enumerate(keys) for n, p in self.prices[key][side].items()]
        row, number, price = (np.array([e[i] for e in entries], dtype=float if i == 2 else int) for i in range(3))
        limit = np.where(price > 0, low[number], high[number])
        price = np.where(np.isinf(limit), 0.0, price)
        worth = np.bincount(row, price * np.where(np.isinf(limit), 0.0, limit), len(keys))
        goal = [(i, u, sign * w) for i, key in enumerate(keys) for u, w in key]
        at, unknown, weight = (np.array([e[i] for e in goal], dtype=float if i == 2 else int) for i in range(3))
        rest = csr_matrix((weight, (at, unknown)), shape=(len(keys), len(attack.truth)))
        rest = (rest - csr_matrix((price, (row, number)), shape=(len(keys), len(low))) @ attack.matrix).tocoo()
        down, up = view.lower - attack.truth, view.upper - attack.truth
        least = np.minimum(rest.data * down[rest.col], rest.data * up[rest.col])
        return -(worth + np.bincount(rest.row, least, len(keys)))

    def adopt(self, before: Proofs, constraints: Mapping[int, int], unknowns: Mapping[int, int]) -> None:
        """Take over what was proven of more rows; both say which constraint or unknown here each one of there is."""
        for key, sides in before.prices.items():
            if all(unknown in unknowns for unknown, _ in key):
                mine = tuple({constraints[n]: p for n, p in side.items() if n in constraints} for side in sides)
                self.prices[tuple(sorted((unknowns[u], w) for u, w in key))] = mine  # type: ignore[assignment]
