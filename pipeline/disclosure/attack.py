"""The attack: how far can hidden quantities be pinned down by everything that is published?

A problem is a set of whole-number unknowns with bounds and linear constraints, and targets: sums of unknowns that
must stay uncertain. A target is safe when two whole worlds are shown in which it differs by its width (see moves.py).
They are sought near the target first, with everything farther off as it truly is; that a target is narrow is proven by
bounds, or by a program that leaves everything farther off out. What is neither shown nor proven within reach counts
as narrow. Method: Fischetti & Salazar (2001), the attacker's subproblem.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pipeline.disclosure.moves import TOLERANCE, Key, Moves, View
from pipeline.disclosure.neighbourhood import Block
from pipeline.disclosure.proofs import Proofs
from pipeline.disclosure.repair import Repair
from pipeline.disclosure.sweep import Sweep
from pipeline.errors import DisclosureError

PASSES = 30
FEW, SWEEPS = 10, 24  # fewer open quantities than that are sought one by one
SLOW = 20  # a program over everything that settles fewer is no quicker than one by one
PATIENCE = 3  # quantities beside one that may fail before the neighbourhood is left
REACHES = (60, 300, 2_000)  # unknowns around a target that are looked at together
Terms = Mapping[int, int]  # unknown → coefficient


@dataclass(frozen=True)
class Target:
    """A quantity that must stay uncertain by at least `width` between its least and greatest feasible value.

    `among` counts everybody whom the quantity is a part of, where they are not the denominator of `row`.
    """

    terms: Terms
    width: int
    row: int
    statistic: str
    among: Terms | None = None

    @cached_property
    def key(self) -> Key:
        """The sum of unknowns that it is."""
        return tuple(sorted(self.terms.items()))


@dataclass
class Problem:
    """Unknowns with what the attacker knows of each, constraints low <= sum <= high, and the true solution."""

    truth: list[int] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    constraints: list[tuple[Terms, float, float]] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    names: dict[object, int] = field(default_factory=dict)  # unknowns that stand for no count of a row

    def add_unknown(self, truth: int, lower: float, upper: float, name: object = None) -> int:
        """A new unknown; returns its number. By its `name` it is found again in a problem of fewer rows."""
        if name is not None:
            self.names[name] = len(self.truth)
        self.truth.append(truth)
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.truth) - 1

    def add(self, terms: Terms, low: float, high: float) -> None:
        """A constraint that the attacker knows to hold."""
        self.constraints.append((terms, low, high))

    def add_target(self, terms: Terms, width: int, row: int, statistic: str) -> None:
        """A sum of people who are no part of a row's denominator that must stay uncertain."""
        self.targets.append(Target(terms, width, row, statistic, {}))

    def value(self, terms: Terms) -> int:
        """The true value of a sum of unknowns."""
        return sum(coefficient * self.truth[unknown] for unknown, coefficient in terms.items())


@dataclass(frozen=True)
class Finding:
    """A target that can be pinned down too closely, with the width that is left, and by whom ('' is any reader)."""

    target: Target
    left: int
    who: tuple[str, str] = ("", "")


def find_narrow(problem: Problem) -> list[Finding]:
    """Targets whose feasible interval is narrower than it must be; an empty list means the attack failed.

    Raises DisclosureError when the true counts do not fit the model: then nothing is known, and nothing may go out.
    """
    attack = Attack(problem)
    return attack.narrow(attack.view(), problem.targets)


