"""The stage as a whole: attrition with reasons, statuses that differ, groups, curves, the portable subset of SQL."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import duckdb
import pytest

from pipeline.outcomes import stage
from pipeline.warehouse import split_statements
from tests.support.core_rows import cell, core_warehouse, measured
from tests.support.drawn import world

TABLE = """
    person | released   | services                                    | stays                   | planned
    p1     | 2022-01-10 | 2022-01-10 gate; 2021-12-01 prison          | 2022-05-01 new_sentence | planned
    p2     | 2022-02-10 | 2022-03-30 phone; 2021-12-01 prison missed  |                         | unplanned
    p3     | 2023-05-10 |                                             |                         | unknown
    """


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    tables: dict[str, list[Any]] = world(TABLE)
    for case, manager in zip(tables["case"], ("w1", "w2", "w1"), strict=True):
        case |= {"case_manager_id": manager, "release_plan_date": "2021-12-24"}
    tables["service"][3] |= {"attendance": "cancelled_by_prison", "cancel_reason": "lockdown"}
    tables["person"].append({"person_id": "p4", "in_custody_data": True})
    tables["case"].append(
        {
            "partner": "a",
            "case_id": "c4",
            "programme": "through_the_gate",
            "person_id": "p4",
            "agreement_date": "2022-01-01",
        }
    )
    tables["spell"].append(
        {"person_id": "p4", "spell_number": 1, "admission_date": "2021-01-01", "release_date": "2022-06-01",
         "release_kind": "none", "release_reason": "deportation"}
    )  # fmt: skip
    tables["application"] = [
        {"partner": "a", "application_id": "1", "person_id": "p5", "eligible": False, "outcome": "refused"},
        {"partner": "a", "application_id": "2", "person_id": "p6", "eligible": True, "outcome": "waiting"},
        {"partner": "a", "application_id": "3", "eligible": None, "outcome": "waiting"},
    ]
    return measured(tables)


def test_attrition_says_at_which_step_and_why(con: duckdb.DuckDBPyConnection) -> None:
    found = con.execute(
        "select step, persons, releases, reason, removed_persons from outcomes.attrition where cohort = 'programme'"
        " order by step_number, reason"
    ).fetchall()
    assert found == [
        ("applied", 7, None, "", 0),
        ("eligible", 5, None, "", 2),
        ("eligible", 1, None, "not_eligible", 1),
        ("eligible", 1, None, "person_unknown", 1),
        ("agreed", 4, None, "", 1),
        ("agreed", 1, None, "waiting", 1),
        ("linked_to_custody", 4, None, "", 0),
        ("released_from_sentence", 3, 3, "", 1),
        ("released_from_sentence", 1, 0, "deportation", 1),
        ("first_release", 3, 3, "", 0),
        ("window_21_complete", 3, 3, "", 0),
        ("window_365_complete", 2, 2, "", 1),
        ("window_365_complete", 1, 1, "too_early", 1),
    ]


def test_too_early_not_collected_not_applicable_and_zero_differ(con: duckdb.DuckDBPyConnection) -> None:
    rate = cell(con, "return_to_prison", window_days=365)
    assert (rate["numerator"], rate["denominator"], rate["too_early"]) == (1, 2, 1)
    assert (rate["period_from"], rate["period_to"]) == ("2022Q1", "2022Q1")
    quarter = {"group_by": "quarter", "group_value": "2023Q2"}
    early = cell(con, "return_to_prison", window_days=365, **quarter)
    assert (early["status"], early["too_early"], early["numerator"]) == ("too_early", 1, None)
    none = cell(con, "contact_made", window_days=7, **quarter)
    assert (none["status"], none["numerator"], none["denominator"]) == ("measured", 0, 1)
    assert cell(con, "needs", component="met")["status"] == "not_collected"
    assert cell(con, "return_to_prison", window_days=365, cohort="comparison")["status"] == "not_applicable"


def test_process_cells_know_their_workers(con: duckdb.DuckDBPyConnection) -> None:
    share = cell(con, "cancelled_by_prison_share")
    assert (share["numerator"], share["denominator"], share["workers"], share["persons"]) == (1, 2, 2, 2)
    by_reason = cell(con, "cancelled_by_prison_share", group_by="reason", group_value="lockdown")
    assert (by_reason["numerator"], by_reason["denominator"]) == (1, 2)
    assert cell(con, "plan_ready")["numerator"] == 3
    assert cell(con, "contact_made", window_days=7)["workers"] is None


def test_unplanned_share_and_contact_split_by_it(con: duckdb.DuckDBPyConnection) -> None:
    share = cell(con, "unplanned_release_share")
    assert (share["numerator"], share["possible"], share["denominator"]) == (1, 1, 3)
    split = cell(con, "contact_made", window_days=7, group_by="planned", group_value="planned")
    assert (split["numerator"], split["denominator"]) == (1, 1)


def test_curve_counts_by_day(con: duckdb.DuckDBPyConnection) -> None:
    found = con.execute(
        "select day, at_risk, events, competing, censored from outcomes.curve"
        " where measure = 'return_to_prison' and cohort = 'programme' and group_by = 'all' order by day"
    ).fetchall()
    assert found == [(82, 3, 0, 0, 1), (111, 2, 1, 0, 0), (536, 1, 0, 0, 1)]


def test_withdrawn_consent_removes_a_person_and_says_so() -> None:
    tables = world(TABLE)
    tables["person"][0]["consent_withdrawn_date"] = "2023-07-01"
    con = measured(tables)
    left = con.execute("select distinct person_id from outcomes.cohort_member order by 1").fetchall()
    assert left == [("p2",), ("p3",)]
    gone = con.execute("select cohort, persons from outcomes.attrition where reason = 'consent_withdrawn' order by 1")
    assert gone.fetchall() == [("all_releases", 1), ("programme", 1)]


def test_nothing_delivered_is_not_zero() -> None:
    con = measured({"custody_coverage": [{"covered_to": None}]})
    statuses = con.execute("select distinct status, denominator from outcomes.measure_cell").fetchall()
    assert statuses == [("not_collected", None)]


def test_a_second_run_gives_the_same_rows() -> None:
    tables = world(TABLE)
    one, other = measured(tables), measured(tables)
    for table in stage.TABLES:
        query = f"select * from outcomes.{table} order by all"
        assert one.execute(query).fetchall() == other.execute(query).fetchall()


@pytest.mark.parametrize("name", ["tables", *stage.STEPS, *stage.CELLS])
def test_sql_stays_in_the_portable_subset(name: str) -> None:
    """Every statement opens with a comment that says what a row is, and SQLGlot turns it into Spark SQL."""
    import sqlglot

    text = files("pipeline.outcomes").joinpath(f"sql/{name}.sql").read_text("utf-8")
    for statement in split_statements(text):
        assert statement.lstrip().startswith("--"), statement[:80]
        (spark,) = sqlglot.transpile(
            statement, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
        )
        assert spark
        code = re.sub(r"--.*", "", statement).lower()
        assert not re.search(r"\b(qualify|asof|unnest|arg_min|arg_max|list_\w+|struct_\w+)\b", code)


def test_warehouse_helper_refuses_unknown_tables() -> None:
    with pytest.raises(AssertionError, match="no such core table"):
        core_warehouse({"cases": []})
