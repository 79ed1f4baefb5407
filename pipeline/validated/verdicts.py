"""Verdicts on staged rows: which rules a row breaks, whether it is accepted, quarantined or a duplicate.

A verdict depends on the staged rows alone, never on the order in which deliveries arrived. Tables are judged in
the model's order, so that a row's parents have been judged before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.model import Table
from pipeline.validated.checks import PARENT_REFUSED, Check
from pipeline.validated.duplicates import find_duplicates
from pipeline.validated.predicates import sql_literal
from pipeline.validated.results import Result, result_of
from pipeline.validated.rows import PLACE, has_rows, person_of, record_key
from pipeline.warehouse import Connection


def count_rows(con: Connection, relation: str, checks: Sequence[Check]) -> list[Result]:
    """Checked and failed rows of each check over a relation, in one pass."""
    if not checks or not has_rows(con, relation):
        return [Result("not_applicable")] * len(checks)
    flags = (f"({c.applies}) as applies_{n}, ({c.applies}) and ({c.fails}) as fails_{n}" for n, c in enumerate(checks))
    counts = (f"count(*) filter (where applies_{n}), count(*) filter (where fails_{n})" for n in range(len(checks)))
    inner = f"select {', '.join(flags)} from {relation} r join landing.delivery d on d.delivery_id = r.delivery_id"
    row = con.execute(f"select {', '.join(counts)} from ({inner})").fetchall()[0]
    return [result_of(int(checked), int(failed)) for checked, failed in _pairs(row)]


def _pairs(row: Sequence[int]) -> Iterator[tuple[int, int]]:
    return zip(row[::2], row[1::2], strict=True)


def find_lost_parents(con: Connection, checks: Sequence[Check]) -> None:
    """Fill `lost_parent` with the values of a table's references that lead to no accepted row."""
    con.execute(
        "create or replace temp table lost_parent "
        "(column_name varchar, partner varchar, value varchar, refused boolean)"
    )
    for column, query in sorted({(c.column, c.lost) for c in checks if c.lost}):
        con.execute(f"insert into lost_parent select '{column}', * from ({query})")


def name_rows(con: Connection, table: Table, checks: Sequence[Check], results: Sequence[Result]) -> None:
    """Fill `hit` with the rows of each failed check."""
    con.execute("delete from hit")
    for position, (check, result) in enumerate(zip(checks, results, strict=True)):
        if result.state == "failed":
            con.execute(
                f"insert into hit select r.rowid, {position}, ?, ?, ? from staging.{table.quoted} r "
                "join landing.delivery d on d.delivery_id = r.delivery_id "
                f"where ({check.applies}) and ({check.fails})",
                [check.rule.id, check.rule.severity, check.column],
            )


def settle(con: Connection, table: Table) -> None:
    """Sort a table's staged rows into accepted, quarantined and duplicate, from `hit` and the refused deliveries."""
    staged = f"staging.{table.quoted}"
    con.execute(
        f"insert into hit select r.rowid, -1, v.rule_id, 'file', '' from {staged} r "
        "join validated.delivery v on v.delivery_id = r.delivery_id where v.verdict = 'refused'"
    )
    con.execute(
        "create or replace temp table reason as select rid, arg_min(rule_id, position) as rule_id, "
        "arg_min(column_name, position) as column_name from hit where severity <> 'warning' group by rid"
    )
    _write_findings(con, table, staged)
    con.execute(
        f"insert into validated.quarantine select '{table.name}', {PLACE}, {record_key(table)}, {person_of(table)}, "
        f"reason.rule_id, reason.column_name from {staged} r join reason on reason.rid = r.rowid"
    )
    find_duplicates(con, table)
    con.execute(
        f"insert into validated.duplicate select '{table.name}', {PLACE}, {record_key(table)} from {staged} r "
        "where r.rowid in (select rid from repeated)"
    )
    con.execute(
        f"insert into validated.{table.quoted} select r.* from {staged} r "
        "where r.rowid not in (select rid from reason) and r.rowid not in (select rid from repeated)"
    )


def _write_findings(con: Connection, table: Table, staged: str) -> None:
    """Every hit, but `parent_refused` once and only for rows that are right in themselves."""
    con.execute(
        f"insert into validated.finding select '{table.name}', {PLACE}, {record_key(table)}, h.rule_id, h.severity, "
        f"h.column_name from hit h join {staged} r on r.rowid = h.rid left join reason on reason.rid = h.rid "
        f"where h.severity <> 'file' and (h.rule_id <> '{PARENT_REFUSED}' "
        "or (reason.rule_id = h.rule_id and reason.column_name = h.column_name))"
    )


def write_warnings(con: Connection, table: Table, checks: Sequence[Check], results: Sequence[Result]) -> None:
    """Findings of rules that ask about accepted rows, to the partner or to the steward; newest versions only."""
    for check, result in zip(checks, results, strict=True):
        if result.state != "failed":
            continue
        own = f"'{check.rule.id}', '{check.rule.severity}', '{check.column}'"
        steward = f"{person_of(table)}, '{check.rule.id}', '{check.column}'"
        partner = check.rule.tell == "partner"
        con.execute(
            f"insert into validated.{'finding' if partner else 'steward_note'} "
            f"select '{table.name}', {PLACE}, {record_key(table)}, {own if partner else steward} "
            f"from newest_{table.name} r join landing.delivery d on d.delivery_id = r.delivery_id "
            f"where ({check.applies}) and ({check.fails})"
        )


def write_results(con: Connection, checks: Sequence[Check], results: Sequence[Result]) -> None:
    """Fill `validated.expectation_result`, one row per check."""
    rows = [
        (c.table, c.rule.id, c.rule.severity, r.state, r.checked, r.failed, c.column)
        for c, r in zip(checks, results, strict=True)
    ]
    if rows:
        values = ", ".join(f"({', '.join(map(sql_literal, row))})" for row in rows)
        con.execute(f"insert into validated.expectation_result values {values}")
