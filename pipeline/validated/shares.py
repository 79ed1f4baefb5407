"""Rules judged by a partner's share of wrong rows: tolerances, and what is held against another's records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.model import tables
from pipeline.validated.checks import Check
from pipeline.validated.rows import has_rows, person_of
from pipeline.warehouse import Connection


def write_shares(con: Connection, asked: Mapping[str, Sequence[Check]]) -> None:
    """Fill `validated.rule_share` for rules with a threshold and those whose rows the partner does not see.

    Needs the views `newest_<table>`; `asked` has each table's warnings on accepted rows.
    """
    for name, checks in asked.items():
        for check in checks:
            shared = check.rule.threshold or check.rule.tell == "counted"
            if shared and has_rows(con, f"validated.{tables()[name].quoted}"):
                person = f"count(distinct {person_of(tables()[name])})"
                con.execute(
                    f"insert into validated.rule_share select r.partner, '{name}', ?, ?, count(*), "
                    f"count(*) filter (where {check.fails}), {person}, {person} filter (where {check.fails}) "
                    f"from newest_{name} r join landing.delivery d on d.delivery_id = r.delivery_id "
                    f"where {check.applies} group by r.partner order by r.partner",
                    [check.rule.id, check.column],
                )


def tolerate(con: Connection, asked: Mapping[str, Sequence[Check]]) -> int:
    """Take back the warnings of partners whose share of wrong rows stays below the rule's threshold; how many."""
    tolerated = 0
    for name, checks in asked.items():
        for check in checks:
            if check.rule.threshold and check.rule.tell == "partner":
                row = con.execute(
                    "delete from validated.finding n using validated.rule_share s "
                    "where s.partner = n.partner and s.table_name = n.table_name and s.rule_id = n.rule_id "
                    "and s.column_name = n.column_name and n.table_name = ? and n.rule_id = ? and n.column_name = ? "
                    "and n.severity = 'warning' and s.failed < ? * s.checked",
                    [name, check.rule.id, check.column, check.rule.threshold],
                ).fetchone()
                tolerated += int(row[0]) if row else 0
    return tolerated
