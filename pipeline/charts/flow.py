"""The same people before and after: how many went from which state to which (a Sankey diagram)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.charts import theme
from pipeline.charts.chart import Chart

FADED = 0.35


@dataclass(frozen=True)
class Stream:
    """People from one state to another: positions of the two states, a count (None where it is hidden), its text."""

    before: int
    after: int
    count: float | None
    text: str


def flow_chart(
    before: Sequence[str], after: Sequence[str], streams: Sequence[Stream], heads: tuple[str, str],
    language: str = "cs", *, thin: float = 4, alternative: str = "",
) -> Chart:  # fmt: skip
    """Bands from left to right, as wide as their released counts; a hidden one is a thin grey band of fixed width."""
    figure = theme.blank(400, language, 480)
    tints = [_tint(theme.COLOURS[i % len(theme.COLOURS)]) for i in range(max(len(before), len(after)))]
    figure.add_sankey(
        arrangement="fixed",
        domain={"y": [0, 0.92]},
        node={
            "label": [theme.plain(name) for name in (*before, *after)],
            "color": [*(theme.COLOURS[i] for i in range(len(before))), *(theme.COLOURS[i] for i in range(len(after)))],
            "pad": 26,
            "thickness": 18,
            "line": {"width": 0},
            "hoverinfo": "none",
        },
        link={
            "source": [stream.before for stream in streams],
            "target": [len(before) + stream.after for stream in streams],
            "value": [thin if stream.count is None else max(stream.count, 0.01) for stream in streams],
            "color": ["rgba(89,89,89,0.3)" if s.count is None else tints[s.before] for s in streams],
            "customdata": [
                f"{theme.plain(before[s.before])} → {theme.plain(after[s.after])}: {theme.plain(s.text)}"
                for s in streams
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    )
    for place, words in zip((0, 1), heads, strict=True):
        at = {"xref": "paper", "x": place, "yref": "paper", "y": 1, "xanchor": "left" if place == 0 else "right"}
        figure.add_annotation(theme.label(f"<b>{theme.plain(words)}</b>", **at))
    figure.update_layout(margin={"l": 10, "r": 10, "t": 10, "b": 10})
    return Chart(figure, alternative)


def _tint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{FADED})"
