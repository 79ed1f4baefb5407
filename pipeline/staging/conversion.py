"""One entry of a contract applied to sheets of one header: which cells make which model columns."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.model import Column, Table, table
from pipeline.sources import ColumnRule, Condition, Contract, Produces
from pipeline.staging.convert import clean, folded, listed, literal, missing_words
from pipeline.staging.headers import Header, repeated_numbers

PIECES = re.compile(r"\{[^{}]*\}|[^{}]+")
"""The columns in braces and the plain text of a template."""
NUMBER = re.compile(r"\{n(?::0(\d))?\}")


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

    @property
    def repeated(self) -> list[str]:
        """The headers with {n} that the entry reads, sorted; `part` holds their cells in this order."""
        read = {h for rule in self.produces.columns.values() for h in rule.headers}
        read |= {condition.column for condition in self.produces.when} | {self.produces.unpivot or ""}
        return sorted(h for h in read if "{n}" in h)

    @property
    def single(self) -> list[str]:
        """The other headers of the sheet that the entry reads, sorted: what is the same for all repeated groups."""
        read = {h for rule in self.produces.columns.values() for h in rule.headers}
        read |= {condition.column for condition in self.produces.when}
        return sorted(h for h in read if "{n}" not in h and self.header.position(h))

    @property
    def single_cells(self) -> str:
        """The raw cells of `single` as a list."""
        return "[" + ", ".join(f"cells[{self.header.position(h)}]" for h in self.single) + "]::varchar[]"

    def part(self, number: int) -> str:
        """The raw cells of one repeated group as a list."""
        positions = [self.header.position(h.replace("{n}", str(number))) for h in self.repeated]
        return "[" + ", ".join(f"cells[{p}]" if p else "null" for p in positions) + "]"

    def cell(self, text: str, rule: ColumnRule | None = None) -> str:
        """The cleaned cell of a column; NULL when the sheet has no such column."""
        words = missing_words(rule, self.contract.values) if rule else ()
        if "{n}" in text:
            return clean(f"part[{self.repeated.index(text) + 1}]", words)
        position = self.header.position(text)
        return clean(f"cells[{position}]", words) if position else "null::varchar"

    def raw(self, rule: ColumnRule) -> str:
        """The text that a model column is made from."""
        if rule.value is not None:
            return literal(rule.value)
        if rule.source is not None:
            return self.cell(rule.source, rule)
        return " || ".join(self._piece(piece, rule) for piece in PIECES.findall(rule.template or ""))

    def _piece(self, piece: str, rule: ColumnRule) -> str:
        if not piece.startswith("{"):
            return literal(piece)
        if number := NUMBER.fullmatch(piece):
            digits = "repeat::varchar"
            return f"lpad({digits}, greatest({number[1] or 1}, length({digits}))::integer, '0')"
        return self.cell(piece[1:-1], rule)


def holds(conversion: Conversion, condition: Condition) -> str:
    """A condition as SQL that is never NULL."""
    cell = conversion.cell(condition.column)
    if condition.present is not None:
        return f"({cell} is {'not ' if condition.present else ''}null)"
    words = condition.among if condition.equals is None else (condition.equals,)
    return f"coalesce({folded(cell)} in ({listed(words or ())}), false)"
