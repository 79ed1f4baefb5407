"""Writes the methodology's page of worked examples in both languages: `PYTHONPATH=. python tools/spec_examples.py`."""

from __future__ import annotations

from tests.support import example_page

if __name__ == "__main__":
    for language in ("cs", "en"):
        example_page.path(language).write_text(example_page.page(language), "utf-8")
