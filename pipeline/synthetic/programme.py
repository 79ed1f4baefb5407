"""Agreements of the through-the-gate programme: who works with a client, from when to when, and hand-overs."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import polars as pl

from pipeline.synthetic import rates
from pipeline.synthetic.careers import Spells
from pipeline.synthetic.days import START
from pipeline.synthetic.people import People, Words, pseudonyms
from pipeline.synthetic.places import PROGRAMME_PRISONS, TAKES_OVER, region_of
from pipeline.synthetic.rates import NEVER, Days, Mask, pick

END_REASONS = {
    "completed": 0.55,
    "lapsed": 0.22,
    "withdrawn_by_client": 0.08,
    "term_expired": 0.1,
    "no_longer_eligible": 0.04,
    "other": 0.01,
}
REFERRALS = {
    "prison_social_worker": 0.5,
    "self": 0.32,
    "probation": 0.05,
    "other_organisation": 0.07,
    "family": 0.04,
    "other": 0.02,
}


@dataclass
class Cases:
    """Arrays of one length; a position is an agreement. `spell` is the position of the client's spell.

    `role` is only, first (handed over), second_inside or second_outside (taken over before or after release).
    """

    spell: Days
    partner: Words
    role: Words
    prison: Words
    agreement: Days
    end: Days
    end_reason: Words
    handed_over_to: Words

    def take(self, rows: Mask | Days) -> Cases:
        """The chosen agreements."""
        return Cases(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def __len__(self) -> int:
        return len(self.spell)


def join(parts: list[Cases]) -> Cases:
    """One `Cases` of several."""
    return Cases(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Cases)})


@dataclass
class Clients:
    """The programme's clients: their spells, and what is fixed at the agreement. Arrays of one length.

    `post` and `pre` are handed over after and before release, `left_early` end the agreement in prison, `later`
    are clients who were clients before.
    """

    spells: Spells
    pseudonym: Words
    region: Words
    agreement: Days
    expected: Days
    plan: Days
    post: Mask
    pre: Mask
    left_early: Mask
    later: Mask


def draw_clients(rng: np.random.Generator, spells: Spells, people: People, unlinked: int, extract: int) -> Clients:
    """Clients of the spells; `unlinked` more who resemble others but whom the Prison Service does not know."""
    chosen = np.flatnonzero(spells.client)
    chosen = np.concatenate([chosen, rng.choice(chosen, size=unlinked, replace=False)])
    own = spells.take(chosen)
    size = len(own)
    names = people.pseudonym[own.person].copy()
    names[size - unlinked :] = pseudonyms(rng, unlinked)
    home = people.region[own.person]
    region = np.where(rng.random(size) < 0.45, region_of(own.prison), home)
    late = rng.random(size) < rates.AGREED_LATE
    lead = np.where(late, rng.integers(6, 28, size), rng.integers(36, 270, size))
    agreement = np.minimum(own.release - lead, extract - 10)
    first = START + 3 + rng.integers(0, 26, size)
    agreement = np.maximum(agreement, np.maximum(own.admission + 4, first))
    ahead = np.where(rng.random(size) < 0.85, rng.integers(20, 220, size), -rng.integers(20, 60, size))
    expected = own.release + np.where(own.unplanned, ahead, rng.integers(-12, 13, size))
    expected = np.where(rng.random(size) < rates.NOT_EXPECTED, -1, np.maximum(expected, agreement + 5))
    planned_day = agreement + 1 + (rng.random(size) * (own.release - agreement - 1)).astype(np.int64)
    plan = np.where(rng.random(size) < rates.PLAN_BEFORE_RELEASE, planned_day, -1)
    chance = rng.random(size)
    later = np.append(False, own.person[1:] == own.person[:-1]) & (np.arange(size) < size - unlinked)
    steady = (own.contact <= 30) & (own.back > 90) & (own.death == NEVER) & (own.release <= extract)
    return Clients(
        spells=own,
        pseudonym=names,
        region=region,
        agreement=agreement,
        expected=expected,
        plan=plan,
        post=steady & (chance < 0.12) & ~later,
        pre=(own.release - agreement >= 110) & (chance > 0.92),
        later=later,
        left_early=(own.contact == NEVER) & (own.release - agreement >= 60) & (chance < 0.3),
    )


def _holder(rng: np.random.Generator, prison: Words) -> Words:
    first = rng.random(len(prison)) < 0.8
    return np.array(
        [PROGRAMME_PRISONS[p][0 if f else 1] for p, f in zip(prison.tolist(), first.tolist(), strict=True)], dtype="U12"
    )


def _other(partner: Words, prison: Words) -> Words:
    pairs = zip(partner.tolist(), prison.tolist(), strict=True)
    return np.array([next(q for q in PROGRAMME_PRISONS[p][::-1] if q != own) for own, p in pairs], dtype="U12")


def _usual_end(rng: np.random.Generator, clients: Clients) -> tuple[Days, Words]:
    """Day and reason of the end of a client's last agreement."""
    own = clients.spells
    size = len(own)
    busy = np.where(own.treatment < NEVER, own.treatment, np.where(own.contact < NEVER, own.contact, 0))
    met = own.contact < NEVER
    days = np.where(met, np.maximum(rng.integers(60, 215, size), busy + 10), rng.integers(45, 76, size))
    reason = np.where(met, pick(rng, size, END_REASONS), "lapsed").astype("U24")
    back = own.back < days
    days, reason = np.where(back, own.back, days), np.where(back, "imprisoned", reason)
    died = own.death <= own.release + days
    end = np.where(died, own.death, own.release + days)
    return end, np.where(died, "died", reason).astype("U24")


