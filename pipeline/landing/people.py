"""Where a sheet names people and what belongs to them: positions of model columns, and the cells' own text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.landing.sheets import Sheet
from pipeline.model import Column, table
from pipeline.sources import ColumnRule, Contract, fold

BLANKS = str.maketrans(dict.fromkeys("\u00a0\u202f\u2007\u2009\ufeff\t\r\n", " "))
"""The blanks that staging does not count either."""


@dataclass(frozen=True)
class Read:
    """A model column read from one cell of each record; `position` counts from 0."""

    table: str
    column: Column
    position: int
    missing: frozenset[str]

    def value(self, cell: str | None) -> str:
        """The cell as staging will read it; '' where it says nothing."""
        text = (cell or "").translate(BLANKS).strip(" ")
        return "" if fold(text) in self.missing else text


def reads(sheet: Sheet, contract: Contract) -> Iterator[Read]:
    """Every model column that the contract reads from one column of a sheet; a column of an id made of several cells
    gives one for each of them."""
    if not sheet.source:
        return
    positions = {fold(h): i for i, h in reversed(list(enumerate(sheet.header)))}
    for produces in contract.files[sheet.source].produces:
        columns = table(produces.table).columns
        for name, rule in produces.columns.items():
            words = contract.values.missing if rule.missing is None else rule.missing
            for heading in rule.headers:
                for position in _positions(heading, positions):
                    yield Read(produces.table, columns[name], position, frozenset(map(fold, words)))


def composed(contract: Contract) -> list[str]:
    """Columns of people that a contract puts together from several cells: nothing could key those alike for all."""
    return sorted(
        f"{entry.name}.{name}"
        for entry in contract.file
        for produces in entry.produces
        for name, rule in produces.columns.items()
        if table(produces.table).columns[name].type == "pseudonym" and _is_composed(rule)
    )


def _is_composed(rule: ColumnRule) -> bool:
    return rule.template is not None and not re.fullmatch(r"\{[^{}]+\}", rule.template)


def _positions(heading: str, positions: dict[str, int]) -> list[int]:
    wanted = fold(heading)
    if "{n}" not in wanted:
        return [positions[wanted]] if wanted in positions else []
    pattern = re.compile(re.escape(wanted).replace(re.escape("{n}"), r"\d+"))
    return [position for name, position in positions.items() if pattern.fullmatch(name)]
