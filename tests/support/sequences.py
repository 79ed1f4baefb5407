"""Small made-up programmes that evolve over quarters, and the true cells that each quarter's release is made from.

A programme is a list of people: when, where and with whom they were released, what became of them, and what goes wrong
with their records (a late correction, an erasure, a move to another partner). `cells_of` counts them as of a quarter as
the definitions say, in plain Python; `warehouse_of` puts the same people and cells where the disclosure stage reads.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.disclosure import Bundle, Profile, draft, load_profile, open_bundle, release
from pipeline.disclosure.rows import MeasureRow
from pipeline.errors import DisclosureError
from pipeline.settings import DisclosureSettings, Settings
from pipeline.warehouse import Connection
from tests.support.attacker import Release, Rules, recovered
from tests.support.measures import cell
from tests.support.outcomes_db import project, run_of, warehouse

QUARTERS = tuple(f"{year}Q{quarter}" for year in (2022, 2023, 2024) for quarter in (1, 2, 3, 4))
WINDOWS = {"7": 0, "90": 2}  # days → quarters after the quarter of release until everybody in it is complete
MEASURES = {"contact_made": 0.5, "treatment_started": 0.25}  # measure → share with the event
GROUPINGS = ("partner", "prison", "quarter", "planned")
COUNTS = ("n", "x", "persons", "possible", "too_early", "unobserved")
REFUSED = "can(not)? be made safe|No measure has a single number"  # the words of an honest stop
Key = tuple[str, ...]  # measure, component, cohort, cell_set, window, group_by, group_value
Counts = dict[str, int]


@dataclass
class Person:
    """One client; `seen` is how the record reads at first, `later` from the quarter `corrected` on (-1: never)."""

    number: int
    quarter: int  # of release, counted from the first
    partner: str
    prison: str
    planned: str
    happened: dict[tuple[str, str], bool]  # measure, window → event
    doubtful: bool  # without an event he counts as possible until the quarter after
    corrected: int = -1
    erased: int = -1
    moved: int = -1
    moved_to: str = ""

    def partner_in(self, now: int) -> str:
        """Whose client he is by the records of a quarter."""
        return self.moved_to if 0 <= self.moved <= now else self.partner

    def event(self, measure: str, window: str, now: int) -> bool:
        """Whether the event is on record; a correction turns it round."""
        return self.happened[measure, window] != (0 <= self.corrected <= now)


@dataclass(frozen=True)
class Unit:
    """What one person adds to the cells of a measure and window in one quarter's records."""

    person: int
    measure: str
    window: str
    groups: Mapping[str, str]
    measured: bool
    counts: Counts


@dataclass(frozen=True)
class Programme:
    """People and how many quarters are released."""

    people: tuple[Person, ...]
    first: int  # number of quarters in the first release
    releases: int
    measures: tuple[str, ...]
    windows: tuple[str, ...]
    groupings: tuple[str, ...]

    def quarters(self) -> range:
        """The quarters that are released, counted from the first of the programme."""
        return range(self.first - 1, self.first - 1 + self.releases)


def draw_programme(seed: int) -> Programme:
    """A programme of two to four partners, one to three prisons and 20 to 250 people, most with a quiet record.

    Its tables are small: one or two measures and windows, by two to four groupings.
    """
    dice = random.Random(seed)
    partners = [f"partner_{c}" for c in "abcd"[: dice.randint(2, 4)]]
    prisons = [f"prison_{c}" for c in "rst"[: dice.randint(1, 3)]]
    weights = [dice.choice((1, 3, 6)) for _ in partners]
    first, releases = dice.randint(1, 3), dice.choice((2, 2, 3, 3, 4))
    busy, trouble = dice.choice((8, 14, 25, 40)), dice.choice((0.0, 0.02, 0.06))
    people: list[Person] = []
    for quarter in range(first - 1 + releases):
        for _ in range(max(1, int(dice.gauss(busy, busy / 4)))):
            people.append(_draw_person(dice, len(people), quarter, dice.choices(partners, weights)[0], prisons))
            _trouble(dice, people[-1], partners, trouble, first - 1 + releases)
    measures, windows = (tuple(names)[: dice.randint(1, 2)] for names in (MEASURES, WINDOWS))
    groupings = tuple(sorted(dice.sample(GROUPINGS, dice.choice((2, 2, 3, 4)))))
    return Programme(tuple(people), first, releases, measures, windows, ("all", *groupings))


