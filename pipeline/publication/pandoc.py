"""Markdown to HTML, slides or Typst by Pandoc with our own filter and templates."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from pipeline.errors import PublicationError
from pipeline.publication.catalogue import text

READER = "markdown-smart-raw_tex"
TEMPLATES = {"html": "page.html", "slides": "slides.html", "pdf": "report.typ"}
WRITERS = {"html": "html5", "slides": "revealjs", "pdf": "typst"}
OPTIONS = {
    "html": ["--toc", "--toc-depth=2", "--shift-heading-level-by=1", "--mathml"],
    "slides": ["--slide-level=1", "--mathml"],
    "pdf": [],
}
WORDS = ("figure", "table", "section", "equation", "tabs", "quote_open", "quote_close")


def template(name: str) -> str:
    """The text of a file in `templates`."""
    return files("pipeline.publication").joinpath("templates", name).read_text("utf-8")


def convert(markdown: str, form: str, language: str, variables: Mapping[str, str], folder: Path) -> str:
    """A document in `form` (html, slides, pdf); `variables` fill the template, figures stay references.

    Raises PublicationError with Pandoc's own message when a reference leads nowhere or the filter fails.
    """
    words = {word: text(f"ref.{word}", language) for word in WORDS}
    metadata = folder / f"words-{language}.json"
    metadata.write_text(json.dumps({"words": words, "lang": language}), "utf-8")
    path = folder / TEMPLATES[form]
    path.write_text(template(TEMPLATES[form]), "utf-8")
    filter_path = folder / "filter.lua"
    filter_path.write_text(template("filter.lua"), "utf-8")
    command = [_pandoc(), "-f", READER, "-t", WRITERS[form], "--standalone", "--wrap=preserve", "--columns=100000"]
    command += ["--template", str(path), "--lua-filter", str(filter_path), "--metadata-file", str(metadata)]
    command += OPTIONS[form] + [f"--variable={key}={value}" for key, value in sorted(variables.items())]
    done = subprocess.run(command, input=markdown.encode(), capture_output=True, check=False)
    if done.returncode:
        raise PublicationError(f"Pandoc could not make the {form} document: {done.stderr.decode()[-600:].strip()}")
    return done.stdout.decode()


@cache
def _pandoc() -> str:
    import pypandoc

    return str(pypandoc.get_pandoc_path())
