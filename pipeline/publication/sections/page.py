"""A page for one organisation or one prison: how the work went, results only where they may be published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.charts import RateRow, forest_chart
from pipeline.disclosure import Row
from pipeline.model import code_list
from pipeline.publication import numbers
from pipeline.publication.cite import counted, is_shown, number
from pipeline.publication.constants import PRIMARY
from pipeline.publication.differences import detectable_from_whole, points
from pipeline.publication.editions import subjects
from pipeline.publication.markdown import Table, bullets, escape, heading, paragraphs
from pipeline.publication.report import RETURN, YEAR, Figure, Report, block
from pipeline.publication.sections.casework import part_title, unit_words
from pipeline.publication.sections.cooperation import access_sentence, funnel
from pipeline.publication.sections.parts import pair, rate_row, rate_sentence, span_cell
from pipeline.publication.sections.quality import coverage_table, latest, quality_table
from pipeline.publication.sections.summary import state
from pipeline.publication.strips import plain, strip_marks, strip_tags

PROCESSES = ("unplanned_release_share", "applications")
"""Measures that a page counts to how the work went, beside those that the registry calls processes."""
UNSHOWN = ("hidden", "too_early", "not_collected", "unknown")
OUTCOMES = (*PRIMARY, (RETURN, YEAR))
FUNNEL = "cancelled_by_prison_share"
MAIN = "programme"
COHORTS = (MAIN, "romodrom")


@dataclass(frozen=True)
class Line:
    """One measure about one subject: its title, its row, and the whole programme's, None where that is the same
    people or is not released."""

    measure: str
    title: str
    row: Row
    whole: Row | None
    process: bool


def partner_page(report: Report, subject: str) -> str:
    """The page of one organisation."""
    subject = subject_of(report, "partner", subject)
    lines = measures_of(report, "partner", subject)
    rows = latest(report.rows("data_quality", partner=subject))
    return paragraphs(
        _opening(report, "partner", subject, lines),
        _process(report, "partner", subject, lines),
        _outcomes(report, "partner", subject, lines),
        _absent(report, "partner", subject, lines),
        report.heading(1, "heading.own_data", "sec-data"),
        report.t("page.partner.data"),
        coverage_table(report, subject),
        quality_table(report, rows) if rows else report.t("none.table"),
        _closing(report),
    )


def prison_page(report: Report, subject: str) -> str:
    """The page of one prison."""
    subject = subject_of(report, "prison", subject)
    lines = measures_of(report, "prison", subject)
    return paragraphs(
        _opening(report, "prison", subject, lines),
        _process(report, "prison", subject, lines),
        block(funnel(report, FUNNEL, subject)),
        report.heading(2, "heading.access", "sec-access"),
        access_sentence(report, subject),
        _outcomes(report, "prison", subject, lines),
        _absent(report, "prison", subject, lines),
        _closing(report),
    )


def subject_of(report: Report, group_by: str, subject: str) -> str:
    """The subject asked for; without one, the first, for whoever renders a page by hand."""
    known = set(report.context.partners) if group_by == "partner" else set(code_list("prison").codes)
    return subject or next(iter(subjects(report.bundle, group_by, known)), "")


def measures_of(report: Report, group_by: str, subject: str) -> list[Line]:
    """Every measure that is released about a subject, one line a cohort, part and main length of follow-up."""
    found = [
        (name, row)
        for name in report.bundle.tables
        for row in report.rows(name, group_by=group_by, group_value=subject, cell_set="own")
        if "component" in row.keys and row.keys["cohort"] in COHORTS and row.keys["window"] == main_window(report, name)
    ]
    several = len({row.keys["cohort"] for _, row in found}) > 1
    return [_line(report, name, row, group_by, several) for name, row in found]


def _line(report: Report, name: str, row: Row, group_by: str, several: bool) -> Line:
    """`several`: the page holds two cohorts, so a line of the second says which it is of."""
    keys = {key: row.keys[key] for key in ("component", "cohort", "window")}
    cohort = row.keys["cohort"]
    title = _title(report, name, row) + (f" ({report.label('cohort', cohort)})" if several and cohort != MAIN else "")
    alone = len(report.rows(name, group_by=group_by, cell_set="own", **keys)) == 1
    whole = None if alone else report.row(name, group_by="all", cell_set="own", **keys)
    process = bool(report.bundle.meta.definitions[name].get("process")) or name in PROCESSES
    return Line(name, title, row, whole, process)


def main_window(report: Report, name: str) -> str:
    """The length of follow-up that a page shows of a measure: the primary one, else a year, else its first."""
    known = {row.keys["window"] for row in report.rows(name, cell_set="own")}
    fixed = dict(OUTCOMES).get(name, YEAR)
    return fixed if fixed in known else min(known, key=lambda text: int(text or 0), default="")


def _title(report: Report, name: str, row: Row) -> str:
    title = part_title(report, name, row.keys["component"])
    return f"{title}, {report.days(row.keys['window'])}" if row.keys["window"] else title


def _opening(report: Report, kind: str, subject: str, lines: Sequence[Line]) -> str:
    name = report.label(kind, subject)
    periods = [line.row.cells["period_to"] for line in lines if is_shown(line.row.cells.get("period_to"))]
    last = max((str(cell.value) for cell in periods), default="")
    until = report.t("page.until", quarter=report.moment(last)) if last else ""
    return paragraphs(
        report.heading(1, "heading.page", "sec-page"),
        report.t(f"page.{kind}.intro", name=name),
        until,
        state(report),
    )


def _process(report: Report, kind: str, subject: str, lines: Sequence[Line]) -> str:
    shares = [line for line in lines if line.process and _is_share(line.row)]
    values = [line for line in lines if is_shown(line.row.cells.get("value"))]
    if not shares and not values:
        return paragraphs(report.heading(1, "heading.process", "sec-process"), report.t("none.table"))
    return paragraphs(
        report.heading(1, "heading.process", "sec-process"),
        report.t("page.process.intro" if beside(lines) else "page.process.alone"),
        share_table(report, "process", report.t("caption.process"), shares) if shares else "",
        value_table(report, values) if values else "",
        block(own_figure(report, subject, shares)),
    )


def _is_share(row: Row) -> bool:
    """Whether a row is a share of something, shown or not, rather than a median or a dose."""
    return str(row["value"].status) == "not_applicable" and str(row["x"].status) != "not_applicable"


def share_table(report: Report, name: str, caption: str, lines: Sequence[Line]) -> str:
    """Shares of one subject beside the whole programme's; lines without any number are named at the page's end."""
    seen = with_numbers(lines)
    if not seen:
        return report.t("page.no_numbers")
    header = [report.t(f"column.{key}") for key in ("measure", "n", "x", "rate", "interval")]
    header += [report.t("column.whole")] if beside(lines) else []
    rows = [
        [
            line.title,
            report.cite(line.row.cells.get("n")),
            report.cite(line.row.cells.get("x")),
            report.cite(line.row.cells.get("rate")),
            span_cell(report, line.row, "low", "high"),
            *_of_whole(report, line, lines, "rate"),
        ]
        for line in seen
    ]
    return str(Table(f"tbl-{name}", caption, header, rows))


def with_numbers(lines: Sequence[Line]) -> list[Line]:
    """Those of which the page shows a number of its subject."""
    return [line for line in lines if any(is_shown(line.row.cells.get(name)) for name in ("n", "x", "rate"))]


def value_table(report: Report, lines: Sequence[Line]) -> str:
    """Medians and amounts of one subject beside the whole programme's."""
    header = [report.t(f"column.{key}") for key in ("measure", "n", "value", "unit")]
    header += [report.t("column.whole")] if beside(lines) else []
    rows = [
        [
            line.title,
            report.cite(line.row.cells.get("n")),
            report.cite(line.row.cells.get("value")),
            unit_words(report, line.measure, line.row.keys["component"]),
            *_of_whole(report, line, lines, "value"),
        ]
        for line in lines
    ]
    return str(Table("tbl-values", report.t("caption.values"), header, rows))


