"""The method `round`: which counts of a cell are hidden and why, and what the others are rounded to.

0 is shown unless the whole-group rule hides it, 1 to t-1 is hidden, all else goes to the base; totals are rounded
from their own unrounded sums, never added up from rounded parts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rows import MeasureRow
from pipeline.disclosure.types import Status, Value

Published = tuple[Value, Status]
Reasons = dict[str, str]  # statistic → why it is hidden


def round_to_base(count: int, base: int) -> int:
    """The nearest multiple of an odd base; there are no ties, so there is nothing to draw lots about."""
    return (count + base // 2) // base * base


def is_small(count: int | None, profile: Profile) -> bool:
    """1 to t-1 persons."""
    return count is not None and 1 <= count < profile.threshold


def reasons_to_hide(row: MeasureRow, profile: Profile) -> Reasons:
    """Statistics of a cell that must be hidden on their own account (primary), each with its reason."""
    counts = row.counts()
    reasons = {
        name: "threshold" for name in ("possible", "too_early", "unobserved") if is_small(counts.get(name), profile)
    }
    if row.status != "measured":
        return reasons
    if is_small(row.persons, profile) or is_small(counts.get("n"), profile):
        reasons |= {"persons": "threshold", "n": "threshold"}
    hidden_x = numerator_reason(row, profile)
    if hidden_x:
        reasons["x"] = hidden_x
    if few_workers(row, profile):
        reasons |= dict.fromkeys(("n", "x", "persons"), "workers")
    if "n" in reasons or few_workers(row, profile):
        reasons |= {"x": reasons.get("x", "small_group"), "value": reasons["n"]}
    return reasons


def numerator_reason(row: MeasureRow, profile: Profile) -> str | None:
    """Why the numerator is hidden, or None: its persons, those of the complement, the whole group, one contributor."""
    if row.numerator is None:
        return None
    if is_small(row.numerator_persons, profile) or is_small(row.numerator, profile):
        return "threshold"
    if small_complement(row, profile):
        return "complement"
    if whole_group(row, profile):
        return "whole_group"
    return "dominance" if dominated(row, profile) else None


def small_complement(row: MeasureRow, profile: Profile) -> bool:
    """28 of 30 discloses two: the complement has 1 to t-1 persons."""
    if not row.proportion:
        return False
    rest = (row.denominator or 0) - (row.numerator or 0)
    return is_small(row.complement_persons, profile) or is_small(rest, profile)


def whole_group(row: MeasureRow, profile: Profile) -> bool:
    """None or all of an identifiable group of people, which says something about each of them."""
    identifiable = not set(row.dimensions()) <= set(profile.open_dimensions)
    all_or_none = row.proportion and row.numerator in (0, row.denominator) and bool(row.denominator)
    return profile.whole_group and identifiable and all_or_none


def dominated(row: MeasureRow, profile: Profile) -> bool:
    """One person holds more than the allowed share of a magnitude; an unknown share counts as too large."""
    if row.kind != "ratio" or not row.numerator:
        return False
    return row.share is None or 100 * row.share > profile.dominance.percent


def few_workers(row: MeasureRow, profile: Profile) -> bool:
    """A process cell that speaks of too few workers."""
    needed = profile.caseload_workers if row.measure == "caseload" else profile.minimum_workers
    return row.process and bool(row.denominator or row.persons) and (row.workers or 0) < needed


def released_counts(row: MeasureRow, hidden: Collection[str], profile: Profile) -> dict[str, Published]:
    """Each count of a cell as it will be published; what the measure does not have is not_applicable."""
    return {name: released(count, name in hidden, profile) for name, count in row.counts().items()}


def released(count: int, hide: bool, profile: Profile) -> Published:
    """One count: hidden, an honest zero, rounded, or exact where the method is `suppress`."""
    if hide:
        return None, Status.HIDDEN
    if count == 0 or profile.method == "suppress":
        return count, Status.SHOWN
    return round_to_base(count, profile.base), Status.ROUNDED


def hidden_value(row: MeasureRow, hidden: Mapping[str, str], profile: Profile) -> bool:
    """Whether a median must be hidden: too few persons, too few workers, or its denominator is hidden.

    The day on which one in `per` had an event says, reached or not, whether so many had: they must not be few either.
    """
    few = row.kind == "median" and row.per > 1 and (row.persons or 0) // row.per < profile.threshold
    return "value" in hidden or "n" in hidden or is_small(row.persons, profile) or few
