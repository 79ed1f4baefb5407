"""The code lists of a conversion as rows of `temp.partner_code`."""

from __future__ import annotations

from pipeline.model import Column, code_list
from pipeline.sources import ColumnRule, Contract, PartnerCode, fold
from pipeline.staging.conversion import Conversion
from pipeline.staging.convert import is_coded

Entry = tuple[str, str, str, str]
"""Folded source, code, first day, last day + 1."""
ALWAYS = ("0001-01-01", "9999-12-31")
UNDATED = ("0001-01-01", "0001-01-02")
"""The day under which stands what a dated code means where the row has no date."""


def codes_of(conversion: Conversion) -> list[tuple[str, str, str, str, str]]:
    """Rows (column, folded source, code, first day, last day + 1) of every coded column of a conversion.

    An undated list holds for every day. In a dated list, what a code means without a date stands under the
    year 1, where the code has had one meaning only.
    """
    rows = []
    for column, rule in conversion.rules:
        if is_coded(column, rule):
            rows += [(column.name, *entry) for entry in _entries(conversion.contract, column, rule)]
    return rows


def _entries(contract: Contract, column: Column, rule: ColumnRule) -> list[Entry]:
    if rule.codes is None:
        return [(fold(code), code, *ALWAYS) for code in code_list(column.codes or "").codes]
    if isinstance(rule.codes, dict):
        return [(fold(source), code, *ALWAYS) for source, code in rule.codes.items()]
    return _dated(contract.codelist[rule.codes]) if rule.valid_on else _undated(contract.codelist[rule.codes])


def _undated(codes: tuple[PartnerCode, ...]) -> list[Entry]:
    return [(fold(c.source), c.code, *ALWAYS) for c in codes]


def _dated(codes: tuple[PartnerCode, ...]) -> list[Entry]:
    meanings: dict[str, set[str]] = {}
    rows = []
    for c in codes:
        meanings.setdefault(fold(c.source), set()).add(c.code)
        first = c.valid_from.isoformat() if c.valid_from else UNDATED[1]
        rows.append((fold(c.source), c.code, first, c.valid_to.isoformat() if c.valid_to else ALWAYS[1]))
    single = [(source, min(found)) for source, found in sorted(meanings.items()) if len(found) == 1]
    return rows + [(source, code, *UNDATED) for source, code in single]
