"""The whole made-up world as frames with the model's own columns: what is true, before anybody delivers it.

Every frame has the columns of its table, `partner` (vscr: the Prison Service) and `known_on`, the day on
which the row comes to be. Values that come later than an extract are taken out by `knowledge`.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipeline.model import table
from pipeline.synthetic import care, circumstances, romodrom, services
from pipeline.synthetic.careers import START, Spells, day, draw_careers
from pipeline.synthetic.people import People, Words, draw_people, pseudonyms
from pipeline.synthetic.places import prisons, region_of
from pipeline.synthetic.programme import REFERRALS, Cases, Clients, draw_cases, draw_clients
from pipeline.synthetic.rates import COMPLAINTS_EXPLAINED, pick
from pipeline.synthetic.stays import dates, draw_convictions, draw_deaths, draw_stays, words

EXTRACT, EXTRACT_MAGDALENA = day(2023, 7, 31), day(2023, 6, 30)
KOTEC_FIRST_EXTRACT, SANANIM_FIRST_EXTRACT = day(2023, 4, 30), day(2022, 12, 31)
ASKED = START + 10, EXTRACT - 5
PREFIX = {
    "vscr": "VL",
    "cppt": "CP",
    "kotec": "KO",
    "laxus": "LX",
    "magdalena": "MG",
    "sananim": "SN",
    "podane_ruce": "PR",
    "romodrom": "RD",
}
CHANGES_KNOWN = {"kotec": KOTEC_FIRST_EXTRACT, "sananim": SANANIM_FIRST_EXTRACT}
NEEDS, ENTRIES, STATUS, APPLICATIONS = ("kotec", "laxus", "podane_ruce"), ("laxus",), ("podane_ruce",), ("kotec",)


@dataclass
class World:
    """Model rows by table, and the arrays that they were made from (for the truth)."""

    tables: dict[str, pl.DataFrame]
    spells: Spells
    people: People
    clients: Clients


def generator(seed: int, part: str) -> np.random.Generator:
    """An independent stream of random numbers for each part, so that one part changes no other."""
    return np.random.default_rng([seed, zlib.crc32(part.encode())])


def number(frame: pl.DataFrame, column: str, letter: str, digits: int = 4) -> pl.DataFrame:
    """Give every row a key like `CP-V0001`, counted within its partner in the frame's order."""
    order = pl.int_range(1, pl.len() + 1).over("partner").cast(pl.String).str.zfill(digits)
    return frame.with_columns(
        pl.format("{}-{}{}", pl.col("partner").replace_strict(PREFIX), pl.lit(letter), order).alias(column)
    )


def _case_frame(rng: np.random.Generator, cases: Cases, clients: Clients) -> pl.DataFrame:
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


def _expected_changes(rng: np.random.Generator, cases: pl.DataFrame) -> pl.DataFrame:
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


def _managers(rng: np.random.Generator, cases: pl.DataFrame) -> pl.DataFrame:
    """Three to five workers per partner."""
    names = {partner: pseudonyms(rng, int(rng.integers(3, 6))) for partner in sorted(PREFIX)}
    drawn = [str(rng.choice(names[partner])) for partner in cases["partner"].to_list()]
    return cases.with_columns(case_manager_id=pl.Series(drawn, dtype=pl.String))


def _treatments(seed: int, cases: Cases, clients: Clients, spells: Spells, people: People) -> pl.DataFrame:
    outside = care.draw_treatments(generator(seed, "treatments"), cases, clients, EXTRACT_MAGDALENA)
    inside = care.prison_treatments(generator(seed, "prison treatments"), spells, people).with_columns(
        partner=pl.lit("vscr")
    )
    both = pl.concat([outside, inside], how="diagonal_relaxed")
    return number(both, "treatment_id", "L")


def _services(seed: int, cases: Cases, clients: Clients, frame: pl.DataFrame, treatments: pl.DataFrame) -> pl.DataFrame:
    rng = generator(seed, "services")
    keys = frame.select(
        "position", "case_id", "partner", "person_id", "prison", "region_after_release", "release_day", "end_date"
    )
    plain = services.draw_services(rng, cases, clients).join(keys, left_on="case", right_on="position", how="left")
    outside = treatments.filter(pl.col("partner") != "vscr").with_row_index("treatment")
    own = care.treatment_services(rng, outside)
    own = own.join(
        outside.select(pl.col("treatment").cast(pl.Int64), "treatment_id", "partner", "person_id", "case"),
        on="treatment",
        how="left",
    )
    own = own.join(keys.drop("partner", "person_id"), left_on="case", right_on="position", how="left")
    inside_case = pl.col("service_date") <= pl.col("end_date")
    own = own.with_columns(
        case_id=pl.when(inside_case).then("case_id"),
        attendance=pl.lit("attended"),
        recipient=pl.lit("client"),
        direct=pl.lit(True),
    )
    own = own.filter(pl.col("case_id").is_not_null() | ~pl.col("partner").is_in(["laxus", "podane_ruce"]))
    both = pl.concat([plain, own], how="diagonal_relaxed")
    before = pl.col("service_date").to_physical() < pl.col("release_day")
    home = pl.col("prison").replace_strict(_prison_regions(), default=None)
    both = both.with_columns(region=pl.when(before).then(home).otherwise("region_after_release"))
    order = ["partner", "service_date", "person_id", "service_code", "recipient", "minutes", "setting", "attendance"]
    both = number(both.sort(order, nulls_last=True), "service_id", "V", 5)
    nth = pl.int_range(1, pl.len() + 1).over("partner", "case_id").cast(pl.String).str.zfill(2)
    wide = pl.format("{}-{}", "case_id", nth)
    return both.with_columns(service_id=pl.when(pl.col("partner") == "podane_ruce").then(wide).otherwise("service_id"))


