"""A landed file written anew without some of its rows, in its own format; what is left keeps its place where it can.

A removed row becomes an empty one, so that the sender's row numbers still hold; only a record nested in another of a
JSON file goes without a trace. Workbooks are written anew as text, without styles, formulas and properties.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any

from pipeline.landing.archive import read_members
from pipeline.landing.encoding import decode
from pipeline.landing.nested import _roots, _split
from pipeline.landing.reading import kind_of
from pipeline.landing.workbook import read_workbook
from pipeline.sources import Contract

Rows = Mapping[str, Set[int]]
"""Numbers of rows by sheet, the first being 1."""
UTF16 = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def without_rows(data: bytes, name: str, contract: Contract, rows: Rows) -> bytes:
    """The bytes of a file without the rows of each sheet; equal input gives equal bytes."""
    kind = kind_of(name, contract)
    if kind == "csv":
        return _text(data, contract, rows.get("", set()))
    if kind == "zip":
        return _archive(data, contract, rows)
    if kind in ("xlsx", "ods"):
        return _workbook(data, rows)
    if kind == "json":
        return _json(data, rows)
    return _parquet(data, rows.get("", set()))


def _text(data: bytes, contract: Contract, rows: Set[int]) -> bytes:
    """Line by line: in every encoding but UTF-16 a byte of a delimiter, quote or line end is nothing else."""
    mark = next((name for start, name in UTF16 if data.startswith(start)), "latin-1")
    lines = list(io.StringIO(data.decode(mark), newline=""))
    rules = contract.read
    reader = csv.reader(iter(lines), delimiter=rules.delimiter, quotechar=rules.quote or None)
    if not rules.quote:
        reader = csv.reader(iter(lines), delimiter=rules.delimiter, quoting=csv.QUOTE_NONE)
    kept, done = [], 0
    for number, _ in enumerate(reader, start=1):
        own = lines[done : reader.line_num]
        kept += [_line_end(own[-1])] if number in rows else own
        done = reader.line_num
    return "".join(kept + lines[done:]).encode(mark)


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _archive(data: bytes, contract: Contract, rows: Rows) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in read_members(data):
            fresh = zipfile.ZipInfo(name)  # with a fixed time: the same rows give the same bytes
            fresh.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(fresh, _text(content, contract, rows.get(name, set())))
    return buffer.getvalue()


def _workbook(data: bytes, rows: Rows) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # the same rows give the same bytes
        for grid in read_workbook(data)[0]:
            sheet = book.add_worksheet(grid.name)
            for number, cells in enumerate(grid.cells.to_list(), start=1):
                if number not in rows.get(grid.name, set()):
                    for column, cell in enumerate(cells):
                        if cell:
                            sheet.write_string(number - 1, column, cell)
    return buffer.getvalue()


def _json(data: bytes, rows: Rows) -> bytes:
    text, _, _ = decode(data, ("utf-8",))
    content = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    seen: Counter[str] = Counter()
    for path, items in _roots(content):
        _prune(path, items, rows, seen, nested=False)
    return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8")


def _prune(path: str, items: list[dict[str, Any]], rows: Rows, seen: Counter[str], *, nested: bool) -> None:
    gone = []
    for place, item in enumerate(items):
        seen[path] += 1
        removed = seen[path] in rows.get(path, set())
        for key, children in _split(item)[1].items():
            _prune(f"{path}.{key}" if path else key, children, rows, seen, nested=True)
        if removed:
            gone.append(place)
            item.clear()
    for place in reversed(gone):
        if nested:
            del items[place]


def _parquet(data: bytes, rows: Set[int]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.ParquetFile(io.BytesIO(data)).read()
    nullable = pa.schema([field.with_nullable(True).remove_metadata() for field in table.schema])
    places = pa.array([None if n in rows else n - 1 for n in range(1, table.num_rows + 1)], pa.int64())
    columns = [pa.chunked_array([column.combine_chunks().take(places)]) for column in table.columns]
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns, schema=nullable), buffer)
    return buffer.getvalue()
