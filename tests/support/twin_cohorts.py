"""A slow twin of cohorts and follow-up, in plain Python from the written definitions and never from the SQL.

Rows are dictionaries whose days are dates; every function looks at one release or one person at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pipeline.outcomes import MEASURES
from pipeline.periods import Quarter

Row = Mapping[str, Any]
RETURN_REASONS = {"new_sentence", "revocation_of_conditional_release", "conversion_of_sanction", "earlier_offence"}
FREE_SETTINGS = {"gate", "community", "residential", "phone", "online"}


@dataclass(frozen=True)
class Member:
    """One member of one cohort with the groups known on day 0."""

    cohort: str
    id: str
    person: str
    start: date
    spell: int
    partner: str | None
    prison: str
    planned: str | None
    drug_user: str
    manager: str | None = None
    conditional: bool = False
    case: str | None = None

    @property
    def quarter(self) -> Quarter:
        return Quarter.of(self.start)


@dataclass
class World:
    """The core tables and what a run of one quarter may see of them."""

    tables: Mapping[str, Sequence[Row]]
    quarter: Quarter
    as_of: date | None
    custody_to: date = field(init=False)
    seen_to: date = field(init=False)

    def __post_init__(self) -> None:
        custody = self.tables["custody_coverage"][0]["covered_to"]
        self.custody_to = min(custody, self.as_of) if self.as_of else custody
        self.seen_to = self.as_of or self.custody_to

    def rows(self, name: str, **equal: Any) -> list[Row]:
        return [r for r in self.tables.get(name, ()) if all(r.get(k) == v for k, v in equal.items())]

    def withdrawn(self, person: str | None) -> bool:
        return any(p.get("consent_withdrawn_date") for p in self.rows("person", person_id=person))

    def coverage(self, partner: str, tables: Sequence[str]) -> tuple[date, date] | None:
        """First and last day on which all the tables were seen; None when one is not delivered."""
        found = [self.rows("coverage", source=partner, table_name=t) for t in tables]
        if not all(found):
            return None
        first = max(r["covered_from"] for rows in found for r in rows)
        last = min(r["covered_to"] for rows in found for r in rows)
        return first, min(last, self.seen_to)


def cases(world: World, programme: str) -> list[Row]:
    """Agreements of people who have not withdrawn consent."""
    found = world.rows("case", programme=programme)
    return [c for c in found if c.get("agreement_date") and not world.withdrawn(c["person_id"])]


def releases(world: World) -> list[Row]:
    """Releases from sentence that the run may speak of."""
    last = min(world.quarter.last_day, world.custody_to)
    found = world.rows("release", release_kind="sentence")
    return [r for r in found if r["release_date"] <= last and not world.withdrawn(r["person_id"])]


def is_direct_contact(service: Row) -> bool:
    client = service.get("recipient") in ("client", "client_and_family")
    return bool(service.get("direct")) and service.get("attendance") == "attended" and client


def case_is_open(world: World, case: Row, day: date) -> bool:
    """Open as known on that day: not ended, within 30 days of the planned end, a contact within 180 days."""
    if case.get("end_date") and case["end_date"] < day:
        return False
    if case.get("agreement_end_planned") and case["agreement_end_planned"] + timedelta(30) < day:
        return False
    return last_contact(world, case, day) + timedelta(180) >= day


def last_contact(world: World, case: Row, day: date) -> date:
    """The case's last direct contact by a day (a service that names no case is its client's since the agreement), else
    the agreement; the day itself when the partner delivers no services and so nothing says that contact has ceased."""
    if not world.rows("coverage", source=case["partner"], table_name="service"):
        return day
    contacts = [
        s["service_date"]
        for s in world.rows("service", partner=case["partner"])
        if is_direct_contact(s) and s["service_date"] <= day and belongs(s, case)
    ]
    return max(contacts, default=case["agreement_date"])


def belongs(service: Row, case: Row) -> bool:
    if service.get("case_id"):
        return bool(service["case_id"] == case["case_id"])
    same = service.get("person_id") == case["person_id"]
    return same and bool(service["service_date"] >= case["agreement_date"])


def member(world: World, cohort: str, release: Row, agreed: Row | None) -> Member:
    return Member(
        cohort,
        release["release_id"],
        release["person_id"],
        release["release_date"],
        release["spell_number"],
        agreed["partner"] if agreed else None,
        release.get("prison") or "unknown",
        release.get("planned"),
        release.get("drug_user") or "unknown",
        agreed.get("case_manager_id") if agreed else None,
        bool(release.get("conditional")),
        agreed["case_id"] if agreed else None,
    )


def members(world: World) -> list[Member]:
    """Members of the cohorts of releases."""
    found = []
    first_programme: set[str] = set()
    first_comparison: set[str] = set()
    study_from = max((c["covered_from"] for c in world.rows("coverage", table_name="custody_stay")), default=date.min)
    for r in sorted(releases(world), key=lambda r: (r["person_id"], r["release_date"], r["spell_number"])):
        own = [c for c in cases(world, "through_the_gate") if c["person_id"] == r["person_id"]]
        before = [c for c in own if c["agreement_date"] <= r["release_date"]]
        last_day = max((c["agreement_date"] for c in before), default=None)
        last = min(
            (c for c in before if c["agreement_date"] == last_day),
            key=lambda c: (c["partner"], c["case_id"]),
            default=None,
        )
        found.append(member(world, "all_releases", r, None))
        if any(c["agreement_date"] >= r["spell_admission_date"] for c in before):
            found.append(member(world, "programme_per_release", r, last))
            if r["person_id"] not in first_programme:
                first_programme.add(r["person_id"])
                found.append(member(world, "programme", r, last))
                if any(case_is_open(world, c, r["release_date"]) for c in before):
                    found.append(member(world, "programme_open", r, last))
        outside = not before and r.get("drug_user") == "yes" and r["release_date"] >= study_from
        if outside and r["person_id"] not in first_comparison:
            first_comparison.add(r["person_id"])
            found.append(member(world, "comparison", r, None))
    return found


def observed_to(world: World, m: Member) -> date:
    """The earliest of custody's coverage, death and deportation."""
    return min([world.custody_to, *departures(world, m)])


