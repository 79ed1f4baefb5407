"""SQL and a slow twin agree on random histories; splitting a stay in two changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.core_tables import build, deliver, insert, warehouse
from tests.support.spells_twin import Spell, Stay, spells

START = date(2021, 1, 1)
REASONS = ["new_sentence", "remand", "transfer_in", "return_from_absence", "unknown"]
ENDINGS = ["end_of_sentence", "remand_ended", "transfer_out", "temporary_absence", "escape", "unknown"]
History = list[Stay]
QUIET = list(HealthCheck)
# Many people per build, and no shrinking: a failing comparison already names the person.
BUILDS = settings(
    max_examples=4, deadline=None, suppress_health_check=QUIET, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)


@st.composite
def histories(draw: st.DrawFn, *, days: int = 12, orderly: bool = False) -> History:
    """Stays of one person on few days, so that touching, nesting, ties and equal stays are frequent."""
    stays: History = []
    after = 0
    for number in range(draw(st.integers(1, 6))):
        begins = draw(st.integers(after, after + 6) if orderly else st.integers(0, days))
        length = draw(st.one_of(st.integers(0, 6), st.none() if not orderly else st.integers(0, 6)))
        after = begins + (length or 0)
        admission = START + timedelta(days=begins)
        stays.append(
            Stay(
                stay_id=f"s{draw(st.integers(0, 9))}{number}",
                prison=draw(st.sampled_from(["kurim", "plzen"])),
                admission=admission,
                reason=draw(st.sampled_from(REASONS)),
                release=None if length is None else admission + timedelta(days=length),
                ending=None if length is None else draw(st.sampled_from(ENDINGS)),
            )
        )
    return stays


def custody_warehouse(people: list[History]) -> duckdb.DuckDBPyConnection:
    """A warehouse with the stays of many people."""
    con = warehouse()
    deliver(con, "d1")
    names = ("prison", "admission_date", "admission_reason", "release_date", "release_reason")
    stays = [
        {"stay_id": f"{n}/{s.stay_id}", "person_id": f"{n:03}"}
        | dict(zip(names, (s.prison, s.admission, s.reason, s.release, s.ending), strict=True))
        for n, history in enumerate(people)
        for s in history
    ]
    insert(con, "custody_stay", "d1", stays)
    return con


def from_sql(people: list[History]) -> tuple[list[Any], list[Any], list[Any]]:
    """Spells, effective stays and releases of many people, built in one go."""
    con = custody_warehouse(people)
    build(con)
    spell = con.execute(
        "select cast(person_id as integer), spell_number, admission_date, admission_reason, release_date,"
        " coalesce(release_reason, ''), release_kind, prison from core.spell order by all"
    ).fetchall()
    stay = con.execute(
        "select cast(person_id as integer), spell_number, position, split_part(stay_id, '/', 2), admission_reason,"
        " release_date, coalesce(release_reason, '') from core.stay order by 1, 2, 3"
    ).fetchall()
    release = con.execute(
        "select release_id, release_date, release_kind, prison from core.release order by 1"
    ).fetchall()
    con.close()
    return spell, stay, release


def spell_row(person: int, number: int, spell: Spell) -> tuple[Any, ...]:
    first, last = spell.stays[0], spell.last
    return (
        person,
        number,
        first.admission,
        first.reason,
        last.release,
        last.ending or "",
        spell.kind,
        last.prison,
    )


def stay_rows(person: int, number: int, spell: Spell) -> list[tuple[Any, ...]]:
    return [
        (person, number, position, s.stay_id, s.reason, s.release, s.ending or "")
        for position, s in enumerate(spell.stays, 1)
    ]


@BUILDS
@given(st.lists(histories(), min_size=60, max_size=80))
def test_spells_equal_their_twin(people: list[History]) -> None:
    compare(people)


@pytest.mark.slow
@settings(BUILDS, max_examples=60)
@given(st.lists(histories(days=40), min_size=60, max_size=80))
def test_spells_equal_their_twin_on_thousands_of_histories(people: list[History]) -> None:
    compare(people)


def compare(people: list[History]) -> None:
    twin = [(n, i, s) for n, history in enumerate(people) for i, s in enumerate(spells(history), 1)]
    spell, stay, release = from_sql(people)
    assert spell == [spell_row(*each) for each in twin]
    assert stay == [row for each in twin for row in stay_rows(*each)]
    assert {row[0] for row in release} == {f"{n:03}-{i}" for n, i, s in twin if s.kind in ("sentence", "remand")}


def prison_on(history: History, day: date) -> str | None:
    """Of the stays that go on on a day the one that began last."""
    ordered = [s for spell in spells(history) for s in spell.stays]
    return next(
        (s.prison for s in reversed(ordered) if s.admission <= day and (not s.release or day < s.release)), None
    )


@settings(BUILDS, max_examples=2)
@given(st.lists(histories(), min_size=40, max_size=40))
def test_the_prison_of_a_service_is_that_of_the_stay_begun_last(people: list[History]) -> None:
    days = [START + timedelta(days=n) for n in range(20)]
    con = custody_warehouse(people)
    deliver(con, "a1", "partner_a", covers=("service",))
    insert(
        con,
        "service",
        "a1",
        [
            {"service_id": f"{n}/{day}", "person_id": f"{n:03}", "service_date": day}
            for n in range(len(people))
            for day in days
        ],
    )
    build(con)
    found = dict(con.execute("select service_id, prison from core.service").fetchall())
    assert found == {f"{n}/{day}": prison_on(history, day) for n, history in enumerate(people) for day in days}


@BUILDS
@given(st.lists(histories(), min_size=30, max_size=40), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(people: list[History], random: Any) -> None:
    shuffled = [random.sample(history, len(history)) for history in people]
    assert from_sql(people) == from_sql(shuffled)


def split(history: History, which: int, at: int) -> History:
    """One closed stay as two, by a move on a day within it; every other stay begins before it or after that day."""
    stay = history[which % len(history)]
    others = [s.admission for s in history if s is not stay and s.admission >= stay.admission]
    if stay.release in (None, stay.admission) or stay.admission in others:
        return history
    assert stay.release
    latest = min([stay.release, *(other - timedelta(days=1) for other in others)])
    day = stay.admission + timedelta(days=at % ((latest - stay.admission).days + 1))
    first = replace(stay, release=day, ending="transfer_out")
    second = replace(stay, stay_id=stay.stay_id + "z", admission=day, reason="transfer_in")
    return [s for s in history if s is not stay] + [first, second]


def outline(history: History) -> list[tuple[Any, ...]]:
    return [spell_row(0, number, spell) for number, spell in enumerate(spells(history), 1)]


@settings(max_examples=600, deadline=None, suppress_health_check=QUIET)
@given(st.one_of(histories(), histories(orderly=True)), st.integers(0, 5), st.integers(0, 99))
def test_splitting_a_stay_changes_no_spell_by_the_words_of_the_rules(history: History, which: int, at: int) -> None:
    assert outline(split(history, which, at)) == outline(history)


@BUILDS
@given(st.lists(st.tuples(histories(), st.integers(0, 5), st.integers(0, 99)), min_size=40, max_size=60))
def test_splitting_a_stay_changes_no_spell_and_no_release(drawn: list[tuple[History, int, int]]) -> None:
    whole = from_sql([history for history, _, _ in drawn])
    parted = from_sql([split(*each) for each in drawn])
    assert parted[0] == whole[0]
    assert parted[2] == whole[2]
