"""Data quality: which share of each organisation's rows was accepted, table by table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap

from pipeline.charts import theme
from pipeline.charts.chart import Chart

SCALE = [[0.0, "#7a2e0e"], [0.5, "#e8a46b"], [0.9, "#f3e3c3"], [1.0, "#dcebf7"]]
"""From dark to light: what needs work is dark in print too."""


def heat_chart(
    rows: Sequence[str],
    columns: Sequence[str],
    shares: Mapping[tuple[int, int], float],
    texts: Mapping[tuple[int, int], str],
    language: str = "cs",
    *,
    alternative: str = "",
) -> Chart:
    """A cell per row and column: its text always, its colour where there is a share in percent (0–100)."""
    places = range(len(columns))
    values = [[shares.get((i, j)) for j in places] for i in range(len(rows))]
    figure = theme.blank(24 * len(rows) + 80, language, 140 + 70 * len(columns))
    figure.add_heatmap(
        z=values,
        x=list(places),
        y=list(range(len(rows))),
        zmin=50,
        zmax=100,
        colorscale=SCALE,
        showscale=False,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
    )
    for (i, j), text in sorted(texts.items()):
        dark = shares.get((i, j), 100) < 70
        font = {"size": 12, "color": theme.PAPER if dark else theme.INK}
        figure.add_annotation(theme.label(theme.plain(text), x=j, y=i, xanchor="center", font=font))
    figure.update_layout(
        xaxis=theme.axis(
            tickvals=list(places),
            ticktext=["<br>".join(wrap(theme.plain(name), 12, break_long_words=False)) for name in columns],
            tickfont={"size": 10},
            side="top",
            showgrid=False,
            tickangle=0,
            range=[-0.5, len(columns) - 0.5],
        ),
        yaxis=theme.axis(
            tickvals=list(range(len(rows))),
            ticktext=[theme.plain(name) + "\u00a0" for name in rows],
            range=[len(rows) - 0.5, -0.5],
            showgrid=False,
        ),
        margin={"l": 8, "r": 24, "t": 10, "b": 8},
    )
    return Chart(figure, alternative)
