"""The twin's cells: every measure counted unit by unit in plain Python, from the written definitions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from statistics import median, quantiles
from typing import Any

from pipeline.outcomes import MEASURES, Measure
from pipeline.periods import Quarter
from tests.support import twin_access, twin_care, twin_exposure, twin_instruments
from tests.support import twin_cohorts as twin
from tests.support.twin_cohorts import Member, Row, World
from tests.support.twin_units import (
    OF_COHORT,
    Key,
    Unit,
    agreed,
    client_months,
    cohort_of,
    member_groups,
    quarter_state,
    services,
    spread,
)

EVENTS = (
    "contact",
    "treatment",
    "opioid_agonist",
    *sorted(m.event for m in MEASURES.values() if m.event.startswith(("return", "reconviction"))),
)
CAUSES = ("new_offence", "earlier_offence", "revocation", "conversion", "not_known")


def cells(world: World) -> dict[Key, dict[str, Any]]:
    """Every cell that has units."""
    found: dict[Key, list[Unit]] = defaultdict(list)
    for unit in units(world):
        found[unit.key].append(unit)
    return {key: count(key, group) for key, group in found.items()} | twin_exposure.days_to_share(world)


def count(key: Key, group: list[Unit]) -> dict[str, Any]:
    """One cell from its units."""
    measured = [u for u in group if u.state == "measured"]
    too_early = sum(u.n for u in group if u.state == "too_early")
    if not any(u.n or u.x for u in measured):
        return {"status": "too_early" if too_early else "not_collected", "too_early": too_early or None}
    part = MEASURES[key[0]].part(key[1])
    n, x = sum(u.n for u in measured), sum(u.x for u in measured)
    persons: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for u in measured:
        persons[u.person][0] += u.n
        persons[u.person][1] += u.x
    cell: dict[str, Any] = {
        "status": "measured",
        "too_early": too_early,
        "denominator": n,
        "denominator_unit": part.unit,
        "persons": sum(1 for pn, _ in persons.values() if pn),
        "possible": sum(u.possible for u in measured),
        "unobserved": sum(u.unobserved for u in measured),
    }
    if part.value != "median":
        cell |= {"numerator": x, "numerator_persons": sum(1 for _, px in persons.values() if px)}
    if part.value == "share":
        cell["complement_persons"] = sum(1 for pn, px in persons.values() if pn > px)
    sizes = [u.size for u in measured if u.size is not None]
    if part.value == "median":
        tenth = key[1] == "upper_tenth" and len(sizes) > 1
        cell["value"] = quantiles(sizes, n=10, method="inclusive")[8] if tenth else median(sizes) if sizes else None
    if part.value == "ratio":
        cell["value"] = part.per * x / n if n else None
    if MEASURES[key[0]].process:
        cell["workers"] = len({u.worker for u in measured if u.worker})
    return cell


def units(world: World) -> Iterator[Unit]:
    """Every unit of every measure in every group."""
    all_members = twin.members(world)
    for m in all_members:
        yield from release_rates(world, m)
    for m in all_members:
        if m.cohort == "programme":
            yield from before_release(world, m)
            yield from contacts_before(world, m)
            yield from documents(world, m)
        if m.cohort in MEASURES["post_release_death"].cohorts:
            yield from deaths(world, m)
    yield from missed(world)
    yield from dose(world)
    yield from needs(world)
    yield from agreements(world)
    yield from visits(world)
    yield from families(world)
    yield from complaints(world)
    yield from twin_care.units(world)
    yield from twin_access.units(world)
    yield from twin_exposure.units(world)
    yield from twin_instruments.units(world)


def release_rates(world: World, m: Member) -> Iterator[Unit]:
    for measure in MEASURES.values():
        if (
            m.cohort not in measure.cohorts
            or measure.event not in EVENTS
            or (measure.subset and not in_subset(world, m, measure))
        ):
            continue
        ladder = [w for w in measure.windows if measure.detail_to is None or w <= measure.detail_to]
        windows = [("own", w, w) for w in measure.windows]
        windows += [("ladder", w, max(ladder)) for w in ladder] if len(ladder) > 1 else []
        for cell_set, window, needed in windows:
            yield from release_units(world, m, measure, cell_set, window, needed + measure.proof_lag)


def in_subset(world: World, m: Member, measure: Measure) -> bool:
    if measure.subset == "conditional":
        return m.conditional
    kind = {"treated_in_prison": None, "opioid_agonist_in_prison": "opioid_agonist"}[measure.subset]
    return twin.in_prison(world, m, kind) is not None


def release_units(world: World, m: Member, measure: Measure, cell_set: str, window: int, needed: int) -> Iterator[Unit]:
    seen = world.custody_to
    if measure.event.startswith("reconviction"):
        convictions = twin.convictions_seen(world)
        if not convictions:
            return
        seen = min(seen, convictions[1])
        answer = twin.judge_reconviction(world, m, measure.event, window, measure.proof_lag)
    elif measure.event.startswith("return"):
        answer = twin.judge_return(world, m, measure.event, window)
    else:
        answer = twin.judge_continuity(world, m, measure.id, measure.tables, window)
    whole = (seen - m.quarter.last_day).days >= needed
    state = "not_collected" if answer == "not_collected" else "measured" if whole else "too_early"
    doubt, unseen = int(answer in ("possible", "unobserved")), int(answer == "unobserved")
    repeats = measure.kind == "count"
    x = twin.returns_within(world, m, measure.event, window) if repeats else int(answer == "event")
    groups = member_groups(world, m)
    for key in spread(measure.id, groups, cohort=m.cohort, cell_set=cell_set, window=window):
        yield Unit(key, m.person, state, 1, x, doubt, unseen)
    for why in CAUSES if measure.id == "cause_of_return" else ():
        key = (measure.id, "", m.cohort, cell_set, window, "reason", why)
        yield Unit(key, m.person, state, 1, int(x and why == twin.first_cause(world, m)), doubt, unseen)


def before_release(world: World, m: Member) -> Iterator[Unit]:
    release = next(r for r in world.rows("release", release_id=m.id))
    term = [
        c
        for c in twin.cases(world, "through_the_gate")
        if c["person_id"] == m.person and release["spell_admission_date"] <= c["agreement_date"] <= m.start
    ]
    assert m.partner
    whole = m.quarter.last_day <= world.custody_to
    for measure, component in (
        ("plan_ready", ""),
        ("lead_time", ""),
        ("lead_time", "under_30"),
        ("unplanned_release_share", ""),
    ):
        tables = [t for t in MEASURES[measure].tables if t != "custody_stay"]
        delivered = world.coverage(m.partner, tables) is not None
        state = "not_collected" if not delivered else "measured" if whole else "too_early"
        lead = max(
            (m.start - min(c.get("first_contact_date") or c["agreement_date"], c["agreement_date"])).days for c in term
        )
        x = {
            "plan_ready": any(c.get("release_plan_date") and c["release_plan_date"] <= m.start for c in term),
            "lead_time": lead < 30,
            "unplanned_release_share": m.planned == "unplanned",
        }[measure]
        unknown = measure == "unplanned_release_share" and m.planned not in ("planned", "unplanned")
        size = lead if (measure, component) == ("lead_time", "") else None
        for key in spread(measure, member_groups(world, m), component=component):
            yield Unit(key, m.person, state, 1, int(x), int(unknown), 0, size, m.manager)


def contacts_before(world: World, m: Member) -> Iterator[Unit]:
    days = [m.start - timedelta(n) for n in range(1, 61)]
    mine = [s for s in world.tables.get("service", ()) if twin.service_person(world, s) == m.person]
    count = sum(
        twin.is_direct_contact(s) and s["service_date"] in days for s in mine if s["service_date"] <= world.seen_to
    )
    yield from doubtful(world, m, "pre_release_contacts", count >= 2, False, (days[-1], days[0]), 0)


def documents(world: World, m: Member) -> Iterator[Unit]:
    (release,) = world.rows("release", release_id=m.id)
    last_day = m.start + timedelta(7)
    known = [
        s
        for s in world.rows("living_status", person_id=m.person)
        if release["spell_admission_date"] <= s["status_date"] <= min(last_day, world.seen_to)
    ]
    newest = max((s["status_date"] for s in known), default=None)
    answers = sorted(
        (s["partner"], [-ord(c) for c in s["status_id"]], s["documents"] or "")
        for s in known
        if s["status_date"] == newest
    )
    answer = answers[0][2] if answers else ""
    yield from doubtful(
        world, m, "documents_at_release", answer == "yes", answer not in ("yes", "no"), (m.start, last_day), 7
    )


def doubtful(
    world: World, m: Member, measure: str, yes: bool, unknown: bool, needed: tuple[date, date], lag: int
) -> Iterator[Unit]:
    """A unit that its partner's coverage leaves in doubt unless it is confirmed."""
    assert m.partner
    seen = world.coverage(m.partner, MEASURES[measure].tables)
    whole = (world.custody_to - m.quarter.last_day).days >= lag
    state = "not_collected" if seen is None else "measured" if whole else "too_early"
    unseen = seen is not None and not yes and (seen[0] > needed[0] or seen[1] < needed[1])
    for key in spread(measure, member_groups(world, m)):
        yield Unit(key, m.person, state, 1, int(yes), int(unknown or unseen), int(unseen), worker=m.manager)


