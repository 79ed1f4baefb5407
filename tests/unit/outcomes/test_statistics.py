"""Intervals and powers against printed values."""

from __future__ import annotations

import math

import pytest

from pipeline.outcomes import minimum_detectable_difference, newcombe, overdispersion, poisson_exact, wilson
from pipeline.outcomes.curves import (
    DayCount,
    aalen_johansen,
    daily_counts,
    kaplan_meier,
    log_rank,
    median,
    reached,
    rmst,
)
from pipeline.outcomes.statistics import effective_n, median_of_counts, wilson_clustered


def percent(interval: tuple[float, float]) -> tuple[float, float]:
    return round(100 * interval[0], 1), round(100 * interval[1], 1)


@pytest.mark.parametrize(
    ("x", "n", "limits"),
    [(43, 100, (33.7, 52.8)), (10, 30, (19.2, 51.2)), (0, 12, (0.0, 24.2)), (12, 12, (75.8, 100.0))],
)
def test_wilson(x: int, n: int, limits: tuple[float, float]) -> None:
    assert percent(wilson(x, n)) == limits


@pytest.mark.parametrize(("x", "n"), [(1, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_what_is_no_proportion(x: int, n: int) -> None:
    with pytest.raises(ValueError, match="0 ≤ x ≤ n"):
        wilson(x, n)


def test_newcombe_difference() -> None:
    """Newcombe 1998, table II, method 10: 56/70 − 48/80 = 0.20 (0.0524, 0.3339); 9/10 − 3/10 (0.1705, 0.8090)."""
    assert [round(v, 4) for v in newcombe(56, 70, 48, 80)] == [0.0524, 0.3339]
    assert [round(v, 4) for v in newcombe(9, 10, 3, 10)] == [0.1705, 0.8090]
    low, high = newcombe(20, 100, 20, 100)
    assert low == pytest.approx(-high)


def test_exact_poisson() -> None:
    """Garwood 1936: 0 events (0, 3.689); 3 events (0.619, 8.767); field-notes: 3 deaths in 28 d among 315."""
    assert [round(v, 3) for v in poisson_exact(0, 1)] == [0.0, 3.689]
    assert [round(v, 3) for v in poisson_exact(3, 1)] == [0.619, 8.767]
    years = 315 * 28 / 365.25
    assert [round(v * 100_000, -1) for v in poisson_exact(3, years)] == [2560, 36310]
    with pytest.raises(ValueError, match="exposure"):
        poisson_exact(1, 0)


@pytest.mark.parametrize(
    ("n1", "n2", "points"),
    [(60, 60, 24.5), (60, 6000, 17.8), (142, 5000, 11.8), (315, 315, 11.1), (315, 30000, 7.9), (800, 80000, 5.0)],
)
def test_minimum_detectable_difference(n1: int, n2: int, points: float) -> None:
    assert round(100 * minimum_detectable_difference(n1, n2), 1) == points


def test_few_people_can_show_nothing() -> None:
    assert minimum_detectable_difference(1, 1) == 1.0
    assert 0 < minimum_detectable_difference(200, 200, base=0.0) < 0.1


def test_units_that_cluster_count_less() -> None:
    persons = [(1, 1)] * 4 + [(0, 1)] * 6
    assert effective_n(persons) == pytest.approx(10)
    doubled = [(2, 2)] * 4 + [(0, 2)] * 6
    assert effective_n(doubled) == pytest.approx(10)
    assert effective_n([(0, 3), (0, 2)]) == 2
    assert effective_n([(1, 2)] * 5) == 10
    low, high = wilson_clustered(8, 20, effective_n(doubled))
    assert (low, high) == pytest.approx(wilson(4, 10))


def test_median_of_counts() -> None:
    """Conover 1999: for n = 16 the 95 % interval runs from the 4th to the 13th value."""
    assert median_of_counts({float(i): 1 for i in range(1, 17)}) == (8.5, (4.0, 13.0))
    assert median_of_counts({5.0: 1}) == (5.0, (-math.inf, math.inf))
    assert median_of_counts({5.0: 2, 6.0: 3}) == (6.0, (-math.inf, math.inf))  # five values cover at 93.75 % at most
    assert median_of_counts({5.0: 3, 6.0: 3}) == (5.5, (5.0, 6.0))
    with pytest.raises(ValueError, match="values"):
        median_of_counts({})


def test_kaplan_meier_refuses_competing_events() -> None:
    with pytest.raises(ValueError, match="aalen_johansen"):
        kaplan_meier([DayCount(1, 10, 1, 1)])


def test_without_competing_events_incidence_is_one_minus_survival() -> None:
    counts = daily_counts([(0, 1), (2, 0), (2, 1), (5, 1), (7, 0)])
    for free, gone in zip(kaplan_meier(counts), aalen_johansen(counts), strict=True):
        assert free.value + gone.value == pytest.approx(1)
        assert free.variance == pytest.approx(gone.variance)


def test_incidence_reached_or_not() -> None:
    curve = aalen_johansen([DayCount(3, 10, 1), DayCount(9, 9, 2, 0, 7)])
    assert (reached(curve, 0.1), reached(curve, 0.25), reached(curve, 0.31)) == (3, 9, None)
    assert median(kaplan_meier([DayCount(3, 100, 1, 0, 99)])) == (None, None, None)


def test_log_rank_needs_two_groups() -> None:
    with pytest.raises(ValueError, match="two groups"):
        log_rank({"one": [DayCount(1, 2, 1)]})


def test_overdispersion_by_hand() -> None:
    """Five places of 100 at 50 %: scores 0, 1, −1, 2, −2. Untrimmed φ = 10/5; drawn in to ±1.6 it is (2 + 5.12)/5."""
    observed, n = [50, 55, 45, 60, 40], [100] * 5
    assert overdispersion(observed, n, 0.5, trimmed=0) == pytest.approx(2.0)
    assert overdispersion(observed, n, 0.5) == pytest.approx(1.424)


def test_overdispersion_never_narrows_the_limits() -> None:
    assert overdispersion([50, 50], [100, 100], 0.5) == 1.0
    assert overdispersion([], [], 0.5) == overdispersion([0, 5], [0, 0], 0.5) == overdispersion([0], [9], 0.0) == 1.0


def test_overdispersion_is_not_driven_by_one_place_apart() -> None:
    calm = [50 + gap for gap in (-6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4)]
    assert overdispersion([*calm, 95], [100] * 12, 0.5) == overdispersion([*calm, 99], [100] * 12, 0.5) == 1.0


@pytest.mark.parametrize(("share", "trimmed"), [(1.2, 0.1), (0.5, 0.5)])
def test_overdispersion_refuses_what_makes_no_sense(share: float, trimmed: float) -> None:
    with pytest.raises(ValueError, match="over-dispersion needs"):
        overdispersion([1], [2], share, trimmed)


def test_one_person_says_next_to_nothing() -> None:
    """Extreme inputs: one person with the event, one without, everybody on one day."""
    assert wilson(0, 1)[0] == 0.0
    assert wilson(1, 1)[1] == 1.0
    ((day, n, survival, *band, variance),) = kaplan_meier([DayCount(9, 1, 1)])
    assert (day, n, survival, band, variance) == (9, 1, 0.0, [0.0, 1.0], 0.0)
    (point,) = aalen_johansen([DayCount(9, 1, 1)])
    assert (point.value, point.low, point.high) == (1.0, 0.0, 1.0)
    (none,) = kaplan_meier([DayCount(9, 5, 0, 0, 5)])
    assert (none.value, none.low, none.high) == (1.0, 1.0, 1.0)
    assert median([none]) == (None, None, None)
    assert kaplan_meier([]) == aalen_johansen([]) == []


@pytest.mark.parametrize(
    ("counts", "horizon"), [([], 10), ([DayCount(9, 1, 1)], 0), ([DayCount(9, 5, 1), DayCount(20, 4, 0, 0, 4)], 21)]
)
def test_a_restricted_mean_needs_people_watched_to_the_horizon(counts: list[DayCount], horizon: float) -> None:
    with pytest.raises(ValueError, match=r"restricted mean needs|nobody was watched to"):
        rmst(counts, horizon)


def test_a_restricted_mean_of_a_curve_that_fell_to_nothing() -> None:
    assert rmst([DayCount(4, 2, 1), DayCount(8, 1, 1)], 100)[0] == 6.0  # (4 + 8) / 2


def test_a_log_rank_test_needs_groups_and_events() -> None:
    for groups in ({"a": [DayCount(1, 1, 1)]}, {"a": [DayCount(1, 1, 0, 0, 1)], "b": [DayCount(1, 1, 0, 0, 1)]}, {}):
        with pytest.raises(ValueError, match="two groups and an event"):
            log_rank(groups)
