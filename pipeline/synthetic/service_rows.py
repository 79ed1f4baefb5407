"""Treatments and services as rows of the case model, with their keys."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.synthetic import care, services
from pipeline.synthetic.careers import Spells
from pipeline.synthetic.days import EXTRACT_MAGDALENA
from pipeline.synthetic.frame import generator, number
from pipeline.synthetic.people import People
from pipeline.synthetic.places import prisons, region_of
from pipeline.synthetic.programme import Cases, Clients


def treatment_rows(seed: int, cases: Cases, clients: Clients, spells: Spells, people: People) -> pl.DataFrame:
    """Treatments of all partners; a row is an episode."""
    outside = care.draw_treatments(generator(seed, "treatments"), cases, clients, EXTRACT_MAGDALENA)
    inside = care.prison_treatments(generator(seed, "prison treatments"), spells, people).with_columns(
        partner=pl.lit("vscr")
    )
    both = pl.concat([outside, inside], how="diagonal_relaxed")
    return number(both, "treatment_id", "L")


def service_rows(
    seed: int, cases: Cases, clients: Clients, frame: pl.DataFrame, treatments: pl.DataFrame
) -> pl.DataFrame:
    """Services of the six organisations; those of a treatment belong to an agreement while it lasts."""
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
