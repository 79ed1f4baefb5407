"""Days as whole numbers since 1970-01-01, and the days on which the made-up partners make their extracts."""

from __future__ import annotations

from datetime import date

EPOCH = date(1970, 1, 1)


def day(year: int, month: int, number: int) -> int:
    """A date as days since 1970-01-01."""
    return (date(year, month, number) - EPOCH).days


START = day(2021, 1, 1)
EXTRACT, EXTRACT_MAGDALENA = day(2023, 7, 31), day(2023, 6, 30)
KOTEC_FIRST_EXTRACT, SANANIM_FIRST_EXTRACT = day(2023, 4, 30), day(2022, 12, 31)
ASKED = START + 10, EXTRACT - 5
"""First and last day of an application that leads to no agreement."""
