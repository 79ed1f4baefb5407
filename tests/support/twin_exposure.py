"""Twin of time at liberty, repeated convictions, time to proof, days to a share, landmarks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from pipeline.outcomes import MEASURES
from pipeline.outcomes.define_exposure import REPEATED
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
    before = min([day for day, what in [end_of(world, m, "return_to_prison")] if what == "event"] + [WINDOW])
    state = "measured" if (world.custody_to - m.quarter.last_day).days >= WINDOW else "too_early"
    doubt = int(bool(world.rows("custody_conflict", person_id=m.person)))
    parts = [("", free, twin.returns_within(world, m, "return_to_prison", WINDOW)), ("days_free", WINDOW, free)]
    parts += [("days_before_return", WINDOW, before)]
    parts += [
        (d.id, free, twin.returns_within(world, m, d.id, WINDOW)) for d in REPEATED if not d.subset or m.conditional
    ]
    for component, n, x in parts:
        for key in spread("net_exposure", groups_of(m), component=component, cohort=m.cohort, window=WINDOW):
            possible = doubt * (n - x) if component.startswith("days_") else doubt
            yield Unit(key, m.person, state, n, x, possible, possible)


def convictions(world: World, m: Member) -> Iterator[Unit]:
    seen = twin.convictions_seen(world)
    if not seen:
        return
    for measure in ("reconviction_frequency", "reconviction_2y_frequency"):
        yield from proven_offences(world, m, measure, seen)


def proven_offences(world: World, m: Member, measure: str, seen: tuple[date, date]) -> Iterator[Unit]:
    """Offences within a window, by the English rule or, in two years, by the Nordic one."""
    nordic = measure == "reconviction_2y_frequency"
    (window,) = MEASURES[measure].windows
    longest = window + MEASURES[measure].proof_lag
    state = "measured" if (min(seen[1], world.custody_to) - m.quarter.last_day).days >= longest else "too_early"
    proven: dict[date, date] = {}
    doubtful = False
    for c in world.rows("conviction", person_id=m.person):
        offence, final, sanction = c["offence_date"], c["conviction_date"], c["sanction"]
        if final > seen[1] or (nordic and sanction in ("fine", "suspended", "other")):
            continue
        if offence and not m.start < offence <= min(twin.observed_to(world, m), m.start + timedelta(window)):
            continue
        if offence is None or (nordic and sanction is None):
            doubtful |= m.start < final <= m.start + timedelta(longest)
        else:
            proven[offence] = min(final, proven.get(offence, date.max))
    x = sum((day - m.start).days <= longest for day in proven.values())
    before = seen[0] > m.start
    key: Any = {"cohort": m.cohort, "window": window}
    for cell in spread(measure, groups_of(m), **key):
        yield Unit(cell, m.person, state, 1, x, int(doubtful or before), int(before))
    for component in () if nordic else MEASURES["proof_time"].components:
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


def days_to_share(world: World) -> dict[Key, dict[str, Any]]:
    """The day on which an incidence reaches a tenth and a quarter, by exact fractions."""
    cells: dict[Key, dict[str, Any]] = {}
    everybody = twin.members(world)
    for kind, (measure, longest) in followed(world).items():
        for cohort in MEASURES[measure].cohorts:
            own = [m for m in everybody if m.cohort == cohort and (not MEASURES[kind].subset or m.conditional)]
            whole = [m for m in own if (seen_to(world, kind) - m.quarter.last_day).days >= longest]
            ends = [end_of(world, m, kind) for m in whole]
            for percent in (10, 25) if own else ():
                key: Key = (measure, f"{kind}_{percent}", cohort, "own", None, "all", "")
                cells[key] = {
                    "status": "measured" if whole else "too_early", "too_early": len(own) - len(whole),
                    "denominator_unit": "releases", "denominator": len(whole) if whole else None,
                    "persons": len({m.person for m in whole}) if whole else None,
                    "possible": 0 if whole else None, "unobserved": 0 if whole else None,
                    "value": reached(ends, Fraction(percent, 100)),
                }  # fmt: skip
    return cells


def followed(world: World) -> dict[str, tuple[str, int]]:
    """Each definition with the measure that follows it, and how long a release must have been seen."""
    kinds = {m.id: ("days_to_return", -10_000) for m in (MEASURES["return_to_prison"], *REPEATED)}
    if twin.convictions_seen(world):
        proof = ("reconviction_1y", "reconviction_2y_nordic")
        kinds |= {k: ("days_to_reconviction", MEASURES[k].windows[-1] + MEASURES[k].proof_lag) for k in proof}
    return kinds


def seen_to(world: World, kind: str) -> date:
    seen = twin.convictions_seen(world)
    return min(world.custody_to, seen[1]) if seen and kind.startswith("reconviction") else world.custody_to


def end_of(world: World, m: Member, kind: str) -> tuple[int, str]:
    days = event_days(world, m, kind)
    if days:
        return min(days), "event"
    last, left = twin.observed_to(world, m), twin.left_for_good(world, m)
    if seen_to(world, kind) < last:
        return max((seen_to(world, kind) - m.start).days, 0), "censored"
    return (last - m.start).days, "competing" if left else "censored"


def event_days(world: World, m: Member, kind: str) -> list[int]:
    if not kind.startswith("reconviction"):
        found = [s for s in twin.later_stays(world, m) if twin.qualifies(kind, s, m.start) == "yes"]
        return [(s["admission_date"] - m.start).days for s in found]
    (window,) = MEASURES[kind].windows
    return [day for day in range(1, window + 1) if twin.proven_on(world, m, kind, day)]


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
