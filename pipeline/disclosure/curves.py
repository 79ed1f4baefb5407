"""Curves that may be published: intervals of at least t events each, the tail cut, incidence from released counts.

A curve reaches to the longest window of its measure, and no further than the last interval of t events: fewer events
than that after it are left out, since their step could only stand at a day on which nobody knows what happened. A
curve whose events, or whose people without an event, are few is hidden whole.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pipeline.disclosure.figures import HIDDEN, NOT_APPLICABLE, nearest, outward, percent_step
from pipeline.disclosure.followed import OnCurve, curve_key
from pipeline.disclosure.members import Members
from pipeline.disclosure.never import broken_rule
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rounding import Published, is_small, released, round_to_base
from pipeline.disclosure.rows import query
from pipeline.disclosure.types import Status
from pipeline.errors import DisclosureError
from pipeline.outcomes import MEASURES, DayCount, aalen_johansen
from pipeline.warehouse import Connection

CURVE_DIMS = ("cohort", "group_by", "group_value", "day_from", "day_to")
CURVE_STATISTICS = ("at_risk", "events", "incidence", "low", "high")
CurveCells = dict[str, Published]
Fits = Callable[[Sequence[int]], bool]
"""Whether intervals that end on these days may be printed beside earlier releases."""
FitsOf = Callable[[tuple[str, str, str, str], OnCurve], Fits | None]


@dataclass(frozen=True)
class Interval:
    """Days from (exclusive but for day 0) to (inclusive) with exact counts; at_risk is just before its first event."""

    day_from: int
    day_to: int
    at_risk: int
    events: int
    competing: int


@dataclass
class Curve:
    """One curve: exact days up to `last_day`, the intervals that may be published, and whether it is hidden.

    `repeats` says why it repeats what an earlier release printed: its intervals and cells are then those of then, and
    nothing of today's counts is printed. `release` is the bundle of an earlier curve, `who` are the people on it.
    """

    measure: str
    cohort: str
    group_by: str
    group_value: str
    days: list[DayCount]
    last_day: int | None = None
    intervals: list[Interval] = field(default_factory=list)
    hidden: str = ""
    cells: list[CurveCells] = field(default_factory=list)
    repeats: str = ""
    release: str = ""
    who: OnCurve = field(default_factory=lambda: OnCurve({}))

    def __post_init__(self) -> None:
        if self.last_day is not None and self.days:
            within = [day for day in self.days if day.day <= self.last_day]
            self.days = within or [DayCount(self.last_day, self.days[0].at_risk, 0)]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What the curve is of."""
        return self.measure, self.cohort, self.group_by, self.group_value

    def events_by(self, day: int) -> int:
        """All events up to a day."""
        return sum(one.events for one in self.days if one.day <= day)

    @property
    def ends(self) -> list[int]:
        """The last days of its intervals."""
        return [interval.day_to for interval in self.intervals]

    def minimum(self, profile: Profile) -> int:
        """How many must be at risk on a day whose events are counted: of a hidden curve all events are."""
        return 1 if self.hidden else profile.curve_minimum_at_risk

    def numbers(self, profile: Profile) -> dict[tuple[str, int], frozenset[str]]:
        """Who is in each of its counts."""
        return self.who.numbers(self.ends, self.minimum(profile))

    @property
    def persons(self) -> int:
        """At risk on day 0."""
        return self.days[0].at_risk if self.days else 0

    @property
    def events(self) -> int:
        """All events, to the last day."""
        return sum(day.events for day in self.days)


def read_curves(con: Connection, profile: Profile, members: Members, fits: FitsOf | None = None) -> list[Curve]:
    """All curves of the outcomes stage, planned; `members` are on them, `fits` says what fits earlier releases of one.

    Raises DisclosureError for one that is never published, or whose members are others than it counts.
    """
    records = query(
        con,
        "select measure, cohort, group_by, coalesce(group_value, ''), day, at_risk, events, competing, censored "
        "from outcomes.curve order by all",
    )
    found: dict[tuple[str, ...], list[DayCount]] = defaultdict(list)
    for record in records:
        found[tuple(str(part) for part in record[:4])].append(DayCount(*(int(str(v)) for v in record[4:])))
    curves = []
    for (measure, cohort, group_by, group_value), days in sorted(found.items()):
        rule = broken_rule(measure, [group_by], [cohort, group_value])
        if rule and rule.action == "stop":
            raise DisclosureError(f"Curve of {measure} holds what is never published: {rule.name}. Nothing released.")
        if not rule:
            last = last_day(MEASURES[measure].windows, profile) if measure in MEASURES else None
            curve = Curve(measure, cohort, group_by, group_value, days, last)
            curve.who = OnCurve.of(members.get(curve_key(*curve.key), {}))
            _check_members(curve, days)
            curves.append(plan_curve(curve, profile, fits(curve.key, curve.who) if fits else None))
    return curves


def _check_members(curve: Curve, days: Sequence[DayCount]) -> None:
    """Whoever is remembered must be who is counted."""
    gone = Counter(curve.who.members.values())
    left = len(curve.who.members)
    for day in days:
        events, others = gone[int(day.day), True], gone[int(day.day), False]
        if (left, events) != (day.at_risk, day.events):
            raise DisclosureError(
                f"The curve of {curve.measure} counts others than are on it. Run the stages again; nothing released."
            )
        left -= events + others


