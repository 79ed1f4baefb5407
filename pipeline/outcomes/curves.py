"""Curves of time to event from daily counts: survival, incidence with competing events, log-rank, median, RMST.

Counts come from `outcomes.curve` (made in the database), one row per day on which something happens. Probabilities
are fractions; days are days after day 0. On one day events come before competing events, and both before censoring.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.outcomes.statistics import LEVEL, Interval, quantile


class DayCount(NamedTuple):
    """One day: how many were at risk just before it, and what happened on it."""

    day: float
    at_risk: int
    events: int
    competing: int = 0
    censored: int = 0


class CurvePoint(NamedTuple):
    """A curve just after one day: its value with variance and pointwise 95 % band."""

    day: float
    at_risk: int
    value: float
    low: float
    high: float
    variance: float


def daily_counts(durations: Iterable[tuple[float, int]]) -> list[DayCount]:
    """Counts per day from (day, what), for data outside the warehouse; what: 0 censored, 1 event, 2 competing."""
    found = Counter(durations)
    left = sum(found.values())
    counts = []
    for day in sorted({d for d, _ in found}):
        censored, events, competing = (found[day, what] for what in (0, 1, 2))
        counts.append(DayCount(day, left, events, competing, censored))
        left -= censored + events + competing
    return counts


def kaplan_meier(counts: Sequence[DayCount], level: float = LEVEL) -> list[CurvePoint]:
    """Survival after each day, with Greenwood's variance and log-log bands (Kaplan and Meier 1958; Kalbfleisch and
    Prentice 2002, section 1.4). Only where there is one way out.

    Raises ValueError when there are competing events: 1 − KM would overstate the incidence.
    """
    if any(row.competing for row in counts):
        raise ValueError("with competing events use aalen_johansen; 1 - KM overstates the incidence")
    points: list[CurvePoint] = []
    survival, greenwood = 1.0, 0.0
    for row in counts:
        if row.events:
            survival *= 1 - row.events / row.at_risk
            greenwood += _greenwood(row.events, row.at_risk)
        last = points[-1].high if points else 1.0
        low, high = _survival_band(survival, greenwood, level, last)
        variance = survival**2 * greenwood if survival > 0 else 0.0
        points.append(CurvePoint(row.day, row.at_risk, survival, low, high, variance))
    return points


def aalen_johansen(counts: Sequence[DayCount], level: float = LEVEL) -> list[CurvePoint]:
    """Cumulative incidence of the event with competing events, after each day (Aalen and Johansen 1978).

    Variance by the delta method (Marubini and Valsecchi 1995, section 10.4), bands log-log on the incidence. Without
    competing events the incidence is exactly 1 − KM.
    """
    points: list[CurvePoint] = []
    free, incidence = 1.0, 0.0
    a = b = c = d = e = f = 0.0  # running sums of the variance, expanded in powers of the incidence
    for row in counts:
        gone = row.events + row.competing
        if gone:
            before = free
            incidence += before * row.events / row.at_risk
            free *= 1 - gone / row.at_risk
            spread = _greenwood(gone, row.at_risk) if row.at_risk > gone else 0.0
            own = before * row.events / row.at_risk**2
            a, b, c = a + spread, b + spread * incidence, c + spread * incidence**2
            d += before**2 * (row.at_risk - row.events) * row.events / row.at_risk**3
            e, f = e + own, f + own * incidence
        variance = max(0.0, incidence**2 * a - 2 * incidence * b + c + d - 2 * (incidence * e - f))
        last = points[-1].low if points else 0.0
        low, high = _incidence_band(incidence, variance, level, last)
        points.append(CurvePoint(row.day, row.at_risk, incidence, low, high, variance))
    return points


def value_at(points: Sequence[CurvePoint], day: float, start: float) -> float:
    """A curve's value after a day; before its first day the `start` (1 for survival, 0 for incidence)."""
    position = bisect_left(points, day, key=lambda p: p.day)
    if position < len(points) and points[position].day == day:
        return points[position].value
    return points[position - 1].value if position else start


def reached(points: Sequence[CurvePoint], share: float) -> float | None:
    """First day on which an incidence reaches a share; None: not reached."""
    return next((p.day for p in points if p.value >= share - 1e-12), None)


def median(points: Sequence[CurvePoint]) -> tuple[float | None, float | None, float | None]:
    """Median time from a survival curve with the interval that inverts its bands (Brookmeyer and Crowley 1982).

    Where the curve is flat at one half every day of the flat stretch is a median; the middle is taken, as R does.
    Returns (median, low, high); None where the curve or band never falls to one half.
    """
    columns = [[p.value for p in points], [p.low for p in points], [p.high for p in points]]
    middle, low, high = (_falls_to_half([p.day for p in points], column) for column in columns)
    return middle, low, high


