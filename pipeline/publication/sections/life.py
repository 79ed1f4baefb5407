"""Needs, housing, work and family contact: the same people before and after, in three states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.charts import Stream, flow_chart
from pipeline.disclosure import Cell, Row
from pipeline.publication import numbers
from pipeline.publication.cite import derived, is_shown, number
from pipeline.publication.markdown import Table, paragraphs
from pipeline.publication.report import Figure, Report, block
from pipeline.publication.sections.casework import PROGRAMME, definitions, part_title, parts_table, shares_table
from pipeline.publication.sections.parts import figure_notes
from pipeline.publication.strips import plain, strip_marks

NEEDS = ("raised", "met", "partly_met")
PATHS = ("housing_path", "work_path")
FAMILY = (("family_contact", ""), ("family_visit_7d", ""))
STATES = ("stable", "unstable", "unknown")


@dataclass(frozen=True)
class Flow:
    """People from one state to another: the cells it comes from, its count (None where hidden) and cited text."""

    before: str
    after: str
    count: float | None
    text: str


def needs(report: Report) -> str:
    """Needs that clients brought and which were met, by domain; housing, work and family contact afterwards."""
    tables = [parts_table(report, "needs", PROGRAMME, part) for part in NEEDS] if report.table("needs") else []
    return paragraphs(
        report.heading(1, "heading.needs", "sec-needs"),
        report.t("needs.intro"),
        *(tables or [report.t("none.table")]),
        definitions(report, ("needs",)),
        *(path(report, name) for name in PATHS),
        report.heading(2, "heading.family", "sec-family"),
        shares_table(report, "family", FAMILY, PROGRAMME, missing="none.family"),
    )


def path(report: Report, name: str) -> str:
    """One side of life, step by step: a flow as a figure and its numbers as a table."""
    title = report.heading(2, f"heading.{name}", f"sec-{name.replace('_', '-')}")
    if not report.table(name):
        return paragraphs(title, report.t("none.table"))
    steps = sorted({row.keys["component"] for row in report.rows(name, group_by="state_before")})
    parts = [step_part(report, name, step) for step in steps]
    return paragraphs(title, report.words(name, "definition"), *(parts or [report.t("none.group")]))


def step_part(report: Report, name: str, step: str) -> str:
    """One step of a path: the figure where some stream is shown, the table always."""
    rows = {row.keys["group_value"]: row for row in report.rows(
        name, group_by="state_before", component=step, cohort=PROGRAMME, cell_set="own")}  # fmt: skip
    flows = [flow for before in STATES if before in rows for flow in flows_from(report, before, rows[before])]
    return paragraphs(block(flow_figure(report, name, step, flows)), flow_table(report, name, step, rows, flows))


def flows_from(report: Report, before: str, row: Row) -> list[Flow]:
    """The three ways from one state: stable and unknown as released, unstable is what remains of the whole."""
    n, stable, unknown = (row.cells.get(key) for key in ("n", "x", "possible"))
    return [
        Flow(before, "stable", _count(stable), report.cite(stable)),
        Flow(before, "unstable", *_rest(report, n, stable, unknown)),
        Flow(before, "unknown", _count(unknown), report.cite(unknown)),
    ]


def _count(cell: Cell | None) -> float | None:
    return number(cell) if is_shown(cell) else None


def _rest(report: Report, n: Cell | None, stable: Cell | None, unknown: Cell | None) -> tuple[float | None, str]:
    if n is None or stable is None or unknown is None or not all(is_shown(cell) for cell in (n, stable, unknown)):
        hidden = next((c for c in (n, stable, unknown) if c is not None and not is_shown(c)), None)
        return None, report.cite(hidden)
    rest = max(0.0, number(n) - number(stable) - number(unknown))
    return rest, derived(numbers.format_count(rest, report.language), "rest", [n, stable, unknown])


def flow_figure(report: Report, name: str, step: str, flows: Sequence[Flow]) -> Figure | None:
    """A flow diagram; None where more streams are hidden than shown."""
    hidden_streams = sum(flow.count is None for flow in flows)
    if not any(flow.count for flow in flows) or 2 * hidden_streams > len(flows):
        return None
    before = [state for state in STATES if any(flow.before == state for flow in flows)]
    streams = [
        Stream(before.index(flow.before), STATES.index(flow.after), flow.count, plain(flow.text))
        for flow in flows
        if flow.count is None or flow.count > 0
    ]
    names = {state: strip_marks(report.label("state_before", state)) for state in STATES}
    words = "; ".join(
        report.t("alternative.stream", before=names[f.before], after=names[f.after], n=f.text) for f in flows
    )
    title = part_title(report, name, step)
    alternative = report.t("alternative.flow", title=title, pairs=words)
    heads = (plain(report.t("figure.before")), plain(report.t("figure.after")))
    chart = flow_chart(
        [names[state] for state in before], [names[state] for state in STATES], streams, heads, report.language,
        alternative=plain(alternative),
    )  # fmt: skip
    hidden = report.t("figure.stream_hidden") if hidden_streams else ""
    notes = [*figure_notes(report, name, "")[:1], *figure_notes(report, name, "")[2:], hidden]
    return report.figure(
        "-".join(part for part in (name, step) if part), report.t(f"question.{name}"), chart, notes, alternative
    )


def flow_table(report: Report, name: str, step: str, rows: dict[str, Row], flows: Sequence[Flow]) -> str:
    """The same flows as numbers: a line for each state before."""
    if not rows:
        return report.t("none.group")
    header = [report.t("column.state_before"), *(report.label("state_before", state) for state in STATES)]
    header.insert(1, report.t("column.n"))
    texts = {(flow.before, flow.after): flow.text for flow in flows}
    lines = [
        [
            report.label("state_before", before),
            report.cite(rows[before].cells.get("n")),
            *(texts.get((before, after), report.cite(None)) for after in STATES),
        ]
        for before in STATES
        if before in rows
    ]
    identifier = "-".join(part for part in ("tbl", name, step) if part)
    return str(Table(identifier, report.t("caption.flow", title=part_title(report, name, step)), header, lines))
