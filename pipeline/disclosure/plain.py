"""Tables of counts that are no measures, such as attrition: each count is a cell, and they hang together by sums."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.disclosure.attack import Problem, Target, find_narrow
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rounding import Published, is_small, released
from pipeline.disclosure.types import Row, Status, make_row
from pipeline.errors import DisclosureError

ROUNDS = 60
Place = tuple[int, str]  # row, statistic
OldRow = tuple[Mapping[str, str], Mapping[str, Published]]  # keys and cells of a row of an earlier release
Moved = Callable[["PlainTable", Place, "PlainTable", Place], int]  # those who tell a count now from one then


def never(now: PlainTable, place: Place, then: PlainTable, before: Place) -> int:
    """How many tell two counts apart, where there is no earlier release."""
    raise DisclosureError(f"Who moved in table {now.id} is not known. Nothing was released.")


@dataclass
class PlainTable:
    """Exact counts by row and statistic, how many persons stand behind them, and which sums are known to hold.

    `relations` are sums of counts that are 0 when they hold in the true counts; `differences` are pairs whose
    difference is itself a count of people (those lost from one step to the next). `gone` are rows that are not printed.
    Rows with the same first `together` keys stand or repeat together: `silent` are rows in whose place the `old` ones
    of an earlier release are printed, by these keys. `release` is the bundle of an earlier table, `who` are the people
    in its counts.
    """

    id: str
    dims: tuple[str, ...]
    statistics: tuple[str, ...]
    keys: list[Mapping[str, str]]
    counts: list[Mapping[str, int]]
    persons: list[Mapping[str, int]]
    relations: list[dict[Place, int]] = field(default_factory=list)
    differences: list[tuple[Place, Place]] = field(default_factory=list)
    hidden: dict[Place, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    together: int = 1
    release: str = ""
    who: Mapping[Place, frozenset[str]] = field(default_factory=dict)
    silent: set[int] = field(default_factory=set)
    old: dict[tuple[str, ...], list[OldRow]] = field(default_factory=dict)

    def block(self, row: int) -> tuple[str, ...]:
        """What the rows share that stand or repeat together."""
        return tuple(self.keys[row].values())[: self.together]

    def cell(self, place: Place, profile: Profile) -> Published:
        """One count as it will be published."""
        row, name = place
        if name not in self.counts[row]:
            return None, Status.NOT_APPLICABLE
        return released(self.counts[row][name], place in self.hidden, profile)

    def rows(self, profile: Profile) -> list[Row]:
        """The rows to publish."""
        made, told = [], set()
        for index, keys in enumerate(self.keys):
            if index in self.gone:
                continue
            if index not in self.silent:
                made.append(make_row(self.id, keys, {n: self.cell((index, n), profile) for n in self.statistics}))
            elif self.block(index) not in told:
                told.add(self.block(index))
                made += [make_row(self.id, old, cells) for old, cells in self.old[self.block(index)]]
        return made

    def is_few(self, place: Place, threshold: int) -> bool:
        """A count that may be printed, or the persons behind it, from 1 to t-1."""
        row, name = place
        count = self.counts[row][name]
        if row in self.silent:
            return False
        return 0 < count < threshold or (count > 0 and 0 < self.persons[row].get(name, count) < threshold)

    def places(self) -> list[Place]:
        """Every count that there is."""
        rows = [(row, counts) for row, counts in enumerate(self.counts) if row not in self.gone]
        return [(row, name) for row, counts in rows for name in self.statistics if name in counts]

    def printed(self) -> list[Place]:
        """Every count of today that is printed, or hidden in its place."""
        return [place for place in self.places() if place[0] not in self.silent]

    def leave_out(self, names: Collection[str]) -> None:
        """Print no row of some cohorts or partners (the first key): a row listed says that somebody is in it."""
        self.gone |= {index for index, key in enumerate(self.keys) if key[self.dims[0]] in names}


def protect_plain(table: PlainTable, profile: Profile, past: Sequence[PlainTable] = (), moved: Moved = never) -> int:
    """Hide small counts, then whatever else the attack needs; returns how many quantities withstood it.

    `past` are the tables of earlier releases, `moved` tells their counts from today's. A cohort or partner that stays
    weak when nothing more can be hidden is left out. Raises DisclosureError when the table cannot be made safe or an
    unsafe count would be shown.
    """
    for place in table.printed():
        row, name = place
        count = table.counts[row][name]
        if is_small(count, profile) or (count and is_small(table.persons[row].get(name), profile)):
            table.hidden[place] = "threshold"
    for _ in range(ROUNDS):
        _, weak = attack_plain(table, profile, past, moved)
        if not weak:
            _check_plain(table, profile)
            return len(add_table(Problem(), table, profile)[1])
        chosen = [found for places in weak if (found := _next_to_hide(table, places, profile)) is not None]
        if not chosen:
            table.leave_out({table.keys[row][table.dims[0]] for places in weak for row, _ in places})
        table.hidden.update(dict.fromkeys(chosen, "secondary"))
    raise DisclosureError(f"Table {table.id} cannot be made safe. Nothing was released.")


def attack_plain(
    table: PlainTable, profile: Profile, past: Sequence[PlainTable] = (), moved: Moved = never
) -> tuple[Problem, list[list[Place]]]:
    """The attack on a table: the problem, and for each quantity that can be pinned down the cells it is made of.

    What is pinned down of an earlier release is told by the cells of the same keys today.
    """
    problem = Problem()
    unknown, sums = add_table(problem, table, profile)
    quantities = [({unknown[place]: weight for place, weight in places.items()}, list(places)) for places in sums]
    for then in past:
        before, sums = add_table(problem, then, profile, then.release)
        if tie_plain(problem, (table, unknown), (then, before), moved, profile):
            same = {then_place: place for place, then_place in same_places(table, then)}
            quantities += [
                ({before[p]: weight for p, weight in places.items()}, [same[p] for p in places if p in same])
                for places in sums
            ]
    for index, (terms, _) in enumerate(quantities):
        problem.targets.append(Target(terms, profile.protection_width, index, table.id))
    return problem, [quantities[finding.target.row][1] for finding in find_narrow(problem)]


def add_table(
    problem: Problem, table: PlainTable, profile: Profile, release: str = ""
) -> tuple[dict[Place, int], list[dict[Place, int]]]:
    """Add a table to a problem: the unknown that stands for each count, and the sums that must stay uncertain."""
    unknown = {}
    most = 2 * max((c for counts in table.counts for c in counts.values()), default=0) + 100
    for place in table.places():
        truth = table.counts[place[0]][place[1]]
        unknown[place] = problem.add_unknown(truth, *_bounds(table, place, most, profile), (release, table.id, *place))
    for relation in table.relations:
        terms = {unknown[place]: weight for place, weight in relation.items() if place in unknown}
        if terms and problem.value(terms) == 0:
            problem.add(terms, 0, 0)
    sums: list[dict[Place, int]] = [{place: 1} for place in table.places() if table.is_few(place, profile.threshold)]
    for before, after in table.differences:
        if before in unknown and after in unknown:
            terms = {unknown[before]: 1, unknown[after]: -1}
            if problem.value(terms) >= 0:
                problem.add(terms, 0, most)
                sums += [{before: 1, after: -1}] if 0 < problem.value(terms) < profile.threshold else []
    return unknown, sums


def same_places(now: PlainTable, then: PlainTable) -> list[tuple[Place, Place]]:
    """Counts that both tables have, now and then."""
    at = {(tuple(then.keys[row].values()), name): (row, name) for row, name in then.places()}
    pairs = ((place, at.get((tuple(now.keys[place[0]].values()), place[1]))) for place in now.places())
    return [(place, before) for place, before in pairs if before is not None]


def tie_plain(
    problem: Problem,
    now: tuple[PlainTable, Mapping[Place, int]],
    then: tuple[PlainTable, Mapping[Place, int]],
    moved: Moved,
    profile: Profile,
) -> int:
    """Tie today's counts to those of an earlier release that nobody moved, and those that repeat because few did.

    Returns how many are tied.
    """
    tied, few = 0, profile.threshold - 1
    for place, before in same_places(now[0], then[0]):
        terms = {now[1][place]: 1, then[1][before]: -1}
        people, change = moved(now[0], place, then[0], before), abs(problem.value(terms))
        if people == change == 0:
            problem.add(terms, 0, 0)
        elif place[0] in now[0].silent and 0 < people <= few and change <= few:
            problem.add(terms, -few, few)
        else:
            continue
        tied += 1
    return tied


def _bounds(table: PlainTable, place: Place, most: int, profile: Profile) -> tuple[float, float]:
    value, status = table.cell(place, profile)
    truth, t = table.counts[place[0]][place[1]], profile.threshold
    if place[0] in table.silent:
        return 0, most
    if status is Status.HIDDEN:
        return (1, t - 1) if 0 < truth < t else (min(truth, t), most)
    number = float(value) if isinstance(value, int) else 0.0
    if status is Status.SHOWN or number % profile.base:
        return number, number
    return max(number - profile.half, min(t, number + profile.half)), number + profile.half


def _next_to_hide(table: PlainTable, weak: Sequence[Place], profile: Profile) -> Place | None:
    """The smallest shown count of a quantity itself, or else of the sums that it stands in."""
    groups = [set(weak)] + [set(relation) for relation in table.relations if set(weak) & set(relation)]
    groups += [{before, after} for before, after in table.differences if set(weak) & {before, after}]
    for group in groups:
        shown = [p for p in table.printed() if p in group and table.cell(p, profile)[0]]
        if shown:
            return min(shown, key=lambda p: (table.counts[p[0]][p[1]], p))
    return None


def _check_plain(table: PlainTable, profile: Profile) -> None:
    for place in table.printed():
        value, status = table.cell(place, profile)
        exact = isinstance(value, int) and value != 0 and (status is not Status.ROUNDED or value % profile.base > 0)
        exact = exact and profile.method == "round"
        if exact or (table.is_few(place, profile.threshold) and status is not Status.HIDDEN):
            raise DisclosureError(f"The audit stopped the release: table {table.id} shows a count that must be hidden.")
