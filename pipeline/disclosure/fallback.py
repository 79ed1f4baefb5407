"""The heuristic for tables beyond the solver's reach: one program per weak cell, then give back what is not needed.

Each program finds the cheapest movement of the table that widens one weak target as asked (Kelly, Golden & Assad 1992;
Fischetti & Salazar 2001, section on heuristics); the cells that move are hidden. It must pass the same audit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.disclosure.attack import Target
from pipeline.disclosure.moves import TOLERANCE
from pipeline.disclosure.separation import ITERATIONS_PER_PROGRAM, Separator

ROUNDS = 60
Weak = Callable[[frozenset[int]], list[tuple[int, Target]]]


def hide_by_programs(
    costs: Sequence[float], forced: frozenset[int], separators: Sequence[Separator], weak: Weak
) -> frozenset[int]:
    """A choice that passes the audit `weak`, no decision of which can be given back; not always the cheapest."""
    hidden = set(forced)
    for _ in range(ROUNDS):
        found = weak(frozenset(hidden))
        if not found:
            return _give_back(hidden, costs, forced, weak)
        more: set[int] = set()
        for attacker, target in found:
            more |= _movement(separators[attacker], target, costs, hidden | more) - hidden
        hidden |= more or _cheapest(costs, hidden)
    return _give_back(set(range(len(costs))), costs, forced, weak)


def _cheapest(costs: Sequence[float], hidden: set[int]) -> set[int]:
    left = [k for k in range(len(costs)) if k not in hidden]
    return {min(left, key=lambda k: (costs[k], k))} if left else set()


def _give_back(hidden: set[int], costs: Sequence[float], forced: frozenset[int], weak: Weak) -> frozenset[int]:
    """Show again, the dearest first, whatever the audit does not need hidden."""
    for decision in sorted(hidden - forced, key=lambda k: (-costs[k], k)):
        if not weak(frozenset(hidden - {decision})):
            hidden = hidden - {decision}
    return frozenset(hidden)


def _movement(separator: Separator, target: Target, costs: Sequence[float], hidden: set[int]) -> set[int]:
    """Decisions that move in the cheapest pair of tables between which the target differs by its width."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import bmat, csr_matrix

    number = len(separator.down)
    price = np.array([0.0 if k < 0 or k in hidden else costs[k] for k in separator.owner.tolist()])
    one = separator.matrix
    finite_high, finite_low = np.isfinite(separator.high), np.isfinite(separator.low)
    sides = [(one[finite_high], separator.high[finite_high]), (-one[finite_low], -separator.low[finite_low])]
    goal = np.zeros(number)
    for unknown, weight in target.terms.items():
        goal[unknown] = weight
    split = [bmat([[side, -side, None, None], [None, None, side, -side]]) for side, _ in sides if side.shape[0]]
    limits = [np.concatenate([limit, limit]) for side, limit in sides if side.shape[0]]
    apart = csr_matrix(-np.concatenate([goal, -goal, -goal, goal]))
    result = linprog(
        np.tile(price, 4),
        A_ub=bmat([[block] for block in [*split, apart]]).tocsr(),
        b_ub=np.concatenate([*limits, [-float(target.width)]]),
        bounds=np.column_stack(
            [np.zeros(4 * number), np.concatenate([separator.up, -separator.down, separator.up, -separator.down])]
        ),
        method="highs",
        options={"maxiter": ITERATIONS_PER_PROGRAM},
    )
    if result.status != 0 or result.x is None:
        return set()
    moved = result.x.reshape(4, number).sum(axis=0) > TOLERANCE
    return {k for k in separator.owner[moved].tolist() if k >= 0}
