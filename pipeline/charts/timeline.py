"""A story as a line of steps from left to right: when it happened, and what."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.charts import theme
from pipeline.charts.chart import Chart

LINE, SIZE, LETTER, GAP = 20, 15, 9, 0.8
"""Pixels of a line, size of a letter and its usual width in pixels; lines between a dot and its words."""


@dataclass(frozen=True)
class Moment:
    """One step: when, what happened, and whether everything else is counted from it."""

    when: str
    what: str
    turning: bool = False


def timeline_chart(moments: Sequence[Moment], mark: str, language: str = "cs", *, alternative: str = "") -> Chart:
    """Steps in their order, evenly spaced, their words by turns above and below the line.

    `mark` stands beneath, so that the picture alone says what it is.
    """
    signs = int(2 * theme.STATIC_WIDTH / (len(moments) + 1) / LETTER)  # the words of a step may run below the next
    texts = [[f"<b>{theme.plain(moment.when)}</b>", *_lines(moment.what, signs, language)] for moment in moments]
    above, below = (max((len(lines) for lines in texts[side::2]), default=0) + GAP for side in (0, 1))
    figure = theme.blank(round((above + below + 2) * LINE) + 12, language, 640)
    places = list(range(len(moments)))
    figure.add_scatter(
        x=places, y=[0] * len(moments), mode="lines+markers", hoverinfo="none",
        line={"color": theme.MUTED, "width": 2},
        marker={
            "opacity": 1,
            "line": {"width": 0},
            "color": [theme.COLOURS[1 if moment.turning else 0] for moment in moments],
            "symbol": [theme.SYMBOLS[1 if moment.turning else 0] for moment in moments],
            "size": [16 if moment.turning else 12 for moment in moments],
        },
    )  # fmt: skip
    for place, lines in enumerate(texts):
        side = {"y": GAP, "yanchor": "bottom"} if place % 2 == 0 else {"y": -GAP, "yanchor": "top"}
        words = theme.label("<br>".join(lines), x=place - 0.12, align="left")
        figure.add_annotation(words | side | {"font": {"size": SIZE}})
    foot = {"x": -0.12, "y": -below - 0.6, "yanchor": "top", "font": {"size": 14, "color": theme.MUTED}}
    figure.add_annotation(theme.label(theme.plain(mark)) | foot)
    figure.update_xaxes(range=[-0.15, len(moments) + 0.85], visible=False, fixedrange=True)
    figure.update_yaxes(range=[-below - 1.8, above + 0.2], visible=False, fixedrange=True)
    figure.update_layout(margin={"l": 4, "r": 4, "t": 6, "b": 6})
    return Chart(figure, alternative)


def _lines(text: str, signs: int, language: str) -> list[str]:
    return [theme.plain(line) for line in textwrap.wrap(_kept(text) if language == "cs" else text, signs)]


def _kept(text: str) -> str:
    """Czech words of one letter never end a line."""
    return re.sub(r"\b([KkSsVvZzOoUuAaIi]) ", "\\1\u00a0", text)
