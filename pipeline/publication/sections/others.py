"""Released measures that have no place of their own in the report: none is left out for want of a paragraph."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.disclosure import Row
from pipeline.publication.constants import PRIMARY
from pipeline.publication.markdown import div, paragraphs
from pipeline.publication.report import Report
from pipeline.publication.sections.casework import BROKEN_DOWN, DEFINED, FAMILY, SHARES, definitions, unit_words
from pipeline.publication.sections.continuity import FURTHER
from pipeline.publication.sections.cooperation import CANCELLED
from pipeline.publication.sections.curves import is_return
from pipeline.publication.sections.life import PATHS
from pipeline.publication.sections.parts import folded_notes, nothing, rate_table, table_or_notes, uncollected
from pipeline.publication.sections.recurrence import placed

PLACED = {name for name, _ in (*PRIMARY, *SHARES, *FAMILY)} | {*FURTHER, *PATHS, *DEFINED}
PLACED |= {CANCELLED, "complaints", "needs", "reach", "cause_of_return", "attrition", "data_quality", "coverage"}
COHORTS = ("programme", "romodrom")
INSTRUMENTS = "instrument_"
"""How the ids of measures made from instruments begin."""


def others(report: Report) -> str:
    """What instruments say, then the rest: shares, values and definitions of each; empty when there are none."""
    tables = report.bundle.tables
    names = [name for name, table in tables.items() if "component" in table.dims and unplaced(report, name)]
    kinds = {"instruments": [n for n in names if n.startswith(INSTRUMENTS)]}
    kinds["rest"] = [name for name in names if name not in kinds["instruments"]]
    parts = [part for kind, chosen in kinds.items() if (part := part_of(report, kind, chosen))]
    if not parts:
        return ""
    return paragraphs(report.heading(1, "heading.others", "sec-others"), report.t("others.intro"), *parts)


def part_of(report: Report, kind: str, names: Sequence[str]) -> str:
    """Measures of one kind: their shares in one table, their values in another, their definitions beneath."""
    lines = [(name, row) for name in names for row in rows_of(report, name)]
    counted = [(name, row) for name, row in lines if not nothing(row)]
    if not counted:
        return ""
    head = report.heading(2, f"heading.others_{kind}", f"sec-others-{kind}")
    if all(uncollected(row) for _, row in counted):
        titles = list(dict.fromkeys(report.words(name, "title") for name, _ in counted))
        return paragraphs(head, report.t("note.uncollected", names="; ".join(titles)))
    shares = [(_title(report, name, row), row) for name, row in counted if is_share(report, name, row)]
    values = [(name, row) for name, row in counted if not is_share(report, name, row)]
    empty = dict.fromkeys(row_title(report, row) for _, row in lines if nothing(row))
    caption = report.t(f"caption.others_{kind}")
    return paragraphs(
        head,
        rate_table(report, f"{kind}-shares", caption, report.t("column.measure"), shares) if shares else "",
        _values(report, kind, values) if values else "",
        div(report.t("note.folded", names="; ".join(empty)), "note", depth=3) if empty else "",
        definitions(report, list(dict.fromkeys(name for name, _ in counted))),
    )


def unplaced(report: Report, name: str) -> bool:
    """Whether no other part of the report shows a measure; of the returns only rates stand side by side."""
    rate = report.bundle.meta.definitions[name].get("kind") == "rate"
    return name not in PLACED and not placed(name) and not (is_return(name) and rate)


def rows_of(report: Report, name: str) -> list[Row]:
    """A measure's rows for everybody and by what happened; breakdowns by who and where are in the annex."""
    rows = report.rows(name, cell_set="own")
    chosen = [r for r in rows if r.keys["group_by"] not in BROKEN_DOWN and r.keys["cohort"] in COHORTS]
    return chosen or [row for row in rows if row.keys["group_by"] == "all"]


def is_share(report: Report, name: str, row: Row) -> bool:
    """Whether a row is a share of something; one of which nothing is known yet is what its measure is."""
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


def _title(report: Report, name: str, row: Row) -> str:
    title, about = report.words(name, "title"), row_title(report, row)
    everybody = report.t("group.all")
    return title + about.removeprefix(everybody) if about.startswith(everybody) else f"{title}: {about}"


def _values(report: Report, kind: str, lines: Sequence[tuple[str, Row]]) -> str:
    header = [report.t(f"column.{key}") for key in ("measure", "n", "value", "unit")]
    rows = [
        [
            _title(report, name, row),
            report.cite(row.cells.get("n")),
            report.cite(row["value"]),
            unit_words(report, name, row.keys["component"]),
        ]
        for name, row in lines
        if not uncollected(row)
    ]
    notes = folded_notes(report, [(_title(report, name, row), row) for name, row in lines])
    return table_or_notes(f"tbl-{kind}-values", report.t(f"caption.others_{kind}_values"), header, rows, notes)
