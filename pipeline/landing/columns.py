"""What a contract says of a sheet's columns, as far as the screen needs it: which hold codes and which hold dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.landing.sheets import Sheet
from pipeline.model import table
from pipeline.sources import ColumnRule, Contract, SourceFile, fold


@dataclass(frozen=True)
class Roles:
    """Positions (from 0) of columns that the contract maps: `coded` with the sender's codes, folded, and `dated`."""

    coded: dict[int, frozenset[str]] = field(default_factory=dict)
    dated: frozenset[int] = frozenset()
    free: frozenset[int] = frozenset()


def roles(sheet: Sheet, contract: Contract | None) -> Roles:
    """The roles of a sheet's columns; none in a sheet that nothing reads."""
    if contract is None or not sheet.source:
        return Roles()
    source = contract.files[sheet.source]
    names = {fold(h): i for i, h in reversed(list(enumerate(sheet.header)))}
    coded: dict[int, frozenset[str]] = {}
    dated: set[int] = set()
    for rule, kind in _rules(source):
        positions = {i for text in rule.headers for i in _positions(text, names)}
        if rule.codes is not None:
            known = frozenset(fold(code) for code in codes_of(rule, contract))
            coded |= {i: coded.get(i, frozenset()) | known for i in positions}
        elif kind == "date":
            dated |= positions
    free = frozenset(i for text in source.free_text for i in _positions(text, names))
    return Roles(coded, frozenset(dated), free)


def codes_of(rule: ColumnRule, contract: Contract) -> Iterator[str]:
    """The sender's codes that a column's rule knows."""
    if isinstance(rule.codes, str):
        yield from (code.source for code in contract.codelist.get(rule.codes, ()))
    else:
        yield from rule.codes or ()


def _rules(source: SourceFile) -> Iterator[tuple[ColumnRule, str]]:
    for produces in source.produces:
        columns = table(produces.table).columns
        for name, rule in produces.columns.items():
            yield rule, columns[name].type


def _positions(text: str, names: dict[str, int]) -> Iterator[int]:
    if "{n}" not in text:
        yield from [names[fold(text)]] if fold(text) in names else []
        return
    pattern = re.compile(re.escape(fold(text)).replace(re.escape("{n}"), r"\d+"))
    yield from (position for name, position in names.items() if pattern.fullmatch(name))
