"""One entry of a contract applied to sheets of one header: which cells make which model columns."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.model import Column, Table, table
from pipeline.sources import ColumnRule, Condition, Contract, Produces
from pipeline.staging.convert import clean, folded, listed, literal, missing_words
from pipeline.staging.headers import Header, repeated_numbers


@dataclass(frozen=True)
class Conversion:
    """One `[[file.produces]]` entry applied to the sheets of one header; `offset` is the first ordinal it may use."""

    contract: Contract
    produces: Produces
    header: Header
    group_id: int
    offset: int

    @property
    def table(self) -> Table:
        """The model table that is filled."""
        return table(self.produces.table)

    @property
    def numbers(self) -> list[int]:
        """The repeated groups' numbers, when unpivoted."""
        return repeated_numbers(self.produces, self.header) if self.produces.unpivot else []

    @property
    def width(self) -> int:
        """How many ordinals a record may take."""
        return len(self.numbers) if self.produces.unpivot else 1

    @property
    def rules(self) -> list[tuple[Column, ColumnRule]]:
        """The columns that the entry fills, in the model's order."""
        columns = self.produces.columns
        return [(c, columns[c.name]) for c in self.table.column if c.name in columns]

    def cell(self, text: str, number: int | None = None, rule: ColumnRule | None = None) -> str:
        """The cleaned cell of a column; NULL when the sheet has no such column."""
        position = self.header.position(text if number is None else text.replace("{n}", str(number)))
        words = missing_words(rule, self.contract.values) if rule else ()
        return clean(f"cells[{position}]", words) if position else "null::varchar"

    def raw(self, rule: ColumnRule, number: int | None = None) -> str:
        """The text that a model column is made from."""
        if rule.value is not None:
            return literal(rule.value)
        if rule.source is not None:
            return self.cell(rule.source, number, rule)
        parts = []
        for plain, column in _split(_numbered(rule.template or "", number)):
            parts += [literal(plain)] if plain else []
            parts += [self.cell(column, number, rule)] if column else []
        return " || ".join(parts)


def holds(conversion: Conversion, condition: Condition, number: int | None = None) -> str:
    """A condition as SQL that is never NULL."""
    cell = conversion.cell(condition.column, number)
    if condition.present is not None:
        return f"({cell} is {'not ' if condition.present else ''}null)"
    words = condition.among if condition.equals is None else (condition.equals,)
    return f"coalesce({folded(cell)} in ({listed(words or ())}), false)"


def _numbered(template: str, number: int | None) -> str:
    """A template with the repeated group's number in place of {n} and {n:02}."""
    if number is None:
        return template
    return re.sub(r"\{n(?::0(\d))?\}", lambda m: str(number).zfill(int(m[1] or 0)), template)


def _split(template: str) -> list[tuple[str, str]]:
    pieces = []
    for part in template.split("{"):
        column, closed, plain = part.partition("}")
        pieces += [("", column), (plain, "")] if closed else [(part, "")]
    return pieces
