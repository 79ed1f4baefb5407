"""Findings over a partner's deliveries: which are new, still open, mended since the delivery before.

Nothing is remembered from earlier runs: all deliveries lie in the warehouse, so their findings are told again and
put in order. Warnings are asked of the newest versions only; here they are asked of the earlier versions too,
against what the other tables say today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.model import Table, tables
from pipeline.validated.checks import PARENT_REFUSED, Check
from pipeline.validated.closed import RULE as CLOSED
from pipeline.validated.rows import WEIGHT, has_rows, key_columns, newest_descending, record_key, with_age
from pipeline.warehouse import Connection, load_sql, split_statements

HELPERS = ("told", "came")


def write_history(con: Connection, asked: Mapping[str, Sequence[Check]]) -> None:
    """Fill `validated.finding_history`; `asked` has each table's warnings on accepted rows.

    Needs the views `newest_<table>`. Findings on rows without a key, and those that only wait for their parent,
    cannot be followed and are left out; so are deletions, which happen once and are not mended.
    """
    con.execute(_PLACES)  # a row is an accepted delivery with its place among its partner's
    con.execute(_TOLD, [[PARENT_REFUSED, CLOSED]])
    for name, checks in asked.items():
        _ask_earlier_versions(con, tables()[name], [c for c in checks if c.rule.tell == "partner"])
    _find_what_came(con)
    for statement in split_statements(load_sql("pipeline.validated", "history")):
        con.execute(statement)
    for helper in HELPERS:
        con.execute(f"drop table temp.{helper}")


def _ask_earlier_versions(con: Connection, table: Table, checks: Sequence[Check]) -> None:
    """Add the warnings of accepted versions that a later delivery has replaced."""
    accepted = f"validated.{table.quoted}"
    if not checks or not has_rows(
        con, f"(select 1 from {accepted} r group by {key_columns(table)} having count(*) > 1)"
    ):
        return
    con.execute(
        f"create or replace temp table earlier as select r.* from {with_age(accepted)} "
        f"qualify row_number() over (partition by {key_columns(table)} order by {newest_descending()}) > 1"
    )
    for check in checks:
        con.execute(
            f"insert into told select r.partner, '{table.name}', {record_key(table)}, ?, ?, ?, p.place from earlier r "
            "join landing.delivery d on d.delivery_id = r.delivery_id "
            "join validated.delivery_place p on p.delivery_id = r.delivery_id "
            f"where ({check.applies}) and ({check.fails})",
            [check.rule.id, check.rule.severity, check.column],
        )
    con.execute("drop table earlier")


def _find_what_came(con: Connection) -> None:
    """Fill `came`: in which deliveries a record with a finding came, and what became of it."""
    found = {row[0] for row in con.execute("select distinct table_name from told").fetchall()}
    parts = [
        f"select '{t.name}' as table_name, partner, delivery_id, {record_key(t)} as record_key, 'accepted' as fate "
        f"from validated.{t.quoted} r"
        for t in tables().values()
        if t.name in found
    ]
    con.execute(_CAME.format(closed=CLOSED, accepted=" union all ".join([_FATES, *parts])))


_PLACES = f"""
create or replace table validated.delivery_place as
select d.partner, d.delivery_id, d.kind, d.tables, d.extract_date,
    row_number() over (order_of_partner) as place, lag(d.extract_date) over (order_of_partner) as extract_before
from validated.delivery d
where d.verdict = 'accepted'
window order_of_partner as (partition by d.partner order by d.extract_date, {WEIGHT}, d.received_at, d.delivery_id)
order by d.partner, place
"""

_TOLD = """
create or replace temp table told as
select n.partner, n.table_name, n.record_key, n.rule_id, n.severity, n.column_name, p.place
from validated.finding n
join validated.delivery_place p on p.delivery_id = n.delivery_id
where n.severity <> 'file' and n.rule_id not in (select unnest(?::varchar[]))
    and (n.record_key <> '' or n.row_number is null)
"""

# What staging could not read was not judged by the other rules, so it says nothing about them.
_FATES = """
select table_name, partner, delivery_id, record_key, 'duplicate' as fate from validated.duplicate
union all
select q.table_name, q.partner, q.delivery_id, q.record_key,
    case when s.record_key is null then 'judged' else 'unread' end
from validated.quarantine q
left join (select distinct table_name, partner, delivery_id, record_key from staging.refused) s
    using (table_name, partner, delivery_id, record_key)
"""

# Findings without a row (fewer rows than before) are asked anew of every full extract.
_CAME = """
create or replace temp table came as
select distinct c.table_name, c.partner, c.record_key, c.fate, p.place
from ({accepted}) c
join validated.delivery_place p on p.delivery_id = c.delivery_id
where (c.partner, c.table_name, c.record_key) in (select (partner, table_name, record_key) from told)
union
select n.table_name, n.partner, n.record_key, 'accepted', p.place
from validated.finding n
join validated.delivery_place p on p.partner = n.partner and p.kind = 'full' and list_contains(p.tables, n.table_name)
where n.row_number is null and n.severity = 'warning' and n.rule_id <> '{closed}'
"""