def last_day(windows: Sequence[int], profile: Profile) -> int | None:
    """Where a curve ends: the longest window that its measure publishes, on the grid; None for one without windows."""
    return max(windows) // profile.curve_days * profile.curve_days if windows else None


def plan_curve(curve: Curve, profile: Profile, fits: Fits | None = None) -> Curve:
    """Intervals and cells of a curve by the primary rules."""
    curve.intervals = merge_days(curve.days, profile, fits)
    rest = curve.persons - curve.events
    identifiable = profile.whole_group and curve.group_by not in profile.open_dimensions
    if is_small(curve.events, profile) or is_small(rest, profile) or is_small(curve.persons, profile):
        curve.hidden = "threshold"
    elif identifiable and curve.events in (0, curve.persons):
        curve.hidden = "whole_group"
    elif not curve.intervals:
        curve.hidden = "at_risk"
    return fill_curve(curve, profile)


def merge_days(days: Sequence[DayCount], profile: Profile, fits: Fits | None = None) -> list[Interval]:
    """Intervals of at least t events each while enough are at risk; fewer events after the last of them are left out.

    Without any event there is one interval, to the last day on which enough people were followed. An interval goes on
    while it does not fit what earlier releases printed.
    """
    kept = _on_grid([day for day in days if day.at_risk >= profile.curve_minimum_at_risk], profile.curve_days)
    if kept and not any(day.events for day in kept):
        end = int(kept[-1].day)
        whole = Interval(0, end, kept[0].at_risk, 0, sum(day.competing for day in kept))
        return [whole] if fits is None or fits([end]) else []
    intervals: list[Interval] = []
    start, first, events, competing = 0, None, 0, 0
    for day in kept:
        first = day if first is None else first
        events, competing = events + day.events, competing + day.competing
        ends = [*(interval.day_to for interval in intervals), int(day.day)]
        if events >= profile.threshold and (fits is None or fits(ends)):
            intervals.append(Interval(start, int(day.day), first.at_risk, events, competing))
            start, first, events, competing = int(day.day), None, 0, 0
    return intervals


def _on_grid(days: Sequence[DayCount], width: int) -> list[DayCount]:
    """Days counted together up to each multiple of `width`; at_risk is that of the first of them."""
    blocks: dict[int, list[DayCount]] = defaultdict(list)
    for day in days:
        blocks[-int(-day.day // width) * width].append(day)
    return [
        DayCount(end, b[0].at_risk, sum(d.events for d in b), sum(d.competing for d in b), sum(d.censored for d in b))
        for end, b in sorted(blocks.items())
    ]


def join(left: Interval, right: Interval) -> Interval:
    """Two neighbouring intervals as one."""
    return Interval(
        left.day_from, right.day_to, left.at_risk, left.events + right.events, left.competing + right.competing
    )


def fill_curve(curve: Curve, profile: Profile) -> Curve:
    """Cells of a curve from its intervals; a hidden curve keeps one row over all its days."""
    if curve.hidden:
        end = -int(-curve.days[-1].day // profile.curve_days) * profile.curve_days if curve.days else 0
        curve.intervals = [Interval(0, end, curve.persons, curve.events, 0)]
        persons = HIDDEN if curve.persons < profile.curve_minimum_at_risk or curve.hidden == "secondary" else None
        at_risk = persons or released(curve.persons, False, profile)
        curve.cells = [{"at_risk": at_risk, **dict.fromkeys(CURVE_STATISTICS[1:], HIDDEN)}]
        return curve
    counts = [(released(i.at_risk, False, profile), released(i.events, False, profile)) for i in curve.intervals]
    percents = incidence_cells(curve, profile)
    curve.cells = [
        {"at_risk": at_risk, "events": events, **percent}
        for (at_risk, events), percent in zip(counts, percents, strict=True)
    ]
    return curve


def incidence_cells(curve: Curve, profile: Profile) -> list[CurveCells]:
    """Incidence with its band at the end of each interval (Aalen and Johansen 1978), from rounded counts.

    Competing events below t are not published and count as none here. Below the minimum denominator there is none.
    """
    base = round_to_base(curve.persons, profile.base)
    if base < profile.minimum_denominator:
        return [dict.fromkeys(("incidence", "low", "high"), NOT_APPLICABLE) for _ in curve.intervals]
    step = percent_step(base, profile)
    counts = []
    for interval in curve.intervals:
        at_risk = round_to_base(interval.at_risk, profile.base)
        events = min(round_to_base(interval.events, profile.base), at_risk)
        competing = 0 if is_small(interval.competing, profile) else round_to_base(interval.competing, profile.base)
        counts.append(DayCount(interval.day_to, at_risk, events, min(competing, at_risk - events)))
    return [
        {
            "incidence": (nearest(min(point.value, 1.0), step), Status.ROUNDED),
            "low": (outward(point.low, step, up=False), Status.ROUNDED),
            "high": (outward(point.high, step, up=True), Status.ROUNDED),
        }
        for point in aalen_johansen(counts)
    ]
