"""Return to prison: which definition, rates with bounds, the curve, breakdowns."""

from __future__ import annotations

from pipeline.disclosure import Row
from pipeline.publication.markdown import Table, paragraphs
from pipeline.publication.report import RETURN, YEAR, Report, block
from pipeline.publication.sections.casework import definitions
from pipeline.publication.sections.continuity import by_partner, planned, tabs
from pipeline.publication.sections.curves import curve_block, is_return
from pipeline.publication.sections.parts import (
    RATE_COLUMNS,
    grouped,
    rate_cells,
    rate_sentence,
    rate_table,
    windows_table,
)
from pipeline.publication.sections.recurrence import placed, recurrence

CAUSE = "cause_of_return"
COHORTS = ("programme", "comparison", "all_releases")


def returns(report: Report) -> str:
    """The section on return to prison."""
    found = measures(report)
    head = paragraphs(report.heading(1, "heading.return", "sec-return"), report.t("return.intro"))
    if not found:
        return paragraphs(head, report.t("none.table"))
    return paragraphs(
        head,
        rate_sentence(report, RETURN, YEAR, report.pooled(RETURN, YEAR)),
        report.t("return.stay"),
        _definitions(report, found),
        _causes(report),
        _windows(report, found),
        recurrence(report, found),
        curve(report, RETURN),
        _cohorts(report),
        planned(report, RETURN, YEAR),
        block(by_partner(report, RETURN, YEAR)),
        tabs(report, RETURN, YEAR),
    )


def measures(report: Report) -> list[str]:
    """Return measures of this release, the headline first."""
    found = [name for name in report.bundle.tables if is_return(name)]
    return sorted(found, key=lambda name: (name != RETURN, name))


def _definitions(report: Report, found: list[str]) -> str:
    """Every definition with its number side by side, then in words; how often and how soon is defined further on."""
    header = [report.t("column.measure"), report.t("column.definition")]
    rows = [[report.words(name, "title"), report.words(name, "definition")] for name in found if not placed(name)]
    lines = [
        (f"{report.words(name, 'title')}, {report.days(row.keys['window'])}", row)
        for name, row in _one_year(report, found)
    ]
    return paragraphs(
        report.heading(2, "heading.definitions", "sec-definitions"),
        rate_table(report, "side-by-side", report.t("caption.side_by_side"), report.t("column.measure"), lines),
        report.t("return.side_by_side_note"),
        str(Table("tbl-definitions", report.t("caption.definitions"), header, rows, numeric_from=2)),
    )


def _one_year(report: Report, found: list[str]) -> list[tuple[str, Row]]:
    """Each definition that is a rate, at one year or at the only window that it has."""
    rows = {name: report.rows(name, cohort="programme", cell_set="own", component="", group_by="all") for name in found}
    chosen = {
        name: [row for row in own if row.keys["window"] == YEAR] or own[:1]
        for name, own in rows.items()
        if report.bundle.meta.definitions[name]["kind"] == "rate"
    }
    return [(name, own[0]) for name, own in chosen.items() if own]


def _causes(report: Report) -> str:
    """What the first return was for, where the release holds it."""
    lines = grouped(report, CAUSE, YEAR, "reason")
    if not lines:
        return ""
    caption = report.t("caption.causes", window=YEAR)
    table = rate_table(report, "causes", caption, report.t("column.group"), lines)
    return paragraphs(table, definitions(report, (CAUSE,)))


def _windows(report: Report, found: list[str]) -> str:
    tables = [windows_table(report, name) for name in found if report.rows(name, group_by="quarter")]
    return paragraphs(report.heading(2, "heading.windows", "sec-windows"), *tables, report.t("return.bounds"))


def _cohorts(report: Report) -> str:
    """The programme beside other cohorts; one that the release leaves out is named."""
    lines = [
        (report.label("cohort", cohort), row) for cohort in COHORTS if (row := report.pooled(RETURN, YEAR, cohort))
    ]
    if not lines:
        return ""
    missing = [report.label("cohort", cohort) for cohort in COHORTS if not report.pooled(RETURN, YEAR, cohort)]
    note = report.t("return.cohorts_missing", names=", ".join(missing)) if missing else ""
    if len(lines) < 2:
        return paragraphs(report.heading(2, "heading.cohorts", "sec-cohorts"), note)
    header = [report.t("column.cohort"), *(report.t(f"column.{name}") for name in RATE_COLUMNS)]
    rows = [[name, *rate_cells(report, row)] for name, row in lines]
    caption = report.t("caption.cohorts", title=report.words(RETURN, "title"), window=YEAR)
    return paragraphs(
        report.heading(2, "heading.cohorts", "sec-cohorts"),
        str(Table("tbl-cohorts", caption, header, rows)),
        note,
        report.t("return.side_by_side"),
    )


def curve(report: Report, measure: str) -> str:
    """The curve of a measure, or a sentence that there is none."""
    return paragraphs(
        report.heading(2, "heading.curve", "sec-curve"), curve_block(report, measure) or report.t("none.curve")
    )
