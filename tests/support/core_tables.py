"""Literal validated rows in, core tables out: the smallest warehouse on which core can be built."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipeline import core
from pipeline.model import ddl, table, tables
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import Settings

CUSTODY = "partner_custody"
Row = dict[str, Any]
DELIVERY = """create table {} (delivery_id varchar, partner varchar, extract_date date, period_from date,
    period_to date, kind varchar, tables varchar[], prisons varchar[], lawful_basis varchar, keep_until date,
    received_at timestamp,
    synthetic boolean, sha256 varchar, verdict varchar, rule_id varchar)"""


def day(text: str | date | None) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else text


def warehouse() -> duckdb.DuckDBPyConnection:
    """An empty warehouse in memory with every validated table."""
    con = duckdb.connect(config={"threads": 1})
    for schema in ("landing", "validated", "core"):
        con.execute(f"create schema {schema}")
    con.execute("create table landing.file (file_id varchar, delivery_id varchar, file_order integer)")
    con.execute(DELIVERY.format("validated.delivery"))
    con.execute(
        "create table validated.quarantine (table_name varchar, partner varchar, delivery_id varchar, file_id varchar,"
        " sheet varchar, row_number integer, ordinal integer, record_key varchar, person_id varchar, rule_id varchar,"
        " column_name varchar)"
    )
    con.execute(
        "create table validated.closed (table_name varchar, partner varchar, record_key varchar, delivery_id varchar,"
        " seen_in varchar)"
    )
    for each in tables().values():
        con.execute(ddl(each, "validated"))
    return con


def deliver(
    con: duckdb.DuckDBPyConnection,
    delivery_id: str,
    partner: str = CUSTODY,
    *,
    extract: str = "2023-12-31",
    period: tuple[str, str] = ("2020-01-01", "2023-12-31"),
    covers: tuple[str, ...] = ("person", "custody_stay"),
    prisons: tuple[str, ...] = (),
    verdict: str = "accepted",
    received: str = "2024-01-01",
) -> None:
    """Add one delivery."""
    con.execute(
        "insert into validated.delivery values (?, ?, ?, ?, ?, 'full', ?, ?, '', null, ?, true, '', ?, null)",
        [
            delivery_id,
            partner,
            day(extract),
            day(period[0]),
            day(period[1]),
            list(covers),
            list(prisons),
            datetime.fromisoformat(received),
            verdict,
        ],
    )


def insert(con: duckdb.DuckDBPyConnection, name: str, delivery_id: str, rows: list[Row]) -> None:
    """Add rows of one model table to a delivery; columns left out are null."""
    if not rows:
        return
    (partner,) = con.execute("select partner from validated.delivery where delivery_id = ?", [delivery_id]).fetchone()  # type: ignore[misc]
    known = list(table(name).columns)
    assert all(set(row) <= set(known) for row in rows), name
    values = [[partner, delivery_id, "f", "", i, 0, *(row.get(c) for c in known)] for i, row in enumerate(rows, 1)]
    marks = f"({', '.join('?' * len(values[0]))})"
    everything = [value for row in values for value in row]
    con.execute(f'insert into validated."{name}" values {", ".join([marks] * len(values))}', everything)


def build(con: duckdb.DuckDBPyConnection, *, as_of: str | None = None) -> dict[str, int]:
    """Run the stage."""
    run = Run(Quarter(2023, 2), datetime(2024, 1, 1), as_of=day(as_of))
    return core.build(con, Settings(root=Path("."), data=Path(".")), run)


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """A query's rows with dates as ISO text."""
    found = con.execute(query).fetchall()
    return [tuple(v.isoformat() if isinstance(v, date) else v for v in row) for row in found]
