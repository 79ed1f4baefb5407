"""Percentages from released counts alone, so that no printed statistic says more than the counts beside it.

n >= 100: whole percents; 30 to 99: the nearest 5, limits outward; below: none. Limits are Wilson's (1927), with the
persons as effective n where the units are not persons. Thresholds are the profile's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rounding import Published
from pipeline.disclosure.types import Status, Value
from pipeline.outcomes import wilson

PERCENTS = ("rate", "low", "high", "bound_low", "bound_high")
HIDDEN: Published = (None, Status.HIDDEN)
NOT_APPLICABLE: Published = (None, Status.NOT_APPLICABLE)
MEDIAN_STEP = 5
NEARLY = 1e-9  # so that 30.000000000000004 is not rounded outward to 31


def percent_cells(
    counts: Mapping[str, Published], kind: str, profile: Profile, *, possible: int = 0
) -> dict[str, Published]:
    """Rate, limits and bounds of a cell as whole percents, each with its status, from its released counts.

    Only a `share` has them. A hidden count of possible events enters the upper bound at its largest; where it is hidden
    for another's sake and truly (`possible`) larger than a mark for few says, the bound would be too low and is hidden.
    """
    n, x, persons = (counts.get(name, NOT_APPLICABLE) for name in ("n", "x", "persons"))
    smallest = _smallest_base(n[0], persons[0])
    if kind != "share" or NOT_APPLICABLE in (n, x):
        return dict.fromkeys(PERCENTS, NOT_APPLICABLE)
    if n[1] is Status.HIDDEN or persons[1] is Status.HIDDEN:
        return dict.fromkeys(PERCENTS, HIDDEN)
    if smallest < profile.minimum_denominator:
        return dict.fromkeys(PERCENTS, NOT_APPLICABLE)
    if x[1] is Status.HIDDEN:
        return dict.fromkeys(PERCENTS, HIDDEN)
    doubtful = counts.get("possible", NOT_APPLICABLE)
    most = _largest_possible(doubtful, profile)
    cells = _proportion(_number(x), _number(n), most, smallest, percent_step(smallest, profile))
    too_low = doubtful[1] is Status.HIDDEN and possible > most
    return cells | {"bound_high": HIDDEN} if too_low else cells


def _proportion(x: float, n: float, possible: float, effective_n: float, step: int) -> dict[str, Published]:
    share = min(x / n, 1.0)
    low, high = wilson_limits(share, effective_n)
    percents = {
        "rate": nearest(share, step),
        "low": outward(low, step, up=False),
        "high": outward(high, step, up=True),
        "bound_low": outward(share, step, up=False),
        "bound_high": outward(min((x + possible) / n, 1.0), step, up=True),
    }
    return {name: (percent, Status.ROUNDED) for name, percent in percents.items()}


def percent_step(n: float, profile: Profile) -> int:
    """How fine a percentage of n may be: whole percents, or the coarse step."""
    return 1 if n >= profile.full_denominator else profile.coarse_percent


def wilson_limits(share: float, n: float) -> tuple[float, float]:
    """95 % Wilson limits of a share of n; n may be an effective number."""
    return wilson(share * n, n)


def nearest(share: float, step: int) -> int:
    """A share as percent, to the nearest step; halves go up."""
    return math.floor(100 * share / step + 0.5 + NEARLY) * step


def outward(share: float, step: int, *, up: bool) -> int:
    """A limit as percent, to the step above or below, within 0 and 100."""
    steps = math.ceil(100 * share / step - NEARLY) if up else math.floor(100 * share / step + NEARLY)
    return min(max(steps * step, 0), 100)


def _largest_possible(cell: Published, profile: Profile) -> float:
    if cell[1] is Status.NOT_APPLICABLE:
        return 0
    return profile.threshold - 1 if cell[1] is Status.HIDDEN else _number(cell)


def _smallest_base(n: Value, persons: Value) -> float:
    known = [float(v) for v in (n, persons) if isinstance(v, int | float)]
    return min(known, default=0.0)


def _number(cell: Published) -> float:
    return float(cell[0]) if isinstance(cell[0], int | float) else math.nan


def value_cell(
    kind: str, exact: float | None, per: int, hide: bool, counts: Mapping[str, Published], profile: Profile
) -> Published:
    """What a ratio or a median publishes as its value; a share has none.

    A ratio is computed from the released counts, to one decimal. A median is rounded: to whole numbers from
    `full_denominator` persons on, else to the base.
    """
    if hide and kind == "median" and per > 1:  # that a share is not reached is an answer too
        return HIDDEN
    if kind == "share" or (kind == "median" and (exact is None or math.isnan(exact))):
        return NOT_APPLICABLE
    if hide:
        return HIDDEN
    return _ratio(counts, per, profile) if kind == "ratio" else _median(exact or 0.0, counts, profile)


def _ratio(counts: Mapping[str, Published], per: int, profile: Profile) -> Published:
    n, x, persons = (counts.get(name, NOT_APPLICABLE) for name in ("n", "x", "persons"))
    if Status.HIDDEN in (n[1], x[1], persons[1]):
        return HIDDEN
    if NOT_APPLICABLE in (n, x) or _smallest_base(n[0], persons[0]) < profile.minimum_denominator:
        return NOT_APPLICABLE
    return round(per * _number(x) / _number(n), 1), Status.ROUNDED


def median_step(profile: Profile) -> int:
    """To what the median of a small group is rounded, so that it is nobody's own value; also where counts are exact."""
    return max(profile.base, MEDIAN_STEP)


def _median(exact: float, counts: Mapping[str, Published], profile: Profile) -> Published:
    step = 1 if _smallest_base(None, counts["persons"][0]) >= profile.full_denominator else median_step(profile)
    return math.floor(exact / step + 0.5 + NEARLY) * step, Status.ROUNDED
