"""Which further counts to hide so that what is weak becomes uncertain: the least loss that the tables allow.

For each weak quantity a program moves it as far as is asked, at a price wherever a published count must move further
than what is printed of it allows (Kelly, Golden & Assad 1992; Fischetti & Salazar 2001); what moves so is hidden. What
readers need most is dearest: the whole before its breakdowns, primary outcomes and the headline before all else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pipeline.disclosure.attack import Finding
from pipeline.disclosure.knowledge import DOUBTS, Place
from pipeline.disclosure.moves import View
from pipeline.disclosure.programs import TOLERANCE, Program
from pipeline.disclosure.rows import MeasureRow
from pipeline.disclosure.types import Status
from pipeline.disclosure.world import World
from pipeline.outcomes import MEASURES

FEW = 6  # weak quantities that are helped within one neighbourhood
REACH = 300  # unknowns around a weak quantity among which cells to hide are sought first
AT_ONCE = 60  # quantities that nothing near helps, for which they are sought among everything before looking again
MOST = 10_000.0  # no count moves further
FREE = 1e-3  # what moving within what is printed costs
PRICES = {"n": 2.0, "x": 1.0, "persons": 0.0}  # persons goes with n; a hidden n takes the percentages along
PRICE_OF_DOUBT = 0.25
WHOLE, HEADLINE, BESIDE, LADDER = 6.0, 4.0, 0.6, 0.5  # times as dear
COHORT, HEADLINES = "programme", {("return_to_prison", "365")}


def price(row: MeasureRow, name: str) -> float:
    """What a reader loses when a count is hidden; of equals the smallest count is the cheapest."""
    base = PRICE_OF_DOUBT if name in DOUBTS else PRICES[name]
    measure = MEASURES.get(row.measure)
    primary = measure is not None and measure.primary and row.window == str(measure.primary_window)
    for applies, times in (
        (row.group_by == "all", WHOLE),
        (primary or (row.measure, row.window) in HEADLINES, HEADLINE),
        (row.cohort != COHORT, BESIDE),
        (row.cell_set == "ladder", LADDER),
    ):
        base *= times if applies else 1.0
    return base * (1 + min(row.exact.get(name, 0), 100) / 500)


class Widening:
    """Decisions of one release: counts that hide together, with their price, and what is known once they are hidden."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.decision: dict[int, int] = {}  # unknown → decision
        self.places: dict[int, list[Place]] = defaultdict(list)
        self._decide()

    def _decide(self) -> None:
        """Counts that are one number hide together, and what stands beside the denominator with its whole grouping."""
        leader: dict[object, object] = {}

        def find(item: object) -> object:
            while leader.setdefault(item, item) != item:
                item = leader[item]
            return item

        unknown, planned = self.world.knowledge.unknown, self.world.planned
        for (index, name), number in unknown.items():
            together: object = number
            if name in DOUBTS:
                together = (planned[index].row.grouping, name)
            elif name == "persons" and (index, "n") in unknown:
                together = unknown[index, "n"]
            leader[find(together)] = find(number)
        numbers: dict[object, int] = {}
        for place, number in unknown.items():
            self.decision[number] = numbers.setdefault(find(number), len(numbers))
            if not planned[place[0]].repeats:
                self.places[self.decision[number]].append(place)

    def choose(self, weak: Iterable[Finding]) -> list[Place]:
        """Counts to hide next, [] where hiding does not help."""
        chosen: dict[int, None] = {}
        far = []
        for some in self._together(weak):
            near = _Step(self, some, chosen, REACH)
            for index, finding in enumerate(some):
                found = near.decisions(index)
                chosen.update(dict.fromkeys(found or ()))
                if found is None:
                    far.append(finding)
        for who in dict.fromkeys(finding.who for finding in far):
            if len(chosen) < AT_ONCE:
                some = [finding for finding in far if finding.who == who][:AT_ONCE]
                anywhere = _Step(self, some, chosen, len(self.world.attack.truth))
                for index in range(len(some)):
                    chosen.update(dict.fromkeys(anywhere.decisions(index) or ()))
        return [place for decision in chosen for place in self.places[decision] if self._is_shown(place)]

    def _together(self, weak: Iterable[Finding]) -> list[list[Finding]]:
        """Weak quantities of one attacker in the windows of one grouping have nearly the same neighbours."""
        found: dict[object, list[Finding]] = defaultdict(list)
        for finding in weak:
            row = self.world.planned[finding.target.row].row
            found[finding.who, row.measure, row.component, row.cohort, row.group_by].append(finding)
        return [some[i : i + FEW] for some in found.values() for i in range(0, len(some), FEW)]

    def _is_shown(self, place: Place) -> bool:
        return self.world.planned[place[0]].cells[place[1]][1] in (Status.SHOWN, Status.ROUNDED)

    def cost(self, decision: int) -> float | None:
        """What a decision costs; None where nothing of it is shown."""
        shown = [place for place in self.places[decision] if self._is_shown(place)]
        return sum(price(self.world.planned[i].row, name) for i, name in shown) if shown else None


