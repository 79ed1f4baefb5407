"""Days until the incidence of return reaches a share, read from the curve of daily counts made in the database."""

from __future__ import annotations

from collections import defaultdict

from pipeline.outcomes.curves import DayCount, aalen_johansen
from pipeline.outcomes.define_exposure import DAYS_TO_RETURN, INCIDENCES
from pipeline.warehouse import Connection

NEAR = 1e-12  # 1/10 of ten people is reached although floats fall short of it


def add_days_to_return(con: Connection) -> None:
    """Insert a cell per cohort and share: the first day on which incidence has reached it; NULL is not reached."""
    found: dict[str, list[DayCount]] = defaultdict(list)
    rows = con.execute(
        "select cohort, day, at_risk, events, competing, censored from outcomes.curve"
        " where measure = 'return_to_prison' and group_by = 'all' order by cohort, day"
    ).fetchall()
    for cohort, *counts in rows:
        if cohort in DAYS_TO_RETURN.cohorts:
            found[cohort].append(DayCount(*counts))
    for cohort, days in sorted(found.items()):
        points = aalen_johansen(days)
        for component, share in INCIDENCES:
            day = next((int(point.day) for point in points if point.value >= share - NEAR), None)
            con.execute(CELL, [DAYS_TO_RETURN.id, component, DAYS_TO_RETURN.unit, day, cohort])


CELL = """
insert into outcomes.measure_cell
select
    ?, ?, m.cohort, 'own', null, 'all', '', min(m.release_quarter), max(m.release_quarter),
    count(distinct m.person_id), null, null, null, count(*), ?, 0, 0, 0, cast(? as double), null,
    max(m.complete_to), 'measured', null
from outcomes.cohort_member as m
where m.cohort = ?
group by m.cohort
"""
