"""From a number back to delivered rows: the qualifying stay or contact, its delivery, file and row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline import core, outcomes
from pipeline.errors import SettingsError
from pipeline.outcomes import TRACE_COLUMNS, read_cell_id, read_declared, trace
from pipeline.settings import Settings
from tests.support.core_rows import run_of
from tests.support.core_tables import deliver, insert, warehouse

STAY = {"prison": "brno", "admission_reason": "new_sentence", "regime": "high"}
GONE = {"release_date": "2022-01-10", "release_reason": "end_of_sentence"}


def delivered(root: Path, measures: list[str]) -> duckdb.DuckDBPyConnection:
    """Two people released on one day, one back in prison, one visited; counted for a project in a folder."""
    con = warehouse()
    con.execute("create schema outcomes; alter table landing.file add column name varchar")
    con.execute("insert into landing.file values ('f', 'c1', 0, 'stays.csv')")
    deliver(con, "c1", extract="2023-07-31", period=("2019-01-01", "2023-07-31"))
    deliver(con, "a1", "a", covers=("case", "service"), period=("2019-01-01", "2023-07-31"))
    stays = [{"stay_id": f"{p}1", "person_id": p, "admission_date": "2021-01-01"} | STAY | GONE for p in "pq"]
    stays.append({"stay_id": "p2", "person_id": "p", "admission_date": "2022-03-01"} | STAY)
    insert(con, "custody_stay", "c1", stays)
    case = {"programme": "through_the_gate", "agreement_date": "2021-06-01", "prison": "brno"}
    insert(con, "case", "a1", [case | {"case_id": p, "person_id": p} for p in "pq"])
    deliver(con, "b1", "b", covers=("case",), period=("2019-01-01", "2023-07-31"))
    insert(con, "case", "b1", [case | {"case_id": "b", "person_id": "q"}])
    visit = {"service_code": "counselling", "setting": "community", "recipient": "client", "direct": True}
    visit |= {"service_id": "v", "case_id": "q", "person_id": "q", "service_date": "2022-01-12"}
    insert(con, "service", "a1", [visit | {"attendance": "attended"}])
    settings = Settings(root=root, data=root)
    core.build(con, settings, run_of())
    outcomes.measure(con, settings, run_of(), measures)
    return con


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    measures = ["return_to_prison", "contact_made", "plan_ready", "days_to_return", "missed_share"]
    return delivered(Path("."), measures)


def rows(found: outcomes.Trace) -> list[dict[str, object]]:
    return [dict(zip(TRACE_COLUMNS, row, strict=True)) for row in found.rows]


def test_a_return_leads_to_the_stay_that_was_delivered(con: duckdb.DuckDBPyConnection) -> None:
    found = trace(con, "return_to_prison", {"prison": "brno", "window": "365"})
    assert found.cell is not None
    assert (found.cell["numerator"], found.cell["denominator"]) == (1, 2)
    returned, free = rows(found)
    assert (returned["person"], returned["verdict"], returned["event_day"]) == ("p", "event", date(2022, 3, 1))
    assert (returned["table"], returned["delivery"], returned["file"]) == ("custody_stay", "c1", "stays.csv")
    assert returned["row"] == 3
    assert (free["person"], free["verdict"], free["row"]) == ("q", "none", None)
    assert found.attrition[0][0] == "applied"


def test_a_contact_leads_to_the_service(con: duckdb.DuckDBPyConnection) -> None:
    (_, seen) = rows(trace(con, "contact_made", {"quarter": "2022Q1"}))
    assert (seen["person"], seen["days"], seen["table"], seen["delivery"]) == ("q", 2, "service", "a1")


def test_two_groups_narrow_the_rows_without_a_cell(con: duckdb.DuckDBPyConnection) -> None:
    found = trace(con, "return_to_prison", {"prison": "brno", "quarter": "2022Q1"})
    assert found.cell is None
    assert len(found.rows) == 2


def test_a_measure_of_work_leads_to_its_people(con: duckdb.DuckDBPyConnection) -> None:
    assert [row["person"] for row in rows(trace(con, "plan_ready", {}))] == ["p", "q"]


def test_a_share_of_the_curve_leads_to_everybody_followed(con: duckdb.DuckDBPyConnection) -> None:
    found = trace(con, "days_to_return", {"component": "return_to_prison_25"})
    assert found.cell is not None
    assert found.cell["value"] == 50
    assert [(row["person"], row["verdict"], row["days"]) for row in rows(found)] == [
        ("p", "event", 50),
        ("q", "none", 567),
    ]


def test_a_cell_that_nobody_could_fill_is_shown_without_rows(con: duckdb.DuckDBPyConnection) -> None:
    found = trace(con, "missed_share", {"partner": "b"})
    assert found.cell is not None
    assert (found.cell["status"], found.rows) == ("not_collected", [])


def test_a_declared_measure_is_explained_like_any(tmp_path: Path) -> None:
    (tmp_path / "measures.toml").write_text(
        """
        [[cohort]]
        id = "from_brno"
        of = "programme"
        where = { prison = "brno" }
        cs = { title = "z Brna" }
        en = { title = "from Brno" }
        [[measure]]
        id = "sentenced_again"
        like = "return_to_prison"
        reasons = ["new_sentence"]
        cohorts = ["from_brno"]
        cs = { title = "Nový trest", definition = "Nový trest." }
        en = { title = "Sentenced again", definition = "Sentenced again." }
        """,
        "utf-8",
    )
    con = delivered(tmp_path, ["sentenced_again"])
    found = trace(con, "sentenced_again", {"window": "365"}, read_declared(tmp_path).all_measures)
    assert (found.keys["cohort"], found.attrition[-3]) == ("from_brno", ("conditions_met", 2, 2))
    assert [(row["person"], row["verdict"], row["row"]) for row in rows(found)] == [
        ("p", "event", 3),
        ("q", "none", None),
    ]


def test_a_misspelt_measure_is_answered_with_the_nearest(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(SettingsError, match=r"did you mean return_to_prison\?"):
        trace(con, "retrun_to_prison", {})


def test_a_released_cell_is_found_by_its_id(con: duckdb.DuckDBPyConnection) -> None:
    name, keys = read_cell_id("return_to_prison/-/programme/own/365/prison/brno/x")
    found = trace(con, name, keys)
    assert found.cell is not None
    assert found.cell["numerator"] == 1


@pytest.mark.parametrize(
    ("keys", "advice"),
    [
        ({"jail": "x"}, "has no key jail. Choose from: cohort"),
        ({"prison": "x"}, "prison=x: choose from brno"),
        ({"window": "7"}, "window=7: choose from 90, 180"),
        ({"cohort": "x"}, "cohort=x: choose from programme"),
    ],
)
def test_wrong_keys_are_told_with_what_there_is(
    con: duckdb.DuckDBPyConnection, keys: dict[str, str], advice: str
) -> None:
    with pytest.raises(SettingsError, match=advice):
        trace(con, "return_to_prison", keys)


def test_no_id_of_a_cell_is_told() -> None:
    with pytest.raises(SettingsError, match="no id of a cell"):
        read_cell_id("return_to_prison")
