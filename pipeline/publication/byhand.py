"""For whoever renders a document by hand with Quarto: which bundle, and figures drawn on the spot."""

from __future__ import annotations

from pathlib import Path

from pipeline.charts import Chart, render_svgs
from pipeline.errors import PublicationError
from pipeline.publication.context import project_root


def newest_bundle() -> Path:
    """The newest released bundle of the project around the current folder, else the demo's."""
    root = project_root(Path.cwd())
    folders = [root / "data" / "disclosure", root / "data" / "demo" / "disclosure"]
    found = [path.parent for folder in folders for path in folder.glob("*/bundle.json")]
    if not found:
        raise PublicationError("There is no released bundle yet. Run `throughcare demo` or `throughcare release`.")
    return max(found, key=lambda path: (path.stat().st_mtime_ns, path.name))


def image_by_hand(name: str, chart: Chart, alternative: str) -> str:
    """A static figure beside the document; without a browser, its text alternative alone."""
    folder = Path("figures")
    drawn = render_svgs({name: chart.to_json()}, folder)
    if name not in drawn:
        return f"*{alternative}*"
    drawn[name].replace(folder / f"{name}.svg")
    return f"![{alternative}](figures/{name}.svg)"
