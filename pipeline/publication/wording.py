"""Which sentence stands beside a number: a fixed table, so that an inconclusive result never reads as failure.

A rate is worded by how many people it rests on; a comparison by (mature?, enough people?, balance, significant?,
direction). Balance is DESCRIPTIVE where groups merely stand side by side, ALIKE where they were matched and matching
held, UNLIKE where it did not. Significant means: the 95 % interval that is printed excludes no difference. There is
no second test.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.disclosure import Row
from pipeline.publication.cite import is_shown, number

MANY, SOME = 100, 30
"""From 100 people a rate is printed as it is, from 30 to the nearest five per cent, below only as counts."""

DESCRIPTIVE, ALIKE, UNLIKE = "descriptive", "alike", "unlike"
COMPARISONS = {
    (False, False, "", False, ""): "wording.compare.too_early",
    (True, False, "", False, ""): "wording.compare.too_few",
    (True, True, UNLIKE, False, ""): "wording.compare.unbalanced",
    (True, True, DESCRIPTIVE, False, ""): "wording.compare.inconclusive",
    (True, True, DESCRIPTIVE, True, "higher"): "wording.compare.higher",
    (True, True, DESCRIPTIVE, True, "lower"): "wording.compare.lower",
    (True, True, ALIKE, False, ""): "wording.compare.matched_inconclusive",
    (True, True, ALIKE, True, "higher"): "wording.compare.matched_higher",
    (True, True, ALIKE, True, "lower"): "wording.compare.matched_lower",
}
"""(mature, enough people, balance, significant, direction) → key of the catalogue."""

RATES = ("wording.rate.many", "wording.rate.some", "wording.rate.few")
"""A rate by how many people it rests on."""
SENTENCES = (
    "wording.bounds.apart",
    "wording.bounds.together",
    "wording.rate.too_early",
    "wording.rate.not_collected",
    "wording.rate.hidden",
    "wording.rate.unknown",
    "wording.rate.not_applicable",
    "wording.rate.absent",
)
"""Bounds, and each reason why there is no number."""

WITHOUT_NUMBER = {
    "too_early": "wording.rate.too_early",
    "not_collected": "wording.rate.not_collected",
    "hidden": "wording.rate.hidden",
    "unknown": "wording.rate.unknown",
    "not_applicable": "wording.rate.not_applicable",
}


def rate_key(row: Row | None) -> str:
    """The sentence for one rate: by the state of its cells, then by how many people it rests on."""
    if row is None:
        return "wording.rate.absent"
    for statistic in ("n", "x"):
        cell = row.cells.get(statistic)
        if cell is None or not is_shown(cell):
            return WITHOUT_NUMBER[str(cell.status) if cell else "not_applicable"]
    if not is_shown(row.cells.get("rate")) or number(row["n"]) < SOME:
        return "wording.rate.few"
    return "wording.rate.many" if number(row["n"]) >= MANY else "wording.rate.some"


def bounds_key(row: Row | None) -> str:
    """The sentence on the bounds of a rate: apart, or together once rounded; empty without a rate."""
    if row is None or rate_key(row) not in ("wording.rate.many", "wording.rate.some"):
        return ""
    low, high = row.cells.get("bound_low"), row.cells.get("bound_high")
    if low is None or high is None or not (is_shown(low) and is_shown(high)):
        return ""
    return "wording.bounds.together" if number(low) == number(high) else "wording.bounds.apart"


@dataclass(frozen=True)
class Difference:
    """A difference of two percentages in percentage points, with its limits and what could have been shown."""

    points: float
    low: float
    high: float
    detectable: float


def compare_key(one: Row | None, other: Row | None, difference: Difference | None, balance: str = DESCRIPTIVE) -> str:
    """The sentence for two groups; `difference` is one − other where both rest on enough people."""
    states = {str(cell.status) for row in (one, other) if row for cell in [row.cells.get("n")] if cell}
    if "too_early" in states:
        return COMPARISONS[False, False, "", False, ""]
    if difference is None:
        return COMPARISONS[True, False, "", False, ""]
    if balance == UNLIKE:
        return COMPARISONS[True, True, UNLIKE, False, ""]
    if difference.low <= 0 <= difference.high:
        return COMPARISONS[True, True, balance, False, ""]
    return COMPARISONS[True, True, balance, True, "higher" if difference.points > 0 else "lower"]


def enough(row: Row | None) -> bool:
    """Whether a group has enough people and a rate for a comparison."""
    return row is not None and rate_key(row) in ("wording.rate.many", "wording.rate.some")
