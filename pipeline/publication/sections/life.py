"""Needs, housing, work and family contact: the same people before and after, in three states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline import outcomes
from pipeline.charts import Stream, flow_chart
from pipeline.disclosure import Cell, Row
from pipeline.publication import numbers
from pipeline.publication.cite import counted, derived, is_shown, number
from pipeline.publication.markdown import Table, paragraphs
from pipeline.publication.report import Figure, Report, block
from pipeline.publication.sections.casework import PROGRAMME, definitions, part_title, parts_table, shares_table
from pipeline.publication.sections.parts import figure_notes
from pipeline.publication.strips import plain, strip_marks

NEEDS = ("raised", "met", "partly_met")
PATHS = ("housing_path", "work_path")
FAMILY = (("family_contact", ""), ("family_visit_7d", ""))
STATES = ("stable", "unstable", "unknown")


EVERYBODY = "all"


@dataclass(frozen=True)
class Step:
    """One step of a path: its part of the measure, rows by the state before (`all` is everybody), their flows."""

    part: str
    rows: dict[str, Row]
    flows: Sequence[Flow]


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
    """One side of life, step by step: flows as figures where enough of them is shown, all their numbers in a table."""
    title = report.heading(2, f"heading.{name}", f"sec-{name.replace('_', '-')}")
    if not report.table(name):
        return paragraphs(title, report.t("none.table"))
    steps = steps_of(report, name)
    if not steps:
        return paragraphs(title, report.words(name, "definition"), report.t("none.group"))
    drawn = [flow_figure(report, name, step.part, step.flows) for step in steps]
    hidden = [flow for step, figure in zip(steps, drawn, strict=True) if figure is None for flow in step.flows]
    return paragraphs(
        title,
        report.words(name, "definition"),
        *(block(figure) for figure in drawn),
        not_drawn(report, hidden),
        flow_table(report, name, steps),
    )


def steps_of(report: Report, name: str) -> list[Step]:
    """A path's steps in the order in which they come, each with everybody first and then by the state before."""
    rows = report.rows(name, cohort=PROGRAMME, cell_set="own")
    parts = {row.keys["component"] for row in rows if row.keys["group_by"] == "state_before"}
    order = [part for part in outcomes.COMPONENTS if part in parts]
    return [_step(report, part, [row for row in rows if row.keys["component"] == part]) for part in order]


def _step(report: Report, part: str, rows: Sequence[Row]) -> Step:
    before = {row.keys["group_value"]: row for row in rows if row.keys["group_by"] == "state_before"}
    before |= {row.keys["group_by"]: row for row in rows if row.keys["group_by"] == EVERYBODY}
    found = {state: before[state] for state in (EVERYBODY, *STATES) if state in before}
    return Step(part, found, [flow for state, row in found.items() for flow in flows_from(report, state, row)])


def not_drawn(report: Report, flows: Sequence[Flow]) -> str:
    """Why there is no diagram, with how many of its numbers are not shown; an empty text where each was drawn."""
    streams = [flow for flow in flows if flow.before != EVERYBODY]
    if not streams:
        return ""
    missing = sum(flow.count is None for flow in streams)
    values = {
        "missing": counted(missing, report.language, "hidden"),
        "all": counted(len(streams), report.language, "cells"),
    }
    return report.t("life.not_drawn", **values)


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
    flows = [flow for flow in flows if flow.before != EVERYBODY]
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


def flow_table(report: Report, name: str, steps: Sequence[Step]) -> str:
    """The same flows as numbers, a line for each step and state before; lines without any number are named beneath."""
    header = [report.t(f"column.{key}") for key in ("life_step", "state_before", "n")]
    header += [report.t("column.state_after", state=report.label("state_before", state)) for state in STATES]
    lines, silent = [], []
    for step in steps:
        for before, row in step.rows.items():
            names = [report.label("component", step.part), _before(report, before)]
            texts = [flow.text for flow in step.flows if flow.before == before]
            shown = is_shown(row.cells.get("n")) or any(
                flow.count is not None for flow in step.flows if flow.before == before
            )
            lines += [[*names, report.cite(row.cells.get("n")), *texts]] if shown else []
            silent += [] if shown else [", ".join(names)]
    notes = [report.t("life.silent", names="; ".join(silent))] if silent else []
    caption = report.t("caption.flow", title=report.words(name, "title"))
    return str(Table(f"tbl-{name}", caption, header, lines, numeric_from=2, notes=notes))


def _before(report: Report, before: str) -> str:
    return report.t("group.all") if before == EVERYBODY else report.label("state_before", before)
