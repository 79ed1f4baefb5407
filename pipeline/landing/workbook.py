"""Workbooks (XLSX, ODS) to rows of cells, as text: dates as ISO, numbers as the sender sees them."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Any

import polars as pl

from pipeline.landing.archive import check_archive
from pipeline.landing.margins import workbook_margins
from pipeline.landing.sheets import CELLS, Grid, UnreadableError, check_extent, check_number

ERRORS = {"Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!"}
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2})[ T]00:00:00$"


def read_workbook(data: bytes) -> tuple[list[Grid], list[tuple[str, str]]]:
    """Every sheet of a workbook, hidden ones too, and the texts beside the cells (properties, comments).

    Rows keep Excel's numbers. Raises UnreadableError for anything that is not a sound workbook.
    """
    if not data:
        raise UnreadableError("empty_file", "The file is empty. Export the workbook again.")
    margins = _margins(data)
    try:
        return _sheets(data), margins
    except (KeyboardInterrupt, SystemExit, MemoryError, UnreadableError):
        raise
    except BaseException:  # the reader's own messages may quote cells, and its panics are no Exception
        raise _broken() from None


def _sheets(data: bytes) -> list[Grid]:
    import fastexcel

    book = fastexcel.read_excel(data)
    if len(set(book.sheet_names)) != len(book.sheet_names):
        raise _broken()  # of two sheets with one name only the first could be asked for
    check_number(len(book.sheet_names))
    grids = []
    for name in book.sheet_names:
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        check_extent(name, sheet.total_height, sheet.width)
        batch, unread = sheet.to_arrow_with_errors()
        frame = pl.DataFrame(pl.from_arrow(batch)) if sheet.width else pl.DataFrame()
        grids.append(Grid(name, _cells(_filled(frame, unread.errors if unread else []))))
    return grids


def _filled(frame: pl.DataFrame, unread: list[Any]) -> pl.DataFrame:
    """The frame with a text in every cell that the reader leaves empty because it is neither text, number nor date."""
    by_column: dict[int, tuple[list[int], list[str]]] = {}
    for cell in unread:
        row, column = cell.position
        rows, texts = by_column.setdefault(column, ([], []))
        rows.append(row)
        texts.append(_odd(cell.detail))
    return frame.with_columns(
        frame.to_series(column).cast(pl.String).scatter(rows, texts) for column, (rows, texts) in by_column.items()
    )


def _odd(detail: str) -> str:
    """What stands in a cell with an error (`#N/A`), a time of day or duration (ISO), or a number that is no day."""
    if error := re.search(r"Error\((\w+)\)", detail):
        return ERRORS.get(error[1], f"#{error[1]}")
    value = re.search(r'DurationIso\("([^"]*)"\)|DateTimeIso\("([^"]*)"\)|value: ([\d.eE+-]+)', detail)
    return next((text for text in value.groups() if text), "#?") if value else "#?"


def _cells(frame: pl.DataFrame) -> pl.Series:
    if frame.width == 0:
        return pl.Series("cells", [], dtype=CELLS)
    shown = pl.all().cast(pl.String).str.replace(_MIDNIGHT, "$1")
    return frame.select(shown).select(cells=pl.concat_list(pl.all())).to_series()


def _margins(data: bytes) -> list[tuple[str, str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            check_archive(parts, data)
            return list(workbook_margins(parts))
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError, ValueError):
        raise _broken() from None


def _broken() -> UnreadableError:
    return UnreadableError(
        "unreadable_file",
        "The workbook cannot be opened: damaged, cut off, protected by a password or not XLSX or ODS. "
        "Open it in your spreadsheet program, save it as .xlsx or .ods without a password and deliver it again.",
    )
