"""A look into a file whose shape nobody has described yet: format, encoding, delimiter, sheets, heading rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.landing import Sheet, UnreadableError, read_file
from pipeline.sources import Contract, Reading, SourceFile

FORMATS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".json": "json"}
FORMATS |= {".parquet": "parquet", ".zip": "zip"}
ENCODINGS = ("utf-8", "utf-8-sig", "cp1250", "iso-8859-2")
HEADER = "header"
DELIMITERS = (";", ",", "\t", "|")
LOOKED_AT, SEARCHED = 2000, 12
"""Rows of a sheet that are looked at, and rows in which the headings are searched."""


@dataclass(frozen=True)
class Peek:
    """One sheet: its name, the row of its headings (first = 1), the headings, and some rows of cells.

    `total` is what the last row's first filled cell says and the position of the cell that counts the rows, or None.
    """

    name: str
    header_row: int
    header: tuple[str, ...]
    rows: list[list[str | None]]
    total: tuple[str, int] | None = None

    def values(self, heading: str) -> list[str]:
        """The filled cells under a heading."""
        place = self.header.index(heading)
        return [cell.strip() for row in self.rows if len(row) > place and (cell := row[place]) and cell.strip()]


def peek(data: bytes, name: str) -> tuple[str, list[str], list[Peek]]:
    """The format, the lines of a contract that say how text is read, and every sheet.

    Raises UnreadableError for a file of an unknown kind or one that cannot be read.
    """
    kind = FORMATS.get(PurePosixPath(name).suffix.lower())
    if kind is None:
        raise UnreadableError("unknown_file", f"Files are {', '.join(sorted(FORMATS))}; this is none of them.")
    rules, lines = Reading(encoding=ENCODINGS), list[str]()
    if kind in ("csv", "zip"):
        rules, lines = _text_rules(data, name, kind)
    whole = Contract(partner="x", title="x", format=kind, read=rules, file=(_everything(kind),))  # type: ignore[arg-type]
    return kind, lines, [_peek(sheet) for sheet in read_file(data, name, whole).sheets]


def _everything(kind: str) -> SourceFile:
    """An entry that reads every sheet from its first row on."""
    return SourceFile(name="all", pattern=("*",), sheet="*" if kind in ("xlsx", "json") else "")


def _text_rules(data: bytes, name: str, kind: str) -> tuple[Reading, list[str]]:
    """How the text is written: the encoding by its bytes, the delimiter that the first line holds most."""
    for delimiter in DELIMITERS:
        rules = Reading(encoding=ENCODINGS, delimiter=delimiter)
        contract = Contract(
            partner="x", title="x", format="zip" if kind == "zip" else "csv", read=rules, file=(_everything(kind),)
        )
        reading = read_file(data, name, contract)
        if len(reading.sheets[0].header) > 1:
            used = reading.encoding.split(", ")
            listed = ", ".join(f'"{encoding}"' for encoding in used)
            shown = "\\t" if delimiter == "\t" else delimiter
            return rules, ["", "[read]", f"encoding = [{listed}]", f'delimiter = "{shown}"']
    raise UnreadableError("unreadable_file", "No delimiter (; , tab |) gives more than one column. Is this a table?")


def _peek(sheet: Sheet) -> Peek:
    """JSON and Parquet name their columns apart; elsewhere the headings are one of the first rows."""
    rows = [list(row) for row in sheet.rows["cells"].head(LOOKED_AT).to_list()]
    if not (sheet.rows["kind"] == HEADER).any():
        return Peek(sheet.name, 1, sheet.header, rows)
    place = _heading_row(rows[:SEARCHED])
    header = tuple((cell or "").strip() for cell in rows[place])
    return Peek(sheet.name, place + 1, header, rows[place + 1 :], _total(sheet, place + 1))


def _total(sheet: Sheet, header_row: int) -> tuple[str, int] | None:
    """The last filled row when it is a word beside the number of the rows above it."""
    filled = sheet.rows.filter(sheet.rows["kind"] != "blank")
    records = filled.filter(filled["row_number"] > header_row)
    if records.height < 2:
        return None
    last = [(cell or "").strip() for cell in records["cells"][-1]]
    said = [cell for cell in last if cell]
    counts = [place for place, cell in enumerate(last, 1) if re.sub(r"\.0$|\s", "", cell) == str(records.height - 1)]
    return (said[0], counts[0]) if counts and len(said) <= 3 and re.search(r"[^\W\d]", said[0]) else None


def _heading_row(rows: list[list[str | None]]) -> int:
    """The first row that is nearly as wide as the widest and holds different words and nothing else."""
    widths = [sum(bool(cell and cell.strip()) for cell in row) for row in rows]
    widest = max(widths, default=0)
    for place, row in enumerate(rows):
        words = [cell for cell in row if cell and re.search(r"[^\W\d]", cell)]
        if widths[place] >= 0.6 * widest and len(words) >= 0.8 * widths[place] and len(set(words)) == len(words):
            return place
    return 0
