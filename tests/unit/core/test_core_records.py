"""Newest versions, persons across partners, withdrawn consent, planned releases, a service's prison."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.support.core_tables import Row, build, deliver, insert, rows, warehouse


def stay(stay_id: str, admission: str, release: str | None, **more: Any) -> Row:
    given = {
        "stay_id": stay_id,
        "person_id": "p",
        "prison": "kurim",
        "admission_date": admission,
        "admission_reason": "new_sentence",
        "release_date": release,
        "release_reason": release and "end_of_sentence",
    }
    return given | more


def case(case_id: str, agreed: str, **more: Any) -> Row:
    return {"case_id": case_id, "programme": "through_the_gate", "person_id": "p", "agreement_date": agreed} | more


def person(person_id: str, **more: Any) -> Row:
    return {"person_id": person_id, "sex": "unknown"} | more


def service(service_id: str, day: str, **more: Any) -> Row:
    return {
        "service_id": service_id,
        "person_id": "p",
        "service_date": day,
        "service_code": "counselling",
        "setting": "prison",
        "recipient": "client",
        "attendance": "attended",
        "direct": True,
    } | more


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    ready = warehouse()
    deliver(ready, "custody")
    deliver(ready, "a1", "partner_a", extract="2021-03-31", covers=("person", "case", "service", "need"))
    deliver(ready, "a2", "partner_a", extract="2021-06-30", covers=("person", "case", "service", "need"))
    deliver(ready, "b1", "partner_b", extract="2021-06-30", covers=("person", "case", "service", "need"))
    return ready


def test_newest_accepted_version_of_a_key_wins_whatever_came_first(con: duckdb.DuckDBPyConnection) -> None:
    deliver(con, "late", "partner_a", extract="2021-05-31", received="2024-02-01", covers=("case",))
    deliver(con, "refused", "partner_a", extract="2021-12-31", covers=("case",), verdict="refused")
    insert(con, "case", "a2", [case("c", "2021-01-01", prison="plzen")])
    insert(con, "case", "a1", [case("c", "2021-01-01", prison="kurim"), case("d", "2021-02-01")])
    insert(con, "case", "late", [case("c", "2021-01-01", prison="brno")])
    insert(con, "case", "refused", [case("c", "2021-01-01", prison="mirov")])
    insert(con, "case", "b1", [case("c", "2021-01-02", prison="odolov")])
    build(con)
    assert rows(con, 'select partner, case_id, prison from core."case"') == [
        ("partner_a", "c", "plzen"),
        ("partner_a", "d", None),
        ("partner_b", "c", "odolov"),
    ]


def test_within_a_delivery_the_later_file_then_the_later_row_wins(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "need", "a1", [{"need_id": "n", "case_id": "c", "outcome": o} for o in ("open", "met", "unmet")])
    con.execute("insert into landing.file values ('f1', 'a1', 1), ('f2', 'a1', 2)")
    con.execute("update validated.need set file_id = case outcome when 'open' then 'f2' else 'f1' end")
    build(con)
    assert rows(con, "select outcome from core.need") == [("open",)]
    con.execute("update validated.need set file_id = 'f1'")
    build(con)
    assert rows(con, "select outcome from core.need") == [("unmet",)]


def test_person_is_merged_by_pseudonym_custody_first(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "person", "custody", [person("p", sex="male", birth_year=1980, citizenship="cz")])
    insert(con, "person", "a1", [person("p", sex="female", birth_year=1981, region="CZ010", education="primary")])
    insert(con, "person", "b1", [person("p", region="CZ020"), person("q", sex="female", birth_year=1990)])
    insert(
        con, "custody_stay", "custody", [stay("s", "2021-01-01", None), stay("t", "2021-01-01", None, person_id="r")]
    )
    build(con)
    assert rows(con, "select * from core.person") == [
        ("p", 1, "male", 1980, "cz", "CZ010", "primary", True, 3, True, None),
        ("q", 2, "female", 1990, "unknown", "unknown", "unknown", False, 1, False, None),
        ("r", 3, "unknown", None, "unknown", "unknown", "unknown", True, 0, False, None),
    ]


@pytest.mark.parametrize(("year", "conflict"), [(1980, False), (1981, False), (1982, True), (None, False)])
def test_birth_years_more_than_one_apart_are_a_conflict(
    con: duckdb.DuckDBPyConnection, year: int | None, conflict: bool
) -> None:
    insert(con, "person", "a1", [person("p", birth_year=1980)])
    insert(con, "person", "b1", [person("p", birth_year=year)])
    build(con)
    assert rows(con, "select conflict from core.person") == [(conflict,)]
    counted = rows(con, "select number from core.joined_counts where what = 'persons_in_conflict'")
    assert counted == [(int(conflict),)]


def test_withdrawn_consent_removes_the_person_from_every_partner_and_is_counted(con: duckdb.DuckDBPyConnection) -> None:
    withdrawn = person("p", sex="male", region="CZ010", consent_withdrawn_date="2021-05-01")
    insert(con, "person", "custody", [person("p", sex="male")])
    insert(con, "person", "a1", [withdrawn, person("q", sex="male")])
    insert(con, "custody_stay", "custody", [stay("s", "2021-01-01", "2021-03-01")])
    insert(con, "case", "b1", [case("c", "2021-01-15"), case("d", "2021-01-15", person_id="q")])
    insert(con, "need", "b1", [{"need_id": "n", "case_id": "c"}, {"need_id": "m", "case_id": "d"}])
    insert(con, "family_member", "b1", [{"family_member_id": "w", "person_id": "p"}])
    family = {"person_id": None, "family_member_id": "w", "recipient": "family"}
    insert(
        con,
        "service",
        "b1",
        [
            service("1", "2021-02-01"),
            service("2", "2021-02-01", person_id=None, case_id="c"),
            service("3", "2021-02-01", **family),
            service("4", "2021-02-01", person_id="q", case_id="d"),
        ],
    )
    build(con)
    assert rows(con, 'select case_id from core."case"') == [("d",)]
    assert rows(con, "select need_id from core.need") == [("m",)]
    assert rows(con, "select service_id from core.service") == [("4",)]
    assert rows(con, "select * from core.family_member") == []
    assert rows(con, "select person_id from core.stay") == [("p",)]
    assert rows(con, "select sex, region, sources, consent_withdrawn_date from core.person where person_id = 'p'") == [
        ("male", "unknown", 1, "2021-05-01")
    ]
    counts = dict(rows(con, "select what, number from core.joined_counts"))
    assert counts["persons_consent_withdrawn"] == 1
    assert counts["cases_excluded_by_withdrawal"] == 1


def planned(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    build(con)
    return rows(con, "select planned, expected_date from core.release order by spell_number")


def test_first_delivery_of_a_case_makes_its_date_known_at_the_agreement(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "custody_stay", "custody", [stay("s", "2021-01-01", "2021-03-01")])
    insert(con, "case", "a1", [case("c", "2021-01-15", expected_release_date="2021-03-15")])
    assert planned(con) == [("planned", "2021-03-15")]


@pytest.mark.parametrize(
    ("agreed", "expected", "verdict"),
    [
        ("2021-01-30", "2021-03-15", "planned"),  # 30 days before, 14 days off
        ("2021-01-30", "2021-03-16", "unplanned"),
        ("2021-01-30", "2021-02-14", "unplanned"),  # 15 days early
        ("2021-01-31", "2021-03-01", "unknown"),  # known 29 days before
    ],
)
def test_thirty_days_and_fourteen_days(
    con: duckdb.DuckDBPyConnection, agreed: str, expected: str, verdict: str
) -> None:
    insert(con, "custody_stay", "custody", [stay("s", "2021-01-01", "2021-03-01")])
    insert(con, "case", "a1", [case("c", agreed, expected_release_date=expected)])
    assert planned(con)[0][0] == verdict


def test_a_later_value_is_known_from_its_extract_and_the_first_known_counts(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "custody_stay", "custody", [stay("s", "2021-01-01", "2021-09-01")])
    insert(con, "case", "a1", [case("c", "2021-01-15", expected_release_date="2022-01-01")])
    insert(con, "case", "a2", [case("c", "2021-01-15", expected_release_date="2021-09-01")])
    assert planned(con) == [("unplanned", "2022-01-01")]
    assert rows(con, "select expected_date, known_from from core.expected_date order by 2") == [
        ("2022-01-01", "2021-01-15"),
        ("2021-09-01", "2021-06-30"),
    ]
    counts = dict(rows(con, "select what, number from core.joined_counts"))
    assert counts["records_with_changed_expected_date"] == 1


def test_a_date_added_later_to_a_case_is_not_known_at_the_agreement(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "custody_stay", "custody", [stay("s", "2021-01-01", "2021-07-01")])
    insert(con, "case", "a1", [case("c", "2021-01-15")])
    insert(con, "case", "a2", [case("c", "2021-01-15", expected_release_date="2021-07-01")])
    assert planned(con) == [("unknown", None)]


def test_planned_date_of_a_stay_counts_from_its_extract_and_only_for_its_spell(con: duckdb.DuckDBPyConnection) -> None:
    deliver(con, "c1", extract="2021-01-31", period=("2020-01-01", "2021-01-31"))
    early = stay("s", "2021-01-01", None, planned_release_date="2021-03-05")
    insert(con, "custody_stay", "c1", [early])
    insert(
        con, "custody_stay", "custody", [stay("s", "2021-01-01", "2021-03-02"), stay("t", "2021-04-01", "2021-05-30")]
    )
    assert planned(con) == [("planned", "2021-03-05"), ("unknown", None)]


def test_an_agreement_of_an_earlier_spell_says_nothing_about_a_later_release(con: duckdb.DuckDBPyConnection) -> None:
    insert(
        con, "custody_stay", "custody", [stay("s", "2021-01-01", "2021-03-01"), stay("t", "2021-04-01", "2021-06-01")]
    )
    insert(con, "case", "a1", [case("c", "2021-01-15", expected_release_date="2021-03-01")])
    assert planned(con) == [("planned", "2021-03-01"), ("unknown", None)]


def test_service_takes_the_prison_of_the_stay_on_its_day_else_of_its_case(con: duckdb.DuckDBPyConnection) -> None:
    moved = {"release_reason": "transfer_out"}
    after = stay("t", "2021-02-01", "2021-03-01", prison="plzen", admission_reason="transfer_in")
    insert(con, "custody_stay", "custody", [stay("s", "2021-01-01", "2021-02-01", **moved), after])
    insert(con, "case", "a1", [case("c", "2021-01-15", prison="brno")])
    days = ["2021-01-01", "2021-02-01", "2021-02-28", "2021-03-01"]
    insert(con, "service", "a1", [service(str(n), day, case_id="c") for n, day in enumerate(days)])
    insert(con, "service", "a1", [service("9", "2021-03-01")])
    build(con)
    assert rows(con, "select service_id, prison from core.service order by 1") == [
        ("0", "kurim"),
        ("1", "plzen"),
        ("2", "plzen"),
        ("3", "brno"),
        ("9", None),
    ]


def test_of_stays_at_once_the_service_takes_the_one_begun_last_while_it_goes_on(con: duckdb.DuckDBPyConnection) -> None:
    inner = stay("t", "2021-02-01", "2021-03-01", prison="plzen")
    insert(con, "custody_stay", "custody", [stay("s", "2021-01-01", "2021-05-01"), inner])
    days = ["2021-01-31", "2021-02-01", "2021-03-01", "2021-05-01"]
    insert(con, "service", "a1", [service(str(n), day) for n, day in enumerate(days)])
    build(con)
    assert rows(con, "select service_id, prison from core.service order by 1") == [
        ("0", "kurim"),
        ("1", "plzen"),
        ("2", "kurim"),
        ("3", None),
    ]


def test_what_a_newer_full_extract_no_longer_has_counts_nowhere(con: duckdb.DuckDBPyConnection) -> None:
    expects = {"expected_release_date": "2021-03-01"}
    insert(con, "case", "a1", [case(name, "2021-01-15", **expects) for name in ("kept", "once", "twice")])
    insert(con, "case", "a2", [case("twice", "2021-01-15", **expects)])
    insert(con, "case", "b1", [case("once", "2021-01-15", **expects)])
    con.execute(
        "insert into validated.closed values ('case', 'partner_a', 'once', 'a2', 'a1'),"
        " ('case', 'partner_a', 'twice', 'a2', 'a2'), ('need', 'partner_a', 'kept', 'a2', 'a1')"
    )
    build(con)
    left = [("partner_a", "kept"), ("partner_b", "once")]
    assert rows(con, 'select partner, case_id from core."case"') == left
    assert rows(con, "select partner, record_id from core.expected_date order by 1") == left


def test_a_quarantined_stay_is_a_conflict_until_a_newer_version_mends_it(con: duckdb.DuckDBPyConnection) -> None:
    deliver(con, "mend", extract="2024-01-31")
    con.execute(
        "insert into validated.quarantine (table_name, delivery_id, record_key, person_id) values"
        " ('custody_stay', 'custody', 's', 'p'), ('custody_stay', 'custody', 't', 'q'), ('case', 'a1', 'c', 'r')"
    )
    insert(con, "custody_stay", "mend", [stay("s", "2021-01-01", None)])
    build(con)
    assert rows(con, "select person_id from core.custody_conflict") == [("q",)]


def test_prior_terms_and_drug_use_are_those_at_the_spells_admission(con: duckdb.DuckDBPyConnection) -> None:
    insert(
        con,
        "custody_stay",
        "custody",
        [
            stay("s", "2021-01-01", "2021-02-01", release_reason="status_change", drug_user="no"),
            stay("t", "2021-02-01", "2021-03-01", prior_terms=2, drug_user="yes"),
        ],
    )
    build(con)
    assert rows(con, "select prior_terms, drug_user from core.release") == [(2, "no")]


def test_building_twice_gives_the_same_and_counts_are_told(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "custody_stay", "custody", [stay("s", "2021-01-01", None), stay("t", "2021-02-01", "2021-03-01")])
    first = build(con)
    assert first["stay"] == 2
    assert first["spell"] == 2
    assert first["joined: open_stays_closed_as_unknown"] == 1
    assert build(con) == first
