"""The outcomes stage: `core` in, cohorts, follow-up, activity, curves and measure cells out."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pipeline.outcomes.declared import read_declared
from pipeline.outcomes.define_exposure import return_parts
from pipeline.outcomes.definition import Measure
from pipeline.outcomes.incidence import add_days_to_return
from pipeline.outcomes.prepare import prepare
from pipeline.outcomes.registry import find_measure
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.warehouse import Connection, plain_text, run_sql_folder

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
    "release_seen",
    "cohort_member",
    "release_subset",
    "declared_cohort",
    "way",
    "attrition",
    "return_per_release",
    "conviction_per_release",
    "continuity_per_release",
    "event_per_release",
    "follow_up",
    "activity",
    "care",
    "client_month",
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
    "unit_follow_up",
    "tdi",
    "curve",
    "return_day",
)
"""The SQL files in order; each fills the tables that its comments describe. Then follow the cells."""
FEEDS = {
    "client_month": {"dose", "caseload", "complaints", "applications", "complaints_explained"},
    "unit_release": {"plan_ready", "lead_time", "unplanned_release_share"},
    "unit_before": {"pre_release_contacts", "documents_at_release", "post_release_death"},
    "unit_dose": {"dose"},
    "unit_case": {"needs", "agreements", "cancelled_by_prison_share", "missed_share"},
    "unit_family": {"family_contact", "family_visit_7d"},
    "unit_complaint": {"complaints"},
    "care": {"treatment_engaged", "retention", "handed_over", "transfer_survived", "oat_continued"},
    "unit_care": {"treatment_engaged", "retention", "handed_over", "transfer_survived", "oat_continued"},
    "unit_client": {"applications", "caseload", "complaints_explained"},
    "unit_reach": {"reach"},
    "unit_path": {"housing_path", "work_path"},
    "instrument": {"instrument_repeated", "instrument_change", "instrument_better", "instrument_worse"},
    "unit_exposure": {"net_exposure", "proof_time", "reconviction_frequency", "reconviction_2y_frequency"},
    "return_day": {"days_to_return", "days_to_reconviction"},
    "unit_landmark": {"return_after_contact", "return_after_treatment"},
}
"""Steps that only some measures need."""
READ_ACTIVITY = ("care", "unit_before", "unit_dose", "unit_case", "unit_family", "unit_complaint")
FEEDS["activity"] = set().union(*(FEEDS[step] for step in READ_ACTIVITY))
COUNTS = {
    "cohort_member": "select (select count(*) from outcomes.member) + (select count(*) from outcomes.release_observed)"
    " + (select count(*) from outcomes.cohort_member where cohort in ('romodrom', 'family'))",
    "follow_up": "select coalesce(sum(entries), 0) + (select count(*) from outcomes.follow_up_row)"
    " from outcomes.observed_follow_up",
}
"""Rows of views that are long, told without putting the rows together."""
CELLS = ("cell_series", "group_number", "member_count", "cell_part", "cell_person", "measure_cell")


def measure(con: Connection, settings: Settings, run: Run, measures: Collection[str] | None = None) -> dict[str, int]:
    """Fill every table of `outcomes` from `core` for one run; returns the rows of each table.

    Equal core tables, quarter and as-of date give equal rows, whatever the order of the input rows. `measures` leaves
    all others out, with the steps that only those need. Raises SettingsError for an unknown one.
    """
    declared = read_declared(settings.root)
    known = declared.all_measures
    chosen = known if measures is None else {name: find_measure(name, known) for name in measures}
    read_from = {kind for name, _, kind, _, share in return_parts() if name in chosen and share}
    chosen = {name: m for name, m in known.items() if name in read_from} | chosen
    prepare(con, run, chosen, declared)
    steps = [name for name in STEPS if _needed(name, chosen)]
    with plain_text(con):
        run_sql_folder(con, PACKAGE, [f"sql/{name}" for name in steps], {})
        if "return_day" in steps:
            add_days_to_return(con)
        run_sql_folder(con, PACKAGE, [f"sql/{name}" for name in CELLS], {})
    return {name: _count(con, name) for name in TABLES}


def _needed(step: str, chosen: Mapping[str, Measure]) -> bool:
    """Whether a step feeds one of the measures; a step that no list names feeds them all."""
    return step not in FEEDS or not FEEDS[step].isdisjoint(chosen)


def _count(con: Connection, name: str) -> int:
    row = con.execute(COUNTS.get(name, f"select count(*) from outcomes.{name}")).fetchone()
    return int(row[0]) if row else 0
