"""Return to prison: which definition, rates with bounds, the curve, breakdowns."""

from __future__ import annotations

from pipeline.charts import CurveWords, Line, Step, curve_chart
from pipeline.disclosure import Row
from pipeline.publication import numbers
from pipeline.publication.markdown import Table, paragraphs
from pipeline.publication.report import RETURN, YEAR, Figure, Report, block
from pipeline.publication.sections.continuity import by_partner, planned, tabs
from pipeline.publication.sections.parts import (
    RATE_COLUMNS,
    cell_text,
    figure_notes,
    grouped,
    rate_cells,
    rate_sentence,
    rate_table,
    shown,
    windows_table,
)
from pipeline.publication.strips import strip_marks, strip_tags

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


def is_return(name: str) -> bool:
    """Whether a measure is a definition of return; what follows a landmark is a description, not another definition."""
    return name.startswith(("return_", "reconviction_")) and not name.startswith("return_after_")


def _definitions(report: Report, found: list[str]) -> str:
    """Every definition with its number side by side, then in words."""
    header = [report.t("column.measure"), report.t("column.definition")]
    rows = [[report.words(name, "title"), report.words(name, "definition")] for name in found]
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
    return paragraphs(table, report.t("return.causes"))


def _windows(report: Report, found: list[str]) -> str:
    tables = [windows_table(report, name) for name in found if report.rows(name, group_by="quarter")]
    return paragraphs(report.heading(2, "heading.windows", "sec-windows"), *tables, report.t("return.bounds"))


def _cohorts(report: Report) -> str:
    lines = [
        (report.label("cohort", cohort), row) for cohort in COHORTS if (row := report.pooled(RETURN, YEAR, cohort))
    ]
    if len(lines) < 2:
        return ""
    header = [report.t("column.cohort"), *(report.t(f"column.{name}") for name in RATE_COLUMNS)]
    rows = [[name, *rate_cells(report, row)] for name, row in lines]
    caption = report.t("caption.cohorts", title=report.words(RETURN, "title"), window=YEAR)
    return paragraphs(
        report.heading(2, "heading.cohorts", "sec-cohorts"),
        str(Table("tbl-cohorts", caption, header, rows)),
        report.t("return.side_by_side"),
    )


def curve(report: Report, measure: str) -> str:
    """The curve of a measure, or a sentence that there is none."""
    return paragraphs(
        report.heading(2, "heading.curve", "sec-curve"), block(curve_figure(report, measure)) or report.t("none.curve")
    )


def curve_figure(report: Report, measure: str) -> Figure | None:
    """The curve with numbers at risk beneath; None when not released."""
    rows = report.rows(f"curve:{measure}", cohort="programme", group_by="all")
    steps = [_step(report, row) for row in sorted(rows, key=lambda row: int(row.keys["day_from"]))]
    shown_steps = [step for step in steps if step.percent is not None]
    if not shown_steps:
        return None
    suffix = numbers.NBSP + "%" if report.language == "cs" else "%"
    title = strip_marks(report.words(measure, "title"))
    words = CurveWords(report.t("axis.days"), title, report.t("axis.at_risk"), suffix)
    alternative = _alternative(report, measure, rows)
    chart = curve_chart([Line("", steps)], words, report.language, alternative=strip_marks(strip_tags(alternative)))
    released = [row for row in rows if shown(row.cells.get("incidence")) is not None]
    last = min(released, key=lambda row: abs(int(row.keys["day_to"]) - int(YEAR)))
    first = min(rows, key=lambda row: int(row.keys["day_from"]))
    caption = report.finding("curve", {"percent": last["incidence"]}, day=last.keys["day_to"], title=title)
    return report.figure(f"curve-{measure}", caption, chart, _notes(report, measure, first), alternative)


def _notes(report: Report, measure: str, first: Row) -> list[str]:
    definition, people, coverage, state = figure_notes(report, measure, YEAR, first.cells.get("at_risk"))
    observed = report.t("figure.observed", day=report.moment(report.observed))
    return [definition, people, observed if coverage else "", state, report.t("curve.note")]


def _step(report: Report, row: Row) -> Step:
    percent, low, high = (shown(row.cells.get(name)) for name in ("incidence", "low", "high"))
    at_risk = cell_text(report, row.cells.get("at_risk"))
    return Step(int(row.keys["day_from"]), int(row.keys["day_to"]), percent, low, high, at_risk)


def _alternative(report: Report, measure: str, rows: list[Row]) -> str:
    points = [
        report.t("alternative.day", day=row.keys["day_to"], percent=report.cite(row.cells.get("incidence")))
        for row in sorted(rows, key=lambda row: int(row.keys["day_to"]))
        if shown(row.cells.get("incidence")) is not None
    ]
    return report.t("alternative.curve", title=report.words(measure, "title"), pairs="; ".join(points))
