"""The tables of a bundle beside the documents, and one page that leads to everything."""

from __future__ import annotations

import html
import json
import shutil
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.disclosure import Bundle
from pipeline.publication import dictionary
from pipeline.publication.catalogue import LANGUAGES, text
from pipeline.publication.editions import FORMATS, Edition, editions
from pipeline.publication.html import style
from pipeline.publication.numbers import format_moment, format_quarter
from pipeline.publication.pandoc import template
from pipeline.publication.report import observed


@dataclass(frozen=True)
class Shelf:
    """What the page can lead to: the bundle, names of organisations, the folder, its mark, the tables."""

    bundle: Bundle
    partners: dict[str, str]
    target: Path
    mark: str
    tables: Sequence[Path]


def copy_tables(bundle: Bundle, target: Path, mark: str) -> list[Path]:
    """Copy the CSV tables into a folder that carries the mark, with a `datapackage.json` that explains them."""
    folder = target / f"tables{mark}"
    shutil.rmtree(folder, ignore_errors=True)
    names = sorted(path.relative_to(bundle.path) for path in bundle.path.glob("csv/*.csv"))
    made = []
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        made.append(Path(shutil.copyfile(bundle.path / name, folder / name)))
    package = json.loads((bundle.path / "datapackage.json").read_text("utf-8"))
    explained = folder / "datapackage.json"
    explained.write_text(json.dumps(dictionary.described(package), ensure_ascii=False, indent=1) + "\n", "utf-8")
    return [*made, explained]


def write_index(bundle: Bundle, wanted: Sequence[Edition], partners: dict[str, str], target: Path, mark: str) -> Path:
    """The page that leads to all that lies in a publication's folder, a section for each language."""
    languages = [language for language in LANGUAGES if any(edition.language == language for edition in wanted)]
    tables = sorted((target / f"tables{mark}").rglob("*.csv"))
    shelf = Shelf(bundle, partners, target, mark, tables)
    sections = "\n".join(_section(shelf, language, _in(bundle, partners, language)) for language in languages)
    first = languages[0]
    title = text("document.index", first, quarter=format_quarter(bundle.meta.quarter, first))
    values = {
        "$lang$": first,
        "$pagetitle$": html.escape(("SYNTHETIC: " if bundle.meta.synthetic else "") + title),
        "$title$": html.escape(title),
        "$synthetic$": _paragraph("mark", text("page.synthetic_mark", first)) if bundle.meta.synthetic else "",
        "$draft$": "" if bundle.meta.signed else _paragraph("mark", text("page.draft_mark", first)),
        "$skip$": html.escape(text("page.skip", first)),
        "$body$": _languages(languages) + sections,
        "<!--include:style.css-->": style(),
    }
    page = template("index.html")
    for key, value in values.items():
        page = page.replace(key, value)
    path = target / f"index{mark}.html"
    path.write_text(page, "utf-8")
    return path


def _in(bundle: Bundle, partners: dict[str, str], language: str) -> list[Edition]:
    return editions(bundle, partners, (language,), FORMATS)


def _languages(languages: Sequence[str]) -> str:
    """Links to the section of each language, where there is more than one."""
    links = [
        f'<a href="#in-{language}" lang="{language}">{html.escape(text("document.language", language))}</a>'
        for language in languages
    ]
    return f"<p>{' · '.join(links)}</p>" if len(links) > 1 else ""


def _paragraph(name: str, words: str) -> str:
    return f'<p class="{name}">{html.escape(words)}</p>'


def _section(shelf: Shelf, language: str, wanted: Sequence[Edition]) -> str:
    bundle = shelf.bundle
    quarter = format_quarter(bundle.meta.quarter, language)
    head = html.escape(text("document.index", language, quarter=quarter))
    intro = html.escape(text("index.intro", language, bundle=bundle.meta.bundle_id))
    intro = f"{intro} {html.escape(_state(bundle, language))}"
    lists = [
        _list(text("heading.files", language), _documents(shelf, [e for e in wanted if not e.subject])),
        *(
            _list(text(f"heading.{name}s", language), _documents(shelf, [e for e in wanted if e.kind.name == name]))
            for name in ("partner", "prison")
        ),
        _list(text("heading.tables", language), _tables(shelf, language)),
    ]
    return f'<section id="in-{language}" lang="{language}"><h2>{head}</h2><p>{intro}</p>{"".join(lists)}</section>'


def _state(bundle: Bundle, language: str) -> str:
    """Provisional or final, seen until when, signed by whom."""
    meta = bundle.meta
    key = "slot.state.provisional" if meta.provisional else "slot.state.final"
    said = text(key, language, day=format_moment(observed(bundle), language))
    signed = text("slot.state.signed", language, name=meta.checked_by or "")
    return f"{said} {signed if meta.signed else text('slot.state.unsigned', language)}".replace("**", "")


def _list(title: str, items: Sequence[str]) -> str:
    return f"<h3>{html.escape(title)}</h3><ul>{''.join(items)}</ul>" if items else ""


def _documents(shelf: Shelf, wanted: Sequence[Edition]) -> list[str]:
    """A line for each file that is there, whether made now or before."""
    items = []
    for edition in wanted:
        for form in edition.kind.formats:
            path = shelf.target / edition.file(form, shelf.mark)
            if path.exists():
                items.append(_item(path, shelf.target, _name(edition, form, shelf.partners)))
    return items


def _tables(shelf: Shelf, language: str) -> list[str]:
    titles = [(_table(shelf.bundle, path, language), path) for path in shelf.tables]
    items = [_item(path, shelf.target, title) for title, path in sorted(titles, key=_by_letters)]
    packages = sorted(shelf.target.glob("tables*/datapackage.json"))
    items += [_item(path, shelf.target, text("index.dictionary", language)) for path in packages]
    books = sorted(shelf.target.glob("annex*.xlsx"))
    return [_item(path, shelf.target, text("index.annex", language)) for path in books] + items


def _by_letters(entry: tuple[str, Path]) -> tuple[str, str]:
    """Titles in the order of the alphabet, a letter with a mark behind the one without."""
    return unicodedata.normalize("NFD", entry[0].casefold()), entry[1].name


def _item(path: Path, target: Path, words: str) -> str:
    link = html.escape(path.relative_to(target).as_posix())
    return f'<li><a href="{link}">{html.escape(words)}</a></li>'


def _name(edition: Edition, form: str, partners: dict[str, str]) -> str:
    if edition.subject:
        return edition.title(partners).split(":")[0]
    kind = text(f"index.{edition.kind.name}", edition.language)
    return f"{kind}: {text(f'index.format.{form}', edition.language)}"


def _table(bundle: Bundle, path: Path, language: str) -> str:
    wanted = path.stem.removeprefix("SYNTHETIC-")
    for name, table in bundle.tables.items():
        if name.replace(":", "-") == wanted:
            title = str(table.definition.get(f"title_{language}") or name)
            return text("index.curve", language, title=title) if name.startswith("curve:") else title
    return wanted
