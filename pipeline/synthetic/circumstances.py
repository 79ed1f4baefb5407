"""What surrounds a case: needs, living status, treatment demand, instruments, applications."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.synthetic import rates
from pipeline.synthetic.frame import dates, integers, words
from pipeline.synthetic.people import Words
from pipeline.synthetic.rates import Days, pick

DOMAINS = {
    "housing": 0.22,
    "work": 0.15,
    "debt": 0.16,
    "treatment": 0.14,
    "health": 0.06,
    "family": 0.07,
    "legal": 0.04,
    "documents": 0.06,
    "clothing": 0.03,
    "money": 0.05,
    "other": 0.02,
}
HOUSING_INSIDE = {"prison": 0.97, "unknown": 0.03}
HOUSING = {
    "own_or_rented": 0.17,
    "with_family": 0.3,
    "hostel": 0.23,
    "shelter": 0.1,
    "residential_treatment": 0.09,
    "street": 0.06,
    "unknown": 0.05,
}
WORK = {
    "occasional": 0.2,
    "regular": 0.22,
    "unemployed": 0.43,
    "benefits_or_home": 0.07,
    "student": 0.01,
    "other": 0.02,
    "unknown": 0.05,
}
DEBT = {"none": 0.1, "repaying": 0.17, "insolvency": 0.08, "enforcement": 0.55, "unknown": 0.1}
FAMILY = {"regular": 0.4, "occasional": 0.33, "none": 0.18, "prohibited": 0.02, "unknown": 0.07}
YES_NO = {"yes": 0.6, "no": 0.32, "unknown": 0.08}
STAGES = (("release", 0), ("month_1", 30), ("month_3", 91), ("month_6", 182), ("month_12", 365))
TEST = {"never": 0.2, "not_last_12_months": 0.3, "last_12_months": 0.42, "unknown": 0.08}
TDI: dict[str, dict[str, float]] = {
    "ever_treated": {"never": 0.3, "previously": 0.65, "unknown": 0.05},
    "referral": {
        "court_probation_police": 0.2,
        "drug_treatment_centre": 0.1,
        "health_or_social_service": 0.3,
        "self_family_friends": 0.38,
        "unknown": 0.02,
    },
    "living_with": {
        "alone": 0.3,
        "family_of_origin": 0.2,
        "partner": 0.2,
        "friends": 0.1,
        "institution": 0.12,
        "other": 0.04,
        "unknown": 0.04,
    },
    "living_with_children": {"no": 0.8, "yes": 0.15, "unknown": 0.05},
    "living_where": {"stable": 0.4, "unstable": 0.55, "unknown": 0.05},
    "education": {"primary": 0.5, "secondary": 0.42, "no_primary": 0.02, "higher": 0.02, "unknown": 0.04},
    "labour": WORK,
    "route": {"inject": 0.62, "smoke": 0.16, "sniff": 0.15, "eat_drink": 0.04, "unknown": 0.03},
    "frequency": {
        "daily": 0.18,
        "days_4_6": 0.12,
        "days_2_3": 0.15,
        "weekly_or_less": 0.2,
        "not_used": 0.3,
        "unknown": 0.05,
    },
    "injecting": {
        "never": 0.2,
        "not_last_12_months": 0.3,
        "last_12_months": 0.25,
        "current": 0.2,
        "refused": 0.01,
        "unknown": 0.04,
    },
    "polydrug": {"yes": 0.5, "no": 0.42, "unknown": 0.08},
    "hiv_test": TEST,
    "hcv_test": TEST,
    "sharing": {"never": 0.45, "not_last_12_months": 0.2, "last_12_months": 0.2, "current": 0.06, "unknown": 0.09},
    "ost": {"never": 0.7, "ever": 0.18, "current": 0.08, "unknown": 0.04},
}


def draw_needs(rng: np.random.Generator, cases: pl.DataFrame) -> pl.DataFrame:
    """Needs of the cases; whether a closed one was met does not depend on when it was closed."""
    picked = _repeat(rng, cases, 1, 5)
    size = picked.height
    begin = picked["agreement_date"].to_physical().to_numpy().astype(np.int64)
    end = picked["end_date"].to_physical().to_numpy().astype(np.int64)
    raised = begin + (rng.random(size) * np.minimum(60, end - begin)).astype(np.int64)
    closed = np.minimum(raised + rng.integers(10, 200, size), np.maximum(end, raised))
    stays_open = rng.random(size) < 0.08
    outcome = np.where(stays_open, "open", pick(rng, size, rates.NEED_CLOSED))
    return picked.select("partner", "case_id").with_columns(
        domain=words(pick(rng, size, DOMAINS)),
        raised_date=dates(raised),
        outcome=words(outcome),
        closed_date=dates(np.where(stays_open, -1, closed)),
    )


def _repeat(rng: np.random.Generator, frame: pl.DataFrame, least: int, most: int) -> pl.DataFrame:
    return frame[np.repeat(np.arange(frame.height), rng.integers(least, most, frame.height)).tolist()]


def draw_living_status(rng: np.random.Generator, cases: pl.DataFrame) -> pl.DataFrame:
    """Living status at intake, release, months after it and exit (`release_day`, `gone` in days since 1970)."""
    begin = cases["agreement_date"].to_physical().to_numpy().astype(np.int64)
    end = cases["end_date"].to_physical().to_numpy().astype(np.int64)
    release, gone = (cases[name].to_numpy() for name in ("release_day", "gone"))
    stages = [("intake", begin)] + [(stage, release + days) for stage, days in STAGES] + [("exit", end)]
    parts = []
    for stage, day in stages:
        kept = (rng.random(cases.height) < 0.85) & (day <= np.minimum(end, gone - 1)) & (day >= begin)
        if stage == "exit":
            kept &= end >= release
        parts.append(
            cases.filter(pl.Series(kept))
            .select("partner", "person_id")
            .with_columns(stage=pl.lit(stage), status_date=dates(day[kept]))
        )
    frame = pl.concat(parts).sort("partner", "status_date", "person_id", "stage")
    inside = (frame["stage"] == "intake").to_numpy()
    size = frame.height
    return frame.with_columns(
        housing=words(np.where(inside, pick(rng, size, HOUSING_INSIDE), pick(rng, size, HOUSING))),
        work=words(pick(rng, size, WORK)),
        debt=words(pick(rng, size, DEBT)),
        family_contact=words(pick(rng, size, FAMILY)),
        documents=words(pick(rng, size, YES_NO)),
        health_insurance=words(pick(rng, size, YES_NO)),
        benefits=words(pick(rng, size, YES_NO)),
    )


def draw_entries(rng: np.random.Generator, treatments: pl.DataFrame, age: Days) -> pl.DataFrame:
    """A treatment demand (TDI) at each treatment's start; `age` in completed years at the start."""
    size = treatments.height
    first = np.minimum(rng.integers(12, 24, size), age - 1)
    frame = treatments.select("partner", "person_id", "treatment_id", "primary_drug", entry_date="start_date")
    frame = frame.with_columns([words(pick(rng, size, weights)).alias(name) for name, weights in TDI.items()])
    injected = np.isin(frame["injecting"].to_numpy(), ("not_last_12_months", "last_12_months", "current"))
    return frame.with_columns(
        age_first_use=integers(first),
        years_since_first_injection=integers(np.where(injected, rng.integers(0, 12, size), -1)),
        secondary_drugs=words(np.where((frame["polydrug"] == "yes").to_numpy(), "cannabis_herb_resin", "")),
    )


