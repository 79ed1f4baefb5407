"""Custody careers: spell after spell, drawn in rounds for all people at once.

Whether and when somebody comes back is drawn directly from the planted steps (`rates`), by cohort; nothing
later changes it. Clients are chosen by what is known before the release, never by what follows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from pipeline.errors import SettingsError
from pipeline.synthetic import rates
from pipeline.synthetic.days import START, day
from pipeline.synthetic.people import People, Words
from pipeline.synthetic.places import PROGRAMME_PRISONS, prisons
from pipeline.synthetic.rates import NEVER, Days, Mask, draw_days, pick

RELEASES = ("end_of_sentence", "conditional_release", "conditional_release_supervised", "court_order", "pardon")
FREE = (*RELEASES, "remand_ended")
MAX_ROUNDS = 8
AGAIN = 0.3
"""Clients who make another agreement when they are back in prison (elsewhere than with podane_ruce)."""
AGAIN_PRISONS = [prison for prison, holders in PROGRAMME_PRISONS.items() if "podane_ruce" not in holders]


@dataclass
class Spells:
    """Arrays of one length; a position is a spell of custody. Days are counted from 1970.

    `sentence_start` is NEVER for remand alone. `unplanned`, `contact`, `treatment` are a client's latent
    outcomes; `back` is days from release to the next qualifying admission, `cause` its cause.
    """

    person: Days
    admission: Days
    sentence_start: Days
    entry: Words
    offence: Days
    release: Days
    reason: Words
    prison: Words
    client: Mask
    unplanned: Mask
    contact: Days
    treatment: Days
    back: Days
    cause: Words
    death: Days
    remand_insert: Mask

    def take(self, rows: Mask | Days) -> Spells:
        """The chosen spells."""
        return Spells(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def __len__(self) -> int:
        return len(self.person)


def concatenate(parts: list[Spells]) -> Spells:
    """One `Spells` of several, ordered by person and admission."""
    joined = Spells(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Spells)})
    return joined.take(np.lexsort((joined.admission, joined.person)))


def _spells(person: Days, admission: Days, sentence_start: Days, entry: Words, offence: Days, release: Days) -> Spells:
    size = len(person)
    no, never = np.zeros(size, dtype=bool), np.full(size, NEVER, dtype=np.int64)
    return Spells(
        person=person,
        admission=admission,
        sentence_start=sentence_start,
        entry=entry.astype("U40"),
        offence=offence,
        release=release,
        reason=np.full(size, "", dtype="U40"),
        prison=np.full(size, "", dtype="U24"),
        client=no.copy(),
        unplanned=no.copy(),
        contact=never.copy(),
        treatment=never.copy(),
        back=never.copy(),
        cause=np.full(size, "", dtype="U40"),
        death=never.copy(),
        remand_insert=no.copy(),
    )


def _first_spells(rng: np.random.Generator, people: People, extract: int) -> Spells:
    size = len(people.pseudonym)
    stock = rng.random(size) < 0.45
    left = np.clip(rng.exponential(430, size), 2, 2400).astype(np.int64)
    before = rng.integers(20, 1600, size)
    length = np.clip(rng.lognormal(5.6, 0.75, size), 20, 2600).astype(np.int64)
    entered = rng.integers(START, extract - 5, size)
    admission = np.where(stock, START - before, entered)
    release = np.where(stock, START + left, entered + length)
    remand = rng.random(size) < 0.33
    remand_days = np.minimum(rng.integers(25, 240, size), np.maximum((release - admission) // 2, 1))
    alone = remand & (rng.random(size) < 0.25) & ~stock
    release = np.where(alone, admission + remand_days + 5, release)
    sentence = np.where(remand, admission + remand_days, admission)
    first = {"new_sentence": 0.87, "revocation_of_conditional_release": 0.05, "conversion_of_sanction": 0.05}
    entry = np.where(remand, "new_sentence", pick(rng, size, {**first, "earlier_offence": 0.02, "unknown": 0.01}))
    offence = np.where(rng.random(size) < 0.03, -1, admission - rng.integers(30, 700, size))
    sentence = np.where(alone, NEVER, sentence)
    return _spells(np.arange(size), admission, sentence, entry, offence, release)


def _next_spells(rng: np.random.Generator, last: Spells) -> Spells:
    size = len(last)
    qualifying = last.release + last.back
    new = np.isin(last.cause, ("new_offence", "offence_unknown", "offence_before"))
    remand = new & (last.back >= 15) & ~last.remand_insert & (rng.random(size) < 0.4)
    ahead = 1 + (rng.random(size) * np.minimum(last.back - 2, 200)).astype(np.int64)
    admission = np.where(remand, qualifying - ahead, qualifying)
    length = np.clip(rng.lognormal(5.6, 0.6, size), 45, 2400).astype(np.int64)
    # A return for another cause lasts beyond the first year, so that no later offence can count within it.
    length = np.where(new, length, np.maximum(length, 366 - last.back + rng.integers(5, 60, size)))
    later = last.release + 1 + (rng.random(size) * (admission - last.release)).astype(np.int64)
    offence = np.full(size, -1, dtype=np.int64)
    offence = np.where(last.cause == "new_offence", np.minimum(later, admission), offence)
    offence = np.where(last.cause == "offence_before", last.release - rng.integers(1, 40, size), offence)
    offence = np.where(last.cause == "earlier_offence", last.admission - rng.integers(10, 500, size), offence)
    entry = np.where(new, "new_sentence", last.cause)
    return _spells(last.person, admission, qualifying, entry, offence, qualifying + length)


def _draw_ends(rng: np.random.Generator, spells: Spells, people: People) -> None:
    size = len(spells)
    weights = {"conditional_release": 0.10, "conditional_release_supervised": rates.CONDITIONAL - 0.10}
    others = {"court_order": 0.012, "pardon": 0.003}
    rest = {"end_of_sentence": 1 - rates.CONDITIONAL - sum(others.values())}
    reason = pick(rng, size, {**weights, **others, **rest}).astype("U40")
    foreign = np.isin(people.citizenship[spells.person], ("eu", "other"))
    reason[foreign & (rng.random(size) < 0.15)] = "deportation"
    reason[rng.random(size) < 0.004] = "death"
    reason[rng.random(size) < 0.004] = "unknown"
    spells.reason = np.where(spells.sentence_start == NEVER, "remand_ended", reason).astype("U40")
    spells.prison = rng.choice(np.array(prisons(), dtype="U24"), size=size)


def _choose_clients(
    rng: np.random.Generator, spells: Spells, people: People, former: Mask, count: int, extract: int
) -> None:
    can_work = spells.release - np.maximum(spells.admission, START) >= 70
    due = (spells.release >= day(2021, 3, 15)) & (spells.release <= extract + 170) & (spells.admission <= extract - 60)
    eligible = can_work & due & np.isin(spells.reason, FREE) & (people.drug_user[spells.person] == "yes")
    again = np.flatnonzero(eligible & former[spells.person] & (rng.random(len(spells)) < AGAIN))
    eligible &= ~former[spells.person]
    eligible &= (spells.reason != "remand_ended") | (rng.random(len(spells)) < 0.25)
    rank = rng.random(len(spells))
    order = np.argsort(np.where(eligible, rank, 9.0), kind="stable")[: min(count, int(eligible.sum()))]
    for rows, inside in ((order, list(PROGRAMME_PRISONS)), (again, AGAIN_PRISONS)):
        spells.client[rows] = True
        spells.prison[rows] = rng.choice(np.array(inside, dtype="U24"), size=len(rows))
    former[spells.person[order]] = True


def _draw_outcomes(rng: np.random.Generator, spells: Spells, extract: int) -> None:
    size, client = len(spells), spells.client
    conditional = np.char.startswith(spells.reason, "conditional")
    chance = np.where(conditional, rates.UNPLANNED_IF_CONDITIONAL, rates.UNPLANNED_OTHERWISE)
    spells.unplanned = rng.random(size) < chance
    contacts = draw_days(rng, size, rates.CONTACT_PLANNED), draw_days(rng, size, rates.CONTACT_UNPLANNED)
    contact = np.where(spells.unplanned, contacts[1], contacts[0])
    start = contact + draw_days(rng, size, rates.TREATMENT_DELAY)
    spells.contact = np.where(client, contact, NEVER)
    spells.treatment = np.where(client & (start < NEVER), start, NEVER)
    back = draw_days(rng, size, rates.RETURN_OTHERS)
    spells.back = np.where(client, draw_days(rng, size, rates.RETURN_CLIENTS), back)
    spells.back[~np.isin(spells.reason, FREE)] = NEVER
    _settle_conflicts(rng, spells)
    causes = pick(rng, size, rates.CAUSES_CONDITIONAL), pick(rng, size, rates.CAUSES_OTHERWISE)
    spells.cause = np.where(conditional, causes[0], causes[1]).astype("U40")
    spells.cause[spells.back == 1] = np.where(
        spells.cause[spells.back == 1] == "new_offence", "new_offence", "earlier_offence"
    )
    _draw_rare_events(rng, spells, extract)


def _settle_conflicts(rng: np.random.Generator, spells: Spells) -> None:
    """Nobody is met or treated after coming back: such days of return are exchanged with other clients'.

    The set of all clients' days stays as drawn, so the planted rates stay true.
    """
    busy = np.where(spells.treatment < NEVER, spells.treatment, np.where(spells.contact < NEVER, spells.contact, 0))
    free = spells.client & np.isin(spells.reason, FREE)
    conflicts = np.flatnonzero(free & (spells.back <= busy))
    spare = rng.permutation(np.flatnonzero(free & (spells.back > 90) & (busy <= 30)))
    for one, other in zip(conflicts.tolist(), spare[: len(conflicts)].tolist(), strict=False):
        spells.back[one], spells.back[other] = spells.back[other], max(spells.back[one], 31)


def _draw_rare_events(rng: np.random.Generator, spells: Spells, extract: int) -> None:
    """Deaths after release, remand without a sentence, returns of unknown reason: never before a planted return."""
    size, out = len(spells), np.isin(spells.reason, FREE)
    late, never = out & (spells.back > 150), out & (spells.back == NEVER)
    spells.remand_insert = late & ~spells.client & (rng.random(size) < 0.04)
    quiet = never & ~spells.remand_insert
    chance = rng.random(size)
    died = quiet & (chance < 0.03)
    first = np.where(spells.client, 91, 1)
    spells.death = np.where(died, spells.release + rng.integers(first, 700, size), NEVER)
    spells.death = np.where(spells.reason == "death", spells.release, spells.death)
    unknown = quiet & (chance > 0.994)
    spells.back = np.where(unknown, rng.integers(91, 700, size), spells.back)
    spells.cause = np.where(unknown, "unknown", spells.cause).astype("U40")


def _remand_inserts(rng: np.random.Generator, spells: Spells) -> Spells:
    """Short remand that ends without a sentence, between a release and whatever follows."""
    last = spells.take(spells.remand_insert)
    size = len(last)
    admission = last.release + rng.integers(10, 60, size)
    never, none = np.full(size, NEVER, dtype=np.int64), np.full(size, -1, dtype=np.int64)
    entry = np.full(size, "remand", dtype="U40")
    extra = _spells(last.person, admission, never, entry, none, admission + rng.integers(10, 60, size))
    extra.reason = np.full(size, "remand_ended", dtype="U40")
    extra.prison = rng.choice(np.array(prisons(), dtype="U24"), size=size)
    return extra


def draw_careers(rng: np.random.Generator, people: People, clients: int, extract: int) -> Spells:
    """All spells that begin on or before the extract, `clients` of them with an agreement.

    Raises SettingsError when there are too few people for so many clients.
    """
    former = np.zeros(len(people.pseudonym), dtype=bool)
    spells, parts = _first_spells(rng, people, extract), []
    wanted = clients - round(0.12 * clients)
    for _ in range(MAX_ROUNDS):
        _draw_ends(rng, spells, people)
        _choose_clients(rng, spells, people, former, wanted, extract)
        wanted = clients - int(former.sum())
        _draw_outcomes(rng, spells, extract)
        parts += [spells, _remand_inserts(rng, spells)]
        again = (spells.back < NEVER) & (spells.release + spells.back <= extract + 200)
        if not again.any():
            break
        spells = _next_spells(rng, spells.take(again))
    if int(former.sum()) < clients:
        raise SettingsError(
            f"{len(former)} people are too few for {clients} clients. Give more people or fewer clients."
        )
    everything = concatenate(parts)
    return everything.take(everything.admission <= extract)
