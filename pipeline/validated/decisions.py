"""`decisions.toml`: what somebody decided about the data, with reason and owner.

An acceptance keeps a warning from being asked again until it expires; a linkage decision says of two pseudonyms
whether they are one person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from pipeline.errors import SettingsError
from pipeline.run import Run
from pipeline.settings import Settings, Strict, list_problems, read_toml
from pipeline.validated.rules import Rule


class Acceptance(Strict):
    """One tolerated warning: rule, partner, table and (by prison) key; `expires` is the last day it holds."""

    rule: str
    partner: str
    table: str
    key: str = ""
    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    expires: date


class LinkageDecision(Strict):
    """Of two pseudonyms: one person (`same`: from then on counted under the first) or two (`different`)."""

    persons: tuple[str, str]
    decision: Literal["same", "different"]
    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    date: date

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.persons[0] == self.persons[1]:
            raise ValueError("persons: name two pseudonyms")
        return self


class WithdrawalDecision(Strict):
    """What is done about one person who withdrew consent, besides leaving them out at once, which needs no decision.

    `person` is the mark in the steward's file, not a pseudonym. Who is to go altogether is forgotten by command.
    """

    person: str = Field(pattern="^[0-9a-f]{12}$")
    decision: Literal["keep_excluded"]
    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    expires: date


class Decisions(Strict):
    """The whole file."""

    acceptance: tuple[Acceptance, ...] = ()
    linkage: tuple[LinkageDecision, ...] = ()
    withdrawal: tuple[WithdrawalDecision, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> Self:
        pairs = [frozenset(d.persons) for d in self.linkage]
        if len(set(pairs)) < len(pairs):
            raise ValueError("linkage: the same two pseudonyms are decided twice; keep one decision")
        return self


def read_decisions(settings: Settings) -> Decisions:
    """All decisions of the project; none where there is no `decisions.toml`.

    Raises SettingsError listing every problem.
    """
    path = settings.root / "decisions.toml"
    if not path.exists():
        return Decisions()
    try:
        return Decisions.model_validate(read_toml(path, "decisions.toml"))
    except ValidationError as problems:
        raise SettingsError(list_problems("decisions.toml", problems)) from None


def read_acceptances(settings: Settings) -> tuple[Acceptance, ...]:
    """The acceptances alone; see `read_decisions`."""
    return read_decisions(settings).acceptance


def acceptances_in_force(settings: Settings, run: Run, rules: Iterable[Rule] = ()) -> tuple[Acceptance, ...]:
    """The acceptances, all in force on the run's as-of date (without one: the quarter's last day).

    Raises SettingsError naming each acceptance, and each threshold of a rule, that has run out.
    """
    accepted = read_acceptances(settings)
    today = run.as_of or run.quarter.last_day
    problems = [
        f"decisions.toml: the acceptance of {a.rule} for {a.partner}, table {a.table}, ended on {a.expires}. "
        f"{a.owner} decides: renew it with a reason, or remove it."
        for a in accepted
        if a.expires < today
    ] + [
        f"expectations/rules: the threshold of {rule.id} ended on {rule.expires}. "
        f"{rule.owner} decides: renew it with a reason, or remove it."
        for rule in rules
        if rule.expires and rule.expires < today
    ]
    if problems:
        raise SettingsError(problems)
    return accepted


def same_persons(settings: Settings) -> dict[str, str]:
    """Which pseudonym stands for which other by decision `same`, chains followed to their end.

    Raises SettingsError where decisions `same` and `different` contradict each other.
    """
    decisions = read_decisions(settings).linkage
    leader: dict[str, str] = {}

    def first(person: str) -> str:
        """The pseudonym under which a person is counted."""
        while person in leader:
            person = leader[person]
        return person

    for one, other in (d.persons for d in decisions if d.decision == "same"):
        kept, merged = first(one), first(other)
        if kept != merged:
            leader[merged] = kept
    if torn := [d for d in decisions if d.decision == "different" and first(d.persons[0]) == first(d.persons[1])]:
        raise SettingsError(
            [
                f"decisions.toml: linkage: the decision of {d.date} by {d.owner} calls two pseudonyms different that "
                "other decisions join. Keep one of them."
                for d in torn
            ]
        )
    return {person: first(person) for person in sorted(leader)}
