"""Twin of time at liberty, repeated convictions, time to proof, days to a share, landmarks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from pipeline.outcomes import MEASURES
from tests.support import twin_cohorts as twin
from tests.support.twin_cohorts import Member, World
from tests.support.twin_units import Key, Unit, spread

WINDOW = 365
LANDMARKS = {"return_after_contact": (7, "contact_made"), "return_after_treatment": (21, "treatment_started")}


def units(world: World) -> Iterator[Unit]:
    for m in twin.members(world):
        if m.cohort in MEASURES["net_exposure"].cohorts:
            yield from exposure(world, m)
            yield from convictions(world, m)
        if m.cohort == "programme":
            for measure in LANDMARKS:
                yield from landmark(world, m, measure)


def groups_of(m: Member) -> dict[str, str | None]:
    return {"quarter": str(m.quarter)}


def exposure(world: World, m: Member) -> Iterator[Unit]:
    last = twin.observed_to(world, m)
    inside = [s for s in world.rows("spell", person_id=m.person) if s["spell_number"] > m.spell]
    inside = [s for s in inside if m.start < s["admission_date"] <= last]
    days = [m.start + timedelta(n) for n in range(WINDOW)]
    free = sum(
        day <= last and not any(s["admission_date"] <= day < (s.get("release_date") or date.max) for s in inside)
        for day in days
    )
    returns = twin.returns_within(world, m, WINDOW)
    state = "measured" if (world.custody_to - m.quarter.last_day).days >= WINDOW else "too_early"
    doubt = int(bool(world.rows("custody_conflict", person_id=m.person)))
    for component, n, x in (("", free, returns), ("days_free", 1, free)):
        for key in spread("net_exposure", groups_of(m), component=component, cohort=m.cohort, window=WINDOW):
            yield Unit(key, m.person, state, n, x, doubt, doubt)


def convictions(world: World, m: Member) -> Iterator[Unit]:
    seen = twin.convictions_seen(world)
    if not seen:
        return
    longest = WINDOW + MEASURES["reconviction_frequency"].proof_lag
    state = "measured" if (min(seen[1], world.custody_to) - m.quarter.last_day).days >= longest else "too_early"
    last = min(twin.observed_to(world, m), m.start + timedelta(WINDOW))
    proven: dict[date, date] = {}
    undated = False
    for c in world.rows("conviction", person_id=m.person):
        if c["conviction_date"] > seen[1]:
            continue
        if c["offence_date"] is None:
            undated |= m.start < c["conviction_date"] <= m.start + timedelta(longest)
        elif m.start < c["offence_date"] <= last:
            proven[c["offence_date"]] = min(c["conviction_date"], proven.get(c["offence_date"], date.max))
    x = sum((day - m.start).days <= longest for day in proven.values())
    before = seen[0] > m.start
    key: Any = {"cohort": m.cohort, "window": WINDOW}
    for cell in spread("reconviction_frequency", groups_of(m), **key):
        yield Unit(cell, m.person, state, 1, x, int(undated or before), int(before))
    for component in MEASURES["proof_time"].components:
        for offence, day in proven.items():
            for cell in spread("proof_time", groups_of(m), component=component, **key):
                yield Unit(cell, m.person, state, 1, 1, size=(day - offence).days)


def landmark(world: World, m: Member, measure: str) -> Iterator[Unit]:
    day, earlier = LANDMARKS[measure]
    definition = MEASURES[measure]
    back = [s for s in twin.later_stays(world, m) if twin.qualifies("return_to_custody", s, m.start) == "yes"]
    gone = twin.left_for_good(world, m) and (twin.observed_to(world, m) - m.start).days <= day
    if gone or any((s["admission_date"] - m.start).days <= day for s in back):
        return
    assert m.partner
    answer = twin.judge_return(world, m, "return_to_prison", day + WINDOW)
    by_then = any(0 <= d <= day for d in twin.continuity_days(world, m, earlier))
    seen = twin.judge_continuity(world, m, earlier, MEASURES[earlier].tables, day)
    value = "by_then" if by_then else "not_by_then" if seen == "no" else "unknown"
    tables = [t for t in definition.tables if t != "custody_stay"]
    whole = (world.custody_to - m.quarter.last_day).days >= day + WINDOW
    delivered = world.coverage(m.partner, tables) is not None
    state = "not_collected" if not delivered else "measured" if whole else "too_early"
    doubt, unseen = int(answer in ("possible", "unobserved")), int(answer == "unobserved")
    for key in spread(measure, groups_of(m) | {"landmark": value}, window=WINDOW):
        yield Unit(key, m.person, state, 1, int(answer == "event"), doubt, unseen)


def days_to_return(world: World) -> dict[Key, dict[str, Any]]:
    """The day on which the incidence reaches a tenth and a quarter, by exact fractions."""
    cells: dict[Key, dict[str, Any]] = {}
    everybody = twin.members(world)
    for cohort in MEASURES["days_to_return"].cohorts:
        own = [m for m in everybody if m.cohort == cohort]
        if not own:
            continue
        ends = [end_of(world, m) for m in own]
        for component, share in (("incidence_10", Fraction(1, 10)), ("incidence_25", Fraction(1, 4))):
            key: Key = ("days_to_return", component, cohort, "own", None, "all", "")
            cells[key] = {
                "status": "measured", "too_early": 0, "denominator": len(own), "denominator_unit": "releases",
                "persons": len({m.person for m in own}), "possible": 0, "unobserved": 0,
                "value": reached(ends, share),
            }  # fmt: skip
    return cells


def end_of(world: World, m: Member) -> tuple[int, str]:
    found = [s for s in twin.later_stays(world, m) if twin.qualifies("return_to_prison", s, m.start) == "yes"]
    if found:
        return min((s["admission_date"] - m.start).days for s in found), "event"
    return (twin.observed_to(world, m) - m.start).days, "competing" if twin.left_for_good(world, m) else "censored"


def reached(ends: list[tuple[int, str]], share: Fraction) -> int | None:
    incidence, free = Fraction(0), Fraction(1)
    for day in sorted({d for d, _ in ends}):
        at_risk = sum(d >= day for d, _ in ends)
        events, others = (sum(e == (day, what) for e in ends) for what in ("event", "competing"))
        incidence += free * Fraction(events, at_risk)
        free *= 1 - Fraction(events + others, at_risk)
        if incidence >= share:
            return day
    return None
