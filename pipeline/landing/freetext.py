"""Columns of free text: nobody can promise that they name nobody, so they are refused unless the contract says why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import polars as pl

from pipeline.landing.columns import roles
from pipeline.landing.headings import plain
from pipeline.landing.identifiers import kinds
from pipeline.landing.sheets import RECORD, Reading, Sheet
from pipeline.landing.suspects import sampled
from pipeline.sources import Contract, Problem

_PROSE = r"(?:[A-Za-zÀ-ž]{2,}[,.;:!?]?\s+){%d}[A-Za-zÀ-ž]{2,}"
_SENTENCE, _PHRASE = _PROSE % 4, _PROSE % 2
_SOME = 3
"""So many different sentences, and hardly any twice, are no list of choices."""
_HEADING = re.compile(r"\b(?:pozn\w*|popis\w*|komentar\w*|zapis\w*|text|prubeh\w*|sdeleni|notes?|comments?|remarks?)\b")


def free_text(reading: Reading, file: str, contract: Contract, latest: date) -> list[Problem]:
    """A problem for every column of free text that the contract does not list with a reason; never a value."""
    return [
        Problem("free_text", _words(sheet, column, latest), file)
        for sheet in reading.sheets
        if sheet.source
        for column in _columns(sheet, contract)
    ]


def _columns(sheet: Sheet, contract: Contract) -> Iterator[int]:
    known = roles(sheet, contract)
    sample = sampled(sheet.rows.filter(pl.col("kind") == RECORD))
    text = pl.col("text")
    prose = sample.group_by("column").agg(
        sentences=text.filter(text.str.contains(_SENTENCE)).len(),
        different=text.filter(text.str.contains(_SENTENCE)).n_unique(),
        phrases=text.str.contains(_PHRASE).sum(),
    )
    for column, sentences, different, phrases in prose.sort("column").iter_rows():
        heading = plain(sheet.header[column]) if column < len(sheet.header) else ""
        prosaic = different >= _SOME and 2 * different > sentences
        if (
            column not in known.free
            and column not in known.coded
            and (prosaic or (phrases and _HEADING.search(heading)))
        ):
            yield column


def _words(sheet: Sheet, column: int, latest: date) -> str:
    heading = sheet.header[column] if column < len(sheet.header) else ""
    name = f" '{heading}'" if heading and not kinds(heading, latest) else ""
    where = f"sheet '{sheet.name}', " if sheet.name and not kinds(sheet.name, latest) else ""
    return (
        f"{where}column {column + 1}{name} holds free text, in which anybody may be named. Leave the column out, or "
        "agree with us on why it is needed; the contract then lists it under free_text with the reason."
    )