class Attack:
    """One problem's unknowns and constraints, with all worlds found so far; every attacker has a view of it.

    `shared` says that several attackers follow, whom small worlds serve best.
    """

    def __init__(self, problem: Problem, *, shared: bool = False) -> None:
        import numpy as np
        from scipy.sparse import csr_matrix

        self.problem, self.moves, self.proofs, self.shared = problem, Moves(), Proofs(), shared
        self.truth = np.array(problem.truth, dtype=float)
        self.terms = [tuple(terms.items()) for terms, _, _ in problem.constraints]
        self.touching: list[list[tuple[int, int]]] = [[] for _ in problem.truth]
        for number, terms in enumerate(self.terms):
            for unknown, weight in terms:
                self.touching[unknown].append((number, weight))
        entries = [(number, u, w) for number, terms in enumerate(self.terms) for u, w in terms]
        self.row, self.unknown, self.weight = (
            np.array([entry[i] for entry in entries], dtype=float if i == 2 else int) for i in range(3)
        )
        self.matrix = csr_matrix((self.weight, (self.row, self.unknown)), shape=(len(self.terms), len(self.truth)))
        self.pattern = abs(self.matrix)  # which constraints an unknown stands in
        self.columns = self.matrix.tocsc()
        self.sums = self.matrix @ self.truth

    def view(self) -> View:
        """What any reader knows, as the problem says it now."""
        import numpy as np

        problem = self.problem
        ends = [np.array([c[i] for c in problem.constraints], dtype=float) for i in (1, 2)]
        return View(np.array(problem.lower, dtype=float), np.array(problem.upper, dtype=float), *ends)

    def adopt(self, before: Attack, same: Mapping[int, int]) -> None:
        """Take over the worlds of an attack on more rows, and its proofs; `same` says which unknown of it each is here.

        What they change elsewhere is dropped. As all worlds and proofs, each is held against a view before it counts.
        """
        import numpy as np
        from scipy.sparse import csr_matrix

        here = np.full(len(before.truth), -1)
        for old, new in same.items():
            here[old] = new if before.truth[old] == self.truth[new] else -1
        world, unknown, value = before.moves.values.arrays()
        kept = here[unknown] >= 0
        change, at = (value - before.truth[unknown])[kept], (world[kept], here[unknown[kept]])
        changes = csr_matrix((change, at), shape=(before.moves.count, len(self.truth)))
        keys = list(dict.fromkeys(target.key for target in self.problem.targets))
        entries = [(number, u, w) for number, key in enumerate(keys) for u, w in key]
        row, column, weight = np.array(entries, dtype=int).reshape(-1, 3).T
        sums = csr_matrix((weight.astype(float), (row, column)), shape=(len(keys), len(self.truth)))
        self.moves.take(changes, self.truth, changes @ self.matrix.T, self.sums, changes @ sums.T, keys)
        kept_unknowns = {int(old): int(here[old]) for old in np.flatnonzero(here >= 0)}
        self.proofs.adopt(before.proofs, self._constraints_of(before, kept_unknowns), kept_unknowns)

    def _constraints_of(self, before: Attack, same: Mapping[int, int]) -> dict[int, int]:
        """Which constraint here each one of another attack is, the tightest of those on the same terms."""
        limits = [high - low for _, low, high in self.problem.constraints]
        number = {frozenset(self.terms[n]): n for n in sorted(range(len(limits)), key=lambda n: -limits[n])}
        named = ((n, frozenset((same.get(u, -1), w) for u, w in terms)) for n, terms in enumerate(before.terms))
        return {n: number[terms] for n, terms in named if terms in number}

    def narrow(self, view: View, targets: Sequence[Target]) -> list[Finding]:
        """Those targets that an attacker pins down, in the order asked; see `find_narrow`."""
        self._check_truth(view)
        widths: dict[Key, int] = {}
        for target in targets:
            widths[target.key] = max(widths.get(target.key, 0), target.width)
        seen = self.moves.seen(view, list(widths))
        waiting = {key: width for key, width in widths.items() if seen[key][1] - seen[key][0] < width}
        view = self.tighten(view) if waiting else view
        left = self.proofs.left(self, view, waiting)
        waiting = {key: width for key, width in waiting.items() if key not in left}
        left |= Search(self, view, waiting, seen).run() if waiting else {}
        return [Finding(t, left[t.key]) for t in targets if t.key in left and left[t.key] < t.width]

    def _check_truth(self, view: View) -> None:
        import numpy as np

        for true, low, high in ((self.truth, view.lower, view.upper), (self.sums, view.low, view.high)):
            if not np.all((true >= low - TOLERANCE) & (true <= high + TOLERANCE)):
                raise DisclosureError(
                    "The audit's picture of a table does not fit its true counts; nothing was released."
                )

    def tighten(self, view: View) -> View:
        """Bounds that each constraint alone implies for each unknown, repeated until nothing moves (bound propagation).

        Every whole solution stays inside, so the programs get smaller and lose nothing.
        """
        import numpy as np

        if not len(self.row):
            return view
        lower, upper = view.lower.copy(), view.upper.copy()
        row, unknown, weight, rows = self.row, self.unknown, self.weight, len(self.terms)
        up = weight > 0
        low, high = view.low[row], view.high[row]
        for _ in range(PASSES):
            one, other = weight * lower[unknown], weight * upper[unknown]
            least, most = np.where(up, one, other), np.where(up, other, one)
            room_above = high - np.bincount(row, least, rows)[row] + least  # the most that this term can be
            room_below = low - np.bincount(row, most, rows)[row] + most
            ceiling = np.floor(np.where(up, room_above, room_below) / weight + TOLERANCE)
            floor = np.ceil(np.where(up, room_below, room_above) / weight - TOLERANCE)
            better = (floor > lower[unknown]) | (ceiling < upper[unknown])
            if not better.any():
                break
            np.maximum.at(lower, unknown[better], floor[better])
            np.minimum.at(upper, unknown[better], ceiling[better])
        return View(lower, upper, view.low, view.high)

    def rows_of(self, part: Sequence[int]) -> tuple[Any, Any]:
        """The constraints on some unknowns as a matrix over these alone, and their numbers."""
        import numpy as np

        matrix = self.columns[:, part].tocsr()
        numbers = np.flatnonzero(np.diff(matrix.indptr))
        return matrix[numbers], numbers

    def around(self, view: View, unknowns: Iterable[int], size: int) -> tuple[list[int], bool]:
        """Loose unknowns near some, constraint by constraint, about so many; and whether that is all there are."""
        loose = view.upper > view.lower
        found = {unknown: None for unknown in unknowns if loose[unknown]}
        queue, done = list(found), set()
        for unknown in queue:
            for number, _ in self.touching[unknown]:
                if number in done:
                    continue
                if len(found) >= size:
                    return list(found), False
                done.add(number)
                fresh = [u for u, _ in self.terms[number] if u not in found and loose[u]]
                found.update(dict.fromkeys(fresh))
                queue.extend(fresh)
        return list(found), True


