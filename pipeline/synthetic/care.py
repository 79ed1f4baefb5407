"""Treatments: in the community after release (at the planted day), in prison, and what is done in them."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.synthetic.careers import Spells
from pipeline.synthetic.frame import dates, words
from pipeline.synthetic.people import People, Words
from pipeline.synthetic.programme import Cases, Clients
from pipeline.synthetic.rates import NEVER, Days, pick

DRUGS = {
    "methamphetamine": 0.68,
    "heroin": 0.08,
    "buprenorphine_misused": 0.07,
    "other_opioids": 0.03,
    "cannabis_herb_resin": 0.08,
    "cocaine_powder": 0.01,
    "benzodiazepines": 0.02,
    "unknown": 0.03,
}
USUAL = {
    "outpatient": 0.55,
    "day_programme": 0.06,
    "therapeutic_community": 0.14,
    "residential_medium": 0.1,
    "detoxification": 0.05,
    "opioid_agonist": 0.1,
}
TYPES = {
    "magdalena": {
        "residential_short": 0.15,
        "residential_medium": 0.3,
        "therapeutic_community": 0.3,
        "detoxification": 0.1,
        "outpatient": 0.15,
    },
    "sananim": {
        "opioid_agonist": 0.32,
        "outpatient": 0.32,
        "therapeutic_community": 0.18,
        "residential_medium": 0.1,
        "day_programme": 0.08,
    },
}
RESIDENTIAL = ("residential_short", "residential_medium", "therapeutic_community", "detoxification")
ENDS = {"completed": 0.42, "dropped_out": 0.42, "transferred": 0.09, "other": 0.04, "unknown": 0.03}


def _holders(cases: Cases, day: Days) -> Days:
    """Position of the agreement that each client has on a day after release (the last begun by then)."""
    best = np.full(len(day), -1, dtype=np.int64)
    for place in np.lexsort((cases.agreement, cases.spell)).tolist():
        spell = int(cases.spell[place])
        if best[spell] < 0 or cases.agreement[place] <= day[spell]:
            best[spell] = place
    return best


def draw_treatments(rng: np.random.Generator, cases: Cases, clients: Clients, magdalena_to: int) -> pl.DataFrame:
    """Treatments in the community (a row is an episode); some residential ones at another organisation."""
    own = clients.spells
    start = own.release + np.minimum(own.treatment, 10_000)
    holder = _holders(cases, start)
    chosen = np.flatnonzero(own.treatment < NEVER)
    partner = cases.partner[holder[chosen]].astype("U12")
    moved = (rng.random(len(chosen)) < 0.12) & (partner != "magdalena") & (start[chosen] <= magdalena_to - 5)
    partner[moved] = "magdalena"
    kind = _types(rng, partner)
    kind[moved] = pick(
        rng, int(moved.sum()), {"residential_medium": 0.5, "therapeutic_community": 0.4, "detoxification": 0.1}
    )
    case = np.where(moved | (cases.end[holder[chosen]] < start[chosen]), -1, holder[chosen])
    return _episodes(rng, clients, chosen, start[chosen], partner, kind, case)


def _types(rng: np.random.Generator, partner: Words) -> Words:
    kind = pick(rng, len(partner), USUAL).astype("U24")
    for name, weights in TYPES.items():
        kind = np.where(partner == name, pick(rng, len(partner), weights), kind).astype("U24")
    return kind


def _episodes(
    rng: np.random.Generator, clients: Clients, who: Days, start: Days, partner: Words, kind: Words, case: Days
) -> pl.DataFrame:
    own, size = clients.spells, len(who)
    length = np.where(
        kind == "detoxification",
        rng.integers(7, 22, size),
        np.clip(rng.lognormal(4.6, 0.8, size), 5, 700).astype(np.int64),
    )
    end, reason = start + length, pick(rng, size, ENDS).astype("U24")
    back, death = (own.release + own.back)[who], own.death[who]
    reason = np.where(back <= end, "imprisoned", reason)
    reason = np.where(death <= end, "died", reason)
    end = np.maximum(np.minimum(np.minimum(end, back), death), start + 1)
    return pl.DataFrame(
        {
            "client": who,
            "case": case,
            "partner": partner,
            "person_id": clients.pseudonym[who],
            "treatment_type": kind,
            "setting": np.full(size, "community"),
            "start_date": dates(start),
            "end_date_exclusive": dates(end),
            "end_reason": words(reason),
            "primary_drug": pick(rng, size, DRUGS),
        }
    ).sort("partner", "start_date", "person_id")


def treatment_services(rng: np.random.Generator, treatments: pl.DataFrame) -> pl.DataFrame:
    """Attended services of the treatments: on the first day, then weekly for up to eight; `treatment` is a position."""
    start = treatments["start_date"].to_physical().to_numpy().astype(np.int64)
    last = treatments["end_date_exclusive"].to_physical().to_numpy().astype(np.int64) - 1
    count = np.where(rng.random(len(start)) < 0.72, rng.integers(3, 9, len(start)), rng.integers(1, 3, len(start)))
    row = np.repeat(np.arange(len(start)), count)
    number = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    day = start[row] + number * 7 + np.where(number > 0, rng.integers(0, 3, len(row)), 0)
    kept = day <= last[row]
    row, day = row[kept], day[kept]
    kind = treatments["treatment_type"].to_numpy()[row]
    inside = np.isin(kind, RESIDENTIAL)
    code = np.where(inside, "group", np.where(kind == "opioid_agonist", "health", "addiction_counselling"))
    return pl.DataFrame(
        {
            "treatment": row,
            "service_date": dates(day),
            "service_code": code,
            "setting": np.where(inside, "residential", "community"),
            "minutes": 15 * rng.integers(2, 13, len(row)),
        }
    )


def prison_treatments(rng: np.random.Generator, spells: Spells, people: People) -> pl.DataFrame:
    """Treatment in prison as the Prison Service records it: specialised departments and opioid agonists."""
    drugs = people.drug_user[spells.person] == "yes"
    room = (spells.release - np.minimum(spells.sentence_start, spells.release)) >= 120
    chosen = np.flatnonzero(drugs & room & (rng.random(len(spells)) < np.where(spells.client, 0.28, 0.06)))
    begin, leave, size = spells.sentence_start[chosen], spells.release[chosen], len(chosen)
    start = begin + 10 + (rng.random(size) * (leave - begin - 60)).astype(np.int64)
    to_the_end = rng.random(size) < 0.5
    last = np.where(to_the_end, leave, start + 20 + (rng.random(size) * (leave - start - 25)).astype(np.int64))
    agonist = rng.random(size) < 0.3
    reason = np.where(
        to_the_end,
        pick(rng, size, {"completed": 0.6, "transferred": 0.4}),
        pick(rng, size, {"completed": 0.5, "dropped_out": 0.5}),
    )
    return pl.DataFrame(
        {
            "person_id": people.pseudonym[spells.person[chosen]],
            "treatment_type": np.where(agonist, "opioid_agonist", "prison_unit"),
            "setting": np.full(size, "prison"),
            "start_date": dates(start),
            "end_date_exclusive": dates(last + 1),
            "end_reason": reason,
            "primary_drug": np.where(agonist, "heroin", pick(rng, size, DRUGS)),
        }
    ).sort("start_date", "person_id")
