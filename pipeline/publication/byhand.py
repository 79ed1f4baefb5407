"""For whoever renders a document by hand with Quarto: which bundle, and figures drawn on the spot."""

from __future__ import annotations

from pathlib import Path

from pipeline.charts import Chart, render_svgs
from pipeline.disclosure import in_order
from pipeline.errors import PublicationError
from pipeline.publication.context import project_root
from pipeline.publication.markdown import attribute
from pipeline.publication.office import to_pngs
from pipeline.publication.strips import strip_marks


def newest_bundle() -> Path:
    """The newest released bundle of the project around the current folder, else the demo's."""
    root = project_root(Path.cwd())
    for folder in (root / "data" / "disclosure", root / "data" / "demo" / "disclosure"):
        if found := in_order(path.parent for path in folder.glob("*/bundle.json")):
            return found[-1]
    raise PublicationError("There is no released bundle yet. Run `throughcare demo` or `throughcare release`.")


def image_by_hand(name: str, chart: Chart, alternative: str) -> str:
    """A static figure beside the document; without a browser, its text alternative alone.

    A picture that every format takes, its words as Quarto's `fig-alt`: in the brackets they would be a caption.
    """
    folder = Path("figures")
    drawn = to_pngs(render_svgs({name: chart.to_json()}, folder), folder, folder)
    if name not in drawn:
        return f"*{alternative}*"
    drawn[name].replace(folder / f"{name}.png")
    return f'![](figures/{name}.png){{fig-alt="{attribute(strip_marks(alternative))}"}}'
