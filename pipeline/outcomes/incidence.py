"""Days until the incidence of return reaches a share, read from daily counts made in the database."""

from __future__ import annotations

from collections import defaultdict

from pipeline.outcomes.curves import DayCount, aalen_johansen, reached
from pipeline.outcomes.prepare import insert_rows
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
CELLS = """
insert into outcomes.measure_cell
select
    r.measure, r.component, r.cohort, 'own', null, 'all', '', s.period_from, s.period_to, s.persons, null, null, null,
    s.releases, 'releases', s.nothing, s.too_early, s.nothing, r.day, null, s.covered_to, s.status, null
from outcomes.return_reached as r
inner join outcomes.return_size as s on s.kind = r.kind and s.subset = r.subset and s.cohort = r.cohort
"""


def add_days_to_return(con: Connection) -> None:
    """Insert a cell per cohort, definition and share: the first day on which incidence has reached it; NULL is not
    reached."""
    found: dict[tuple[str, str, str], list[DayCount]] = defaultdict(list)
    for kind, subset, cohort, *counts in con.execute(CURVES).fetchall():
        found[kind, subset, cohort].append(DayCount(*counts))
    points = {key: aalen_johansen(days) for key, days in found.items()}
    rows = [
        (measure, component, cohort, kind, subset, reached(points.get((kind, subset, cohort), []), share))
        for measure, component, kind, subset, cohort, share in con.execute(PARTS).fetchall()
    ]
    insert_rows(con, "return_reached", rows)
    con.execute(CELLS)
