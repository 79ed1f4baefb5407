"""The data annex as one workbook: cover, marks, measures, coverage, then a sheet for each released table."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.disclosure import Bundle, ReleasedTable, Row
from pipeline.publication.catalogue import LANGUAGES, text
from pipeline.publication.cite import MARKED
from pipeline.publication.numbers import format_moment
from pipeline.publication.report import observed

FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
CREATED = datetime(1980, 1, 1)
Cells = Sequence[object]


def write_workbook(bundle: Bundle, partners: Mapping[str, str]) -> bytes:
    """The workbook as bytes; equal bundles give equal bytes. Text that a spreadsheet would run is neutralised."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": _title(bundle), "author": "throughcare", "created": CREATED})
        styles = {
            "head": book.add_format(
                {"bold": True, "bottom": 2, "bg_color": "#EEF3F8", "text_wrap": True, "valign": "top"}
            ),
            "title": book.add_format({"bold": True, "font_size": 16, "font_color": "#0B4F8A"}),
            "mark": book.add_format({"bold": True, "font_color": "#8A2300", "text_wrap": True}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "state": book.add_format({"font_color": "#595959", "align": "right"}),
        }
        names = sheet_names(bundle)
        _cover(book, styles, bundle, names)
        _sheet(book, styles, _tab("sheet.marks"), *marks())
        _sheet(book, styles, _tab("sheet.measures"), *measures(bundle))
        _sheet(book, styles, _tab("sheet.coverage"), *coverage(bundle, partners))
        for name, table in bundle.tables.items():
            _table(book, styles, names[name], table)
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


def neutral(value: object) -> object:
    """Text that begins like a formula gets an apostrophe in front; everything else is left alone."""
    if isinstance(value, str) and value.lstrip().startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def _put(sheet: Any, row: int, column: int, value: object, style: Any = None) -> None:
    safe = neutral(value)
    if isinstance(safe, str):
        sheet.write_string(row, column, safe, style)
    elif safe is not None:
        sheet.write(row, column, safe, style)


def _cover(book: Any, styles: Mapping[str, Any], bundle: Bundle, names: Mapping[str, str]) -> None:
    sheet = book.add_worksheet(_tab("sheet.cover"))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    _put(sheet, 0, 0, _title(bundle), styles["title"])
    row = 1
    for language in LANGUAGES:
        for key in _banners(bundle):
            _put(sheet, row, 0, text(key, language).replace("**", ""), styles["mark"])
            row += 1
    for what, value in [*facts(bundle), ("", "")]:
        _put(sheet, row, 0, what, styles["text"])
        _put(sheet, row, 1, value, styles["text"])
        row += 1
    for language in LANGUAGES:
        _put(sheet, row, 0, text("annex.notes", language), styles["text"])
        _put(sheet, row, 1, text("annex.text", language), styles["text"])
        row += 1
    _put(sheet, row, 0, _both("heading.tables"), styles["head"])
    _put(sheet, row, 1, "", styles["head"])
    for name, table in bundle.tables.items():
        row += 1
        sheet.write_url(row, 0, f"internal:'{names[name]}'!A1", string=names[name])
        title = " / ".join(str(table.definition.get(f"title_{language}") or name) for language in LANGUAGES)
        _put(sheet, row, 1, title, styles["text"])


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


def marks() -> tuple[Cells, list[Cells]]:
    """What stands in a cell without a number, in both languages."""
    header = ("mark", "status", "cs", "en")
    rows: list[Cells] = [
        (text(f"state.{name}.mark", "cs"), name, *(text(f"state.{name}.meaning", language) for language in LANGUAGES))
        for name in MARKED
    ]
    rows.append(("0", "shown", *(text("state.zero.meaning", language) for language in LANGUAGES)))
    return header, [*rows, ("", "published_on", *(text("repeated.column", language) for language in LANGUAGES))]


def measures(bundle: Bundle) -> tuple[Cells, list[Cells]]:
    """The data dictionary of the measures: a row each, from the registry as the bundle carries it."""
    parts = ("title", "definition", "numerator", "denominator")
    columns = [f"{part}_{language}" for part in parts for language in LANGUAGES]
    header = ("measure", "kind", "unit", "primary", *columns, "source")
    rows: list[Cells] = []
    for name, row in sorted(bundle.meta.definitions.items()):
        plain = [str(row.get(key, "")) for key in ("kind", "unit", "primary")]
        rows.append((name, *plain, *(str(row.get(key, "")) for key in columns), str(row.get("source", ""))))
    return header, rows


def coverage(bundle: Bundle, partners: Mapping[str, str]) -> tuple[Cells, list[Cells]]:
    """First and last day seen, a row per source, table and prison."""
    header = ("source", "organisation", "table_name", "prison", "covered_from", "covered_to")
    rows: list[Cells] = [
        (item["source"], partners.get(item["source"], item["source"]), *(str(item[key]) for key in header[2:]))
        for item in bundle.meta.coverage
    ]
    return header, rows


def _sheet(book: Any, styles: Mapping[str, Any], name: str, header: Cells, rows: Iterable[Cells]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(header) - 1, 28)
    for column, words in enumerate(header):
        _put(sheet, 0, column, words, styles["head"])
    for line, cells in enumerate(rows, start=1):
        for column, value in enumerate(cells):
            _put(sheet, line, column, value, styles["text"])


def _table(book: Any, styles: Mapping[str, Any], name: str, table: ReleasedTable) -> None:
    """A released table: keys, then each statistic, its mark where there is no number, and its status beside it."""
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, len(table.dims))
    header = [*table.dims, *(column for statistic in table.statistics for column in (statistic, f"{statistic}_status"))]
    header.append("published_on")
    for column, words in enumerate(header):
        _put(sheet, 0, column, words, styles["head"])
    for line, row in enumerate(table.all_rows, start=1):
        for column, value in enumerate(row.keys.values()):
            _put(sheet, line, column, value)
        _numbers(sheet, styles, line, len(table.dims), table.statistics, row)
        _put(sheet, line, len(header) - 1, max(cell.published_on for cell in row.cells.values()))
    sheet.autofilter(0, 0, len(table.all_rows), len(header) - 1)
    sheet.set_column(0, len(header) - 1, 14)


def _numbers(sheet: Any, styles: Mapping[str, Any], line: int, first: int, statistics: Sequence[str], row: Row) -> None:
    for position, statistic in enumerate(statistics):
        cell = row.cells[statistic]
        column, status = first + 2 * position, str(cell.status)
        if cell.value is None:
            _put(sheet, line, column, text(f"state.{status}.mark", "cs"), styles["state"])
        else:
            _put(sheet, line, column, cell.value)
        _put(sheet, line, column + 1, status)
