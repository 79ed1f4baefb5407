"""Planted truths over many made-up programmes: is each estimate unbiased, does each interval cover as it says?

A programme is 315 people released over two years and seen to one day, as ours. Their times to contact, return and
death are drawn from hazards that are known, so that the true value of everything estimated is known too.
`python -m benchmarks.simulation 1000` writes the table in docs/simulation.md; a small form runs with the tests.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.outcomes.curves import (
    CurvePoint,
    DayCount,
    aalen_johansen,
    daily_counts,
    kaplan_meier,
    median,
    rmst,
)
from pipeline.outcomes.recurrent import Watched, mean_cumulative_count
from pipeline.outcomes.statistics import (
    effective_n,
    median_of_counts,
    newcombe,
    poisson_exact,
    wilson,
    wilson_clustered,
)

PEOPLE, YEARS, HORIZON = 315, 2.0, 365
CONTACT = 0.62
CONTACT_OTHERS = 0.50
RETURN, DEATH = 0.0012, 0.00008
"""Hazards per day: about a third return within a year, three in a hundred die."""
LEAVING = 0.004
"""Hazard per day of leaving treatment early: half have left after 173 days."""
REPEATED = 0.8
"""Mean number of repeated events a year; people differ in how many they have (gamma, shape 1)."""
EXACT = {"poisson_exact", "median_of_counts"}
Found = tuple[float, float, float]
"""Estimate, low, high."""
REPORT = Path(__file__).resolve().parent.parent / "docs" / "simulation.md"


@dataclass(frozen=True)
class Result:
    """One estimator over all programmes: truth, mean estimate, bias in Monte-Carlo errors, coverage with its error."""

    name: str
    truth: float
    mean: float
    bias_in_errors: float
    coverage: float
    error: float
    programmes: int


def simulate(programmes: int, seed: int = 20230630) -> list[Result]:
    """Draw so many programmes and hold every estimator against the truth."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[Found]] = {name: [] for name in TRUTHS}
    for _ in range(programmes):
        for name, estimate in _estimates(rng):
            found[name].append(estimate)
    return [_result(name, TRUTHS[name], estimates) for name, estimates in found.items()]


def _result(name: str, truth: float, estimates: list[Found]) -> Result:
    values = np.array(estimates)
    n = len(values)
    covered = float(((values[:, 1] - 1e-12 <= truth) & (truth <= values[:, 2] + 1e-12)).mean())
    spread = values[:, 0].std(ddof=1) / math.sqrt(n)
    mean = float(values[:, 0].mean())
    error = math.sqrt(max(covered * (1 - covered), 0.95 * 0.05) / n)
    return Result(name, truth, mean, (mean - truth) / spread if spread else 0.0, covered, error, n)


def _incidence(day: float) -> float:
    """The true share returned by a day where death competes."""
    both = RETURN + DEATH
    return RETURN / both * (1 - math.exp(-both * day))


def _restricted(day: float) -> float:
    return (1 - math.exp(-RETURN * day)) / RETURN


TRUTHS: dict[str, float] = {
    "wilson": CONTACT,
    "newcombe": CONTACT - CONTACT_OTHERS,
    "wilson_clustered": 0.3,
    "poisson_exact": 0.012,
    "median_of_counts": 150 * (1 - math.sqrt(0.5)),
    "kaplan_meier": math.exp(-RETURN * HORIZON),
    "aalen_johansen": _incidence(HORIZON),
    "rmst": _restricted(HORIZON),
    "mean_cumulative_count": REPEATED,
    "median": math.log(2) / LEAVING,
}


