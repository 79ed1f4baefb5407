"""Exact dates of birth: under a heading or after a word that says so, or a column of dates as old as people are."""

from __future__ import annotations

import re
from datetime import date

import polars as pl

AGES = (15, 100)
CANDIDATE = r"(?:[Nn]ar|NAR|[Dd]at|[Bb]orn|DOB|dob)[^0-9\x1f]{0,25}[0-9]"

_EXACT = (
    r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.\s?\d{1,2}\.\s?\d{2}(?:\d{2})?|\d{1,2}[/\-]\d{1,2}[/\-]\d{4}|\d{4}/\d{1,2}/\d{1,2}"
    r"|(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
)
_CELL = re.compile(rf"{_EXACT}(?:[T ][\d:.+Z \-]*)?")
_WORDED = re.compile(
    r"\b(?:nar(?:ozen[aáoýíé]?|ozen[íi]|\.)?|dat(?:um|\.)\s?nar\w*\.?|born|dob|date of birth)\b[^\d\n]{0,15}" + _EXACT,
    re.IGNORECASE,
)
_SERIAL = re.compile(r"[1-4]\d{4}(?:\.0)?")
"""Days since 1900 as spreadsheets count them: 1927 to 2036."""
_YEARS = (
    r"^\s*(\d{4})-\d{1,2}-\d{1,2}(?:[T ].*)?$",
    r"^\s*\d{1,2}\.\s?\d{1,2}\.\s?(\d{4}|\d{2})(?:\s.*)?$",
    r"^\s*\d{1,2}[/-]\d{1,2}[/-](\d{4})(?:\s.*)?$",
    r"^\s*(\d{4})/\d{1,2}/\d{1,2}(?:\s.*)?$",
    r"^\s*((?:18|19|20)\d{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s*$",
)


def has_birth_date(text: str, *, said: bool = False) -> bool:
    """Whether a text holds a date of birth; `said` when its heading speaks for one (a year alone is none)."""
    if said:
        cell = text.strip()
        return bool(_CELL.fullmatch(cell) or _SERIAL.fullmatch(cell))
    return bool(_WORDED.search(text))


def is_exact_date(text: str) -> bool:
    """Whether a cell is nothing but a date to the day."""
    return bool(_CELL.fullmatch(text.strip()))


def columns_of_birth_dates(sample: pl.DataFrame, extract: date, *, few: frozenset[int]) -> set[int]:
    """Columns of a sample (column, text) in which most values are dates that lie 15 to 100 years before the extract.

    `few` are columns of which the contract says that they are other dates: there 20 dates are needed to tell.
    """
    year = pl.coalesce(pl.col("text").str.extract(pattern) for pattern in _YEARS).cast(pl.Int32, strict=False)
    full = pl.when(year >= 100).then(year).when(year <= extract.year % 100).then(year + 2000).otherwise(year + 1900)
    age = extract.year - full
    counted = sample.group_by("column").agg(
        values=pl.len(), dates=full.is_not_null().sum(), old=age.is_between(*AGES).sum()
    )
    most = counted.filter((2 * pl.col("dates") > pl.col("values")) & (2 * pl.col("old") > pl.col("dates")))
    return {c for c, n in most.select("column", "dates").iter_rows() if c not in few or n >= 20}
