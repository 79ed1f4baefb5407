"""Deletions: keys that an earlier delivery had and a newer full extract of the same table has no longer.

They are closed, not erased: their versions stay accepted and stand in the accounting, but nothing counts them from
that extract on. A run `--known-at` a day before it has them, and a later delivery that names the key opens it again.
"""

from __future__ import annotations

from pipeline.model import Table
from pipeline.validated.rows import record_key
from pipeline.validated.rules import Rule
from pipeline.warehouse import Connection

RULE = "missing_from_full_extract"


def find_closed(con: Connection, table: Table, rule: Rule | None) -> None:
    """Fill `validated.closed` for one table, with a finding for each key when the rule is there to word it.

    A key is seen where a row of it was delivered, whatever became of the row. An extract closes only what it would
    have to contain: it is full, lists the table, has at least one row of it (an empty file is a failed export, not
    the end of all work), is of a later day, covers the prison, and the period of the delivery or the day of the row.
    Extracts of one day stand beside each other, as two files for one period do.
    """
    if not con.execute(_ASKED, [table.name]).fetchall():
        return
    con.execute(
        "insert into validated.closed "
        + _CLOSED.format(
            table=table.name,
            relation=table.quoted,
            key=record_key(table),
            prison="r.prison" if _by_prison(table) else "cast(null as varchar)",
            day=_day(table),
        )
    )
    if rule:
        con.execute(
            "insert into validated.finding select table_name, partner, delivery_id, '', '', null, null, record_key, "
            "?, ?, '' from validated.closed where table_name = ? order by partner, delivery_id, record_key",
            [rule.id, rule.severity, table.name],
        )


def not_closed(table: Table) -> str:
    """The condition that the row `r` of a table has not been closed."""
    closed = f"select c.partner, c.record_key from validated.closed c where c.table_name = '{table.name}'"
    return f"(r.partner, {record_key(table)}) not in ({closed})"


def _by_prison(table: Table) -> bool:
    """Whether the table is delivered prison by prison (its key is not a partner's own)."""
    return "prison" in table.columns and "partner" not in table.key


def _day(table: Table) -> str:
    """The day of a row's event: its first required date."""
    days = [c.name for c in table.column if c.type == "date" and (c.presence == "required" or c.name in table.key)]
    return f"r.{days[0]}" if days else "cast(null as date)"


# Partners with a full extract of the table that is not their first delivery of it.
_ASKED = """
select e.partner
from validated.delivery as e
join validated.delivery as d on d.partner = e.partner and d.extract_date < e.extract_date and d.verdict = 'accepted'
where e.verdict = 'accepted' and e.kind = 'full'
    and list_contains(e.tables, $1) and list_contains(d.tables, $1)
limit 1
"""

_CLOSED = """
with seen as (
    select r.partner, r.delivery_id, {key} as record_key, {prison} as prison, {day} as day
    from staging.{relation} as r
    union all
    select distinct partner, delivery_id, record_key, cast(null as varchar), cast(null as date)
    from staging.refused
    where table_name = '{table}' and record_key <> ''
),
dated as (
    select s.*, d.extract_date
    from seen as s
    join validated.delivery as d on d.delivery_id = s.delivery_id and d.verdict = 'accepted'
),
extract as (
    select e.*
    from validated.delivery as e
    where e.verdict = 'accepted' and e.kind = 'full' and list_contains(e.tables, '{table}')
        and e.delivery_id in (select delivery_id from dated)
),
known as (
    select
        partner,
        record_key,
        max(extract_date) as extract_date,
        max_by(delivery_id, (extract_date, delivery_id)) as delivery_id,
        max_by(prison, (extract_date, delivery_id)) as prison,
        max_by(day, (extract_date, delivery_id)) as day
    from dated
    group by partner, record_key
)
select
    '{table}' as table_name,
    k.partner,
    k.record_key,
    min_by(e.delivery_id, (e.extract_date, e.received_at, e.delivery_id)) as delivery_id,
    any_value(k.delivery_id) as seen_in
from known as k
join extract as e on e.partner = k.partner and e.extract_date > k.extract_date
join validated.delivery as d on d.delivery_id = k.delivery_id
where
    (
        len(e.prisons) = 0
        or list_contains(e.prisons, k.prison)
        or (k.prison is null and len(d.prisons) > 0 and list_has_all(e.prisons, d.prisons))
    )
    and (
        (e.period_from <= d.period_from and e.period_to >= d.period_to)
        or coalesce(k.day between e.period_from and e.period_to, false)
    )
group by k.partner, k.record_key
order by all
"""
