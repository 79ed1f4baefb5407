"""Stays: a spell cut at changes of legal status, transfers and absences, as the Prison Service records it."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.synthetic.careers import RELEASES, Spells
from pipeline.synthetic.days import day
from pipeline.synthetic.frame import dates, integers
from pipeline.synthetic.people import People, Words
from pipeline.synthetic.places import PROGRAMME_PRISONS, prisons
from pipeline.synthetic.rates import NEVER, Days, Mask, pick

REGIMES = {"low": 0.14, "medium": 0.42, "high": 0.36, "enhanced": 0.08}
OFFENCES = {
    "property": 0.40,
    "violent": 0.13,
    "sexual": 0.04,
    "drug": 0.15,
    "traffic": 0.05,
    "economic": 0.05,
    "obstruction": 0.11,
    "neglect_of_maintenance": 0.05,
    "other": 0.01,
    "unknown": 0.01,
}
OLD_PRISON_TYPES_UNTIL = day(2017, 10, 1)


def draw_stays(rng: np.random.Generator, spells: Spells, people: People, extract: int) -> pl.DataFrame:
    """All stays (a row is one stay in one prison), with true releases also beyond the extract."""
    pieces = _pieces(rng, spells)
    spell, size = pieces["spell"], len(pieces["spell"])
    remand = pieces["remand"].astype(bool)
    regime = np.where(remand, "remand", pick(rng, len(spells), REGIMES)[spell])
    regime[pieces["admission"] < OLD_PRISON_TYPES_UNTIL] = np.where(
        remand, "remand", pick(rng, len(spells), {"low": 0.2, "medium": 0.5, "high": 0.3})[spell]
    )[pieces["admission"] < OLD_PRISON_TYPES_UNTIL]
    planned = _planned_end(rng, spells)[spell]
    sentence = np.where(remand, -1, planned - spells.sentence_start[spell])
    person = spells.person[spell]
    prior = people.prior_terms[person] + _earlier_spells(spells)[spell]
    first = rng.permutation(size)
    return (
        pl.DataFrame(
            {
                "stay_id": [f"VS{number:07d}" for number in (first + 1).tolist()],
                "person_id": people.pseudonym[person],
                "prison": _prisons(rng, spells, pieces),
                "regime": regime,
                "admission_date": dates(pieces["admission"]),
                "admission_reason": pieces["admission_reason"],
                "offence_date": dates(np.where(remand, -1, spells.offence[spell])),
                "offence_group": pick(rng, len(spells), OFFENCES)[spell],
                "sentence_days": integers(sentence),
                "release_date": dates(pieces["release"]),
                "release_reason": pieces["release_reason"],
                "planned_release_date": dates(np.where(remand, -1, planned)),
                "prior_terms": prior,
                "sarpo_risk": np.where(
                    rng.random(size) < 0.1, np.nan, np.round(rng.beta(3, 3, len(spells))[spell] * 100, 1)
                ),
                "drug_user": people.drug_user[person],
                "person": person,
            }
        )
        .with_columns(pl.col("sarpo_risk").fill_nan(None))
        .filter(pl.col("admission_date").to_physical() <= extract)
    )


def _earlier_spells(spells: Spells) -> Days:
    """Sentences that the person has served before, within the made-up careers."""
    sentence = (spells.sentence_start < NEVER).astype(np.int64)
    total = np.cumsum(sentence) - sentence
    first = np.searchsorted(spells.person, spells.person)
    return total - total[first]


def _planned_end(rng: np.random.Generator, spells: Spells) -> Days:
    early = np.char.startswith(spells.reason, "conditional")
    return spells.release + np.where(early, rng.integers(40, 400, len(spells)), 0)


def _pieces(rng: np.random.Generator, spells: Spells) -> dict[str, np.ndarray]:
    """Spells cut into stays, in order within a spell."""
    size = len(spells)
    alone = spells.sentence_start == NEVER
    start = np.where(alone, spells.admission, spells.sentence_start)
    has_remand = ~alone & (spells.sentence_start > spells.admission)
    length = spells.release - start
    cuts = np.where(alone, 0, np.minimum(rng.poisson(0.2 + length / 1400), np.minimum(length // 130, 3)))
    count = 1 + cuts
    spell = np.repeat(np.arange(size), count)
    number = np.arange(len(spell)) - np.repeat(np.cumsum(count) - count, count)
    width = length[spell] / count[spell]
    begin = start[spell] + (number * width).astype(np.int64)
    shift = np.where(number > 0, (rng.random(len(spell)) * 0.35 * width).astype(np.int64), 0)
    begin = begin + shift
    absent = (number > 0) & (rng.random(len(spell)) < 0.06)
    gap = np.where(
        number == 0,
        0,
        np.where(
            absent, rng.integers(3, 20, len(spell)), (rng.random(len(spell)) < 0.15) * rng.integers(1, 3, len(spell))
        ),
    )
    last = number == count[spell] - 1
    release = np.where(last, spells.release[spell], np.roll(begin - gap, -1))
    kind = np.where(np.roll(absent, -1), "temporary_absence", "transfer_out")
    first_reason = np.where(alone[spell], "remand", spells.entry[spell])
    body = {
        "spell": spell,
        "order": number + 1,
        "remand": alone[spell],
        "absent": absent,
        "admission": begin,
        "release": release,
        "admission_reason": np.where(number == 0, first_reason, np.where(absent, "return_from_absence", "transfer_in")),
        "release_reason": np.where(last, spells.reason[spell], kind),
    }
    return _with_remand(spells, has_remand, body)


def _with_remand(spells: Spells, has_remand: Mask, body: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    chosen = np.flatnonzero(has_remand)
    head = {
        "spell": chosen,
        "order": np.zeros(len(chosen), dtype=np.int64),
        "remand": np.ones(len(chosen), dtype=bool),
        "absent": np.zeros(len(chosen), dtype=bool),
        "admission": spells.admission[chosen],
        "release": spells.sentence_start[chosen],
        "admission_reason": np.full(len(chosen), "remand", dtype="U40"),
        "release_reason": np.full(len(chosen), "status_change", dtype="U40"),
    }
    joined = {name: np.concatenate([head[name], body[name]]) for name in body}
    order = np.lexsort((joined["order"], joined["spell"]))
    return {name: values[order] for name, values in joined.items()}


def _prisons(rng: np.random.Generator, spells: Spells, pieces: dict[str, np.ndarray]) -> Words:
    """The last stay is in the spell's prison; earlier ones elsewhere, a client's within the programme's prisons.

    A change of status and an absence change no prison.
    """
    spell = pieces["spell"]
    inside = np.array(list(PROGRAMME_PRISONS), dtype="U24")
    anywhere = rng.choice(np.array(prisons(), dtype="U24"), size=len(spell))
    drawn = np.where(spells.client[spell], rng.choice(inside, size=len(spell)), anywhere)
    last = np.append(spell[1:] != spell[:-1], True)
    drawn[last] = spells.prison[spell[last]]
    same = np.append(pieces["absent"][1:] | (pieces["release_reason"][:-1] == "status_change"), False) & ~last
    for place in np.flatnonzero(same)[::-1].tolist():
        drawn[place] = drawn[place + 1]
    return drawn


def draw_convictions(
    rng: np.random.Generator, stays: pl.DataFrame, spells: Spells, people: People, extract: int
) -> pl.DataFrame:
    """Final convictions: one before every new sentence with a known offence, and sanctions served at liberty."""
    sentenced = stays.filter(
        (pl.col("admission_reason") == "new_sentence") & pl.col("offence_date").is_not_null()
    ).select("person_id", "offence_date", "admission_date", "offence_group")
    offence = sentenced["offence_date"].to_physical().to_numpy().astype(np.int64)
    admission = sentenced["admission_date"].to_physical().to_numpy().astype(np.int64)
    convicted = offence + (rng.random(len(offence)) * (admission - offence)).astype(np.int64)
    prison = sentenced.select("person_id", "offence_date", "offence_group").with_columns(
        conviction_date=dates(convicted), sanction=pl.lit("prison")
    )
    light = np.flatnonzero(np.isin(spells.reason, RELEASES) & (spells.back > 400) & (rng.random(len(spells)) < 0.18))
    deed = spells.release[light] + rng.integers(5, 330, len(light))
    sanctions = {
        "suspended": 0.4,
        "suspended_supervised": 0.2,
        "community_service": 0.2,
        "fine": 0.1,
        "house_arrest": 0.05,
        "other": 0.05,
    }
    free = pl.DataFrame(
        {
            "person_id": people.pseudonym[spells.person[light]],
            "offence_date": dates(deed),
            "offence_group": pick(rng, len(light), OFFENCES),
            "conviction_date": dates(deed + rng.integers(30, 300, len(light))),
            "sanction": pick(rng, len(light), sanctions),
        }
    ).filter(~pl.col("person_id").is_in(people.pseudonym[spells.person[spells.death < NEVER]]))
    both = pl.concat([prison, free]).sort("conviction_date", "person_id", "offence_date")
    both = both.filter(pl.col("conviction_date").to_physical() <= extract)
    return both.with_columns(
        conviction_id=pl.format("RT{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(7))
    )


def draw_deaths(rng: np.random.Generator, spells: Spells, people: People) -> pl.DataFrame:
    """Deaths in custody and after release."""
    dead = np.flatnonzero(spells.death < NEVER)
    inside = spells.reason[dead] == "death"
    outside = pick(
        rng, len(dead), {"overdose": 0.4, "suicide": 0.15, "other_external": 0.2, "natural": 0.2, "unknown": 0.05}
    )
    return pl.DataFrame(
        {
            "person_id": people.pseudonym[spells.person[dead]],
            "death_date": dates(spells.death[dead]),
            "cause_group": np.where(
                inside, pick(rng, len(dead), {"natural": 0.6, "suicide": 0.3, "unknown": 0.1}), outside
            ),
            "source": np.where(inside, "prison_service", "register"),
        }
    ).sort("death_date", "person_id")
