"""Rates side by side with their intervals, and the steps from list to analysis as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.charts import theme
from pipeline.charts.chart import Chart

ROW, LETTER = 46, 8
"""Pixels of a row, whose label stands above its mark, so that long names fit a narrow screen; of a letter."""


@dataclass(frozen=True)
class RateRow:
    """One group: its label, percent with limits (None where there is none), the text at the right edge.

    `beside` is a percentage to compare with, drawn as an open mark.
    """

    label: str
    percent: float | None
    low: float | None
    high: float | None
    text: str
    beside: float | None = None


@dataclass(frozen=True)
class BarRow:
    """One step: its label, a count (None where it is hidden) and the text behind the bar."""

    label: str
    count: float | None
    text: str


def forest_chart(
    rows: Sequence[RateRow], title: str, suffix: str, language: str = "cs", *, alternative: str = ""
) -> Chart:
    """Dots with intervals, one row a group; a group without a rate keeps its row and says why."""
    figure = theme.blank(ROW * len(rows) + 60, language, _least_width(rows, 400))
    for position, row in enumerate(rows):
        _labels(figure, row.label, row.text, position)
        if row.beside is not None:
            figure.add_scatter(
                x=[row.beside],
                y=[position],
                mode="markers",
                marker={"size": 11, "color": theme.COLOURS[1], "symbol": "diamond-open", "line": {"width": 2}},
                hoverinfo="skip",
            )
        if row.percent is not None:
            low, high = row.low if row.low is not None else row.percent, row.high or row.percent
            figure.add_scatter(
                x=[row.percent],
                y=[position],
                mode="markers",
                marker={"size": 10, "color": theme.COLOURS[0], "symbol": "circle"},
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": [high - row.percent],
                    "arrayminus": [row.percent - low],
                    "thickness": 2,
                    "width": 5,
                    "color": theme.INK,
                },
                hovertemplate=f"{theme.plain(row.label)}: {theme.plain(row.text)}<extra></extra>",
            )
    figure.update_layout(
        xaxis=theme.percent_axis(title, suffix),
        yaxis=theme.axis(visible=False, range=[len(rows) - 0.5, -0.85]),
    )
    return Chart(figure, alternative)


def steps_chart(rows: Sequence[BarRow], language: str = "cs", *, alternative: str = "") -> Chart:
    """Horizontal bars from the first step to the last, numbers at the bars."""
    figure = theme.blank(ROW * len(rows) + 16, language, _least_width(rows, 270))
    most = max((row.count or 0 for row in rows), default=0) or 1
    for position, row in enumerate(rows):
        _labels(figure, row.label, row.text, position)
        figure.add_bar(
            x=[row.count or 0],
            y=[position],
            orientation="h",
            width=0.3,
            marker={"color": theme.COLOURS[0]},
            hovertemplate=f"{theme.plain(row.label)}: {theme.plain(row.text)}<extra></extra>",
        )
    figure.update_layout(
        xaxis=theme.axis(visible=False, range=[0, most]),
        yaxis=theme.axis(visible=False, range=[len(rows) - 0.6, -0.85]),
        margin={"l": 8, "r": 12, "t": 6, "b": 6},
    )
    return Chart(figure, alternative)


def _least_width(rows: Sequence[RateRow] | Sequence[BarRow], least: int) -> int:
    """Pixels that the longest label needs with the text at its other end."""
    return max([least, *(LETTER * (len(row.label) + len(row.text)) + 24 for row in rows)])


def _labels(figure: object, left: str, right: str, position: int) -> None:
    place = {"xref": "paper", "yref": "y", "y": position - 0.42}
    figure.add_annotation(theme.label(theme.plain(left), x=0, **place))  # type: ignore[attr-defined]
    figure.add_annotation(  # type: ignore[attr-defined]
        theme.label(f"<b>{theme.plain(right)}</b>", x=1, **(place | {"xanchor": "right"}))
    )
