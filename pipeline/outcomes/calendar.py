"""Quarters and months of a run, from the first day that any delivery may speak of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipeline.periods import Quarter

CALENDAR_START = Quarter(1900, 1)


def quarters(last: Quarter) -> Iterator[tuple[str, date, date]]:
    """Each quarter with its first and last day, up to two years after the run's."""
    quarter = CALENDAR_START
    while quarter <= last:
        yield str(quarter), quarter.first_day, quarter.last_day
        quarter = quarter.next()
    while quarter.year <= last.year + 2:  # activity after the quarter is kept, so that follow-up can use it
        yield str(quarter), quarter.first_day, quarter.last_day
        quarter = quarter.next()


def months(last: Quarter) -> Iterator[tuple[str, date, date]]:
    """Each month of these with its quarter, its first day and that of the month after."""
    for name, first_day, _ in quarters(last):
        for offset in range(3):
            month = first_day.month + offset
            after = date(first_day.year + month // 12, month % 12 + 1, 1)
            yield name, date(first_day.year, month, 1), after
