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


class Moves:
    """All worlds found so far, and how far each takes the quantities that were asked."""

    def __init__(self) -> None:
        self.number: dict[Key, int] = {}
        self.gains: tuple[list[int], list[int], list[int]] = ([], [], [])  # key, world, gain
        self.values: tuple[list[int], list[int], list[float]] = ([], [], [])  # world, unknown, value
        self.sums: tuple[list[int], list[int], list[float]] = ([], [], [])  # world, constraint, value
        self.count = 0
        self.arrays: tuple[Any, ...] | None = None

    def add(self, values: Mapping[int, float], sums: Mapping[int, float], gains: Iterable[tuple[Key, int]]) -> None:
        """One world: its changed unknowns and constraints with their values there, and what it does to quantities."""
        for kept, new in ((self.values, values), (self.sums, sums)):
            kept[0].extend([self.count] * len(new))
            kept[1].extend(new)
            kept[2].extend(new.values())
        for key, gain in gains:
            self.gains[0].append(self.number.setdefault(key, len(self.number)))
            self.gains[1].append(self.count)
            self.gains[2].append(gain)
        self.count += 1
        self.arrays = None

    def seen(self, view: View, keys: Sequence[Key]) -> dict[Key, tuple[int, int]]:
        """For each quantity how far below and above the truth it stands in worlds that an attacker must consider."""
        import numpy as np

        ends: dict[Key, tuple[int, int]] = defaultdict(lambda: (0, 0))
        if not self.count:
            return dict.fromkeys(keys, (0, 0))
        if self.arrays is None:
            self.arrays = tuple(np.array(column) for table in (self.values, self.sums, self.gains) for column in table)
        world, unknown, value, world_too, constraint, total, key_number, where, gain = self.arrays
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