def beside(lines: Sequence[Line]) -> bool:
    """Whether the whole programme stands beside any of the lines."""
    return any(line.whole for line in lines)


def _of_whole(report: Report, line: Line, lines: Sequence[Line], statistic: str) -> list[str]:
    whole = line.whole.cells.get(statistic) if line.whole else None
    return [report.cite(whole)] if beside(lines) else []


def own_figure(report: Report, subject: str, lines: Sequence[Line]) -> Figure | None:
    """Own shares with their intervals, the whole programme's as an open mark; None where nothing is shown."""
    shown = [line for line in lines if is_shown(line.row.cells.get("rate"))]
    if not shown:
        return None
    rows = [_beside(report, line) for line in shown]
    suffix = numbers.NBSP + "%" if report.language == "cs" else "%"
    words = "; ".join(pair(report, line.title, line.row) for line in shown)
    alternative = report.t("alternative.attrition", pairs=words)
    axis = plain(report.t("axis.own"))
    chart = forest_chart(rows, axis, suffix, report.language, alternative=strip_marks(strip_tags(alternative)))
    compared = [(line.row, line.whole) for line in shown if line.whole]
    notes = [report.t("figure.beside"), least_from_whole(report, compared)] if compared else []
    title = report.t("question.own" if compared else "question.alone")
    return report.figure(f"own-{subject}", title, chart, notes, alternative)


