"""Keys that a newer full extract has no longer are closed: which extract may close what, and what opens it again."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.unit.validated.conftest import Staged

DAY = date(2022, 2, 1)


def extract(staged: Staged, month: int, partner: str = "partner_xx", **values: Any) -> str:
    """A delivery of persons and services at the end of a month of 2023."""
    last = date(2023, month, 28)
    given = {"extract_date": last, "period_to": last, "tables": ["person", "service"]}
    return staged.delivery(f"{partner}-{month}", partner, **given | values)


def services(staged: Staged, delivery: str, *keys: str, **values: Any) -> None:
    if not staged.con.execute("select 1 from staging.person where delivery_id = ?", [delivery]).fetchall():
        staged.row("person", delivery, person_id="p")
    for key in keys:
        staged.row("service", delivery, service_id=key, person_id="p", **values)


def closed(staged: Staged) -> list[tuple[str, ...]]:
    staged.judge()
    return staged.con.execute(
        "select record_key, delivery_id, seen_in from validated.closed where table_name = 'service' order by all"
    ).fetchall()


def test_a_key_missing_from_the_next_full_extract_is_closed_kept_and_told(staged: Staged) -> None:
    services(staged, extract(staged, 1), "v1", "v2")
    services(staged, extract(staged, 2), "v1")
    assert closed(staged) == [("v2", "partner_xx-2", "partner_xx-1")]
    assert staged.con.execute("select count(*) from validated.service").fetchall() == [(2,)]
    told = (
        "select delivery_id, record_key, row_number from validated.finding where rule_id = 'missing_from_full_extract'"
    )
    assert staged.con.execute(told).fetchall() == [("partner_xx-2", "v2", None)]
    assert staged.con.execute("select sum(accepted), sum(duplicate) from validated.accounting").fetchall() == [(3, 2)]


def test_increments_and_corrections_close_nothing_and_partial_extracts_only_their_tables(staged: Staged) -> None:
    services(staged, extract(staged, 1), "v1", "v2")
    services(staged, extract(staged, 2, kind="increment"), "v3")
    services(staged, extract(staged, 3, kind="correction"), "v1", minutes=30)
    staged.row("person", extract(staged, 4, tables=["person"]), person_id="p")
    assert closed(staged) == []


def test_a_later_delivery_opens_a_closed_key_again_although_it_says_nothing_new(staged: Staged) -> None:
    services(staged, extract(staged, 1), "v1", "v2")
    services(staged, extract(staged, 2), "v1")
    services(staged, extract(staged, 3, kind="increment"), "v2")
    assert closed(staged) == []


def test_a_row_that_staging_or_a_rule_refused_is_not_missing(staged: Staged) -> None:
    services(staged, extract(staged, 1), "v1", "v2", "v3")
    again = extract(staged, 2)
    services(staged, again, "v1")
    services(staged, again, "v2", minutes=-5)
    staged.refuse("service", again, "v3", "impossible_date")
    assert closed(staged) == []


def test_a_refused_extract_and_an_empty_file_close_nothing(staged: Staged) -> None:
    services(staged, extract(staged, 1), "v1")
    services(staged, extract(staged, 2, period_to=date(2023, 12, 31)), "v2")
    staged.row("person", extract(staged, 3), person_id="p")
    assert closed(staged) == []


def test_two_extracts_of_one_day_stand_beside_each_other(staged: Staged) -> None:
    north, south = (
        extract(staged, 1),
        staged.delivery(
            "south", extract_date=date(2023, 1, 28), period_to=date(2023, 1, 28), tables=["person", "service"]
        ),
    )
    services(staged, north, "n1")
    services(staged, south, "s1")
    assert closed(staged) == []


def test_only_what_the_extract_would_have_to_contain_is_closed(staged: Staged) -> None:
    services(staged, extract(staged, 1), "old", service_date=date(2021, 5, 1))
    services(staged, "partner_xx-1", "gone", service_date=date(2022, 5, 1))
    services(staged, extract(staged, 2, period_from=date(2022, 1, 1)), "new", service_date=date(2023, 2, 1))
    assert closed(staged) == [("gone", "partner_xx-2", "partner_xx-1")]


def test_partners_do_not_close_each_others_keys(staged: Staged) -> None:
    services(staged, extract(staged, 1), "v1")
    services(staged, extract(staged, 2, "partner_yy"), "v2")
    assert closed(staged) == []


def test_stays_are_closed_in_the_prisons_of_the_extract_and_tables_without_prison_only_by_all_of_them(
    staged: Staged,
) -> None:
    both = {"tables": ["person", "custody_stay"]}
    first = extract(staged, 1, prisons=["brno", "kurim"], **both)
    for person, prison in (("p1", "brno"), ("p2", "kurim"), ("p3", "brno")):
        staged.row("person", first, person_id=person)
        staged.row("custody_stay", first, stay_id=f"s-{person}", person_id=person, prison=prison, admission_date=DAY)
    second = extract(staged, 2, prisons=["brno"], **both)
    staged.row("person", second, person_id="p1")
    staged.row("custody_stay", second, stay_id="s-p1", person_id="p1", prison="brno", admission_date=DAY)
    staged.judge()
    query = "select table_name, record_key from validated.closed order by all"
    assert staged.con.execute(query).fetchall() == [("custody_stay", "s-p3")]
    third = extract(staged, 3, **both)
    staged.row("person", third, person_id="p1")
    staged.row("custody_stay", third, stay_id="s-p1", person_id="p1", prison="brno", admission_date=DAY)
    staged.judge()
    assert staged.con.execute(query).fetchall() == [
        ("custody_stay", "s-p2"),
        ("custody_stay", "s-p3"),
        ("person", "p2"),
        ("person", "p3"),
    ]


def test_warnings_are_not_asked_of_closed_rows(staged: Staged) -> None:
    first = extract(staged, 1)
    services(staged, first, "late", service_date=date(2022, 7, 1))
    services(staged, first, "fine", service_date=date(2022, 1, 1))
    staged.row("death", first, person_id="p", death_date=date(2022, 6, 1), cause_group="unknown")
    staged.judge()
    assert ("after_death", "late") in staged.findings()
    services(staged, extract(staged, 2), "fine", service_date=date(2022, 1, 1))
    staged.judge()
    assert ("after_death", "late") not in staged.findings()
