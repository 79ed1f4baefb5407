"""Columns of free text: nobody can promise that they name nobody, so they are refused unless the contract says why."""

from __future__ import annotations

import re

import polars as pl

from pipeline.landing.columns import Roles
from pipeline.landing.headings import plain
from pipeline.landing.sheets import Sheet

FREE_TEXT = "free_text"
_PROSE = r"(?:[A-Za-zÀ-ž]{2,}[,.;:!?]?\s+){%d}[A-Za-zÀ-ž]{2,}"
_SENTENCE, _PHRASE = _PROSE % 4, _PROSE % 2
_SOME = 3
"""So many different sentences, and hardly any twice, are no list of choices."""
_HEADING = re.compile(r"\b(?:pozn\w*|popis\w*|komentar\w*|zapis\w*|text|prubeh\w*|sdeleni|notes?|comments?|remarks?)\b")


def columns_of_free_text(sheet: Sheet, roles: Roles, words: pl.DataFrame) -> list[int]:
    """Columns (from 0) of free text that the contract does not list with a reason; only in sheets that it reads.

    `words` are the sheet's cells of several words.
    """
    text = pl.col("text")
    phrases = words.filter(text.str.contains(_PHRASE)) if sheet.source and len(words) else words.clear()
    if phrases.is_empty():
        return []
    sentences = text.filter(text.str.contains(_SENTENCE))
    counted = phrases.group_by("column").agg(number=sentences.len(), different=sentences.n_unique())
    return [
        column
        for column, number, different in counted.sort("column").iter_rows()
        if column not in roles.free | roles.coded.keys()
        and ((different >= _SOME and 2 * different > number) or _HEADING.search(_plain_heading(sheet, column)))
    ]


def _plain_heading(sheet: Sheet, column: int) -> str:
    return plain(sheet.header[column]) if column < len(sheet.header) else ""
