"""Linked tables of exact counts or magnitudes: cells, the sums between them, and who knows a part of them.

Everything that is published together is one problem: margins, hierarchies (prison, region, all; month, quarter, year)
and tables that share cells are all just sums. A cell must be hidden on its own account by the threshold, by one
contributor's dominance, or because the caller says so; `protect_tables` finds what must be hidden besides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TypeVar

from pipeline.disclosure.attack import Problem, Target, find_narrow
from pipeline.disclosure.suppression import Choice, Suppression, suppress
from pipeline.errors import DisclosureError

TIE = 0.4  # among choices of equally many cells the one of the smallest values; never a cell more for it
STEPS = 3_000  # of the search for the cheapest choice
Key = TypeVar("Key", bound=Hashable)
PUBLIC = ""


def needs_hiding(
    count: int, threshold: int, *, value: int = 0, largest: int = 0, percent: int = 100, zeros: bool = False
) -> str:
    """Why a cell must be hidden on its own account: 'threshold', 'dominance' (1, percent), or ''.

    `count` are its persons or contributors, `largest` the largest contributor's part of the magnitude `value`.
    """
    if (0 if zeros else 1) <= count < threshold:
        return "threshold"
    return "dominance" if value > 0 and 100 * largest > percent * value else ""


@dataclass(frozen=True)
class TableCell:
    """One cell: its true value, why it must be hidden ('' when it need not), what any reader knows of it.

    `width`: by how much it must stay uncertain when hidden on its own account. `known` gives for an insider his own
    part of it; one whose part is the whole knows the cell. `cost` is what hiding it costs.
    """

    value: int
    reason: str = ""
    low: int = 0
    high: int | None = None
    width: int = 1
    known: Mapping[str, int] = field(default_factory=dict)
    cost: float | None = None


@dataclass
class LinkedTables:
    """Cells by key and the sums that hold between them: total → its parts."""

    cells: dict[Hashable, TableCell] = field(default_factory=dict)
    sums: list[tuple[Hashable, tuple[Hashable, ...]]] = field(default_factory=list)

    def add_sum(self, total: Hashable, parts: Iterable[Hashable]) -> None:
        """A sum that every reader knows; raises DisclosureError when the true values do not add up."""
        members = tuple(parts)
        if self.cells[total].value != sum(self.cells[part].value for part in members):
            raise DisclosureError("A total is not the sum of its parts; correct the table. Nothing released.")
        self.sums.append((total, members))

    def insiders(self) -> list[str]:
        """Everybody who knows a part of some cell, sorted."""
        return sorted({who for cell in self.cells.values() for who in cell.known})


def count_table(
    inner: Mapping[tuple[str, ...], int],
    levels: Sequence[Mapping[str, str]],
    *,
    threshold: int,
    width: int = 1,
    zeros: bool = False,
) -> LinkedTables:
    """A table of counts with all its margins, in which counts from 1 (with `zeros` from 0) to threshold - 1 must hide.

    `inner` has the counts by place, one coordinate for each dimension; `levels` for each dimension child → parent. Each
    hidden count must stay uncertain by at least `width`.
    """
    counts = cross(inner, levels)
    places = sorted(counts.items())
    tables = LinkedTables({p: TableCell(n, needs_hiding(n, threshold, zeros=zeros), width=width) for p, n in places})
    for total, parts in cross_sums(counts, levels):
        tables.add_sum(total, parts)
    return tables


def cross(inner: Mapping[tuple[str, ...], int], levels: Sequence[Mapping[str, str]]) -> dict[tuple[str, ...], int]:
    """Every cell of a table with its margins: inner cells and, for each dimension, child → parent up to the top."""
    cells: dict[tuple[str, ...], int] = defaultdict(int)
    for place, value in inner.items():
        for at in product(*(_upwards(part, level) for part, level in zip(place, levels, strict=True))):
            cells[at] += value
    return dict(cells)


def cross_sums(
    cells: Collection[tuple[str, ...]], levels: Sequence[Mapping[str, str]]
) -> list[tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    """For every cell and dimension the cells one level below that add up to it."""
    found: dict[tuple[int, tuple[str, ...]], list[tuple[str, ...]]] = defaultdict(list)
    for place in cells:
        for dimension, level in enumerate(levels):
            if place[dimension] in level:
                above = (*place[:dimension], level[place[dimension]], *place[dimension + 1 :])
                found[dimension, above].append(place)
    return [(above, sorted(parts)) for (_, above), parts in sorted(found.items())]


def _upwards(part: str, level: Mapping[str, str]) -> list[str]:
    chain = [part]
    while chain[-1] in level:
        chain.append(level[chain[-1]])
    return chain


@dataclass(frozen=True)
class Protected:
    """Keys that are hidden, those that were so on their own account among them, and how the choice was found."""

    hidden: frozenset[Hashable]
    primary: frozenset[Hashable]
    found: Suppression

    @property
    def secondary(self) -> frozenset[Hashable]:
        """Keys hidden for the sake of others."""
        return self.hidden - self.primary


def protect_tables(tables: LinkedTables, *, steps: int = STEPS) -> Protected:
    """The fewest further cells to hide (ties: the smallest values) so that readers and insiders learn too little.

    After `steps` of the search the best audited choice is used and `found.method` says so.
    Raises DisclosureError when no choice of cells is enough.
    """
    keys = list(tables.cells)
    cells = list(tables.cells.values())
    number = {key: i for i, key in enumerate(keys)}
    forced = frozenset(i for i, cell in enumerate(cells) if cell.reason)
    most = sum(cell.value for cell in cells) + 1
    costs = [cell.cost if cell.cost is not None else 1 + TIE * cell.value / most for cell in cells]
    everything = frozenset(range(len(cells)))
    attackers = [attack_by(tables, who, everything) for who in [PUBLIC, *tables.insiders()]]
    linked = [(number[total], *(number[part] for part in parts)) for total, parts in tables.sums]
    choice = Choice(costs, list(range(len(cells))), forced, attackers, linked)
    found = suppress(choice, lambda hidden: weak_cells(tables, hidden), steps=steps)
    return Protected(frozenset(keys[i] for i in found.hidden), frozenset(keys[i] for i in forced), found)


def weak_cells(tables: LinkedTables, hidden: Collection[int]) -> list[tuple[int, Target]]:
    """The audit: which targets each attacker (0 the reader, then the insiders) pins down; cells count from 0."""
    found = []
    for index, who in enumerate([PUBLIC, *tables.insiders()]):
        problem = attack_by(tables, who, hidden)
        found += [(index, finding.target) for finding in find_narrow(problem)]
    return found


def attack_by(tables: LinkedTables, who: str, hidden: Collection[int]) -> Problem:
    """What a reader, or the insider `who`, faces when these cells are hidden; unknowns are the cells in order."""
    problem, number = Problem(), {key: i for i, key in enumerate(tables.cells)}
    most = 2 * max((cell.value for cell in tables.cells.values()), default=0) + 100
    for index, cell in enumerate(tables.cells.values()):
        own = cell.known.get(who, 0)
        knows = index not in hidden or (who != PUBLIC and own == cell.value and who in cell.known)
        low, high = max(cell.low, own), cell.high if cell.high is not None else most
        problem.add_unknown(cell.value, *((cell.value, cell.value) if knows else (low, high)))
        if cell.reason and not (who in cell.known and own == cell.value):
            problem.targets.append(Target({index: 1}, cell.width, index, who))
    for total, parts in tables.sums:
        problem.add({**{number[part]: 1 for part in parts}, number[total]: -1}, 0, 0)
    return problem
