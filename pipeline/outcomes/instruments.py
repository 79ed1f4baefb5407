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
    """One question: its name in `assessment.item` and the lowest and highest answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    item: str
    low: float
    high: float
    reversed: bool = False


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
    """Where an instrument and its scoring are published, and how many answers a case needs to be scored at all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    case_answered: int = 0


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


def item_rows() -> Iterator[tuple[str, str, str, float, float, bool]]:
    """A row per item of a scale: scale, instrument, item, lowest and highest answer, whether reversed."""
    for s in instruments().scale:
        for i in s.items:
            yield s.id, s.instrument, i.item, i.low, i.high, i.reversed
