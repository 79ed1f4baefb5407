"""Cooperation with the prisons: how the work goes, prison by prison, as a process and never as a ranking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import median

from pipeline.charts import FunnelWords, Limits, Mark, Place, Point, funnel_chart, run_chart
from pipeline.disclosure import Row
from pipeline.model import code_list
from pipeline.periods import Quarter
from pipeline.publication import numbers
from pipeline.publication.catalogue import has
from pipeline.publication.cite import derived, format_cell, is_shown, number
from pipeline.publication.differences import control_limits, widening
from pipeline.publication.labels import bare
from pipeline.publication.markdown import Table, escape, paragraphs
from pipeline.publication.report import Figure, Report, block
from pipeline.publication.sections.casework import definitions, parts_table
from pipeline.publication.sections.parts import cell_text, figure_notes, pair, said
from pipeline.publication.strips import plain, strip_marks

PROGRAMME = "programme"
CANCELLED = "cancelled_by_prison_share"
MATRIX = (CANCELLED, "lead_time", "plan_ready", "unplanned_release_share")
"""What the table by prison holds of each, where this release breaks it down so far."""
INNER, OUTER = 1.959964, 3.090232
"""Normal deviates of limits that chance alone keeps 95 and 99.8 times in a hundred."""


def cooperation(report: Report) -> str:
    """Cancelled visits, their reasons, each prison by its size and in a table, waiting, workers' access."""
    return paragraphs(
        report.heading(1, "heading.cooperation", "sec-cooperation"),
        report.t("cooperation.intro"),
        block(run(report, CANCELLED)),
        block(funnel(report, CANCELLED)),
        parts_table(report, CANCELLED, PROGRAMME),
        matrix(report),
        report.heading(2, "heading.access", "sec-access"),
        access_table(report),
        definitions(report, (CANCELLED,)),
    )


def by_group(report: Report, measure: str, group_by: str) -> list[Row]:
    """A process measure's rows in one grouping, for the programme."""
    return report.rows(measure, cohort=PROGRAMME, component="", cell_set="own", group_by=group_by)


def run(report: Report, measure: str) -> Figure | None:
    """A measure quarter by quarter around its median; None with fewer than three quarters to show."""
    rows = sorted(by_group(report, measure, "quarter"), key=lambda row: row.keys["group_value"])
    shown = [row["rate"] for row in rows if is_shown(row.cells.get("rate"))]
    if len(shown) < 3:
        return None
    middle = median(number(cell) for cell in shown)
    suffix = numbers.NBSP + "%" if report.language == "cs" else "%"
    points = [_point(report, row) for row in rows]
    words = "; ".join(pair(report, report.label("quarter", row.keys["group_value"]), row) for row in rows)
    tagged = derived(numbers.format_percent(middle, report.language), "median", shown)
    title = report.words(measure, "title")
    alternative = report.t("alternative.run", title=title, median=tagged, pairs=words)
    chart = run_chart(
        points,
        middle,
        _marks(report, [row.keys["group_value"] for row in rows]),
        strip_marks(title),
        plain(report.t("figure.median", median=tagged)),
        plain(report.t("axis.quarter")),
        suffix,
        report.language,
        alternative=plain(alternative),
    )
    notes = [*figure_notes(report, measure, ""), *_milestones(report, rows)]
    return report.figure(f"run-{measure}", report.t("question.run", title=title), chart, notes, alternative)


def _point(report: Report, row: Row) -> Point:
    cell = row.cells.get("rate")
    text = format_cell(cell, report.language) if cell and is_shown(cell) else cell_text(report, cell)
    percent = number(cell) if is_shown(cell) else None
    return Point(_short(row.keys["group_value"], report.language), percent, text)


def _short(quarter: str, language: str) -> str:
    """`1.` or `Q1` above its year: what fits beneath a point."""
    year, _, part = quarter.partition("Q")
    short = f"{part}." if language == "cs" else f"Q{part}"
    return f"{short}\n{year}" if part else quarter


