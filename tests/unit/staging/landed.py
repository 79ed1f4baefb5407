"""Landing tables written by hand: sheets of text in, model rows and findings out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import duckdb

LANDING = """
create schema landing; create schema staging;
create table landing.delivery (delivery_id varchar, partner varchar, extract_date date, period_from date,
    period_to date, kind varchar, tables varchar[], prisons varchar[], lawful_basis varchar, keep_until date,
    received_at timestamp, synthetic boolean, sha256 varchar);
create table landing.file (file_id varchar, delivery_id varchar, partner varchar, name varchar, sha256 varchar,
    bytes bigint, encoding varchar, file_order integer);
create table landing.sheet (file_id varchar, sheet varchar, source varchar, header varchar[]);
create table landing.record (file_id varchar, sheet varchar, row_number integer, kind varchar, cells varchar[]);
"""


@dataclass(frozen=True)
class Sent:
    """One sheet: rows are records, numbered from 2; a total row comes last."""

    source: str
    header: Sequence[str]
    rows: Sequence[Sequence[str | None]]
    total: Sequence[str] | None = None
    sheet: str = ""
    delivery: str = "d1"
    file: str = ""


@dataclass
class Staged:
    con: duckdb.DuckDBPyConnection
    counts: dict[str, int] = field(default_factory=dict)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()

    @property
    def findings(self) -> list[tuple[Any, ...]]:
        return self.rows("select row_number, column_name, rule_id from staging.refused order by all")


Stage = Callable[..., Staged]


def land(con: duckdb.DuckDBPyConnection, partner: str, sheets: Sequence[Sent], tables: Sequence[str]) -> None:
    for delivery in sorted({s.delivery for s in sheets}):
        day = date(2023, 7, 31)
        con.execute(
            "insert into landing.delivery values (?, ?, ?, ?, ?, 'full', ?, [], 'b', ?, ?, true, 'h')",
            [delivery, partner, day, date(2021, 1, 1), day, list(tables), day, datetime(2023, 8, 1)],
        )
    for order, s in enumerate(sheets):
        name = s.file or f"{s.source}.csv"
        file_id = f"{s.delivery}/{name}"
        if not con.execute("select 1 from landing.file where file_id = ?", [file_id]).fetchall():
            con.execute(
                "insert into landing.file values (?, ?, ?, ?, 'h', 1, 'utf-8', ?)",
                [file_id, s.delivery, partner, name, order],
            )
        con.execute("insert into landing.sheet values (?, ?, ?, ?)", [file_id, s.sheet, s.source, list(s.header)])
        rows = [(number, "record", list(cells)) for number, cells in enumerate(s.rows, start=2)]
        if s.total is not None:
            rows.append((len(rows) + 2, "total", list(s.total)))
        for number, kind, cells in rows:
            con.execute("insert into landing.record values (?, ?, ?, ?, ?)", [file_id, s.sheet, number, kind, cells])
