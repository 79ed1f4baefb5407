"""Twin of access and circumstances: applications, caseload, complaints explained, reach, paths."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from pipeline.outcomes import MEASURES
from pipeline.outcomes.define_access import FIRST_STAGES, path_steps
from pipeline.periods import Quarter
from tests.support import twin_cohorts as twin
from tests.support.twin_cohorts import Member, World
from tests.support.twin_units import (
    OF_COHORT,
    Unit,
    agreed,
    cohort_of,
    latest_status,
    living,
    managed_months,
    member_groups,
    quarter_state,
    spread,
)


def units(world: World) -> Iterator[Unit]:
    yield from applications(world)
    yield from caseload(world)
    yield from explained(world)
    for m in twin.members(world):
        if m.cohort == "all_releases":
            yield from reach(world, m)
        if m.cohort == "programme":
            yield from paths(world, m)


def applications(world: World) -> Iterator[Unit]:
    found = []
    for a in world.tables.get("application", ()):
        own = {c["programme"] for p in OF_COHORT.values() for c in twin.cases(world, p) if c["partner"] == a["partner"]}
        seen = a["application_date"] <= min(world.seen_to, world.quarter.last_day)
        if own and seen and not world.withdrawn(a.get("person_id")):
            found.append((a, cohort_of(max(own))))
    outcomes = {a["outcome"] for a, _ in found if a.get("outcome")}
    reasons = {a.get("reason") or "unknown" for a, _ in found if a.get("outcome") == "refused"}
    for a, cohort in found:
        quarter = Quarter.of(a["application_date"])
        state = quarter_state(world, "applications", a["partner"], quarter)
        who = a.get("person_id") or f"application/{a['partner']}/{a['application_id']}"
        groups = {"partner": a["partner"], "quarter": str(quarter)}
        answer, eligible = a.get("outcome"), a.get("eligible")
        why = (a.get("reason") or "unknown") if answer == "refused" else None
        for component, x, doubt in (
            ("", answer is not None, False),
            ("eligible", bool(eligible), eligible is None),
            ("refused", why is not None, answer is None),
        ):
            for key in spread("applications", groups, component=component, cohort=cohort):
                yield Unit(key, who, state, 1, int(x), int(doubt))
        for each in outcomes:
            key = ("applications", "", cohort, "own", None, "outcome", each)
            yield Unit(key, who, state, 1, int(answer == each), int(answer is None))
        for each in reasons:
            key = ("applications", "refused", cohort, "own", None, "reason", each)
            yield Unit(key, who, state, 1, int(why == each), int(answer is None))


def caseload(world: World) -> Iterator[Unit]:
    for cohort in OF_COHORT:
        workers = set()
        months = managed_months(world, cohort).items()
        for (partner, person, year, month), manager in ((key, name) for key, names in months for name in sorted(names)):
            quarter = Quarter(year, (month + 2) // 3)
            groups = {"partner": partner, "quarter": str(quarter)}
            state = quarter_state(world, "caseload", partner, quarter)
            for key in spread("caseload", groups, cohort=cohort):
                yield Unit(key, person, state, 0, 1, worker=manager)
                if (partner, manager, year, month) not in workers:
                    yield Unit(key, f"worker/{partner}/{manager}/{year}/{month}", state, 1, 0, worker=manager)
            workers.add((partner, manager, year, month))


def explained(world: World) -> Iterator[Unit]:
    for cohort in OF_COHORT:
        for c in agreed(world, cohort):
            quarter, told = Quarter.of(c["agreement_date"]), c.get("complaints_explained_date")
            state = quarter_state(world, "complaints_explained", c["partner"], quarter)
            x = bool(told and told <= c["agreement_date"])
            for key in spread(
                "complaints_explained", {"partner": c["partner"], "quarter": str(quarter)}, cohort=cohort
            ):
                worker = c.get("case_manager_id")
                yield Unit(key, c["person_id"], state, 1, int(x), int(told is None), worker=worker)


def reach(world: World, m: Member) -> Iterator[Unit]:
    prisons = world.rows("programme_prison", prison=m.prison)
    works = any(p["valid_from"] <= m.start and not (p.get("valid_to") and p["valid_to"] <= m.start) for p in prisons)
    if m.drug_user != "yes" or not works or not world.rows("coverage", table_name="case"):
        return
    (release,) = world.rows("release", release_id=m.id)
    (person,) = world.rows("person", person_id=m.person)
    born = person.get("birth_year")
    age = m.start.year - born if born else None
    bands = ((25, "under_25"), (35, "25_to_34"), (45, "35_to_44"), (200, "45_and_over"))
    groups = {name: person.get(name) or "unknown" for name in ("sex", "citizenship", "region")}
    groups |= {"prison": m.prison, "quarter": str(m.quarter)}
    groups["age"] = "unknown" if age is None else next(name for below, name in bands if age < below)
    own = [c for c in twin.cases(world, "through_the_gate") if c["person_id"] == m.person]
    x = any(release["spell_admission_date"] <= c["agreement_date"] <= m.start for c in own)
    state = "measured" if m.quarter.last_day <= world.custody_to else "too_early"
    for key in spread("reach", dict(groups), cohort="all_releases"):
        yield Unit(key, m.person, state, 1, int(x))


def paths(world: World, m: Member) -> Iterator[Unit]:
    (release,) = world.rows("release", release_id=m.id)
    assert m.partner
    seen_to = min(world.seen_to, world.custody_to)
    for measure, column, code_list in (("housing_path", "housing", "housing"), ("work_path", "work", "labour")):
        stage, grace = FIRST_STAGES[measure]
        begin = release["spell_admission_date"] if stage == "intake" else m.start
        first = latest_status(world, m.person, begin, min(m.start + timedelta(grace), seen_to), stage)
        seen = world.coverage(m.partner, MEASURES[measure].tables)
        for component, _, later_stage, last_day in path_steps(measure) if first else ():
            assert first
            later = latest_status(world, m.person, m.start, min(m.start + timedelta(last_day), seen_to), later_stage)
            after = living(code_list, later.get(column)) if later else "unknown"
            groups = member_groups(world, m) | {"state_before": living(code_list, first.get(column))}
            whole = seen and (min(world.custody_to, seen[1]) - m.quarter.last_day).days >= last_day
            state = "not_collected" if seen is None else "measured" if whole else "too_early"
            for key in spread(measure, groups, component=component):
                doubt, missing = int(after == "unknown"), int(later is None)
                yield Unit(key, m.person, state, 1, int(after == "stable"), doubt, missing, worker=m.manager)
