"""The identifier screen: every cell, heading, sheet name, file name and margin, before anything is kept.

A finding says file, sheet, row, column and kind, never the value; a name that holds an identifier is not shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.landing.columns import Roles, roles
from pipeline.landing.crowds import Crowd, pattern
from pipeline.landing.freetext import FREE_TEXT, columns_of_free_text
from pipeline.landing.headings import promised
from pipeline.landing.identifiers import CANDIDATE, kinds, numbers
from pipeline.landing.sheets import HEADER, Reading, Sheet
from pipeline.landing.suspects import BORDER, headings_of, suspect, wordy
from pipeline.sources import Contract

WITHHELD = "(name withheld)"
_FREE_TEXT_ADVICE = (
    "Anybody may be named in it: leave the column out, or agree with us on why it is needed; "
    "the contract then lists it under free_text with the reason."
)
LONGEST_CELL, LONGEST_MARGIN = 100_000, 5_000_000
"""Bytes of a cell (a spreadsheet's holds 32,767 characters) and characters beside the cells that are looked through."""


@dataclass(frozen=True)
class Finding:
    """One identifier: its kind and where it stands. `row` is None for names, headings and margins."""

    kind: str
    place: str
    file: str
    sheet: str = ""
    row: int | None = None
    column: str = ""

    @property
    def rule_id(self) -> str:
        """The rule that refuses the file: free text is no identifier yet, but nobody can promise that it holds none."""
        return FREE_TEXT if self.kind == FREE_TEXT else "identifier_found"

    def sentence(self) -> str:
        """Where it stands, in words, and for free text what can be done."""
        parts = [self.file, self.sheet and f"sheet '{self.sheet}'", self.row and f"row {self.row}", self.column]
        advice = f". {_FREE_TEXT_ADVICE}" if self.kind == FREE_TEXT else ""
        return f"{self.kind} in {self.place}: " + ", ".join(str(p) for p in parts if p) + advice


def shown(name: str, latest: date, *, instead: str = WITHHELD) -> str:
    """A name as it may be shown: itself, or a placeholder when it holds an identifier."""
    return instead if kinds(name, latest) else name


def screen_text(text: str, place: str, file: str, latest: date) -> list[Finding]:
    """Findings in one text, such as a file name or a sidecar."""
    return [Finding(kind, place, file) for kind in kinds(text, latest)]


def screen(
    reading: Reading, file: str, latest: date, contract: Contract | None = None, extract: date | None = None
) -> list[Finding]:
    """Findings in a file's sheets and margins.

    `file` is its name as it may be shown, `latest` the last birthday, `extract` the day of the extract from which the
    ages of dates count. The contract says which columns hold codes and dates.
    """
    found = []
    for where, text in reading.margins:
        long = len(text) > LONGEST_MARGIN
        found += [Finding(FREE_TEXT, where, file)] if long else screen_text(text, where, file, latest)
    for number, sheet in enumerate(reading.sheets, 1):
        name = shown(sheet.name, latest, instead=f"{number} {WITHHELD}")
        found += [Finding(kind, "sheet name", file, name) for kind in kinds(sheet.name, latest)]
        found += _headings(sheet, file, name, latest)
        if too_long := _too_long(sheet, file, name):
            found += too_long
            continue
        found += _cells(sheet, file, name, latest)
        found += _columns(sheet, file, name, latest, roles(sheet, contract), extract or latest)
    return sorted(dict.fromkeys(found), key=lambda f: (f.place == "cell", f.sheet))


def _too_long(sheet: Sheet, file: str, name: str) -> list[Finding]:
    """Cells of which no export consists: they are not looked into, the file is refused for them."""
    longest = pl.col("cells").list.eval(pl.element().str.len_bytes()).list.max() > LONGEST_CELL
    rows = sheet.rows.filter(longest.fill_null(False))["row_number"].to_list()
    return [Finding(FREE_TEXT, "cell", file, name, row) for row in rows]


def _columns(sheet: Sheet, file: str, name: str, latest: date, known: Roles, extract: date) -> Iterator[Finding]:
    """What only a whole column tells: names, dates of birth, free text."""
    words = wordy(sheet, known)
    for row, column, kind in suspect(sheet, known, words, latest, extract):
        yield Finding(kind, "cell", file, name, row, _column(sheet, column, latest))
    for column in columns_of_free_text(sheet, known, words):
        yield Finding(FREE_TEXT, "column", file, name, column=_column(sheet, column, latest))


def _headings(sheet: Sheet, file: str, name: str, latest: date) -> Iterator[Finding]:
    for number, heading in enumerate(sheet.header, 1):
        for kind in kinds(heading, latest):
            yield Finding(kind, "heading", file, name, column=f"column {number}")


def _cells(sheet: Sheet, file: str, name: str, latest: date) -> Iterator[Finding]:
    headings = headings_of(sheet)
    seen = []
    crowds: defaultdict[tuple[int, str], Crowd] = defaultdict(Crowd)
    cache: dict[tuple[int, str], list[str]] = {}
    for row, column, text in _candidates(sheet).iter_rows():
        key = (column, text)
        if key not in cache:
            heading = headings[column] if column < len(headings) else ""
            cache[key] = numbers(text, latest, promised(heading))
        crowd = crowds[column, pattern(text)]
        crowd.add(text, cache[key], latest)
        seen.append((row, column, text, crowd))
    for crowd in crowds.values():
        crowd.judge()
    for row, column, text, crowd in seen:
        for kind in crowd.kinds(text, cache[column, text]):
            yield Finding(kind, "cell", file, name, row, _column(sheet, column, latest))


def _candidates(sheet: Sheet) -> pl.DataFrame:
    """Row number, column (from 0) and text of the cells that may hold an identifier."""
    likely = pl.col("cells").list.join(BORDER, ignore_nulls=True).str.contains(CANDIDATE)
    rows = sheet.rows.filter((pl.col("kind") != HEADER) & likely)
    numbered = rows.select("row_number", pl.int_ranges(pl.col("cells").list.len()).alias("column"), "cells")
    return numbered.explode("column", "cells").filter(pl.col("cells").str.contains(CANDIDATE))


def _column(sheet: Sheet, position: int, latest: date) -> str:
    heading = sheet.header[position] if position < len(sheet.header) else ""
    return f"column {position + 1}" + (f" '{heading}'" if heading and not kinds(heading, latest) else "")