def draw_cases(rng: np.random.Generator, clients: Clients, stays: pl.DataFrame) -> Cases:
    """All agreements: one for most clients, a second one where the client was handed over."""
    own, size = clients.spells, len(clients.spells)
    prison = _prison_on(stays, clients)
    end, reason = _usual_end(rng, clients)
    partner = _holder(rng, prison)
    # Its wide table has room for one agreement of a client.
    partner[clients.later & (partner == "podane_ruce")] = "laxus"
    none = np.full(size, "", dtype="U24")
    role = np.full(size, "only", dtype="U16")
    cases = Cases(np.arange(size), partner, role, prison, clients.agreement, end.copy(), reason.copy(), none)
    _leave_early(rng, cases, clients)
    inside, outside = np.flatnonzero(clients.pre), np.flatnonzero(clients.post & ~clients.pre)
    moved = clients.agreement[inside] + rng.integers(20, 60, len(inside))
    second = _other(partner[inside], own.prison[inside])
    _hand_over(cases, inside, moved, second)
    left = own.release[outside] + np.maximum(own.contact[outside], 3) + rng.integers(3, 20, len(outside))
    left = np.minimum(left, end[outside] - 5)
    third = np.array([TAKES_OVER[r] for r in clients.region[outside].tolist()], dtype="U24")
    away = (third == partner[outside]) | (rng.random(len(outside)) < 0.15)
    _hand_over(cases, outside, left, np.where(away, "outside_provider", third))
    begins = moved + rng.integers(2, 11, len(inside))
    taken = [_taken_over(cases, inside, second, begins, "second_inside", end, reason, own.prison)]
    stays_in = ~away
    begins = left[stays_in] + rng.integers(0, 6, int(stays_in.sum()))
    rows = outside[stays_in]
    taken.append(_taken_over(cases, rows, third[stays_in], begins, "second_outside", end, reason, own.prison))
    return join([cases, *taken])


def _leave_early(rng: np.random.Generator, cases: Cases, clients: Clients) -> None:
    """Agreements that end in prison, of clients who are never met after release; not before a plan that was made."""
    rows = np.flatnonzero(clients.left_early)
    first = np.maximum(clients.agreement[rows] + 20, clients.plan[rows])
    cases.end[rows] = first + (rng.random(len(rows)) * (clients.spells.release[rows] - first - 1)).astype(np.int64)
    cases.end_reason[rows] = pick(rng, len(rows), {"withdrawn_by_client": 0.6, "lapsed": 0.3, "ended_by_partner": 0.1})


def _hand_over(cases: Cases, rows: Days, day: Days, to: Words) -> None:
    cases.role[rows], cases.end[rows] = "first", day
    cases.end_reason[rows], cases.handed_over_to[rows] = "transferred_to_partner", to


def _taken_over(
    cases: Cases, rows: Days, partner: Words, begins: Days, role: str, end: Days, reason: Words, prison: Words
) -> Cases:
    later = np.maximum(end[rows], begins + 20)
    why = np.where(later > end[rows], "completed", reason[rows]).astype("U24")
    none, roles = np.full(len(rows), "", dtype="U24"), np.full(len(rows), role, dtype="U16")
    return Cases(cases.spell[rows], partner.astype("U12"), roles, prison[rows], begins, later, why, none)


def _prison_on(stays: pl.DataFrame, clients: Clients) -> Words:
    """The prison where each client was on the day of the agreement, by the client's spell of custody."""
    own = clients.spells
    wanted = pl.DataFrame(
        {"row": np.arange(len(own)), "spell_start": own.admission, "person": own.person, "day": clients.agreement}
    )
    known = stays.select("person", "prison", day=pl.col("admission_date").to_physical().cast(pl.Int64)).sort("day")
    found = (
        wanted.sort("day")
        .join_asof(known, on="day", by="person", strategy="backward", check_sortedness=False)
        .sort("row")
    )
    return found["prison"].to_numpy().astype("U24")
