"""The way into each cohort: its steps in order, for attrition."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.outcomes.declared import Declared
from pipeline.outcomes.labels import STEPS

ATTRITION: dict[str, tuple[tuple[str, bool], ...]] = {
    "programme": (
        ("applied", False),
        ("eligible", False),
        ("agreed", False),
        ("linked_to_custody", False),
        ("released_from_sentence", True),
        ("first_release", True),
        ("window_21_complete", True),
        ("window_365_complete", True),
    ),
    "programme_open": (
        ("first_release", True),
        ("case_open", True),
        ("window_21_complete", True),
        ("window_365_complete", True),
    ),
    "programme_per_release": (
        ("released_from_sentence", True),
        ("window_21_complete", True),
        ("window_365_complete", True),
    ),
    "all_releases": (
        ("in_custody_data", True),
        ("released", True),
        ("released_from_sentence", True),
        ("window_365_complete", True),
    ),
    "comparison": (
        ("released_from_sentence", True),
        ("drug_user", True),
        ("outside_programme", True),
        ("first_release", True),
        ("window_365_complete", True),
    ),
    "romodrom": (("applied", False), ("eligible", False), ("agreed", True)),
    "family": (("registered", False), ("served", False)),
}
"""Each cohort's steps in order, and whether releases (spells, agreements) are counted beside persons."""


def attrition_steps(declared: Declared) -> Iterator[tuple[str, int, str, bool]]:
    """The steps of every cohort; a declared one has those of its base with its conditions before the windows."""
    ways = dict(ATTRITION)
    for c in declared.cohorts:
        windows = [step for step in ATTRITION[c.base] if step[0].startswith("window_")]
        ways[c.id] = (*ATTRITION[c.base][: -len(windows)], ("conditions_met", True), *windows)
    for cohort, steps in ways.items():
        for number, (step, counts_units) in enumerate(steps, start=1):
            if step not in STEPS:
                raise KeyError(step)
            yield cohort, number, step, counts_units
