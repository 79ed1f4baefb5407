"""The data annex as one workbook: cover, marks, columns, codes, measures, coverage, then a sheet for each table."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from pipeline.disclosure import Bundle, ReleasedTable, Row
from pipeline.publication import dictionary
from pipeline.publication.catalogue import LANGUAGES, text
from pipeline.publication.cite import MARKED
from pipeline.publication.constants import constants
from pipeline.publication.numbers import format_moment
from pipeline.publication.report import observed
from pipeline.publication.workbook import Cells, Mark, Sheets

CREATED = datetime(1980, 1, 1)
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
NARROW = 14
Table = tuple[tuple[str, ...], Sequence[Cells]]
"""Heading and rows of a table."""


def write_workbook(bundle: Bundle, partners: Mapping[str, str]) -> bytes:
    """The workbook as bytes; equal bundles give equal bytes. Text that a spreadsheet would run is neutralised."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        book.set_properties({"title": _title(bundle), "author": "throughcare", "created": CREATED})
        sheets, names = Sheets(book), sheet_names(bundle)
        _cover(sheets, bundle, names)
        _reference(sheets, "marks", *marks(bundle.meta.profile))
        _reference(sheets, "columns", ("column", *LANGUAGES), dictionary.columns(bundle))
        _reference(sheets, "codes", ("column", "group_by", "code", *LANGUAGES), dictionary.codes(bundle, partners))
        _reference(sheets, "measures", *measures(bundle))
        _reference(sheets, "coverage", *coverage(bundle, partners))
        for name, table in bundle.tables.items():
            _table(sheets, names[name], name, table)
    return out.getvalue()


def sheet_names(bundle: Bundle) -> dict[str, str]:
    """A sheet for each table: a name of at most 31 signs that no other sheet has."""
    found: dict[str, str] = {}
    for name in bundle.tables:
        plain = name.replace(":", "-")[:28]
        same = sum(1 for other in found.values() if other.split("~")[0] == plain)
        found[name] = f"{plain}~{same}" if same else plain
    return found


def _both(key: str, **values: str) -> str:
    """A text in both languages: the workbook serves readers of either."""
    return " / ".join(text(key, language, **values) for language in LANGUAGES)


def _tab(key: str) -> str:
    """The name of a sheet in both languages; a stroke is not allowed there."""
    return ", ".join(text(key, language) for language in LANGUAGES)


def _title(bundle: Bundle) -> str:
    mark = "SYNTHETIC: " if bundle.meta.synthetic else ""
    return mark + _both("document.annex", quarter=bundle.meta.quarter)


def _cover(sheets: Sheets, bundle: Bundle, names: Mapping[str, str]) -> None:
    page = sheets.book.add_worksheet(_tab("sheet.cover"))
    page.set_column(0, 0, 34)
    page.set_column(1, 1, 90)
    banners = [text(key, language).replace("**", "") for language in LANGUAGES for key in _banners(bundle)]
    notes = [(text("annex.notes", language), text("annex.text", language)) for language in LANGUAGES]
    lines = [(words, "", "mark") for words in banners]
    lines += [(what, value, "text") for what, value in [*facts(bundle), ("", ""), *notes]]
    lines.append((_both("heading.tables"), "", "head"))
    sheets.put(page, 0, 0, _title(bundle), "title")
    for row, (what, value, look) in enumerate(lines, start=1):
        sheets.put(page, row, 0, what, look)
        if value or look == "head":
            sheets.put(page, row, 1, value, look)
    for row, (name, table) in enumerate(bundle.tables.items(), start=len(lines) + 1):
        page.write_url(row, 0, f"internal:'{names[name]}'!A1", string=names[name])
        sheets.put(page, row, 1, _name(name, table), "text")


def _name(name: str, table: ReleasedTable) -> str:
    """What a table is called, in both languages."""
    return " / ".join(str(table.definition.get(f"title_{language}") or name) for language in LANGUAGES)


def _banners(bundle: Bundle) -> list[str]:
    return (["banner.synthetic"] if bundle.meta.synthetic else []) + ([] if bundle.meta.signed else ["banner.draft"])


def _moment(value: str) -> str:
    return " / ".join(format_moment(value, language) for language in LANGUAGES)


