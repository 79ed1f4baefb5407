"""All releases attacked together: what was printed before, and what it tells of today's counts and the other way round.

Earlier releases stand in the same problem as today's, each with its own true rows, marks and margins. They hang
together where people did not move: a denominator that nobody entered or left is the same number in both, and so is all
of a row in which nobody moved (the attacker is taken to know that); a row that is repeated because few moved changed by
few. What must stay uncertain are the hidden counts of every release, and every change that few people made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.disclosure.attack import Problem, Target, Terms
from pipeline.disclosure.beside import Joined
from pipeline.disclosure.insiders import Contributions, Insider
from pipeline.disclosure.knowledge import Place, Shown, build_with_places
from pipeline.disclosure.members import ROLES, WITHIN, Key, Members, Tokens, moved, still
from pipeline.disclosure.past import Past
from pipeline.disclosure.planning import Planned
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rows import COUNTS
from pipeline.disclosure.types import Status
from pipeline.periods import Quarter

SEEN = ("n", "too_early")  # who is counted at all may be known; how it went with them is not
WHOLE = "c"  # what the rest is called among the quantities of a row


@dataclass
class _Step:
    """One release within the joined problem: where the counts of its rows stand, and who is in them."""

    at: dict[Key, int]  # row → its index
    empty: frozenset[Key]  # rows that say that nobody is counted yet
    anew: frozenset[Key]
    few: frozenset[Key]
    members: Members


@dataclass
class Series:
    """The earlier releases of a series, oldest first, and who is counted today."""

    past: Sequence[Past]
    members: Members
    profile: Profile
    quarter: Quarter
    changes: dict[tuple[tuple[int, int], ...], tuple[_Step, _Step, Key, str]] = field(default_factory=dict)

    def known(self, today: Contributions) -> Contributions:
        """Every insider's own part of every row of every release, by the rows' places."""
        found: dict[Insider, dict[Key, Mapping[str, int]]] = {who: dict(parts) for who, parts in today.items()}
        for past in self.past:
            for who, parts in past.known.items():
                found.setdefault(who, {}).update({(*key, past.bundle): own for key, own in parts.items()})
        return found

    def join(
        self, shown: list[Shown], problem: Problem, places: dict[Place, int], beside: Joined | None = None
    ) -> list[Joined]:
        """Add the earlier releases' rows to today's (`shown`, `problem`, `places` grow), with all that ties them, and
        their attrition and curves to today's (`beside`); returns where these stand."""
        self.changes.clear()  # of another selection of rows the same numbers are other unknowns
        if not self.past:
            return []
        tables = {one.row.key[:3] for one in shown}
        today = len(problem.truth)
        steps: list[_Step] = [_step(shown, 0, self.members)]
        printed: list[Joined] = []
        for past in self.past:
            first = len(shown)
            shown += past.shown(tables)
            sub, sub_places = build_with_places(shown[first:], self.profile)
            if beside is not None:
                joined = past.beside.join([one.row for one in shown[first:]], sub, sub_places)
                printed.append(joined.after(len(problem.truth)))
            _append(problem, places, sub, sub_places, first)
            steps.insert(-1, _step(shown, first, past.members))
        for number in range(1, len(steps)):
            self._tie(steps, number, problem, places)
        for number, then in enumerate(printed):
            for later in [*printed[number + 1 :], *([beside] if beside else [])]:
                later.tie(then, problem)
        _forget_untied(problem, places, today)
        return printed

    def _tie(self, steps: Sequence[_Step], number: int, problem: Problem, places: Mapping[Place, int]) -> None:
        now = steps[number]
        for key, row in now.at.items():
            printings = [step for step in steps[:number] if key in step.anew]
            for role in ROLES:
                for then in printings:
                    change = _change(then, now, key, role, places)
                    if change is None:
                        continue
                    both = then.members.get(key, {}), now.members.get(key, {})
                    few = moved(*both, role)
                    if then is printings[-1] and few == 0 and (role in SEEN or still(*both)):
                        self._relate(problem, change, 0)
                    elif then is printings[-1] and key in now.few and few < self.profile.threshold:
                        self._relate(problem, change, self.profile.threshold - 1)
                    if 0 < few < self.profile.threshold:
                        name = WHOLE if role == "rest" else role
                        problem.targets.append(Target(change, self.profile.protection_width, row, name))
                        self.changes[tuple(sorted(change.items()))] = (then, now, key, role)

    def _relate(self, problem: Problem, change: Terms, most: int) -> None:
        if abs(problem.value(change)) <= most:
            problem.add(change, -most, most)

    def broken(self, plan: Planned) -> str | None:
        """The rule between releases that a row breaks, in words without values; None when it keeps them all.

        Judged from who was counted and what was printed, not from what the rule of refreshing meant to do.
        """
        key, now = plan.row.key, self.members.get(plan.row.key, {})
        printings = [past for past in self.past if key in past.cells and key not in past.repeats]
        if plan.repeats:
            cells = {name: plan.cells[name] for name in COUNTS}
            known = any(past.cells[key] == cells for past in printings)
            return None if known else "repeats what was never printed"
        if any(self._too_soon(plan, past.quarter) for past in printings):
            return "refreshes a breakdown before its year is over"
        for role in ROLES:
            shown = plan.cells["n" if role == "rest" else role][1] in (Status.SHOWN, Status.ROUNDED)
            beside = role not in ("n", "x", "rest")
            exempt = (role == "rest" and not plan.row.proportion) or (
                beside and (not shown or self.profile.method == "round")
            )
            if not exempt and any(self._too_few(past.members.get(key, {}), now, role) for past in printings):
                return "refreshes a count that few people moved"
        return None

    def _too_few(self, then: Mapping[str, Tokens], now: Mapping[str, Tokens], role: str) -> bool:
        people = moved(then, now, role)
        if role not in WITHIN:
            return 0 < people < self.profile.threshold
        anybody = any(then.get(within) for within in WITHIN)
        return anybody and people < self.profile.threshold and any(moved(then, now, within) for within in WITHIN)

    def _too_soon(self, plan: Planned, before: Quarter) -> bool:
        yearly = self.profile.refresh_breakdowns == "yearly" and {"partner", "prison"} & set(plan.row.dimensions())
        months = (self.quarter.first_day.year - before.first_day.year) * 12
        months += self.quarter.first_day.month - before.first_day.month
        return bool(yearly) and 0 < months < 12

    def width(self, target: Target, insider: Insider) -> int | None:
        """How uncertain a change must stay to an insider: 0 where only its own people moved; None for no change.

        Where few people moved a row at all, m are all of its own among them (see Insiders.width).
        """
        found = self.changes.get(tuple(sorted(target.terms.items())))
        if found is None:
            return None
        then, now, key, role = found
        if dict(zip(key[5].split("*"), key[6].split("*"), strict=True)).get(insider[0]) == insider[1]:
            return 0
        both = then.members.get(key, {}), now.members.get(key, {})
        own = _own_moved(then, now, key, role, insider)
        if moved(*both, role) <= own:
            return 0
        if role in WITHIN and moved(*both, "n") < self.profile.threshold:
            own = max(own, _own_moved(then, now, key, "n", insider))
        return target.width if own <= 1 else min(target.width, self.profile.threshold - 1 - own)


