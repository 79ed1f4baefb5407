"""Agreements as rows of the case model, with the changes of expected release dates and the workers."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.synthetic.days import EXTRACT, KOTEC_FIRST_EXTRACT, SANANIM_FIRST_EXTRACT, day
from pipeline.synthetic.frame import PREFIX, dates, number, words
from pipeline.synthetic.people import pseudonyms
from pipeline.synthetic.programme import REFERRALS, Cases, Clients
from pipeline.synthetic.rates import COMPLAINTS_EXPLAINED, pick

CHANGES_KNOWN = {"kotec": KOTEC_FIRST_EXTRACT, "sananim": SANANIM_FIRST_EXTRACT}


def case_frame(rng: np.random.Generator, cases: Cases, clients: Clients) -> pl.DataFrame:
    """Agreements of the programme; `position` is that of the arrays, `release_day` and `gone` are what is true."""
    spell, size = cases.spell, len(cases)
    first = np.char.startswith(cases.role, "second")
    back = rng.integers(5, 45, size)
    referral = np.where(first, cases.agreement - 3, cases.agreement - back)
    contact = np.where(
        first, cases.agreement, referral + (rng.random(size) * (cases.agreement - referral + 1)).astype(np.int64)
    )
    outside = cases.role == "second_outside"
    explained = rng.random(size) < COMPLAINTS_EXPLAINED
    source = np.where(first, "other_organisation", pick(rng, size, REFERRALS))
    plan = np.where(
        (clients.plan[spell] >= cases.agreement) & (clients.plan[spell] <= cases.end), clients.plan[spell], -1
    )
    frame = pl.DataFrame(
        {
            "position": np.arange(size),
            "partner": cases.partner,
            "programme": np.full(size, "through_the_gate"),
            "person_id": clients.pseudonym[spell],
            "referral_date": dates(referral),
            "referral_source": source,
            "first_contact_date": dates(contact),
            "agreement_date": dates(cases.agreement),
            "agreement_end_planned": dates(np.maximum(cases.agreement + 365, cases.end)),
            "expected_release_date": dates(np.where(outside, -1, clients.expected[spell])),
            "complaints_explained_date": dates(np.where(explained, cases.agreement, -1)),
            "prison": cases.prison,
            "release_plan_date": dates(plan),
            "region_after_release": clients.region[spell],
            "end_date": dates(cases.end),
            "end_reason": words(cases.end_reason),
            "handed_over_to": words(cases.handed_over_to),
            "release_day": clients.spells.release[spell],
            "gone": np.minimum(clients.spells.release + clients.spells.back, clients.spells.death)[spell],
        }
    )
    return number(frame.sort("partner", "agreement_date", "person_id"), "case_id", "D")


def expected_changes(rng: np.random.Generator, cases: pl.DataFrame) -> pl.DataFrame:
    """Expected dates that change: only for people still in custody at the extract, after the first delivery."""
    size = cases.height
    changed = rng.integers(day(2023, 5, 5), day(2023, 7, 26), size)
    since = cases["partner"].replace_strict(CHANGES_KNOWN, default=0, return_dtype=pl.Int64).to_numpy()
    agreed = cases["agreement_date"].to_physical().to_numpy().astype(np.int64)
    expected = cases["expected_release_date"].to_physical().fill_null(0).to_numpy().astype(np.int64)
    due = (since > 0) & (agreed <= np.minimum(day(2023, 4, 20), since + 100)) & (expected > day(2023, 9, 15))
    due &= (cases["release_day"].to_numpy() > EXTRACT) & (rng.random(size) < 0.7)
    later = np.maximum(changed + 20, expected - rng.integers(25, 120, size))
    return cases.with_columns(
        expected_later=dates(np.where(due, later, -1)), changed_on=dates(np.where(due, changed, -1))
    )


def managers(rng: np.random.Generator, cases: pl.DataFrame) -> pl.DataFrame:
    """Three to five workers per partner."""
    names = {partner: pseudonyms(rng, int(rng.integers(3, 6))) for partner in sorted(PREFIX)}
    drawn = [str(rng.choice(names[partner])) for partner in cases["partner"].to_list()]
    return cases.with_columns(case_manager_id=pl.Series(drawn, dtype=pl.String))
