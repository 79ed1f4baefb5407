"""What becomes of each column of an export: a pseudonym, a year, itself, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pipeline.model import table
from pipeline.sources import Contract, SourceFile, fold, source_of

DROP, KEEP, YEAR, WORKER, PERSON = range(5)
"""Where a column is read twice, the stricter of two actions holds: the higher number."""
_PARENT = "parent."


@dataclass(frozen=True)
class Plan:
    """Actions for the columns of one sheet; `whole` for a control sheet, of which every column stays."""

    source: SourceFile
    actions: tuple[int, ...]
    whole: bool = False

    @property
    def kept(self) -> tuple[int, ...]:
        """Positions (from 0) of the columns that stay."""
        return tuple(i for i, action in enumerate(self.actions) if action != DROP)


def plan(contract: Contract, file: str, sheet: str, header: Sequence[str]) -> Plan | None:
    """The plan for a sheet with its header; None for one that the contract does not read. Of two equal headings the
    first is read.
    """
    source = source_of(contract, file, sheet)
    if source is None:
        return None
    if source.control:
        return Plan(source, (KEEP,) * len(header), whole=True)
    rules = list(_actions(source))
    seen: set[str] = set()
    actions = []
    for heading in header:
        name = fold(heading or "")
        actions.append(DROP if name in seen else _action(name, rules))
        seen.add(name)
    return Plan(source, tuple(actions))


def field_actions(contract: Contract, file: str) -> dict[tuple[str, str], int]:
    """For JSON: (list, field as written in the contract, folded) to action, with what nested lists read of a parent."""
    found: dict[tuple[str, str], int] = {}
    for source in contract.file:
        if not any(fnmatchcase(file.lower(), p.lower()) for p in source.pattern):
            continue
        for heading, action in _actions(source):
            path, name = source.sheet, heading
            while name.startswith(_PARENT):
                path, name = path.rpartition(".")[0], name.removeprefix(_PARENT)
            found[path, name] = max(action, found.get((path, name), DROP))
    return found


def _actions(source: SourceFile) -> Iterator[tuple[str, int]]:
    """Folded headings that a file's rules read (`{n}` in place) and what is done with each."""
    for produces in source.produces:
        columns = table(produces.table).columns
        for name, rule in produces.columns.items():
            action = KEEP
            if columns[name].type == "pseudonym":
                action = WORKER if columns[name].is_staff else PERSON
            elif name == "birth_year":
                action = YEAR
            yield from ((fold(heading), action) for heading in rule.headers)
        yield from ((fold(condition.column), KEEP) for condition in produces.when)
        if produces.unpivot:
            yield fold(produces.unpivot), KEEP
    yield from ((fold(heading), KEEP) for heading in source.free_text)


def _action(name: str, rules: list[tuple[str, int]]) -> int:
    return max((action for heading, action in rules if _same(name, heading)), default=DROP)


def _same(name: str, heading: str) -> bool:
    if "{n}" not in heading:
        return name == heading
    return bool(re.fullmatch(re.escape(heading).replace(re.escape("{n}"), r"\d+"), name))
