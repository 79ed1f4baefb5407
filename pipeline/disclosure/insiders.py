"""Insiders: each partner and each prison in turn knows its own part of every cell, and attacks with it.

A row about itself an insider knows exactly, to any other it knows what its own people add. Others' hidden cells must
stay as uncertain to it as to any reader; of a cell that it shares with others, as uncertain as the mark alone leaves
it. The profile says who is tried. Many
insiders are tried together first: what a coalition cannot pin down, none of its members can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pipeline.disclosure.attack import Finding, Problem, Target
from pipeline.disclosure.knowledge import Place, Shown
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rows import query
from pipeline.warehouse import Connection

KINDS = ("partner", "prison")
Insider = tuple[str, str]  # partner or prison, and its name
Own = Mapping[str, int]  # statistic → what the insider's own people add
Contributions = Mapping[Insider, Mapping[tuple[str, ...], Own]]  # insider → key of a row → its own part
Attack = Callable[[Problem, tuple[str, ...]], list[Finding]]
STATISTICS = ("n", "x", "possible", "unobserved", "too_early")


def read_contributions(con: Connection) -> dict[Insider, dict[tuple[str, ...], dict[str, int]]]:
    """What each partner's and each prison's own units add to each cell, from the units that cells are made of."""
    found: dict[Insider, dict[tuple[str, ...], dict[str, int]]] = {}
    for kind in KINDS:
        for record in query(con, OWN_PARTS.format(kind=kind)):
            key = tuple(str(part) for part in record[1:8])
            counts = dict(zip(STATISTICS, (int(str(count)) for count in record[8:]), strict=True))
            found.setdefault((kind, str(record[0])), {})[key] = counts
    return found


OWN_PARTS = """
with own as (
    select {kind} as insider, measure, component, cohort, cell_set, coalesce(cast(window_days as varchar), '') as days,
        scope, partner, prison, quarter, planned, drug_user, detail_by, detail,
        sum(amount) filter (state = 'measured') as n,
        sum(number) filter (state = 'measured') as x, sum(possible) filter (state = 'measured') as possible,
        sum(unobserved) filter (state = 'measured') as unobserved,
        sum(amount) filter (state = 'too_early') as too_early
    from outcomes.unit
    where {kind} is not null
    group by all
), placed as (
    select * exclude (partner, prison, quarter, planned, drug_user, detail_by, detail),
        unnest(case when scope = 'groups' then ['all', 'partner', 'prison', 'quarter', 'planned', 'drug_user']
            else [detail_by] end) as group_by,
        unnest(case when scope = 'groups' then ['', partner, prison, quarter, planned, drug_user]
            else [detail] end) as group_value
    from own
)
select insider, measure, component, cohort, cell_set, days, group_by, group_value, coalesce(sum(n), 0),
    coalesce(sum(x), 0), coalesce(sum(possible), 0), coalesce(sum(unobserved), 0), coalesce(sum(too_early), 0)
