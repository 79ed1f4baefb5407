"""The whole made-up world as frames with the model's own columns: what is true, before anybody delivers it.

Every frame has the columns of its table, `partner` (vscr: the Prison Service) and `known_on`, the day on
which the row comes to be. Values that come later than an extract are taken out by `knowledge`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipeline.synthetic import circumstances
from pipeline.synthetic.careers import Spells, draw_careers
from pipeline.synthetic.case_rows import case_frame, expected_changes, managers
from pipeline.synthetic.days import ASKED, EXTRACT
from pipeline.synthetic.frame import generator, number
from pipeline.synthetic.people import People, draw_people
from pipeline.synthetic.person_rows import person_rows, shaped
from pipeline.synthetic.programme import REFERRALS, Cases, Clients, draw_cases, draw_clients
from pipeline.synthetic.romodrom_rows import romodrom_rows, strangers
from pipeline.synthetic.service_rows import service_rows, treatment_rows
from pipeline.synthetic.stays import draw_convictions, draw_deaths, draw_stays

NEEDS, ENTRIES, STATUS, APPLICATIONS = ("kotec", "laxus", "podane_ruce"), "laxus", "podane_ruce", "kotec"
UNLINKED = 0.02
"""Clients whom the Prison Service does not know by their pseudonym."""

Tables = dict[str, pl.DataFrame]


@dataclass
class World:
    """Model rows by table, and the arrays that they were made from (for the truth)."""

    tables: Tables
    spells: Spells
    people: People
    clients: Clients


def build_world(people_count: int, seed: int, clients_count: int, agreements: int) -> World:
    """Draw the whole world; equal arguments give equal frames. Raises SettingsError for too few people."""
    people = draw_people(generator(seed, "people"), people_count)
    unlinked = round(UNLINKED * clients_count)
    spells = draw_careers(generator(seed, "careers"), people, clients_count - unlinked, EXTRACT)
    stays = draw_stays(generator(seed, "stays"), spells, people, EXTRACT)
    clients = draw_clients(generator(seed, "clients"), spells, people, unlinked, EXTRACT)
    arrays = draw_cases(generator(seed, "cases"), clients, stays)
    treatments = treatment_rows(seed, arrays, clients, spells, people)
    parts = [
        _custody(seed, stays, spells, people),
        {"treatment": treatments},
        _programme(seed, arrays, clients, treatments, spells, people),
        romodrom_rows(seed, spells, people, agreements),
    ]
    parts[-1]["case"] = managers(generator(seed, "romodrom workers"), parts[-1]["case"])
    tables = _together(parts)
    tables["person"] = person_rows(seed, people, clients, tables)
    return World({name: shaped(name, frame) for name, frame in tables.items()}, spells, people, clients)


def _together(parts: list[Tables]) -> Tables:
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: pl.concat([p[name] for p in parts if name in p], how="diagonal_relaxed") for name in names}


def _custody(seed: int, stays: pl.DataFrame, spells: Spells, people: People) -> Tables:
    """What the Prison Service records, but for treatment."""
    found = {
        "custody_stay": stays.sort("stay_id"),
        "conviction": draw_convictions(generator(seed, "convictions"), stays, spells, people, EXTRACT),
        "death": draw_deaths(generator(seed, "deaths"), spells, people),
    }
    return {name: frame.with_columns(partner=pl.lit("vscr")) for name, frame in found.items()}


def _programme(
    seed: int, arrays: Cases, clients: Clients, treatments: pl.DataFrame, spells: Spells, people: People
) -> Tables:
    """What the six organisations record of the through-the-gate programme, but for treatment."""
    rows = expected_changes(generator(seed, "changes"), case_frame(generator(seed, "case rows"), arrays, clients))
    cases = managers(generator(seed, "managers"), rows)
    rng = generator(seed, "circumstances")
    of = {name: cases.filter(pl.col("partner") == name) for name in (STATUS, APPLICATIONS, ENTRIES)}
    entered = treatments.filter(pl.col("partner") == ENTRIES)
    birth = dict(zip(clients.pseudonym.tolist(), people.birth_year[clients.spells.person].tolist(), strict=True))
    age = 2022 - entered["person_id"].replace_strict(birth, return_dtype=pl.Int64).to_numpy()
    others = strangers(rng, spells, people, len(arrays))
    asked = circumstances.draw_applications(rng, of[APPLICATIONS], others, ASKED, REFERRALS)
    needs = circumstances.draw_needs(rng, cases.filter(pl.col("partner").is_in(NEEDS)))
    return {
        "case": cases,
        "service": service_rows(seed, arrays, clients, cases, treatments),
        "treatment_entry": number(circumstances.draw_entries(rng, entered, np.asarray(age)), "entry_id", "T"),
        "need": number(needs, "need_id", "N"),
        "living_status": number(circumstances.draw_living_status(rng, of[STATUS]), "status_id", "Z"),
        "assessment": _assessments(rng, of[ENTRIES]),
        "application": number(asked, "application_id", "Z"),
    }


def _assessments(rng: np.random.Generator, cases: pl.DataFrame) -> pl.DataFrame:
    drawn = circumstances.draw_assessments(rng, cases)
    occasion = ["partner", "case_id", "instrument", "stage", "assessment_date"]
    keys = drawn.select(occasion).unique(maintain_order=True).sort("assessment_date", "case_id", "instrument")
    return drawn.join(number(keys, "assessment_id", "A"), on=occasion, how="left")
