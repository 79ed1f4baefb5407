"""Every definition has worked examples, they hold, and the methodology prints them."""

from __future__ import annotations

import pytest

from pipeline.outcomes import COHORTS, MEASURES
from tests.support import example_page
from tests.support.examples import Example, examples, outcome


@pytest.mark.parametrize("example", examples(), ids=lambda e: e.name)
def test_example(example: Example) -> None:
    answers, total = outcome(example)
    if example.answers:
        assert answers == example.answers
    if example.total:
        assert total == example.total
    assert example.answers or example.total


def test_every_measure_has_an_example() -> None:
    """Every measure and, among them, every cohort of people and releases."""
    assert {e.measure for e in examples()} == {*MEASURES, ""}
    assert {e.cohort for e in examples()} == set(COHORTS)


@pytest.mark.parametrize("language", ["cs", "en"])
def test_the_methodology_prints_them(language: str) -> None:
    fresh = example_page.page(language)
    assert example_page.path(language).read_text("utf-8") == fresh, "run `PYTHONPATH=. python tools/spec_examples.py`"
