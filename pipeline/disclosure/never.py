"""What is never published, whatever the profile says; the rules stand in never.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from fnmatch import fnmatch
from functools import cache
from importlib.resources import files
from typing import Literal

from pipeline.disclosure.rows import MeasureRow
from pipeline.errors import DisclosureError
from pipeline.settings import Strict


class Rule(Strict):
    """One prohibition: which measures, crossed with which group values or dimensions, and what happens."""

    name: str
    action: Literal["stop", "leave_out"]
    measures: tuple[str, ...]
    values: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()

    def forbids(self, measure: str, dimensions: Iterable[str], values: Iterable[str]) -> bool:
        """Whether the rule speaks about such a cell."""
        return (
            _any(self.measures, [measure])
            and (not self.values or _any(self.values, values))
            and (not self.dimensions or _any(self.dimensions, dimensions))
        )


def _any(patterns: Iterable[str], texts: Iterable[str]) -> bool:
    return any(fnmatch(text.lower(), pattern) for text in texts for pattern in patterns)


@cache
def rules() -> tuple[Rule, ...]:
    """All prohibitions."""
    plain = tomllib.loads(files("pipeline.disclosure").joinpath("never.toml").read_text("utf-8"))
    return tuple(Rule.model_validate(rule) for rule in plain["rule"])


def allowed(rows: Iterable[MeasureRow]) -> list[MeasureRow]:
    """The rows without those that stay internal.

    Raises DisclosureError when a row carries a number that must never be made; such a row without a number (its
    source delivers nothing) is left out.
    """
    kept = []
    for row in rows:
        rule = broken_rule(row.measure, row.dimensions(), row.values())
        if rule and rule.action == "stop" and row.status != "not_collected":
            raise DisclosureError(f"Table {row.measure} holds what is never published: {rule.name}. Nothing released.")
        if not rule:
            kept.append(row)
    return kept


def broken_rule(measure: str, dimensions: Iterable[str], values: Iterable[str]) -> Rule | None:
    """The first prohibition that a cell breaks, or None."""
    dims, texts = list(dimensions), list(values)
    return next((rule for rule in rules() if rule.forbids(measure, dims, texts)), None)
