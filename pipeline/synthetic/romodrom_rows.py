"""The Romodrom programme as rows of the case model."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.synthetic import circumstances, romodrom
from pipeline.synthetic.careers import Spells
from pipeline.synthetic.days import ASKED, EXTRACT, START
from pipeline.synthetic.frame import dates, generator, number, words
from pipeline.synthetic.people import People, Words
from pipeline.synthetic.rates import COMPLAINTS_EXPLAINED, pick


def romodrom_rows(seed: int, spells: Spells, people: People, count: int) -> dict[str, pl.DataFrame]:
    """All tables of the Romodrom programme by name."""
    rng = generator(seed, "romodrom")
    made = romodrom.draw_agreements(rng, spells, people, count, EXTRACT)
    cases = _case_frame(rng, made)
    families = romodrom.draw_families(rng, made)
    work = romodrom.draw_services(rng, made, families)
    work = work.join(cases.select("position", "case_id"), left_on="row", right_on="position", how="left")
    work = work.sort("service_date", "case_id", "service_code", "family_member_id", "person_id", nulls_last=True)
    complaints = romodrom.draw_complaints(rng, max(6, count // 4), START + 20, EXTRACT - 3)
    status = circumstances.draw_living_status(rng, cases)
    others = strangers(rng, spells, people, 3 * len(made.person))
    asked = circumstances.draw_applications(rng, cases, others, ASKED, romodrom.SOURCES)
    ours = pl.lit("romodrom").alias("partner")
    return {
        "case": cases,
        "family_member": families.with_columns(ours),
        "service": number(work.with_columns(ours), "service_id", "S"),
        "living_status": number(status, "status_id", "Z"),
        "complaint": number(complaints.with_columns(ours), "complaint_id", "ST", 3),
        "application": number(asked, "application_id", "Z"),
    }


def _case_frame(rng: np.random.Generator, made: romodrom.Agreements) -> pl.DataFrame:
    size = len(made.person)
    frame = pl.DataFrame(
        {
            "position": np.arange(size),
            "partner": np.full(size, "romodrom"),
            "programme": np.full(size, "romodrom"),
            "person_id": made.pseudonym,
            "referral_date": dates(made.agreement - rng.integers(3, 40, size)),
            "referral_source": pick(rng, size, {"self": 0.55, "prison_social_worker": 0.45}),
            "first_contact_date": dates(made.agreement - rng.integers(0, 3, size)),
            "agreement_date": dates(made.agreement),
            "agreement_end_planned": dates(made.agreement + 365),
            "expected_release_date": dates(made.release + rng.integers(-20, 60, size)),
            "complaints_explained_date": dates(np.where(rng.random(size) < COMPLAINTS_EXPLAINED, made.agreement, -1)),
            "prison": made.prison,
            "region_after_release": made.region,
            "end_date": dates(made.end),
            "end_reason": words(made.end_reason),
            "release_day": made.release,
            "gone": made.gone,
        }
    )
    return number(frame.sort("agreement_date", "person_id"), "case_id", "D")


def strangers(rng: np.random.Generator, spells: Spells, people: People, count: int) -> Words:
    """Pseudonyms of people in custody who are nobody's clients."""
    apart = np.setdiff1d(np.arange(len(people.pseudonym)), spells.person[spells.client])
    chosen: Words = people.pseudonym[rng.choice(apart, size=min(count, len(apart)), replace=False)]
    return chosen
