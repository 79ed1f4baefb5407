"""Released measures that have no place of their own in the report: none is left out for want of a paragraph."""

from __future__ import annotations

from pipeline.disclosure import Row
from pipeline.publication.markdown import Table, heading, paragraphs
from pipeline.publication.report import PRIMARY, Report
from pipeline.publication.sections.casework import BROKEN_DOWN, DEFINED, FAMILY, SHARES, unit_words
from pipeline.publication.sections.continuity import FURTHER
from pipeline.publication.sections.cooperation import CANCELLED
from pipeline.publication.sections.curves import is_return
from pipeline.publication.sections.life import PATHS
from pipeline.publication.sections.parts import rate_table

PLACED = {name for name, _ in (*PRIMARY, *SHARES, *FAMILY)} | {*FURTHER, *PATHS, *DEFINED}
PLACED |= {CANCELLED, "complaints", "needs", "reach", "cause_of_return", "attrition", "data_quality", "coverage"}
COHORTS = ("programme", "romodrom")
DAYS_TO_SHARE = "days_to_return"
"""Days until a share returned: without a value the curve did not get there, which is an answer."""


def others(report: Report) -> str:
    """One part for each such measure: definition, then everybody and what happened; empty when there are none."""
    tables = report.bundle.tables
    names = [name for name, table in tables.items() if "component" in table.dims and unplaced(report, name)]
    parts = [part for name in names if (part := measure_part(report, name))]
    if not parts:
        return ""
    return paragraphs(report.heading(1, "heading.others", "sec-others"), report.t("others.intro"), *parts)


def unplaced(report: Report, name: str) -> bool:
    """Whether no other part of the report shows a measure; of the returns only rates stand side by side."""
    rate = report.bundle.meta.definitions[name].get("kind") == "rate"
    return name not in PLACED and not (is_return(name) and rate)


def measure_part(report: Report, name: str) -> str:
    """A measure's definition and its rows for everybody and by what happened, shares and values apart."""
    keys = [(row, row.keys) for row in report.rows(name, cell_set="own")]
    rows = [row for row, key in keys if key["group_by"] not in BROKEN_DOWN and key["cohort"] in COHORTS]
    rows = rows or [row for row, key in keys if key["group_by"] == "all"]
    if not rows:
        return ""
    shares = [row for row in rows if is_share(report, name, row)]
    values = [row for row in rows if row not in shares]
    caption, lines = report.words(name, "title"), [(row_title(report, row), row) for row in shares]
    return paragraphs(
        heading(2, report.words(name, "title"), f"sec-{name.replace('_', '-')}"),
        report.words(name, "definition"),
        rate_table(report, f"{name}-shares", caption, report.t("column.group"), lines) if shares else "",
        _values(report, name, values) if values else "",
    )


def is_share(report: Report, name: str, row: Row) -> bool:
    """Whether a row is a share of something; one of which nothing is known yet is what its measure is."""
    if name == DAYS_TO_SHARE:
        return False
    if report.bundle.meta.definitions[name].get("kind") == "rate":
        return str(row["value"].status) not in ("shown", "rounded")
    return str(row["value"].status) == "not_applicable"


def row_title(report: Report, row: Row) -> str:
    """What a row is about: its part, length of follow-up and group, whichever it has."""
    keys = row.keys
    part = report.label("component", keys["component"]) if keys["component"] else ""
    group = "" if part else report.t("group.all")
    if keys["group_by"] != "all":
        group = report.label(keys["group_by"], keys["group_value"])
    days = report.days(keys["window"]) if keys["window"] else ""
    cohort = report.label("cohort", keys["cohort"]) if keys["cohort"] != "programme" else ""
    return ", ".join(text for text in (part, group, days, cohort) if text)


def _values(report: Report, name: str, rows: list[Row]) -> str:
    header = [report.t(f"column.{key}") for key in ("group", "n", "value", "unit")]
    lines = [
        [
            row_title(report, row),
            report.cite(row.cells.get("n")),
            _value(report, name, row),
            unit_words(report, name, row.keys["component"]),
        ]
        for row in rows
    ]
    return str(Table(f"tbl-{name}-values", report.words(name, "title"), header, lines))


def _value(report: Report, name: str, row: Row) -> str:
    known = str(row["n"].status) in ("shown", "rounded")
    if name == DAYS_TO_SHARE and known and str(row["value"].status) == "not_applicable":
        return report.t("value.not_reached")
    return report.cite(row["value"])