def _marks(report: Report, quarters: Sequence[str]) -> list[Mark]:
    """Milestones inside the quarters shown, numbered as in the note beneath."""
    found = []
    for index, item in enumerate(_within(report, quarters), start=1):
        place = quarters.index(str(Quarter.of(date.fromisoformat(item))))
        quarter = Quarter.of(date.fromisoformat(item))
        share = (date.fromisoformat(item) - quarter.first_day).days / 91
        found.append(Mark(place - 0.5 + share, f"({index})"))
    return found


def _within(report: Report, quarters: Sequence[str]) -> list[str]:
    days = [item.date for item in report.context.milestones]
    return [day for day in days if str(Quarter.of(date.fromisoformat(day))) in quarters]


def _milestones(report: Report, rows: Sequence[Row]) -> list[str]:
    within = _within(report, [row.keys["group_value"] for row in rows])
    texts = {item.date: escape(getattr(item, report.language)) for item in report.context.milestones}
    lines = [f"({i}) {report.moment(day)}: {texts[day]}" for i, day in enumerate(within, start=1)]
    return [report.t("figure.milestones", list="; ".join(lines))] if lines else []


def funnel(report: Report, measure: str, chosen: str = "") -> Figure | None:
    """Prisons by the number of people behind each, with the limits of chance; None with fewer than three to show.

    Limits come from the released overall percentage and the released numbers of people alone, widened by how much
    more than chance the prisons differ (over-dispersion, Spiegelhalter 2005).
    """
    rows = by_group(report, measure, "prison")
    whole = report.row(measure, cohort=PROGRAMME, component="", cell_set="own", group_by="all")
    drawn = [row for row in rows if is_shown(row.cells.get("rate")) and is_shown(row.cells.get("persons"))]
    if whole is None or not is_shown(whole.cells.get("rate")) or len(drawn) < 3:
        return None
    centre, title = number(whole["rate"]), report.words(measure, "title")
    places = _places(report, drawn, chosen)
    cells = [row[name] for row in drawn for name in ("rate", "persons")]
    percents, sizes = ([number(row[name]) for row in drawn] for name in ("rate", "persons"))
    phi = widening(percents, sizes, centre)
    outside = [place for place in places if _is_outside(place, centre, phi)]
    suffix = numbers.NBSP + "%" if report.language == "cs" else "%"
    key = "alternative.funnel" if outside else "alternative.funnel_within"
    pairs = "; ".join(pair(report, report.label("prison", row.keys["group_value"]), row) for row in rows)
    names = ", ".join(escape(place.label) for place in outside)
    alternative = report.t(key, title=title, centre=said(report, whole["rate"]), pairs=pairs, outside=names)
    words = FunnelWords(
        plain(report.t("axis.persons")), strip_marks(title), plain(report.t("figure.whole")),
        plain(report.t("figure.limits_inner")), plain(report.t("figure.limits_outer")), suffix,
    )  # fmt: skip
    chart = funnel_chart(
        places, centre, _limits(places, centre, phi), words, report.language, alternative=plain(alternative)
    )
    heading = report.t("title.funnel_outside" if outside else "title.funnel", title=title, places=names)
    factor = derived(numbers.format_decimal(phi, report.language), "overdispersion", [*cells, whole["rate"]])
    notes = [
        *figure_notes(report, measure, ""),
        report.t("figure.funnel", factor=factor),
        _left_out(report, rows, drawn),
    ]
    name = f"funnel-{measure}-{chosen}" if chosen else f"funnel-{measure}"
    return report.figure(name, heading, chart, notes, alternative)


def _places(report: Report, rows: Sequence[Row], chosen: str) -> list[Place]:
    """One mark for all prisons at the same position, since rounding brings many together."""
    found: dict[tuple[float, float], list[Row]] = {}
    for row in rows:
        found.setdefault((number(row["persons"]), number(row["rate"])), []).append(row)
    return [_place(report, size, percent, at, chosen) for (size, percent), at in sorted(found.items())]


