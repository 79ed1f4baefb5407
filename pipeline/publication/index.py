"""The tables of a bundle beside the documents, and one page that leads to everything."""

from __future__ import annotations

import html
import shutil
from collections.abc import Sequence
from pathlib import Path

from pipeline.disclosure import Bundle
from pipeline.publication.catalogue import text
from pipeline.publication.numbers import format_quarter
from pipeline.publication.pandoc import template


def copy_tables(bundle: Bundle, target: Path, mark: str) -> list[Path]:
    """Copy the bundle's CSV tables with their `datapackage.json` into a folder that carries the mark."""
    folder = target / f"tables{mark}"
    shutil.rmtree(folder, ignore_errors=True)
    names = sorted(path.relative_to(bundle.path) for path in bundle.path.glob("csv/*.csv"))
    made = []
    for name in [*names, Path("datapackage.json")]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        made.append(Path(shutil.copyfile(bundle.path / name, folder / name)))
    return made


def write_index(bundle: Bundle, target: Path, languages: Sequence[str], made: Sequence[Path], mark: str) -> Path:
    """The page that ties a publication together, a section for each language."""
    sections = "\n".join(_section(bundle, target, language, made) for language in languages)
    first = languages[0]
    title = text("document.index", first, quarter=format_quarter(bundle.meta.quarter, first))
    values = {
        "$lang$": first,
        "$pagetitle$": html.escape(("SYNTHETIC: " if bundle.meta.synthetic else "") + title),
        "$title$": html.escape(title),
        "$synthetic$": _paragraph("mark", text("page.synthetic_mark", first)) if bundle.meta.synthetic else "",
        "$draft$": "" if bundle.meta.signed else _paragraph("mark", text("page.draft_mark", first)),
        "$skip$": html.escape(text("page.skip", first)),
        "$body$": sections,
        "<!--include:style.css-->": template("style.css"),
    }
    page = template("index.html")
    for key, value in values.items():
        page = page.replace(key, value)
    path = target / f"index{mark}.html"
    path.write_text(page, "utf-8")
    return path


def _paragraph(name: str, words: str) -> str:
    return f'<p class="{name}">{html.escape(words)}</p>'


def _section(bundle: Bundle, target: Path, language: str, made: Sequence[Path]) -> str:
    quarter = format_quarter(bundle.meta.quarter, language)
    head = html.escape(text("document.index", language, quarter=quarter))
    intro = html.escape(text("index.intro", language, bundle=bundle.meta.bundle_id))
    documents = [_item(path, target, _name(path, language)) for path in made if f"-{language}" in path.name]
    tables = [_item(path, target, _table(bundle, path, language)) for path in made if path.suffix == ".csv"]
    package = [
        _item(path, target, text("index.dictionary", language)) for path in made if path.name == "datapackage.json"
    ]
    return (
        f'<section lang="{language}"><h2>{head}</h2><p>{intro}</p>'
        f"<h3>{html.escape(text('heading.files', language))}</h3><ul>{''.join(documents)}</ul>"
        f"<h3>{html.escape(text('heading.tables', language))}</h3><ul>{''.join(tables + package)}</ul></section>"
    )


def _item(path: Path, target: Path, words: str) -> str:
    link = html.escape(path.relative_to(target).as_posix())
    return f'<li><a href="{link}">{html.escape(words)}</a></li>'


def _name(path: Path, language: str) -> str:
    kind = text("index.slides" if path.name.startswith("slides") else "index.report", language)
    return f"{kind}: {text(f'index.format.{path.suffix[1:]}', language)}"


def _table(bundle: Bundle, path: Path, language: str) -> str:
    wanted = path.stem.removeprefix("SYNTHETIC-")
    for name, table in bundle.tables.items():
        if name.replace(":", "-") == wanted:
            return str(table.definition.get(f"title_{language}") or name)
    return wanted
