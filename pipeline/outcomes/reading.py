"""What an analyst reads from counts and follow-up: intervals of a cell, mean times and counts. Internal."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.outcomes.curves import CurvePoint, DayCount, daily_counts, log_rank, rmst
from pipeline.outcomes.definition import Measure
from pipeline.outcomes.recurrent import Watched, mean_cumulative_count
from pipeline.outcomes.statistics import Interval, median_of_counts, poisson_exact, wilson, wilson_clustered

READ = ("rate", "low", "high", "upper_bound")
"""What a cell's counts say."""


def read_cell(measure: Measure, cell: Mapping[Any, Any], sizes: Mapping[float, int]) -> dict[str, float]:
    """What a cell's counts (and, for a median, values) say; NaN where it is not measured or nobody is in it."""
    nothing = dict.fromkeys(READ, math.nan)
    n, part = cell["denominator"], measure.part(cell["component"])
    if cell["status"] != "measured" or not n > 0:
        return nothing
    if part.value == "median":
        middle, (low, high) = median_of_counts(sizes) if sizes else (math.nan, (math.nan, math.nan))
        return nothing | ({"low": low, "high": high} if middle == cell["value"] else {})  # not of another percentile
    if part.value == "ratio":
        if part.unit != "person_days":
            return nothing
        low, high = (part.per * limit for limit in poisson_exact(int(cell["numerator"]), float(n)))
        return nothing | {"low": low, "high": high}
    x, effective = float(cell["numerator"]), float(cell["effective_n"])
    interval = wilson_clustered(x, n, effective) if effective < n else wilson(x, n)
    shares = (x / n, *interval, (x + cell["possible"]) / n)
    return dict(zip(READ, (100 * share for share in shares), strict=True))


FOLLOWED = """
select
    m.release_id, m.person_id, m.release_date,
    coalesce(m.event_day, m.end_day) as days,
    case when m.event_day is null then 0 else 1 end as event,
    case when m.event_day is null then m.end_reason end as ended_by,
    m.event_day is null and m.end_status = 'competing' as competing,
    m.partner, m.prison, m.planned, m.drug_user, m.sex, m.region, year(m.release_date) - m.birth_year as age,
    m.release_quarter
from outcomes.followed_member as m
left join outcomes.release_subset as s on s.subset = $subset and s.release_key = m.release_key
where m.kind = $kind and m.cohort = $cohort and ($subset = '' or s.release_key is not null)
order by m.release_id
"""
"""A row is a release: days to the first event or the end of follow-up, how it ended, and what was known on day 0."""


def free_time(rows: Iterable[Mapping[str, Any]], horizon: int) -> tuple[float, Interval]:
    """Mean days until a first event, a death or another end, up to a horizon: the restricted mean of `curves.rmst`.

    Rows have `days`, `event` and `competing`. As every way out ends the time, there is only one, and no assumption
    about those who died is needed.
    """
    return rmst(_one_way_out(rows), horizon)


def compare(groups: Mapping[str, Iterable[Mapping[str, Any]]]) -> tuple[float, float]:
    """Log-rank test of the event between groups of rows, see `curves.log_rank`: chi-squared and p."""
    counts = {name: _daily(rows) for name, rows in groups.items()}
    return log_rank(counts)


def mean_count(rows: Iterable[tuple[str, int, str]]) -> list[CurvePoint]:
    """Mean number of events per release by each day, see `mean_cumulative_count`, from (release, days, status).

    Status is event, competing or censored; the last row of a release ends it.
    """
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for release, days, status in rows:
        found[release].append((days, status))
    stretches: list[Watched] = []
    for release, steps in found.items():
        before = -1  # an event on day 0 happens after nothing else
        for day in sorted({days for days, _ in steps}):
            on_it = [status for days, status in steps if days == day]
            stretches.append(Watched(release, before, day, on_it.count("event"), "competing" in on_it))
            before = day
    return mean_cumulative_count(stretches)


def _one_way_out(rows: Iterable[Mapping[str, Any]]) -> list[DayCount]:
    return [DayCount(d.day, d.at_risk, d.events + d.competing, 0, d.censored) for d in _daily(rows)]


def _daily(rows: Iterable[Mapping[str, Any]]) -> list[DayCount]:
    what = ((float(row["days"]), 1 if row["event"] else 2 if row["competing"] else 0) for row in rows)
    return daily_counts(what)
