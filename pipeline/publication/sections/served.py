"""Who was served: from the list to the analysis, with everybody who was lost on the way."""

from __future__ import annotations

from pipeline.charts import BarRow, steps_chart
from pipeline.disclosure import Cell, Row
from pipeline.publication.cite import is_shown
from pipeline.publication.labels import place
from pipeline.publication.markdown import Table, paragraphs
from pipeline.publication.report import Figure, Report, block
from pipeline.publication.sections.parts import cell_text, figure_notes, rate_table, repeated_note, said, shown
from pipeline.publication.strips import strip_marks, strip_tags

TITLE = ("applied", "agreed", "first_release")
"""The steps whose numbers make the figure's title."""
REACH = ("all", "sex", "age", "citizenship", "region")
NAMED = ("region",)
"""Groupings whose names say by themselves what they are."""


def served(report: Report) -> str:
    """The attrition of the programme cohort as a figure and a table."""
    head = paragraphs(report.heading(1, "heading.served", "sec-served"), report.t("served.intro"))
    if not agreements_delivered(report):
        return paragraphs(head, report.t("wording.rate.not_collected"))
    if not steps(report):
        return paragraphs(head, report.t("none.table"), reach(report))
    if not any(is_shown(cell) for row in steps(report, lost=True) for cell in row.cells.values()):
        return paragraphs(head, report.t("none.steps"), reach(report))
    return paragraphs(head, block(attrition_figure(report)), _table(report), reach(report))


def reach(report: Report) -> str:
    """Equal access: which share of those who could be served had an agreement, group by group."""
    head = report.heading(2, "heading.reach", "sec-reach")
    lines = []
    for group in REACH:
        rows = report.rows("reach", group_by=group, cell_set="own", component="")
        rows = sorted(rows, key=lambda row: place(group, row.keys["group_value"]))
        lines += [(_group(report, group, row), row) for row in rows]
    if not lines:
        return paragraphs(head, report.t("none.reach"))
    table = rate_table(report, "reach", report.t("caption.reach"), report.t("column.group"), lines)
    return paragraphs(head, report.words("reach", "definition"), table)


def _group(report: Report, group: str, row: Row) -> str:
    if group == "all":
        return report.t("group.all")
    name = report.label(group, row.keys["group_value"])
    return (
        name if group in NAMED and row.keys["group_value"] != "unknown" else f"{report.t(f'group_by.{group}')}: {name}"
    )


def steps(report: Report, *, lost: bool = False) -> list[Row]:
    """The steps of the programme cohort in order; `lost` adds beneath each step those who fell out, by reason.

    None where nobody delivers agreements: noughts would say that there are no clients.
    """
    rows = report.rows("attrition", cohort="programme") if agreements_delivered(report) else []
    kept = [row for row in rows if lost or not row.keys.get("reason")]
    return sorted(kept, key=lambda row: (int(row.keys["step_number"]), row.keys.get("reason", "")))


def agreements_delivered(report: Report) -> bool:
    """Whether any organisation delivers agreements, or people are counted all the same."""
    persons = [row.cells.get("persons") for row in report.rows("attrition", cohort="programme")]
    counted = not persons or any(cell is None or cell.value != 0 for cell in persons)
    return counted or bool(report.rows("coverage", table_name="case"))


def step_name(report: Report, row: Row) -> str:
    """A step's name in the reader's language, or why people fell out before it."""
    reason = row.keys.get("reason", "")
    if reason:
        return report.t("served.lost", reason=report.label("reason", reason))
    return report.label("step", row.keys["step"])


def attrition_figure(report: Report) -> Figure | None:
    """The steps as bars, None where none is shown; the title states the finding only where all its numbers are."""
    rows = steps(report)
    if not any(is_shown(row.cells.get("persons")) for row in rows):
        return None
    bars = [_bar(report, row) for row in rows]
    pairs = "; ".join(f"{step_name(report, row)}: {said(report, row.cells.get('persons'))}" for row in rows)
    alternative = report.t("alternative.attrition", pairs=pairs)
    cells = {step: _persons(report, step) for step in TITLE}
    title = report.finding("attrition", cells)
    chart = steps_chart(bars, report.language, alternative=strip_marks(strip_tags(alternative)))
    repeats = next(filter(None, (repeated_note(report, row) for row in rows)), "")
    notes = [report.t("served.definition"), *figure_notes(report, "contact_made", "7")[2:], repeats]
    return report.figure("attrition", title, chart, notes, alternative)


def _persons(report: Report, step: str) -> Cell | None:
    row = report.row("attrition", cohort="programme", step=step, reason="")
    return row.cells.get("persons") if row else None


def _bar(report: Report, row: Row) -> BarRow:
    cell = row.cells.get("persons")
    return BarRow(strip_marks(step_name(report, row)), shown(cell), cell_text(report, cell))


def _table(report: Report) -> str:
    header = [report.t("column.step"), report.t("column.persons"), report.t("column.releases")]
    lines = [
        [step_name(report, row), report.cite(row.cells.get("persons")), report.cite(row.cells.get("releases"))]
        for row in steps(report, lost=True)
    ]
    return str(Table("tbl-attrition", report.t("caption.attrition"), header, lines))