def deaths(world: World, m: Member) -> Iterator[Unit]:
    found = world.rows("coverage", table_name="death")
    if not found:
        return
    seen_to = min([world.custody_to, world.seen_to, *(r["covered_to"] for r in found)])
    end = twin.observed_to(world, m)
    died = [d["death_date"] for d in world.rows("death", person_id=m.person)]
    died += [
        s["release_date"]
        for s in world.rows("stay", person_id=m.person, release_reason="death")
        if s["spell_number"] > m.spell
    ]
    back = [
        s["admission_date"]
        for s in twin.later_stays(world, m)
        if twin.qualifies("return_to_custody", s, m.start) == "yes"
    ]
    for component in MEASURES["post_release_death"].components:
        first, last = (int(n) for n in component.split("_")[1:])
        days = [m.start + timedelta(n) for n in range(first, last + 1)]
        free = [day for day in days if day <= end and not any(b <= day for b in back)]
        whole = (seen_to - m.quarter.last_day).days >= last
        state = (
            "not_collected" if max(r["covered_from"] for r in found) > m.start else "measured" if whole else "too_early"
        )
        for key in spread("post_release_death", {}, component=component, cohort=m.cohort):
            yield Unit(key, m.person, state, len(free), int(end in died and end in free))


def missed(world: World) -> Iterator[Unit]:
    for s, person, cohort, case in services(world):
        held = s.get("attendance") == "attended" and s.get("direct")
        if s.get("recipient") in ("client", "client_and_family") and (held or s.get("attendance") == "missed"):
            state = quarter_state(world, "missed_share", s["partner"], Quarter.of(s["service_date"]))
            for key in spread("missed_share", {"partner": s["partner"]}, cohort=cohort):
                yield Unit(
                    key, person or "", state, 1, int(s["attendance"] == "missed"), worker=case.get("case_manager_id")
                )


