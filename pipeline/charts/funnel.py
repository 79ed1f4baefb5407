"""Funnel plots instead of league tables: each place by its size, with the limits that chance alone would keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from pipeline.charts import theme
from pipeline.charts.chart import Chart

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


NEAR = 4
"""Per cent; labels of points that are nearer would run into each other."""


@dataclass(frozen=True)
class Place:
    """Places that share a position: their label, size (people), percent, text on hovering, whether one is meant."""

    label: str
    size: float
    percent: float
    text: str
    chosen: bool = False


@dataclass(frozen=True)
class Limits:
    """Control limits in percent at each size: 95 % (inner) and 99.8 % (outer), lower and upper."""

    sizes: Sequence[float]
    inner: Sequence[tuple[float, float]]
    outer: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class FunnelWords:
    """What stands on the axes and at the lines, in the reader's language."""

    size: str
    percent: str
    centre: str
    inner: str
    outer: str
    suffix: str


def funnel_chart(
    places: Sequence[Place], centre: float, limits: Limits, words: FunnelWords, language: str = "cs", *,
    alternative: str = "",
) -> Chart:  # fmt: skip
    """Places against their size, the overall percentage as a line, two pairs of limits, all labelled directly."""
    figure = theme.blank(350, language, 480)
    highest = max([high for _, high in limits.outer] + [place.percent for place in places], default=20)
    for band, colour, dash, name in (
        (limits.outer, theme.MUTED, "dot", words.outer),
        (limits.inner, theme.COLOURS[1], "dash", words.inner),
    ):
        _limits(figure, limits.sizes, band, colour, dash, name)
    last = limits.sizes[-1]
    figure.add_scatter(
        x=[limits.sizes[0], last],
        y=[centre, centre],
        mode="lines",
        line={"color": theme.INK, "width": 1.5},
        hoverinfo="skip",
    )
    figure.add_annotation(
        theme.label(theme.plain(words.centre), x=last, y=centre, xanchor="right", yanchor="bottom", font={"size": 12})
    )
    for place, beneath in zip(places, _beneath(places), strict=True):
        _place(figure, place, beneath=beneath)
    figure.update_layout(
        xaxis=theme.axis(title={"text": words.size, "standoff": 4}, range=[limits.sizes[0], last], showgrid=False),
        yaxis=theme.percent_axis(words.percent, words.suffix, min(100, max(20, 10 * (int(highest) // 10 + 1)))),
    )
    return Chart(figure, alternative)


def _limits(
    figure: Figure, sizes: Sequence[float], band: Sequence[tuple[float, float]], colour: str, dash: str, name: str
) -> None:
    for side in (0, 1):
        figure.add_scatter(
            x=list(sizes),
            y=[pair[side] for pair in band],
            mode="lines",
            line={"color": colour, "width": 1.5, "dash": dash},
            hoverinfo="skip",
        )
    third = len(sizes) // 3
    at = {"x": sizes[third], "y": band[third][1], "yanchor": "bottom", "font": {"size": 12, "color": colour}}
    figure.add_annotation(theme.label(theme.plain(name), **at))


def _beneath(places: Sequence[Place]) -> list[bool]:
    """Which labels stand beneath their point: those of places as high as another one to their left."""
    return [
        any(other.size < place.size and abs(other.percent - place.percent) < NEAR for other in places)
        for place in places
    ]


def _place(figure: Figure, place: Place, *, beneath: bool = False) -> None:
    colour = theme.COLOURS[1] if place.chosen else theme.COLOURS[0]
    figure.add_scatter(
        x=[place.size],
        y=[place.percent],
        mode="markers",
        marker={
            "size": 14 if place.chosen else 10,
            "color": colour,
            "symbol": "diamond" if place.chosen else "circle",
            "line": {"width": 1, "color": theme.PAPER},
        },
        hovertemplate=f"{theme.plain(place.label)}: {theme.plain(place.text)}<extra></extra>",
    )
    words = "<br>".join(wrap(theme.plain(place.label), 34))
    at = {"x": place.size, "y": place.percent, "xanchor": "right", "xshift": -10, "align": "right"}
    at |= {"bgcolor": "rgba(255,255,255,0.8)", "borderpad": 0}
    if beneath:
        at |= {"xanchor": "center", "xshift": 0, "yanchor": "top", "yshift": -7}
    figure.add_annotation(theme.label(f"<b>{words}</b>" if place.chosen else words, **at, font={"size": 12}))