from placed
where group_value is not null and group_by <> '{kind}'
group by all
order by all
"""


class Insiders:
    """All insiders of one table, with the problem that any reader of it faces."""

    def __init__(
        self,
        rows: Sequence[Shown],
        problem: Problem,
        places: Mapping[Place, int],
        known: Contributions,
        profile: Profile,
        series: object = None,
    ) -> None:
        self.series = series
        self.rows, self.problem, self.places, self.known, self.profile = rows, problem, places, known, profile

    def weak(self, attack: Attack, spared: set[Place]) -> list[Finding]:
        """What some insider pins down, each quantity once; those in `spared` are known to be weak already."""
        found: dict[Place, Finding] = {}
        for kind in self.profile.insiders:
            names = self._names(kind)
            targets = [t for t in self.problem.targets if (t.row, t.statistic) not in spared]
            for coalition, asked in self._coalitions(kind, names, targets):
                waiting = [t for t in asked if (t.row, t.statistic) not in found]
                for finding in self._try(kind, coalition, waiting, attack):
                    found[finding.target.row, finding.target.statistic] = finding
        return list(found.values())

    def _names(self, kind: str) -> list[str]:
        own = {shown.row.coordinates().get(kind, "") for shown in self.rows} - {""}
        keys = {shown.row.key for shown in self.rows}
        return sorted(own | {name for (k, name), parts in self.known.items() if k == kind and keys & set(parts)})

    def _coalitions(
        self, kind: str, names: Sequence[str], targets: Sequence[Target]
    ) -> list[tuple[list[str], list[Target]]]:
        """For each binary digit of the insiders' numbers two halves, with what belongs to the other half.

        Any two insiders differ in some digit, so each one's cells are attacked by every other one.
        """
        number = {name: i for i, name in enumerate(names)}
        owner = {id(t): self.rows[t.row].row.coordinates().get(kind) for t in targets}
        found = []
        for digit in range(max(len(names) - 1, 1).bit_length()):
            for side in (0, 1):
                half = [name for name in names if number[name] >> digit & 1 == side]
                asked = [
                    t
                    for t in targets
                    if ((who := owner[id(t)]) is None and digit == 0) or (who and number[who] >> digit & 1 != side)
                ]
                found.append((half, asked))
        return [(half, asked) for half, asked in found if half and asked]

    def _try(self, kind: str, names: Sequence[str], targets: Sequence[Target], attack: Attack) -> list[Finding]:
        """What one of these insiders alone pins down: together first, then by halves what they do together."""
        asked = {id(t): max(self._width(t, (kind, name)) for name in names) for t in targets}
        problem = self._facing(kind, names)
        problem.targets = [replace(t, width=asked[id(t)]) for t in targets if asked[id(t)] > 0]
        weak = attack(problem, (kind, *names)) if problem.targets else []
        if len(names) == 1 or not weak:
            return weak
        again = {(f.target.row, f.target.statistic) for f in weak}
        left = [t for t in targets if (t.row, t.statistic) in again]
        middle = len(names) // 2
        return self._try(kind, names[:middle], left, attack) + self._try(kind, names[middle:], left, attack)

    def _facing(self, kind: str, names: Sequence[str]) -> Problem:
        """The problem of insiders together: their own rows fixed, their own parts of all others as least values."""
        old = self.problem
        problem = Problem(old.truth, list(old.lower), list(old.upper), list(old.constraints))
        for index, shown in enumerate(self.rows):
            mine = shown.row.coordinates().get(kind) in names
            own = {} if mine else self._own(shown, [(kind, name) for name in names])
            for statistic, truth in shown.row.exact.items():
                unknown = self.places[index, statistic]
                if mine:
                    problem.lower[unknown] = problem.upper[unknown] = truth
                elif own.get(statistic):
                    problem.lower[unknown] = max(problem.lower[unknown], own[statistic])
            rest = own.get("n", 0) - own.get("x", 0)
            if rest > 0 and shown.row.proportion:
                terms = {self.places[index, "n"]: 1, self.places[index, "x"]: -1}
                problem.add(terms, min(rest, problem.value(terms)), float("inf"))
        return problem

    def _own(self, shown: Shown, insiders: Sequence[Insider]) -> dict[str, int]:
        """What insiders together add to a row; never more than there is."""
        parts = [self.known.get(insider, {}).get(shown.place, {}) for insider in insiders]
        sums = {name: sum(part.get(name, 0) for part in parts) for name in STATISTICS}
        return {name: min(sums[name], truth) for name, truth in shown.row.exact.items() if name in sums}

    def _width(self, target: Target, insider: Insider) -> int:
        """How uncertain a target must stay to an insider: no more than the mark alone leaves it, 0 where all is his."""
        shown = self.rows[target.row]
        if self.series is not None and (width := self.series.width(target, insider)) is not None:
            return width
        own = self._own(shown, [insider])
        people = own.get("n", 0)
        mine = {"c": people - own.get("x", 0), "persons": people}.get(target.statistic, own.get(target.statistic, 0))
        truth = self.problem.value(target.terms)
        alone = target.statistic in ("n", "x", "c", "persons") and 0 < shown.row.exact.get("n", 0) <= people
        if alone or shown.row.coordinates().get(insider[0]) == insider[1] or 0 < truth <= mine:
            return 0
        if mine <= 1:
            return target.width
        return min(target.width, max(self.profile.threshold - 1, truth) - mine)
