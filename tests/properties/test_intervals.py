"""Coverage of the intervals, computed exactly over every possible result: no simulation, no Monte-Carlo error."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.outcomes import newcombe, poisson_exact, wilson
from pipeline.outcomes.curves import daily_counts, kaplan_meier
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


@given(st.integers(20, 5000), st.floats(0.05, 0.95))
def test_more_people_show_smaller_differences(n: int, base: float) -> None:
    few, many = (minimum_detectable_difference(size, size, base) for size in (n, 2 * n))
    assert 0 < many <= few <= 1
