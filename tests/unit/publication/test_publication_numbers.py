"""Numbers, dates and quarters as readers of each language write them."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.publication import numbers


@pytest.mark.parametrize(
    ("given", "cs", "en"),
    [
        (0, "0", "0"),
        (315, "315", "315"),
        (12345, "12\u00a0345", "12,345"),
        (-1234567, "−1\u00a0234\u00a0567", "−1,234,567"),
    ],
)
def test_counts(given: int, cs: str, en: str) -> None:
    assert (numbers.format_count(given, "cs"), numbers.format_count(given, "en")) == (cs, en)


@pytest.mark.parametrize(
    ("given", "cs", "en"), [(1.5, "1,5", "1.5"), (34.0, "34", "34"), (1234.56, "1\u00a0234,6", "1,234.6")]
)
def test_decimals(given: float, cs: str, en: str) -> None:
    assert (numbers.format_decimal(given, "cs"), numbers.format_decimal(given, "en")) == (cs, en)


def test_percent_and_percentage_points() -> None:
    assert numbers.format_percent(49, "cs") == "49\u00a0%"
    assert numbers.format_percent(49, "en") == "49%"
    assert numbers.format_points(-6, "cs") == "−6\u00a0p.\u00a0b."
    assert numbers.format_points(1, "en") == "1\u00a0percentage point"
    assert numbers.format_points(5, "en") == "5\u00a0percentage points"


def test_days_and_quarters() -> None:
    assert numbers.format_date(date(2023, 4, 1), "cs") == "1.\u00a04.\u00a02023"
    assert numbers.format_date(date(2023, 4, 1), "en") == "1\u00a0April\u00a02023"
    assert numbers.format_quarter("2023Q2", "cs") == "2.\u00a0čtvrtletí\u00a02023"
    assert numbers.format_quarter("2023Q2", "en") == "Q2\u00a02023"


@pytest.mark.parametrize(
    ("given", "shown"),
    [("2023-08-15", "15.\u00a08.\u00a02023"), ("2021Q4", "4.\u00a0čtvrtletí\u00a02021"), ("", ""), ("x", "x")],
)
def test_a_moment_is_a_day_a_quarter_or_itself(given: str, shown: str) -> None:
    assert numbers.format_moment(given, "cs") == shown
