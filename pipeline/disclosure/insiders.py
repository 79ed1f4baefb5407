"""Insiders: each partner and each prison in turn knows its own part of every cell, and attacks with it.

A row about itself an insider knows exactly, to any other it knows what its own people add. Others' hidden cells must
stay as uncertain to it as to any reader, with what `Insiders.width` says that nothing can hide. The profile says who
is tried.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.disclosure.attack import Attack, Target
from pipeline.disclosure.knowledge import Place, Shown
from pipeline.disclosure.moves import View
from pipeline.disclosure.rows import query
from pipeline.warehouse import Connection

KINDS = ("partner", "prison")
Insider = tuple[str, str]  # partner or prison, and its name
Own = Mapping[str, int]  # statistic → what the insider's own people add
OfCurves = Mapping[Insider, Mapping[int, int]]  # insider → unknown of a curve → its own part; no name: of nobody
Contributions = Mapping[Insider, Mapping[tuple[str, ...], Own]]  # insider → key of a row → its own part
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
    select whose_{kind} as insider, measure, component, cohort, cell_set,
        coalesce(cast(window_days as varchar), '') as days, scope, partner, prison, quarter, planned, drug_user,
        detail_by, detail,
        sum(amount) filter (state = 'measured') as n,
        sum(number) filter (state = 'measured') as x, sum(possible) filter (state = 'measured') as possible,
        sum(unobserved) filter (state = 'measured') as unobserved,
        sum(amount) filter (state = 'too_early') as too_early
    from outcomes.unit
    where whose_{kind} is not null
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
    """All insiders of one attack, each with what it knows besides what every reader knows."""

    def __init__(
        self,
        rows: Sequence[Shown],
        places: Mapping[Place, int],
        known: Contributions,
        attack: Attack,
        of_curves: OfCurves | None = None,
    ) -> None:
        self.rows, self.places, self.known, self.attack = rows, places, known, attack
        self.of_curves = of_curves or {}
        self.told = {(kind, _series(key)) for (kind, _), parts in known.items() for key in parts}
        self.at: dict[tuple[str, ...], list[int]] = defaultdict(list)  # place → rows
        self.rows_of: dict[Insider, list[int]] = defaultdict(list)  # insider → rows about itself
        for index, shown in enumerate(rows):
            self.at[shown.place].append(index)
            coordinates = shown.row.coordinates()
            for kind in KINDS:
                self.rows_of[kind, coordinates.get(kind, "")].append(index)
        self.nobody = {kind: self._nobody(kind) for kind in KINDS}

    def _nobody(self, kind: str) -> Any:
        """What somebody of a kind knows who has no people: 0 of its own wherever they are told apart, else nothing."""
        import numpy as np

        own = np.full(len(self.attack.truth), np.nan)
        for index, shown in enumerate(self.rows):
            if (kind, _series(shown.place)) in self.told:
                for name in shown.row.exact:
                    if name in STATISTICS:
                        own[self.places[index, name]] = 0
        for unknown, number in self.of_curves.get((kind, ""), {}).items():
            own[unknown] = number
        return own

    def names(self, kind: str) -> list[str]:
        """Everybody of a kind who has a row, or people in one, sorted."""
        own = {name for (k, name), rows in self.rows_of.items() if k == kind and rows}
        own |= {name for (k, name), parts in self.known.items() if k == kind and self.at.keys() & parts}
        own |= {name for k, name in self.of_curves if k == kind}
        return sorted(own - {""})

    def knowledge(self, who: Insider) -> Any:
        """What an insider's own people add to each unknown; not a number where it cannot tell."""
        import numpy as np

        own = self.nobody[who[0]].copy()
        for place, mine in self.known.get(who, {}).items():
            for index in self.at.get(place, ()):
                for name in self.rows[index].row.exact.keys() & mine.keys():
                    unknown = self.places[index, name]
                    own[unknown] = np.fmax(own[unknown], min(mine[name], self.rows[index].row.exact[name]))
        for unknown, number in self.of_curves.get(who, {}).items():
            own[unknown] = min(number, self.attack.truth[unknown])
        known = self.own_rows(who, own)
        own[known] = self.attack.truth[known]
        return own

    def own_rows(self, who: Insider, own: Any) -> list[int]:
        """Unknowns that an insider knows exactly: of its own rows, and of those that all people of are its own (who has
        all clients of a prison knows that nobody else works there)."""
        rows = {*self.rows_of.get(who, ()), *(index for index in range(len(self.rows)) if self._is_alone(index, own))}
        return sorted({self.places[index, name] for index in rows for name in self.rows[index].row.exact})

    def _is_alone(self, index: int, own: Any) -> bool:
        unknowns = [self.places[index, name] for name in ("n", "too_early") if name in self.rows[index].row.exact]
        truth = self.attack.truth[unknowns]
        return bool(truth.sum() > 0 and (own[unknowns] >= truth).all())

    def concerns(self, who: Insider, own: Any) -> Callable[[Target], bool]:
        """Whether a target is of an insider's own row or has some of its people in it or beside it."""
        mine, rows = set((own > 0).nonzero()[0].tolist()), set(self.rows_of.get(who, ()))

        def is_near(target: Target) -> bool:
            among = (self.places.get((target.row, "n"), -1),) if target.among is None else target.among
            return target.row in rows or not mine.isdisjoint(target.terms) or not mine.isdisjoint(among)

        return is_near

    def view(self, own: Any, own_rows: Sequence[int], public: View) -> View:
        """The view of an insider: its own rows are known, and what holds for all people holds for all others too.

        A sum that cannot be negative is then at least what it is for the insider's own people.
        """
        import numpy as np

        known = ~np.isnan(own)
        lower, upper = public.lower.copy(), public.upper.copy()
        lower[known] = np.maximum(lower[known], own[known])
        lower[own_rows] = upper[own_rows] = self.attack.truth[own_rows]
        sums = self.attack.matrix @ np.where(known, own, 0.0)
        whole = self.attack.pattern @ ~known == 0
        least = np.minimum(np.maximum(public.low, sums), self.attack.sums)
        most = np.maximum(np.minimum(public.high, sums), self.attack.sums)
        low = np.where(whole & (public.low >= 0), least, public.low)
        high = np.where(whole & (public.high <= 0), most, public.high)
        return View(lower, upper, low, high)

    def width(self, target: Target, who: Insider, own: Any, threshold: int) -> int:
        """How uncertain a target must stay to an insider.

        Only what no mark can hide from it is spared: its own rows, counts and rows whose people are all its own, and
        where it has m > 1 people behind a mark no more than threshold - 1 - m is asked, since a mark itself says that
        the others are no more. Where few people are in a whole row, m are all those of its own in the row.
        """
        shown = self.rows[target.row]
        if self._is_own(shown, who):
            return 0
        mine = sum(weight * self._mine(own, unknown) for unknown, weight in target.terms.items())
        among = {self.places[target.row, "n"]: 1} if target.among is None and "n" in shown.row.exact else target.among
        truth, everybody = self.attack.problem.value(target.terms), self.attack.problem.value(among or {})
        people = sum(weight * self._mine(own, unknown) for unknown, weight in (among or {}).items())
        within = target.statistic != "too_early" and everybody > 0
        if 0 < truth <= mine or (within and everybody <= people):
            return 0
        if within and shown.row.proportion and everybody < threshold:
            mine = people
        return target.width if mine <= 1 else min(target.width, max(threshold - 1, truth) - mine)

    def _mine(self, own: Any, unknown: int) -> int:
        return int(own[unknown]) if own[unknown] == own[unknown] else 0

    def _is_own(self, shown: Shown, who: Insider) -> bool:
        return shown.row.coordinates().get(who[0]) == who[1]


def _series(place: tuple[str, ...]) -> tuple[str, ...]:
    """Measure, component, cohort, set and window of a row's place, and its release."""
    return (*place[:5], *place[7:])
