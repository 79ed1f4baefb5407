"""Markdown to HTML, slides, Typst, Word or PowerPoint by Pandoc with our own filter and templates."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock

from pipeline.errors import PublicationError
from pipeline.publication.catalogue import text

READER = "markdown-smart-raw_tex"
TEMPLATES = {"html": "page.html", "slides": "slides.html", "pdf": "report.typ"}
WRITERS = {"html": "html5", "slides": "revealjs", "pdf": "typst", "docx": "docx", "pptx": "pptx"}
OPTIONS = {
    "html": ["--toc", "--toc-depth=2", "--shift-heading-level-by=1", "--mathml"],
    "slides": ["--slide-level=1", "--mathml"],
    "pdf": [],
}
WORDS = ("figure", "table", "section", "equation", "tabs", "quote_open", "quote_close", "to")
FRAME = ("no_static", "contents")
EPOCH = {"SOURCE_DATE_EPOCH": "315532800"}
"""Office files are archives that carry a date; 1 January 1980 is the earliest they can."""
_preparing = Lock()


def template(name: str) -> str:
    """The text of a file in `templates`."""
    return files("pipeline.publication").joinpath("templates", name).read_text("utf-8")


def convert(markdown: str, form: str, language: str, variables: Mapping[str, str], folder: Path) -> str:
    """A document in `form` (html, slides, pdf); `variables` are plain text for the template, figures stay references.

    Raises PublicationError with Pandoc's own message when a reference leads nowhere or the filter fails.
    """
    values = {name: guarded(value, form, name) for name, value in sorted(variables.items())}
    command = ["-t", WRITERS[form], "--template", str(prepared(folder, TEMPLATES[form])), *OPTIONS[form]]
    command += [f"--variable={key}={value}" for key, value in values.items()]
    return run_pandoc(markdown, form, language, command, folder).decode()


def run_pandoc(markdown: str, form: str, language: str, options: Sequence[str], folder: Path) -> bytes:
    """What Pandoc writes with our filter and the words of a language; raises PublicationError with its message."""
    command = [_pandoc(), "-f", READER, "--standalone", "--wrap=preserve", "--columns=100000", *options]
    command += ["--lua-filter", str(prepared(folder, "filter.lua")), "--metadata-file", str(_words(language, folder))]
    env = {**os.environ, **EPOCH}
    done = subprocess.run(command, input=markdown.encode(), capture_output=True, check=False, cwd=folder, env=env)
    if done.returncode:
        raise PublicationError(f"Pandoc could not make the {form} document: {done.stderr.decode()[-600:].strip()}")
    return done.stdout


def guarded(value: str, form: str, name: str = "") -> str:
    """Plain text for a template: nothing in it is HTML or Typst."""
    if form != "pdf":
        return html.escape(value)
    if name == "plain-title":  # stands between quotes
        return value.replace("\\", "\\\\").replace('"', '\\"')
    return re.sub(r"([\\#*_$@<>\[\]`\"'~])", r"\\\1", value)


def prepared(folder: Path, name: str) -> Path:
    """A template written into a working folder, once for all documents."""
    return _once(folder / name, template(name))


def _words(language: str, folder: Path) -> Path:
    words = {word: text(f"ref.{word}", language) for word in WORDS}
    words |= {word: text(f"page.{word}", language) for word in FRAME}
    return _once(folder / f"words-{language}.json", json.dumps({"words": words, "language": language}))


def _once(path: Path, content: str) -> Path:
    with _preparing:
        if not path.exists():
            path.write_text(content, "utf-8")
    return path


@cache
def default_file(name: str) -> bytes:
    """A data file that Pandoc brings along, such as its reference documents."""
    done = subprocess.run([_pandoc(), "--print-default-data-file", name], capture_output=True, check=True)
    return done.stdout


@cache
def _pandoc() -> str:
    import pypandoc

    return str(pypandoc.get_pandoc_path())