def least_from_whole(report: Report, compared: Sequence[tuple[Row, Row]]) -> str:
    """The smallest difference from the whole programme that the line with most people could show."""
    row, whole = max(compared, key=lambda pair: number(pair[0]["persons"]))
    least = detectable_from_whole(row, whole)
    if least is None:
        return ""
    cells = [row["persons"], whole["persons"], whole["rate"]]
    return report.t("figure.least_own", points=points(least, "detectable_from_whole", cells, report.language))


def _beside(report: Report, line: Line) -> RateRow:
    row = rate_row(report, strip_marks(line.title), line.row)
    whole = line.whole.cells.get("rate") if line.whole else None
    value = float(whole.value) if whole and is_shown(whole) and isinstance(whole.value, int | float) else None
    return RateRow(row.label, row.percent, row.low, row.high, row.text, value)


def _outcomes(report: Report, kind: str, subject: str, lines: Sequence[Line]) -> str:
    head = paragraphs(report.heading(1, "heading.results", "sec-results"), report.t(f"page.{kind}.results"))
    shares = [line for line in lines if not line.process and _is_share(line.row)]
    if not shares:
        return paragraphs(head, report.t("page.no_results"))
    sentences = [
        rate_sentence(report, name, window, line.row)
        for name, window in OUTCOMES
        for line in shares
        if line.measure == name and is_shown(line.row.cells.get("rate"))
    ]
    table = share_table(report, "results", report.t("caption.results"), shares)
    said = bullets(sentences) if sentences else report.t("page.no_rates") if with_numbers(shares) else ""
    return paragraphs(head, said, table)


def _absent(report: Report, kind: str, subject: str, lines: Sequence[Line]) -> str:
    """What the page does not say and why: one line for each state, the measures it holds for."""
    items = []
    for status in UNSHOWN:
        titles = _absent_titles(report, lines, status)
        if titles:
            items.append(report.t(f"absent.{status}", measures=_joined(titles)))
    few = sorted({line.title for line in lines if _is_share(line.row) and _state_of(line.row) == "not_applicable"})
    items += [report.t("absent.few", measures=_joined(few))] if few else []
    here = {line.measure for line in lines}
    pooled = len([name for name in report.bundle.meta.definitions if name not in here])
    items += [report.t(f"absent.pooled_{kind}", others=counted(pooled, report.language, "measures"))] if pooled else []
    return paragraphs(report.heading(1, "heading.absent", "sec-absent"), report.t("absent.intro"), bullets(items))


def _absent_titles(report: Report, lines: Sequence[Line], status: str) -> list[str]:
    """Lines in a state; a measure of which every line is in it is named once."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.measure, []).append(line)
    titles: set[str] = set()
    for measure, parts in found.items():
        absent = [line for line in parts if _state_of(line.row) == status]
        whole = len(absent) == len(parts) > 1
        titles |= {report.words(measure, "title")} if whole else {line.title for line in absent}
    return sorted(titles)


def _state_of(row: Row) -> str:
    """The state of what a row is read for: the rate of a share, else its value."""
    name = "rate" if _is_share(row) else "value"
    if is_shown(row.cells.get(name)):
        return "shown"
    statuses = {str(row.cells[key].status) for key in (name, "x", "n") if key in row.cells}
    return next((status for status in UNSHOWN if status in statuses), "not_applicable")


def _joined(titles: Iterable[str]) -> str:
    return "; ".join(titles)


def _closing(report: Report) -> str:
    from pipeline.publication.sections.method import legend

    meta = report.bundle.meta
    facts = report.t("page.made", bundle=escape(meta.bundle_id), version=escape(str(meta.run.get("code_version", ""))))
    return paragraphs(heading(1, report.t("slide.states"), "sec-marks"), legend(report), facts)
