"""Exact dates of birth: under a heading or after a word that says so, or a column of dates as old as people are."""

from __future__ import annotations

import re
from datetime import date

import polars as pl

AGES = (15, 100)
_MANY = 20
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
_LIKE_DATE = r"^\s*(?:\d{1,4}[-./]\s?\d{1,2}[-./]|[12]\d{7}\s*$)"
_YEAR = re.compile(
    r"\s*(?:(\d{4})[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}\.\s?\d{1,2}\.\s?(\d{4}|\d{2})|\d{1,2}[/-]\d{1,2}[/-](\d{4})"
    r"|((?:18|19|20)\d{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:[T ].*)?"
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
    dates = sample.filter(pl.col("text").str.contains(_LIKE_DATE))
    if dates.is_empty():
        return set()
    counted: dict[int, list[bool]] = {}
    for column, text in dates.iter_rows():
        if match := _YEAR.fullmatch(text.rstrip()):
            counted.setdefault(column, []).append(_is_old(match, extract))
    found = set()
    for column, old in counted.items():
        values = int((sample["column"] == column).sum())
        if 2 * sum(old) > len(old) and 2 * len(old) > values and (column not in few or len(old) >= _MANY):
            found.add(column)
    return found


def _is_old(match: re.Match[str], extract: date) -> bool:
    """Whether the year of a date is that of a living adult's birth; two digits mean the past."""
    year = int(next(group for group in match.groups() if group))
    if year < 100:
        year += 2000 if year <= extract.year % 100 else 1900
    return AGES[0] <= extract.year - year <= AGES[1]