def _own_moved(then: _Step, now: _Step, key: Key, role: str, insider: Insider) -> int:
    """How many of an insider's own people came to a count, or left it."""
    mine = [_own(step, key, role, insider) for step in (then, now)]
    return moved({role: mine[0]}, {role: mine[1]}, role)


def _own(step: _Step, key: Key, role: str, insider: Insider) -> frozenset[str]:
    """Those in a count who are an insider's own people."""
    theirs = step.members.get((*key[:5], *insider), {})
    people = {token.split("*")[0] for who in theirs.values() for token in who}
    return frozenset(t for t in step.members.get(key, {}).get(role, ()) if t.split("*")[0] in people)


def _step(shown: Sequence[Shown], first: int, members: Members) -> _Step:
    at = {one.row.key: first + i for i, one in enumerate(shown[first:])}
    empty = frozenset(one.row.key for one in shown[first:] if one.row.status == "too_early")
    anew = frozenset(one.row.key for one in shown[first:] if one.printed)
    return _Step(at, empty, anew, frozenset(one.row.key for one in shown[first:] if one.few), members)


def _change(then: _Step, now: _Step, key: Key, role: str, places: Mapping[Place, int]) -> dict[int, int] | None:
    """A count now less the count then, as a sum of unknowns; None where a release does not have it."""
    signs = {"n": 1, "x": -1} if role == "rest" else {role: 1}
    terms: dict[int, int] = defaultdict(int)
    for step, direction in ((now, 1), (then, -1)):
        for name, sign in signs.items():
            unknown = places.get((step.at[key], name))
            if unknown is None and name != "too_early" and key in step.empty:
                continue  # nobody is counted: a known 0
            if unknown is None:
                return None
            terms[unknown] += direction * sign
    return {unknown: weight for unknown, weight in terms.items() if weight} or None


def _append(
    problem: Problem, places: dict[Place, int], more: Problem, more_places: Mapping[Place, int], rows: int
) -> None:
    """Put a second problem beside the first; its unknowns and rows get numbers after those that there are."""
    after = len(problem.truth)
    problem.names |= {name: unknown + after for name, unknown in more.names.items()}
    problem.truth += more.truth
    problem.lower += more.lower
    problem.upper += more.upper
    for terms, low, high in more.constraints:
        problem.add(_after(terms, after), low, high)
    for target in more.targets:
        problem.targets.append(
            replace(
                target,
                terms=_after(target.terms, after),
                row=target.row + rows,
                among=None if target.among is None else _after(target.among, after),
            )
        )
    places.update({(row + rows, name): unknown + after for (row, name), unknown in more_places.items()})


def _after(terms: Terms, number: int) -> dict[int, int]:
    return {unknown + number: weight for unknown, weight in terms.items()}


def _forget_untied(problem: Problem, places: Mapping[Place, int], today: int) -> None:
    """Drop constraints and targets of earlier releases that hang on nothing of today's: they were attacked before."""
    loose = [low < high for low, high in zip(problem.lower, problem.upper, strict=True)]
    touching: dict[int, list[Terms]] = defaultdict(list)
    for terms, _, _ in problem.constraints:
        for unknown in terms:
            if loose[unknown]:
                touching[unknown].append(terms)
    told = [terms for terms, _, _ in problem.constraints if any(unknown < today for unknown in terms)]
    reached = {unknown for terms in told for unknown in terms} | set(range(today))
    waiting = [unknown for unknown in reached if loose[unknown]]
    while waiting:
        for terms in touching.pop(waiting.pop(), ()):
            new = [unknown for unknown in terms if loose[unknown] and unknown not in reached]
            reached.update(new)
            waiting += new
    problem.constraints[:] = [c for c in problem.constraints if not reached.isdisjoint(c[0])]
    problem.targets[:] = [t for t in problem.targets if not reached.isdisjoint(t.terms)]