def _falls_to_half(days: Sequence[float], values: Sequence[float]) -> float | None:
    first = next((i for i, v in enumerate(values) if v <= 0.5 + 1e-12), None)
    if first is None:
        return None
    if values[first] < 0.5 - 1e-12:
        return days[first]
    below = next((i for i in range(first, len(values)) if values[i] < 0.5 - 1e-12), None)
    return days[first] if below is None else (days[first] + days[below]) / 2


def rmst(counts: Sequence[DayCount], horizon: float, level: float = LEVEL) -> tuple[float, Interval]:
    """Restricted mean time free of the event up to a horizon, with its normal interval (Royston and Parmar 2013).

    Raises ValueError for no horizon, nobody, or a horizon that nobody was watched to: what follows is not known.
    """
    if horizon <= 0 or not counts:
        raise ValueError("a restricted mean needs people and a horizon above 0")
    left = counts[-1].at_risk - counts[-1].events - counts[-1].competing - counts[-1].censored
    if counts[-1].day < horizon and left == 0 and counts[-1].at_risk > counts[-1].events:
        raise ValueError(f"nobody was watched to {horizon:g}; the last day is {counts[-1].day:g}")
    steps: list[tuple[float, float]] = [(0.0, 1.0)]
    spread: list[tuple[float, float]] = []
    survival = 1.0
    for row in counts:
        if row.events and row.day < horizon:
            survival *= 1 - row.events / row.at_risk
            spread.append((row.day, _greenwood(row.events, row.at_risk) if row.at_risk > row.events else 0.0))
            steps.append((row.day, survival))
    ends = [day for day, _ in steps[1:]] + [horizon]
    areas = [value * (end - day) for (day, value), end in zip(steps, ends, strict=True)]
    variance = sum(sum(areas[i + 1 :]) ** 2 * weight for i, (_, weight) in enumerate(spread))
    mean, half = sum(areas), quantile(level) * math.sqrt(variance)
    return mean, (max(0.0, mean - half), min(horizon, mean + half))


def log_rank(groups: Mapping[str, Sequence[DayCount]]) -> tuple[float, float]:
    """Log-rank test of equal hazards of the event between groups (Mantel 1966; Peto and Peto 1972).

    Competing events and censoring both leave the risk set. Returns (chi-squared with groups − 1 degrees of freedom, p).
    Raises ValueError for fewer than two groups or no event.
    """
    import numpy as np
    from scipy.stats import chi2

    names = sorted(groups)
    days = sorted({row.day for rows in groups.values() for row in rows if row.events})
    if len(names) < 2 or not days:
        raise ValueError("a log-rank test needs two groups and an event")
    at_risk = np.array([[_at_risk(groups[g], day) for g in names] for day in days], dtype=float)
    events = np.array([[_events(groups[g], day) for g in names] for day in days], dtype=float)
    n, d = at_risk.sum(axis=1), events.sum(axis=1)
    gap = (events - at_risk * (d / n)[:, None]).sum(axis=0)[:-1]
    weight = d * (n - d) / np.maximum(n - 1, 1) / n**2
    part = at_risk[:, :-1]
    covariance = np.diag((weight * n) @ part) - (part * weight[:, None]).T @ part
    statistic = float(gap @ np.linalg.pinv(covariance) @ gap)
    return statistic, float(chi2.sf(statistic, len(names) - 1))


def _greenwood(events: int, at_risk: int) -> float:
    return events / (at_risk * (at_risk - events)) if at_risk > events else math.inf


def _survival_band(survival: float, greenwood: float, level: float, last_high: float) -> Interval:
    if survival >= 1:
        return 1.0, 1.0
    if survival <= 0:  # the band is not defined once nobody is left; it cannot lie above the one before
        return 0.0, last_high
    width = quantile(level) * math.sqrt(greenwood) / abs(math.log(survival))
    return survival ** math.exp(width), survival ** math.exp(-width)


def _incidence_band(incidence: float, variance: float, level: float, last_low: float) -> Interval:
    if incidence <= 0:
        return 0.0, 0.0
    if incidence >= 1 - 1e-12 or variance == 0:  # not defined once everybody had it; it cannot lie below the one before
        return last_low, 1.0
    width = quantile(level) * math.sqrt(variance) / abs(incidence * math.log(incidence))
    return incidence ** math.exp(width), incidence ** math.exp(-width)


def _at_risk(rows: Sequence[DayCount], day: float) -> int:
    position = bisect_left(rows, day, key=lambda row: row.day)
    return rows[position].at_risk if position < len(rows) else 0


def _events(rows: Sequence[DayCount], day: float) -> int:
    position = bisect_left(rows, day, key=lambda row: row.day)
    return rows[position].events if position < len(rows) and rows[position].day == day else 0
