"""Days until the incidence of return reaches a share, read from daily counts made in the database."""

from __future__ import annotations

from collections import defaultdict

from pipeline.outcomes.curves import DayCount, aalen_johansen, reached
from pipeline.warehouse import Connection

CURVES = """
select kind, subset, cohort, day, at_risk, events, competing, censored
from outcomes.return_day order by kind, subset, cohort, day
"""
PARTS = """
select p.measure, p.component, p.kind, p.subset, s.cohort, p.share
from outcomes.return_part as p
inner join outcomes.measure_scope as s on s.measure = p.measure
where p.share is not null order by p.measure, p.component, s.cohort
"""
CELL = """
insert into outcomes.measure_cell
select
    $measure, $component, $cohort, 'own', null, 'all', '', min(case when complete then release_quarter end),
    max(case when complete then release_quarter end),
    case when max(complete) then count(distinct case when complete then person_id end) end, null, null, null,
    case when max(complete) then count(case when complete then 1 end) end, 'releases',
    case when max(complete) then 0 end, count(case when not complete then 1 end),
    case when max(complete) then 0 end, cast($day as double), null,
    max(covered_to), case when max(complete) then 'measured' else 'too_early' end, null
from outcomes.return_member
where kind = $kind and subset = $subset and cohort = $cohort
having count(*) > 0
"""


def add_days_to_return(con: Connection) -> None:
    """Insert a cell per cohort, definition and share: the first day on which incidence has reached it; NULL is not
    reached."""
    found: dict[tuple[str, str, str], list[DayCount]] = defaultdict(list)
    for kind, subset, cohort, *counts in con.execute(CURVES).fetchall():
        found[kind, subset, cohort].append(DayCount(*counts))
    points = {key: aalen_johansen(days) for key, days in found.items()}
    for measure, component, kind, subset, cohort, share in con.execute(PARTS).fetchall():
        key = {"measure": measure, "component": component, "cohort": cohort, "kind": kind, "subset": subset}
        con.execute(CELL, key | {"day": reached(points.get((kind, subset, cohort), []), share)})
