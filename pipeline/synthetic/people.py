"""People: pseudonyms that all organisations share, and what is known of a person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.synthetic.places import REGION_WEIGHTS, regions
from pipeline.synthetic.rates import Days, pick

ALPHABET = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
Words = npt.NDArray[np.str_]


@dataclass
class People:
    """Arrays of one length; a position is a person."""

    pseudonym: Words
    sex: Words
    birth_year: Days
    citizenship: Words
    region: Words
    education: Words
    drug_user: Words
    prior_terms: Days


def pseudonyms(rng: np.random.Generator, count: int) -> Words:
    """Pseudonyms of 26 characters of the base-32 alphabet, as the partners' keyed hashes look."""
    drawn = rng.integers(0, 32, size=(count, 26))
    drawn[:, 4::5] %= 26  # a letter in every fifth place: no run of digits can be taken for a number of a person
    letters = ALPHABET[drawn]
    return np.ascontiguousarray(letters).view("U26").ravel()


def draw_people(rng: np.random.Generator, count: int) -> People:
    """Draw `count` people, all between 18 and 63 years old in 2016 or later when first admitted."""
    age_2023 = np.clip(np.round(rng.gamma(9.0, 4.2, size=count)), 26, 68).astype(np.int64)
    return People(
        pseudonym=pseudonyms(rng, count),
        sex=pick(rng, count, {"male": 0.915, "female": 0.085}),
        birth_year=2023 - age_2023,
        citizenship=pick(rng, count, {"cz": 0.92, "eu": 0.045, "other": 0.03, "unknown": 0.005}),
        region=rng.choice(np.array(regions()), size=count, p=np.array(REGION_WEIGHTS) / sum(REGION_WEIGHTS)),
        education=pick(
            rng, count, {"no_primary": 0.03, "primary": 0.45, "secondary": 0.46, "higher": 0.02, "unknown": 0.04}
        ),
        drug_user=pick(rng, count, {"yes": 0.55, "no": 0.38, "unknown": 0.07}),
        prior_terms=rng.poisson(1.3, size=count).astype(np.int64),
    )
