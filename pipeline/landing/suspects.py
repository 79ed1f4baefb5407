"""Identifiers that only their column or a second word gives away: names, dates of birth, bare numbers under a heading.

Mapped code columns are exempt as far as they hold the contract's codes; any other word in them is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from pipeline.landing import names
from pipeline.landing.birthdates import columns_of_birth_dates, is_exact_date
from pipeline.landing.columns import Roles
from pipeline.landing.headings import BIRTH_DATE, NAME, promised
from pipeline.landing.identifiers import numbers
from pipeline.landing.sheets import HEADER, Sheet
from pipeline.sources import fold

BORDER = "\x1f"
SAMPLE = 50_000
"""At most so many cells, in rows spread evenly, show what most values of a column are."""
SLICE = 100_000
_ROWS = 150
_WORD = r"^\s*[A-Za-zÀ-ž]{3,24}\s*$"
_FEW = 5
"""So many different listed names, and most of a column's values, make it a column of names."""

Suspect = tuple[int, int, str]
"""Row number, column from 0, kind."""


def suspect(sheet: Sheet, roles: Roles, words: pl.DataFrame, latest: date, extract: date) -> list[Suspect]:
    """Cells that hold a name, a date of birth, or what their column's heading says; sorted by row and column.

    `words` are the sheet's cells of several words.
    """
    rows = sheet.rows.filter(pl.col("kind") != HEADER)
    if rows.is_empty():
        return []
    by_column = _by_column(rows, sampled(rows, roles), roles, extract)
    return sorted({*_pairs(words), *_under_headings(rows, sheet, roles, latest), *by_column})


def headings_of(sheet: Sheet) -> tuple[str, ...]:
    """The column names; in a sheet that nothing reads, the first row may be them."""
    return sheet.header or (tuple(cell or "" for cell in sheet.rows["cells"][0]) if len(sheet.rows) else ())


def wordy(sheet: Sheet, roles: Roles) -> pl.DataFrame:
    """Row number, column and text of the cells with two words or more, but for the contract's codes."""
    rows = sheet.rows.filter(pl.col("kind") != HEADER)
    parts = [_wordy(part, roles) for part in rows.iter_slices(SLICE)]
    return pl.concat(parts) if parts else pl.DataFrame(schema={"row_number": pl.Int32, "column": pl.Int64, "text": str})


def _wordy(rows: pl.DataFrame, roles: Roles) -> pl.DataFrame:
    numbered = rows.select("row_number", pl.int_ranges(pl.col("cells").list.len()).alias("column"), text="cells")
    cells = numbered.explode("column", "text").filter(pl.col("text").str.contains(names.CANDIDATE))
    if cells.is_empty() or not roles.coded:
        return cells
    different = cells.select("column", "text").unique()
    strange = [fold(text) not in roles.coded.get(column, ()) for column, text in different.iter_rows()]
    if all(strange):
        return cells
    return cells.join(different.filter(pl.Series(strange, dtype=pl.Boolean)), on=["column", "text"], how="semi")


def _pairs(words: pl.DataFrame) -> Iterator[Suspect]:
    """Given name and surname in one cell, anywhere but in the contract's codes."""
    named = {text: names.has_name(text) for text in words["text"].unique().to_list()} if len(words) else {}
    if any(named.values()):
        yield from ((row, column, NAME) for row, column, text in words.iter_rows() if named[text])


def _under_headings(rows: pl.DataFrame, sheet: Sheet, roles: Roles, latest: date) -> Iterator[Suspect]:
    below = rows if sheet.header else rows.slice(1)
    for column, heading in enumerate(headings_of(sheet)):
        said = promised(heading) - ({BIRTH_DATE} if column in roles.dated else set())
        if not said:
            continue
        told: dict[str, set[str]] = {}
        for text in _strange(below, column, roles):
            for kind in _told(text, latest, said):
                told.setdefault(kind, set()).add(text)
        for kind, texts in sorted(told.items()):
            yield from ((row, column, kind) for row in _rows_with(below, column, texts))


def _told(text: str, latest: date, said: frozenset[str]) -> set[str]:
    """Kinds that a heading speaks for and a cell under it bears out."""
    found = set(numbers(text, latest, said)) & said
    return found | ({NAME} if NAME in said and names.is_under_name_heading(text) else set())


def _by_column(rows: pl.DataFrame, sample: pl.DataFrame, roles: Roles, extract: date) -> Iterator[Suspect]:
    for column in sorted(columns_of_birth_dates(sample, extract, few=roles.dated)):
        dates = {text for text in _values(rows, column).unique().to_list() if is_exact_date(text)}
        yield from ((row, column, BIRTH_DATE) for row in _rows_with(rows, column, dates))
    for column in _columns_of_names(sample):
        listed = {text for text in _values(rows, column).unique().to_list() if names.is_listed(text.strip())}
        yield from ((row, column, NAME) for row in _rows_with(rows, column, listed))


def _columns_of_names(sample: pl.DataFrame) -> list[int]:
    words: dict[int, set[str]] = {}
    for column, text in sample.filter(pl.col("text").str.contains(_WORD)).iter_rows():
        words.setdefault(column, set()).add(text.strip())
    found = []
    for column in sorted(c for c, texts in words.items() if len(texts) >= _FEW):
        listed = sum(map(names.is_listed, words[column]))
        different = sample.filter(pl.col("column") == column)["text"].n_unique()
        if listed >= _FEW and 2 * listed > different:
            found.append(column)
    return found


def sampled(rows: pl.DataFrame, roles: Roles) -> pl.DataFrame:
    """Column and text of filled cells in rows spread evenly over the sheet, but for code columns."""
    width = max(1, int(rows["cells"].list.len().max() or 0))  # type: ignore[arg-type]
    some = rows.gather_every(max(1, len(rows) // max(1, min(_ROWS, SAMPLE // width))))
    cells = some.select(pl.int_ranges(pl.col("cells").list.len()).alias("column"), text="cells")
    filled = pl.col("text").str.strip_chars().str.len_bytes() > 0
    return cells.explode("column", "text").filter(filled & ~pl.col("column").is_in(list(roles.coded)))


def _values(rows: pl.DataFrame, column: int) -> pl.Series:
    cells = rows["cells"].list.get(column, null_on_oob=True).drop_nulls()
    return cells.filter(cells.str.strip_chars() != "")


def _strange(rows: pl.DataFrame, column: int, roles: Roles) -> list[str]:
    """Different filled values of a column that are none of its codes."""
    codes = roles.coded.get(column, frozenset())
    return [text for text in _values(rows, column).unique().to_list() if fold(text) not in codes]


def _rows_with(rows: pl.DataFrame, column: int, texts: set[str]) -> list[int]:
    if not texts:
        return []
    cell = pl.col("cells").list.get(column, null_on_oob=True)
    return rows.filter(cell.is_in(sorted(texts)))["row_number"].to_list()
