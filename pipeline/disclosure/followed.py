"""Who is on each curve and on the way into each cohort, remembered from release to release like the members of rows.

A token is a person's digest with the number of the person's member on the curve (or unit on the way): `a1b2#1@35` left
the curve on day 35; `a1b2#1@3/waiting` was lost before step 3 for that reason. From them follows who is in any count
that a release prints, also in counts of intervals that only another release has; and whose they are (role
`partner/NAME`, `prison/NAME`), since each knows its own people on a curve.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.disclosure.members import Key, Members, read_digests
from pipeline.warehouse import Connection

FEW_MORE = 1e-6
Numbers = dict[tuple[str, int], frozenset[str]]  # kind of count and number of the interval → who is in it


def curve_key(measure: str, cohort: str, group_by: str, group_value: str) -> Key:
    """What a curve is called among the members."""
    return (f"curve:{measure}", "", cohort, "", "", group_by, group_value)


def way_key(cohort: str) -> Key:
    """What the way into a cohort is called among the members."""
    return ("attrition", "", cohort, "", "", "", "")


def read_followed(con: Connection, secret: bytes) -> Members:
    """Who left each curve on which day, by an `event` or otherwise (`left`), and whose they are; who was lost where on
    each way."""
    return read_digests(con, secret, "outcomes.on_curve", ON_CURVE) | read_digests(
        con, secret, "outcomes.on_way", ON_WAY
    )


NUMBERED = "digest || '#' || cast(number as varchar) || '@' || "
ON_CURVE = f"""
with numbered as (
    select c.*, row_number() over (
        partition by measure, cohort, group_by, group_value, person_id order by member
    ) as number
    from outcomes.on_curve as c
), in_role as (
    select *, unnest([
        case when status = 'event' then 'event' else 'left' end, 'partner/' || partner, 'prison/' || prison
    ]) as role
    from numbered
)
select 'curve:' || measure, '', cohort, '', '', group_by, coalesce(group_value, ''), role,
    string_agg({NUMBERED} cast(days as varchar), ',')
from in_role inner join digest_of using (person_id)
where role is not null
group by all
"""
ON_WAY = f"""
with numbered as (
    select w.*, row_number() over (partition by cohort, counts, person_id order by lost_step, reason) as number
    from outcomes.on_way as w
)
select 'attrition', '', cohort, '', '', '', '', counts,
    string_agg({NUMBERED} cast(lost_step as varchar) || '/' || reason, ',')
from numbered inner join digest_of using (person_id)
group by all
"""


@dataclass(frozen=True)
class OnCurve:
    """Everybody on one curve in one release: member → day and whether an event ended it; `own` are each insider's."""

    members: Mapping[str, tuple[int, bool]]
    own: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    known: dict[tuple[int, ...], Numbers] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, roles: Mapping[str, frozenset[str]]) -> OnCurve:
        """From the tokens of a curve."""
        members: dict[str, tuple[int, bool]] = {}
        own: dict[tuple[str, str], frozenset[str]] = {}
        for role, tokens in roles.items():
            kind, whose, name = role.partition("/")
            split = [token.partition("@") for token in tokens]
            if whose:
                own[kind, name] = frozenset(member for member, _, _ in split)
            else:
                members |= {member: (int(day), role == "event") for member, _, day in split}
        return cls(members, own)

    def events_by(self, day: float, mine: Collection[str]) -> int:
        """How many of some members have had the event by a day."""
        return sum(event and gone <= day for gone, event in (self.members[member] for member in mine))

    def last_day(self, minimum: int) -> int:
        """The last day on which so many are at risk; -1 where there is none."""
        days = sorted(day for day, _ in self.members.values())
        return days[-minimum] if len(days) >= minimum else -1

    def numbers(self, ends: Sequence[int], minimum: int) -> Numbers:
        """Who is in each count that a curve with intervals up to these days prints, or that follows by adding them up.

        `at_risk` at the start of an interval, its `events`, all events up to its end (`until`), and those left then
        (`rest`), by the interval's number. Days on which fewer than `minimum` are at risk have no events.
        """
        if (*ends, minimum) in self.known:
            return self.known[*ends, minimum]
        last, begun = self.last_day(minimum), -1
        found: Numbers = {}
        for number, end in enumerate(ends):
            found["at_risk", number] = frozenset(m for m, (day, _) in self.members.items() if day > begun)
            until = frozenset(m for m, (day, event) in self.members.items() if event and day <= min(end, last))
            found["events", number] = until - found.get(("until", number - 1), frozenset())
            found["until", number] = until
            found["rest", number] = frozenset(self.members) - until
            begun = end
        self.known[*ends, minimum] = found
        return found


