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
from pipeline.disclosure.curves import last_day
from pipeline.disclosure.rows import MeasureRow
from pipeline.errors import DisclosureError
from pipeline.outcomes import MEASURES as MEASURES_OF
from pipeline.settings import DisclosureSettings, Settings
from pipeline.warehouse import Connection
from tests.support.attacker import Release, Rules, recovered
from tests.support.curve_attacker import Drawn, Way
from tests.support.measures import cell
from tests.support.outcomes_db import project, run_of, warehouse

QUARTERS = tuple(f"{year}Q{quarter}" for year in (2022, 2023, 2024) for quarter in (1, 2, 3, 4))
WINDOWS = {"21": 0, "90": 2}  # days → quarters after the quarter of release until everybody in it is complete
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

    def followed(self, measure: str, now: int) -> tuple[int, bool]:
        """The day on which he leaves the measure's curve by the records of a quarter, and whether by an event."""
        early, ever = (self.event(measure, window, now) for window in ("21", "90"))
        day = 1 + self.number * 5 % 21 if early else 22 + self.number * 11 % 69
        seen = 91 * (now - self.quarter) + 25 + self.number % 60
        return (day, True) if (early or ever) and day <= seen else (seen, False)

    def event(self, measure: str, window: str, now: int) -> bool:
        """Whether the event is on record; a correction turns it round."""
        return self.happened[measure, window] != (0 <= self.corrected <= now)


@dataclass(frozen=True)
class Applicant:
    """Somebody who asked for the programme and is not in it: from when on record, and why from which quarter."""

    number: int
    quarter: int
    reasons: tuple[str, str]
    turned: int  # the quarter from which the second reason holds

    def reason(self, now: int) -> str:
        """Why he is not in it, by the records of a quarter."""
        return self.reasons[now >= self.turned]


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
    applicants: tuple[Applicant, ...] = ()

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
    applicants = _draw_applicants(random.Random(f"applicants {seed}"), busy, first - 1 + releases)
    return Programme(tuple(people), first, releases, measures, windows, ("all", *groupings), applicants)


