"""What feedback says over several deliveries of one partner: findings compared, completeness, custody data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from itertools import groupby
from typing import Any

from pipeline.model import tables
from pipeline.validated.feedback_content import (
    AgainstCustody,
    Change,
    Compared,
    Trend,
    Waiting,
    roughly,
)
from pipeline.validated.rules import Rule
from pipeline.warehouse import Connection

LISTED_WAITING = 1000
DELIVERIES_SHOWN = 8
"""The trend shows so many deliveries."""

Header = Callable[[str, str, str, str], str]
"""The sender's heading for partner, source, table and model column."""


def read_compared(con: Connection, header: Header, own_key: Callable[[str, str], str]) -> dict[str, Compared]:
    """By delivery: its findings against those of the partner's accepted delivery before; none for a first one.

    `own_key` gives the sender's own key of a table's record.
    """
    days: dict[str, date] = {}
    changes: dict[str, dict[tuple[str, str], dict[str, int]]] = defaultdict(dict)
    for delivery, before, rule, severity, state, number in con.execute(_CHANGES).fetchall():
        days[delivery] = before
        if rule:
            changes[delivery].setdefault((severity, rule), {})[state] = number
    waiting: dict[str, list[Waiting]] = defaultdict(list)
    totals: dict[str, int] = defaultdict(int)
    for delivery, partner, rule, table, key, column, since, total in con.execute(_WAITING).fetchall():
        totals[delivery] = total
        name = header(partner, "", table, column)
        waiting[delivery].append(Waiting(rule, table, own_key(table, key), name, since))
    return {
        delivery: Compared(
            before,
            tuple(Change(rule, severity, **found) for (severity, rule), found in sorted(changes[delivery].items())),
            tuple(waiting[delivery]),
            totals[delivery],
        )
        for delivery, before in days.items()
    }


def read_trends(con: Connection, header: Header) -> dict[str, tuple[Trend, ...]]:
    """By delivery: each column that it was asked for, over the partner's deliveries up to it."""
    rows = con.execute(
        "select c.partner, c.table_name, c.column_name, c.delivery_id, p.extract_date, c.asked, "
        "c.filled from validated.completeness c join validated.delivery_place p on p.delivery_id = c.delivery_id "
        "order by 1, 2, 3, p.place"
    ).fetchall()
    found: dict[str, list[Trend]] = defaultdict(list)
    for (partner, table, column), same in groupby(rows, key=lambda row: row[:3]):
        name = header(partner, "", table, column)
        points: list[tuple[date, int, int]] = []
        for *_, delivery, day, asked, filled in same:
            points.append((day, asked, filled))
            found[delivery].append(Trend(table, name, tuple(points[-DELIVERIES_SHOWN:])))
    order = list(tables())
    return {d: tuple(sorted(trends, key=lambda t: order.index(t.table))) for d, trends in found.items()}


def read_custody(con: Connection, rules: dict[str, Rule]) -> dict[str, tuple[AgainstCustody, ...]]:
    """By delivery, for each partner's newest accepted one: roughly how many clients custody data contradict."""
    rows: list[Any] = con.execute(
        "select p.delivery_id, s.rule_id, sum(s.persons), sum(s.failed_persons) "
        "from validated.rule_share s join validated.delivery_place p on p.partner = s.partner "
        "where p.place = (select max(o.place) from validated.delivery_place o where o.partner = p.partner) "
        "group by 1, 2 order by 1, 2"
    ).fetchall()
    found: dict[str, list[AgainstCustody]] = defaultdict(list)
    for delivery, rule, persons, failed in rows:
        told = roughly(rule, int(persons), int(failed))
        if told and rule in rules and rules[rule].tell == "counted":
            found[delivery].append(told)
    return {delivery: tuple(told) for delivery, told in found.items()}


_SPAN = """
span as (
    select h.*, o.place as start_place, coalesce(c.place, 1000000000) as end_place, o.extract_date as since
    from validated.finding_history h
    join validated.delivery_place o on o.delivery_id = h.opened_in
    left join validated.delivery_place c on c.delivery_id = h.closed_in
)
"""

_CHANGES = f"""
with {_SPAN}
select p.delivery_id, p.extract_before, s.rule_id, s.severity,
    case when s.start_place = p.place then 'new' when s.end_place = p.place then s.closed_as else 'open' end as state,
    count(*)
from validated.delivery_place p
left join span s on s.partner = p.partner and s.start_place <= p.place and s.end_place >= p.place
where p.extract_before is not null
group by all
order by all
"""

_WAITING = f"""
with {_SPAN},
waiting as (
    select p.delivery_id, p.partner, s.rule_id, s.table_name, s.record_key, s.column_name, s.since
    from validated.delivery_place p
    join span s on s.partner = p.partner and s.start_place < p.place and s.end_place > p.place
    anti join validated.finding n on n.delivery_id = p.delivery_id and n.table_name = s.table_name
        and n.record_key = s.record_key and n.rule_id = s.rule_id and n.column_name = s.column_name
)
select *, count(*) over (partition by delivery_id) as total
from waiting
qualify row_number() over (
    partition by delivery_id order by rule_id, table_name, column_name, since, record_key
) <= {LISTED_WAITING}
order by delivery_id, rule_id, table_name, column_name, since, record_key
"""
