"""Data quality by organisation, and coverage: what has been seen of whom until when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.charts import heat_chart
from pipeline.disclosure import Row
from pipeline.publication import numbers
from pipeline.publication.cite import derived, is_shown, number
from pipeline.publication.markdown import Table, paragraphs
from pipeline.publication.report import Figure, Report
from pipeline.publication.sections.parts import cell_text
from pipeline.publication.strips import strip_marks, strip_tags

COUNTS = ("produced", "accepted", "quarantined", "duplicate")


def quality(report: Report) -> str:
    """Rows delivered, accepted, held back, doubled: as a heat map and a table."""
    head = paragraphs(report.heading(1, "heading.quality", "sec-quality"), report.t("quality.intro"))
    rows = report.rows("data_quality")
    if not rows:
        return paragraphs(head, report.t("none.table"))
    now = latest(rows)
    return paragraphs(head, str(quality_figure(report, now)), quality_table(report, now), over_time(report, rows))


def latest(rows: Sequence[Row]) -> list[Row]:
    """The newest row of each organisation and table, where rows have a quarter; else the rows themselves."""
    found: dict[tuple[str, str], Row] = {}
    for row in sorted(rows, key=lambda row: row.keys.get("quarter", "")):
        found[row.keys["partner"], row.keys["table_name"]] = row
    return [found[key] for key in sorted(found)]


def over_time(report: Report, rows: Sequence[Row]) -> str:
    """Accepted rows by quarter of delivery, a line for each table delivered in several; empty without quarters."""
    dated = [row for row in rows if row.keys.get("quarter")]
    quarters = sorted({row.keys["quarter"] for row in dated})
    if len(quarters) < 2:
        return ""
    places = {(row.keys["partner"], row.keys["table_name"], row.keys["quarter"]): row for row in dated}
    header = [report.t("column.partner"), report.t("column.table"), *(report.moment(quarter) for quarter in quarters)]
    several = Counter((partner, name) for partner, name, _ in places)
    lines = [
        [
            report.label("partner", partner),
            report.label("table_name", name),
            *(_share_text(report, places.get((partner, name, quarter))) for quarter in quarters),
        ]
        for (partner, name), times in sorted(several.items())
        if times > 1
    ]
    once = report.t("quality.once") if any(times == 1 for times in several.values()) else ""
    caption = report.t("caption.quality_quarters")
    table = Table("tbl-quality-quarters", caption, header, lines, numeric_from=2, notes=[once] if once else [])
    return str(table) if lines else once


def _share_text(report: Report, row: Row | None) -> str:
    value = share(row) if row else None
    if row is None or value is None:
        return report.cite(row.cells.get("accepted") if row else None)
    cells = [row[name] for name in ("accepted", "produced", "duplicate")]
    return derived(numbers.format_percent(value, report.language), "accepted_share", cells)


def share(row: Row) -> float | None:
    """Accepted rows in percent of those delivered once, whole; None where a count is not shown or nothing came."""
    produced, accepted, again = (row.cells.get(name) for name in ("produced", "accepted", "duplicate"))
    if not (is_shown(produced) and is_shown(accepted)):
        return None
    once = number(produced) - (number(again) if is_shown(again) else 0)
    return min(100, round(100 * number(accepted) / once)) if once > 0 else None


def quality_figure(report: Report, rows: list[Row]) -> Figure:
    """Accepted rows per organisation and table as a heat map."""
    partners = sorted({row.keys["partner"] for row in rows})
    tables = sorted({row.keys["table_name"] for row in rows})
    shares, texts = {}, {}
    for row in rows:
        place = tables.index(row.keys["table_name"]), partners.index(row.keys["partner"])
        value = share(row)
        if value is not None:
            shares[place] = value
        texts[place] = numbers.format_percent(value, report.language) if value is not None else _mark(report, row)
    names = [report.plain_label("table_name", name) for name in tables]
    columns = [report.plain_label("partner", name) for name in partners]
    alternative = _alternative(report, rows)
    words = strip_marks(strip_tags(alternative))
    chart = heat_chart(names, columns, shares, texts, report.language, alternative=words)
    notes = [report.t("quality.definition")]
    return report.figure("quality", report.t("title.quality"), chart, notes, alternative)


def _mark(report: Report, row: Row) -> str:
    produced = row.cells.get("produced")
    return "0" if is_shown(produced) and not number(produced) else cell_text(report, row.cells.get("accepted"))


def _alternative(report: Report, rows: list[Row]) -> str:
    worst = sorted((value, index) for index, row in enumerate(rows) if (value := share(row)) is not None)[:3]
    pairs = [_pair(report, rows[index], value) for value, index in worst]
    return report.t("alternative.quality", pairs="; ".join(pairs))


def _pair(report: Report, row: Row, value: float) -> str:
    percent = numbers.format_percent(value, report.language)
    tagged = derived(percent, "accepted_share", [row[name] for name in ("accepted", "produced", "duplicate")])
    who, what = report.label("partner", row.keys["partner"]), report.label("table_name", row.keys["table_name"])
    return f"{who}, {what}: {tagged}"


def quality_table(report: Report, rows: list[Row]) -> str:
    """Rows delivered, accepted, held back and doubled, a line per organisation and table."""
    header = [report.t("column.partner"), report.t("column.table"), *(report.t(f"column.{name}") for name in COUNTS)]
    lines = [
        [
            report.label("partner", row.keys["partner"]),
            report.label("table_name", row.keys["table_name"]),
            *(report.cite(row.cells.get(name)) for name in COUNTS),
        ]
        for row in rows
    ]
    return str(Table("tbl-quality", report.t("caption.quality"), header, lines, numeric_from=2))


def coverage(report: Report) -> str:
    """First and last day seen of each source's tables; prisons of custody data are pooled by equal days."""
    head = paragraphs(report.heading(1, "heading.coverage", "sec-coverage"), report.t("coverage.intro"))
    return paragraphs(head, coverage_table(report))


def coverage_table(report: Report, only: str = "") -> str:
    """Days seen, a line per source and period; `only` one source. A sentence where nothing was seen of it."""
    seen: dict[tuple[str, str, str], set[str]] = {}
    for row in report.bundle.meta.coverage:
        key = row["source"], str(row["covered_from"]), str(row["covered_to"])
        if only in ("", row["source"]):
            seen.setdefault(key, set()).add(report.label("table_name", row["table_name"]))
    if not seen:
        return report.t("none.coverage")
    header = [report.t(f"column.{name}") for name in ("source", "covered_from", "covered_to", "tables")]
    lines = [
        [report.label("partner", source), report.moment(start), report.moment(end), ", ".join(sorted(names))]
        for (source, start, end), names in sorted(seen.items())
    ]
    return str(Table("tbl-coverage", report.t("caption.coverage"), header, lines, numeric_from=4))