def facts(bundle: Bundle) -> list[tuple[str, str]]:
    """What the cover says of the release: where it comes from and how people are protected in it."""
    meta, run = bundle.meta, bundle.meta.run
    profile = meta.profile
    quarter, seen = (_moment(value) for value in (meta.quarter, observed(bundle)))
    settings = ", ".join(f"{key} = {profile[key]}" for key in ("method", "base", "threshold") if key in profile)
    found = [
        ("annex.quarter", quarter),
        ("provenance.bundle", meta.bundle_id),
        ("provenance.as_of", seen),
        ("provenance.code_version", str(run.get("code_version", ""))),
        ("provenance.definitions_version", str(run.get("definitions_version", ""))),
        ("provenance.profile", f"{profile.get('name', '')}: {settings}"),
        ("provenance.checked_by", meta.checked_by or "–"),
        ("annex.state", _both("annex.provisional" if meta.provisional else "annex.final")),
        ("annex.revision", meta.revision_reason or "–"),
    ]
    inputs = [f"{item['partner']} {item['delivery_id']} {item['sha256']}" for item in run.get("inputs", [])]
    return [(_both(key), value) for key, value in found] + [(_both("annex.input"), line) for line in inputs]


def marks(profile: Mapping[str, object]) -> Table:
    """What stands in a cell without a number, in both languages."""
    header = ("mark", "status", "cs", "en")
    numbers = {language: constants(profile, language, tagged=False) for language in LANGUAGES}
    meanings = [[text(f"state.{name}.meaning", key, **numbers[key]) for key in LANGUAGES] for name in MARKED]
    rows: list[Cells] = [
        (text(f"state.{name}.mark", "cs"), name, *words) for name, words in zip(MARKED, meanings, strict=True)
    ]
    rows.append(("0", "shown", *(text("state.zero.meaning", language) for language in LANGUAGES)))
    return header, [*rows, ("", "published_on", *(text("repeated.column", language) for language in LANGUAGES))]


def measures(bundle: Bundle) -> Table:
    """The data dictionary of the measures: a row each, from the registry as the bundle carries it."""
    parts = ("title", "definition", "numerator", "denominator")
    columns = tuple(f"{part}_{language}" for part in parts for language in LANGUAGES)
    header = ("measure", "kind", "unit", "primary", *columns, "source")
    rows: list[Cells] = []
    for name, row in sorted(bundle.meta.definitions.items()):
        plain = [str(row.get(key, "")) for key in ("kind", "unit", "primary")]
        rows.append((name, *plain, *(str(row.get(key, "")) for key in columns), str(row.get("source", ""))))
    return header, rows


def coverage(bundle: Bundle, partners: Mapping[str, str]) -> Table:
    """First and last day seen, a row per source, table and prison."""
    header = ("source", "organisation", "table_name", "prison", "covered_from", "covered_to")
    rows: list[Cells] = [
        (item["source"], partners.get(item["source"], item["source"]), *(str(item[key]) for key in header[2:]))
        for item in bundle.meta.coverage
    ]
    return header, rows


def _reference(sheets: Sheets, name: str, header: tuple[str, ...], rows: Sequence[Cells]) -> None:
    """A sheet that explains others."""
    notes = [text(f"annex.{name}", language) for language in LANGUAGES]
    sheets.sheet(_tab(f"sheet.{name}"), _both(f"sheet.{name}"), notes, header, rows, look="text")


def _table(sheets: Sheets, sheet: str, name: str, table: ReleasedTable) -> None:
    """A released table: keys, then each statistic, its mark where there is no number, and its status beside it."""
    pairs = (column for statistic in table.statistics for column in (statistic, f"{statistic}{dictionary.STATUS}"))
    header = (*table.dims, *pairs, dictionary.PUBLISHED)
    rows = [_line(table, row) for row in table.all_rows]
    notes = list(_notes(name, table))
    sheets.sheet(sheet, _name(name, table), notes, header, rows, keys=len(table.dims), width=NARROW)


def _notes(name: str, table: ReleasedTable) -> Iterator[str]:
    """What a reader of one sheet must know: the definition, curves, how to read it, rows that repeat."""
    curve = name.startswith("curve:")
    repeats = any(cell.published_on for cell in table.cells)
    for language in LANGUAGES:
        words = [str(table.definition.get(f"definition_{language}") or "")]
        words += [text("annex.curve", language)] if curve else []
        words += [text("annex.sheet", language)]
        words += [text("annex.repeated", language)] if repeats else []
        yield from (line for line in words if line)


def _line(table: ReleasedTable, row: Row) -> Cells:
    cells = [row.cells[statistic] for statistic in table.statistics]
    pairs = [
        (cell.value if cell.value is not None else Mark(text(f"state.{cell.status}.mark", "cs")), str(cell.status))
        for cell in cells
    ]
    return [*row.keys.values(), *(value for pair in pairs for value in pair), max(cell.published_on for cell in cells)]
