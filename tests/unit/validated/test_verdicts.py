"""Chains of refused parents, duplicates, refused deliveries, the accounting, and order."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import AccountingError, SettingsError
from tests.support.counting import count_in_sql
from tests.unit.validated.conftest import Staged

DAY = date(2022, 5, 1)


def test_children_and_grandchildren_of_a_refused_parent_are_refused_and_counted_apart(staged: Staged) -> None:
    staged.delivery("d")
    staged.row("person", "d", person_id="young", birth_year=2015)
    staged.row("person", "d", person_id="p")
    staged.row("case", "d", case_id="c1", person_id="young")
    staged.row("case", "d", case_id="c2", person_id="p")
    staged.row("service", "d", service_id="v1", case_id="c1", person_id="young")
    staged.row("service", "d", service_id="v2", case_id="c1")
    staged.row("service", "d", service_id="v3", case_id="c2", person_id="p")
    staged.row("need", "d", need_id="n1", case_id="c1")
    counts = staged.judge()
    assert staged.reasons() == {
        "case:c1": "parent_refused",
        "need:n1": "parent_refused",
        "person:young": "age_out_of_range",
        "service:v1": "parent_refused",
        "service:v2": "parent_refused",
    }
    assert staged.keys("quarantine where rule_id <> 'parent_refused'") == ["young"]
    assert (counts["produced"], counts["accepted"], counts["quarantined"], counts["parent_refused"]) == (8, 3, 5, 4)


def test_a_service_waits_for_its_treatment_although_the_model_names_treatments_later(staged: Staged) -> None:
    staged.delivery("d")
    staged.row("person", "d", person_id="p")
    staged.row("treatment", "d", treatment_id="t", person_id="p", end_date_exclusive=date(2020, 1, 1))
    staged.row("service", "d", service_id="v", person_id="p", treatment_id="t")
    staged.judge()
    assert staged.reasons() == {"service:v": "parent_refused", "treatment:t": "end_before_start"}


def test_a_parent_that_staging_refused_counts_as_refused_not_as_unknown(staged: Staged) -> None:
    staged.delivery("d")
    staged.row("person", "d", person_id="p")
    staged.refuse("case", "d", "c", "unknown_code", "Program")
    staged.refuse("case", "d", "c", "impossible_date", "Dohoda od", row_number=staged.rows["d"])
    staged.row("service", "d", service_id="v", person_id="p", case_id="c")
    counts = staged.judge()
    assert staged.reasons() == {"case:c": "impossible_date", "service:v": "parent_refused"}
    assert (counts["produced"], counts["quarantined"]) == (3, 2)


def test_a_person_of_the_custody_source_exists_for_every_partner_and_a_partners_only_for_itself(
    staged: Staged,
) -> None:
    staged.delivery("prison", "custody", tables=["person", "custody_stay"])
    staged.delivery("one", "partner_xx")
    staged.delivery("two", "partner_yy")
    staged.row("person", "prison", person_id="inmate")
    staged.row("person", "one", person_id="client")
    for delivery in ("one", "two"):
        for person in ("inmate", "client"):
            staged.row("treatment", delivery, treatment_id=f"{delivery}-{person}", person_id=person)
    staged.judge()
    assert staged.reasons() == {"treatment:two-client": "unknown_person"}


def test_unchanged_redelivery_is_a_duplicate_and_a_change_back_is_a_third_version(staged: Staged) -> None:
    for month, sex in ((1, "male"), (2, "male"), (3, "female"), (4, "male")):
        staged.delivery(f"d{month}", extract_date=date(2023, month, 28), period_to=date(2023, month, 28))
        staged.row("person", f"d{month}", person_id="p", sex=sex)
    counts = staged.judge()
    assert (counts["accepted"], counts["duplicate"]) == (3, 1)
    kept = staged.con.execute("select delivery_id from validated.person order by 1").fetchall()
    assert kept == [("d1",), ("d3",), ("d4",)]


def test_equal_rows_in_one_file_are_duplicates(staged: Staged) -> None:
    staged.delivery("d")
    for _ in range(3):
        staged.row("person", "d", person_id="p", citizenship=None)
    assert staged.judge()["duplicate"] == 2


def test_of_equal_stays_the_smallest_number_is_kept_with_all_its_versions(staged: Staged) -> None:
    for month in (1, 2):
        staged.delivery(f"d{month}", extract_date=date(2023, month, 28), period_to=date(2023, month, 28))
    staged.row("person", "d1", person_id="p")
    for stay, ended in (("s1", None), ("s2", date(2023, 1, 9))):
        staged.row("custody_stay", "d1", stay_id=stay, person_id="p", admission_date=DAY, release_date=ended)
        staged.row("custody_stay", "d2", stay_id=stay, person_id="p", admission_date=DAY, release_date=date(2023, 1, 8))
    staged.judge()
    assert staged.keys("duplicate") == ["s2", "s2"]
    kept = staged.con.execute("select stay_id, release_date from validated.custody_stay order by all").fetchall()
    assert kept == [("s1", date(2023, 1, 8)), ("s1", None)]


def test_stays_whose_newest_versions_differ_are_both_kept(staged: Staged) -> None:
    for month in (1, 2):
        staged.delivery(f"d{month}", extract_date=date(2023, month, 28), period_to=date(2023, month, 28))
    staged.row("person", "d1", person_id="p")
    for stay, ended in (("s1", date(2023, 1, 8)), ("s2", date(2023, 1, 9))):
        staged.row("custody_stay", "d1", stay_id=stay, person_id="p", admission_date=DAY)
        staged.row("custody_stay", "d2", stay_id=stay, person_id="p", admission_date=DAY, release_date=ended)
    assert staged.judge()["duplicate"] == 0


def test_a_delivery_that_ends_after_its_own_extract_is_out_entirely(staged: Staged) -> None:
    staged.delivery("bad", period_to=date(2023, 8, 1))
    staged.delivery("good")
    staged.row("person", "bad", person_id="p")
    staged.row("person", "good", person_id="q")
    counts = staged.judge()
    verdicts = staged.con.execute("select delivery_id, verdict, rule_id from validated.delivery order by 1").fetchall()
    assert verdicts == [("bad", "refused", "impossible_period"), ("good", "accepted", None)]
    assert staged.reasons() == {"person:p": "impossible_period"}
    assert counts["refused_deliveries"] == 1


def test_a_delivery_that_staging_refused_has_that_verdict(staged: Staged) -> None:
    staged.delivery("bad")
    staged.con.execute("insert into staging.delivery_refused values ('bad', 'partner_xx', 'missing_column', 'x')")
    staged.judge()
    assert staged.con.execute("select verdict, rule_id from validated.delivery").fetchall() == [
        ("refused", "missing_column")
    ]
    assert staged.findings() == {("missing_column", "")}


def test_empty_tables_are_not_applicable_and_never_passed(staged: Staged) -> None:
    counts = staged.judge()
    states = staged.con.execute("select distinct outcome from validated.expectation_result").fetchall()
    assert states == [("not_applicable",)]
    assert set(counts.values()) == {0}


def test_a_column_without_a_value_is_not_applicable(staged: Staged) -> None:
    staged.delivery("d")
    staged.row("person", "d", person_id="p")
    staged.judge()
    states = staged.con.execute(
        "select rule_id, column_name, outcome, checked from validated.expectation_result "
        "where table_name = 'person' and column_name in ('sex', 'region') and rule_id = 'unknown_code' order by 2"
    ).fetchall()
    assert states == [("unknown_code", "region", "not_applicable", 0), ("unknown_code", "sex", "passed", 1)]


def test_rows_that_staging_counted_and_nobody_has_stop_the_run(staged: Staged) -> None:
    staged.delivery("d")
    staged.row("person", "d", person_id="p")
    with pytest.raises(AccountingError, match=r"partner_xx, delivery d, table case: 1 produced, but 0 accepted"):
        staged.judge(counter=_and_lose_a_row)


def _and_lose_a_row(con: Any, table: Any, suite: Any) -> Any:
    """Counts as usual while a row that staging counted is nowhere to be found."""
    con.execute("delete from staging.produced where table_name = 'case'")
    con.execute("insert into staging.produced values ('case', 'partner_xx', 'd', 1)")
    return count_in_sql(con, table, suite)


def _shrunken(staged: Staged, rows_before: int, rows_now: int) -> dict[str, int]:
    for month, number in ((3, rows_before), (6, rows_now)):
        last = date(2023, month, 28)
        staged.delivery(f"d{month}", extract_date=last, period_to=last, tables=["person"])
        for n in range(number):
            staged.row("person", f"d{month}", person_id=f"p{n}")
    return staged.judge()


def test_a_full_extract_that_shrank_by_five_percent_is_asked_about(staged: Staged) -> None:
    counts = _shrunken(staged, 20, 19)
    assert (counts["warnings"], counts["closed"]) == (2, 1)
    assert staged.findings() == {("row_count_drift", ""), ("missing_from_full_extract", "p19")}


def test_a_smaller_loss_is_not(staged: Staged) -> None:
    _shrunken(staged, 21, 20)
    assert staged.findings() == {("missing_from_full_extract", "p20")}


ACCEPTED = """
[[acceptance]]
rule = "row_count_drift"
partner = "partner_xx"
table = "person"
reason = "a wing was closed"
owner = "steward"
expires = {expires}
"""


def test_an_accepted_loss_is_tolerated_and_counted(staged: Staged) -> None:
    (staged.settings.root / "decisions.toml").write_text(ACCEPTED.format(expires="2023-08-15"))
    counts = _shrunken(staged, 20, 19)
    assert counts["tolerated_warnings"] == 1
    assert staged.findings() == {("missing_from_full_extract", "p19")}


def test_an_acceptance_past_its_day_stops_the_run(staged: Staged) -> None:
    (staged.settings.root / "decisions.toml").write_text(ACCEPTED.format(expires="2023-08-14"))
    with pytest.raises(SettingsError, match=r"ended on 2023-08-14\. steward decides"):
        staged.judge()


def test_an_acceptance_without_a_reason_is_refused(staged: Staged) -> None:
    text = ACCEPTED.format(expires="2023-08-15").replace('reason = "a wing was closed"', "")
    (staged.settings.root / "decisions.toml").write_text(text)
    with pytest.raises(SettingsError, match="reason"):
        staged.judge()


ROW = st.fixed_dictionaries(
    {
        "delivery": st.sampled_from(["d1", "d2", "d3"]),
        "table": st.sampled_from(["person", "case", "service", "treatment", "custody_stay"]),
        "key": st.sampled_from(["k1", "k2"]),
        "person_id": st.sampled_from(["p1", "p2", "nobody"]),
        "odd": st.booleans(),
    }
)


def _values(row: dict[str, Any]) -> dict[str, Any]:
    key, person, odd = row["key"], row["person_id"], row["odd"]
    early = date(2019, 1, 1)
    match row["table"]:
        case "person":
            return {"person_id": person, "birth_year": 2015 if odd else 1985}
        case "case":
            return {"case_id": key, "person_id": person, "end_date": early if odd else None}
        case "service":
            return {"service_id": key, "person_id": person, "case_id": key, "minutes": -1 if odd else 30}
        case "treatment":
            return {"treatment_id": key, "person_id": person, "end_date_exclusive": early if odd else None}
        case _:
            return {"stay_id": key, "person_id": person, "release_date": early if odd else None}


def _verdicts(rows: list[dict[str, Any]], folder: Any) -> list[Any]:
    """The fate of each row, whatever place it has: delivery, table, key and values decide."""
    staged = Staged(folder)
    for month in (1, 2, 3):
        last = date(2023, month, 28)
        staged.delivery(f"d{month}", extract_date=last, period_to=last, received_at=datetime(2023, 6, month))
    for row in rows:
        staged.row(row["table"], row["delivery"], **_values(row))
    staged.judge()
    fates = [
        staged.con.execute(f"select table_name, delivery_id, record_key, {rule} from validated.{relation}").fetchall()
        for relation, rule in (("quarantine", "rule_id"), ("duplicate", "''"))
    ]
    fates.append(staged.con.execute("select * from validated.accounting").fetchall())
    staged.con.close()
    return [sorted(f) for f in fates]


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, max_size=14), seed=st.randoms(use_true_random=False))
def test_the_order_in_which_deliveries_arrive_does_not_matter(
    rows: list[dict[str, Any]], seed: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    by_delivery = sorted(rows, key=lambda r: r["delivery"])
    order = ["d1", "d2", "d3"]
    seed.shuffle(order)
    shuffled = sorted(rows, key=lambda r: order.index(r["delivery"]))
    assert _verdicts(by_delivery, folder) == _verdicts(shuffled, folder)