def dose(world: World) -> Iterator[Unit]:
    for cohort in OF_COHORT:
        months = client_months(world, cohort)
        for (partner, person, year, month), manager in months.items():
            quarter = Quarter.of(date(year, month, 1))
            for component in MEASURES["dose"].components:
                for key in spread(
                    "dose", {"partner": partner, "quarter": str(quarter)}, component=component, cohort=cohort
                ):
                    yield Unit(key, person, quarter_state(world, "dose", partner, quarter), 1, 0, worker=manager)
        for s, client, own, case in services(world):
            day = s["service_date"]
            if own != cohort or (s["partner"], client, day.year, day.month) not in months:
                continue
            if s.get("attendance") not in (None, "attended"):
                continue
            direct = s.get("direct") and s.get("recipient") in ("client", "client_and_family")
            part = "family" if s.get("recipient") == "family" else "direct" if direct else "indirect"
            state = quarter_state(world, "dose", s["partner"], Quarter.of(day))
            groups = {"partner": s["partner"], "quarter": str(Quarter.of(day))}
            worker, minutes = case.get("case_manager_id"), s.get("minutes")
            assert client
            for key in spread("dose", groups, component=f"contacts_{part}", cohort=cohort):
                yield Unit(key, client, state, 0, 1, worker=worker)
            for key in spread("dose", groups, component=f"minutes_{part}", cohort=cohort):
                yield Unit(key, client, state, 0, minutes or 0, 0, int(minutes is None), worker=worker)


