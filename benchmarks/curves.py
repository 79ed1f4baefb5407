"""Kaplan–Meier over durations of two million people: counts by DuckDB and our points, against lifelines.

Run by hand: `.venv/bin/python -m benchmarks.curves 2000000`. Both begin with the same rows (a table for us, arrays for
lifelines); printed are seconds of the processor and their ratio. Every value must agree to 1e-9.
"""

from __future__ import annotations

import sys
import time

import duckdb

from pipeline.outcomes.curves import DayCount, kaplan_meier

ROWS = """
create table followed as
select
    cast(1 + hash(i) % 1460 as integer) as days,
    case when hash(i * 7 + 3) % 10 < 4 then 1 else 0 end as event
from range({people}) as p(i)
"""
DAILY = """
select
    days, cast(sum(sum(1)) over (order by days desc) as bigint) as at_risk, cast(sum(event) as bigint) as events,
    0 as competing, cast(sum(1 - event) as bigint) as censored
from followed group by days order by days
"""


def main(people: int) -> None:
    from lifelines import KaplanMeierFitter

    con = duckdb.connect()
    con.execute(ROWS.format(people=people))
    rows = con.execute("select days, event from followed").fetchnumpy()
    begun = time.process_time()
    points = kaplan_meier([DayCount(*row) for row in con.execute(DAILY).fetchall()])
    ours = time.process_time() - begun
    begun = time.process_time()
    theirs = KaplanMeierFitter().fit(rows["days"], rows["event"])
    lifelines = time.process_time() - begun
    survival = theirs.survival_function_["KM_estimate"]
    worst = max(abs(point.value - survival.loc[point.day]) for point in points)
    if worst > 1e-9:
        raise SystemExit(f"The values differ by {worst}.")
    print(f"{len(points)} days, ours {ours:.3f} s, lifelines {lifelines:.2f} s, {lifelines / ours:.0f} times")


if __name__ == "__main__":
    main(int(sys.argv[1]))
