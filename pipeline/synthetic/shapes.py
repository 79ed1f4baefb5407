"""How a partner writes model rows: columns, headings, codes and formats, read from `shapes/*.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl

from pipeline.model import table as model_table

PARTNERS = ("vscr", "cppt", "kotec", "laxus", "magdalena", "sananim", "podane_ruce", "romodrom")
DATE_FORMATS = {
    "d.m.yyyy": "%-d.%-m.%Y",
    "iso": "%Y-%m-%d",
    "dd.mm.yy": "%d.%m.%y",
    "dd.mm.yyyy": "%d.%m.%Y",
    "d. m. yyyy": "%-d. %-m. %Y",
}
LISTS = {
    ("treatment", "end_reason"): "treatment_end_reason",
    ("need", "outcome"): "need_outcome",
    ("application", "source"): "application_source",
    ("application", "outcome"): "application_outcome",
    ("application", "reason"): "application_reason",
    ("complaint", "outcome"): "complaint_outcome",
    ("death", "source"): "death_source",
}
"""Where the code list of a column is not called like the column."""
DATED_LISTS = {
    "regime": ("regime_before_2017_10_01", "admission_date", date(2017, 10, 1)),
    "service_code": ("service_code_until_2021_12_31", "service_date", date(2022, 1, 1)),
}
"""List → the older list, the date that decides, and the day from which the newer one holds."""
CASE_SERVICE_LIMIT = 40


@dataclass(frozen=True)
class Shape:
    """One partner's way of writing: tables with columns, code lists, formats."""

    partner: str
    format: dict[str, str]
    tables: dict[str, dict[str, Any]]
    codes: dict[str, dict[str, str]]

    def headings(self, table: str) -> list[str]:
        """The sender's column headings of a table, in order."""
        return [heading for _, heading in self.tables[table]["columns"]]

    def heading(self, table: str, column: str) -> str:
        """The sender's heading of a model column."""
        return str(next(heading for name, heading in self.tables[table]["columns"] if name == column))


@cache
def shape(partner: str) -> Shape:
    """The shape of one partner."""
    folder = files("pipeline.synthetic").joinpath("shapes")
    words = tomllib.loads(folder.joinpath("_words.toml").read_text("utf-8"))
    own = tomllib.loads(folder.joinpath(f"{partner}.toml").read_text("utf-8"))
    codes = {name: words[c[1:]] if isinstance(c, str) else c for name, c in own.get("codes", {}).items()}
    return Shape(partner, own["format"], own["table"], codes)


def write_rows(own: Shape, table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Model rows in the sender's words: the headings as columns, `_key` and `_parent` for the bookkeeping."""
    columns = [_expression(own, table, name).alias(heading) for name, heading in own.tables[table]["columns"]]
    return frame.select(
        *columns, _key(table).alias("_key"), _parent(frame).alias("_parent"), _person(frame).alias("_person")
    )


def _key(table: str) -> pl.Expr:
    names = [name for name in model_table(table).key if name != "partner"]
    return pl.concat_str([pl.col(name) for name in names], separator="/")


def _parent(frame: pl.DataFrame) -> pl.Expr:
    return pl.col("case_id") if "case_id" in frame.columns else pl.lit(None, dtype=pl.String)


def _person(frame: pl.DataFrame) -> pl.Expr:
    return pl.col("person_id") if "person_id" in frame.columns else pl.lit(None, dtype=pl.String)


def _expression(own: Shape, table: str, name: str) -> pl.Expr:
    if name in ("hours", "waiting_hours"):
        return pl.col("minutes" if name == "hours" else "waiting_minutes") / 60
    if name == "end_inclusive":
        return _date(own, pl.col("end_date_exclusive").dt.offset_by("-1d"))
    source = {"treatment_setting": "setting", "entry_education": "education"}.get(name, name)
    codes = LISTS.get((table, name), "region" if name == "region_after_release" else name)
    column = model_table(table).columns[source]
    if codes in own.codes:
        return _coded(own, codes, pl.col(source))
    if column.type == "date":
        return _date(own, pl.col(source), instant=(table, name) == ("service", "service_date"))
    if own.format.get("codes") == "upper" and (column.codes or name == "handed_over_to"):
        return pl.col(source).str.to_uppercase()
    return pl.col(source)


def _coded(own: Shape, codes: str, column: pl.Expr) -> pl.Expr:
    text = pl.when(column.is_not_null()).then(column.cast(pl.String))
    now = text.replace_strict(own.codes[codes], return_dtype=pl.String)
    older, decides, since = DATED_LISTS.get(codes, ("", "", date.min))
    if older not in own.codes:
        return now
    before = text.replace_strict(own.codes[older], return_dtype=pl.String)
    return pl.when(pl.col(decides) < since).then(before).otherwise(now)


def _date(own: Shape, column: pl.Expr, *, instant: bool = False) -> pl.Expr:
    kind = own.format["date"]
    if kind == "typed":
        return column
    if kind == "serial":
        return column.to_physical() + 25569
    if kind == "timestamp":
        return _timestamp(column, instant)
    return column.dt.strftime(DATE_FORMATS[kind])


def _timestamp(column: pl.Expr, instant: bool) -> pl.Expr:
    """Services as an instant in UTC at a time of day that varies with the day, other dates as local midnight.

    Some services are at 23:30 and some at 0:10 in Prague: in UTC the latter belong to the day before.
    """
    if not instant:
        local = column.cast(pl.Datetime("us")).dt.replace_time_zone("Europe/Prague")
        return local.dt.strftime("%Y-%m-%dT%H:%M:%S%:z")
    number = pl.int_range(pl.len())
    minutes = pl.when(number % 23 == 7).then(1410).when(number % 29 == 11).then(10).otherwise(480 + number % 37 * 15)
    local = column.cast(pl.Datetime("us")) + pl.duration(minutes=minutes)
    zoned = local.dt.replace_time_zone("Europe/Prague", ambiguous="earliest", non_existent="raise")
    return zoned.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def as_text(own: Shape, frame: pl.DataFrame) -> pl.DataFrame:
    """Every cell as the text of a CSV: numbers with the sender's decimal sign and thousands."""
    sign, gap = own.format.get("decimal", "."), own.format.get("thousands", "")
    whole = [c for c, kind in frame.schema.items() if kind.is_integer()]
    parts = [c for c, kind in frame.schema.items() if kind.is_float()]
    texts = [pl.col(c).map_elements(lambda n: f"{n:,}".replace(",", gap), return_dtype=pl.String) for c in whole if gap]
    texts += [pl.col(c).map_elements(lambda n: _decimal(n, sign, gap), return_dtype=pl.String) for c in parts]
    return frame.with_columns(texts).with_columns(pl.all().cast(pl.String).fill_null(""))


def _decimal(value: float, sign: str, gap: str) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".").replace(",", gap).replace(".", sign)