class Movers:
    """How many people tell the counts of a curve now from those of an earlier printing of it.

    People who are on a curve several times count in parts, so that no number is too large.
    """

    def __init__(self, now: OnCurve, then: OnCurve, then_ends: Sequence[int], minimums: tuple[int, int]) -> None:
        import numpy as np

        everybody = sorted({*now.members, *then.members})
        times = Counter(member.split("#")[0] for member in everybody)
        self.weight = np.array([1 / times[member.split("#")[0]] for member in everybody])
        self.then = len(then_ends)
        last, before = then.last_day(minimums[1]), [then.members.get(member) for member in everybody]
        places = [self.then + 1 if found is None else bisect_left(then_ends, found[0]) for found in before]
        self.then_risk = np.array(places)
        happened = [found is None or (found[1] and found[0] <= last) for found in before]
        self.then_event = np.where(happened, places, self.then)
        self.same = now.members.keys() == then.members.keys()
        here = [now.members.get(member) for member in everybody]
        self.absent = np.array([found is None for found in here])
        self.day = np.array([0 if found is None else found[0] for found in here])
        self.event = np.array([found is not None and found[1] for found in here])
        self.event &= self.day <= now.last_day(minimums[0])

    def few(self, ends: Sequence[int], threshold: int) -> bool:
        """Whether a count with the last of these intervals in it is told from any of the earlier printing's by few, or
        one of events by nobody though others came or left: of all who are new it would say that none had one."""
        import numpy as np

        last, place = len(ends) - 1, np.searchsorted(ends, self.day)
        happened = np.where(self.event, place, last + 1)
        events = self._tails(np.where(self.absent, last + 2, happened), self.then_event, last)
        at_risk = self._grid(np.where(self.absent, last + 2, place), self.then_risk, last + 3)
        begins = at_risk[last : last + 2].sum(axis=0)
        return self._any_few(events, threshold, spans=True) or self._any_few(begins[None], threshold, spans=False)

    def _grid(self, now: Any, then: Any, size: int) -> Any:
        import numpy as np

        cells = np.bincount(now * (self.then + 2) + then, self.weight, size * (self.then + 2))
        return cells.reshape(size, self.then + 2)

    def _tails(self, now: Any, then: Any, last: int) -> Any:
        """Those with the event in intervals a to `last`, for every a, and those without one until then."""
        import numpy as np

        grid = self._grid(now, then, last + 3)
        backward = grid[: last + 1][::-1].cumsum(axis=0)
        return np.vstack([backward, grid[last + 1 : last + 2]])

    def _any_few(self, chosen: Any, threshold: int, *, spans: bool) -> bool:
        """`chosen`: rows of people by where they stood then. `spans`: against any intervals then, else those begun."""
        import numpy as np

        source = self.then_event if spans else self.then_risk
        everybody = np.bincount(source, self.weight, self.then + 2)
        before = np.concatenate([[0], everybody[: self.then + 1].cumsum()])
        inside = np.hstack([np.zeros((len(chosen), 1)), chosen[:, : self.then + 1].cumsum(axis=1)])
        begin, end = np.triu_indices(self.then + 2, 1) if spans else (np.arange(self.then), np.full(self.then, -1))
        sizes = before[end] - before[begin]
        both = inside[:, end] - inside[:, begin]
        moved = chosen.sum(axis=1)[:, None] + sizes[None] - 2 * both
        some = moved > (-1 if spans and not self.same else FEW_MORE)
        return bool((some & (moved < threshold - FEW_MORE)).any())


def lost_at(roles: Mapping[str, frozenset[str]], counts: str, step: str, reason: str) -> frozenset[str]:
    """Those of a way who reached a step (reason ''), or were lost before it for a reason, as tokens."""
    found = set()
    for token in roles.get(counts, frozenset()):
        member, _, place = token.partition("@")
        lost, _, why = place.partition("/")
        if int(lost) > int(step) if not reason else (lost, why) == (step, reason):
            found.add(member)
    return frozenset(found)


def people_between(then: frozenset[str], now: frozenset[str]) -> int:
    """How many people came or left."""
    return len({member.split("#")[0] for member in then ^ now})
