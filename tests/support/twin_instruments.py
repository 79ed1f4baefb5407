"""Twin of instruments: scores by their manuals' formulas, first and second measurement, reliable change."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import stdev

from pipeline.outcomes import MEASURES
from tests.support import twin_cohorts as twin
from tests.support.twin_cohorts import Member, Row, World
from tests.support.twin_units import Unit, member_groups, spread

WHOQOL = {
    "whoqol_physical": ((3, 4, 10, 15, 16, 17, 18), 5),
    "whoqol_psychological": ((5, 6, 7, 11, 19, 26), 4),
    "whoqol_social": ((20, 21, 22), 2),
    "whoqol_environment": ((8, 9, 12, 13, 14, 23, 24, 25), 6),
}
TOP = {"psychological": 20, "alcohol": 28}
RELIABLE = {"top_psychological": (0.75, 1), "top_alcohol": (0.75, -1), "whoqol_physical": (0.82, 1),
            "whoqol_psychological": (0.81, 1), "whoqol_social": (0.68, 1), "whoqol_environment": (0.80, 1)}  # fmt: skip
"""Published reliabilities and the direction of improvement."""
GRACE = 121
Scores = dict[str, float]


def units(world: World) -> Iterator[Unit]:
    pairs = [(m, *pair) for m in twin.members(world) if m.cohort == "programme" for pair in measured_twice(world, m)]
    before = defaultdict(list)
    for _, _, scale, first, _ in pairs:
        before[scale].append(first)
    repeated: dict[tuple[str, str], tuple[Member, bool]] = {}
    for m, instrument, scale, first, second in pairs:
        _, again = repeated.get((m.id, instrument), (m, False))
        repeated[m.id, instrument] = (m, again or second is not None)
        if second is not None:
            yield from unit(world, m, "instrument_change", scale, 1, False, second - first)
        if scale in RELIABLE and len(before[scale]) > 1:
            reliability, better = RELIABLE[scale]
            error = 1.96 * stdev(before[scale]) * math.sqrt(2 * (1 - reliability))
            for measure, sign in (("instrument_better", better), ("instrument_worse", -better)):
                x = second is not None and sign * (second - first) > error
                yield from unit(world, m, measure, scale, int(x), second is None)
    for (_, instrument), (m, again) in repeated.items():
        yield from unit(world, m, "instrument_repeated", instrument, int(again), False)


def unit(
    world: World, m: Member, measure: str, component: str, x: int, missing: bool, size: float | None = None
) -> Iterator[Unit]:
    assert m.partner
    seen = world.coverage(m.partner, MEASURES[measure].tables)
    whole = seen and (min(world.custody_to, seen[1]) - m.quarter.last_day).days >= GRACE
    state = "not_collected" if seen is None else "measured" if whole else "too_early"
    groups = member_groups(world, m) | {"prison": None}
    for key in spread(measure, groups, component=component):
        yield Unit(key, m.person, state, 1, x, int(missing), int(missing), size, m.manager)


def measured_twice(world: World, m: Member) -> Iterator[tuple[str, str, float, float | None]]:
    """Instrument, scale, the last score at intake, the last one three months after release."""
    (release,) = world.rows("release", release_id=m.id)
    first = newest(world, m, "intake", release["spell_admission_date"], m.start)
    second = newest(world, m, "month_3", m.start + timedelta(1), m.start + timedelta(GRACE))
    for (instrument, scale), value in sorted(first.items()):
        yield instrument, scale, value, second.get((instrument, scale))


def newest(world: World, m: Member, stage: str, begin: date, end: date) -> dict[tuple[str, str], float]:
    asked: dict[tuple[str, str, str, date], list[Row]] = defaultdict(list)
    for a in world.rows("assessment", person_id=m.person, stage=stage):
        if begin <= a["assessment_date"] <= min(end, world.seen_to):
            asked[a["instrument"], a["partner"], a["assessment_id"], a["assessment_date"]].append(a)
    found: dict[tuple[str, str], float] = {}
    for (instrument, *_), rows in sorted(asked.items(), key=lambda one: one[0][3]):
        found |= {(instrument, scale): value for scale, value in SCORED[instrument](rows).items()}
    return found


def top(rows: list[Row]) -> Scores:
    return {f"top_{r['item']}": r["value"] for r in rows if r["item"] in TOP and 0 <= r["value"] <= TOP[r["item"]]}


def whoqol(rows: list[Row]) -> Scores:
    """Domains from 0 to 100; questions 3, 4 and 26 reversed; nothing where more than a fifth of 26 is missing."""
    valid = {int(r["item"][1:]): r["value"] for r in rows if 1 <= r["value"] <= 5}
    if len(valid) < 21:
        return {}
    turned = {n: 6 - v if n in (3, 4, 26) else v for n, v in valid.items()}
    found = {scale: [turned[n] for n in asked if n in turned] for scale, (asked, _) in WHOQOL.items()}
    return {s: (4 * sum(v) / len(v) - 4) * 100 / 16 for s, v in found.items() if len(v) >= WHOQOL[s][1]}


def gas(rows: list[Row]) -> Scores:
    goals = [(r["weight"] or 1, r["value"]) for r in rows if -2 <= r["value"] <= 2]
    total, squares = sum(w for w, _ in goals), sum(w * w for w, _ in goals)
    return {"gas": 50 + 10 * sum(w * x for w, x in goals) / math.sqrt(0.7 * squares + 0.3 * total**2)} if goals else {}


def europasi(rows: list[Row]) -> Scores:
    """The alcohol composite as printed."""
    a = {r["item"].removeprefix("alcohol_"): r["value"] for r in rows}
    if set(a) != {"days", "days_intoxicated", "problem_days", "bothered", "importance", "spent_eur"}:
        return {}
    days = (a["days"] + a["days_intoxicated"] + a["problem_days"]) / 180
    return {"europasi_alcohol": days + (a["bothered"] + a["importance"]) / 24 + math.log(max(1, a["spent_eur"])) / 44}


SCORED = {"top": top, "whoqol_bref": whoqol, "gas": gas, "europasi": europasi}
