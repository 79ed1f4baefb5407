"""What is new, still open and mended between a partner's deliveries; tolerances by share; completeness."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tests.unit.validated.conftest import Staged

WRONG, RIGHT = date(2024, 1, 1), date(2022, 2, 2)


def deliveries(staged: Staged, *kinds: str, partner: str = "partner_xx") -> None:
    """Deliveries 1, 2, … of one partner, a month apart, each of services."""
    for n, kind in enumerate(kinds, 1):
        staged.delivery(
            str(n),
            partner,
            kind=kind,
            tables=["person", "service"],
            extract_date=date(2023, n, 28),
            period_to=date(2023, n, 28),
            received_at=datetime(2023, n, 28),
        )


def service(staged: Staged, delivery: int, key: str, day: date, **values: Any) -> None:
    staged.row("service", str(delivery), service_id=key, person_id="p", service_date=day, **values)


def history(staged: Staged) -> list[tuple[Any, ...]]:
    return staged.con.execute(
        "select record_key, rule_id, opened_in, closed_in, closed_as from validated.finding_history order by all"
    ).fetchall()


def test_a_finding_of_an_increment_is_mended_only_when_its_record_comes_again(staged: Staged) -> None:
    deliveries(staged, "increment", "increment", "increment")
    staged.row("person", "1", person_id="p")
    service(staged, 1, "left", WRONG)
    service(staged, 1, "mended", WRONG)
    service(staged, 2, "other", RIGHT)
    service(staged, 3, "mended", RIGHT)
    staged.judge()
    assert history(staged) == [
        ("left", "after_extract_date", "1", None, None),
        ("mended", "after_extract_date", "1", "3", "mended"),
    ]


def test_a_full_extract_without_the_record_ends_its_finding_as_gone(staged: Staged) -> None:
    deliveries(staged, "full", "full", "full")
    for n in (1, 2, 3):
        staged.row("person", str(n), person_id="p")
    service(staged, 1, "a", WRONG)
    service(staged, 2, "a", WRONG)
    service(staged, 3, "b", RIGHT)
    staged.judge()
    assert history(staged) == [("a", "after_extract_date", "1", "3", "gone")]


def test_a_fault_that_comes_back_is_new_again(staged: Staged) -> None:
    deliveries(staged, "full", "full", "full")
    for n, day in ((1, WRONG), (2, RIGHT), (3, WRONG)):
        staged.row("person", str(n), person_id="p")
        service(staged, n, "a", day)
    staged.judge()
    assert history(staged) == [
        ("a", "after_extract_date", "1", "2", "mended"),
        ("a", "after_extract_date", "3", None, None),
    ]


def test_a_warning_goes_on_while_its_row_is_delivered_unchanged_and_ends_with_a_better_version(staged: Staged) -> None:
    deliveries(staged, "full", "full", "full")
    for n, setting in ((1, None), (2, None), (3, "prison")):
        staged.row("person", str(n), person_id="p")
        staged.row("living_status", str(n), status_id="s", person_id="p")
        staged.row(
            "case", str(n), case_id="c", person_id="p", end_date=RIGHT, end_reason="completed" if setting else None
        )
    staged.con.execute("update landing.delivery set tables = ['person', 'case', 'living_status']")
    staged.judge()
    found = [row for row in history(staged) if row[0] == "c"]
    assert found == [("c", "missing_conditional", "1", "3", "mended")]


def test_what_staging_cannot_read_says_nothing_of_other_rules(staged: Staged) -> None:
    deliveries(staged, "full", "full")
    for n in ("1", "2"):
        staged.row("person", n, person_id="p")
    service(staged, 1, "a", WRONG)
    staged.refuse("service", "2", "a", "unknown_code", "Kód")
    staged.judge()
    assert history(staged) == [
        ("a", "after_extract_date", "1", None, None),
        ("a", "unknown_code", "2", None, None),
    ]


def test_a_refused_delivery_neither_opens_nor_mends(staged: Staged) -> None:
    deliveries(staged, "full", "full")
    staged.row("person", "1", person_id="p")
    service(staged, 1, "a", WRONG)
    staged.con.execute("insert into staging.delivery_refused values ('2', 'partner_xx', 'trailer_total', '')")
    staged.judge()
    assert history(staged) == [("a", "after_extract_date", "1", None, None)]


def test_deliveries_of_others_are_not_compared(staged: Staged) -> None:
    deliveries(staged, "full")
    staged.row("person", "1", person_id="p")
    service(staged, 1, "a", WRONG)
    staged.delivery("of-another", "partner_yy", tables=["service"], extract_date=date(2023, 6, 1))
    staged.row("person", "of-another", person_id="p")
    staged.row("service", "of-another", service_id="a", person_id="p", service_date=RIGHT)
    staged.judge()
    assert history(staged) == [("a", "after_extract_date", "1", None, None)]


def test_completeness_asks_optional_columns_of_every_row_and_conditional_ones_where_they_apply(staged: Staged) -> None:
    staged.delivery("d")
    for n, year in enumerate((1980, None, 1990, None)):
        staged.row("person", "d", person_id=f"p{n}", birth_year=year)
    staged.row("case", "d", case_id="open", person_id="p0")
    staged.row("case", "d", case_id="ended", person_id="p0", end_date=RIGHT, end_reason="completed")
    staged.judge()
    found = staged.con.execute(
        "select column_name, asked, filled from validated.completeness "
        "where column_name in ('birth_year', 'end_reason')"
    ).fetchall()
    assert set(found) == {("birth_year", 4, 2), ("end_reason", 1, 1)}
    shown = staged.con.execute("select quarter, produced, accepted from validated.quality where table_name = 'person'")
    assert shown.fetchall() == [("2023Q3", 4, 4)]


def test_a_delivery_of_few_similar_persons_is_known_to_be_recognisable(staged: Staged) -> None:
    staged.delivery("d")
    for n in range(5):
        staged.row("person", "d", person_id=f"alike{n}", birth_year=1985)
    staged.row("person", "d", person_id="alone", birth_year=1950)
    staged.judge()
    assert staged.con.execute("select rows, below_five from validated.k_anonymity").fetchall() == [(6, 1)]