def _estimates(rng: np.random.Generator) -> Iterator[tuple[str, Found]]:
    made, others = rng.binomial(PEOPLE, CONTACT), rng.binomial(PEOPLE, CONTACT_OTHERS)
    yield "wilson", (made / PEOPLE, *wilson(made, PEOPLE))
    difference = made / PEOPLE - others / PEOPLE
    yield "newcombe", (difference, *newcombe(made, PEOPLE, others, PEOPLE))
    yield "wilson_clustered", _clustered(rng)
    deaths, exposure = rng.poisson(0.012 * PEOPLE), float(PEOPLE)
    yield "poisson_exact", (deaths / exposure, *poisson_exact(int(deaths), exposure))
    yield "median_of_counts", _median(rng)
    alone = daily_counts(zip(*_seen(rng, RETURN, 0.0), strict=True))
    yield "kaplan_meier", _at(kaplan_meier(alone), 1.0)
    mean, (low, high) = rmst(alone, HORIZON)
    yield "rmst", (mean, low, high)
    competing: list[DayCount] = daily_counts(zip(*_seen(rng, RETURN, DEATH), strict=True))
    yield "aalen_johansen", _at(aalen_johansen(competing), 0.0)
    yield "mean_cumulative_count", _repeated(rng)
    left, low_day, high_day = median(kaplan_meier(daily_counts(zip(*_seen(rng, LEAVING, 0.0), strict=True))))
    yield "median", (left or math.inf, low_day or math.inf, high_day or math.inf)


def _seen(rng: np.random.Generator, event: float, other: float) -> tuple[list[float], list[int]]:
    """Times and what ended them: event, competing event, or the day to which all are seen. Released over two years."""
    end = rng.uniform(0, 365 * YEARS, PEOPLE) + 60
    first = rng.exponential(1 / event, PEOPLE)
    second = rng.exponential(1 / other, PEOPLE) if other else np.full(PEOPLE, np.inf)
    time = np.minimum(np.minimum(first, second), end)
    what = np.where(time == end, 0, np.where(first <= second, 1, 2))
    return time.tolist(), what.tolist()


def _at(curve: list[CurvePoint], start: float) -> Found:
    reached = [p for p in curve if p.day <= HORIZON]
    return (reached[-1].value, reached[-1].low, reached[-1].high) if reached else (start, start, start)


def _clustered(rng: np.random.Generator) -> Found:
    """Visits of people who differ: each has one to nine visits and a chance of his own to miss them."""
    visits = rng.integers(1, 10, PEOPLE)
    missed = rng.binomial(visits, rng.beta(1.5, 3.5, PEOPLE))
    units = list(zip(missed.tolist(), visits.tolist(), strict=True))
    x, n = int(missed.sum()), int(visits.sum())
    return (x / n, *wilson_clustered(x, n, effective_n(units)))


def _median(rng: np.random.Generator) -> Found:
    """Days between agreement and release: most of them short, the longest 150."""
    middle, (low, high) = median_of_counts(Counter(rng.triangular(0, 0, 150, PEOPLE).tolist()))
    return middle, low, high


def _repeated(rng: np.random.Generator) -> Found:
    rate = REPEATED / 365 * rng.gamma(1.0, 1.0, PEOPLE)
    rows: list[Watched] = []
    for person, (own, end) in enumerate(zip(rate.tolist(), rng.uniform(60, 365 * YEARS, PEOPLE).tolist(), strict=True)):
        start = 0.0
        while (stop := start + rng.exponential(1 / max(own, 1e-9))) < end:
            rows.append(Watched(str(person), start, stop, event=True))
            start = stop
        rows.append(Watched(str(person), start, end))
    return _at(mean_cumulative_count(rows), 0.0)


def report(results: list[Result]) -> str:
    """The table as Markdown."""
    lines = [
        "# Planted truths recovered",
        "",
        f"{results[0].programmes} made-up programmes of {PEOPLE} people, released over two years and seen to one day",
        "(`python -m benchmarks.simulation`). Coverage is the share of programmes whose 95 % interval holds the truth,",
        "with its Monte-Carlo error; bias is the mean estimate minus the truth in Monte-Carlo errors of that mean.",
        "",
        "| estimator | truth | mean estimate | bias / error | coverage | error |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for r in results:
        shares = f"{100 * r.coverage:.1f} % | {100 * r.error:.1f} %"
        lines.append(f"| {r.name} | {r.truth:.4f} | {r.mean:.4f} | {r.bias_in_errors:+.1f} | {shares} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    text = report(simulate(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
    REPORT.write_text(text, "utf-8")
    print(text)
