"""What must stay uncertain of a row, judged by the true counts alone and not by the rules that hide (rounding.py)."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rows import MeasureRow


def sensitive(row: MeasureRow, profile: Profile) -> dict[str, str]:
    """Which quantities of a row must stay uncertain, by the true counts: statistic (or `c`, the complement) → why."""
    t, found = profile.threshold, {}
    counts = row.exact
    for name in ("possible", "too_early", "unobserved"):
        if 0 < counts.get(name, 0) < t:
            found[name] = "small"
    if row.status != "measured":
        return found
    persons = row.persons or 0
    if 0 < persons < t or 0 < counts.get("n", 0) < t:
        found |= {name: "small" for name in ("n", "persons") if name in counts}
    if row.numerator is not None and (0 < row.numerator < t or 0 < (row.numerator_persons or 0) < t):
        found["x"] = "small"
    if row.proportion:
        found |= _sensitive_part(row, profile)
    if row.kind == "ratio" and row.numerator and "x" not in found and _dominated(row.share, profile):
        found["x"] = "magnitude"
    if row.process and persons + counts.get("n", 0) > 0 and (row.workers or 0) < _workers(row, profile):
        found |= {name: "magnitude" for name in ("n", "x", "persons") if name in counts and name not in found}
    return found


def _sensitive_part(row: MeasureRow, profile: Profile) -> dict[str, str]:
    n, x, found = row.denominator or 0, row.numerator or 0, {}
    if 0 < n - x < profile.threshold or 0 < (row.complement_persons or 0) < profile.threshold:
        found["c"] = "small"
    named_group = any(dimension not in profile.open_dimensions for dimension in row.dimensions())
    if profile.whole_group and named_group and n > 0:
        if x == 0:
            found["x"] = "none"  # also of a small group: what none of four did is said of each of them
        elif x == n:
            found["c"] = "none"
    return found


def sensitive_rest(counts: Mapping[str, int], named: bool, profile: Profile) -> set[str]:
    """Which counts of a group that is nowhere printed, but follows by subtraction, must stay uncertain.

    Few people; and none or all of many who are in a group that one can name (`named`). Of few who are listed nowhere
    it is enough that nobody knows how many they are.
    """
    found = {name for name, count in counts.items() if 0 < count < profile.threshold}
    if profile.whole_group and named and counts.get("n", 0) >= profile.threshold:
        found |= {name for name in ("x", "c") if counts.get(name) == 0}
    return found


def says_complement(row: MeasureRow, why: Mapping[str, str]) -> bool:
    """One mark, one meaning: it speaks of the complement only where that is the smaller part."""
    rest = (row.denominator or 0) - (row.numerator or 0)
    return "c" in why and ("x" not in why or rest < (row.numerator or 0))


def _dominated(share: float | None, profile: Profile) -> bool:
    return share is None or share > profile.dominance.percent / 100


def _workers(row: MeasureRow, profile: Profile) -> int:
    return profile.caseload_workers if row.measure == "caseload" else profile.minimum_workers
