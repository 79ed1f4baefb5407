"""A made-up programme in which some persons stand under two pseudonyms, loaded as `validated`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from unittest.mock import patch

import duckdb
import numpy as np
import polars as pl

from pipeline.model import ddl, tables
from pipeline.synthetic import world as made

CUSTODY = "vscr"


@dataclass
class Splits:
    """Planted pairs (first pseudonym, second) by what went wrong."""

    at_partner: set[frozenset[str]]
    in_custody: set[frozenset[str]]

    @property
    def all(self) -> set[frozenset[str]]:
        return self.at_partner | self.in_custody


def split_world(people: int, clients: int, seed: int, share: float = 0.15) -> tuple[duckdb.DuckDBPyConnection, Splits]:
    """`share` of the clients have another pseudonym at one partner, a fifth as many persons two in custody data.

    As in life a second pseudonym comes with other slips: one in ten birth years is a year off, one in five regions
    another one.
    """
    with patch.object(made, "UNLINKED", 0.0):
        frames = dict(made.build_world(people, seed, clients, 40).tables)
    rng = np.random.default_rng(seed)
    splits = Splits(set(), set())
    _split_at_partners(frames, rng, share, splits)
    _split_custody(frames, rng, splits, round(share * clients / 5))
    con = duckdb.connect(config={"threads": 1})
    con.execute("create schema validated; create schema landing; create schema staging")
    _load(con, frames)
    return con, splits


def _split_at_partners(frames: dict[str, pl.DataFrame], rng: np.random.Generator, share: float, splits: Splits) -> None:
    held = set(frames["custody_stay"]["person_id"])
    known = sorted({(p, c) for p, c in frames["case"].select("person_id", "partner").iter_rows() if p in held})
    chosen = [known[n] for n in rng.choice(len(known), round(share * len(known)), replace=False)]
    for n, (person, partner) in enumerate(chosen):
        second = f"SPLIT{n:04}"
        splits.at_partner.add(frozenset({person, second}))
        mine = (pl.col("person_id") == person) & (pl.col("partner") == partner)
        for name, frame in frames.items():
            if "person_id" in frame.columns:
                frames[name] = frame.with_columns(
                    person_id=pl.when(mine).then(pl.lit(second)).otherwise(pl.col("person_id"))
                )
        _slip(frames, second, rng)


def _slip(frames: dict[str, pl.DataFrame], person: str, rng: np.random.Generator) -> None:
    mine = pl.col("person_id") == person
    wrong_year, wrong_region = rng.random() < 0.1, rng.random() < 0.2
    frames["person"] = frames["person"].with_columns(
        birth_year=pl.when(mine & wrong_year).then(pl.col("birth_year") + 1).otherwise(pl.col("birth_year")),
        region=pl.when(mine & wrong_region).then(pl.lit("CZ080")).otherwise(pl.col("region")),
    )


def _split_custody(frames: dict[str, pl.DataFrame], rng: np.random.Generator, splits: Splits, number: int) -> None:
    """A later custody of a person, from a new admission on, stands under a second pseudonym."""
    stays = frames["custody_stay"].sort("person_id", "admission_date")
    returned = stays.filter(
        pl.col("admission_reason").is_in(["new_sentence", "remand"]) & pl.col("person_id").is_duplicated()
    )
    again = (
        returned.group_by("person_id")
        .agg(pl.col("admission_date").max())
        .join(stays.group_by("person_id").agg(first=pl.col("admission_date").min()), on="person_id")
    )
    free = again.filter((pl.col("admission_date") > pl.col("first")) & ~pl.col("person_id").str.starts_with("SPLIT"))
    chosen = free.sort("person_id").sample(min(number, free.height), seed=int(rng.integers(1 << 30)))
    for n, (person, since) in enumerate(chosen.select("person_id", "admission_date").iter_rows()):
        second = f"AGAIN{n:04}"
        splits.in_custody.add(frozenset({person, second}))
        later = (pl.col("person_id") == person) & (pl.col("admission_date") >= since)
        frames["custody_stay"] = frames["custody_stay"].with_columns(
            person_id=pl.when(later).then(pl.lit(second)).otherwise(pl.col("person_id"))
        )
        copy = frames["person"].filter((pl.col("person_id") == person) & (pl.col("partner") == CUSTODY))
        frames["person"] = pl.concat([frames["person"], copy.with_columns(person_id=pl.lit(second))])


def _load(con: duckdb.DuckDBPyConnection, frames: dict[str, pl.DataFrame]) -> None:
    people = frames["person"]
    con.register("people", people.select("partner").unique().sort("partner"))
    con.execute(
        "create table landing.delivery as select partner as delivery_id, partner, date '2023-07-31' as extract_date, "
        "'full' as kind, ? as received_at from people",
        [datetime(2023, 8, 1)],
    )
    con.execute(
        "create table landing.file as select partner as file_id, partner as delivery_id, 1 as file_order from people"
    )
    con.execute("create table validated.delivery as select *, 'accepted' as verdict from landing.delivery")
    for table in tables().values():
        con.execute(ddl(table, "validated"))
        if table.name in frames:
            frame = frames[table.name].with_row_index("row_number", 1)
            con.register("frame", frame)
            shared = [c.name for c in table.column if c.name in frame.columns]
            names = ", ".join(f'"{c}"' for c in ("partner", *shared) if c != "partner")
            place = "partner, delivery_id, file_id, sheet, row_number, ordinal"
            con.execute(
                f"insert into validated.{table.quoted} ({place}, {names}) "
                f"select partner, partner, partner, '', row_number, 0, {names} from frame"
            )