def left_for_good(world: World, m: Member) -> bool:
    """Whether death or deportation ends what can be seen of somebody."""
    return any(day <= world.custody_to for day in departures(world, m))


def departures(world: World, m: Member) -> list[date]:
    """Days of death and deportation after the release."""
    ended = [s for s in world.rows("stay", person_id=m.person) if s.get("release_date")]
    later = [s for s in ended if s["spell_number"] >= m.spell]
    deaths = [d["death_date"] for d in world.rows("death", person_id=m.person)]
    deaths += [s["release_date"] for s in later if s.get("release_reason") == "death"]
    by_stay = [s["release_date"] for s in later if s.get("release_reason") == "deportation"]
    by_case = [c["end_date"] for c in world.rows("case", person_id=m.person) if c.get("end_reason") == "deported"]
    seen = [d for d in by_stay if d and m.start <= d <= world.custody_to] or by_case
    return [d for d in (*deaths, *seen) if d and m.start <= d]


def later_stays(world: World, m: Member) -> list[Row]:
    end = observed_to(world, m)
    stays = world.rows("stay", person_id=m.person)
    return [s for s in stays if s["spell_number"] > m.spell and m.start < s["admission_date"] <= end]


NORDIC = {"prison", "house_arrest", "community_service", "suspended_supervised"}
CAUSES = {
    "revocation_of_conditional_release": "revocation",
    "conversion_of_sanction": "conversion",
    "earlier_offence": "earlier_offence",
}
CAUSE_OF_KIND = {
    "return_on_revocation": "revocation",
    "return_on_conversion": "conversion",
    "return_for_earlier_offence": "earlier_offence",
    "return_for_new_offence": "new_offence",
}


def cause(stay: Row, release: date) -> str:
    """Why somebody was admitted: one of the causes of return, else the reason itself."""
    if stay["admission_reason"] != "new_sentence":
        return CAUSES.get(stay["admission_reason"], stay["admission_reason"])
    if stay.get("offence_date") is None:
        return "not_known"
    return "new_offence" if stay["offence_date"] > release else "earlier_offence"


