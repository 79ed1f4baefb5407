"""What a partner knows on a day: rows that exist by then, and of their values only those that have happened."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from pipeline.synthetic.days import EPOCH

LATER: dict[str, dict[str, dict[str, str | None]]] = {
    "custody_stay": {"release_date": {"release_reason": None}},
    "case": {
        "end_date": {"end_reason": None, "handed_over_to": None},
        "release_plan_date": {},
        "complaints_explained_date": {},
    },
    "treatment": {"last_day": {"end_date_exclusive": None, "end_reason": None}},
    "need": {"closed_date": {"outcome": "open"}},
    "complaint": {"resolved_date": {"outcome": "open"}},
}
"""Table → date that may lie after the extract → what else is not known then (and what stands instead)."""


def as_date(day: int) -> date:
    """Days since 1970 as a date."""
    return EPOCH + timedelta(days=day)


def as_known(name: str, frame: pl.DataFrame, day: int) -> pl.DataFrame:
    """The rows of a table as they stood in the evening of a day."""
    limit = pl.lit(as_date(day))
    known = frame.filter(pl.col("known_on") <= limit)
    if name == "treatment":
        known = known.with_columns(last_day=pl.col("end_date_exclusive").dt.offset_by("-1d"))
    for column, others in LATER.get(name, {}).items():
        later = pl.col(column) > limit
        hidden = [pl.when(later).then(pl.lit(value)).otherwise(pl.col(c)).alias(c) for c, value in others.items()]
        known = known.with_columns([*hidden, pl.when(~later).then(pl.col(column)).alias(column)])
    return known.drop("last_day") if name == "treatment" else known


def with_expected_changes(cases: pl.DataFrame, day: int) -> pl.DataFrame:
    """Cases with the expected release date that their partner has by then."""
    changed = pl.col("changed_on") <= pl.lit(as_date(day))
    now = pl.when(changed).then("expected_later").otherwise("expected_release_date")
    return cases.with_columns(expected_release_date=now)