def _draw_person(dice: random.Random, number: int, quarter: int, partner: str, prisons: Sequence[str]) -> Person:
    happened: dict[tuple[str, str], bool] = {}
    for measure, share in MEASURES.items():
        early = dice.random() < share
        happened |= {(measure, "7"): early, (measure, "90"): early or dice.random() < share / 2}
    planned = dice.choices(("planned", "unplanned", "unknown"), (6, 3, 1))[0]
    return Person(number, quarter, partner, dice.choice(prisons), planned, happened, dice.random() < 0.1)


def _trouble(dice: random.Random, person: Person, partners: Sequence[str], share: float, last: int) -> None:
    """A late correction, an erasure or a move, each in a quarter after the release."""
    if person.quarter + 1 < last:
        if dice.random() < share:
            person.corrected = dice.randint(person.quarter + 1, last)
        if dice.random() < share:
            person.erased = dice.randint(person.quarter + 1, last)
        if dice.random() < share:
            person.moved, person.moved_to = dice.randint(person.quarter + 1, last), dice.choice(partners)


def units_of(programme: Programme, now: int) -> Iterator[Unit]:
    """Everybody who is on record in a quarter, in every measure and window."""
    for person in programme.people:
        if person.quarter > now or 0 <= person.erased <= now:
            continue
        groups = {"partner": person.partner_in(now), "prison": person.prison, "planned": person.planned}
        groups |= {"all": "", "quarter": QUARTERS[person.quarter]}
        for measure in programme.measures:
            for window in programme.windows:
                lag = WINDOWS[window]
                complete = person.quarter + lag <= now
                event = person.event(measure, window, now)
                doubt = int(complete and not event and person.doubtful and person.quarter + lag == now)
                counts = {"n": 1, "x": int(event), "persons": 1, "possible": doubt, "unobserved": 0, "too_early": 0}
                early = dict.fromkeys(counts, 0) | {"too_early": 1}
                yield Unit(person.number, measure, window, groups, complete, counts if complete else early)


def cells_of(units: Sequence[Unit], groupings: Sequence[str]) -> dict[Key, Counts]:
    """The true counts of every cell that somebody is in."""
    found: dict[Key, Counts] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    for unit in units:
        for group_by in groupings:
            counts = found[key_of(unit, group_by)]
            for name, number in unit.counts.items():
                counts[name] += number
    return dict(sorted(found.items()))


def key_of(unit: Unit, group_by: str) -> Key:
    """The cell of one grouping that a unit counts in."""
    return (unit.measure, "", "programme", "own", unit.window, group_by, unit.groups[group_by])


def rows_of(units: Sequence[Unit], groupings: Sequence[str]) -> list[MeasureRow]:
    """The cells as the disclosure stage reads them; where nobody is complete yet the row says so."""
    complete: dict[Key, set[str]] = defaultdict(set)
    for unit in units:
        if unit.measured:
            for group_by in groupings:
                complete[key_of(unit, group_by)].add(unit.groups["quarter"])
    return [_row(key, counts, complete.get(key, set())) for key, counts in cells_of(units, groupings).items()]


def _row(key: Key, counts: Counts, quarters: set[str]) -> MeasureRow:
    names = dict(
        zip(("measure", "component", "cohort", "cell_set", "window", "group_by", "group_value"), key, strict=True)
    )
    others = {name: counts[name] for name in ("possible", "too_early", "unobserved")}
    if counts["n"]:
        return cell(counts["n"], counts["x"], **names, **others, period_from=min(quarters), period_to=max(quarters))
    nothing = dict.fromkeys(("persons", "numerator", "numerator_persons", "complement_persons", "denominator"))
    none = {"possible": None, "unobserved": None, "period_from": "", "period_to": "", "status": "too_early"}
    return cell(0, 0, **(names | others | nothing | none))


