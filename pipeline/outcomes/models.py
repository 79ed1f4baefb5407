"""Regression of durations for notebooks, through lifelines; what it says is internal and never published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.errors import SettingsError
from pipeline.outcomes.statistics import LEVEL, quantile


@dataclass(frozen=True)
class CoxFit:
    """A fitted model. A row of `table` is a covariate: coefficient (log hazard ratio), standard_error, hazard_ratio,
    low and high (95 %), p. `log_likelihood` is the partial one; `people` are rows used and `events` events among them.
    """

    table: pl.DataFrame
    log_likelihood: float
    people: int
    events: int


def cox(
    frame: Any,
    *,
    duration: str,
    event: str,
    covariates: Sequence[str],
    strata: Sequence[str] = (),
    entry: str | None = None,
    cluster: str | None = None,
) -> CoxFit:
    """Proportional hazards with Efron's ties (Cox 1972; Efron 1977) from a polars or pandas frame.

    `duration` and `event` (0 or 1) name columns, `entry` the start of a stretch for counting processes (Andersen and
    Gill 1982), `cluster` persons with several rows, for whom standard errors are robust (Lin and Wei 1989). Rows with a
    missing value are left out. Raises SettingsError where lifelines is not installed, ValueError for an unknown column
    or no event.
    """
    from_lifelines = lifelines("Cox regression")
    wanted = [duration, event, *covariates, *strata, *filter(None, (entry, cluster))]
    used = whole_rows(frame, wanted, event)
    fitted = from_lifelines.CoxPHFitter().fit(
        used.drop(cluster).to_pandas() if cluster else used.to_pandas(),
        duration_col=duration,
        event_col=event,
        entry_col=entry,
        strata=list(strata) or None,
        fit_options={"precision": 1e-12, "r_precision": 1e-15},  # its default stops in the sixth digit
    )
    coefficients = fitted.params_[list(covariates)].to_numpy()
    variance = fitted.variance_matrix_.loc[list(covariates), list(covariates)].to_numpy()
    if cluster:
        scores = _score_residuals(used, coefficients, duration, event, covariates, strata, entry)
        variance = sandwich(scores, used[cluster].to_list(), variance)
    table = coefficient_table(covariates, coefficients, variance)
    return CoxFit(table, float(fitted.log_likelihood_), len(used), int(used[event].sum()))


def lifelines(what: str) -> Any:
    """The package; raises SettingsError, naming what needs it, where it is not installed."""
    try:
        import lifelines as package
    except ImportError:
        raise SettingsError(f"{what} needs lifelines: install the extra `models` (throughcare[models]).") from None
    return package


def whole_rows(frame: Any, wanted: Sequence[str], event: str) -> pl.DataFrame:
    """The wanted columns of a polars or pandas frame, without rows in which one is missing.

    Raises ValueError for an unknown column or when no event is left.
    """
    data = frame if isinstance(frame, pl.DataFrame) else pl.DataFrame(frame)
    if unknown := sorted(set(wanted) - set(data.columns)):
        raise ValueError(f"the frame has no column {', '.join(unknown)}; it has {', '.join(data.columns)}")
    used = data.select(list(dict.fromkeys(wanted))).drop_nulls()
    if not used[event].sum():
        raise ValueError("a regression needs an event among the rows without missing values")
    return used


def coefficient_table(covariates: Sequence[str], coefficients: Any, variance: Any) -> pl.DataFrame:
    """A row is a covariate, with what `CoxFit.table` says of it."""
    import numpy as np

    errors = np.sqrt(np.diag(variance))
    half = quantile(LEVEL) * errors
    return pl.DataFrame(
        {
            "covariate": list(covariates),
            "coefficient": coefficients,
            "standard_error": errors,
            "hazard_ratio": np.exp(coefficients),
            "low": np.exp(coefficients - half),
            "high": np.exp(coefficients + half),
            "p": [math.erfc(abs(z) / math.sqrt(2)) for z in coefficients / errors],
        }
    )


def sandwich(scores: Any, clusters: Sequence[Any], variance: Any) -> Any:
    """The variance that holds when rows of one cluster depend on each other (Lin and Wei 1989)."""
    import numpy as np

    _, places = np.unique(np.asarray(clusters).astype(str), return_inverse=True)
    summed = np.zeros((places.max() + 1, scores.shape[1]))
    np.add.at(summed, places, scores @ variance)
    return summed.T @ summed


def _score_residuals(
    used: pl.DataFrame,
    coefficients: Any,
    duration: str,
    event: str,
    covariates: Sequence[str],
    strata: Sequence[str],
    entry: str | None,
) -> Any:
    """Score residuals with Efron's ties (Therneau and Grambsch 2000, section 4.6), a row per row of the frame.

    lifelines ignores the entry times in its own, so that its robust errors are wrong for counting processes.
    """
    import numpy as np

    x = used.select(covariates).to_numpy().astype(float)
    risk = np.exp((x - x.mean(axis=0)) @ coefficients)
    stop, died = used[duration].to_numpy(), used[event].to_numpy().astype(bool)
    start = used[entry].to_numpy() if entry else np.full(len(used), -np.inf)
    layer = used.select(pl.struct(strata).rank("dense"))[:, 0].to_numpy() if strata else np.zeros(len(used))
    scores = np.zeros_like(x)
    for stratum, day in sorted(set(zip(layer[died], stop[died], strict=True))):
        there = (layer == stratum) & (start < day) & (day <= stop)
        dying = there & died & (stop == day)
        deaths = int(dying.sum())
        for step in range(deaths):
            share = np.where(dying, 1 - step / deaths, 1.0) * there * risk
            mean = share @ x / share.sum()
            scores[dying] += (x[dying] - mean) / deaths
            scores -= (share / share.sum())[:, None] * (x - mean)
    return scores
