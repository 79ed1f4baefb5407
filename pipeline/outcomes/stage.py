"""The outcomes stage: `core` in, cohorts, follow-up, activity, curves and measure cells out."""

from __future__ import annotations

from pipeline.outcomes.incidence import add_days_to_return
from pipeline.outcomes.prepare import prepare
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.warehouse import Connection, run_sql_folder

PACKAGE = "pipeline.outcomes"
TABLES = (
    "cohort_member",
    "attrition",
    "follow_up",
    "activity",
    "measure_cell",
    "curve",
    "tdi_cell",
    "measure_registry",
)
STEPS = (
    "partner_table",
    "case_period",
    "cohort_member",
    "release_subset",
    "attrition",
    "observation",
    "return_per_release",
    "conviction_per_release",
    "activity",
    "continuity_per_release",
    "follow_up",
    "care",
    "client_month",
    "unit_follow_up",
    "unit_release",
    "unit_before",
    "unit_dose",
    "unit_case",
    "unit_family",
    "unit_complaint",
    "unit_care",
    "unit_client",
    "unit_reach",
    "unit_path",
    "instrument",
    "unit_exposure",
    "unit_landmark",
    "unit_complex",
    "tdi",
    "curve",
)
"""The SQL files in order; each fills the tables that its comments describe. Then follow the cells."""
CELLS = ("cell_series", "member_count", "unit_cube", "shared_member", "measure_cell")


def measure(con: Connection, settings: Settings, run: Run) -> dict[str, int]:
    """Fill every table of `outcomes` from `core` for one run; returns the rows of each table.

    Equal core tables, quarter and as-of date give equal rows, whatever the order of the input rows.
    """
    run_sql_folder(con, PACKAGE, ["sql/tables"], {})
    prepare(con, run)
    run_sql_folder(con, PACKAGE, [f"sql/{name}" for name in STEPS], {})
    add_days_to_return(con)
    run_sql_folder(con, PACKAGE, [f"sql/{name}" for name in CELLS], {})
    return {name: _count(con, name) for name in TABLES}


def _count(con: Connection, name: str) -> int:
    row = con.execute(f"select count(*) from outcomes.{name}").fetchone()
    return int(row[0]) if row else 0
