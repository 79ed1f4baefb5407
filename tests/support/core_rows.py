"""Literal core rows in, outcomes out: the smallest warehouse on which the outcomes stage runs.

Rows are dictionaries; columns left out are null. Days are ISO text or dates.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipeline import outcomes
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.warehouse import run_sql_folder

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]

COLUMNS = {
    "coverage": "source, table_name, prison, covered_from date, covered_to date",
    "custody_coverage": "covered_to date",
    "person": "person_id, sex, birth_year int, citizenship, region, education, in_custody_data boolean, sources int,"
    " conflict boolean, consent_withdrawn_date date, person_key bigint",
    "stay": "stay_id, person_id, spell_number int, position int, whole_spell boolean, prison, regime,"
    " admission_date date, admission_reason, offence_date date, offence_group,"
    " sentence_days int, release_date date, release_reason, closed_by_rule boolean,"
    " planned_release_date date, prior_terms int, sarpo_risk int, drug_user, person_key bigint",
    "spell": "person_id, spell_number int, admission_date date, admission_reason, last_position int,"
    " release_date date, release_reason, release_kind, prison, drug_user, prior_terms int, person_key bigint",
    "release": "release_id, person_id, spell_number int, spell_admission_date date, release_date date, release_quarter,"
    " release_reason, release_kind, conditional boolean, prison, prison_region, planned, expected_date date,"
    " prior_terms int, drug_user, person_key bigint",
    "custody_conflict": "person_id",
    "case": "partner, case_id, programme, person_id, referral_date date, referral_source, first_contact_date date,"
    " agreement_date date, agreement_end_planned date, expected_release_date date, complaints_explained_date date,"
    " prison, release_plan_date date, region_after_release, case_manager_id, end_date date, end_reason, handed_over_to",
    "service": "partner, service_id, case_id, person_id, family_member_id, service_date date, service_code, setting,"
    " recipient, attendance, cancel_reason, treatment_id, minutes int, waiting_minutes int, direct boolean, region,"
    " prison",
    "treatment": "partner, treatment_id, person_id, treatment_type, setting, start_date date, end_date_exclusive date,"
    " end_reason, primary_drug",
    "need": "partner, need_id, case_id, domain, raised_date date, outcome, closed_date date",
    "complaint": "partner, complaint_id, received_date date, channel, anonymous boolean, subject, resolved_date date,"
    " outcome",
    "application": "partner, application_id, person_id, application_date date, source, eligible boolean, outcome,"
    " reason",
    "family_member": "partner, family_member_id, person_id, relation, consent_date date",
    "conviction": "partner, conviction_id, person_id, offence_date date, conviction_date date, offence_group, sanction",
    "living_status": "partner, status_id, person_id, status_date date, stage, housing, work, debt, family_contact,"
    " documents, health_insurance, benefits",
    "death": "partner, person_id, death_date date, cause_group, source",
    "assessment": "partner, assessment_id, item, person_id, instrument, stage, assessment_date date, value double,"
    " weight double",
    "treatment_entry": "partner, entry_id, person_id, treatment_id, entry_date date, ever_treated, referral,"
    " living_with, living_with_children, living_where, education, labour, primary_drug, route, frequency,"
    " age_first_use int, injecting, years_since_first_injection int, polydrug, secondary_drugs, hiv_test, hcv_test,"
    " sharing, ost",
    "service_area": "partner, region, valid_from date, valid_to date",
    "programme_prison": "prison, valid_from date, valid_to date",
}


DERIVED = ("treatment_course", "hand_over")
"""Tables of core that follow from those above alone."""
NUMBERED = ("person", "stay", "spell", "release")
"""Tables in which a person has a whole number beside the name."""


def core_warehouse(tables: Tables) -> duckdb.DuckDBPyConnection:
    """A warehouse in memory with every core table that outcomes reads, filled with the rows given."""
    con = duckdb.connect(config={"threads": 1})
    con.execute("create schema core")
    con.execute("create schema outcomes")
    unknown = set(tables) - set(COLUMNS)
    assert not unknown, f"no such core table: {unknown}"
    for name, text in COLUMNS.items():
        columns = [part.strip().split(" ") for part in text.split(",")]
        ddl = ", ".join(f'"{c[0]}" {c[1] if len(c) > 1 else "varchar"}' for c in columns)
        con.execute(f'create table core."{name}" ({ddl})')
        insert(con, name, [c[0] for c in columns], tables.get(name, ()))
    number_persons(con)
    run_sql_folder(con, "pipeline.core", list(DERIVED), {})
    return con


def number_persons(con: duckdb.DuckDBPyConnection) -> None:
    """Give everybody the whole number that core gives: the place in the order of names."""
    names = " union ".join(f"select person_id from core.{name}" for name in NUMBERED)
    number = "row_number() over (order by person_id) as person_key"
    con.execute(f"create table core.person_number as select person_id, {number} from ({names})")
    for name in NUMBERED:
        found = "from core.person_number as n where n.person_id = t.person_id"
        con.execute(f"update core.{name} as t set person_key = n.person_key {found}")


def insert(con: duckdb.DuckDBPyConnection, name: str, columns: list[str], rows: Sequence[Row]) -> None:
    """Add rows; a column that the table has not is an error."""
    if not rows:
        return
    for row in rows:
        assert set(row) <= set(columns), (name, set(row) - set(columns))
    marks = ",".join(["(" + ",".join("?" * len(columns)) + ")"] * len(rows))
    con.execute(f'insert into core."{name}" values {marks}', [row.get(c) for row in rows for c in columns])


def run_of(quarter: str = "2023Q2", as_of: str | date | None = None) -> Run:
    """A run of one quarter."""
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    return Run(Quarter.parse(quarter), datetime(2024, 1, 1), as_of=day)


def measured(
    tables: Tables,
    quarter: str = "2023Q2",
    as_of: str | date | None = None,
    measures: Collection[str] | None = None,
) -> duckdb.DuckDBPyConnection:
    """The warehouse after the outcomes stage, of some measures alone where they are named."""
    con = core_warehouse(tables)
    outcomes.measure(con, Settings(root=Path("."), data=Path(".")), run_of(quarter, as_of), measures)
    return con


def cell(con: duckdb.DuckDBPyConnection, measure: str, **keys: Any) -> dict[str, Any]:
    """The one cell with these keys (own set, all, whole measure unless said otherwise)."""
    keys = {"cell_set": "own", "group_by": "all", "component": "", "cohort": "programme"} | keys
    where = " and ".join(f"{name} = ?" for name in keys)
    found = con.execute(f"select * from outcomes.measure_cell where measure = ? and {where}", [measure, *keys.values()])
    names = [d[0] for d in found.description]
    rows = found.fetchall()
    assert len(rows) == 1, f"{len(rows)} cells for {measure} {keys}"
    return dict(zip(names, rows[0], strict=True))
