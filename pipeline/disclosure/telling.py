"""What attrition and curves tell of the tables beside them is withheld, the least missed first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from pipeline.disclosure.audit import Auditor
from pipeline.disclosure.beside import BESIDE_ATTRITION, OPEN, PER_RELEASE, RELEASES, WAYS
from pipeline.disclosure.leaving import Tables, leave_out_cohorts
from pipeline.disclosure.planning import Planned

COHORTS = ((PER_RELEASE,), (OPEN,), (PER_RELEASE, OPEN))  # whose tables are tried, the least missed first


def withhold_what_tells(tables: Tables, auditor: Auditor) -> None:
    """Withhold curves and attrition that tell what tables alone do not: they say again what those say better.

    Before the way into the programme is withheld, from which a reader learns how many clients there are, the tables of
    cohorts that differ from it by few go, where that suffices.
    """
    beside = auditor.beside
    if beside is None:
        return
    for what in WAYS:
        rows = [plan for planned in tables.values() for plan in planned if beside.speaks_of(plan.row)]
        told = _told(rows, auditor)
        if not told:
            break
        beside.withhold([plan.row for plan in told], what)
        if what in (BESIDE_ATTRITION, RELEASES):
            leave_out_cohorts(tables, _cohorts_that_help(rows, auditor), auditor)


def _told(rows: Sequence[Planned], auditor: Auditor) -> list[Planned]:
    """Rows of which curves and attrition tell any reader more than the tables do."""
    reader = replace(auditor, profile=auditor.profile.model_copy(update={"insiders": ()}), series=None)
    alone = {(f.target.row, f.target.statistic) for f in replace(reader, beside=None).weak(rows)}
    return [rows[f.target.row] for f in reader.weak(rows) if (f.target.row, f.target.statistic) not in alone]


def _cohorts_that_help(rows: Sequence[Planned], auditor: Auditor) -> Collection[str]:
    """Cohorts beside the programme without whose tables nothing is told."""
    if _told(rows, auditor):
        for cohorts in COHORTS:
            if not _told([plan for plan in rows if plan.row.cohort not in cohorts], auditor):
                return cohorts
    return ()