def raised_needs(world: World) -> Iterator[tuple[Row, Row]]:
    for need in world.tables.get("need", ()):
        case = next(iter(world.rows("case", partner=need["partner"], case_id=need["case_id"])))
        if need["raised_date"] <= min(world.seen_to, world.quarter.last_day) and not world.withdrawn(case["person_id"]):
            yield need, case


def needs(world: World) -> Iterator[Unit]:
    raised: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for need, case in raised_needs(world):
        cohort, quarter = cohort_of(case["programme"]), Quarter.of(need["raised_date"])
        raised[cohort, case["partner"], case["person_id"]].add(need["domain"])
        groups = {"partner": case["partner"], "quarter": str(quarter), "domain": need["domain"]}
        still_open = int((need.get("outcome") or "open") == "open")
        for component in ("met", "partly_met"):
            for key in spread("needs", groups, component=component, cohort=cohort):
                state = quarter_state(world, "needs", case["partner"], quarter)
                met = int(need.get("outcome") == component)
                yield Unit(key, case["person_id"], state, 1, met, still_open, worker=case.get("case_manager_id"))
    domains = {d for found in raised.values() for d in found}
    for cohort in OF_COHORT:
        clients: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for c in agreed(world, cohort):
            clients[c["partner"], c["person_id"]].append(c)
        for (partner, person), own in clients.items():
            quarter = min(Quarter.of(c["agreement_date"]) for c in own)
            worker = min((c["case_manager_id"] for c in own if c.get("case_manager_id")), default=None)
            state, mine = quarter_state(world, "needs", partner, quarter), raised[cohort, partner, person]
            for key in spread(
                "needs", {"partner": partner, "quarter": str(quarter)}, component="raised", cohort=cohort
            ):
                yield Unit(key, person, state, 1, int(bool(mine)), worker=worker)
            for domain in domains:
                key = ("needs", "raised", cohort, "own", None, "domain", domain)
                yield Unit(key, person, state, 1, int(domain in mine), worker=worker)


def agreements(world: World) -> Iterator[Unit]:
    found = []
    for cohort in OF_COHORT:
        for c in agreed(world, cohort):
            ended = c.get("end_date") and c["end_date"] <= min(world.seen_to, world.quarter.last_day)
            reason = (c.get("end_reason") or "unknown") if ended else None
            quarter = Quarter.of(c["agreement_date"])
            groups = {"partner": c["partner"], "prison": c.get("prison") or "unknown", "quarter": str(quarter)}
            found.append((cohort, c["person_id"], c["partner"], quarter, groups, reason, c.get("case_manager_id")))
    yield from by_reason(world, "agreements", "end_reason", found)


def visits(world: World) -> Iterator[Unit]:
    found = []
    for s, person, cohort, case in services(world):
        if s.get("setting") != "prison" or s.get("attendance") is None or s.get("recipient") == "authority":
            continue
        if s["attendance"] == "attended" and not s.get("direct"):
            continue
        reason = (s.get("cancel_reason") or "unknown") if s["attendance"] == "cancelled_by_prison" else None
        quarter = Quarter.of(s["service_date"])
        prison = s.get("prison") or case.get("prison") or "unknown"
        groups = {"partner": s["partner"], "prison": prison, "quarter": str(quarter)}
        found.append((cohort, person, s["partner"], quarter, groups, reason, case.get("case_manager_id")))
    yield from by_reason(world, "cancelled_by_prison_share", "reason", found)


def by_reason(world: World, measure: str, name: str, found: list[tuple[Any, ...]]) -> Iterator[Unit]:
    reasons = sorted({row[5] for row in found if row[5]})
    for cohort, person, partner, quarter, groups, reason, worker in found:
        state = quarter_state(world, measure, partner, quarter)
        for key in spread(measure, groups, cohort=cohort):
            yield Unit(key, person, state, 1, int(reason is not None), worker=worker)
        for each in reasons:
            key = (measure, "", cohort, "own", None, name, each)
            yield Unit(key, person, state, 1, int(reason == each), worker=worker)


