"""What the data-quality pages say, read from the warehouse: counts and days, never a value or a key."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.warehouse import Connection

Record = dict[str, Any]
"""One row by column name."""


@dataclass(frozen=True)
class Quality:
    """All counts of a run: partners now and by quarter, results of checks, findings, completeness."""

    synthetic: bool
    partners: list[Record]
    quarters: list[Record]
    against: list[Record]
    results: list[Record]
    findings: dict[str, list[Record]]
    completeness: dict[tuple[str, str, str], float]


def read_quality(con: Connection, quarter_end: date) -> Quality:
    """The counts of the run in the warehouse; `quarter_end` is the day up to which partners should have delivered."""
    findings: dict[str, list[Record]] = defaultdict(list)
    for row in _records(con, _FINDINGS):
        findings[row["rule_id"]].append(row)
    filled = _records(con, _COMPLETENESS)
    return Quality(
        synthetic=bool(
            _records(con, "select coalesce(bool_or(synthetic), false) as s from validated.delivery")[0]["s"]
        ),
        partners=_records(con, _PARTNERS.format(quarter_end=quarter_end.isoformat())),
        quarters=_records(con, _QUARTERS),
        against=_records(con, _AGAINST),
        results=_records(con, _RESULTS),
        findings=dict(findings),
        completeness={(r["table_name"], r["column_name"], r["partner"]): r["share"] for r in filled},
    )


def _records(con: Connection, sql: str) -> list[Record]:
    found = con.execute(sql)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


_PARTNERS = """
with newest as (
    select d.* from validated.delivery d join validated.delivery_place p on p.delivery_id = d.delivery_id
    where p.place = (select max(o.place) from validated.delivery_place o where o.partner = p.partner)
),
waiting as (
    select partner, count(*) filter (where severity = 'row') as open_rows,
        count(*) filter (where severity = 'warning') as open_warnings
    from validated.finding_history where closed_in is null group by partner
),
covered as (
    select partner, max(period_to) as covered_to from validated.delivery where verdict = 'accepted' group by partner
),
drift as (
    select n.partner, count(*) as drift from validated.finding n
    join newest using (delivery_id) where n.rule_id = 'row_count_drift' group by n.partner
),
filled as (
    select delivery_id, sum(filled) / sum(asked) as filled from validated.completeness group by delivery_id
)
select p.partner, newest.extract_date, covered.covered_to,
    greatest(date_diff('day', covered.covered_to, date '{quarter_end}'), 0) as days_short,
    date_diff('day', newest.extract_date, cast(newest.received_at as date)) as delay,
    coalesce(waiting.open_rows, 0) as open_rows, coalesce(waiting.open_warnings, 0) as open_warnings,
    coalesce(drift.drift, 0) as drift, filled.filled, k.below_five / nullif(k.rows, 0) as k
from (select distinct partner from validated.delivery) p
left join newest on newest.partner = p.partner
left join covered on covered.partner = p.partner
left join waiting on waiting.partner = p.partner
left join drift on drift.partner = p.partner
left join filled on filled.delivery_id = newest.delivery_id
left join validated.k_anonymity k on k.delivery_id = newest.delivery_id
order by p.partner
"""

# A quarter without a delivery, from a partner's first one to the last of all partners, has a row without counts.
_QUARTERS = """
with dated as (
    select *, concat(year(extract_date), 'Q', quarter(extract_date)) as quarter from validated.delivery
),
delivered as (
    select partner, quarter, count(*) as deliveries, count(*) filter (where verdict = 'refused') as refused
    from dated group by all
),
told as (
    select d.partner, d.quarter, count(*) filter (where n.severity = 'row') as row_findings,
        count(*) filter (where n.severity = 'warning') as warnings
    from validated.finding n join dated d on d.delivery_id = n.delivery_id group by all
),
counted as (
    select partner, quarter, sum(produced) as produced, sum(accepted) as accepted, sum(quarantined) as quarantined,
        sum(duplicate) as duplicate
    from validated.quality group by all
),
filled as (
    select d.partner, d.quarter, sum(c.filled) / sum(c.asked) as filled
    from validated.completeness c join dated d on d.delivery_id = c.delivery_id group by all
),
alike as (
    select d.partner, d.quarter, sum(k.below_five) / nullif(sum(k.rows), 0) as k
    from validated.k_anonymity k join dated d on d.delivery_id = k.delivery_id group by all
),
span as (
    select partner, unnest(generate_series(
        date_trunc('quarter', min(extract_date)),
        (select date_trunc('quarter', max(extract_date)) from validated.delivery),
        interval 3 month
    )) as first_day
    from validated.delivery
    group by partner
),
asked as (
    select partner, concat(year(first_day), 'Q', quarter(first_day)) as quarter from span
)
select a.partner, a.quarter, delivered.deliveries, delivered.refused, counted.produced, counted.accepted,
    counted.quarantined, counted.duplicate, coalesce(told.row_findings, 0) as row_findings,
    coalesce(told.warnings, 0) as warnings, filled.filled, alike.k
from asked a
left join delivered using (partner, quarter)
left join counted using (partner, quarter)
left join told using (partner, quarter)
left join filled using (partner, quarter)
left join alike using (partner, quarter)
order by a.partner, a.quarter
"""

_AGAINST = """
select partner, rule_id, table_name, persons, failed_persons from validated.rule_share where failed_persons > 0
order by rule_id, partner, table_name
"""

_RESULTS = """
select table_name, rule_id, column_name, outcome, checked, failed from validated.expectation_result order by all
"""

_FINDINGS = """
with told as (
    select rule_id, partner, table_name, count(*) as number from validated.finding group by all
    union all
    select rule_id, partner, table_name, count(*) from validated.steward_note group by all
),
waiting as (
    select rule_id, partner, table_name, count(*) as waiting from validated.finding_history
    where closed_in is null group by all
)
select t.rule_id, t.partner, t.table_name, t.number, w.waiting
from told t left join waiting w using (rule_id, partner, table_name)
order by all
"""

_COMPLETENESS = """
select c.table_name, c.column_name, c.partner, c.filled / c.asked as share
from validated.completeness c
join validated.delivery_place p on p.delivery_id = c.delivery_id
qualify row_number() over (partition by c.partner, c.table_name, c.column_name order by p.place desc) = 1
"""