class Search:
    """The search for worlds on behalf of one attacker: `left` says how wide a quantity is that stays too narrow."""

    def __init__(self, attack: Attack, view: View, waiting: Mapping[Key, int], seen: Mapping[Key, tuple[int, int]]):
        self.attack, self.view, self.seen = attack, view, dict(seen)
        self.lower, self.upper = view.lower.tolist(), view.upper.tolist()
        self.loose_in = attack.pattern @ (view.upper > view.lower)  # how many loose unknowns each constraint has
        self.widths, self.left = dict(waiting), dict[Key, int]()
        self.at: dict[int, list[Key]] = {}
        for key in waiting:
            for unknown, _ in key:
                self.at.setdefault(unknown, []).append(key)

    def run(self) -> dict[Key, int]:
        """What stays too narrow."""
        for key, width in self.widths.items():
            room = sum(abs(w) * (self.upper[u] - self.lower[u]) for u, w in key)
            if room < width:
                self.left[key] = int(room + TOLERANCE)
        self._sweep()
        self._near(REACHES[0])
        self._anywhere()
        for reach in REACHES[1:]:
            self._near(reach)
        self.left |= {key: self.spread(key) for key in self._open(self.widths)}
        return self.left

    def _open(self, keys: Iterable[Key]) -> list[Key]:
        return [key for key in keys if self._is_open(key)]

    def _is_open(self, key: Key) -> bool:
        return key in self.widths and key not in self.left and self.spread(key) < self.widths[key]

    def spread(self, key: Key) -> int:
        """How far apart the ends of a quantity are in the worlds found so far."""
        return self.seen[key][1] - self.seen[key][0]

    def _sweep(self) -> None:
        """Show many quantities to be wide at once, as long as that is quicker than one by one."""
        asked = self._open(self.widths)
        if len(asked) <= FEW:
            return
        sweep = Sweep(self.attack, self.view, asked)
        for number in range(SWEEPS):
            before = len(asked)
            seen, widths = [self.seen[key] for key in sweep.keys], [self.widths[key] for key in sweep.keys]
            for changes in sweep.worlds(number, seen, widths):
                if self._goes_further(changes):
                    if self.attack.shared and len(changes) > FEW:
                        self._keep_pieces(changes)
                    self.add(changes)
            asked = self._open(asked)
            if len(asked) <= FEW or before - len(asked) < SLOW:
                break

    def _anywhere(self) -> None:
        """What no near neighbourhood settles, among everything: one program that each quantity leaves to the next."""
        asked = self._open(self.widths)
        part = (self.view.upper > self.view.lower).nonzero()[0].tolist()
        everything = Block(self, part, asked, whole=True) if asked and part else None
        for index, key in enumerate(asked):
            if everything is not None and self._is_open(key):
                everything.settle(index, key, branch=False)

    def _keep_pieces(self, changes: Mapping[int, int]) -> None:
        """Of a world only what moves one quantity: so little changes that other attackers must reckon with it too."""
        rooms = defaultdict(int, {u: min(c, 0) for u, c in changes.items()}), defaultdict(int, changes)
        repair = Repair(rooms, self.limits, self.attack.terms, self.attack.touching)
        for key in self._moved(changes):
            if self._goes_further(changes, [key]):
                piece = repair.world({u: changes[u] for u, _ in key if u in changes})
                if piece is not None:
                    self.add({u: change for u, change in piece.items() if change})

    def _moved(self, changes: Mapping[int, int]) -> Iterable[Key]:
        return dict.fromkeys(k for unknown in changes for k in self.at.get(unknown, ()))

    def _goes_further(self, changes: Mapping[int, int], keys: Iterable[Key] | None = None) -> bool:
        """Whether a quantity is farther from the truth there than in any world so far."""
        for key in self._moved(changes) if keys is None else keys:
            gain = sum(w * changes.get(u, 0) for u, w in key)
            if not self.seen[key][0] <= gain <= self.seen[key][1]:
                return True
        return False

    @cached_property
    def limits(self) -> tuple[list[float], list[float]]:
        """How far each constraint's sum may change in this attacker's view."""
        sums = self.attack.sums
        return (self.view.low - sums).tolist(), (self.view.high - sums).tolist()

    def _near(self, reach: int) -> None:
        """Settle quantities within neighbourhoods, each with others beside it."""
        for key in self._open(self.widths):
            if self._is_open(key):
                self._beside(key, reach)

    def _beside(self, key: Key, reach: int) -> None:
        part, whole = self.attack.around(self.view, [u for u, _ in key], reach)
        inside = set(part)
        middle = part if whole else part[: len(part) // 2]
        beside = dict.fromkeys(k for u in middle for k in self.at.get(u, ()) if self._is_open(k))
        asked = [key, *(k for k in beside if k != key and self._inside(k, inside))]
        block = Block(self, part, asked, whole=whole)
        failed = 0
        for index, one in enumerate(asked):
            if failed < PATIENCE and self._is_open(one):
                block.settle(index, one, last=one == key)
                failed += self._is_open(one)

    def _inside(self, key: Key, inside: Collection[int]) -> bool:
        return all(u in inside or self.lower[u] == self.upper[u] for u, _ in key)

    def add(self, changes: Mapping[int, int]) -> bool:
        """Keep a world, after checking it; says whether it is one."""
        attack, view = self.attack, self.view
        totals: dict[int, float] = {}
        for unknown, change in changes.items():
            if not self.lower[unknown] <= attack.problem.truth[unknown] + change <= self.upper[unknown]:
                return False
            for number, weight in attack.touching[unknown]:
                totals[number] = totals.get(number, attack.sums[number]) + weight * change
        for number in totals:
            if not view.low[number] - TOLERANCE <= totals[number] <= view.high[number] + TOLERANCE:
                return False
        gains = [(k, sum(w * changes.get(u, 0) for u, w in k)) for k in self._moved(changes)]
        values = {unknown: attack.truth[unknown] + change for unknown, change in changes.items()}
        attack.moves.add(values, totals, [(k, gain) for k, gain in gains if gain])
        for k, gain in gains:
            self.seen[k] = (min(self.seen[k][0], gain), max(self.seen[k][1], gain))
        return True