def _prison_regions() -> dict[str, str]:
    names = np.array(prisons())
    return dict(zip(names.tolist(), region_of(names).tolist(), strict=True))


def _romodrom(seed: int, spells: Spells, people: People, count: int) -> dict[str, pl.DataFrame]:
    rng = generator(seed, "romodrom")
    made = romodrom.draw_agreements(rng, spells, people, count, EXTRACT)
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
    cases = number(frame.sort("agreement_date", "person_id"), "case_id", "D")
    families = romodrom.draw_families(rng, made)
    keys = cases.select("position", "case_id")
    work = romodrom.draw_services(rng, made, families).with_columns(partner=pl.lit("romodrom"))
    work = work.join(keys, left_on="row", right_on="position", how="left")
    work = work.sort("service_date", "case_id", "service_code", "family_member_id", "person_id", nulls_last=True)
    complaints = romodrom.draw_complaints(rng, max(6, size // 4), START + 20, EXTRACT - 3).with_columns(
        partner=pl.lit("romodrom")
    )
    status = circumstances.draw_living_status(rng, cases)
    free = _strangers(rng, spells, people, 3 * size)
    asked = circumstances.draw_applications(rng, cases, free, ASKED, romodrom.SOURCES)
    return {
        "case": cases,
        "family_member": families.with_columns(partner=pl.lit("romodrom")),
        "service": number(work, "service_id", "S"),
        "living_status": number(status, "status_id", "Z"),
        "complaint": number(complaints, "complaint_id", "ST", 3),
        "application": number(asked, "application_id", "Z"),
    }


def _strangers(rng: np.random.Generator, spells: Spells, people: People, count: int) -> Words:
    """Pseudonyms of people in custody who are nobody's clients."""
    apart = np.setdiff1d(np.arange(len(people.pseudonym)), spells.person[spells.client])
    chosen: Words = people.pseudonym[rng.choice(apart, size=min(count, len(apart)), replace=False)]
    return chosen


KNOWN_ON = {
    "custody_stay": "admission_date",
    "conviction": "conviction_date",
    "death": "death_date",
    "application": "application_date",
    "case": "agreement_date",
    "service": "service_date",
    "treatment": "start_date",
    "treatment_entry": "entry_date",
    "need": "raised_date",
    "living_status": "status_date",
    "assessment": "assessment_date",
    "complaint": "received_date",
    "family_member": "consent_date",
}
EXTRA = {"case": ["release_day", "gone", "expected_later", "changed_on"]}


def _persons(seed: int, people: People, clients: Clients, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """A row per person and partner: everybody at the Prison Service, clients also where they are clients."""
    rng = generator(seed, "persons")
    unlinked = ~np.isin(clients.pseudonym, people.pseudonym)
    facts = {
        name: np.concatenate([getattr(people, name), getattr(people, name)[clients.spells.person[unlinked]]])
        for name in ("sex", "birth_year", "citizenship", "region", "education")
    }
    known = pl.DataFrame({"person_id": np.concatenate([people.pseudonym, clients.pseudonym[unlinked]]), **facts})
    seen = [
        frame.select("partner", "person_id", since=pl.col(KNOWN_ON[name]).cast(pl.Date))
        for name, frame in tables.items()
        if name in ("case", "treatment", "service") and "person_id" in frame.columns
    ]
    first = pl.concat(seen).filter((pl.col("partner") != "vscr") & pl.col("person_id").is_not_null())
    first = first.group_by("partner", "person_id").agg(pl.col("since").min()).sort("partner", "since", "person_id")
    ours = first.join(known, on="person_id", how="left").rename({"since": "consent_date"})
    off_by_one = pl.Series((rng.random(ours.height) < 0.03).astype(np.int64))
    ours = ours.with_columns(birth_year=pl.col("birth_year") + off_by_one, known_on="consent_date")
    where = (
        tables["case"]
        .filter(pl.col("partner") == "romodrom")
        .select("partner", "person_id", here="region_after_release")
    )
    ours = ours.join(
        where.unique(["partner", "person_id"], maintain_order=True), on=["partner", "person_id"], how="left"
    )
    ours = ours.with_columns(region=pl.coalesce("here", "region")).drop("here")
    vscr = known.head(len(people.pseudonym)).select("person_id", "sex", "birth_year", "citizenship").sort("person_id")
    return pl.concat(
        [vscr.with_columns(partner=pl.lit("vscr"), known_on=pl.date(2021, 1, 1)), ours], how="diagonal_relaxed"
    )


def _shaped(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The model's columns in the model's order, then `known_on` and the helpers that a table needs."""
    if "known_on" not in frame.columns:
        frame = frame.with_columns(known_on=pl.col(KNOWN_ON[name]))
    columns = ["partner", *(c for c in table(name).columns if c != "partner"), "known_on", *EXTRA.get(name, [])]
    types = {"date": pl.Date(), "integer": pl.Int64(), "decimal": pl.Float64(), "boolean": pl.Boolean()}
    kinds = {c: types.get(own.type, pl.String()) for c, own in table(name).columns.items()}
    missing = [pl.lit(None, dtype=kinds.get(c, pl.Date())).alias(c) for c in columns if c not in frame.columns]
    return frame.with_columns(missing).select(columns)


def build_world(people_count: int, seed: int, clients_count: int, agreements: int) -> World:
    """Draw the whole world; equal arguments give equal frames."""
    people = draw_people(generator(seed, "people"), people_count)
    unlinked = round(0.02 * clients_count)
    spells = draw_careers(generator(seed, "careers"), people, clients_count - unlinked, EXTRACT)
    stays = draw_stays(generator(seed, "stays"), spells, people, EXTRACT)
    clients = draw_clients(generator(seed, "clients"), spells, people, unlinked, EXTRACT)
    arrays = draw_cases(generator(seed, "cases"), clients, stays)
    cases = _managers(
        generator(seed, "managers"),
        _expected_changes(generator(seed, "changes"), _case_frame(generator(seed, "case rows"), arrays, clients)),
    )
    treatments = _treatments(seed, arrays, clients, spells, people)
    work = _services(seed, arrays, clients, cases, treatments)
    other = _romodrom(seed, spells, people, agreements)
    other["case"] = _managers(generator(seed, "romodrom workers"), other["case"])
    rng = generator(seed, "circumstances")
    entered = treatments.filter(pl.col("partner").is_in(ENTRIES))
    birth = dict(zip(clients.pseudonym.tolist(), people.birth_year[clients.spells.person].tolist(), strict=True))
    born = entered["person_id"].replace_strict(birth, return_dtype=pl.Int64).to_numpy()
    asked = circumstances.draw_applications(
        rng,
        cases.filter(pl.col("partner").is_in(APPLICATIONS)),
        _strangers(rng, spells, people, len(cases)),
        ASKED,
        REFERRALS,
    )
    tables = {
        "custody_stay": stays.with_columns(partner=pl.lit("vscr")).sort("stay_id"),
        "conviction": draw_convictions(generator(seed, "convictions"), stays, spells, people, EXTRACT).with_columns(
            partner=pl.lit("vscr")
        ),
        "death": draw_deaths(generator(seed, "deaths"), spells, people).with_columns(partner=pl.lit("vscr")),
        "case": pl.concat([cases, other["case"]], how="diagonal_relaxed"),
        "service": pl.concat([work, other["service"]], how="diagonal_relaxed"),
        "treatment": treatments,
        "treatment_entry": number(circumstances.draw_entries(rng, entered, 2022 - born), "entry_id", "T"),
        "need": number(circumstances.draw_needs(rng, cases.filter(pl.col("partner").is_in(NEEDS))), "need_id", "N"),
        "living_status": pl.concat(
            [
                number(
                    circumstances.draw_living_status(rng, cases.filter(pl.col("partner").is_in(STATUS))),
                    "status_id",
                    "Z",
                ),
                other["living_status"],
            ]
        ),
        "assessment": _assessments(rng, cases),
        "application": pl.concat([number(asked, "application_id", "Z"), other["application"]], how="diagonal_relaxed"),
        "complaint": other["complaint"],
        "family_member": other["family_member"],
    }
    tables["person"] = _persons(seed, people, clients, tables)
    return World({name: _shaped(name, frame) for name, frame in tables.items()}, spells, people, clients)


def _assessments(rng: np.random.Generator, cases: pl.DataFrame) -> pl.DataFrame:
    drawn = circumstances.draw_assessments(rng, cases.filter(pl.col("partner") == "laxus"))
    keys = drawn.select("partner", "case_id", "instrument", "stage", "assessment_date").unique(maintain_order=True)
    keyed = number(keys.sort("assessment_date", "case_id", "instrument"), "assessment_id", "A")
    return drawn.join(keyed, on=["partner", "case_id", "instrument", "stage", "assessment_date"], how="left")
