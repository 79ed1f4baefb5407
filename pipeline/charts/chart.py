"""A chart as a value: the figure, its language, what it says in words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.charts.theme import CONFIG, STATIC_WIDTH

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


ROOM = 1.9
"""How much larger the type of a slide is than that of a page."""
SLIDE = {"width": 1040, "height": 462}
"""Pixels that a slide has for its picture."""


@dataclass(frozen=True)
class Chart:
    """A drawn figure with a text alternative; shows itself in a notebook."""

    figure: Figure
    alternative: str = ""

    def plot(self) -> Chart:
        """The chart itself, so that a notebook cell that ends with it shows it."""
        return self

    def to_json(self) -> str:
        """The figure as plotly reads it: keys sorted, equal figures give equal text."""
        return json.dumps(self.figure.to_plotly_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def for_a_room(self) -> Chart:
        """The same figure as large as a slide, with type that the back row of a room can read."""
        from plotly.graph_objects import Figure

        enlarged = Figure(_enlarged(self.figure.to_plotly_json()), skip_invalid=False)
        margins = {side: ROOM * width for side, width in enlarged.layout.margin.to_plotly_json().items()}
        return Chart(enlarged.update_layout(SLIDE | {"margin": margins}), self.alternative)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the static twin, in pixels."""
        return int(self.figure.layout.width or STATIC_WIDTH), int(self.figure.layout.height or 400)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from plotly.io import to_html

        page = to_html(self.figure, include_plotlyjs=True, full_html=False, config=CONFIG)
        return {"text/html": page, "text/plain": self.alternative or "Chart"}


LARGER = {"font": ("size",), "marker": ("size",), "line": ("width",), "error_x": ("thickness",)}
"""What is larger in a room: the end of a part's name → its measures. The caps of an interval stay: they would touch
the words above it."""
SHIFTS = {"xshift", "yshift"}
"""How far words stand from their mark, which grows with both."""


def _enlarged(part: Any, name: str = "") -> Any:
    """A part of a figure in which type, marks and lines are larger; its numbers stay."""
    if isinstance(part, dict):
        measures = SHIFTS.union(*(found for end, found in LARGER.items() if name.endswith(end)))
        return {key: ROOM * value if key in measures else _enlarged(value, str(key)) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_enlarged(item) for item in part]
    return part