def draw_assessments(rng: np.random.Generator, cases: pl.DataFrame) -> pl.DataFrame:
    """Instruments at intake and three months after release: scales of TOP, for a third the items of WHOQOL-BREF."""
    begin = cases["agreement_date"].to_physical().to_numpy().astype(np.int64)
    later = cases["release_day"].to_numpy() + 91
    end = np.minimum(cases["end_date"].to_physical().to_numpy().astype(np.int64), cases["gone"].to_numpy() - 1)
    scales = {"top": ["psychological", "physical", "quality_of_life"], "whoqol_bref": [f"q{n}" for n in range(1, 27)]}
    who = {"top": rng.random(cases.height) < 0.8, "whoqol_bref": rng.random(cases.height) < 0.3}
    parts = []
    for instrument, items in scales.items():
        for stage, day in (("intake", begin), ("month_3", later)):
            kept = who[instrument] & (day <= end) & (day >= begin)
            parts.append(
                cases.filter(pl.Series(kept))
                .select("partner", "person_id", "case_id")
                .with_columns(instrument=pl.lit(instrument), stage=pl.lit(stage), assessment_date=dates(day[kept]))
                .join(pl.DataFrame({"item": items}), how="cross")
            )
    frame = pl.concat(parts)
    top = (frame["instrument"] == "top").to_numpy()
    better = np.where((frame["stage"] == "month_3").to_numpy(), 1, 0)
    value = np.where(top, rng.integers(3, 17, frame.height) + better, rng.integers(1, 6, frame.height))
    return frame.with_columns(value=pl.Series(value, dtype=pl.Float64), weight=pl.lit(None, dtype=pl.Float64))


def draw_applications(
    rng: np.random.Generator, cases: pl.DataFrame, others: Words, period: tuple[int, int], sources: dict[str, float]
) -> pl.DataFrame:
    """Applications: one accepted for each case, and others refused, waiting or withdrawn; some name no person."""
    accepted = cases.select(
        "partner", "person_id", application_date=pl.coalesce("referral_date", "agreement_date")
    ).with_columns(
        source=words(pick(rng, cases.height, sources)),
        eligible=pl.lit(True),
        outcome=pl.lit("accepted"),
        reason=pl.lit(None, dtype=pl.String),
    )
    count = max(1, cases.height // 3)
    outcome = pick(rng, count, {"refused": 0.6, "withdrawn": 0.2, "waiting": 0.2})
    refused = outcome == "refused"
    reason = pick(rng, count, {"outside_service_area": 0.5, "no_capacity": 0.35, "other": 0.15})
    first, last = period
    day = rng.integers(first, last + 1, count)
    day = np.where(outcome == "waiting", np.maximum(day, last - 60), day)
    person = np.where(rng.random(count) < 0.3, "", rng.choice(others, size=count, replace=False))
    partner = cases["partner"].to_numpy()[rng.integers(0, cases.height, count)]
    rest = pl.DataFrame(
        {
            "partner": partner,
            "person_id": words(person),
            "application_date": dates(day),
            "source": pick(rng, count, sources),
            "eligible": ~(refused & (reason == "outside_service_area")),
            "outcome": outcome,
            "reason": words(np.where(refused, reason, "")),
        }
    )
    return pl.concat([accepted, rest], how="diagonal_relaxed").sort(
        "partner", "application_date", "person_id", "outcome"
    )
