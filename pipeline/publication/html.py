"""The last step to one offline HTML file: figures with their data, one plotly.js, one style; nothing is fetched."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from pipeline.charts import CONFIG
from pipeline.publication.catalogue import text
from pipeline.publication.pandoc import template

REVEAL = {
    "center": False,
    "hash": True,
    "height": 700,
    "margin": 0.06,
    "slideNumber": True,
    "transition": "none",
    "width": 1120,
}
NAMING = """function () {
  Object.keys(LABELS).forEach(function (side) {
    document.querySelectorAll(".navigate-" + side).forEach(function (button) {
      button.setAttribute("aria-label", LABELS[side]);
    });
  });
}"""
"""reveal.js names its buttons in English alone."""
FIGURE = re.compile(r"<!--figure:([\w-]+):(.*?)-->")


def finish_page(
    page: str, figures: Mapping[str, str], drawn: Mapping[str, Path], language: str, *, static: bool = False
) -> str:
    """A page with its interactive figures; a static twin of each, where there is one, is what gets printed.

    `static`: pictures alone, which keeps a small page small; interactive all the same where one was not drawn.
    """
    static = static and all(found[1] in drawn for found in FIGURE.finditer(page))
    used = FIGURE.search(page) is not None and not static
    page = FIGURE.sub(lambda found: _placed(found, figures, drawn, language, static, boxed=True), page)
    page = page.replace("<!--include:style.css-->", style())
    return page.replace("<!--include:scripts-->", _scripts() if used else "")


def finish_slides(
    page: str, figures: Mapping[str, str], drawn: Mapping[str, Path], language: str, reveal: Path | None
) -> str:
    """Slides with reveal.js inside and one picture a figure; without reveal.js the slides stand one under another."""
    static = all(found[1] in drawn for found in FIGURE.finditer(page))
    page = FIGURE.sub(lambda found: _placed(found, figures, drawn if static else {}, language, static), page)
    missing = "" if reveal else f'<p class="missing">{html.escape(text("page.no_slides", language))}</p>'
    page = page.replace("<!--include:missing-->", missing)
    page = page.replace("<!--include:reveal.css-->", (reveal / "reveal.css").read_text("utf-8") if reveal else "")
    page = page.replace("<!--include:slides.css-->", template("slides.css"))
    return page.replace("<!--include:scripts-->", _reveal(reveal, language) + ("" if static else _scripts()))


def _placed(
    found: re.Match[str],
    figures: Mapping[str, str],
    drawn: Mapping[str, Path],
    language: str,
    static: bool,
    *,
    boxed: bool = False,
) -> str:
    if static:
        picture = _picture(drawn[found[1]], html.unescape(found[2]))
        area = html.escape(text("page.figure_area", language))
        box = f'<div class="plot-box" tabindex="0" role="group" aria-label="{area}">'
        return f"{box}{picture}</div>" if boxed else picture
    return _interactive(found[1], found[2], figures, drawn, language)


def _reveal(reveal: Path | None, language: str) -> str:
    if reveal is None:
        return ""
    labels = {side: text(f"slide.{side}", language) for side in ("left", "right", "up", "down")}
    start = (
        f"var LABELS={json.dumps(labels, ensure_ascii=False)};Reveal.initialize({json.dumps(REVEAL)}).then({NAMING});"
    )
    return f"<script>{_inside((reveal / 'reveal.js').read_text('utf-8'))}</script>\n<script>{start}</script>"


def _interactive(
    name: str, alternative: str, figures: Mapping[str, str], drawn: Mapping[str, Path], language: str
) -> str:
    figure = figures[name]
    layout = json.loads(figure)["layout"]
    size = f"height:{layout['height']}px;min-width:{layout['meta']['least_width']}px"
    area = html.escape(text("page.figure_area", language))
    twin = _picture(drawn[name], "", "print-only") if name in drawn else ""
    return (
        f'<div class="plot-box{" twin" if twin else ""}" tabindex="0" role="group" aria-label="{area}">'
        f'<div class="plot" id="plot-{name}" data-name="{name}" role="img" aria-label="{alternative}" '
        f'style="{size}"></div>'
        f'</div>{twin}<script type="application/json" id="data-{name}">{_inside(figure)}</script>'
    )


def _picture(path: Path, alternative: str, name: str = "picture") -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<img class="{name}" alt="{html.escape(alternative)}" src="data:image/svg+xml;base64,{data}">'


def _inside(script: str) -> str:
    return script.replace("</", "<\\/")


def style() -> str:
    """The look of a page: its frame and its parts."""
    return template("parts.css") + template("style.css")


@cache
def _plotly() -> str:
    return files("plotly").joinpath("package_data", "plotly.min.js").read_text("utf-8")


def _scripts() -> str:
    drawing = template("figures.js").replace("CONFIG", json.dumps(CONFIG, sort_keys=True))
    library = re.sub(r"</(script)", r"<\\/\1", _plotly(), flags=re.IGNORECASE)
    return f"<script>{library}</script>\n<script>{drawing}</script>"
