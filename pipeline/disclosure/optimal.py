"""The method `suppress` on one measure: which further counts to hide, chosen as a whole instead of step by step.

Every published count of a part (one component and cohort, with all its groupings, margins and windows) is a decision;
counts that carry the same number are one, and so are the counts beside the denominator of a whole grouping, zeros
too, so that the number of marks says nothing. Shares, limits and ratios are computed from the counts and follow them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from pipeline.disclosure.attack import Problem, Target, find_narrow
from pipeline.disclosure.audit import Auditor
from pipeline.disclosure.knowledge import DOUBTS, Place, Shown, build_with_places
from pipeline.disclosure.planning import Planned
from pipeline.disclosure.rows import COUNTS
from pipeline.disclosure.suppression import Choice, find_optimum
from pipeline.disclosure.types import Status

COSTS = {"n": 2.0, "x": 1.0, "persons": 0.0}  # persons goes with n; a hidden n takes the percentages along
COST_OF_DOUBT = 0.5
COST_OF_TOTAL = 4.0  # times as dear as a group
REACH = 150  # decisions; what is larger goes by the steps at once
STEPS = 300  # of the search in a part; what takes more goes by the steps of protect.py


def choose(planned: Sequence[Planned], auditor: Auditor, *, steps: int = STEPS) -> list[Place] | None:
    """Rows and counts to hide besides, the cheapest choice there is; None when it is not found in so many steps or
    the part is beyond the solver's reach.

    `planned` are the rows of one part. Raises DisclosureError when the attack cannot be carried out.
    """
    return _Part(planned, auditor).choose(steps)


class _Part:
    def __init__(self, planned: Sequence[Planned], auditor: Auditor) -> None:
        self.planned, self.auditor = planned, auditor
        self.earlier = [{} if plan.repeats else auditor.earlier(plan) for plan in planned]
        now, self.unknown = self._problem(frozenset())
        self.classes = self._classes()
        self.number = {place: k for k, places in enumerate(self.classes) for place in places}
        self.now = now

    def choose(self, steps: int) -> list[Place] | None:
        """Places to hide, [] when nothing is weak, None when there is no answer in so many steps."""
        everything = frozenset(range(len(self.classes)))
        if len(everything) > REACH:
            return None
        if not self._weak(frozenset()):
            return []
        if self._weak(everything):
            return None
        widest, owner = self._widest(self._problem(everything)[0])
        costs = [sum(self._cost(place) for place in places) for places in self.classes]
        choice = Choice(costs, owner, frozenset(), [widest])
        found, _ = find_optimum(choice, self._weak, steps=steps)
        return None if found is None else sorted(place for k in found for place in self.classes[k])

    def _cost(self, place: Place) -> float:
        row, name = self.planned[place[0]].row, place[1]
        cost = COST_OF_DOUBT if name in DOUBTS else COSTS[name]
        return cost * (COST_OF_TOTAL if row.group_by == "all" else 1.0)

    def _weak(self, hidden: frozenset[int]) -> list[tuple[int, Target]]:
        return [(0, finding.target) for finding in find_narrow(self._problem(hidden)[0])]

    def _problem(self, hidden: Collection[int]) -> tuple[Problem, dict[Place, int]]:
        gone = {place for k in hidden for place in self.classes[k]} if hidden else set()
        concealed = (None, Status.HIDDEN)
        shown = []
        for index, plan in enumerate(self.planned):
            cells = {name: concealed if (index, name) in gone else plan.cells[name] for name in COUNTS}
            shown.append(Shown(plan.row, cells, self.earlier[index], printed=not plan.repeats))
        return build_with_places(shown, self.auditor.profile)

    def _classes(self) -> list[list[Place]]:
        """Shown counts that hide together."""
        leader: dict[object, object] = {}

        def find(item: object) -> object:
            while leader.setdefault(item, item) != item:
                item = leader[item]
            return item

        places = [
            (index, name)
            for index, plan in enumerate(self.planned)
            for name in COUNTS
            if not plan.repeats and (index, name) in self.unknown and plan.cells[name][1] is Status.SHOWN
        ]
        for index, name in places:
            leader[find(("unknown", self.unknown[index, name]))] = find((index, name))
            if name == "persons" and (index, "n") in self.unknown:
                leader[find((index, "n"))] = find((index, name))
            if name in DOUBTS:
                leader[find((self.planned[index].row.grouping, name))] = find((index, name))
        groups: dict[object, list[Place]] = defaultdict(list)
        for place in places:
            groups[find(place)].append(place)
        return sorted(groups.values())

    def _widest(self, problem: Problem) -> tuple[Problem, list[int]]:
        """The problem with everything hidden, and which decision frees each unknown.

        A mark whose meaning widens when its grouping is hidden (it may then stand for 0) moves in two steps: as far
        as it can now, and with an unknown of its own as far as that decision lets it.
        """
        owner = [-1] * len(problem.truth)
        for place, unknown in self.unknown.items():
            if place in self.number:
                owner[unknown] = self.number[place]
        groupings = self._groupings()
        extra: dict[int, int] = {}
        for (index, name), unknown in sorted(self.unknown.items()):
            decision = groupings.get((self.planned[index].row.grouping, name), -1)
            low, high = self.now.lower[unknown], self.now.upper[unknown]
            wider = (problem.lower[unknown] - low, problem.upper[unknown] - high)
            if owner[unknown] < 0 <= decision and unknown not in extra and wider != (0.0, 0.0):
                problem.lower[unknown], problem.upper[unknown] = low, high
                extra[unknown] = problem.add_unknown(0, *wider)
                owner.append(decision)
        problem.constraints = [(_beside(terms, extra), low, high) for terms, low, high in problem.constraints]
        problem.targets = [Target(_beside(t.terms, extra), t.width, t.row, t.statistic) for t in problem.targets]
        return problem, owner

    def _groupings(self) -> dict[tuple[tuple[str, ...], str], int]:
        found = {}
        for (index, name), decision in self.number.items():
            if name in DOUBTS:
                found[self.planned[index].row.grouping, name] = decision
        return found


def _beside(terms: Mapping[int, int], extra: Mapping[int, int]) -> dict[int, int]:
    return {**terms, **{extra[unknown]: weight for unknown, weight in terms.items() if unknown in extra}}
