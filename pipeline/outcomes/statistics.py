"""Statistics of proportions and rates, as pure functions on counts; curves are in `curves.py`.

Proportions are fractions between 0 and 1, intervals are (low, high) at 95 % unless `level` says otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist

Interval = tuple[float, float]
LEVEL = 0.95
_NORMAL = NormalDist()


def quantile(level: float) -> float:
    """Two-sided normal quantile: 1.96 for 0.95."""
    if not 0 < level < 1:
        raise ValueError("the level of an interval lies between 0 and 1")
    return _NORMAL.inv_cdf(0.5 + level / 2)


def wilson(x: float, n: float, level: float = LEVEL) -> Interval:
    """Wilson score interval of x among n persons (Wilson 1927; Newcombe 1998, method 3).

    Raises ValueError unless 0 ≤ x ≤ n and n > 0.
    """
    x = n if n < x <= n * (1 + 1e-9) else x  # a share times an effective number may miss n by rounding
    if n <= 0 or not 0 <= x <= n:
        raise ValueError("a proportion needs 0 ≤ x ≤ n and n > 0")
    z2 = quantile(level) ** 2
    centre = (x + z2 / 2) / (n + z2)
    half = math.sqrt(z2 * (x * (n - x) / n + z2 / 4)) / (n + z2)
    low = 0.0 if x == 0 else max(0.0, centre - half)
    high = 1.0 if x == n else min(1.0, centre + half)
    return low, high


def effective_n(units: Sequence[tuple[int, int]]) -> float:
    """Effective number of units, for units that are not persons: (x, n) per person.

    The number of units divided by the design effect of the ratio estimator with persons as clusters (Kish 1965),
    never more than the number of units; where all units agree, the number of persons.
    """
    clusters = [(x, n) for x, n in units if n > 0]
    x, n = (float(sum(pair[i] for pair in clusters)) for i in (0, 1))
    if n == 0:
        return 0.0
    p = x / n
    if p in (0.0, 1.0):
        return float(len(clusters))
    spread = sum((xi - p * ni) ** 2 for xi, ni in clusters)
    return n if spread == 0 else min(n, p * (1 - p) * n * n / spread)


def wilson_clustered(x: float, n: float, effective: float, level: float = LEVEL) -> Interval:
    """Wilson interval of x among n units that cluster in persons, on the effective number of units."""
    if n <= 0 or not 0 < effective <= n:
        raise ValueError("the effective number of units lies above 0 and not above n")
    return wilson(x / n * effective, effective, level)


def newcombe(x1: float, n1: float, x2: float, n2: float, level: float = LEVEL) -> Interval:
    """Interval of the difference p1 − p2 of two independent proportions (Newcombe 1998, method 10)."""
    (low1, high1), (low2, high2) = wilson(x1, n1, level), wilson(x2, n2, level)
    p1, p2 = x1 / n1, x2 / n2
    return p1 - p2 - math.hypot(p1 - low1, high2 - p2), p1 - p2 + math.hypot(high1 - p1, p2 - low2)


def poisson_exact(events: int, exposure: float, level: float = LEVEL) -> Interval:
    """Exact interval of the rate events / exposure (Garwood 1936).

    Raises ValueError for negative events or no exposure.
    """
    if events < 0 or exposure <= 0:
        raise ValueError("a rate needs events ≥ 0 and exposure > 0")
    from scipy.stats import chi2

    tail = (1 - level) / 2
    low = float(chi2.ppf(tail, 2 * events)) / 2 if events else 0.0
    high = float(chi2.ppf(1 - tail, 2 * (events + 1))) / 2
    return low / exposure, high / exposure


def minimum_detectable_difference(
    n1: float, n2: float, base: float = 0.5, power: float = 0.8, significance: float = 0.05
) -> float:
    """Smallest difference of two proportions that n1 and n2 persons would show with the power asked.

    Two-sided test with the variance pooled under no difference; group 2 has the base and group 1 lies on the side
    of one half, which asks for more people (Fleiss, Levin and Paik 2003, section 4.2). 1.0 where nothing is enough.
    """
    if n1 <= 0 or n2 <= 0 or not 0 <= base <= 1:
        raise ValueError("a detectable difference needs people in both groups and a base between 0 and 1")
    p2 = min(base, 1 - base)
    z_test, z_power = _NORMAL.inv_cdf(1 - significance / 2), _NORMAL.inv_cdf(power)

    def shortfall(difference: float) -> float:
        p1 = p2 + difference
        pooled = (n1 * p1 + n2 * p2) / (n1 + n2)
        null = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
        return z_test * null + z_power * math.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) - difference

    low, high = 0.0, 1 - p2
    if shortfall(high) > 0:
        return 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if shortfall(middle) > 0 else (low, middle)
    return high


def overdispersion(observed: Sequence[float], n: Sequence[float], share: float, trimmed: float = 0.1) -> float:
    """How much wider than chance the places' shares vary around the overall share: φ, never below 1.

    `observed` of `n` persons per place. Funnel limits lie share ± z·√(φ·share·(1 − share)/n). Mean of the squared
    scores after the `trimmed` part at either end was drawn in to its quantile, so that places truly apart do not widen
    the limits meant to find them (Spiegelhalter 2005, Statistics in Medicine 24: 1185–1202, section on
    over-dispersion, multiplicative). Places without persons say nothing; 1.0 where all or nobody has the event.
    Raises ValueError for lists of unequal length, a share outside 0–1, or a trimmed part outside 0–½.
    """
    if not 0 <= share <= 1 or not 0 <= trimmed < 0.5:
        raise ValueError("over-dispersion needs a share between 0 and 1 and trims less than half at either end")
    places = [(x, size) for x, size in zip(observed, n, strict=True) if size > 0]
    if not places or share in (0.0, 1.0):
        return 1.0
    scores = sorted((x - size * share) / math.sqrt(size * share * (1 - share)) for x, size in places)
    low, high = (_quantile_of(scores, part) for part in (trimmed, 1 - trimmed))
    return max(1.0, sum(min(max(score, low), high) ** 2 for score in scores) / len(scores))


def _quantile_of(values: Sequence[float], part: float) -> float:
    """Quantile of sorted values, straight between neighbours (Hyndman and Fan 1996, type 7)."""
    position = part * (len(values) - 1)
    below = min(int(position), len(values) - 1)
    above = min(below + 1, len(values) - 1)
    return values[below] + (position - below) * (values[above] - values[below])


def median_of_counts(counts: Mapping[float, int], level: float = LEVEL) -> tuple[float, Interval]:
    """Median of values given as value → how many, with the interval of order statistics (Conover 1999, section 3.2).

    The interval is exact: it covers the median with at least `level`. Few values (under six for 95 %) cannot say so
    much: the interval is then −∞ to ∞. Raises ValueError for no values.
    """
    n = sum(counts.values())
    if n == 0:
        raise ValueError("a median needs values")
    from scipy.stats import binom

    below = int(binom.ppf((1 - level) / 2, n, 0.5))
    middle = sum(_at_rank(counts, rank) for rank in ((n + 1) // 2, n // 2 + 1)) / 2
    if below == 0:
        return middle, (-math.inf, math.inf)
    return middle, (_at_rank(counts, below), _at_rank(counts, n - below + 1))


def _at_rank(counts: Mapping[float, int], rank: int) -> float:
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= rank:
            return value
    raise ValueError("no such rank")
