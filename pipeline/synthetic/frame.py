"""From arrays to frames: columns with missing values, keys, and a stream of random numbers for each part."""

from __future__ import annotations

import zlib

import numpy as np
import polars as pl

from pipeline.synthetic.people import Words
from pipeline.synthetic.rates import Days

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


def dates(values: Days) -> pl.Series:
    """Days since 1970 as dates; what is not positive is missing."""
    return pl.Series(values, dtype=pl.Int64).cast(pl.Int32).cast(pl.Date).set(pl.Series(values <= 0), None)


def integers(values: Days) -> pl.Series:
    """Whole numbers; negative ones are missing."""
    return pl.Series(values, dtype=pl.Int64).set(pl.Series(values < 0), None)


def words(values: Words) -> pl.Series:
    """Words; empty ones are missing."""
    return pl.Series(values, dtype=pl.String).set(pl.Series(values == ""), None)


def generator(seed: int, part: str) -> np.random.Generator:
    """An independent stream of random numbers for each part, so that one part changes no other."""
    return np.random.default_rng([seed, zlib.crc32(part.encode())])


def number(frame: pl.DataFrame, column: str, letter: str, digits: int = 4) -> pl.DataFrame:
    """Give every row a key like `CP-V0001`, counted within its partner in the frame's order."""
    order = pl.int_range(1, pl.len() + 1).over("partner").cast(pl.String).str.zfill(digits)
    return frame.with_columns(
        pl.format("{}-{}{}", pl.col("partner").replace_strict(PREFIX), pl.lit(letter), order).alias(column)
    )
