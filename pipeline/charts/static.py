"""Static twins of figures: SVG by one kaleido server, where a Chromium-family browser is installed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path

from pipeline.charts.theme import STATIC_WIDTH

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
PLACES = {
    "darwin": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ),
    "win32": (
        "C:/Program Files/Google/Chrome/Application/chrome.exe",
        "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
        "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
    ),
}


def find_browser() -> str | None:
    """The Chromium-family browser of this machine (`BROWSER_PATH` names another one), or None."""
    named = os.environ.get("BROWSER_PATH")
    if named is not None:
        return named if Path(named).exists() else None
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return found or next((path for path in PLACES.get(sys.platform, ()) if Path(path).exists()), None)


def render_svgs(figures: Mapping[str, str], cache: Path) -> dict[str, Path]:
    """SVG files for figures given as JSON, by name; what the cache holds is not drawn again.

    Returns an empty mapping when there is no browser; warns and leaves out what a browser could not draw.
    """
    browser = find_browser()
    if browser is None:
        return {}
    cache.mkdir(parents=True, exist_ok=True)
    paths = {name: cache / f"{hashlib.sha256(text.encode()).hexdigest()[:20]}.svg" for name, text in figures.items()}
    missing = {paths[name]: text for name, text in figures.items() if not paths[name].exists()}
    if missing:
        try:
            _draw(missing, browser)
        except Exception as problem:  # whatever a browser dies of, the rest of the publication is made without it
            kind = type(problem).__name__
            warnings.warn(f"{browser} could not draw the figures ({kind}); set BROWSER_PATH to another.", stacklevel=2)
    return {name: path for name, path in paths.items() if path.exists()}


def _draw(missing: Mapping[Path, str], browser: str) -> None:
    import kaleido

    if sys.platform != "win32":  # kaleido waits for ever for a browser that does not start
        subprocess.run([browser, "--version"], check=True, capture_output=True, timeout=60)
    kaleido.start_sync_server(path=browser, n=1, silence_warnings=True)
    try:
        for path, text in sorted(missing.items()):
            figure = json.loads(text)
            layout = figure["layout"]
            options = {"format": "svg", "width": layout.get("width", STATIC_WIDTH), "height": layout.get("height", 400)}
            drawn = kaleido.calc_fig_sync(figure, opts=options)
            path.write_text(steady(drawn.decode("utf-8"), path.stem), "utf-8")
    finally:
        kaleido.stop_sync_server(silence_warnings=True)


def steady(svg: str, name: str) -> str:
    """An SVG whose identifiers do not change from one drawing to the next."""
    found = re.search(r'id="(?:clip|defs-|topdefs-)?([0-9a-f]{6})', svg)
    svg = svg.replace(found[1], name[:6]) if found else svg
    return re.sub(r"\btrace[0-9a-f]{6}\b", "trace", svg)
