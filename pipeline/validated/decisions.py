"""Acceptances in `decisions.toml`: a tolerated warning has a reason, an owner and an expiry."""

from __future__ import annotations

import tomllib
from datetime import date

from pydantic import Field, ValidationError

from pipeline.errors import SettingsError
from pipeline.run import Run
from pipeline.settings import Settings, Strict, list_problems


class Acceptance(Strict):
    """One tolerated warning: rule, partner, table and (by prison) key; `expires` is the last day it holds."""

    rule: str
    partner: str
    table: str
    key: str = ""
    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    expires: date


class _Decisions(Strict):
    acceptance: tuple[Acceptance, ...] = ()


def read_acceptances(settings: Settings) -> tuple[Acceptance, ...]:
    """All acceptances of the project; none where there is no `decisions.toml`.

    Raises SettingsError listing every problem.
    """
    path = settings.root / "decisions.toml"
    if not path.exists():
        return ()
    try:
        return _Decisions.model_validate(tomllib.loads(path.read_text("utf-8"))).acceptance
    except tomllib.TOMLDecodeError as problem:
        raise SettingsError(f"decisions.toml is not valid TOML: {problem}") from None
    except ValidationError as problems:
        raise SettingsError(list_problems("decisions.toml", problems)) from None


def acceptances_in_force(settings: Settings, run: Run) -> tuple[Acceptance, ...]:
    """The acceptances, all in force on the run's as-of date (without one: the quarter's last day).

    Raises SettingsError naming each that has run out.
    """
    accepted = read_acceptances(settings)
    today = run.as_of or run.quarter.last_day
    ended = [a for a in accepted if a.expires < today]
    if ended:
        raise SettingsError(
            [
                f"decisions.toml: the acceptance of {a.rule} for {a.partner}, table {a.table}, ended on {a.expires}. "
                f"{a.owner} decides: renew it with a reason, or remove it."
                for a in ended
            ]
        )
    return accepted
