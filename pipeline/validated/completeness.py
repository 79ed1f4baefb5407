"""Completeness: how many of a delivery's optional and conditional cells are filled, column by column."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import Column, Table, tables
from pipeline.validated.predicates import sql_literal
from pipeline.validated.rows import has_rows
from pipeline.warehouse import Connection


def write_completeness(con: Connection) -> None:
    """Fill `validated.completeness` from the staged rows of accepted deliveries, in one pass per table.

    An optional column is asked for in every row, a conditional one where its circumstances call for it; a column
    that no row is asked for has no line.
    """
    for table in tables().values():
        if has_rows(con, f"staging.{table.quoted}") and (lines := list(_count(con, table))):
            values = ", ".join(f"({', '.join(map(sql_literal, line))})" for line in lines)
            con.execute(f"insert into validated.completeness values {values}")


def _count(con: Connection, table: Table) -> Iterator[tuple[str | int, ...]]:
    columns = [c for c in table.column if c.presence != "required" and c.name not in table.key]
    counts = ", ".join(part for c in columns for part in _counts(c))
    if not counts:
        return
    rows = con.execute(
        f"select r.partner, r.delivery_id, {counts} from staging.{table.quoted} r "
        "join validated.delivery d on d.delivery_id = r.delivery_id where d.verdict = 'accepted' "
        "group by all order by 1, 2"
    ).fetchall()
    for partner, delivery, *found in rows:
        for column, asked, filled in zip(columns, found[::2], found[1::2], strict=True):
            if asked:
                yield partner, delivery, table.name, column.name, column.presence, asked, filled


def _counts(column: Column) -> tuple[str, str]:
    """Rows asked for the column, and those of them that have it."""
    where = f" filter (where {column.when})" if column.presence == "conditional" else ""
    return f"count(*){where}", f'count(r."{column.name}"){where}'
