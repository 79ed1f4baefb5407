"""The same statements on DuckDB and on Spark: a random history has the same core and outcomes, value for value.

Sail answers for Spark here; the slow test asks a Spark of this machine (Java 17 or later).
"""

from __future__ import annotations

import random
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import core, outcomes
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.warehouse.spark import run_on_spark, spark_session
from pipeline.warehouse.translate import take_apart
from tests.support.core_tables import deliver, insert, warehouse
from tests.support.sail import sail

RUN = Run(Quarter(2023, 2), datetime(2024, 1, 1))
DECLARED = """
[[cohort]]
id = "known_before"
of = "all_releases"
where = { planned = ["planned", "unplanned"], drug_user = "yes" }
cs = { title = "s očekávaným dnem" }
en = { title = "with an expected day" }
[[measure]]
id = "sentenced_again"
like = "return_to_prison"
reasons = ["new_sentence"]
cohorts = ["known_before"]
cs = { title = "Nový trest", definition = "Nový trest." }
en = { title = "Sentenced again", definition = "Sentenced again." }
"""
REASONS = ["new_sentence", "remand", "transfer_in", "revocation_of_conditional_release", "unknown", "earlier_offence"]
ENDS = ["end_of_sentence", "conditional_release", "remand_ended", "transfer_out", "deportation", "unknown"]


def history(seed: int, people: int = 20) -> duckdb.DuckDBPyConnection:
    """Validated rows of a random history: overlaps, open stays, moves, several versions, two partners."""
    dice = random.Random(seed)
    con = warehouse()
    con.execute("create schema outcomes")
    deliver(con, "c1", extract="2023-07-31", period=("2019-01-01", "2023-03-31"))
    deliver(con, "c2", extract="2023-12-31", period=("2023-04-01", "2023-12-31"))
    for partner, until in (("a", "2023-12-31"), ("b", "2023-06-30")):
        deliver(con, f"{partner}1", partner, covers=("case", "service", "treatment"), period=("2019-01-01", until))
    deliver(con, "a2", "a", covers=("assessment", "treatment_entry"), period=("2019-01-01", "2023-12-31"))
    names = ("stays", "newer", "a", "b", "services", "treated", "asked", "entered")
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for number in range(people):
        _person(dice, f"p{number}", rows)
    insert(con, "custody_stay", "c1", rows["stays"])
    insert(con, "custody_stay", "c2", rows["newer"])
    for partner in ("a", "b"):
        insert(con, "case", f"{partner}1", rows[partner])
    insert(con, "service", "a1", rows["services"])
    insert(con, "treatment", "b1", rows["treated"])
    insert(con, "assessment", "a2", rows["asked"])
    insert(con, "treatment_entry", "a2", rows["entered"])
    return con


def _person(dice: random.Random, person: str, rows: dict[str, list[dict[str, Any]]]) -> None:
    day = date(2019, 1, 1) + timedelta(dice.randrange(900))
    for number in range(dice.randrange(1, 5)):
        until = day + timedelta(dice.randrange(1, 300))
        stay = {"stay_id": f"{person}-{number}", "person_id": person, "prison": dice.choice(["brno", "pankrac"]),
                "regime": dice.choice(["remand", "high"]), "admission_date": day,
                "drug_user": dice.choice(["yes", "no"]),
                "admission_reason": dice.choice(REASONS), "offence_date": dice.choice([None, day - timedelta(50)]),
                "release_date": dice.choice([until, until, until, None]), "planned_release_date": until}  # fmt: skip
        stay["release_reason"] = dice.choice(ENDS) if stay["release_date"] else None
        rows["stays"].append(stay)
        if dice.random() < 0.2:
            rows["newer"].append(stay | {"admission_reason": "new_sentence"})
        if dice.random() < 0.5:
            _case(dice, person, number, day, until, rows)
        day = until + timedelta(dice.choice([-5, 0, 1, 20, 200]))


