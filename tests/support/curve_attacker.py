"""What the attacker of `attacker.py` makes of curves and of the way into the cohort, of all releases together.

Of each curve he asks how many have had the event by each day on which an interval of any release ends, and how many are
still followed after it: groups make up the whole on every such day, windows of the tables say how many had it by then,
and a release is laid beside every other on the same days. As an insider he takes his own people away from all of it.
Of the way into the cohort he knows that a step is the one before it less those who were lost for each reason.

*Recovered* is a hidden small count of a curve (its people, its events, those without) or of the way, few who were lost
from one printed number to the next, and every small change: 1 to t-1 people who tell a printed number of one release
from a printed number of the same kind of another, also where their intervals end on different days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.attacker import Attack

CurveOf = tuple[str, str, str]  # measure, group_by, group_value
Cell = tuple[Any, str]  # value and status
Followed = Mapping[int, tuple[int, bool]]  # person → last day, and whether an event ended it


@dataclass(frozen=True)
class Drawn:
    """One curve of a release: its intervals (from, to) with what is printed of at_risk and events, whether it repeats,
    and who is on it up to its last day (for the judge, and for the attacker's luck)."""

    intervals: tuple[tuple[int, int], ...]
    cells: tuple[Mapping[str, Cell], ...]
    repeats: bool
    members: Followed
    last: int

    @property
    def hidden(self) -> bool:
        """Whether the whole curve is hidden."""
        return self.cells[0]["events"][1] == "hidden"

    def by(self, day: int) -> frozenset[int]:
        """Who has had the event by a day."""
        return frozenset(p for p, (d, event) in self.members.items() if event and d <= min(day, self.last))

    def after(self, day: int) -> frozenset[int]:
        """Who is followed beyond a day."""
        return frozenset(p for p, (d, _) in self.members.items() if d > day)


@dataclass(frozen=True)
class Way:
    """The way into a cohort: what is printed of persons at each step (reason '') and lost for each reason, by (step
    number, reason), whether it repeats, and who is there."""

    cells: Mapping[tuple[str, str], Cell]
    repeats: bool
    who: Mapping[tuple[str, str], frozenset[int]]


class Curves:
    """The curves of all releases among what one attacker knows."""

    def __init__(self, attack: Attack) -> None:
        self.attack, self.knowledge, self.rules = attack, attack.knowledge, attack.rules
        self.at: dict[tuple[int, CurveOf, str, int], int] = {}
        self.days: dict[str, list[int]] = {}
        for release in attack.releases:
            for key, curve in release.curves.items():
                ends = {day for interval in curve.intervals for day in interval} | {curve.last}
                self.days[key[0]] = sorted({*self.days.get(key[0], ()), *ends})
        for number, release in enumerate(attack.releases):
            for key, curve in release.curves.items():
                self._curve(number, key, curve)
            for key in release.curves:
                self._margin(number, release.curves, key)
            for key in release.truth:
                self._window(number, key)
        for (number, one), (later, other) in combinations(enumerate(attack.releases), 2):
            for key in one.curves.keys() & other.curves.keys():
                self._between(number, one.curves[key], later, other.curves[key], key)

    def _curve(self, number: int, key: CurveOf, curve: Drawn) -> None:
        most, mine = 2 * len(curve.members) + 50, self._own_people(number)
        for what, day in [("start", 0), *((w, d) for d in self.days[key[0]] for w in ("by", "after"))]:
            who = _who(curve, what, day)
            self.at[number, key, what, day] = self.knowledge.variable(len(who), 0, most, len(who & mine))
            if mine >= curve.members.keys():
                self.knowledge.know(self.at[number, key, what, day])
        start = self.at[number, key, "start", 0]
        before, left = None, {start: 1}
        for day in self.days[key[0]]:
            by, after = self.at[number, key, "by", day], self.at[number, key, "after", day]
            new = {by: 1} | ({before: -1} if before is not None else {})
            self._never_negative(new)
            self._never_negative({**left, after: -1, **{v: -w for v, w in new.items()}})
            before, left = by, {after: 1}
        if not curve.repeats:
            self._printed(number, key, curve, most)

    def _printed(self, number: int, key: CurveOf, curve: Drawn, most: int) -> None:
        begun: int | None = None
        for place, ((first, last), cells) in enumerate(zip(curve.intervals, curve.cells, strict=True)):
            at_risk = self.at[number, key, "after", first] if place else self.at[number, key, "start", 0]
            self._if_true({at_risk: 1}, *self._bounds(cells["at_risk"], most))
            by = self.at[number, key, "by", last]
            self._if_true({by: 1} | ({begun: -1} if begun is not None else {}), *self._bounds(cells["events"], most))
            begun = by
        for terms in self._few(number, key, curve).values():
            self._if_true(terms, 1, self.rules.threshold - 1)

    def _bounds(self, cell: Cell, most: int) -> tuple[float, float]:
        value, status = cell
        if status == "shown":
            return value, value
        if status == "rounded":
            half = self.rules.base // 2
            return max(value - half, min(self.rules.threshold, value + half)), value + half
        return 0, most

    def _few(self, number: int, key: CurveOf, curve: Drawn) -> dict[str, dict[int, int]]:
        """What of a hidden curve is few, which is what its mark is for."""
        start, by = self.at[number, key, "start", 0], self.at[number, key, "by", curve.last]
        sums = {"people": {start: 1}, "events": {by: 1}, "rest": {start: 1, by: -1}}
        few = range(1, self.rules.threshold)
        return {name: terms for name, terms in sums.items() if self.knowledge.value(terms) in few}

    def _margin(self, number: int, curves: Mapping[CurveOf, Drawn], key: CurveOf) -> None:
        parts = [other for other in curves if other[0] == key[0] and other[1] != "all"]
        if key[1] != "all" or not parts:
            return
        places = [("start", 0), *((what, day) for day in self.days[key[0]] for what in ("by", "after"))]
        for place in places:
            terms = {self.at[number, part, *place]: 1 for part in parts} | {self.at[number, key, *place]: -1}
            self._if_true(terms, 0, 0)

    def _window(self, number: int, key: tuple[str, ...]) -> None:
        """A window of a table: its members are on the curve, and those with the event have it by the window's end."""
        curve, at = (key[0], *key[5:]), self.attack.at
        if (number, curve, "start", 0) not in self.at:
            return
        n, x, early = (at[number, key, name] for name in ("n", "x", "too_early"))
        self._if_true({self.at[number, curve, "start", 0]: 1, n: -1, early: -1}, 0, 0)
        for day in self.days[curve[0]]:
            by = self.at[number, curve, "by", day]
            if day >= int(key[4]):
                self._never_negative({by: 1, x: -1})
            if day <= int(key[4]):
                self._never_negative({x: 1, early: 1, by: -1})

    def _between(self, number: int, then: Drawn, later: int, now: Drawn, key: CurveOf) -> None:
        """The same number where nobody moved; nearly the same where a curve is repeated because few did.

        Of days on which neither release prints anything of the curve nobody is told who moved.
        """
        if then.repeats:
            return
        same, few = then.members.keys() == now.members.keys(), self.rules.threshold - 1
        for what, day in [("start", 0), *((w, d) for d in self.days[key[0]] for w in ("by", "after"))]:
            people = len(_who(then, what, day) ^ _who(now, what, day))
            terms = {self.at[later, key, what, day]: 1, self.at[number, key, what, day]: -1}
            told = what == "start" or day in (*_ends(then), *_ends(now))
            if people == 0 and told and (same or what != "by"):
                self._if_true(terms, 0, 0)
            elif now.repeats and people <= few and day in _ends(then):
                self._if_true(terms, -few, few)

    def questions(self) -> Iterator[tuple[dict[int, int], str, int]]:
        """Sums of others that must stay uncertain, what they are, and how many of the insider's own are in them."""
        for number, release in enumerate(self.attack.releases):
            for key, curve in release.curves.items():
                for name, terms in self._asked(number, key, curve).items() if not curve.repeats else ():
                    mine = self.knowledge.mine(terms)
                    if self.knowledge.value(terms) > mine:
                        yield terms, f"release {number}: {name} of the curve {'/'.join(key)}", mine
        for (number, one), (later, other) in combinations(enumerate(self.attack.releases), 2):
            for key in one.curves.keys() & other.curves.keys():
                then, now = one.curves[key], other.curves[key]
                if not (then.repeats or now.repeats or then.hidden or now.hidden):
                    yield from self._changes(number, then, later, now, key)

    def _asked(self, number: int, key: CurveOf, curve: Drawn) -> dict[str, dict[int, int]]:
        found = self._few(number, key, curve)
        for (first, last), _ in () if curve.hidden else pairwise(curve.intervals):
            begun = [self.at[number, key, "by", first]] if first else []
            risk = self.at[number, key, "after", first] if first else self.at[number, key, "start", 0]
            lost = {risk: 1, self.at[number, key, "after", last]: -1, self.at[number, key, "by", last]: -1}
            lost |= dict.fromkeys(begun, 1)
            if self.knowledge.value(lost) in range(1, self.rules.threshold):
                found[f"those lost from day {first} to {last}"] = lost
        return found

    def _changes(
        self, number: int, then: Drawn, later: int, now: Drawn, key: CurveOf
    ) -> Iterator[tuple[dict[int, int], str, int]]:
        few, own = range(1, self.rules.threshold), (self._own_people(number), self._own_people(later))
        for what, places in (("by", _ends), ("after", _starts)):
            for day in places(then):
                for other in places(now):
                    before, after = _who(then, what, day), _who(now, what, other)
                    moved, mine = before ^ after, len((before & own[0]) ^ (after & own[1]))
                    terms = {self._place(later, key, what, other): 1, self._place(number, key, what, day): -1}
                    if len(moved) in few and len(moved) > mine:
                        yield terms, f"change {number} to {later}: {what} {day} and {other} of {'/'.join(key)}", mine

    def _place(self, number: int, key: CurveOf, what: str, day: int) -> int:
        return self.at[number, key, "start", 0] if day == 0 and what == "after" else self.at[number, key, what, day]

    def _own_people(self, number: int) -> frozenset[int]:
        theirs = self.attack.releases[number].theirs
        return theirs.get(self.attack.insider, frozenset()) if self.attack.insider else frozenset()

    def _never_negative(self, terms: dict[int, int]) -> None:
        if self.knowledge.value(terms) >= 0:
            self.knowledge.never_negative(terms)

    def _if_true(self, terms: dict[int, int], low: float, high: float) -> None:
        if low <= self.knowledge.value(terms) <= high:
            self.knowledge.relate(terms, low, high)


def _who(curve: Drawn, what: str, day: int) -> frozenset[int]:
    if what == "by":
        return curve.by(day)
    return frozenset(curve.members) if what == "start" or day == 0 else curve.after(day)


def _ends(curve: Drawn) -> Sequence[int]:
    return [last for _, last in curve.intervals]


def _starts(curve: Drawn) -> Sequence[int]:
    return [first for first, _ in curve.intervals]


class Ways:
    """The way into the cohort in all releases among what one attacker knows."""

    def __init__(self, attack: Attack) -> None:
        self.attack, self.knowledge, self.rules = attack, attack.knowledge, attack.rules
        self.at: dict[tuple[int, tuple[str, str]], int] = {}
        for number, release in enumerate(attack.releases):
            if release.way is not None:
                self._way(number, release.way)
        for (number, one), (later, other) in combinations(enumerate(attack.releases), 2):
            if one.way is not None and other.way is not None and not one.way.repeats:
                self._between(number, one.way, later, other.way)

    def _way(self, number: int, way: Way) -> None:
        t, most = self.rules.threshold, 2 * max(map(len, way.who.values())) + 50
        for place, who in way.who.items():
            low, high = 0, most
            if place in way.cells and not way.repeats:
                value, status = way.cells[place]
                half = self.rules.base // 2
                if status == "hidden":
                    low, high = (1, t - 1) if 0 < len(who) < t else (min(len(who), t), most)
                else:
                    low = value if status == "shown" else max(value - half, min(t, value + half))
                    high = value if status == "shown" else value + half
            self.at[number, place] = self.knowledge.variable(len(who), low, high)
        for before, after in pairwise(sorted(place for place in way.who if not place[1])):
            lost = [place for place in way.who if place[1] and place[0] == after[0]]
            terms = {self.at[number, before]: 1, self.at[number, after]: -1}
            self.knowledge.relate(terms | {self.at[number, place]: -1 for place in lost}, 0, 0)
        self._tables(number)

    def _tables(self, number: int) -> None:
        """Those whose 21 days are complete are the denominator of treatment within 21 days."""
        for key in self.attack.releases[number].truth:
            if (key[0], key[4], key[5]) == ("treatment_started", "21", "all") and (number, ("3", "")) in self.at:
                self.knowledge.relate({self.at[number, ("3", "")]: 1, self.attack.at[number, key, "n"]: -1}, 0, 0)

    def _between(self, number: int, then: Way, later: int, now: Way) -> None:
        few = self.rules.threshold - 1
        for place in then.who.keys() & now.who.keys():
            people = len(then.who[place] ^ now.who[place])
            terms = {self.at[later, place]: 1, self.at[number, place]: -1}
            if people == 0:
                self.knowledge.relate(terms, 0, 0)
            elif now.repeats and people <= few:
                self.knowledge.relate(terms, -few, few)

    def questions(self) -> Iterator[tuple[dict[int, int], str]]:
        """Sums that must stay uncertain, and what they are."""
        few = range(1, self.rules.threshold)
        ways = [(number, release.way) for number, release in enumerate(self.attack.releases) if release.way]
        for number, way in ways:
            for place in way.cells if not way.repeats else ():
                if place in way.who and len(way.who[place]) in few:
                    yield {self.at[number, place]: 1}, f"release {number}: {'/'.join(place)} of the way"
        for (number, then), (later, now) in combinations(ways, 2):
            for place in then.cells.keys() & now.cells.keys():
                shown = "hidden" not in (then.cells[place][1], now.cells[place][1])
                anew = not then.repeats and not now.repeats and place in then.who and place in now.who
                if shown and anew and len(then.who[place] ^ now.who[place]) in few:
                    terms = {self.at[later, place]: 1, self.at[number, place]: -1}
                    yield terms, f"change {number} to {later}: {'/'.join(place)} of the way"
