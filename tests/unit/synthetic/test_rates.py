"""The planted truth: what is drawn comes as often as is said."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.synthetic import rates

DRAWN = 400_000


@pytest.mark.parametrize(
    "steps", [rates.RETURN_OTHERS, rates.RETURN_CLIENTS, rates.CONTACT_PLANNED, rates.FAMILY_VISIT]
)
def test_days_come_as_often_as_the_steps_say(steps: rates.Steps) -> None:
    days = rates.draw_days(np.random.default_rng(4), DRAWN, steps)
    for _, last, _ in steps:
        true = rates.within(steps, last)
        assert abs((days <= last).mean() - true) < 4 * math.sqrt(true * (1 - true) / DRAWN)
    assert days.min() >= steps[0][0]
    assert (days[days > steps[-1][1]] == rates.NEVER).all()


def test_within_adds_up_steps_and_parts_of_steps() -> None:
    steps = ((1, 10, 0.2), (11, 20, 0.4))
    assert rates.within(steps, 0) == 0
    assert rates.within(steps, 10) == pytest.approx(0.2)
    assert rates.within(steps, 15) == pytest.approx(0.4)
    assert rates.within(steps, 99) == pytest.approx(0.6)


def test_treatment_follows_the_contact() -> None:
    rng = np.random.default_rng(8)
    start = rates.draw_days(rng, DRAWN, rates.CONTACT_PLANNED) + rates.draw_days(rng, DRAWN, rates.TREATMENT_DELAY)
    true = rates.true_rates()["treatment_started"]["planned"]
    for window in rates.TREATMENT_WINDOWS:
        assert abs((start <= window).mean() - true[str(window)]) < 4 * math.sqrt(0.25 / DRAWN)


def test_causes_of_return_add_up_and_only_conditional_releases_are_revoked() -> None:
    assert sum(rates.CAUSES_CONDITIONAL.values()) == pytest.approx(1)
    assert sum(rates.CAUSES_OTHERWISE.values()) == pytest.approx(1)
    assert rates.CAUSES_OTHERWISE["revocation_of_conditional_release"] == 0
