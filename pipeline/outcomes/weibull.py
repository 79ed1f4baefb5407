"""Weibull regression for notebooks: what Cox's model leaves open, the course of the hazard, is one number here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.outcomes.models import coefficient_table, lifelines, sandwich, whole_rows

CONSTANT = "constant"
NEWTON_STEPS = 3
"""From where lifelines stops, about the fourth digit, to all digits."""


@dataclass(frozen=True)
class WeibullFit:
    """A fitted model. A row of `table` is as in a `CoxFit`, the last one the constant (the log of the scale of time).

    `shape` below 1 says that the hazard falls with time, above 1 that it rises; `shape_error` is its standard error.
    `log_likelihood` is that of the logarithm of time, as Stata prints it; `people` are rows used, `events` among them.
    """

    table: pl.DataFrame
    shape: float
    shape_error: float
    log_likelihood: float
    people: int
    events: int


def weibull(
    frame: Any, *, duration: str, event: str, covariates: Sequence[str], cluster: str | None = None
) -> WeibullFit:
    """Proportional hazards p t^(p-1) exp(x b) (Kalbfleisch and Prentice 2002, section 2.2) from a frame.

    The columns are as for `cox`; `cluster` makes standard errors robust. Rows with a missing value are left out, and
    rows that end at 0 without an event, which say nothing. Raises SettingsError where lifelines is not installed,
    ValueError for an unknown column, no event, or an event at 0, where this hazard has no likelihood.
    """
    import numpy as np

    package = lifelines("Weibull regression")
    used = whole_rows(frame, [duration, event, *covariates, *filter(None, (cluster,))], event)
    used = used.filter((pl.col(duration) > 0) | (pl.col(event) != 0))
    if at_once := used.filter(pl.col(duration) <= 0).height:
        raise ValueError(f"{at_once} of the events happen at once, on day 0; Weibull regression needs later ones")
    fitted = package.WeibullAFTFitter().fit(
        used.select(duration, event, *covariates).to_pandas(), duration_col=duration, event_col=event
    )
    scale = fitted.params_["lambda_"]  # of accelerated time; times -p they are logarithms of the hazard
    log_shape = fitted.params_["rho_", "Intercept"]
    found = np.array([*(-np.exp(log_shape) * scale[[*covariates, "Intercept"]]), log_shape])
    x = np.column_stack([used.select(covariates).to_numpy().astype(float), np.ones(len(used))])
    died, log_time = used[event].to_numpy().astype(float), np.log(used[duration].to_numpy().astype(float))
    for _ in range(NEWTON_STEPS):
        _, scores, variance = _likelihood(found, x, died, log_time)
        found = found + variance @ scores.sum(axis=0)
    log_likelihood, scores, variance = _likelihood(found, x, died, log_time)
    if cluster:
        variance = sandwich(scores, used[cluster].to_list(), variance)
    return WeibullFit(
        table=coefficient_table([*covariates, CONSTANT], found[:-1], variance[:-1, :-1]),
        shape=math.exp(found[-1]),
        shape_error=math.exp(found[-1]) * math.sqrt(variance[-1, -1]),
        log_likelihood=log_likelihood,
        people=len(used),
        events=int(died.sum()),
    )


def _likelihood(found: Any, x: Any, died: Any, log_time: Any) -> tuple[float, Any, Any]:
    """The log-likelihood, each row's scores and the inverse of the observed information, at coefficients and log p.

    A row adds d (log p + p log t + x b) - exp(x b) t^p: the density of log t, not of t, which has d log t less.
    """
    import numpy as np

    clock = math.exp(found[-1]) * log_time
    log_hazard = x @ found[:-1] + clock
    expected = np.exp(log_hazard)
    along = np.column_stack([x, clock])
    scores = (died - expected)[:, None] * along
    information = along.T @ (expected[:, None] * along)
    information[-1, -1] -= scores[:, -1].sum()  # the clock itself moves with the shape
    scores[:, -1] += died
    value = float((died * (found[-1] + log_hazard) - expected).sum())
    return value, scores, np.linalg.inv(information)
