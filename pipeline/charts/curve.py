"""Cumulative incidence over days, numbers at risk beneath."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.charts import theme
from pipeline.charts.chart import Chart

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure


@dataclass(frozen=True)
class Step:
    """One released interval of a curve: days from–to, percent with limits at its end, people at risk at its start."""

    day_from: int
    day_to: int
    percent: float | None
    low: float | None
    high: float | None
    at_risk: str


@dataclass(frozen=True)
class Line:
    """One group of a curve and its direct label."""

    name: str
    steps: Sequence[Step]


@dataclass(frozen=True)
class CurveWords:
    """What stands on the axes, in the reader's language."""

    days: str
    percent: str
    at_risk: str
    suffix: str


def curve_chart(lines: Sequence[Line], words: CurveWords, language: str = "cs", *, alternative: str = "") -> Chart:
    """Step curves with bands; the numbers at risk stand at the first day of the interval they belong to."""
    figure = theme.blank(364 + 26 * len(lines), language, 400)
    top = _ceiling(lines)
    for position, line in enumerate(lines):
        _add_line(figure, line, position, words)
    _add_at_risk(figure, lines, words)
    last = max((step.day_to for line in lines for step in line.steps), default=1)
    foot = 0.14 + 0.07 * len(lines)
    figure.update_layout(
        xaxis=theme.axis(
            title={"text": words.days, "standoff": 4},
            range=[0, last * 1.02],
            showgrid=False,
            anchor="y",
            dtick=_tick(last),
        ),
        yaxis=theme.percent_axis(words.percent, words.suffix, top, domain=[foot + 0.16, 1]),
        yaxis2=theme.axis(visible=False, domain=[0, foot - 0.04], range=[len(lines) - 0.5, -1.1]),
        xaxis2=theme.axis(visible=False, matches="x", anchor="y2"),
        margin={"l": 8, "r": 14, "t": 14, "b": 4},
    )
    return Chart(figure, alternative)


def _tick(last: int) -> int:
    return 180 if last > 500 else 90 if last > 200 else 30 if last > 60 else 7


def _ceiling(lines: Sequence[Line]) -> float:
    highest = max((step.high or step.percent or 0 for line in lines for step in line.steps), default=0)
    return min(100, max(20, 10 * (int(highest) // 10 + 1)))


def _add_line(figure: Figure, line: Line, position: int, words: CurveWords) -> None:
    shown = [step for step in line.steps if step.percent is not None]
    colour, dash = theme.COLOURS[position], theme.DASHES[position]
    days = [0, *(step.day_to for step in shown)]
    band: dict[str, Any] = {"mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip"}
    figure.add_scatter(x=days, y=[0, *(step.low for step in shown)], **band)
    fill = f"rgba({int(colour[1:3], 16)},{int(colour[3:5], 16)},{int(colour[5:], 16)},0.15)"
    figure.add_scatter(x=days, y=[0, *(step.high for step in shown)], fill="tonexty", fillcolor=fill, **band)
    values = [0.0, *(step.percent or 0.0 for step in shown)]
    figure.add_scatter(
        x=days,
        y=values,
        mode="lines",
        line={"color": colour, "width": 3, "shape": "hv", "dash": dash},
        hovertemplate=f"%{{x}} {theme.plain(words.days)}: %{{y:d}}{words.suffix}<extra></extra>",
    )
    if shown and line.name:
        figure.add_annotation(
            theme.label(
                theme.plain(line.name),
                x=days[-1],
                y=values[-1],
                xanchor="right",
                yanchor="bottom",
                yshift=4,
                font={"color": colour, "size": 13},
            )
        )


def _add_at_risk(figure: Figure, lines: Sequence[Line], words: CurveWords) -> None:
    figure.add_annotation(
        theme.label(
            theme.plain(words.at_risk), xref="paper", x=0, yref="y2", y=-0.8, font={"size": 12, "color": theme.MUTED}
        )
    )
    for position, line in enumerate(lines):
        steps = spaced(line.steps)
        figure.add_scatter(
            x=[step.day_from for step in steps],
            y=[position] * len(steps),
            text=[step.at_risk for step in steps],
            mode="text",
            textposition=["middle right" if step.day_from == 0 else "middle center" for step in steps],
            textfont={"color": theme.COLOURS[position], "size": 12},
            xaxis="x2",
            yaxis="y2",
            hoverinfo="skip",
            cliponaxis=False,
        )


def spaced(steps: Sequence[Step], share: float = 0.14) -> list[Step]:
    """Steps far enough apart (a share of the whole length) for their numbers not to touch."""
    if not steps:
        return []
    least = share * max(step.day_to for step in steps)
    kept = [steps[0]]
    for step in steps[1:]:
        if step.day_from - kept[-1].day_from >= least:
            kept.append(step)
    return kept


def incidence_chart(counts: pd.DataFrame, *, title: str, released: bool = False) -> Chart:
    """Cumulative incidence straight from counts per day, for the analyst; watermarked unless released.

    `counts`: a row is a group and a distinct day with at_risk, events, competing, censored. The estimate is
    Aalen and Johansen's (1978): competing events take people out, they are not censoring.
    """
    lines = [Line(str(name), _estimate(group)) for name, group in counts.groupby("group_value", sort=True)]
    words = CurveWords("days since day 0", "", "at risk", "%")
    chart = curve_chart(lines[: len(theme.COLOURS)], words, "en", alternative=title)
    chart.figure.update_layout(title={"text": theme.plain(title), "font": {"size": 15}}, margin={"t": 48})
    return chart if released else Chart(theme.watermark(chart.figure, "NOT RELEASED"), title)


def _estimate(counts: pd.DataFrame) -> list[Step]:
    free, incidence, steps, before = 1.0, 0.0, [], 0
    ordered = counts.sort_values("day")[["day", "at_risk", "events", "competing"]].to_numpy().tolist()
    for day, at_risk, events, competing in ordered:
        if at_risk:
            incidence += free * events / at_risk
            free *= 1 - (events + competing) / at_risk
        percent = 100 * incidence
        steps.append(Step(before, int(day), percent, percent, percent, str(int(at_risk))))
        before = int(day)
    return steps