def _place(report: Report, size: float, percent: float, rows: Sequence[Row], chosen: str) -> Place:
    names = sorted(bare(report.plain_label("prison", row.keys["group_value"])) for row in rows)
    text = f"{format_cell(rows[0]['rate'], report.language)}, {format_cell(rows[0]['persons'], report.language)}"
    return Place(", ".join(names), size, percent, text, any(row.keys["group_value"] == chosen for row in rows))


def _is_outside(place: Place, centre: float, phi: float) -> bool:
    low, high = control_limits(centre, place.size, OUTER, phi)
    return not low <= place.percent <= high


def _limits(places: Sequence[Place], centre: float, phi: float) -> Limits:
    last = int(max(place.size for place in places) * 1.15)
    sizes = [float(size) for size in range(10, last + 1, max(1, last // 60))]
    pairs = {z: [control_limits(centre, size, z, phi) for size in sizes] for z in (INNER, OUTER)}
    return Limits(sizes, pairs[INNER], pairs[OUTER])


def _left_out(report: Report, rows: Sequence[Row], drawn: Sequence[Row]) -> str:
    names = [report.label("prison", row.keys["group_value"]) for row in rows if row not in drawn]
    return report.t("figure.left_out", places=", ".join(sorted(names))) if names else ""


def matrix(report: Report) -> str:
    """Each prison on a line: a share where it may be given, else the counts, else why not."""
    found = {name: {row.keys["group_value"]: row for row in by_group(report, name, "prison")} for name in MATRIX}
    measures = [name for name in MATRIX if found[name]]
    prisons = sorted({value for rows in found.values() for value in rows}, key=lambda v: report.label("prison", v))
    if not prisons:
        return report.t("none.table")
    header = [report.t("column.prison"), *(_head(report, name) for name in measures)]
    lines = [
        [report.label("prison", value), *(_in_matrix(report, found[name].get(value)) for name in measures)]
        for value in prisons
    ]
    table = Table("tbl-prisons", report.t("caption.prisons"), header, lines)
    return paragraphs(str(table), report.t("note.matrix"))


def _head(report: Report, name: str) -> str:
    title = report.words(name, "title")
    return f"{title} ({report.t(f'unit.{name}')})" if has(f"unit.{name}") else title


def _in_matrix(report: Report, row: Row | None) -> str:
    if row is None:
        return report.cite(None)
    if is_shown(row.cells.get("value")) or is_shown(row.cells.get("rate")):
        cell = row["value"] if is_shown(row.cells.get("value")) else row["rate"]
        return report.cite(cell)
    if is_shown(row.cells.get("n")) and is_shown(row.cells.get("x")):
        return report.t("cell.of", x=report.cite(row["x"]), n=report.cite(row["n"]))
    return report.cite(row.cells.get("x"))


def best_access(report: Report) -> dict[str, str]:
    """For each prison the widest access that some worker has at the end of the quarter, from the register."""
    order = list(code_list("access_status").codes)
    day = Quarter.parse(report.bundle.meta.quarter).last_day.isoformat()
    found: dict[str, str] = {}
    for item in report.context.access:
        if item.valid_from <= day and (not item.valid_to or day < item.valid_to) and item.status in order:
            known = found.get(item.prison, item.status)
            found[item.prison] = max(known, item.status, key=order.index)
    return found


def access_table(report: Report) -> str:
    """Prisons by the widest access that some worker has there; no worker is named or counted."""
    found = best_access(report)
    if not found:
        return report.t("none.access")
    header = [report.t("column.access"), report.t("column.prisons")]
    lines = []
    for status in reversed(list(code_list("access_status").codes)):
        names = sorted(report.label("prison", prison) for prison, best in found.items() if best == status)
        lines.append([report.label("access_status", status), ", ".join(names) or report.t("none.prison")])
    table = Table("tbl-access", report.t("caption.access"), header, lines, numeric_from=2)
    return paragraphs(report.t("access.intro"), str(table))


def access_sentence(report: Report, prison: str) -> str:
    """The widest access that some worker has to one prison."""
    status = best_access(report).get(prison)
    if status is None:
        return report.t("none.access_here")
    return report.t("access.here", status=report.label("access_status", status))
