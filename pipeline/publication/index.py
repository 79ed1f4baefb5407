"""The tables of a bundle beside the documents, and one page that leads to everything."""

from __future__ import annotations

import html
import shutil
from collections.abc import Sequence
from pathlib import Path

from pipeline.disclosure import Bundle
from pipeline.publication.catalogue import LANGUAGES, text
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


def write_index(bundle: Bundle, target: Path, mark: str) -> Path:
    """The page that leads to all that lies in a publication's folder, a section for each language."""
    found = {language: _documents(target, language, mark) for language in LANGUAGES}
    languages = [language for language in LANGUAGES if found[language]]
    tables = sorted((target / f"tables{mark}").rglob("*.csv"))
    made = {language: [*found[language], *tables] for language in languages}
    sections = "\n".join(_section(bundle, target, language, made[language]) for language in languages)
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


def _documents(target: Path, language: str, mark: str) -> list[Path]:
    names = [f"{kind}-{language}{mark}.{suffix}" for kind in ("report", "slides") for suffix in ("html", "pdf")]
    return [target / name for name in names if (target / name).exists()]


def _paragraph(name: str, words: str) -> str:
    return f'<p class="{name}">{html.escape(words)}</p>'


def _section(bundle: Bundle, target: Path, language: str, made: Sequence[Path]) -> str:
    quarter = format_quarter(bundle.meta.quarter, language)
    head = html.escape(text("document.index", language, quarter=quarter))
    intro = html.escape(text("index.intro", language, bundle=bundle.meta.bundle_id))
    documents = [_item(path, target, _name(path, language)) for path in made if path.suffix != ".csv"]
    tables = [_item(path, target, _table(bundle, path, language)) for path in made if path.suffix == ".csv"]
    packages = sorted(target.glob("tables*/datapackage.json"))
    package = [_item(path, target, text("index.dictionary", language)) for path in packages]
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
            title = str(table.definition.get(f"title_{language}") or name)
            return text("index.curve", language, title=title) if name.startswith("curve:") else title
    return wanted
