"""Percentages from released counts; profiles that stop when anything is missing."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.disclosure.figures import HIDDEN, NOT_APPLICABLE, PERCENTS, percent_cells
from pipeline.disclosure.profile import load_profile, parse_profile, profile_names
from pipeline.disclosure.types import Status
from pipeline.errors import DisclosureError

PROFILE = load_profile("publication")
TEXT = files("pipeline.disclosure").joinpath("profiles", "publication.toml").read_text("utf-8")


def percents(n: int | None, x: int | None, possible: int | None = 0, truly: int = 0) -> list[object]:
    def cell(value: int | None) -> tuple[int | None, Status]:
        return (value, Status.HIDDEN if value is None else Status.ROUNDED if value else Status.SHOWN)

    counts = {"n": cell(n), "x": cell(x), "persons": cell(n), "possible": cell(possible)}
    cells = percent_cells(counts, "share", PROFILE, possible=truly)
    return [cells[name][0] if cells[name][0] is not None else cells[name] for name in PERCENTS]


def test_whole_percents_from_one_hundred_on() -> None:
    """Wilson (1927) for 110 of 315: 29.9 to 40.3 %; limits go outward."""
    assert percents(315, 110) == [35, 29, 41, 34, 35]


def test_the_nearest_five_from_thirty_to_ninety_nine() -> None:
    """40 of 60: 66.7 %, Wilson 54.1 to 77.3 %."""
    assert percents(60, 40) == [65, 50, 80, 65, 70]


def test_no_percentage_below_thirty_whether_the_numerator_is_hidden_or_not() -> None:
    assert percents(25, 10) == [NOT_APPLICABLE] * 5
    assert percents(25, None) == [NOT_APPLICABLE] * 5


def test_a_hidden_numerator_hides_its_percentages() -> None:
    assert percents(60, None) == [HIDDEN] * 5
    assert percents(None, None) == [HIDDEN] * 5


def test_a_hidden_count_of_possible_events_enters_the_upper_bound_at_its_largest() -> None:
    assert percents(200, 60, None) == [30, 24, 37, 30, 34]  # (60 + 7) / 200 = 33.5


def test_a_bound_that_would_be_too_low_is_hidden() -> None:
    """12 possible events, hidden for another's sake: 34 % would be wrong, since (60 + 12) / 200 = 36 %."""
    assert percents(200, 60, None, truly=7) == [30, 24, 37, 30, 34]
    assert percents(200, 60, None, truly=12) == [30, 24, 37, 30, HIDDEN]


@given(st.integers(6, 200), st.data())
def test_bounds_and_limits_contain_the_rate(half_n: int, data: st.DataObject) -> None:
    n = 5 * half_n
    x = 5 * data.draw(st.integers(0, half_n))
    possible = 5 * data.draw(st.integers(0, (n - x) // 5))
    rate, low, high, bound_low, bound_high = percents(n, x, possible)
    assert 0 <= low <= rate <= high <= 100  # type: ignore[operator]
    assert 0 <= bound_low <= rate <= bound_high <= 100  # type: ignore[operator]


def test_every_setting_is_mandatory() -> None:
    for line in TEXT.splitlines():
        if " = " in line and not line.startswith("#"):
            with pytest.raises(DisclosureError):
                parse_profile(TEXT.replace(line, "", 1), "publication")


def test_an_unknown_setting_stops() -> None:
    with pytest.raises(DisclosureError, match="unknown setting"):
        parse_profile("treshold = 8\n" + TEXT, "publication")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("minimum_denominator = 30", "minimum_denominator = 9"),
        ("base = 5", "base = 4"),
        ("base = 5", "base = 9"),
        ("protection_width = 3", "protection_width = 7"),
        ("full_denominator = 100", "full_denominator = 29"),
        ("minimum_workers = 2", "minimum_workers = 1"),
        ('name = "publication"', 'name = "other"'),
    ],
)
def test_settings_that_would_protect_nobody_stop(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(DisclosureError):
        parse_profile(TEXT.replace(old, new), "publication")


@pytest.mark.parametrize(("name", "threshold"), [("exact", 8), ("acro", 10), ("minimum-3", 3)])
def test_profiles_of_suppression(name: str, threshold: int) -> None:
    assert name in profile_names()
    profile = load_profile(name)
    assert (profile.method, profile.base, profile.threshold) == ("suppress", 1, threshold)
    text = files("pipeline.disclosure").joinpath("profiles", f"{name}.toml").read_text("utf-8")
    with pytest.raises(DisclosureError, match="exact counts, so the base is 1"):
        parse_profile(text.replace("base = 1", "base = 5"), name)


def test_an_unknown_profile_lists_those_there_are() -> None:
    with pytest.raises(DisclosureError, match="acro, exact, minimum-3, publication"):
        load_profile("none")
