"""Continuity of care: the two primary outcomes by window, organisation, planning, prison and quarter; what went on."""

from __future__ import annotations

from pipeline.publication.markdown import div, paragraphs
from pipeline.publication.report import PRIMARY, Report
from pipeline.publication.sections.parts import (
    comparison_sentence,
    forest,
    group_table,
    grouped,
    rate_sentence,
    windows_table,
)

FURTHER = ("treatment_continued", "oat_continued")
TABS = ("partner", "prison", "quarter")


def continuity(report: Report) -> str:
    """Both primary outcomes, each with its windows, a comparison and breakdowns; then treatment that went on."""
    parts = [report.heading(1, "heading.continuity", "sec-continuity"), report.t("continuity.intro")]
    for measure, window in PRIMARY:
        parts.append(outcome(report, measure, window))
    parts += [further(report, measure) for measure in FURTHER if report.rows(measure)]
    return paragraphs(*parts)


def further(report: Report, measure: str) -> str:
    """A secondary measure of continuity: what it means and its windows."""
    title = f"## {report.words(measure, 'title')} {{#sec-{measure.replace('_', '-')}}}"
    return paragraphs(title, report.words(measure, "definition"), windows_table(report, measure))


def outcome(report: Report, measure: str, window: str) -> str:
    """One outcome: sentence, windows, planned against unplanned, by organisation as a figure, the rest as tables."""
    title = report.words(measure, "title")
    return paragraphs(
        f"## {title} {{#sec-{measure.replace('_', '-')}}}",
        report.words(measure, "definition"),
        rate_sentence(report, measure, window, report.pooled(measure, window)),
        windows_table(report, measure),
        planned(report, measure, window),
        forest(report, measure, window, "partner", report.t("title.by_partner", title=title, window=window)),
        tabs(report, measure, window),
    )


def planned(report: Report, measure: str, window: str) -> str:
    """Planned against unplanned releases: a comparison that says what it could have shown."""
    rows = {row.keys["group_value"]: row for row in report.rows(
        measure, window=window, group_by="planned", cohort="programme", cell_set="own", component=""
    )}  # fmt: skip
    names = (report.t("group.planned"), report.t("group.unplanned"))
    what = report.t("axis.rate", title=report.words(measure, "title"), window=window)
    sentence = comparison_sentence(report, rows.get("planned"), rows.get("unplanned"), names, what)
    return div(paragraphs(report.t("heading.comparison"), sentence), "comparison")


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
