"""What an export passes on of each delivery: repeated rows too, refused ones as they last were, nobody who withdrew."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from pipeline.export import _write_native
from pipeline.model import ddl, table
from pipeline.warehouse import load_sql, split_statements


def test_a_full_extract_keeps_its_keys(tmp_path: Path) -> None:
    con = duckdb.connect()
    for schema in ("staging", "validated", "core"):
        con.execute(f"create schema {schema}")
    for statement in split_statements(load_sql("pipeline.validated", "tables")):
        if any(f"table validated.{name} (" in statement for name in ("quarantine", "duplicate")):
            con.execute(statement)
    for schema in ("staging", "validated"):
        con.execute(ddl(table("need"), schema))
    con.execute("create table validated.delivery (delivery_id varchar, partner varchar, extract_date date)")
    con.execute("create table core.withdrawn_case as select 'p' as partner, 'c9' as case_id")
    for delivery, day in (("april", "2023-04-30"), ("july", "2023-07-31")):
        con.execute(
            "insert into validated.delivery by name select ? as delivery_id, 'p' as partner, ?::date as extract_date",
            [delivery, day],
        )

    def row(schema: str, delivery: str, number: int, need: str, case: str, outcome: str) -> None:
        con.execute(
            f"insert into {schema}.need by name select 'p' as partner, ? as delivery_id, ? || 'f' as file_id,"
            " '' as sheet, ?::integer as row_number, 0 as ordinal, ? as need_id, ? as case_id, ? as outcome",
            [delivery, delivery, number, need, case, outcome],
        )

    for number, (need, case) in enumerate((("n1", "c1"), ("n2", "c2"), ("n3", "c9"), ("n4", "c4")), start=2):
        row("validated", "april", number, need, case, "open")
    row("staging", "july", 2, "n1", "c1", "open")  # unchanged
    con.execute("insert into validated.duplicate values ('need', 'p', 'july', 'julyf', '', 2, 0, 'n1')")
    row("validated", "july", 3, "n2", "c2", "met")  # a new version
    con.execute(
        "insert into validated.quarantine"
        " values ('need', 'p', 'july', 'julyf', '', 4, 0, 'n4', null, 'rule', 'outcome')"
    )
    told = {}
    for delivery in ("april", "july"):
        _write_native(con, table("need"), delivery, tmp_path / f"{delivery}.csv")
        with (tmp_path / f"{delivery}.csv").open(encoding="utf-8") as file:
            told[delivery] = sorted((r["need_id"], r["outcome"]) for r in csv.DictReader(file))
    assert told["april"] == [("n1", "open"), ("n2", "open"), ("n4", "open")]  # c9 is of somebody who withdrew consent
    assert told["july"] == [("n1", "open"), ("n2", "met"), ("n4", "open")]
