"""Checks: each rule laid over the tables and columns of the model that it applies to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.model import Column, Table, code_list
from pipeline.validated.predicates import sql_literal, twin
from pipeline.validated.rules import CheckRecord, Rule

PARENT_REFUSED = "parent_refused"
PLANNED = re.compile(r"^(planned|expected)_|_planned$")
"""Days that are only intended, and so may lie after the extract."""
CODES = re.compile(r"\{codes:(\w+)\}")


@dataclass(frozen=True)
class Check:
    """One rule on one column of one table.

    `applies` and `fails` are SQL predicates over the row `r` and its delivery `d`; `expectation` with `kwargs`
    is what Great Expectations counts, empty for rules that only SQL can ask. `rank` orders reasons. `lost` is a query
    (partner, value, refused) for the values of a reference that lead to no accepted row; its answer stands in
    `lost_parent` before the predicates are asked, so that each is asked once and not for every row.
    """

    rule: Rule
    table: str
    column: str
    rank: int
    applies: str
    fails: str
    expectation: str = ""
    kwargs: tuple[tuple[str, Any], ...] = ()
    lost: str = ""

    @property
    def name(self) -> str:
        """The check within its suite."""
        return f"{self.rule.id}:{self.column}"


def judging_order(rules: dict[str, Rule], model: dict[str, Table]) -> list[Table]:
    """All tables, each after the tables that it refers to; otherwise in the model's order."""
    ordered: dict[str, Table] = {}

    def place(table: Table) -> None:
        """Put a table behind the tables that it refers to."""
        for record in (record for rule in rules.values() for record in rule.check):
            if record.refers_to not in ("", table.name, *ordered) and record.column in table.columns:
                place(model[record.refers_to])
        ordered[table.name] = table

    for table in model.values():
        if table.name not in ordered:
            place(table)
    return list(ordered.values())


def checks_of(rules: dict[str, Rule], table: Table) -> list[Check]:
    """All checks on a table, in the order in which they are given as a reason."""
    found: list[Check] = []
    ranks = {name: rank for rank, name in enumerate(rules)}
    for rule in rules.values():
        for record in rule.check:
            found.extend(_lay(rules, rule, record, table, ranks))
    return sorted(found, key=lambda c: c.rank)


def _lay(
    rules: dict[str, Rule], rule: Rule, record: CheckRecord, table: Table, ranks: dict[str, int]
) -> Iterator[Check]:
    if record.tables and table.name not in record.tables:
        return
    for column in _columns(record, table):
        if record.refers_to:
            yield from _reference(rules, rule, record, table, column, ranks)
        elif record.expectation:
            kwargs = _filled(record, column)
            applies, fails = twin(record.expectation, kwargs)
            ordered = tuple(sorted(kwargs.items()))
            yield Check(rule, table.name, column.name, ranks[rule.id], applies, fails, record.expectation, ordered)
        else:
            fails = CODES.sub(_codes, record.sql.replace("{column}", column.name)).strip()
            applies = column.when if record.each == "conditional" else f"r.{column.name} is not null"
            applies += f" and ({record.when.strip()})" if record.when else ""
            yield Check(rule, table.name, column.name, ranks[rule.id], applies, fails)


def _codes(found: re.Match[str]) -> str:
    return ", ".join(map(sql_literal, sorted(code_list(found[1]).codes)))


def _columns(record: CheckRecord, table: Table) -> list[Column]:
    if record.each:
        return [c for c in table.column if _is_kind(c, record.each, table)]
    own_key = record.refers_to == table.name
    return [table.columns[record.column]] if record.column in table.columns and not own_key else []


def _is_kind(column: Column, kind: str, table: Table) -> bool:
    exclusive = column.name.endswith("_exclusive")
    match kind:
        case "required":
            return column.presence == "required" or column.name in table.key
        case "conditional":
            return column.presence == "conditional"
        case "coded":
            return column.codes is not None
        case "exclusive_end":
            return column.type == "date" and exclusive
        case _:
            return column.type == "date" and not exclusive and not PLANNED.search(column.name)


def _filled(record: CheckRecord, column: Column) -> dict[str, Any]:
    kwargs = dict(record.kwargs)
    if record.each or not any(key.startswith("column") for key in kwargs):
        kwargs["column"] = column.name
    if record.each == "coded" and column.codes:
        kwargs["value_set"] = sorted(code_list(column.codes).codes)
    return kwargs


def _reference(
    rules: dict[str, Rule], rule: Rule, record: CheckRecord, table: Table, column: Column, ranks: dict[str, int]
) -> Iterator[Check]:
    """Two checks: nobody delivered what the row refers to, and what it refers to is in quarantine."""
    scope = "p.partner = v.partner"
    if record.or_custody:
        scope = f"({scope} or p.partner in (select partner from custody_source))"
    value = f"r.{column.name}"
    lost = f"""
        select v.partner, v.value, exists (
            select 1 from validated.quarantine p
            where p.table_name = '{record.refers_to}' and p.record_key = v.value and {scope}) as refused
        from (select distinct r.partner, {value} as value from staging.{table.quoted} r where {value} is not null) v
        where not exists (
            select 1 from validated."{record.refers_to}" p where p.{record.column} = v.value and {scope})"""
    asked = f"{value} is not null"
    for name, which in ((rule.id, "not refused"), (PARENT_REFUSED, "refused")):
        found = f"select partner, value from lost_parent where column_name = '{column.name}' and {which}"
        fails = f"{asked} and (r.partner, {value}) in ({found})"
        yield Check(rules[name], table.name, column.name, ranks[name], asked, fails, lost=lost)
