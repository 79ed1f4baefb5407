"""The made-up world is possible: no impossible date, nobody in two prisons, every reference has its row."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipeline.model import code_list, table
from pipeline.synthetic.days import EXTRACT, EXTRACT_MAGDALENA
from pipeline.synthetic.deliveries import known_rows
from pipeline.synthetic.knowledge import as_date
from pipeline.synthetic.places import PROGRAMME_PRISONS
from pipeline.synthetic.rates import NEVER
from pipeline.synthetic.shapes import CASE_SERVICE_LIMIT, PARTNERS, shape
from pipeline.synthetic.world import World, build_world


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(3_000, 11, 315, 60)


@pytest.fixture(scope="module")
def known(world: World) -> dict[tuple[str, str], pl.DataFrame]:
    last = {p: EXTRACT_MAGDALENA if p == "magdalena" else EXTRACT for p in PARTNERS}
    return {(p, name): known_rows(world, p, name, last[p]) for p in PARTNERS for name in shape(p).tables}


def test_sizes_are_those_asked_for(world: World) -> None:
    cases = world.tables["case"]
    assert cases.filter(pl.col("programme") == "romodrom").height == 60
    clients = cases.filter(pl.col("programme") == "through_the_gate")
    assert clients["person_id"].n_unique() == 315
    handed_over = clients.filter(pl.col("handed_over_to").is_in(list(PARTNERS)))["person_id"].n_unique()
    assert 0.05 < handed_over / 315 < 0.2
    wide = clients.filter(pl.col("partner") == "podane_ruce")
    assert wide["person_id"].is_unique().all()
    assert set(clients["prison"].to_list()) == set(PROGRAMME_PRISONS)


def test_keys_are_unique_and_required_values_are_there(known: dict[tuple[str, str], pl.DataFrame]) -> None:
    for (partner, name), frame in known.items():
        own = table(name)
        assert frame.height > 0, (partner, name)
        assert frame.select(own.key).is_duplicated().sum() == 0, (partner, name)
        for column in own.column:
            if column.presence == "required" and column.name != "partner":
                assert frame[column.name].null_count() == 0, (partner, name, column.name)
            if column.codes:
                assert set(frame[column.name].drop_nulls().to_list()) <= set(code_list(column.codes).codes)


def test_nothing_that_has_happened_lies_after_the_extract(known: dict[tuple[str, str], pl.DataFrame]) -> None:
    for (partner, name), frame in known.items():
        last = as_date(EXTRACT_MAGDALENA if partner == "magdalena" else EXTRACT)
        for column in table(name).column:
            plan = column.name.startswith(("planned_", "expected_")) or column.name.endswith(("_planned", "_exclusive"))
            if column.type == "date" and not plan:
                late = frame.filter(pl.col(column.name) > last)
                assert late.height == 0, (partner, name, column.name)


def test_stays_follow_one_another(world: World) -> None:
    stays = world.tables["custody_stay"].sort("person_id", "admission_date", "release_date")
    assert stays.filter(pl.col("release_date") < pl.col("admission_date")).height == 0
    before = pl.col("release_date").shift().over("person_id")
    assert stays.filter(pl.col("admission_date") < before).height == 0
    seen = pl.col("release_date") <= as_date(EXTRACT)
    moved = stays.filter((pl.col("release_reason") == "status_change") & seen)
    after = stays.select("person_id", "prison", release_date="admission_date")
    assert moved.join(after, on=["person_id", "prison", "release_date"], how="anti").height == 0
    ages = stays.join(world.tables["person"].filter(pl.col("partner") == "vscr"), on="person_id")
    assert (ages["admission_date"].dt.year() - ages["birth_year"]).min() >= 17  # type: ignore[operator]


def test_references_have_their_rows(known: dict[tuple[str, str], pl.DataFrame]) -> None:
    custody = set(known["vscr", "person"]["person_id"].to_list())
    for (partner, name), frame in known.items():
        persons = custody | set(known[partner, "person"]["person_id"].to_list())
        if "person_id" in frame.columns:
            assert set(frame["person_id"].drop_nulls().to_list()) <= persons, (partner, name)
        for column, parent in (
            ("case_id", "case"),
            ("treatment_id", "treatment"),
            ("family_member_id", "family_member"),
        ):
            if column in frame.columns and name != parent and (partner, parent) in known:
                used = set(frame[column].drop_nulls().to_list())
                assert used <= set(known[partner, parent][column].to_list()), (partner, name, column)


def test_services_lie_within_their_agreement(world: World) -> None:
    joined = world.tables["service"].join(world.tables["case"], on=["partner", "case_id"], suffix="_case")
    assert joined.filter(pl.col("service_date") < pl.col("agreement_date")).height == 0
    assert joined.filter(pl.col("service_date") > pl.col("end_date")).height == 0
    most = world.tables["service"].filter(pl.col("partner") == "podane_ruce").group_by("case_id").len()["len"].max()
    assert most <= CASE_SERVICE_LIMIT  # type: ignore[operator]


def test_the_first_contact_is_on_the_planted_day(world: World) -> None:
    counted = pl.col("setting").is_in(["gate", "community", "residential", "phone", "online"]) & pl.col("direct")
    counted &= (pl.col("attendance") == "attended") & pl.col("recipient").is_in(["client", "client_and_family"])
    clients, own = world.clients, world.clients.spells
    days = world.tables["service"].filter(counted & (pl.col("partner") != "romodrom"))
    first = dict(days.group_by("person_id").agg(pl.col("service_date").min().to_physical()).iter_rows())
    once = ~clients.later
    found = np.array([first.get(person, NEVER) for person in clients.pseudonym.tolist()])
    planted = np.where(own.contact < NEVER, own.release + own.contact, NEVER)
    early = own.contact <= 30
    assert (found[early & once] == planted[early & once]).all()
    assert (found[~early & once] > own.release[~early & once] + 30).all()


def test_nobody_is_met_or_treated_after_coming_back(world: World) -> None:
    own = world.clients.spells
    for day in (own.contact, own.treatment):
        assert ((day == NEVER) | (day < own.back) | (day > 30)).all()
    treated = own.treatment < NEVER
    assert (own.treatment[treated] < own.back[treated]).all()