def qualifies(kind: str, stay: Row, release: date) -> str:
    """'yes', 'no' or 'unclassifiable' for one later stay under one definition of return."""
    reason = stay["admission_reason"]
    if kind == "return_to_custody":
        return "no" if reason in ("transfer_in", "return_from_absence") else "yes"
    if reason == "unknown":
        return "unclassifiable"
    if kind in ("return_to_prison", "return_to_prison_by_spell"):
        return "yes" if reason in RETURN_REASONS else "no"
    if kind == "return_on_remand":
        return "yes" if reason == "remand" else "no"
    why = cause(stay, release)
    if why == "not_known" and kind in ("return_for_new_offence", "return_for_earlier_offence"):
        return "unclassifiable"
    return "yes" if why == CAUSE_OF_KIND[kind] else "no"


def days_of(world: World, m: Member, kind: str, stay: Row) -> int:
    """The day on which a later stay counts: its own admission, or the first of the time in custody around it."""
    if kind != "return_to_prison_by_spell":
        return int((stay["admission_date"] - m.start).days)
    around = world.rows("stay", person_id=m.person, spell_number=stay["spell_number"])
    return int((min(s["admission_date"] for s in around) - m.start).days)


def first_cause(world: World, m: Member) -> str | None:
    """The cause of the first return to prison."""
    found = [s for s in later_stays(world, m) if qualifies("return_to_prison", s, m.start) == "yes"]
    first = min(found, key=lambda s: (s["admission_date"], s["stay_id"]), default=None)
    return cause(first, m.start) if first else None


def returns_within(world: World, m: Member, kind: str, window: int) -> int:
    """How many later spells begin a return of one definition within the window."""
    found = [s for s in later_stays(world, m) if qualifies(kind, s, m.start) == "yes"]
    return len({s["spell_number"] for s in found if (s["admission_date"] - m.start).days <= window})


def convictions_seen(world: World) -> tuple[date, date] | None:
    """First and last day on which convictions were seen."""
    found = world.rows("coverage", table_name="conviction")
    if not found:
        return None
    return max(r["covered_from"] for r in found), min([world.seen_to, *(r["covered_to"] for r in found)])


def proven_on(world: World, m: Member, kind: str, day: int) -> bool:
    """Whether an offence of one day after release was proven in time."""
    seen = convictions_seen(world)
    assert seen
    (window,), lag = MEASURES[kind].windows, MEASURES[kind].proof_lag
    nordic = kind == "reconviction_2y_nordic"
    offence = m.start + timedelta(day)
    return offence <= observed_to(world, m) and any(
        c["offence_date"] == offence
        and m.start < c["conviction_date"] <= min(seen[1], m.start + timedelta(window + lag))
        and (not nordic or c["sanction"] in NORDIC)
        for c in world.rows("conviction", person_id=m.person)
    )


def judge_reconviction(world: World, m: Member, kind: str, window: int, proof_lag: int) -> str:
    """'event', 'possible', 'unobserved' or 'no' under one definition of reconviction."""
    seen = convictions_seen(world)
    assert seen
    nordic = kind == "reconviction_2y_nordic"
    answers = {"no"}
    for c in world.rows("conviction", person_id=m.person):
        proven = m.start < c["conviction_date"] <= min(seen[1], m.start + timedelta(window + proof_lag))
        offence, sanction = c["offence_date"], c["sanction"]
        if not proven or (nordic and sanction in ("fine", "suspended", "other")):
            continue
        if offence and not m.start < offence <= min(m.start + timedelta(window), observed_to(world, m)):
            continue
        answers.add("event" if offence and (sanction or not nordic) else "possible")
    if "event" not in answers and seen[0] > m.start:
        return "unobserved"
    return next(a for a in ("event", "possible", "no") if a in answers)


