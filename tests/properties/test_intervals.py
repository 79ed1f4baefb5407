"""Coverage of the intervals, computed exactly over every possible result: no simulation, no Monte-Carlo error."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.outcomes import newcombe, poisson_exact, wilson
from pipeline.outcomes.curves import aalen_johansen, daily_counts, kaplan_meier, log_rank, rmst
from pipeline.outcomes.recurrent import Watched, mean_cumulative_count
from pipeline.outcomes.statistics import minimum_detectable_difference


def binomial(n: int, p: float) -> list[float]:
    return [math.comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(n + 1)]


def covered(chances: list[float], interval: Callable[[int], tuple[float, float]], truth: float) -> float:
    found = [(chance, interval(x)) for x, chance in enumerate(chances)]
    return sum(chance for chance, (low, high) in found if low <= truth <= high)


@pytest.mark.parametrize("n", [100, 315])
@pytest.mark.parametrize("p", [0.05, 0.1, 0.23, 0.37, 0.5, 0.68, 0.9])
def test_wilson_covers(n: int, p: float) -> None:
    assert 0.92 <= covered(binomial(n, p), lambda x: wilson(x, n), p) <= 0.98


@pytest.mark.parametrize("mean", [0.2, 1.0, 3.7, 12.0])
def test_exact_poisson_covers_at_least_what_it_says(mean: float) -> None:
    chances = [math.exp(-mean) * mean**x / math.factorial(x) for x in range(60)]
    assert covered(chances, lambda x: poisson_exact(x, 1.0), mean) >= 0.95 - 1e-9


@pytest.mark.parametrize(("p1", "p2"), [(0.5, 0.5), (0.23, 0.31), (0.1, 0.3)])
def test_newcombe_covers(p1: float, p2: float) -> None:
    n, total = 100, 0.0
    for x1, chance1 in enumerate(binomial(n, p1)):
        if chance1 > 1e-9:
            total += chance1 * covered(binomial(n, p2), lambda x2, x1=x1: newcombe(x1, n, x2, n), p1 - p2)  # type: ignore[misc]
    assert 0.92 <= total <= 0.98


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 400), st.data())
def test_wilson_contains_the_rate_and_mirrors(n: int, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, n))
    low, high = wilson(x, n)
    assert 0 <= low <= x / n <= high <= 1
    assert (1 - high, 1 - low) == pytest.approx(wilson(n - x, n))


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from([0, 1])), min_size=1, max_size=40))
def test_a_survival_curve_falls_within_its_band(durations: list[tuple[int, int]]) -> None:
    points = kaplan_meier(daily_counts(durations))
    values = [1.0, *(p.value for p in points)]
    assert values == sorted(values, reverse=True)
    assert all(0 <= p.low <= p.value + 1e-12 and p.value <= p.high + 1e-12 <= 1 + 2e-12 for p in points)


@given(st.lists(st.tuples(st.integers(1, 40), st.sampled_from([0, 1, 2])), min_size=1, max_size=40))
def test_an_incidence_rises_within_its_band(durations: list[tuple[int, int]]) -> None:
    points = aalen_johansen(daily_counts(durations))
    values = [0.0, *(p.value for p in points)]
    assert values == sorted(values)
    assert all(0 <= p.low <= p.value + 1e-12 and p.value <= p.high + 1e-12 <= 1 + 2e-12 for p in points)
    alone = daily_counts((day, what % 2) for day, what in durations)
    for gone, free in zip(aalen_johansen(alone), kaplan_meier(alone), strict=True):
        assert gone.value == pytest.approx(1 - free.value)
        if 0 < free.value < 1:
            assert gone.variance == pytest.approx(free.variance)


@given(st.lists(st.tuples(st.integers(1, 40), st.sampled_from([0, 1])), min_size=1, max_size=40), st.integers(1, 40))
def test_a_restricted_mean_lies_within_the_horizon(durations: list[tuple[int, int]], horizon: int) -> None:
    """And with everybody watched to their event it is the mean of the shorter of event and horizon."""
    mean, (low, high) = rmst(daily_counts([*durations, (40, 0)]), horizon)
    assert 0 <= low <= mean <= high <= horizon
    everybody = [day for day, _ in durations]
    expected = sum(min(day, horizon) for day in everybody) / len(everybody)
    assert rmst(daily_counts((day, 1) for day in everybody), horizon)[0] == pytest.approx(expected)


@given(st.lists(st.tuples(st.integers(1, 20), st.sampled_from([0, 1])), min_size=2, max_size=20))
def test_equal_groups_do_not_differ_and_names_do_not_matter(durations: list[tuple[int, int]]) -> None:
    counts = daily_counts([*durations, (3, 1)])
    assert log_rank({"a": counts, "b": counts}) == (pytest.approx(0, abs=1e-9), pytest.approx(1))
    other = daily_counts([(day + 1, what) for day, what in durations] + [(2, 1)])
    assert log_rank({"a": counts, "b": other})[0] == pytest.approx(log_rank({"a": other, "b": counts})[0])


@given(st.lists(st.tuples(st.integers(1, 20), st.booleans()), min_size=1, max_size=20))
def test_a_first_event_alone_is_counted_as_an_incidence(durations: list[tuple[int, bool]]) -> None:
    """When the first event ends a person's watch and nothing is censored before it, the mean count is a share."""
    found = mean_cumulative_count(
        Watched(str(n), 0, 21 if not event else day, event=event) for n, (day, event) in enumerate(durations)
    )
    ends = mean_cumulative_count(
        Watched(str(n), 0, 21 if not event else day, event=event, ended=event)
        for n, (day, event) in enumerate(durations)
    )
    incidence = {p.day: p.value for p in aalen_johansen(daily_counts((d if e else 21, int(e)) for d, e in durations))}
    assert [p.value for p in ends] == pytest.approx([incidence[p.day] for p in ends])
    assert all(p.value >= q.value - 1e-12 for p, q in zip(found, ends, strict=True))


@given(st.integers(20, 5000), st.floats(0.05, 0.95))
def test_more_people_show_smaller_differences(n: int, base: float) -> None:
    few, many = (minimum_detectable_difference(size, size, base) for size in (n, 2 * n))
    assert 0 < many <= few <= 1
