"""Persons as each partner knows them, and every table in the model's own columns."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.model import table
from pipeline.synthetic.frame import generator
from pipeline.synthetic.people import People
from pipeline.synthetic.programme import Clients

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


def person_rows(seed: int, people: People, clients: Clients, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
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


def shaped(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The model's columns in the model's order, then `known_on` and the helpers that a table needs."""
    if "known_on" not in frame.columns:
        frame = frame.with_columns(known_on=pl.col(KNOWN_ON[name]))
    columns = ["partner", *(c for c in table(name).columns if c != "partner"), "known_on", *EXTRA.get(name, [])]
    types = {"date": pl.Date(), "integer": pl.Int64(), "decimal": pl.Float64(), "boolean": pl.Boolean()}
    kinds = {c: types.get(own.type, pl.String()) for c, own in table(name).columns.items()}
    missing = [pl.lit(None, dtype=kinds.get(c, pl.Date())).alias(c) for c in columns if c not in frame.columns]
    return frame.with_columns(missing).select(columns)
