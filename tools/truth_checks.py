"""Writes the page of checks of the methodology report; needs the folder of real data."""

from __future__ import annotations

from tests.oracles import page

if __name__ == "__main__":
    for language in ("cs", "en"):
        page.path(language).parent.mkdir(parents=True, exist_ok=True)
        page.path(language).write_text(page.written(language), "utf-8")