def families(world: World) -> Iterator[Unit]:
    clients: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for c in agreed(world, "romodrom"):
        clients[c["partner"], c["person_id"]].append(c)
    for (partner, person), own in clients.items():
        if not world.rows("family_member", partner=partner, person_id=person):
            continue
        worker = min((c["case_manager_id"] for c in own if c.get("case_manager_id")), default=None)
        starts: dict[str, date | None] = {"family_contact": min(c["agreement_date"] for c in own)}
        after = [
            r["release_date"]
            for r in twin.releases(world)
            if r["person_id"] == person
            and any(r["spell_admission_date"] <= c["agreement_date"] <= r["release_date"] for c in own)
        ]
        starts["family_visit_7d"] = min(after, default=None)
        for measure, start in starts.items():
            if start:
                yield from family(world, measure, partner, person, start, worker)


def family(world: World, measure: str, partner: str, person: str, start: date, worker: str | None) -> Iterator[Unit]:
    window, quarter = MEASURES[measure].windows[0], Quarter.of(start)
    seen = world.coverage(partner, MEASURES[measure].tables)
    if seen is None or start < seen[0]:
        state = "not_collected"
    else:
        state = "measured" if (seen[1] - quarter.last_day).days >= window else "too_early"
    served = [
        s
        for s in world.rows("service", partner=partner, attendance="attended")
        if twin.service_person(world, s) == person
        and s["service_date"] <= world.seen_to
        and 0 <= (s["service_date"] - start).days <= window
    ]
    family_codes = {"family_contact", "family_work", "fieldwork_in_family"}
    if measure == "family_visit_7d":
        x = any(s["service_code"] == "fieldwork_in_family" for s in served)
    else:
        x = any(
            s.get("recipient") in ("family", "client_and_family") or s["service_code"] in family_codes for s in served
        )
    for key in spread(measure, {"partner": partner, "quarter": str(quarter)}, cohort="romodrom", window=window):
        yield Unit(key, person, state, 1, int(x), worker=worker)


def complaints(world: World) -> Iterator[Unit]:
    rows = [
        m for m in world.tables.get("complaint", ()) if m["received_date"] <= min(world.seen_to, world.quarter.last_day)
    ]
    channels = {m["channel"] for m in world.tables.get("complaint", ()) if m["received_date"] <= world.seen_to}
    for cohort in OF_COHORT:
        clients: dict[tuple[str, str], set[Quarter]] = defaultdict(set)
        for partner, person, year, month in client_months(world, cohort):
            clients[partner, person].add(Quarter.of(date(year, month, 1)))
        for (partner, person), quarters in clients.items():
            states = {q: quarter_state(world, "complaints", partner, q) for q in quarters}
            for q, state in states.items():
                yield Unit(("complaints", "", cohort, "own", None, "quarter", str(q)), person, state)
            whole = next(s for s in ("measured", "too_early", "not_collected") if s in states.values())
            for name, value in [("all", ""), ("partner", partner), *(("channel", c) for c in channels)]:
                yield Unit(("complaints", "", cohort, "own", None, name, value), person, whole)
    for m in rows:
        own = [c for p in OF_COHORT.values() for c in twin.cases(world, p) if c["partner"] == m["partner"]]
        if own:
            yield from complaint(world, m, cohort_of(max(c["programme"] for c in own)))


def complaint(world: World, m: Row, cohort: str) -> Iterator[Unit]:
    quarter = Quarter.of(m["received_date"])
    state = quarter_state(world, "complaints", m["partner"], quarter)
    resolved = m.get("resolved_date")
    known = resolved and resolved <= min(world.seen_to, world.quarter.last_day)
    days = (resolved - m["received_date"]).days if known else None
    someone = f"complaint/{m['partner']}/{m['complaint_id']}"
    groups: Iterable[tuple[str, str]] = [("all", ""), ("partner", m["partner"]), ("quarter", str(quarter))]
    for name, value in groups:
        yield Unit(("complaints", "", cohort, "own", None, name, value), someone, state, 0, 1)
        yield Unit(("complaints", "days_to_resolve", cohort, "own", None, name, value), someone, state, 1, 0, size=days)
    yield Unit(("complaints", "", cohort, "own", None, "channel", m["channel"]), someone, state, 0, 1)