def warehouse_of(units: Sequence[Unit], groupings: Sequence[str]) -> Connection:
    """A warehouse with the cells of these units, and the units themselves."""
    import polars as pl

    con = warehouse(rows_of(units, groupings))
    records = [
        {
            "measure": u.measure, "component": "", "cohort": "programme", "cell_set": "own",
            "window_days": int(u.window), "scope": "groups", "person_id": f"p{u.person}",
            "state": "measured" if u.measured else "too_early", "amount": 1, "number": u.counts["x"],
            "possible": u.counts["possible"], "unobserved": u.counts["unobserved"],
            **{name: u.groups[name] for name in GROUPINGS},
        }
        for u in units
    ]  # fmt: skip
    frame = pl.DataFrame(records)
    con.execute(f"insert into outcomes.unit_row ({', '.join(frame.columns)}) select * from frame")
    return con


def settings_of(root: Path, profile: str, *, insiders: bool) -> Settings:
    """A project of its own under one profile."""
    return project(root).model_copy(update={"disclosure": DisclosureSettings(profile=profile, insiders=insiders)})


def release_of(bundle: Bundle, units: Sequence[Unit], programme: Programme) -> Release:
    """What a bundle shows, beside the truth about those whom it speaks of."""
    printed, repeats = {}, set()
    for name in programme.measures:
        for row in bundle.table(name).all_rows:
            key = (name, *row.keys.values())
            printed[key] = {n: (c.value, str(c.status)) for n, c in row.cells.items() if n in COUNTS}
            if row["n"].published_on:
                repeats.add(key)
    people: dict[tuple[Key, str], set[int]] = defaultdict(set)
    own: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in units:
        roles = {name for name in COUNTS if unit.counts[name]} | (
            {"rest"} if unit.counts["n"] > unit.counts["x"] else set()
        )
        for group_by in programme.groupings:
            for role in roles:
                people[key_of(unit, group_by), role].add(unit.person)
        for kind in ("partner", "prison"):
            own[kind, unit.groups[kind]].append(unit)
    return Release(
        printed,
        frozenset(repeats),
        cells_of(units, programme.groupings),
        {place: frozenset(who) for place, who in people.items()},
        {insider: cells_of(theirs, programme.groupings) for insider, theirs in own.items()},
        {insider: frozenset(unit.person for unit in theirs) for insider, theirs in own.items()},
    )


def rules_of(profile: Profile) -> Rules:
    """What every reader knows of a profile."""
    return Rules(profile.threshold, profile.base, profile.protection_width, profile.method == "round")


@dataclass(frozen=True)
class Outcome:
    """How one sequence ended: quarters released, quarters that were stopped, and what whoever found out."""

    released: int
    stopped: int
    recovered: tuple[str, ...]


def run_sequence(root: Path, seed: int, profile: str, *, insiders: bool = True) -> Outcome:
    """Release a drawn programme quarter by quarter through the real stage, and attack all releases together.

    One attack after the last release holds what attacks after the earlier ones would: it asks for everything that any
    release hides, and only knows more. A quarter that the stage refuses to release adds nothing to what is known.
    With `insiders` each partner and prison attacks too, and the stage is told to try them.
    """
    programme, settings, releases = draw_programme(seed), settings_of(root, profile, insiders=insiders), []
    for now in programme.quarters():
        units = list(units_of(programme, now))
        run = run_of(quarter=QUARTERS[now], sha256=f"{now:064x}")
        try:
            folder = draft(warehouse_of(units, programme.groupings), settings, run)
        except DisclosureError as stopped:
            if not re.search(REFUSED, str(stopped)):
                raise
            continue
        releases.append(release_of(open_bundle(release(settings, folder, checked_by="A")), units, programme))
    who = sorted({insider for one in releases for insider in one.own}) if insiders else []
    rules = rules_of(load_profile(profile))
    found = [
        f"{insider or 'a reader'}: {what}" for insider in (None, *who) for what in recovered(releases, rules, insider)
    ]
    return Outcome(len(releases), len(programme.quarters()) - len(releases), tuple(found))
