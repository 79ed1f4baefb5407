"""Disclosure profiles: TOML files in `profiles/` that set everything; what is missing or unknown stops the release."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from pipeline.errors import DisclosureError
from pipeline.settings import Strict, list_problems


class Dominance(Strict):
    """A magnitude is hidden when its `largest` contributors hold more than `percent` of it."""

    largest: Literal[1]
    percent: int = Field(ge=50, le=100)


class Profile(Strict):
    """Every setting of a release; none has a default, so none can be forgotten.

    `threshold` t: counts of 1 to t-1 persons are hidden, in the numerator and in the complement. `base`: all other
    counts are rounded to it. `minimum_denominator`: below it no percentage; `full_denominator`: below it percentages
    go to the nearest `coarse_percent`, limits outward. `curve_days`: intervals of a curve end at multiples of it, so
    that no end is somebody's own day. `protection_width`: how far apart the smallest and the largest possible value
    of a hidden count must stay; `protection_percent`: the same for hidden magnitudes, as a share of them.
    `open_dimensions`: groupings whose groups are no identifiable groups of people, so that 0 % and 100 % may be
    shown. `minimum_workers`: process cells of fewer are hidden (`caseload_workers` for the caseload itself).
    `insiders`: who is tried as an attacker that knows its own people, one at a time.
    """

    name: str
    method: Literal["round", "suppress"]
    threshold: int = Field(ge=3)
    base: int = Field(ge=1)
    minimum_denominator: int = Field(ge=10)  # 10 is the red line: no profile may go below it
    full_denominator: int = Field(ge=30)
    coarse_percent: int = Field(ge=1, le=25)
    curve_minimum_at_risk: int = Field(ge=10)
    curve_days: int = Field(ge=5)
    protection_width: int = Field(ge=1)
    protection_percent: int = Field(ge=1)
    dominance: Dominance
    whole_group: bool
    open_dimensions: tuple[str, ...]
    minimum_workers: int = Field(ge=2)
    caseload_workers: int = Field(ge=3)
    insiders: tuple[Literal["partner", "prison"], ...]
    refresh_breakdowns: Literal["yearly", "quarterly"]

    @model_validator(mode="after")
    def _fits(self) -> Profile:
        if self.protection_width > self.threshold - 2:
            raise ValueError("protection_width: a mark covers 1 to threshold-1, so it cannot protect more than that")
        if self.method == "round" and (self.base < 3 or self.base % 2 == 0 or self.base > self.threshold):
            raise ValueError("base: rounding needs an odd base from 3 up to the threshold")
        if self.method == "suppress" and self.base != 1:
            raise ValueError("base: suppression publishes exact counts, so the base is 1")
        if self.full_denominator < self.minimum_denominator:
            raise ValueError("full_denominator: must not be below minimum_denominator")
        return self

    @property
    def half(self) -> int:
        """How far a rounded count can lie from the true one."""
        return self.base // 2

    def describe(self) -> dict[str, object]:
        """The profile as plain data, recorded with each release."""
        return self.model_dump(mode="json")


def profile_names() -> list[str]:
    """Names of the profiles there are, sorted."""
    folder = files("pipeline.disclosure").joinpath("profiles")
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load_profile(name: str) -> Profile:
    """The profile of that name, ready to use.

    Raises DisclosureError for an unknown name and for a missing or unknown setting.
    """
    if name not in profile_names():
        raise DisclosureError(f"There is no disclosure profile '{name}'. There are: {', '.join(profile_names())}.")
    return parse_profile(files("pipeline.disclosure").joinpath("profiles", f"{name}.toml").read_text("utf-8"), name)


def parse_profile(text: str, name: str) -> Profile:
    """A profile from TOML text; raises DisclosureError that lists every missing or unknown setting."""
    try:
        profile = Profile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as problem:
        raise DisclosureError(f"Profile {name} is not valid TOML: {problem}") from None
    except ValidationError as problems:
        raise DisclosureError("\n".join(list_problems(f"profiles/{name}.toml", problems))) from None
    if profile.name != name:
        raise DisclosureError(f"Profile file {name}.toml calls itself '{profile.name}'; the two must agree.")
    return profile
