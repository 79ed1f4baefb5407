"""Laws that hold for every history: ladders rise, groups add up, bounds contain the rate, order does not matter."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.disclosure.relations import hold
from pipeline.disclosure.rows import read_measures
from pipeline.outcomes import MEASURES, aalen_johansen
from pipeline.outcomes.curves import DayCount
from pipeline.warehouse import Connection
from tests.support.core_rows import measured
from tests.support.histories import World, worlds

CELL = "measure, component, cohort, cell_set, window_days"


def rows(con: Connection, query: str) -> list[tuple[Any, ...]]:
    return con.execute(query).fetchall()


def counts_obey_their_laws(con: Connection) -> None:
    falls = """
        select * from (
            select *, lag(numerator) over (
                partition by measure, component, cohort, group_by, group_value order by window_days) as before
            from outcomes.measure_cell where cell_set = 'ladder' and status = 'measured')
        where numerator < before"""
    assert rows(con, falls) == [], "on the same members a count never falls as the window grows"
    several = f"""
        select {CELL} from outcomes.measure_cell where cell_set = 'ladder' and status = 'measured'
        group by measure, component, cohort, cell_set, group_by, group_value, window_days
        having count(*) > 1"""
    assert rows(con, several) == []
    uneven = """
        select measure from outcomes.measure_cell where cell_set = 'ladder' and status = 'measured'
        group by measure, component, cohort, group_by, group_value having count(distinct denominator) > 1"""
    assert rows(con, uneven) == [], "a ladder stands on one set of members"
    outside = """
        select * from outcomes.measure_cell where status = 'measured' and (
            numerator < 0 or possible < 0 or too_early < 0 or unobserved > possible and measure <> 'dose'
            or (effective_n is not null and (numerator + possible > denominator or effective_n > denominator + 1e-9
                or numerator_persons > persons or complement_persons > persons
                or numerator_persons + complement_persons < persons)))"""
    assert rows(con, outside) == [], "bounds contain the rate and persons cover the cell"
    assert rows(con, "select * from outcomes.measure_cell where status <> 'measured' and numerator is not null") == []
    assert rows(con, "select * from outcomes.measure_cell where cohort = 'romodrom' and measure like 'return%'") == []


def groups_add_up_to_all(con: Connection) -> None:
    """Every grouping of units by something known on day 0 adds up; complaints are per person and need not."""
    apart = f"""
        with one as (select * from outcomes.measure_cell where group_by = 'all' and status = 'measured'),
        many as (
            select {CELL}, group_by, sum(coalesce(numerator, 0)) as x, sum(coalesce(denominator, 0)) as n,
                sum(too_early) as early, sum(coalesce(possible, 0)) as possible
            from outcomes.measure_cell
            where group_by in ('partner', 'prison', 'quarter', 'planned', 'drug_user', 'sex', 'age', 'citizenship',
                'region', 'state_before', 'landmark', 'complex_case') and measure <> 'complaints'
            group by {CELL}, group_by)
        select * from one inner join many
        using (measure, component, cohort, cell_set)
        where one.window_days is not distinct from many.window_days and (coalesce(one.numerator, many.x) <> many.x
            or one.denominator <> many.n or one.too_early <> many.early or one.possible <> many.possible)"""
    assert rows(con, apart) == []


def a_later_as_of_removes_no_event(con: Connection, world: World, as_of: date) -> None:
    events = (
        "select cohort, member_id, kind, days from outcomes.follow_up where status = 'event'"
        " and cohort in ('programme_per_release', 'all_releases')"
    )
    assert set(rows(measured(world, "2023Q2", as_of), events)) <= set(rows(con, events))


def order_of_rows_does_not_matter(con: Connection, world: World, seed: int) -> None:
    shuffled = {name: random.Random(seed).sample(list(found), len(found)) for name, found in world.items()}
    other = measured(shuffled)
    for table in ("cohort_member", "attrition", "follow_up", "measure_cell", "curve"):
        query = f"select * from outcomes.{table} order by all"
        assert rows(con, query) == rows(other, query), table


def curves_account_for_everybody(con: Connection) -> None:
    members = dict(rows(con, "select cohort, count(*) from outcomes.cohort_member group by cohort"))
    started = rows(con, "select count(*) from outcomes.follow_up where kind = 'retention' and event_number = 1")[0][0]
    found = rows(con, "select * from outcomes.curve where group_by = 'all' order by measure, cohort, day")
    for measure, cohort in {(row[0], row[1]) for row in found}:
        days = [DayCount(*row[4:]) for row in found if row[:2] == (measure, cohort)]
        left = started if measure == "retention" else members[cohort]
        for day in days:
            assert day.at_risk == left
            left -= day.events + day.competing + day.censored
        assert left == 0
        swapped = [DayCount(d.day, d.at_risk, d.competing, d.events, d.censored) for d in days]
        free = 1.0
        for event, other, day in zip(aalen_johansen(days), aalen_johansen(swapped), days, strict=True):
            free *= 1 - (day.events + day.competing) / day.at_risk
            assert abs(event.value + other.value + free - 1) < 1e-9, "incidences and the event-free share add up to one"


def outcomes_of_applications_add_up(con: Connection) -> None:
    """Each application has one outcome, each refused one a reason."""
    apart = """
        select component, cohort from outcomes.measure_cell
        where measure = 'applications' and status = 'measured' and group_by in ('all', 'outcome', 'reason')
            and component <> 'eligible'
        group by component, cohort
        having sum(case when group_by = 'all' then numerator else -numerator end) <> 0"""
    assert rows(con, apart) == []


def causes_of_return_add_up(con: Connection) -> None:
    """Each first return has one cause: counts add up in every window, incidences on every day."""
    apart = f"""
        select {CELL} from outcomes.measure_cell where measure = 'cause_of_return' and status = 'measured'
        group by {CELL} having sum(case when group_by = 'all' then numerator else -numerator end) <> 0"""
    assert rows(con, apart) == []
    found = rows(con, "select * from outcomes.curve where measure = 'cause_of_return' order by cohort, day")
    for cohort in {row[1] for row in found}:
        curves = [
            aalen_johansen([DayCount(*row[4:]) for row in found if row[1] == cohort and row[3] == cause])
            for cause in sorted({row[3] for row in found if row[1] == cohort})
        ]
        for whole, *parts in zip(*curves, strict=True):
            assert abs(whole.value - sum(part.value for part in parts)) < 1e-9


def what_the_attack_takes_as_true_between_measures_is_true(con: Connection) -> None:
    found = read_measures(con, MEASURES)
    untrue = {
        (held.relation.name, held.counted)
        for held in hold(found)
        if held.relation.always and sum(sign * found[row].exact[statistic] for (row, statistic), sign in held.terms) < 0
    }
    assert untrue == set()


def attrition_adds_up(con: Connection) -> None:
    """Each step holds those of the step before who were not removed; the last of programme is its complete members."""
    found = rows(con, "select * from outcomes.attrition order by cohort, step_number, reason")
    steps = {(row[0], row[1]): row for row in found if row[5] == ""}
    for (cohort, number), row in steps.items():
        lost = [r for r in found if r[:2] == (cohort, number) and r[5] != ""]
        assert sum(r[3] for r in lost) == row[6], (cohort, number)
        if number > 1:
            before = steps[cohort, number - 1]
            assert before[3] - row[3] == row[6]
            if before[4] is not None and cohort != "programme":
                assert before[4] - row[4] == sum(r[4] for r in lost)
    for cohort in ("programme", "comparison"):
        last = max(number for name, number in steps if name == cohort)
        members = rows(
            con,
            "select coalesce(max(denominator), 0) from outcomes.measure_cell where measure = 'return_to_prison'"
            f" and window_days = 365 and group_by = 'all' and cohort = '{cohort}'",
        )
        assert steps[cohort, last][3] == members[0][0]


def splitting_a_stay_changes_no_cell(con: Connection, world: World, which: int, after: int) -> None:
    """A stay cut in two at any day (transfer_out, transfer_in) is the same custody: no return or doubt moves."""
    stays = [dict(row) for row in world["stay"]]
    first = stays[which % len(stays)]
    cut = first["admission_date"] + timedelta(after)
    last = first.get("release_date") or date(2023, 7, 31)
    if cut >= last:
        return
    second = first | {"stay_id": first["stay_id"] + "b", "admission_date": cut, "admission_reason": "transfer_in"}
    first |= {"release_date": cut, "release_reason": "transfer_out"}
    query = "select * from outcomes.measure_cell order by all"
    assert rows(con, query) == rows(measured(world | {"stay": [*stays, second]}), query)


LAWS = (
    counts_obey_their_laws,
    groups_add_up_to_all,
    curves_account_for_everybody,
    outcomes_of_applications_add_up,
    causes_of_return_add_up,
    what_the_attack_takes_as_true_between_measures_is_true,
    attrition_adds_up,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    world=worlds(),
    as_of=st.sampled_from([date(2022, 3, 1), date(2022, 9, 30), date(2023, 7, 1)]),
    seed=st.integers(0, 1000),
    which=st.integers(0, 100),
    after=st.integers(1, 400),
)
def test_the_laws_hold(world: World, as_of: date, seed: int, which: int, after: int) -> None:
    """Every law on every history, which is measured once for all of them: that is what takes the time."""
    con = measured(world)
    for law in LAWS:
        law(con)
    a_later_as_of_removes_no_event(con, world, as_of)
    order_of_rows_does_not_matter(con, world, seed)
    splitting_a_stay_changes_no_cell(con, world, which, after)
