"""The Romodrom programme: clients and their relatives, agreements of one year, services R01–R09, complaints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipeline.errors import SettingsError
from pipeline.synthetic import rates
from pipeline.synthetic.careers import FREE, Spells
from pipeline.synthetic.days import START
from pipeline.synthetic.frame import dates, integers, words
from pipeline.synthetic.people import People, Words, pseudonyms
from pipeline.synthetic.places import ROMODROM_PRISONS
from pipeline.synthetic.rates import NEVER, Days, draw_days, pick

IN_PRISON = {"counselling": 0.5, "authorities": 0.2, "legal": 0.15, "family_contact": 0.15}
AFTER = {"housing": 0.35, "employment": 0.35, "authorities": 0.3}
ENDS = {"term_expired": 0.4, "completed": 0.25, "lapsed": 0.2, "withdrawn_by_client": 0.12, "no_longer_eligible": 0.03}
SOURCES = {"self": 0.55, "prison_social_worker": 0.35, "family": 0.08, "other": 0.02}
RELATIONS = {"partner": 0.35, "parent": 0.35, "sibling": 0.15, "child": 0.1, "other": 0.05}


@dataclass
class Agreements:
    """Arrays of one length; a position is an agreement of one year (of `person`, a position in `People`)."""

    person: Days
    pseudonym: Words
    region: Words
    prison: Words
    release: Days
    gone: Days
    agreement: Days
    end: Days
    end_reason: Words


def draw_agreements(rng: np.random.Generator, spells: Spells, people: People, count: int, extract: int) -> Agreements:
    """`count` agreements with people of Prague and Central Bohemia; a few are second ones of the same client."""
    near = np.isin(spells.prison, ROMODROM_PRISONS) & np.isin(spells.reason, FREE)
    time = (spells.release - np.maximum(spells.admission, START) >= 90) & (spells.admission <= extract - 100)
    time &= spells.release <= extract + 250
    # Clients of both programmes are only people still in custody: nobody's first contact after release is changed.
    fit = np.flatnonzero(near & time & (~spells.client | (spells.release > extract)))
    _, first = np.unique(spells.person[fit], return_index=True)
    again = count // 15
    if len(first) < count:
        raise SettingsError("Too few people for so many Romodrom agreements. Give more people or fewer agreements.")
    chosen = np.sort(rng.choice(fit[first], size=count - again, replace=False))
    own = spells.take(chosen)
    size = len(own)
    agreement = np.minimum(own.release - rng.integers(40, 300, size), extract - 15)
    agreement = np.maximum(agreement, np.maximum(own.admission + 5, START + 5))
    reason = pick(rng, size, ENDS).astype("U24")
    full = np.isin(reason, ("term_expired", "completed"))
    end = agreement + np.where(full, 365, rng.integers(120, 360, size))
    end = np.maximum(end, own.release + 45)
    gone = np.minimum(own.release + own.back, own.death)
    reason = np.where(gone < end, "imprisoned", reason)
    reason = np.where(own.death <= end, "died", reason).astype("U24")
    region = np.where(rng.random(size) < 0.4, "CZ010", "CZ020")
    made = Agreements(
        own.person,
        people.pseudonym[own.person],
        region,
        own.prison,
        own.release,
        gone,
        agreement,
        np.minimum(end, gone),
        reason,
    )
    return _renew(made, again)


def _renew(made: Agreements, again: int) -> Agreements:
    """The earliest agreements that ran their full year are followed by another one on the next day."""
    full = np.flatnonzero(made.end - made.agreement == 365)
    rows = full[np.argsort(made.agreement[full], kind="stable")][:again]
    made.end_reason[rows] = "term_expired"
    begin = made.end[rows] + 1
    late = np.maximum(made.gone[rows], begin + 10)
    end = np.minimum(begin + 365, late)
    reason = np.where(end == begin + 365, "completed", "imprisoned")
    second = (
        made.person[rows],
        made.pseudonym[rows],
        made.region[rows],
        made.prison[rows],
        made.release[rows],
        made.gone[rows],
        begin,
        end,
        reason,
    )
    first = (
        made.person,
        made.pseudonym,
        made.region,
        made.prison,
        made.release,
        made.gone,
        made.agreement,
        made.end,
        made.end_reason,
    )
    return Agreements(*(np.concatenate(pair) for pair in zip(first, second, strict=True)))


def draw_families(rng: np.random.Generator, agreements: Agreements) -> pl.DataFrame:
    """Relatives of clients (a row is a relative); `row` is the position of the client's first agreement."""
    _, first = np.unique(agreements.person, return_index=True)
    count = rng.integers(1, 4, len(first)) * (rng.random(len(first)) < 0.8)
    row = np.repeat(np.sort(first), count)
    return pl.DataFrame(
        {
            "row": row,
            "family_member_id": pseudonyms(rng, len(row)),
            "person_id": agreements.pseudonym[row],
            "relation": pick(rng, len(row), RELATIONS),
            "consent_date": dates(agreements.agreement[row] + rng.integers(0, 20, len(row))),
        }
    )