def judge_return(world: World, m: Member, kind: str, window: int) -> str:
    """'event', 'possible', 'unobserved' or 'no' for one member, one definition, one window."""
    stays = later_stays(world, m)
    read = [(qualifies(kind, s, m.start), days_of(world, m, kind, s)) for s in stays]
    if any(answer == "yes" and days <= window for answer, days in read):
        return "event"
    if world.rows("custody_conflict", person_id=m.person):
        return "unobserved"
    if any(answer == "unclassifiable" and days <= window for answer, days in read):
        return "possible"
    resolved = any(answer == "yes" for answer, _ in read)
    day = m.start + timedelta(window)
    for s in stays:
        left = s.get("release_date")
        gone = left is not None and left <= world.custody_to and left <= day
        if (
            kind not in ("return_to_custody", "return_on_remand")
            and s.get("regime") == "remand"
            and s["admission_date"] <= day
            and not gone
        ):
            return "no" if resolved else "possible"
    return "no"


def continuity_days(world: World, m: Member, kind: str) -> list[int]:
    """Days of contact, or of treatment started or gone on with, after a release."""
    found: list[date] = []
    services = [s for s in world.tables.get("service", ()) if s["service_date"] <= world.seen_to]
    if kind == "oat_continued":
        ended = in_prison(world, m, "opioid_agonist")
        if ended is None:
            return []
        found = [
            t["start_date"]
            for t in world.rows("treatment", person_id=m.person, setting="community", treatment_type="opioid_agonist")
            if (t.get("end_date_exclusive") or date.max) > m.start and t["start_date"] <= observed_to(world, m)
        ]
        return sorted(max((day - ended).days, 0) for day in found)
    if kind == "contact_made":
        mine = [s for s in services if service_person(world, s) == m.person]
        found = [s["service_date"] for s in mine if is_direct_contact(s) and s.get("setting") in FREE_SETTINGS]
    else:
        for t in world.rows("treatment", person_id=m.person, setting="community"):
            if t["treatment_type"] == "aftercare":
                continue
            if t["start_date"] >= m.start:
                found.append(t["start_date"])
                continue
            found += [
                s["service_date"]
                for s in services
                if (s["partner"], s.get("treatment_id")) == (t["partner"], t["treatment_id"])
                and s["attendance"] == "attended"
            ]
    return sorted((d - m.start).days for d in found if m.start <= d <= observed_to(world, m))


def in_prison(world: World, m: Member, kind: str | None = None) -> date | None:
    """Last day, at most that of release, of treatment in prison open in the 30 days before; None without it."""
    ends = []
    for t in world.rows("treatment", person_id=m.person, setting="prison"):
        end = t.get("end_date_exclusive") or m.start
        if (
            (kind is None or t["treatment_type"] == kind)
            and t["start_date"] < m.start
            and end > m.start - timedelta(30)
        ):
            ends.append(min(end, m.start))
    return max(ends, default=None)


def service_person(world: World, service: Row) -> str | None:
    """The client that a service is for: its own, its case's, or the relative's."""
    if service.get("person_id"):
        return str(service["person_id"])
    for c in world.rows("case", partner=service["partner"], case_id=service.get("case_id")):
        return str(c["person_id"])
    for f in world.rows("family_member", partner=service["partner"], family_member_id=service.get("family_member_id")):
        return str(f["person_id"])
    return None


def judge_continuity(world: World, m: Member, measure: str, tables: Sequence[str], window: int) -> str:
    """'event', 'unobserved', 'not_collected' or 'no' for one member and window."""
    assert m.partner is not None
    if world.coverage(m.partner, tables) is None:
        return "not_collected"
    if any(0 <= day <= window for day in continuity_days(world, m, measure)):
        return "event"
    partners = {m.partner} | {
        c["partner"]
        for c in world.rows("case", person_id=m.person)
        if c.get("agreement_date")
        and c["agreement_date"] <= m.start
        and not (c.get("end_date") and c["end_date"] < m.start)
    }
    for partner in partners:
        seen = world.coverage(partner, tables)
        if seen is None:
            continue
        until = min(m.start + timedelta(window), observed_to(world, m))
        if seen[0] > m.start or seen[1] < until:
            return "unobserved"
    return "no"