class _Step:
    """The search for some weak quantities of one attacker, in their neighbourhood of the tables."""

    def __init__(self, widening: Widening, findings: Sequence[Finding], chosen: Iterable[int], reach: int) -> None:
        import numpy as np
        from scipy.sparse import csr_matrix, hstack

        world, self.widening, self.findings = widening.world, widening, findings
        attack, self.free, who = world.attack, set(chosen), findings[0].who
        now, wide = world.view(who), world.wide(who)
        self.part, _ = attack.around(wide, [unknown for f in findings for unknown in f.target.terms], reach)
        free = np.array([self._decision(unknown) in self.free for unknown in self.part], dtype=bool)
        matrix, numbers = attack.rows_of(self.part)
        lower = np.where(free, wide.lower[self.part], now.lower[self.part])
        upper = np.where(free, wide.upper[self.part], now.upper[self.part])
        looser = np.flatnonzero((wide.lower[self.part] < lower) | (upper < wide.upper[self.part]))
        priced = [i for i in looser.tolist() if widening.cost(self._decision(self.part[i])) is not None]
        marks = [i for i, number in enumerate(numbers.tolist()) if self._is_mark(number, now, wide)]
        self.further = [self._decision(self.part[i]) for i in priced]  # decisions that let something move further
        self.further += [self._decision(world.numerator_of[int(numbers[i])]) for i in marks]
        below = np.minimum(now.low[numbers[marks]] - wide.low[numbers[marks]], MOST)
        above = np.where(np.isinf(now.high[numbers[marks]]), 0.0, MOST)
        truth, at = attack.truth[self.part], [self.part[i] for i in priced]
        down = np.concatenate([lower - truth, (wide.lower - now.lower)[at], -above])
        up = np.concatenate([upper - truth, (wide.upper - now.upper)[at], below])
        slack = csr_matrix((np.ones(len(marks)), (marks, range(len(marks)))), shape=(len(numbers), len(marks)))
        limits = now.low[numbers] - attack.sums[numbers], now.high[numbers] - attack.sums[numbers]
        prices = [FREE] * len(self.part) + [self._price(decision) for decision in self.further]
        place = {unknown: i for i, unknown in enumerate(self.part)}
        extra = {self.part[i]: len(self.part) + k for k, i in enumerate(priced)}
        asked = [
            {at[u]: float(w) for at in (place, extra) for u, w in f.target.terms.items() if u in at} for f in findings
        ]
        self.program = Program(down, up, hstack([matrix, matrix[:, priced], slack]), limits, asked, prices)

    def _decision(self, unknown: int) -> int:
        return self.widening.decision.get(unknown, -1)

    def _price(self, decision: int) -> float:
        cost = None if decision in self.free else self.widening.cost(decision)
        return FREE if cost is None else max(cost, FREE)

    def _is_mark(self, number: int, now: View, wide: View) -> bool:
        """A constraint that says less once its numerator is hidden."""
        unlike = wide.low[number] < now.low[number] or now.high[number] < wide.high[number]
        return bool(unlike) and number in self.widening.world.numerator_of

    def decisions(self, index: int) -> list[int] | None:
        """The cheapest decisions that widen a quantity, [] where none are needed; None where none help.

        What is decided costs nothing to the quantities after it.
        """
        world, finding = self.widening.world, self.findings[index]
        key, width = finding.target.key, finding.target.width
        least, greatest = world.attack.moves.seen(world.view(finding.who), [key])[key]
        if not self.part:
            return None
        best: tuple[float, list[int]] | None = None
        for low, high in ((width + least, float("inf")), (-float("inf"), greatest - width)):
            moves = self.program.reach(index, low, high)
            if moves is not None:
                further = zip(self.further, moves[len(self.part) :], strict=True)
                found = sorted({decision for decision, by in further if abs(by) > TOLERANCE} - self.free)
                cost = sum(self.widening.cost(decision) or 0.0 for decision in found)
                best = min(best, (cost, found)) if best is not None else (cost, found)
        if best is None:
            return None
        self.free.update(best[1])
        made_free = [len(self.part) + k for k, decision in enumerate(self.further) if decision in best[1]]
        self.program.set_price(made_free, FREE)
        return best[1]
