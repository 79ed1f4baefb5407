"""A story as a line of steps from top to bottom: when at the left, what happened at the right."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.charts import theme
from pipeline.charts.chart import Chart

LINE, SIZE, WRAP = 22, 15, 56
"""Pixels of a line of text, size of its letters, letters on a line."""
WHEN, DOT, WHAT = 0.19, 0.22, 0.25


@dataclass(frozen=True)
class Moment:
    """One step: when, what happened, and whether everything else is counted from it."""

    when: str
    what: str
    turning: bool = False


def timeline_chart(moments: Sequence[Moment], mark: str, language: str = "cs", *, alternative: str = "") -> Chart:
    """Steps in their order, evenly spaced; `mark` stands beneath, so that the picture alone says what it is."""
    texts = [textwrap.wrap(moment.what, WRAP) for moment in moments]
    places, below = [], 0.0
    for lines in texts:
        places.append(below + len(lines) / 2)
        below += len(lines) + 0.9
    figure = theme.blank(round(below * LINE) + 44, language, 640)
    figure.add_scatter(
        x=[DOT] * len(moments), y=places, mode="lines+markers", hoverinfo="none",
        line={"color": theme.MUTED, "width": 2},
        marker={
            "color": [theme.COLOURS[1 if moment.turning else 0] for moment in moments],
            "symbol": [theme.SYMBOLS[1 if moment.turning else 0] for moment in moments],
            "size": [18 if moment.turning else 13 for moment in moments],
        },
    )  # fmt: skip
    for moment, lines, place in zip(moments, texts, places, strict=True):
        at = {"y": place, "font": {"size": SIZE}}
        figure.add_annotation(theme.label(f"<b>{theme.plain(moment.when)}</b>", x=WHEN, xanchor="right", **at))
        what = "<br>".join(theme.plain(line) for line in lines)
        figure.add_annotation(theme.label(what, x=WHAT, align="left", **at))
    foot = {"x": 0, "y": below, "yanchor": "top", "font": {"size": 13, "color": theme.MUTED}}
    figure.add_annotation(theme.label(theme.plain(mark), **foot))
    figure.update_xaxes(range=[0, 1], visible=False, fixedrange=True)
    figure.update_yaxes(range=[below + 1.2, -0.4], visible=False, fixedrange=True)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 6, "b": 6})
    return Chart(figure, alternative)
