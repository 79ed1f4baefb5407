"""Row-count drift: a full extract that has clearly fewer rows than the full extract before it."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import tables
from pipeline.validated.decisions import Acceptance
from pipeline.validated.rules import Rule
from pipeline.warehouse import Connection


def find_drift(con: Connection, rule: Rule, acceptances: Sequence[Acceptance]) -> int:
    """Write a finding per table (custody tables: per prison too) that shrank; returns how many were tolerated.

    A full extract repeats its history, so rows are only ever added; a loss of the rule's threshold or more is asked
    about.
    A table of a partner's first full extract cannot be judged: `not_applicable`. Findings have no row, and the
    prison as record key.
    """
    compared = con.execute(f"{_COUNTS.replace('{by_prison}', _by_prison())} {_COMPARED}").fetchall()
    tolerated = 0
    failed: dict[str, int] = {}
    for table, partner, delivery, prison, before, now in compared:
        if now >= before or before - now < rule.threshold * before:
            continue
        failed[table] = failed.get(table, 0) + 1
        if any((a.rule, a.partner, a.table, a.key) == (rule.id, partner, table, prison) for a in acceptances):
            tolerated += 1
            continue
        con.execute(
            "insert into validated.finding values (?, ?, ?, '', '', null, null, ?, ?, ?, ?)",
            [table, partner, delivery, prison, rule.id, rule.severity, "prison" if prison else ""],
        )
    _write_results(con, rule, [row[0] for row in compared], failed)
    return tolerated


def _write_results(con: Connection, rule: Rule, compared: list[str], failed: dict[str, int]) -> None:
    rows = []
    for name in tables():
        checked, wrong = compared.count(name), failed.get(name, 0)
        state = "not_applicable" if not checked else "failed" if wrong else "passed"
        rows.append(f"('{name}', '{rule.id}', '{rule.severity}', '{state}', {checked}, {wrong}, '')")
    con.execute(f"insert into validated.expectation_result values {', '.join(rows)}")


def _by_prison() -> str:
    """Rows per prison of the tables that the Prison Service delivers (their key is not a partner's own)."""
    custody = [t for t in tables().values() if "prison" in t.columns and "partner" not in t.key]
    return " union all ".join(
        f"select '{t.name}' as table_name, delivery_id, prison, count(*) as n from staging.{t.quoted} group by all"
        for t in custody
    )


_COUNTS = """
with counted as (
    select table_name, delivery_id, '' as prison, produced as n from staging.produced
    union all
    {by_prison}
),
full_extract as (
    select d.partner, d.delivery_id, d.extract_date, d.received_at, unnest(d.tables) as table_name
    from landing.delivery d
    join validated.delivery v on v.delivery_id = d.delivery_id and v.verdict = 'accepted'
    where d.kind = 'full'
),
version as (
    select *, lag(delivery_id) over (
        partition by partner, table_name order by extract_date, received_at, delivery_id
    ) as delivery_before
    from full_extract
),
subject as (
    select v.*, c.prison, c.n as before
    from version v
    join counted c on c.table_name = v.table_name and c.delivery_id = v.delivery_before
)
"""

_COMPARED = """
select s.table_name, s.partner, s.delivery_id, s.prison, s.before, coalesce(c.n, 0) as now
from subject s
left join counted c on c.table_name = s.table_name and c.delivery_id = s.delivery_id and c.prison = s.prison
where s.before > 0
order by all
"""
