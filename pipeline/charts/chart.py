"""A chart as a value: the figure, its language, what it says in words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.charts.theme import CONFIG, STATIC_WIDTH

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


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

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the static twin, in pixels."""
        return STATIC_WIDTH, int(self.figure.layout.height or 400)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from plotly.io import to_html

        page = to_html(self.figure, include_plotlyjs=True, full_html=False, config=CONFIG)
        return {"text/html": page, "text/plain": self.alternative or "Chart"}
