"""Curves of cumulative incidence with numbers at risk beneath."""

from __future__ import annotations

from pipeline.charts import CurveWords, Line, Step, curve_chart
from pipeline.disclosure import Row
from pipeline.publication import numbers
from pipeline.publication.report import YEAR, Figure, Report, block
from pipeline.publication.sections.parts import cell_text, figure_notes, repeated_note, shown
from pipeline.publication.strips import strip_marks, strip_tags

AXES = {True: ("axis.days", "axis.at_risk"), False: ("axis.days_other", "axis.at_risk_other")}
"""Words of the axes: of a return, which counts from the release, and of any other curve."""
FEWEST = 2
"""A curve of one interval is a number; drawn, it would look as if nothing had happened before its only step."""


def is_return(name: str) -> bool:
    """Whether a measure is a definition of return; what follows a landmark is a description, not another definition."""
    return name.startswith(("return_", "reconviction_")) and not name.startswith("return_after_")


def curve_figure(report: Report, measure: str) -> Figure | None:
    """The curve with numbers at risk beneath; None when not released or too short to be a curve."""
    rows = report.rows(f"curve:{measure}", cohort="programme", group_by="all")
    steps = [_step(report, row) for row in sorted(rows, key=lambda row: int(row.keys["day_from"]))]
    shown_steps = [step for step in steps if step.percent is not None]
    if len(shown_steps) < FEWEST:
        return None
    suffix = numbers.NBSP + "%" if report.language == "cs" else "%"
    title = strip_marks(report.words(measure, "title"))
    days, at_risk = AXES[is_return(measure)]
    words = CurveWords(report.t(days), title, report.t(at_risk), suffix)
    alternative = _alternative(report, measure, rows)
    chart = curve_chart([Line("", steps)], words, report.language, alternative=strip_marks(strip_tags(alternative)))
    released = [row for row in rows if shown(row.cells.get("incidence")) is not None]
    last = max(released, key=lambda row: (int(row.keys["day_to"]) <= int(YEAR), _near_a_year(row)))
    first = min(rows, key=lambda row: int(row.keys["day_from"]))
    caption = report.finding("curve", {"percent": last["incidence"]}, day=last.keys["day_to"], title=title)
    caption = caption if is_return(measure) else report.t("question.curve_other", title=title)
    return report.figure(f"curve-{measure}", caption, chart, _notes(report, measure, first), alternative)


def curve_block(report: Report, measure: str) -> str:
    """The curve, or the only number that it has in words; empty when not released."""
    rows = report.rows(f"curve:{measure}", cohort="programme", group_by="all")
    if figure := curve_figure(report, measure):
        return block(figure)
    single = any(shown(row.cells.get("incidence")) is not None for row in rows)
    said = report.t("curve.single", points=_alternative(report, measure, rows)) if single else ""
    return " ".join(part for part in (said, repeated_note(report, rows[0]) if single else "") if part)


def _near_a_year(row: Row) -> int:
    """A step's nearness to a year: a title speaks of the last step within it, else of the first after it."""
    return -abs(int(row.keys["day_to"]) - int(YEAR))


def _notes(report: Report, measure: str, first: Row) -> list[str]:
    definition, people, coverage, state = figure_notes(report, measure, YEAR, first.cells.get("at_risk"))
    observed, repeats = report.t("figure.observed", day=report.moment(report.observed)), repeated_note(report, first)
    observed = repeats or (observed if coverage else "")  # an older curve was observed to a day of its own
    return [definition, people, observed, state, report.t("curve.note")]


def _step(report: Report, row: Row) -> Step:
    percent, low, high = (shown(row.cells.get(name)) for name in ("incidence", "low", "high"))
    at_risk = cell_text(report, row.cells.get("at_risk"))
    return Step(int(row.keys["day_from"]), int(row.keys["day_to"]), percent, low, high, at_risk)


def _alternative(report: Report, measure: str, rows: list[Row]) -> str:
    points = [
        report.t("alternative.day", day=row.keys["day_to"], percent=report.cite(row.cells.get("incidence")))
        for row in sorted(rows, key=lambda row: int(row.keys["day_to"]))
        if shown(row.cells.get("incidence")) is not None
    ]
    return report.t("alternative.curve", title=report.words(measure, "title"), pairs="; ".join(points))
