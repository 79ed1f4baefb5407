"""A chart as a value: the figure, its language, what it says in words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.charts.theme import CONFIG, STATIC_WIDTH

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


ROOM = 1.75
"""How much larger the type of a slide is than that of a page."""
SLIDE = {"width": 1040, "height": 440}
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
        return Chart(enlarged.update_layout(SLIDE), self.alternative)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the static twin, in pixels."""
        return int(self.figure.layout.width or STATIC_WIDTH), int(self.figure.layout.height or 400)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from plotly.io import to_html

        page = to_html(self.figure, include_plotlyjs=True, full_html=False, config=CONFIG)
        return {"text/html": page, "text/plain": self.alternative or "Chart"}


def _enlarged(part: Any, font: bool = False) -> Any:
    """A part of a figure in which every size of a font is larger."""
    if isinstance(part, dict):
        return {
            key: ROOM * value if font and key == "size" else _enlarged(value, font=str(key).endswith("font"))
            for key, value in part.items()
        }
    if isinstance(part, list | tuple):
        return [_enlarged(item) for item in part]
    return part