def draw_services(rng: np.random.Generator, agreements: Agreements, families: pl.DataFrame) -> pl.DataFrame:
    """Services of all agreements; `row` is the position of the agreement."""
    parts = [_with_clients(rng, agreements), _at_the_gate(rng, agreements), _with_families(rng, agreements, families)]
    joined = pl.concat(parts, how="diagonal_relaxed")
    end = pl.Series(agreements.end)[joined["row"].to_list()]
    day = joined["day"]
    kept = joined.filter((day <= end) & (day >= pl.Series(agreements.agreement)[joined["row"].to_list()]))
    held = (kept["attendance"] == "attended").to_numpy()
    cancelled = (kept["attendance"] == "cancelled_by_prison").to_numpy()
    minutes = np.where(held, 15 * rng.integers(2, 8, kept.height), -1)
    reasons = pick(rng, kept.height, {"escort": 0.3, "lockdown": 0.3, "staffing": 0.3, "no_permission": 0.1})
    return kept.with_columns(
        service_date=dates(kept["day"].to_numpy()),
        minutes=integers(minutes),
        cancel_reason=words(np.where(cancelled, reasons, "")),
        direct=pl.lit(True),
    ).drop("day")


def _with_clients(rng: np.random.Generator, agreements: Agreements) -> pl.DataFrame:
    size = len(agreements.person)
    length = agreements.end - agreements.agreement
    count = np.clip(length // 25, 1, 14)
    row = np.repeat(np.arange(size), count)
    number = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    day = agreements.agreement[row] + number * (length // count)[row] + rng.integers(0, 6, len(row))
    inside = day < agreements.release[row]
    code = np.where(inside, pick(rng, len(row), IN_PRISON), pick(rng, len(row), AFTER))
    later = pick(rng, len(row), {"attended": 0.85, "missed": 0.15})
    return pl.DataFrame(
        {
            "row": row,
            "day": day,
            "person_id": agreements.pseudonym[row],
            "service_code": code,
            "setting": np.where(inside, "prison", pick(rng, len(row), {"community": 0.7, "phone": 0.3})),
            "recipient": np.where(code == "family_contact", "client_and_family", "client"),
            "attendance": np.where(inside, pick(rng, len(row), rates.VISIT), later),
        }
    ).filter(pl.Series(day < agreements.gone[row]))


def _at_the_gate(rng: np.random.Generator, agreements: Agreements) -> pl.DataFrame:
    row = np.flatnonzero(rng.random(len(agreements.person)) < 0.4)
    return pl.DataFrame(
        {
            "row": row,
            "day": agreements.release[row],
            "person_id": agreements.pseudonym[row],
            "service_code": np.full(len(row), "clothing_for_release"),
            "setting": np.full(len(row), "gate"),
            "recipient": np.full(len(row), "client"),
            "attendance": np.full(len(row), "attended"),
        }
    )


def _with_families(rng: np.random.Generator, agreements: Agreements, families: pl.DataFrame) -> pl.DataFrame:
    """Work with families during the sentence, and the visit after release (one per family, on the planted day)."""
    first = families.unique("row", keep="first", maintain_order=True)
    row = first["row"].to_numpy()
    visit = draw_days(rng, len(row), rates.FAMILY_VISIT)
    due = np.flatnonzero(visit < NEVER)
    visits = (
        first[due.tolist()]
        .select("row", "person_id", "family_member_id")
        .with_columns(
            day=pl.Series(agreements.release[row[due]] + visit[due]),
            service_code=pl.lit("fieldwork_in_family"),
            recipient=pl.lit("client_and_family"),
        )
    )
    every = families["row"].to_numpy()
    count = rng.integers(1, 5, len(every))
    many = np.repeat(np.arange(len(every)), count)
    span = np.maximum(
        np.minimum(agreements.release, agreements.end)[every[many]] - agreements.agreement[every[many]], 1
    )
    day = agreements.agreement[every[many]] + (rng.random(len(many)) * span).astype(np.int64)
    work = (
        families[many.tolist()]
        .select("row", "family_member_id")
        .with_columns(
            day=pl.Series(np.maximum(day, families["consent_date"].to_physical().to_numpy()[many])),
            service_code=pl.lit("family_work"),
            recipient=pl.lit("family"),
        )
    )
    both = pl.concat([visits, work], how="diagonal_relaxed")
    return both.with_columns(setting=pl.lit("community"), attendance=pl.lit("attended"))


def draw_complaints(rng: np.random.Generator, count: int, first: int, last: int) -> pl.DataFrame:
    """Complaints; those from the box are anonymous, and none names a person."""
    received = np.sort(rng.integers(first, last + 1, count))
    channel = pick(rng, count, {"oral": 0.4, "written": 0.25, "anonymous_box": 0.25, "electronic": 0.1})
    outcomes = {"upheld": 0.2, "partly_upheld": 0.25, "not_upheld": 0.45, "withdrawn": 0.1}
    return pl.DataFrame(
        {
            "received_date": dates(received),
            "channel": channel,
            "anonymous": channel == "anonymous_box",
            "subject": pick(
                rng,
                count,
                {"service": 0.3, "worker": 0.2, "access": 0.3, "confidentiality": 0.05, "refusal": 0.1, "other": 0.05},
            ),
            "resolved_date": dates(received + rng.integers(4, 60, count)),
            "outcome": pick(rng, count, outcomes),
        }
    )
