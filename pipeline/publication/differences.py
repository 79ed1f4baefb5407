"""Differences between two groups and the smallest difference a number of people can show, from released counts only."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.disclosure import Cell, Row
from pipeline.publication import numbers
from pipeline.publication.cite import derived, is_shown, number
from pipeline.publication.wording import SOME, Difference, enough


def difference(one: Row | None, other: Row | None) -> Difference | None:
    """One group's percentage minus the other's, with Newcombe's interval; None without enough people on both sides."""
    if one is None or other is None or not (enough(one) and enough(other)):
        return None
    from pipeline import outcomes

    x1, n1, x2, n2 = (round(number(cell)) for cell in sources(one, other))
    low, high = outcomes.newcombe(x1, n1, x2, n2)
    points = x1 / n1 - x2 / n2
    least = outcomes.minimum_detectable_difference(n1, n2, (x1 + x2) / (n1 + n2))
    return Difference(*(round(100 * value) for value in (points, low, high, least)))


def detectable_halves(row: Row | None) -> int | None:
    """Smallest difference in percentage points between two equal halves of a group; None for fewer than 60 people."""
    if row is None or not enough(row):
        return None
    from pipeline import outcomes

    x, n = number(row["x"]), number(row["n"])
    half = int(n // 2)
    return round(100 * outcomes.minimum_detectable_difference(half, half, x / n)) if half >= SOME else None


def detectable_from_whole(part: Row, whole: Row) -> int | None:
    """Smallest difference in percentage points that a part could show from the whole that it belongs to.

    The part can only be compared with the rest; its difference from the whole is that from the rest times the rest's
    share of the whole. None where either has fewer people than a rate needs.
    """
    from pipeline import outcomes

    people, everybody, percent = number(part["persons"]), number(whole["persons"]), number(whole["rate"])
    rest = everybody - people
    if not (people >= SOME and rest >= SOME and is_shown(whole.cells.get("rate"))):
        return None
    least = outcomes.minimum_detectable_difference(int(people), int(rest), percent / 100)
    return round(100 * least * rest / everybody)


def sources(*rows: Row) -> list[Cell]:
    """The counts that a comparison is computed from, x before n for each group."""
    return [row.cells[name] for row in rows for name in ("x", "n") if is_shown(row.cells.get(name))]


def points(value: float, kind: str, cells: list[Cell], language: str) -> str:
    """A difference in percentage points, tagged with the counts it comes from."""
    return derived(numbers.format_points(value, language), kind, cells)


def widening(percents: Sequence[float], sizes: Sequence[float], centre: float) -> float:
    """Over-dispersion φ of places around the whole's percentage, from released percentages and numbers of people.

    One decimal, as it is printed beside the limits that it widens; never below 1.
    """
    from pipeline import outcomes

    observed = [percent / 100 * size for percent, size in zip(percents, sizes, strict=True)]
    return round(outcomes.overdispersion(observed, sizes, centre / 100), 1)


def control_limits(percent: float, size: float, z: float, phi: float = 1.0) -> tuple[float, float]:
    """Limits in percent that a place of `size` people keeps by chance when its true percentage is `percent`.

    The score limits of Spiegelhalter (2005), within 0 and 100; `z` is the normal deviate of the limit, `phi` the
    over-dispersion (see `widening`).
    """
    share = percent / 100
    spread = z * (phi * share * (1 - share) / size) ** 0.5
    return max(0.0, 100 * (share - spread)), min(100.0, 100 * (share + spread))
