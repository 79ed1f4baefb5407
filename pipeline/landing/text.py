"""Delimited text (CSV, TSV) to rows of cells; a million rows load in seconds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from itertools import islice
from typing import IO, Any

import polars as pl

from pipeline.landing.encoding import decode
from pipeline.landing.sheets import CELLS, Grid, UnreadableError
from pipeline.sources import Reading as TextRules

CHUNK = 100_000
MAX_BYTES = 2 << 30
LONGEST_LINE = 32 << 20
"""Bytes of a text file, and of one of its lines: more than a spreadsheet's 16,384 columns of any sensible text."""
LOOK = 1 << 20


def check_lines(stream: IO[bytes]) -> None:
    """Look through a text file without holding it; raises UnreadableError for a size or a line that no export has."""
    total = line = 0
    while piece := stream.read(LOOK):
        total += len(piece)
        end = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
        line = line + len(piece) if end < 0 else len(piece) - end - 1
        if line > LONGEST_LINE:
            raise UnreadableError(
                "unreadable_file",
                f"A line is longer than {LONGEST_LINE >> 20} MB: a cell holds a whole file, or rows do not end with a "
                "line. Export it again.",
            )
        if total > MAX_BYTES:
            raise UnreadableError("unreadable_file", "The file is too large. Deliver it in smaller parts.")


def read_text(data: bytes, rules: TextRules, *, name: str = "") -> tuple[Grid, str, str]:
    """The rows of a text file, its encoding and the evidence for that; blank lines are rows too.

    Raises UnreadableError for an empty file, a wrong encoding, and quotes that do not close.
    """
    if not data.strip():
        raise UnreadableError("empty_file", "The file is empty, without even a header. Export it again.")
    text, encoding, evidence = decode(data, rules.encoding)
    if "\x00" in text:
        raise UnreadableError("unreadable_file", "The text holds NUL characters: it is damaged. Export it again.")
    cells = _by_line(text, rules)
    return Grid(name, _whole(text, rules) if cells is None else cells), encoding, evidence


def _by_line(text: str, rules: TextRules) -> pl.Series | None:
    """Cells where every line is a row; None where a quoted cell may span lines.

    A line without a quote is split at every delimiter, which is fast; only the others are parsed.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    lines = pl.Series("cells", [plain]).str.split("\n").explode()
    cells = lines.str.split(rules.delimiter)
    if not rules.quote or rules.quote not in text:
        return cells
    quotes = lines.str.count_matches(rules.quote, literal=True)
    quoted = quotes > 0
    if (quotes % 2 > 0).any():
        return None
    try:
        rows = list(_reader(lines.filter(quoted).to_list(), rules))
    except csv.Error:
        return None
    if len(rows) != quoted.sum():
        return None
    numbers = pl.int_range(len(lines), eager=True)
    there = pl.concat([numbers.filter(~quoted), numbers.filter(quoted)])
    return pl.concat([cells.filter(~quoted), _column(rows)]).gather(there.arg_sort())


def _whole(text: str, rules: TextRules) -> pl.Series:
    reader = _reader(io.StringIO(text, newline=""), rules)
    chunks = []
    try:
        while rows := list(islice(reader, CHUNK)):
            chunks.append(_column(rows))
    except csv.Error:
        raise UnreadableError(
            "unreadable_file",
            f"Quotation marks do not close, or a cell is too long, near line {reader.line_num}. "
            "The file may be cut off; export it again.",
        ) from None
    return pl.concat(chunks)


def _reader(lines: Iterable[str], rules: TextRules) -> Any:
    return csv.reader(lines, delimiter=rules.delimiter, quotechar=rules.quote, strict=True)


def _column(rows: list[list[str]]) -> pl.Series:
    """A list of lists of text as a column; through Arrow this is eight times faster than in polars itself."""
    import pyarrow as pa

    return pl.Series("cells", pl.from_arrow(pa.array(rows, pa.list_(pa.large_string()))), dtype=CELLS)
