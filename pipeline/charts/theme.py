"""One theme: colours that differ in greyscale and for colour-blind readers, one font, no decoration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

FONT = "DejaVu Sans, Verdana, Segoe UI, Helvetica, Arial, sans-serif"
INK, MUTED, GRID, PAPER = "#1b1b1b", "#595959", "#d9d9d9", "#ffffff"
COLOURS = ("#0b4f8a", "#d55e00", "#5b9e8f", "#9c6ba0")
"""Dark blue, vermilion, sea green, mauve (after Okabe and Ito 2008); their luminances differ."""
DASHES = ("solid", "dash", "dot", "dashdot")
SYMBOLS = ("circle", "diamond", "square", "triangle-up")
STATIC_WIDTH = 720
CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "showTips": False,
    "doubleClick": False,
    "scrollZoom": False,
    "responsive": True,
}
"""No tool bar and no zoom: both speak English and neither shows more than the figure says."""


def blank(height: int, language: str = "cs", least_width: int = 480) -> Figure:
    """An empty figure in the theme, `height` pixels high, as wide as its place but not below `least_width`."""
    import plotly.graph_objects as go

    figure = go.Figure()
    figure.update_layout(
        template=None,
        height=height,
        meta={"least_width": least_width},
        autosize=True,
        margin={"l": 8, "r": 12, "t": 10, "b": 44},
        font={"family": FONT, "size": 13, "color": INK},
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        separators=",\u00a0" if language == "cs" else ".,",
        showlegend=False,
        dragmode=False,
        hovermode="closest",
        hoverlabel={"font": {"family": FONT, "size": 13}, "bgcolor": PAPER, "bordercolor": MUTED},
    )
    return figure


def axis(**changes: Any) -> dict[str, Any]:
    """An axis in the theme: light grid, no zero line, no zoom."""
    base = {"gridcolor": GRID, "zeroline": False, "linecolor": MUTED, "fixedrange": True, "automargin": True}
    if "title" in changes:
        changes["title"] = {"font": {"size": 13, "color": INK}} | changes["title"]
    return base | changes


def percent_axis(title: str, suffix: str, top: float = 100, **changes: Any) -> dict[str, Any]:
    """An axis in whole per cent from zero; a share is never cut off at its foot."""
    ticks = {"range": [0, top], "ticksuffix": suffix, "tickformat": "d", "dtick": 20 if top > 50 else 10}
    return axis(title={"text": title, "standoff": 8}, **(ticks | changes))


def label(text: str, **changes: Any) -> dict[str, Any]:
    """A direct label inside a figure; `text` must already be safe (`plain`)."""
    base = {"text": text, "showarrow": False, "xanchor": "left", "yanchor": "middle", "font": {"size": 13}}
    return base | changes


def plain(text: object) -> str:
    """Text that plotly must read neither as its little HTML nor as TeX."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("$", "&#36;")


def watermark(figure: Figure, text: str) -> Figure:
    """Write across a figure that it is not released."""
    figure.add_annotation(
        text=plain(text),
        xref="paper",
        yref="paper",
        x=0.5,
        y=0.5,
        showarrow=False,
        textangle=-20,
        font={"size": 34, "color": "rgba(120,120,120,0.35)"},
    )
    return figure
