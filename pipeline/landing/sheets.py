"""A delivered file as sheets of text: its header, its rows as the sender counts them, and what each row is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.sources import SourceFile, fold

CELLS = pl.List(pl.String)
RECORD, TITLE, HEADER, TOTAL, BLANK, ERASED = "record", "title", "header", "total", "blank", "erased"
STRUCTURAL = (TITLE, HEADER, TOTAL, BLANK)
MAX_SHEETS = 1_000
MAX_COLUMNS, MAX_CELLS = 16_384, 60_000_000
"""Columns that a spreadsheet can have; cells of a sheet, empty ones too, beyond years of any partner's services."""


class UnreadableError(Exception):
    """A file that cannot be taken; `rule_id` says why in one word, the message what to do, never a value."""

    def __init__(self, rule_id: str, message: str) -> None:
        self.rule_id = rule_id
        super().__init__(message)


@dataclass(frozen=True)
class Grid:
    """A sheet as it was read: one list of cells per row, in order.

    `header` is None where the header is one of the rows (CSV, XLSX); JSON and Parquet name their columns apart.
    """

    name: str
    cells: pl.Series
    header: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Sheet:
    """A sheet with the meaning of its rows.

    `source` is the name of the contract's `[[file]]` that reads it, '' when none does. `rows` has a row per row of
    the sheet: row_number (first = 1), kind (record, title, header, total, blank), cells (an empty cell is '' or null;
    a short row has fewer cells). Rows of a sheet that nothing reads are titles.
    """

    name: str
    source: str
    header: tuple[str, ...]
    rows: pl.DataFrame

    @property
    def records(self) -> int:
        """Number of source records."""
        return int((self.rows["kind"] == RECORD).sum())


@dataclass(frozen=True)
class Reading:
    """One file as read: its sheets, the encoding used ('' where the format has none) and how it was decided.

    `margins` are the texts beside the cells (document properties, comments): (where, text), only to be screened.
    """

    sheets: tuple[Sheet, ...]
    encoding: str = ""
    evidence: str = ""
    margins: tuple[tuple[str, str], ...] = ()


def check_number(sheets: int) -> None:
    """Raise UnreadableError for more sheets, members or lists than any export has."""
    if sheets > MAX_SHEETS:
        raise UnreadableError(
            "unreadable_file", f"The file holds {sheets:,} tables, and no export has more than {MAX_SHEETS:,}."
        )


def check_extent(name: str, rows: int, columns: int) -> None:
    """Raise UnreadableError for a sheet of more columns or cells than any export has."""
    where = f"The sheet '{name}'" if name else "The file"
    if columns > MAX_COLUMNS:
        raise UnreadableError(
            "unreadable_file",
            f"{where} has {columns:,} columns, and no table has more than {MAX_COLUMNS:,}. Check what separates the "
            "columns and the rows, and export it again.",
        )
    if rows * columns > MAX_CELLS:
        raise UnreadableError(
            "unreadable_file", f"{where} has more than {MAX_CELLS:,} cells. Deliver it in smaller parts."
        )


def interpret(grid: Grid, source: SourceFile | None) -> Sheet:
    """Give every row of a sheet its kind by the contract's `[[file]]`.

    Raises UnreadableError without a header row, and for more columns or cells than any export has.
    """
    name = source.name if source else ""
    widths = grid.cells.list.len()
    check_extent(grid.name, 1, int(widths.max() or 0))  # type: ignore[arg-type]
    check_extent(grid.name, int(widths.sum()), 1)
    if grid.header is not None:
        rows = _number(grid.cells).with_columns(kind=_kind(RECORD if source else TITLE))
        return Sheet(grid.name, name, grid.header, _columns(rows))
    if source is None:
        return Sheet(grid.name, "", (), _columns(_number(grid.cells).with_columns(kind=_kind(TITLE))))
    position = source.header_row - 1
    if len(grid.cells) <= position:
        where = f"The sheet '{grid.name}' has" if grid.name else "The file has"
        raise UnreadableError("empty_file", f"{where} no header in row {source.header_row}. Export it again.")
    header = tuple((cell or "").strip() for cell in grid.cells[position])
    rows = _number(grid.cells).with_columns(kind=_kind_by_position(source.header_row))
    return Sheet(grid.name, name, header, _columns(_mark_total(rows, source)))


def erased_rows(number: int) -> pl.DataFrame:
    """Rows that stand for records of which nothing is left, so that the sender's totals still hold."""
    numbers = pl.lit(None, pl.Int32).repeat_by(number).explode(empty_as_null=False).alias("row_number")
    return pl.select(numbers).with_columns(kind=pl.lit(ERASED), cells=pl.lit([], CELLS))


def filled(cells: Sequence[str | None]) -> list[str]:
    """The cells of a row that say something, without their outer blanks."""
    return [cell.strip() for cell in cells if cell and cell.strip()]


def _number(cells: pl.Series) -> pl.DataFrame:
    empty = pl.col("cells").list.join("", ignore_nulls=True).str.strip_chars() == ""
    frame = pl.DataFrame({"cells": cells}, schema={"cells": CELLS})
    numbers = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias("row_number")
    return frame.with_columns(numbers, empty.fill_null(True).alias("empty"))


def _kind(otherwise: str) -> pl.Expr:
    return pl.when("empty").then(pl.lit(BLANK)).otherwise(pl.lit(otherwise))


def _kind_by_position(header_row: int) -> pl.Expr:
    row = pl.col("row_number")
    return (
        pl.when(row == header_row)
        .then(pl.lit(HEADER))
        .when("empty")
        .then(pl.lit(BLANK))
        .when(row < header_row)
        .then(pl.lit(TITLE))
        .otherwise(pl.lit(RECORD))
    )


def _mark_total(rows: pl.DataFrame, source: SourceFile) -> pl.DataFrame:
    """The last filled row is a total when its first filled cell is the contract's text."""
    records = rows.filter(pl.col("kind") == RECORD)
    if source.total is None or records.is_empty():
        return rows
    last = records.row(-1, named=True)
    if fold(filled(last["cells"])[0]) != fold(source.total.text):
        return rows
    is_last = pl.col("row_number") == last["row_number"]
    return rows.with_columns(kind=pl.when(is_last).then(pl.lit(TOTAL)).otherwise("kind"))


def _columns(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select("row_number", "kind", "cells")
