"""How often, how soon and in how much time at liberty people returned, under each definition side by side."""

from __future__ import annotations

from pipeline.disclosure import Row
from pipeline.publication.markdown import Table, paragraphs
from pipeline.publication.report import RETURN, YEAR, Report
from pipeline.publication.sections.casework import definitions
from pipeline.publication.sections.parts import rate_table

EXPOSURE, DAYS, DAYS_PROVEN, FREQUENCY = "net_exposure", "days_to_return", "days_to_reconviction", "return_frequency"
FREQUENCIES = {RETURN: FREQUENCY, "reconviction_1y": "reconviction_frequency"}
"""Definitions whose frequency does not have the definition's id before `_frequency`."""
FREQUENCIES |= {"reconviction_2y_nordic": "reconviction_2y_frequency"}
SHARES = ("days_free", "days_before_return")
PERCENTS = ("10", "25")
ONCE = ("cause_of_return", "return_to_prison_by_spell")
"""Other readings of the headline, with the same returns."""


def placed(name: str) -> bool:
    """Whether a measure has its place here."""
    return name in (EXPOSURE, DAYS, DAYS_PROVEN, *FREQUENCIES.values()) or name.endswith("_frequency")


def recurrence(report: Report, found: list[str]) -> str:
    """A line for each definition: frequency, returns per time at liberty, days until a tenth and a quarter."""
    names = [name for name in found if name not in ONCE and _rate(report, name)]
    rows = [[_title(report, name), *_cells(report, name)] for name in names if any(_rows(report, name))]
    if not rows:
        return ""
    header = [report.t(f"column.{key}") for key in ("measure", "frequency", "per_time", "days_10", "days_25")]
    shares = [(report.label("component", part), row) for part in SHARES if (row := _row(report, EXPOSURE, part, YEAR))]
    caption = report.t("caption.recurrence_days")
    return paragraphs(
        report.heading(2, "heading.recurrence", "sec-recurrence"),
        report.t("recurrence.intro"),
        str(Table("tbl-recurrence", report.t("caption.recurrence"), header, rows)),
        rate_table(report, "recurrence-days", caption, report.t("column.measure"), shares) if shares else "",
        definitions(report, [name for name in report.bundle.tables if placed(name)]),
    )


def _rate(report: Report, name: str) -> bool:
    return bool(report.bundle.meta.definitions[name]["kind"] == "rate")


def _rows(report: Report, name: str) -> list[Row | None]:
    """A definition's rows: frequency at one year or in its only window, per time at liberty, days to each share."""
    often = FREQUENCIES.get(name, f"{name}_frequency")
    days = DAYS_PROVEN if name.startswith("reconviction") else DAYS
    return [
        _row(report, often, "", YEAR) or _row(report, often, "", ""),
        _row(report, EXPOSURE, "" if name == RETURN else name, YEAR),
        *(_row(report, days, f"{name}_{percent}", "") for percent in PERCENTS),
    ]


def _title(report: Report, name: str) -> str:
    """A definition with the window in which its events are counted: not all have one of a year."""
    often = _rows(report, name)[0]
    title = report.words(name, "title")
    return f"{title}, {report.days(often.keys['window'])}" if often else title


def _row(report: Report, name: str, component: str, window: str) -> Row | None:
    keys = {"cohort": "programme", "cell_set": "own", "group_by": "all", "component": component}
    rows = report.rows(name, **keys) if name in report.bundle.tables else []
    return next((row for row in rows if not window or row.keys["window"] == window), None)


def _cells(report: Report, name: str) -> list[str]:
    often, per_time, *days = _rows(report, name)
    return [
        *(report.cite(row["value"] if row else None) for row in (often, per_time)),
        *(day_cell(report, row) for row in days),
    ]


def day_cell(report: Report, row: Row | None) -> str:
    """The day on which a share is reached; without one, where the people are known, that it is not reached."""
    if row is None:
        return report.cite(None)
    known = str(row["n"].status) in ("shown", "rounded")
    if known and str(row["value"].status) == "not_applicable":
        return report.t("value.not_reached")
    return report.cite(row["value"])
