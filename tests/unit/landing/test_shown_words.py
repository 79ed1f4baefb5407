"""Codes that no list knows: what may be told of them, and what is only counted."""

from __future__ import annotations

import pytest

from pipeline.landing import may_be_shown


@pytest.mark.parametrize(
    "code", ["arteterapie", "B.2.1", "jiné zařízení", "PP s dohledem úředníka", "UD01", "3Z", "VTOS/vazba"]
)
def test_codes_are_told(code: str) -> None:
    assert may_be_shown(code)


@pytest.mark.parametrize(
    "code",
    ["", "Nováková", "p. Novák", "JAN", "jana", "710319/2745", "7103192745", "a@b.cz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
     "K7QZ2M5XHJ4WT3RN6PYB7CDEFG", "x" * 41],
)  # fmt: skip
def test_what_may_be_a_person_is_only_counted(code: str) -> None:
    assert not may_be_shown(code)
