"""The planted truth: every probability that the made-up programme is drawn from, and what follows from them.

An event's day is drawn from steps `(first day, last day, probability)`: uniform within a step, the rest
never. The chance of the event within a window that ends with a step is then a sum, known without any
pipeline. Days count from the release.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt

Steps = tuple[tuple[int, int, float], ...]
Days = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

NEVER = 1_000_000
"""A day that does not come."""

RETURN_OTHERS: Steps = ((1, 90, 0.09), (91, 180, 0.08), (181, 365, 0.14), (366, 730, 0.14), (731, 1000, 0.08))
RETURN_CLIENTS: Steps = ((31, 90, 0.06), (91, 180, 0.06), (181, 365, 0.11), (366, 730, 0.13), (731, 1000, 0.07))
CONTACT_PLANNED: Steps = ((0, 0, 0.28), (1, 1, 0.10), (2, 3, 0.12), (4, 7, 0.15), (8, 30, 0.17), (31, 60, 0.05))
CONTACT_UNPLANNED: Steps = ((0, 0, 0.06), (1, 1, 0.07), (2, 3, 0.12), (4, 7, 0.17), (8, 30, 0.25), (31, 60, 0.08))
TREATMENT_DELAY: Steps = ((0, 3, 0.14), (4, 14, 0.22), (15, 30, 0.14))
"""Days from the first contact to the start of a treatment in the community."""

CONDITIONAL = 0.28
"""Conditional releases among releases from sentence."""
UNPLANNED_IF_CONDITIONAL, UNPLANNED_OTHERWISE = 0.80, 0.175
AGREED_LATE, NOT_EXPECTED = 0.07, 0.04
"""Agreements less than 30 days before the release; agreements without an expected date of release."""
CAUSES_CONDITIONAL = {
    "new_offence": 0.53,
    "offence_unknown": 0.02,
    "offence_before": 0.02,
    "earlier_offence": 0.08,
    "revocation_of_conditional_release": 0.30,
    "conversion_of_sanction": 0.05,
}
CAUSES_OTHERWISE = {
    "new_offence": 0.73,
    "offence_unknown": 0.02,
    "offence_before": 0.03,
    "earlier_offence": 0.12,
    "revocation_of_conditional_release": 0.0,
    "conversion_of_sanction": 0.10,
}
VISIT = {"attended": 0.80, "missed": 0.05, "cancelled_by_prison": 0.12, "cancelled_by_partner": 0.03}
"""Outcome of every direct visit with a client in prison."""
PLAN_BEFORE_RELEASE = 0.78
NEED_CLOSED = {"met": 0.52, "partly_met": 0.20, "unmet": 0.22, "withdrawn": 0.06}
FAMILY_VISIT: Steps = ((0, 7, 0.55), (8, 40, 0.25))
COMPLAINTS_EXPLAINED = 0.92
RETURN_WINDOWS, CONTACT_WINDOWS, TREATMENT_WINDOWS = (90, 180, 365), (0, 1, 3, 7, 30), (7, 21, 30, 90)


def draw_days(rng: np.random.Generator, count: int, steps: Steps) -> Days:
    """Draw `count` days from steps; NEVER where no step was hit."""
    edges = np.array(list(itertools.accumulate(p for *_, p in steps)))
    first = np.array([s[0] for s in steps] + [NEVER])
    last = np.array([s[1] for s in steps] + [NEVER])
    step = np.searchsorted(edges, rng.random(count), side="right")
    return np.asarray(rng.integers(first[step], last[step] + 1), dtype=np.int64)


def pick(rng: np.random.Generator, count: int, weights: dict[str, float]) -> npt.NDArray[np.str_]:
    """Draw `count` words by weight (weights need not add up to one)."""
    share = np.array(list(weights.values()), dtype=float)
    return rng.choice(np.array(list(weights)), size=count, p=share / share.sum())


def within(steps: Steps, window: int) -> float:
    """Probability of an event on or before day `window` (steps are uniform within)."""
    return sum(p * min(1.0, max(0, window - a + 1) / (b - a + 1)) for a, b, p in steps)


def daily(steps: Steps, length: int = 121) -> npt.NDArray[np.float64]:
    """Probability of each day 0 … length − 1."""
    chance = np.zeros(length)
    for a, b, p in steps:
        chance[a : b + 1] += p / (b - a + 1)
    return chance


def unplanned_share() -> float:
    """Probability that a client's release lies more than 14 days from the expected day."""
    return CONDITIONAL * UNPLANNED_IF_CONDITIONAL + (1 - CONDITIONAL) * UNPLANNED_OTHERWISE


def new_offence_share() -> float:
    """Share of returns to prison that are for an offence known to be committed after the release."""
    return CONDITIONAL * CAUSES_CONDITIONAL["new_offence"] + (1 - CONDITIONAL) * CAUSES_OTHERWISE["new_offence"]


def _contact(window: int) -> dict[str, float]:
    planned, unplanned = within(CONTACT_PLANNED, window), within(CONTACT_UNPLANNED, window)
    share = unplanned_share()
    return {"all": (1 - share) * planned + share * unplanned, "planned": planned, "unplanned": unplanned}


def _treatment(window: int) -> dict[str, float]:
    start = {
        group: float(np.convolve(daily(steps), daily(TREATMENT_DELAY))[: window + 1].sum())
        for group, steps in (("planned", CONTACT_PLANNED), ("unplanned", CONTACT_UNPLANNED))
    }
    share = unplanned_share()
    return {"all": (1 - share) * start["planned"] + share * start["unplanned"], **start}


def true_rates() -> dict[str, Any]:
    """Measure → cohort or group → window → probability, for the manifest."""
    cohorts = (("programme", RETURN_CLIENTS), ("comparison", RETURN_OTHERS))
    returns = {c: {str(w): within(steps, w) for w in RETURN_WINDOWS} for c, steps in cohorts}
    new = {c: {w: p * new_offence_share() for w, p in rates.items()} for c, rates in returns.items()}
    contact = {w: _contact(w) for w in CONTACT_WINDOWS}
    treatment = {w: _treatment(w) for w in TREATMENT_WINDOWS}
    groups = ("all", "planned", "unplanned")
    return {
        "return_to_prison": returns,
        "return_for_new_offence": new,
        "contact_made": {g: {str(w): contact[w][g] for w in CONTACT_WINDOWS} for g in groups},
        "treatment_started": {g: {str(w): treatment[w][g] for w in TREATMENT_WINDOWS} for g in groups},
        "unplanned_release_share": {
            "of_known": unplanned_share(),
            "of_all": unplanned_share() * (1 - AGREED_LATE) * (1 - NOT_EXPECTED),
        },
        "conditional_release_share": CONDITIONAL,
        "cancelled_by_prison_share": VISIT["cancelled_by_prison"],
        "plan_ready": PLAN_BEFORE_RELEASE,
        "complaints_explained": COMPLAINTS_EXPLAINED,
        "needs_met_of_closed": NEED_CLOSED["met"],
        "family_visit_7d": {"7": within(FAMILY_VISIT, 7)},
    }
