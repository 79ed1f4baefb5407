"""Certificates: whole worlds in which a hidden quantity is greater or smaller, kept as what differs from the truth.

A world is feasible for an attacker when everything that differs stays within what he knows. All worlds are checked
anew against each attacker, so that nothing rests on how they were found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Key = tuple[tuple[int, int], ...]  # a sum of unknowns: sorted pairs of unknown and coefficient
TOLERANCE = 1e-6


@dataclass(frozen=True)
class View:
    """What one attacker knows: bounds of each unknown, and of each constraint's sum."""

    lower: Any
    upper: Any
    low: Any
    high: Any


class _Columns:
    """Three columns that grow by lists and are read as arrays; what was turned into arrays is not turned again."""

    def __init__(self) -> None:
        self.fresh: tuple[list[int], list[int], list[float]] = ([], [], [])
        self.kept: tuple[Any, ...] = ()

    def extend(self, first: Iterable[int], second: Iterable[int], third: Iterable[float]) -> None:
        """Further entries."""
        self.fresh[0].extend(first)
        self.fresh[1].extend(second)
        self.fresh[2].extend(third)

    def put(self, first: Any, second: Any, third: Any) -> None:
        """These entries alone."""
        self.fresh, self.kept = ([], [], []), (first.astype(int), second.astype(int), third.astype(float))

    def arrays(self) -> tuple[Any, ...]:
        """All entries."""
        import numpy as np

        if self.fresh[0] or not self.kept:
            new = [np.array(column) for column in self.fresh]
            self.put(*(map(np.concatenate, zip(self.kept, new, strict=True)) if self.kept else new))
        return self.kept


class Moves:
    """All worlds found so far, and how far each takes the quantities that were asked."""

    def __init__(self) -> None:
        self.number: dict[Key, int] = {}
        self.gains = _Columns()  # key, world, gain
        self.values = _Columns()  # world, unknown, value
        self.sums = _Columns()  # world, constraint, value
        self.count = 0

    def add(self, values: Mapping[int, float], sums: Mapping[int, float], gains: Iterable[tuple[Key, int]]) -> None:
        """One world: its changed unknowns and constraints with their values there, and what it does to quantities."""
        self.values.extend([self.count] * len(values), values, values.values())
        self.sums.extend([self.count] * len(sums), sums, sums.values())
        for key, gain in gains:
            self.gains.extend([self.number.setdefault(key, len(self.number))], [self.count], [gain])
        self.count += 1

    def take(self, changes: Any, truth: Any, moved: Any, sums: Any, gains: Any, keys: Sequence[Key]) -> None:
        """Worlds found elsewhere, one a row: how they change unknowns, constraints' sums and quantities."""
        self.count, self.number = changes.shape[0], {key: number for number, key in enumerate(keys)}
        for kept, matrix, base in ((self.values, changes, truth), (self.sums, moved, sums)):
            entries = matrix.tocoo()
            kept.put(entries.row, entries.col, base[entries.col] + entries.data)
        entries = gains.tocoo()
        self.gains.put(entries.col, entries.row, entries.data)

    def seen(self, view: View, keys: Sequence[Key]) -> dict[Key, tuple[int, int]]:
        """For each quantity how far below and above the truth it stands in worlds that an attacker must consider."""
        import numpy as np

        ends: dict[Key, tuple[int, int]] = defaultdict(lambda: (0, 0))
        if not self.count:
            return dict.fromkeys(keys, (0, 0))
        world, unknown, value = self.values.arrays()
        world_too, constraint, total = self.sums.arrays()
        key_number, where, gain = self.gains.arrays()
        fits = np.ones(self.count, dtype=bool)
        outside = (value < view.lower[unknown] - TOLERANCE) | (value > view.upper[unknown] + TOLERANCE)
        fits[world[outside]] = False
        if len(world_too):
            outside = (total < view.low[constraint] - TOLERANCE) | (total > view.high[constraint] + TOLERANCE)
            fits[world_too[outside]] = False
        least, greatest = np.zeros(len(self.number), dtype=int), np.zeros(len(self.number), dtype=int)
        kept = fits[where]
        np.minimum.at(least, key_number[kept], gain[kept])
        np.maximum.at(greatest, key_number[kept], gain[kept])
        ends.update({key: (int(least[n]), int(greatest[n])) for key in keys if (n := self.number.get(key)) is not None})
        return {key: ends[key] for key in keys}
