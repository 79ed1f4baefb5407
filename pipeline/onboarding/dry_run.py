"""The conversion of some files as staging would make it, in a warehouse that exists in memory only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from pipeline.landing import Reading, Sheet, may_be_shown
from pipeline.model import tables
from pipeline.onboarding.likeness import likely_code
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.sources import Contract
from pipeline.staging import Header, stage
from pipeline.warehouse import Connection, in_memory, load_sql, split_statements

COMMON, SHOWN = 3, 12
"""A word of a code column is shown when it stands in so many rows and may be shown; at most so many of a column."""


Word = tuple[str, int, str | None]
"""A sender's word, in how many rows it stands, and the code that it may mean."""


@dataclass(frozen=True)
class Refused:
    """Rows that would not be taken: table, the sender's column, rule, how many, and the first of them (file, row).

    `words` are the sender's unknown codes; words that are rare or long may be a person's and are only counted.
    """

    table: str
    column: str
    rule_id: str
    rows: int
    words: tuple[Word, ...] = ()
    first: tuple[tuple[str, int], ...] = ()


def dry_run(
    settings: Settings, contract: Contract, readings: list[tuple[str, Reading]], latest: date
) -> tuple[tuple[tuple[str, int, int], ...], tuple[Refused, ...]]:
    """Convert what was read: (table, rows produced, rows that convert) per table, and what would be refused."""
    con = in_memory()
    for schema in ("landing", "staging"):
        con.execute(f"create schema {schema}")
    for statement in split_statements(load_sql("pipeline.landing", "tables")):
        con.execute(statement)
    _load(con, contract, readings, latest)
    run = Run(Quarter(latest.year, 1), datetime.combine(latest, datetime.min.time()), None, None)
    stage(con, settings, run)
    return _produced(con), _refused(con, contract, readings)


def _load(con: Connection, contract: Contract, readings: list[tuple[str, Reading]], latest: date) -> None:
    """One delivery with all files; it declares the tables that its files fill, so that nothing is asked for besides."""
    con.execute(
        "insert into landing.delivery by name select 'dry run' as delivery_id, ? as partner, ?::date as extract_date, "
        "[]::varchar[] as tables, []::varchar[] as prisons, false as synthetic",
        [contract.partner, latest],
    )
    for order, (name, reading) in enumerate(readings):
        con.execute(
            "insert into landing.file by name select ? as file_id, 'dry run' as delivery_id, ? as partner, "
            "? as name, ? as encoding, ? as file_order",
            [name, contract.partner, name, reading.encoding, order],
        )
        for sheet in reading.sheets:
            con.execute("insert into landing.sheet values (?, ?, ?, ?)", [name, sheet.name, sheet.source, sheet.header])
            rows = sheet.rows.select(
                file_id=pl.lit(name), sheet=pl.lit(sheet.name), row_number="row_number", kind="kind", cells="cells"
            )
            con.register("read_rows", rows.to_arrow())
            con.execute("insert into landing.record by name select * from read_rows")
            con.unregister("read_rows")


def _produced(con: Connection) -> tuple[tuple[str, int, int], ...]:
    rows = con.execute(
        "select table_name, sum(produced)::bigint from staging.produced group by all order by all"
    ).fetchall()
    return tuple((name, number, _count(con, f"staging.{tables()[name].quoted}")) for name, number in rows)


def _count(con: Connection, table: str) -> int:
    row = con.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def _refused(con: Connection, contract: Contract, readings: list[tuple[str, Reading]]) -> tuple[Refused, ...]:
    rows = con.execute("""
        select
            table_name, column_name, rule_id, count(*),
            list({'file': file_id, 'sheet': sheet, 'row': row_number} order by file_id, sheet, row_number)
        from staging.refused group by all order by 4 desc, 1, 2, 3""").fetchall()
    sheets = {(name, sheet.name): sheet for name, reading in readings for sheet in reading.sheets}
    whole = con.execute("select rule_id, detail from staging.delivery_refused order by all").fetchall()
    found = [Refused("", detail, rule_id, 0) for rule_id, detail in whole]
    for table, column, rule_id, number, places in rows:
        words: tuple[Word, ...] = ()
        if rule_id == "unknown_code":
            cells = Counter(_cell(sheets[p["file"], p["sheet"]], column, p["row"]) for p in places)
            words = _words(contract, table, column, cells)
        first = tuple((p["file"], p["row"]) for p in places[:3])
        found.append(Refused(table, column, rule_id, number, words, first))
    return tuple(found)


def _cell(sheet: Sheet, column: str, row_number: int) -> str:
    position = Header(sheet.header).position(column)
    cells = sheet.rows["cells"][row_number - 1]
    return (cells[position - 1] or "").strip() if position and position <= len(cells) else ""


def _words(contract: Contract, table: str, column: str, cells: Counter[str]) -> tuple[Word, ...]:
    list_name = next(iter(_lists(contract, table, column)), None)
    common = [(w, n) for w, n in sorted(cells.items(), key=lambda item: (-item[1], item[0])) if n >= COMMON]
    told = [(w, n) for w, n in common if may_be_shown(w)][:SHOWN]
    return tuple((w, n, likely_code(list_name, w) if list_name else None) for w, n in told)


def _lists(contract: Contract, table: str, column: str) -> list[str]:
    """Code lists of the model columns that a sender's column fills."""
    header = Header((column,))
    return [
        codes
        for file in contract.file
        for produces in file.produces
        if produces.table == table
        for name, rule in produces.columns.items()
        if any(header.position(h) or header.numbers(h) for h in rule.headers)
        and (codes := tables()[table].columns[name].codes)
    ]
