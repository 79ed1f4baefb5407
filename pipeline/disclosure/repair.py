"""Small worlds out of a large one: change one count, and mend each constraint that this breaks by changing a neighbour.

Only what the large world changes may change, and no further, so that few steps suffice. Worlds of a few changes serve
many attackers. What is found is checked by the caller; what is not found is left to the programs of attack.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

DEPTH = 2  # changes that break something else, one after another
TRIES = 25  # constraints mended for one world
CHOICES = 3  # neighbours that break something else and are followed nevertheless
Changes = dict[int, int]
Rooms = Sequence[float] | Mapping[int, float]  # how far each unknown may change; of a mapping the others not at all


class Repair:
    """All that mending needs: how far counts may change, and what an attacker knows of sums."""

    def __init__(
        self,
        rooms: tuple[Rooms, Rooms],
        limits: tuple[Sequence[float], Sequence[float]],
        terms: Sequence[Sequence[tuple[int, int]]],
        touching: Sequence[Sequence[tuple[int, int]]],
    ) -> None:
        self.down, self.up = rooms  # how far each unknown may change
        self.below, self.above = limits  # how far each sum may
        self.terms, self.touching = terms, touching

    def world(self, start: Mapping[int, int]) -> Changes | None:
        """A world with these changes and few others; None when none is found soon."""
        if any(not self.down[u] <= change <= self.up[u] for u, change in start.items()):
            return None
        changes: Changes = {}
        moved: dict[int, int] = {}
        for unknown, change in start.items():
            self._apply(unknown, change, changes, moved)
        self.tries = TRIES
        return self._mend(changes, moved, 0)

    def _apply(self, unknown: int, change: int, changes: Changes, moved: dict[int, int]) -> None:
        changes[unknown] = changes.get(unknown, 0) + change
        for number, weight in self.touching[unknown]:
            moved[number] = moved.get(number, 0) + weight * change

    def _mend(self, changes: Changes, moved: dict[int, int], depth: int) -> Changes | None:
        for _ in range(TRIES):
            number = next((n for n, by in moved.items() if not self.below[n] <= by <= self.above[n]), None)
            if number is None:
                return changes
            self.tries -= 1
            if self.tries < 0:
                return None
            harmful = self._neighbours(number, changes, moved)
            if harmful is not None:
                return self._follow(harmful, changes, moved, depth)
        return None

    def _neighbours(self, number: int, changes: Changes, moved: dict[int, int]) -> list[tuple[int, int]] | None:
        """Change neighbours that break nothing else, until the sum fits (then None); else those that would."""
        harmful = []
        for unknown, weight in self.terms[number]:
            if unknown in changes:
                continue
            change = self._needed(number, unknown, weight, moved[number])
            if not change:
                continue
            if self._harms(unknown, change, number, moved):
                harmful.append((unknown, change))
                continue
            self._apply(unknown, change, changes, moved)
            if self.below[number] <= moved[number] <= self.above[number]:
                return None
        return harmful

    def _needed(self, number: int, unknown: int, weight: int, by: int) -> int:
        over = by - self.above[number] if by > self.above[number] else by - self.below[number]
        steps = -int(over / weight) if over % weight == 0 else 0
        return int(min(max(steps, self.down[unknown]), self.up[unknown]))

    def _harms(self, unknown: int, change: int, number: int, moved: Mapping[int, int]) -> bool:
        for other, weight in self.touching[unknown]:
            if other != number:
                by = moved.get(other, 0) + weight * change
                if not self.below[other] <= by <= self.above[other]:
                    return True
        return False

    def _follow(
        self, harmful: Sequence[tuple[int, int]], changes: Changes, moved: dict[int, int], depth: int
    ) -> Changes | None:
        if depth >= DEPTH:
            return None
        for unknown, change in harmful[-CHOICES:]:
            further, then = dict(changes), dict(moved)
            self._apply(unknown, change, further, then)
            found = self._mend(further, then, depth + 1)
            if found is not None:
                return found
        return None
