"""What the twin's measures share: a unit of a measure, its groups, the state of a quarter, agreements and services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipeline.model.codes import code_lists
from pipeline.outcomes import MEASURES
from pipeline.periods import Quarter
from tests.support import twin_cohorts as twin
from tests.support.twin_cohorts import Member, Row, World

Key = tuple[str, str, str, str, int | None, str, str]
BREAKDOWNS = ("partner", "prison", "planned", "drug_user")
OF_COHORT = {"programme": "through_the_gate", "romodrom": "romodrom"}


@dataclass(frozen=True)
class Unit:
    """One unit below the line (n) and what it adds above it (x)."""

    key: Key
    person: str
    state: str
    n: int = 1
    x: int = 0
    possible: int = 0
    unobserved: int = 0
    size: float | None = None
    worker: str | None = None


def spread(measure: str, groups: dict[str, str | None], **key: Any) -> Iterator[Key]:
    """The keys of the cells that a unit belongs to."""
    key = {"component": "", "cohort": "programme", "cell_set": "own", "window": None} | key
    for name in MEASURES[measure].groups:
        value = "" if name == "all" else groups.get(name)
        if name in BREAKDOWNS and not MEASURES[measure].detailed(key["window"]):
            continue
        if value is not None:
            yield measure, key["component"], key["cohort"], key["cell_set"], key["window"], name, value


def member_groups(world: World, m: Member) -> dict[str, str | None]:
    own = {"partner": m.partner, "prison": m.prison, "planned": m.planned, "drug_user": m.drug_user}
    complexity = complex_case(world, m) if m.cohort == "programme" else None
    return own | {"quarter": str(m.quarter), "complex_case": complexity}


def complex_case(world: World, m: Member) -> str:
    """'yes', 'no' or 'unknown': released elsewhere, and without stable housing or with three or more prior terms."""
    (release,) = world.rows("release", release_id=m.id)
    (case,) = (c for c in world.rows("case", partner=m.partner, case_id=m.case))
    there, here = case.get("region_after_release") or "unknown", release.get("prison_region")
    outside = "unknown" if there == "unknown" or here is None else "yes" if there != here else "no"
    terms = release.get("prior_terms")
    last = latest_status(world, m.person, release["spell_admission_date"], m.start)
    home = living("housing", last.get("housing")) if last else "unknown"
    if (terms is not None and terms >= 3) or home == "unstable":
        hard = "yes"
    else:
        hard = "no" if terms is not None and home == "stable" else "unknown"
    if "no" in (outside, hard):
        return "no"
    return "yes" if (outside, hard) == ("yes", "yes") else "unknown"


def latest_status(world: World, person: str, first: date, last: date, stage: str | None = None) -> Row | None:
    """The last record of somebody's situation between two days; on one day by partner, then the highest id."""
    found = [
        s
        for s in world.rows("living_status", person_id=person)
        if first <= s["status_date"] <= last and stage in (None, s.get("stage"))
    ]
    newest = [s for s in found if s["status_date"] == max(r["status_date"] for r in found)]
    newest.sort(key=lambda s: s["status_id"], reverse=True)
    return min(newest, key=lambda s: s["partner"], default=None)


def living(code_list: str, code: str | None) -> str:
    """Stable, unstable or unknown."""
    return code_lists()[code_list].codes[code or "unknown"].extra.get("state") or "unknown"


def quarter_state(world: World, measure: str, partner: str, quarter: Quarter) -> str:
    seen = world.coverage(partner, MEASURES[measure].tables)
    if seen is None or quarter.first_day < seen[0]:
        return "not_collected"
    return "measured" if quarter.last_day <= seen[1] else "too_early"


def agreed(world: World, cohort: str) -> list[Row]:
    last = min(world.quarter.last_day, world.seen_to)
    return [c for c in twin.cases(world, OF_COHORT[cohort]) if c["agreement_date"] <= last]


def closed(world: World, case: Row) -> date:
    """The last day on which an agreement is open, as far as has been seen."""
    delivers = world.rows("coverage", source=case["partner"], table_name="service")
    ends = [twin.last_contact(world, case, world.seen_to) + timedelta(180) if delivers else date.max]
    ends += [case["end_date"]] if case.get("end_date") else []
    ends += [case["agreement_end_planned"] + timedelta(30)] if case.get("agreement_end_planned") else []
    return min(ends)


def client_months(world: World, cohort: str) -> dict[tuple[str, str, int, int], str | None]:
    """Client-months (partner, person, year, month) with the first case manager by name."""
    return {key: min(names, default=None) for key, names in managed_months(world, cohort).items()}


def managed_months(world: World, cohort: str) -> dict[tuple[str, str, int, int], set[str]]:
    """Client-months (partner, person, year, month) with all their case managers."""
    found: dict[tuple[str, str, int, int], set[str]] = defaultdict(set)
    for c in agreed(world, cohort):
        day, last = c["agreement_date"], min(closed(world, c), world.quarter.last_day)
        while day <= last:
            found[c["partner"], c["person_id"], day.year, day.month] |= {c["case_manager_id"]} - {None}
            day += timedelta(1)
    return found


def cohort_of(programme: str | None) -> str:
    return "romodrom" if programme == "romodrom" else "programme"


def programme_of(world: World, service: Row) -> str | None:
    for c in world.rows("case", partner=service["partner"], case_id=service.get("case_id")):
        return str(c["programme"])
    of_partner = {
        c["programme"]
        for programme in OF_COHORT.values()
        for c in twin.cases(world, programme)
        if c["partner"] == service["partner"]
    }
    return of_partner.pop() if len(of_partner) == 1 else None


def services(world: World) -> Iterator[tuple[Row, str | None, str, Row]]:
    """Services to the quarter's end with their person, cohort and case, of partners that have agreements at all."""
    for s in world.tables.get("service", ()):
        if not world.rows("case", partner=s["partner"]):
            continue
        person = twin.service_person(world, s)
        if s["service_date"] > min(world.seen_to, world.quarter.last_day) or world.withdrawn(person):
            continue
        case = next(iter(world.rows("case", partner=s["partner"], case_id=s.get("case_id"))), {})
        yield s, person, cohort_of(programme_of(world, s)), case
