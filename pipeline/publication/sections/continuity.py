"""Continuity of care: the two primary outcomes by window, organisation, planning, prison and quarter; what went on."""

from __future__ import annotations

from pipeline.disclosure import Row
from pipeline.publication.constants import PRIMARY
from pipeline.publication.markdown import div, paragraphs
from pipeline.publication.report import Figure, Report, block
from pipeline.publication.sections.casework import definitions
from pipeline.publication.sections.curves import curve_block
from pipeline.publication.sections.parts import (
    comparison_sentence,
    forest,
    group_table,
    grouped,
    ladder_lines,
    rate_sentence,
    rate_table,
    windows_table,
)

FURTHER = ("treatment_continued", "treatment_engaged", "oat_continued", "retention", "handed_over", "transfer_survived")
COMPLEX = (("contact_made", "7"), ("treatment_started", "21"), ("return_to_prison", "365"))
TABS = ("partner", "prison", "quarter")


def continuity(report: Report) -> str:
    """Both primary outcomes, each with its windows, a comparison and breakdowns; then treatment that went on."""
    parts = [report.heading(1, "heading.continuity", "sec-continuity"), report.t("continuity.intro")]
    for measure, window in PRIMARY:
        parts.append(outcome(report, measure, window))
    return paragraphs(*parts, further(report))


def further(report: Report) -> str:
    """Secondary measures of continuity: their numbers in one table, what they mean, the curve of those who left."""
    names = [name for name in FURTHER if report.rows(name)]
    if not names:
        return ""
    lines = [
        (f"{report.words(name, 'title')}, {days}", row) for name in names for days, row in ladder_lines(report, name)
    ]
    ladders = any(row.keys["cell_set"] == "ladder" for _, row in lines)
    return paragraphs(
        report.heading(2, "heading.further", "sec-further"),
        rate_table(report, "further", report.t("caption.further"), report.t("column.measure"), lines),
        report.t("note.ladders") if ladders else "",
        definitions(report, names),
        *(curve_block(report, name) for name in names),
    )


def complex_cases(report: Report) -> str:
    """The clients that the Prison Service asked about: released far away, without housing or after many terms."""
    parts = []
    for measure, window in COMPLEX:
        rows = grouped(report, measure, window, "complex_case")
        title = report.words(measure, "title")
        if rows:
            caption = report.t("caption.by_complex_case", title=title, window=window)
            parts.append(rate_table(report, f"{measure}-complex", caption, report.t("column.group"), rows))
    head = report.heading(1, "heading.complex", "sec-complex")
    return paragraphs(head, report.t("complex.intro"), *(parts or [report.t("none.complex")]))


def outcome(report: Report, measure: str, window: str) -> str:
    """One outcome: sentence, windows, planned against unplanned, by organisation as a figure, the rest as tables."""
    title = report.words(measure, "title")
    return paragraphs(
        f"## {title} {{#sec-{measure.replace('_', '-')}}}",
        report.words(measure, "definition"),
        rate_sentence(report, measure, window, report.pooled(measure, window)),
        windows_table(report, measure),
        planned(report, measure, window),
        block(by_partner(report, measure, window)),
        tabs(report, measure, window),
    )


def by_partner(report: Report, measure: str, window: str) -> Figure | None:
    """An outcome by organisation, the whole beneath."""
    title = report.t("title.by_partner", title=report.words(measure, "title"), window=window)
    return forest(report, measure, window, "partner", title)


def planned(report: Report, measure: str, window: str) -> str:
    """The comparison of planned with unplanned releases under its own heading."""
    return div(paragraphs(report.t("heading.comparison"), planned_sentence(report, measure, window)), "comparison")


def planned_sentence(report: Report, measure: str, window: str) -> str:
    """Planned against unplanned releases: a comparison that says what it could have shown."""
    names = (report.t("group.planned"), report.t("group.unplanned"))
    title = report.words(measure, "title")
    what = report.t("what.rate", title=title[:1].lower() + title[1:], window=window)
    return comparison_sentence(report, *planned_rows(report, measure, window), names, what)


def planned_rows(report: Report, measure: str, window: str) -> tuple[Row | None, Row | None]:
    """Planned and unplanned releases, each where the release has it."""
    keys = {"group_by": "planned", "cohort": "programme", "cell_set": "own", "component": ""}
    rows = {row.keys["group_value"]: row for row in report.rows(measure, window=window, **keys)}
    return rows.get("planned"), rows.get("unplanned")


def tabs(report: Report, measure: str, window: str) -> str:
    """Tables by organisation, prison and quarter as tabs (headings where there are none)."""
    released = [group for group in TABS if grouped(report, measure, window, group)]
    if not released:
        return report.t("none.group")
    return div(paragraphs(*(panel(report, measure, window, group) for group in released)), "panel-tabset")


def panel(report: Report, measure: str, window: str, group: str) -> str:
    """One breakdown: its heading and its table."""
    title = report.heading(3, f"tab.{group}", f"tab-{measure.replace('_', '-')}-{group}")
    return paragraphs(title, group_table(report, measure, window, group))
