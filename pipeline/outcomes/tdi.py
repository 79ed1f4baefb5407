"""The tables of the treatment demand indicator (TDI 3.0), read from `tdi.toml`, and their rows for the database."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from pipeline.model import code_list

UNKNOWN = "unknown"


class TdiTable(BaseModel):
    """One table: an item of a treatment entry and its categories, from a code list or from bands of a number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int
    item: str
    cs: str
    en: str
    codes: str | None = None
    bands: tuple[int, ...] = ()
    several: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.codes is None) == (not self.bands):
            raise ValueError("give codes or bands")
        return self

    def categories(self) -> Iterator[tuple[str, int | None, int | None]]:
        """Each category with its first and last number (None for codes and unknown); unknown is the last."""
        if self.codes:
            yield from ((code, None, None) for code in code_list(self.codes).codes if code != UNKNOWN)
        else:
            for low, above in pairwise(self.bands):
                yield f"{low}–{above - 1}", low, above - 1
            yield f"{self.bands[-1]}+", self.bands[-1], 999
        yield UNKNOWN, None, None


@cache
def tdi_tables() -> tuple[TdiTable, ...]:
    """The tables in order."""
    text = files("pipeline.outcomes").joinpath("tdi.toml").read_text("utf-8")
    return tuple(TdiTable.model_validate(row) for row in tomllib.loads(text)["table"])


def tdi_title(number: int, language: str) -> str:
    """A table's title in `cs` or `en`."""
    table = next(t for t in tdi_tables() if t.number == number)
    return table.cs if language == "cs" else table.en


def category_rows() -> Iterator[tuple[int, str, bool, int, str, int | None, int | None]]:
    """A row per category: table, item, whether several hold, position, category, first and last number."""
    for table in tdi_tables():
        for position, (category, low, high) in enumerate(table.categories(), start=1):
            yield table.number, table.item, table.several, position, category, low, high