def _draw_applicants(dice: random.Random, busy: int, quarters: int) -> tuple[Applicant, ...]:
    """About a third as many as are in the programme, some of whom are refused after waiting."""
    found = []
    for quarter in range(quarters):
        for _ in range(dice.randint(0, busy * 2 // 3)):
            first = dice.choice(("refused", "refused", "waiting"))
            second = dice.choice((first, "refused", "withdrawn"))
            found.append(Applicant(100_000 + len(found), quarter, (first, second), quarter + dice.randint(1, 3)))
    return tuple(found)


def _draw_person(dice: random.Random, number: int, quarter: int, partner: str, prisons: Sequence[str]) -> Person:
    happened: dict[tuple[str, str], bool] = {}
    for measure, share in MEASURES.items():
        early = dice.random() < share
        happened |= {(measure, "21"): early, (measure, "90"): early or dice.random() < share / 2}
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


def warehouse_of(programme: Programme, now: int, units: Sequence[Unit]) -> Connection:
    """A warehouse with the cells of these units, and the units themselves, with curves and the way into the cohort."""
    import polars as pl

    con = warehouse(rows_of(units, programme.groupings))
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
    _add_curves(con, programme, now)
    _add_way(con, way_of(programme, now))
    return con


def curves_of(programme: Programme, now: int) -> dict[tuple[str, str, str], dict[int, tuple[int, bool]]]:
    """Who is on the curve of each measure, of all and by planned release: person → last day, and whether an event."""
    found: dict[tuple[str, str, str], dict[int, tuple[int, bool]]] = defaultdict(dict)
    for person in programme.people:
        if person.quarter <= now and not 0 <= person.erased <= now:
            for measure in programme.measures:
                for group in (("all", ""), ("planned", person.planned)):
                    found[measure, *group][person.number] = person.followed(measure, now)
    return found


def _add_curves(con: Connection, programme: Programme, now: int) -> None:
    con.execute("delete from outcomes.on_curve")
    whose = {person.number: person for person in programme.people}
    for (measure, *group), members in curves_of(programme, now).items():
        place, days = [measure, "programme", *group], sorted(day for day, _ in members.values())
        for day in sorted(set(days)):
            events = sum(member == (day, True) for member in members.values())
            at_risk = sum(other >= day for other in days)
            con.execute("insert into outcomes.curve values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        [*place, day, at_risk, events, 0, days.count(day) - events])  # fmt: skip
        con.executemany(
            "insert into outcomes.on_curve values (?, ?, ?, ?, ?, ?, ?, '', ?, ?)",
            [
                [*place, day, "event" if event else "censored", f"p{p}", whose[p].partner_in(now), whose[p].prison]
                for p, (day, event) in members.items()
            ],
        )


def way_of(programme: Programme, now: int) -> dict[tuple[str, str], frozenset[int]]:
    """Who applied, who of them was released, and whose 21 days are complete, by step number and reason."""
    there = [p for p in programme.people if p.quarter <= now and not 0 <= p.erased <= now]
    lost = [a for a in programme.applicants if a.quarter <= now]
    inside = frozenset(person.number for person in there)
    reasons = {reason: frozenset(a.number for a in lost if a.reason(now) == reason) for reason in
               ("refused", "waiting", "withdrawn")}  # fmt: skip
    steps = {("1", ""): inside | frozenset(a.number for a in lost), ("2", ""): inside, ("3", ""): inside}
    return steps | {("2", reason): who for reason, who in reasons.items() if who}


STEPS = {"1": "applied", "2": "first_release", "3": "window_21_complete"}


def _add_way(con: Connection, way: Mapping[tuple[str, str], frozenset[int]]) -> None:
    con.execute("delete from outcomes.attrition")
    con.execute("delete from outcomes.on_way")
    for (number, reason), who in way.items():
        con.execute("insert into outcomes.attrition values ('programme', ?, ?, ?, null, ?, 0)",
                    [int(number), STEPS[number], len(who), reason])  # fmt: skip
    lost = [(person, 2, reason) for (_, reason), who in way.items() if reason for person in who]
    people = [*lost, *((person, 99, "") for person in way["2", ""])]
    con.executemany(
        "insert into outcomes.on_way values ('programme', 'persons', ?, ?, ?)",
        [[f"p{person}", step, reason] for person, step, reason in people],
    )


def settings_of(root: Path, profile: str, *, insiders: bool) -> Settings:
    """A project of its own under one profile."""
    return project(root).model_copy(update={"disclosure": DisclosureSettings(profile=profile, insiders=insiders)})


def release_of(bundle: Bundle, units: Sequence[Unit], programme: Programme, now: int) -> Release:
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
        drawn_curves(bundle, programme, now),
        printed_way(bundle, programme, now),
    )


def drawn_curves(bundle: Bundle, programme: Programme, now: int) -> dict[tuple[str, str, str], Drawn]:
    """The curves that a bundle shows, beside who is on them."""
    found, profile = {}, load_profile(bundle.meta.profile["name"])
    for (measure, *group), members in curves_of(programme, now).items():
        name = f"curve:{measure}"
        rows = bundle.table(name).rows(group_by=group[0], group_value=group[1]) if name in bundle.tables else []
        if rows:
            found[measure, group[0], group[1]] = Drawn(
                tuple((int(row.keys["day_from"]), int(row.keys["day_to"])) for row in rows),
                tuple({n: (row[n].value, str(row[n].status)) for n in ("at_risk", "events")} for row in rows),
                bool(rows[0]["events"].published_on),
                members,
                last_day(MEASURES_OF[measure].windows, profile) or 0,
            )
    return found


def printed_way(bundle: Bundle, programme: Programme, now: int) -> Way | None:
    """The way into the cohort that a bundle shows, beside who is on it."""
    rows = bundle.table("attrition").all_rows
    cells = {(r.keys["step_number"], r.keys["reason"]): (r["persons"].value, str(r["persons"].status)) for r in rows}
    repeats = any(cell.published_on for row in rows for cell in row.cells.values())
    return Way(cells, repeats, way_of(programme, now)) if rows else None


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
            folder = draft(warehouse_of(programme, now, units), settings, run)
        except DisclosureError as stopped:
            if not re.search(REFUSED, str(stopped)):
                raise
            continue
        releases.append(release_of(open_bundle(release(settings, folder, checked_by="A")), units, programme, now))
    who = sorted({insider for one in releases for insider in one.own}) if insiders else []
    rules = rules_of(load_profile(profile))
    found = [
        f"{insider or 'a reader'}: {what}" for insider in (None, *who) for what in recovered(releases, rules, insider)
    ]
    return Outcome(len(releases), len(programme.quarters()) - len(releases), tuple(found))
