"""The scales of TOP, WHOQOL-BREF, EuropASI and GAS, read from `instruments.toml`, and their rows for the database."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipeline.outcomes.definition import Text


class Item(BaseModel):
    """One question: its name in `assessment.item` and the lowest and highest answer.

    `log` is the published divisor of its logarithm (amounts of money); `one_of` says of how many questions it is one
    that together weigh as much as any other.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    item: str
    low: float
    high: float
    reversed: bool = False
    log: float | None = None
    one_of: int = 1


class Scale(BaseModel):
    """One scale of an instrument; see the head of `instruments.toml`. GAS has goals instead of items."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    instrument: Literal["top", "whoqol_bref", "europasi", "gas"]
    cs: str
    en: str
    better: Literal["higher", "lower"]
    multiplier: float
    answered: int
    items: tuple[Item, ...]
    reliability: float | None = None

    @property
    def title(self) -> Text:
        """Its name in both languages."""
        return Text(self.cs, self.en)


class Instrument(BaseModel):
    """Where an instrument and its scoring are published, and how many answers a case needs to be scored at all.

    `alone` are questions that belong to no scale but count as answered.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    case_answered: int = 0
    alone: tuple[Item, ...] = ()


class _Instruments(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    instrument: dict[str, Instrument]
    scale: tuple[Scale, ...]


@cache
def instruments() -> _Instruments:
    """Everything that `instruments.toml` says."""
    text = files("pipeline.outcomes").joinpath("instruments.toml").read_text("utf-8")
    return _Instruments.model_validate(tomllib.loads(text))


def scale_rows() -> Iterator[tuple[str, str, float, float, int, int, float | None]]:
    """A row per scale: id, instrument, direction (1: higher is better, else -1), multiplier, answers, reliability."""
    for s in instruments().scale:
        case = instruments().instrument[s.instrument].case_answered
        direction = 1.0 if s.better == "higher" else -1.0
        yield s.id, s.instrument, direction, s.multiplier, s.answered, case, s.reliability


def item_rows() -> Iterator[tuple[str, str, str, float, float, bool, float | None, float]]:
    """A row per item of a scale ('' for one of no scale): scale, instrument, item, lowest and highest answer, whether
    reversed, the logarithm that counts as a whole share, weight.
    """
    for s in instruments().scale:
        parts = sum(1 / i.one_of for i in s.items)
        for i in s.items:
            whole = None if i.log is None else i.log / parts
            yield s.id, s.instrument, i.item, i.low, i.high, i.reversed, whole, 1 / i.one_of
    for name, instrument in instruments().instrument.items():
        for i in instrument.alone:
            yield "", name, i.item, i.low, i.high, i.reversed, None, 1.0