def _case(dice: random.Random, person: str, number: int, day: date, until: date, rows: dict[str, Any]) -> None:
    case = {"case_id": f"{person}k{number}", "programme": "through_the_gate", "person_id": person,
            "agreement_date": day + timedelta(1), "prison": "brno", "case_manager_id": "w"}  # fmt: skip
    rows[dice.choice("ab")].append(case)
    for visit in range(3):
        rows["services"].append(
            {"service_id": f"{person}v{number}{visit}", "case_id": case["case_id"], "person_id": person,
             "service_date": until + timedelta(dice.randrange(-30, 40)), "service_code": "counselling",
             "setting": dice.choice(["gate", "community", "prison"]), "recipient": "client", "direct": True,
             "attendance": dice.choice(["attended", "missed"]), "minutes": 30}
        )  # fmt: skip
    rows["treated"].append(
        {"treatment_id": f"{person}t{number}", "person_id": person, "treatment_type": "outpatient",
         "setting": "community", "start_date": until + timedelta(dice.randrange(0, 60))}
    )  # fmt: skip
    for stage, asked in (("intake", until - timedelta(1)), ("month_3", until + timedelta(60))):
        for instrument, item in (("top", "psychological"), ("gas", "g1")):
            rows["asked"].append(
                {"assessment_id": f"{person}{number}{instrument}{stage}", "person_id": person, "instrument": instrument,
                 "stage": stage, "assessment_date": asked, "item": item, "value": float(dice.randrange(3))}
            )  # fmt: skip
    entry = {"entry_id": f"{person}e{number}", "person_id": person, "entry_date": until, "ever_treated": "never"}
    rows["entered"].append(entry)


def results(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    names = ["core.stay", "core.spell", "core.release", "core.service", "core.person", "core.joined_counts"]
    names += ["outcomes.follow_up", "outcomes.attrition", "outcomes.curve", "outcomes.measure_cell", "outcomes.unit"]
    names += ["outcomes.tdi_cell", "outcomes.cohort_member"]
    return {name: con.execute(f"select * from {name} order by all").fetchall() for name in names}


def on_duckdb(seed: int, settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    con = history(seed)
    core.build(con, settings, RUN)
    outcomes.measure(con, settings, RUN)
    return results(con)


def on_spark(url: str | None, seed: int, settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    con, folder = history(seed), str(settings.data / "tables")
    with spark_session(url, few=True) as session:
        reads = ["landing.file", "validated"]
        run_on_spark(con, session, folder, reads=reads, fills="core", work=lambda e: core.build(e, settings, RUN))
        run_on_spark(
            con, session, folder, reads=["core"], fills="outcomes",
            work=lambda e: outcomes.measure(e, settings, RUN),
        )  # fmt: skip
    assert not Path(folder).exists()
    return results(con)


def check(url: str | None, seed: int, folder: Path) -> None:
    settings = Settings(root=folder, data=folder)
    (folder / "measures.toml").write_text(DECLARED, "utf-8")
    expected, found = on_duckdb(seed, settings), on_spark(url, seed, settings)
    assert sum(map(len, expected.values())) > 1000
    for name, rows in expected.items():
        assert found[name] == rows, name


def test_a_random_history_is_the_same_on_spark(tmp_path: Path) -> None:
    with sail() as url:
        check(url, 1, tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="no java on the PATH, so there is no Spark of this machine")
def test_a_real_spark_says_the_same(tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    check(None, 2, tmp_path)


def test_statements_are_taken_apart() -> None:
    created = take_apart('create or replace table core."case" as select c.x from validated."case" as c')
    assert (created.action, created.target) == ("create", "core.case")
    assert created.sql == "SELECT `c`.`x` FROM `validated__case` AS `c`"
    assert take_apart("select date_diff('day', $d, x) from t", {"d": date(2023, 1, 2)}).sql == (
        "SELECT DATEDIFF(DAY, CAST('2023-01-02' AS DATE), `x`) FROM `t`"
    )
    assert take_apart("insert into a.b (x, y) values (?, 'z')", [3]).rows == ((3, "z"),)
    assert take_apart("create table a.b (x varchar, y bigint)").columns == (("x", "string"), ("y", "bigint"))
    assert take_apart("set disabled_compression_methods = 'none'").action == "set"
