"""Twin of care that goes on: engagement, retention, hand-overs and transfers, unit by unit from the definitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from pipeline.outcomes import MEASURES
from pipeline.periods import Quarter
from tests.support import twin_cohorts as twin
from tests.support.twin_cohorts import Member, Row, World
from tests.support.twin_units import Unit, member_groups, spread

RESIDENTIAL = ("residential_short", "residential_medium", "therapeutic_community")
RANK = {"event": 1, "competing": 2, "censored": 3}
NO_EVENT = ("completed", "imprisoned", "died")
Candidate = tuple[date, str, str]


@dataclass(frozen=True)
class Sight:
    """Who could have seen an event: nobody (blind), or everybody from one day to another."""

    blind: bool
    first: date | None
    last: date | None


def units(world: World) -> Iterator[Unit]:
    for m in twin.members(world):
        if m.cohort == "programme":
            yield from engagement(world, m)
            yield from retention(world, m)
    yield from hand_overs(world)
    yield from transfers(world)


def sight(world: World, measure: str, own: Iterable[str], others: Iterable[str] = ()) -> Sight:
    needed = [world.coverage(p, MEASURES[measure].tables) for p in set(own)]
    seen = [c for c in (*needed, *(world.coverage(p, MEASURES[measure].tables) for p in set(others))) if c]
    first, last = max((c[0] for c in seen), default=None), min((c[1] for c in seen), default=None)
    return Sight(not needed or None in needed, first, last)


def holders(world: World, person: str, day: date) -> set[str]:
    """Partners with an agreement with somebody on a day, as far as an end says."""
    mine = [c for c in world.rows("case", person_id=person) if c.get("agreement_date") and c["agreement_date"] <= day]
    return {c["partner"] for c in mine if not (c.get("end_date") and c["end_date"] < day)}


def judged(world: World, measure: str, partner: str, start: date, end: date, found: list[Candidate], see: Sight,
           person: str, groups: dict[str, str | None], worker: str | None) -> Iterator[Unit]:  # fmt: skip
    """A unit in each window: what came first, and whether an event could have been missed."""
    day, status, why = min(found, key=lambda f: (f[0], RANK[f[1]], [-ord(c) for c in f[2]]))
    unseen: date | None = None
    if see.blind or (see.first and see.first > start):
        unseen = start
    elif see.last and see.last < end:
        unseen = max(see.last + timedelta(1), start)
    if status == "competing" and unseen and unseen > day:
        unseen = None
    if why == "end_unconfirmed":
        unseen = min(day, unseen or day)
    definition, quarter = MEASURES[measure], Quarter.of(start)
    ladder = list(definition.windows) if len(definition.windows) > 1 else []
    for cell_set, windows in (("own", definition.windows), ("ladder", ladder)):
        for window in windows:
            longest = (max(windows) if cell_set == "ladder" else window) + definition.proof_lag
            whole = (world.custody_to - quarter.last_day).days >= longest
            delivered = world.coverage(partner, definition.tables) is not None
            state = "not_collected" if not delivered else "measured" if whole else "too_early"
            x = int(status == "event" and (day - start).days <= window)
            doubt = int(not x and unseen is not None and (unseen - start).days <= window)
            for key in spread(measure, groups | {"quarter": str(quarter)}, cell_set=cell_set, window=window):
                yield Unit(key, person, state, 1, x, doubt, doubt, worker=worker)


def ending(world: World, m: Member) -> tuple[date, str]:
    """The last day on which a member could be seen, and whether death or deportation set it."""
    last = twin.observed_to(world, m)
    return last, "competing" if twin.left_for_good(world, m) else "censored"


def treatments(world: World, person: str) -> list[Row]:
    """Treatments outside prison but aftercare, in order."""
    found = [t for t in world.rows("treatment", person_id=person, setting="community")
             if t["treatment_type"] != "aftercare"]  # fmt: skip
    return sorted(found, key=lambda t: (t["start_date"], t["partner"], t["treatment_id"]))


def starts(world: World, m: Member) -> list[tuple[date, str, Row]]:
    """Days in the 90 after release on which treatment started or went on."""
    last = min(twin.observed_to(world, m), m.start + timedelta(90))
    found: list[tuple[date, str, Row]] = []
    for t in treatments(world, m.person):
        if m.start <= t["start_date"] <= last:
            found.append((t["start_date"], "started", t))
        if t["start_date"] < m.start:
            mine = world.rows("service", partner=t["partner"], treatment_id=t["treatment_id"], attendance="attended")
            found += [(s["service_date"], "went_on", t) for s in mine if m.start <= s["service_date"] <= last]
    return sorted(found, key=lambda f: (f[0], f[1], f[2]["partner"], f[2]["treatment_id"]))


def engagement(world: World, m: Member) -> Iterator[Unit]:
    assert m.partner
    found = starts(world, m)
    if not found or found[0][0] > world.quarter.last_day:
        return
    start, _, t = found[0]
    last, how = ending(world, m)
    see = sight(world, "treatment_engaged", (m.partner, t["partner"]), holders(world, m.person, start))
    days = sorted(s["service_date"] for s in world.rows("service", partner=t["partner"], treatment_id=t["treatment_id"],
                                                         attendance="attended"))  # fmt: skip
    further = [d for d in days if start < d <= last]
    candidates: list[Candidate] = [(last, how, "end")]
    if len(further) >= 2:
        candidates.append((further[1], "event", "attended"))
    stayed_to = t.get("end_date_exclusive") or see.last
    fortnight = start + timedelta(14)
    if t["treatment_type"] in RESIDENTIAL and last >= fortnight and stayed_to and stayed_to >= fortnight:
        candidates.append((fortnight, "event", "residential"))
    yield from judged(world, "treatment_engaged", m.partner, start, last, candidates, see, m.person,
                      member_groups(world, m), m.manager)  # fmt: skip


def course_end(world: World, person: str, chosen: Row) -> tuple[date, str] | None:
    """When the joined course of one treatment ended and why; None while it goes on."""
    courses: list[list[Row]] = []
    for t in treatments(world, person):
        ends = [e.get("end_date_exclusive") or date.max for e in courses[-1]] if courses else []
        if courses and (max(ends) == date.max or t["start_date"] <= max(ends) + timedelta(7)):
            courses[-1].append(t)
        else:
            courses.append([t])
    mine = next(c for c in courses if chosen in c)
    if not all(t.get("end_date_exclusive") for t in mine):
        return None
    end = max(t["end_date_exclusive"] for t in mine)
    last = [t for t in mine if t["end_date_exclusive"] == end][-1]
    return end, last.get("end_reason") or "unknown"


def retention(world: World, m: Member) -> Iterator[Unit]:
    assert m.partner
    found = [f for f in starts(world, m) if f[1] == "started"]
    if not found or found[0][0] > world.quarter.last_day:
        return
    start, _, t = found[0]
    last, how = ending(world, m)
    see = sight(world, "retention", (m.partner, t["partner"]), holders(world, m.person, start))
    cut = see.last if see.last and see.last < last else None
    candidates: list[Candidate] = [(max(cut, start), "censored", "end_of_observation") if cut else (last, how, "death")]
    ended = course_end(world, m.person, t)
    if ended and ended[0] <= last:
        sure = ended[0] + timedelta(7) <= min(world.custody_to, see.last or world.custody_to)
        status = "censored" if not sure else "competing" if ended[1] in NO_EVENT else "event"
        candidates.append((ended[0], status, ended[1] if sure else "end_unconfirmed"))
    candidates += [
        (s["admission_date"], "competing", "imprisoned")
        for s in twin.later_stays(world, m)
        if s["admission_date"] >= start and s["admission_reason"] not in ("transfer_in", "return_from_absence")
    ]
    yield from judged(world, "retention", m.partner, start, last, candidates, see, m.person, member_groups(world, m),
                      m.manager)  # fmt: skip


def contacts(world: World, person: str) -> list[tuple[date, str]]:
    """Direct contacts with a client: day and partner."""
    return [
        (s["service_date"], s["partner"])
        for s in world.tables.get("service", ())
        if twin.is_direct_contact(s) and twin.service_person(world, s) == person and s["service_date"] <= world.seen_to
    ]


def serves(world: World, partner: str, day: date, region: str | None = None) -> bool:
    areas = world.rows("service_area", partner=partner, **({"region": region} if region else {}))
    return any(a["valid_from"] <= day < (a.get("valid_to") or date.max) for a in areas)


def due(world: World, case: Row) -> date | None:
    """The day on which a client was due to be handed over."""
    days = []
    if case.get("end_reason") == "transferred_to_partner" and case.get("end_date"):
        days.append(case["end_date"])
    region = case.get("region_after_release") or "unknown"
    for r in world.rows("release", person_id=case["person_id"], release_kind="sentence"):
        day = r["release_date"]
        own = [c for c in world.rows("case", person_id=case["person_id"], programme="through_the_gate")
               if c["agreement_date"] <= day <= (c.get("end_date") or day)]  # fmt: skip
        own.sort(key=lambda c: (-c["agreement_date"].toordinal(), c["partner"], c["case_id"]))
        if own and own[0] is case and region != "unknown" and serves(world, case["partner"], day):
            days += [] if serves(world, case["partner"], day, region) else [day]
    return min(days, default=None)


def hand_overs(world: World) -> Iterator[Unit]:
    for case in twin.cases(world, "through_the_gate"):
        start = due(world, case)
        if start is None or start > min(world.quarter.last_day, world.custody_to):
            continue
        named, region = (case.get("handed_over_to") or "").lower(), case.get("region_after_release") or "unknown"
        if named:
            receivers = {named} - {"outside_provider"}
        else:
            delivering = {c["source"] for c in world.rows("coverage", table_name="service")}
            listed = {a["partner"] for a in world.tables["service_area"]}
            serving = {p for p in listed if serves(world, p, start, region)}
            receivers = (delivering if region == "unknown" else serving) - {case["partner"]}
        found: list[Candidate] = [(world.custody_to, "censored", "end")]
        found += [
            (day, "event", p)
            for day, p in contacts(world, case["person_id"])
            if p in receivers and start <= day <= world.custody_to
        ]
        groups = {"partner": case["partner"]}
        yield from judged(world, "handed_over", case["partner"], start, world.custody_to, found,
                          sight(world, "handed_over", receivers), case["person_id"], groups,
                          case.get("case_manager_id"))  # fmt: skip


def transfers(world: World) -> Iterator[Unit]:
    spells: dict[tuple[str, int], list[Row]] = {}
    for s in world.tables["stay"]:
        spells.setdefault((s["person_id"], s["spell_number"]), []).append(s)
    for (person, number), stays in spells.items():
        stays.sort(key=lambda s: s["position"])
        for before, after in pairwise(stays):
            if before.get("prison") and after.get("prison") and before["prison"] != after["prison"]:
                yield from transfer(world, person, number, after)


def transfer(world: World, person: str, number: int, stay: Row) -> Iterator[Unit]:
    start: Any = stay["admission_date"]
    own = [
        c for c in twin.cases(world, "through_the_gate") if c["person_id"] == person and c["agreement_date"] <= start
    ]
    own = [c for c in own if twin.case_is_open(world, c, start)]
    if not own or start > min(world.quarter.last_day, world.custody_to):
        return
    case = min(own, key=lambda c: (-c["agreement_date"].toordinal(), c["partner"], c["case_id"]))
    (spell,) = world.rows("spell", person_id=person, spell_number=number)
    left = spell.get("release_date")
    ends = spell["release_kind"] in ("sentence", "remand") or spell.get("release_reason") in ("death", "deportation")
    out = left is not None and left <= world.custody_to and ends
    end = left if out else world.custody_to
    found: list[Candidate] = [(end, "competing" if out else "censored", "end")]
    found += [(day, "event", p) for day, p in contacts(world, person) if start <= day <= end]
    see = sight(world, "transfer_survived", (case["partner"],), holders(world, person, start))
    groups = {"partner": case["partner"], "prison": stay["prison"]}
    yield from judged(world, "transfer_survived", case["partner"], start, end, found, see, person, groups,
                      case.get("case_manager_id"))  # fmt: skip
