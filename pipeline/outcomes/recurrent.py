"""Events that repeat: how many a person has had on average by each day, with deaths as an end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipeline.outcomes.curves import CurvePoint
from pipeline.outcomes.statistics import LEVEL, quantile


class Watched(NamedTuple):
    """A stretch of one person's observation: from `start` (not included) to `stop`, and how it ends.

    `event` is how many of the events happened on `stop`; `ended` that nothing can happen to the person after
    it (death). A person's stretches follow each other; the last one ends the observation.
    """

    person: str
    start: float
    stop: float
    event: int = 0
    ended: bool = False


def mean_cumulative_count(stretches: Iterable[Watched], level: float = LEVEL) -> list[CurvePoint]:
    """Mean number of events per person by each day on which one happens, with its pointwise band.

    Without deaths this is the estimator of Nelson (1995) with the robust variance of Lawless and Nadeau (1995); with
    them that of Ghosh and Lin (2000), in which the dead stay in the mean and have no further events. `at_risk` is the
    number of persons observed just before the day. Raises ValueError where a stretch does not end after it starts.
    """
    import numpy as np

    rows = sorted(stretches)
    if any(row.stop <= row.start for row in rows):
        raise ValueError("a stretch of observation ends after it starts")
    people = {person: place for place, person in enumerate(sorted({row.person for row in rows}))}
    days = sorted({row.stop for row in rows if row.event or row.ended})
    place_of = {day: place for place, day in enumerate(days)}
    shape = (len(people), len(days))
    watched, happened, ended = (np.zeros(shape) for _ in range(3))
    for row in rows:
        inside = [place_of[day] for day in days if row.start < day <= row.stop]
        watched[people[row.person], inside] = 1
        if row.stop in place_of:
            happened[people[row.person], place_of[row.stop]] += row.event
            ended[people[row.person], place_of[row.stop]] += row.ended
    at_risk = watched.sum(axis=0)
    rate, hazard = happened.sum(axis=0) / at_risk, ended.sum(axis=0) / at_risk
    alive = np.concatenate(([1.0], np.cumprod(1 - hazard)[:-1]))  # a death on a day comes after the day's event
    mean = np.cumsum(alive * rate)
    own = np.cumsum(alive * (happened - watched * rate) / at_risk, axis=1)
    lost = (ended - watched * hazard) / at_risk
    later = mean * np.cumsum(lost, axis=1) - np.cumsum(mean * lost, axis=1)
    variance = ((own - later) ** 2).sum(axis=0)
    half = quantile(level) * np.sqrt(variance)
    return [
        CurvePoint(day, int(n), float(m), max(0.0, float(m - h)), float(m + h), float(v))
        for day, n, m, h, v, counted in zip(days, at_risk, mean, half, variance, happened.sum(axis=0), strict=True)
        if counted
    ]


def count_by(points: Sequence[CurvePoint], day: float) -> float:
    """The mean number of events by a day."""
    return max((p.value for p in points if p.day <= day), default=0.0)
