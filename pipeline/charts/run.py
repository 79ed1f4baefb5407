"""Run charts: one percentage over quarters around its median, with the days that readers should know of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.charts import theme
from pipeline.charts.chart import Chart

ABOVE, BELOW = {"yanchor": "bottom", "yshift": 9}, {"yanchor": "top", "yshift": -9}
"""Where a point's words stand."""


@dataclass(frozen=True)
class Point:
    """One quarter: its label (lines), percent (None where there is none) and what stands at it."""

    label: str
    percent: float | None
    text: str


@dataclass(frozen=True)
class Mark:
    """A milestone: the position between quarters (0 is the first quarter's middle) and a short label."""

    position: float
    label: str


def run_chart(
    points: Sequence[Point],
    median: float | None,
    marks: Sequence[Mark],
    title: str,
    median_words: str,
    quarters: str,
    suffix: str,
    language: str = "cs",
    *,
    alternative: str = "",
) -> Chart:
    """Points joined over neighbouring quarters, their median as a line; a quarter without a number shows its mark."""
    figure = theme.blank(320, language, 520)
    shown = [(index, point) for index, point in enumerate(points) if point.percent is not None]
    top = max([20.0, *(10 * (int(point.percent or 0) // 10 + 1) for _, point in shown)])
    figure.add_scatter(
        x=list(range(len(points))),
        y=[point.percent for point in points],
        mode="lines+markers",
        line={"color": theme.COLOURS[0], "width": 2.5},
        marker={"size": 9, "color": theme.COLOURS[0]},
        connectgaps=False,
        text=[f"{theme.plain(point.label.replace(chr(10), ' '))}: {theme.plain(point.text)}" for point in points],
        hovertemplate="%{text}<extra></extra>",
    )
    for index, point in enumerate(points):
        at = {"x": index, "y": point.percent or 0, "xanchor": "center", "font": {"size": 12}}
        side = BELOW if _in_a_valley(points, index, top / 6) else ABOVE
        figure.add_annotation(theme.label(theme.plain(point.text), **at, **side))
    if median is not None:
        figure.add_hline(y=median, line={"color": theme.COLOURS[1], "width": 1.5, "dash": "dash"})
        at = {"xref": "paper", "x": 1, "y": median, "xanchor": "left", "xshift": 4}
        figure.add_annotation(
            theme.label(theme.plain(median_words), **at, font={"size": 12, "color": theme.COLOURS[1]})
        )
    for mark in marks:
        figure.add_vline(x=mark.position, line={"color": theme.MUTED, "width": 1, "dash": "dot"})
        at = {"x": mark.position, "yref": "paper", "y": 1, "yanchor": "top", "xshift": 4}
        figure.add_annotation(theme.label(theme.plain(mark.label), **at, font={"size": 11, "color": theme.MUTED}))
    figure.update_layout(
        xaxis=theme.axis(
            tickvals=list(range(len(points))),
            ticktext=["<br>".join(theme.plain(part) for part in point.label.split("\n")) for point in points],
            tickfont={"size": 11},
            range=[-0.5, len(points) - 0.5],
            showgrid=False,
            title={"text": quarters, "standoff": 4},
        ),
        margin={"l": 8, "r": 92, "t": 10, "b": 48},
        yaxis=theme.percent_axis(title, suffix, min(100, top + 10)),
    )
    return Chart(figure, alternative)


def _in_a_valley(points: Sequence[Point], index: int, room: float) -> bool:
    """Whether the line comes down to a point from a neighbour, so that its words would lie on the line if above.

    `room`: the percentage that a point must have for words to fit between it and the axis.
    """
    here = points[index].percent
    if here is None or here < room:
        return False
    beside = [point.percent for point in (*points[max(index - 1, 0) : index], *points[index + 1 : index + 2])]
    return any(other is not None and other > here for other in beside)
