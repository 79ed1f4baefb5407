"""What a contract says that cannot be true: unknown tables, columns and codes, lists that overlap.

The checks walk the raw TOML, whatever else is wrong with it, so that one reading shows every mistake.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

from pipeline.model import Table, code_lists, tables
from pipeline.sources.texts import fold, likeliest

TYPED_SETTINGS = {
    "date": ("date", "pivot_year", "excel_serial", "zone", "inclusive_end"),
    "integer": ("decimal_comma", "scale"),
    "decimal": ("decimal_comma", "scale"),
    "boolean": ("boolean",),
}
NUMBERED = re.compile(r"\{n(:0\d)?\}")
ALL_TYPED = {setting for settings in TYPED_SETTINGS.values() for setting in settings}


def list_contradictions(raw: dict[str, Any], partner: str | None) -> list[str]:
    """Every contradiction between a contract and the case model, and within the contract, one line each."""
    problems = []
    if partner is not None and raw.get("partner") != partner:
        problems.append(f"partner: this contract is not for '{partner}'; write partner = \"{partner}\"")
    entries = _dicts(raw.get("file"))
    if raw.get("format") == "native":
        problems += ["file: a native contract is made from the case model; remove every [[file]]"] if entries else []
    elif "format" in raw and not entries:
        problems.append("file: the contract reads nothing; add at least one [[file]]")
    names = Counter(e["name"] for e in entries if isinstance(e.get("name"), str))
    problems += [f"file: the name '{n}' stands {k} times" for n, k in sorted(names.items()) if k > 1]
    lists = raw.get("codelist") if isinstance(raw.get("codelist"), dict) else {}
    for name, rows in sorted((lists or {}).items()):
        problems += [f"codelist.{name}: {p}" for p in _overlaps(_dicts(rows))]
    for position, entry in enumerate(entries):
        where = f"file.{entry.get('name', position)}"
        problems += [f"{where}: {p}" for p in _file(entry, set(names), str(raw.get("format")))]
        for number, produces in enumerate(_dicts(entry.get("produces"))):
            problems += [f"{where}.produces.{number}: {p}" for p in _produces(produces, lists or {})]
    return problems


def _file(entry: dict[str, Any], names: set[str], kind: str) -> Iterator[str]:
    if kind in ("xlsx", "ods", "json") and "sheet" not in entry:
        yield f"name the {'list' if kind == 'json' else 'sheet'} that it reads with 'sheet'"
    control = entry.get("control")
    spoken = control.get("names") if isinstance(control, dict) else None
    groups = control.get("groups") if isinstance(control, dict) else None
    files = list(spoken.values()) if isinstance(spoken, dict) else []
    for file in files + ([groups.get("file")] if isinstance(groups, dict) else []):
        if file not in names:
            yield f"control speaks of '{file}', which is not the name of a [[file]]"


def _produces(produces: dict[str, Any], lists: dict[str, Any]) -> Iterator[str]:
    name, columns = produces.get("table"), produces.get("columns")
    if not isinstance(name, str) or not isinstance(columns, dict):
        return
    if name not in tables():
        yield f"the case model has no table '{name}'{_likeliest(name, tables())}"
        return
    table = tables()[name]
    for column, rule in columns.items():
        if column not in table.columns or column == "partner":
            yield f"the table '{name}' has no column '{column}'{_likeliest(column, table.columns)}"
        elif isinstance(rule, dict):
            yield from (f"{column}: {p}" for p in _rule(rule, table, column, columns, lists))
    for column in required_columns(table):
        if column not in columns:
            yield f"the required column '{column}' of '{name}' is not filled"
    if any(NUMBERED.search(text) for text in _texts(list(columns.values()))) and not produces.get("unpivot"):
        yield "'{n}' needs 'unpivot' with the header that repeats"
    if produces.get("unpivot") and "{n}" not in str(produces["unpivot"]):
        yield "unpivot: write '{n}' where the number stands in the header"


def _rule(
    rule: dict[str, Any], table: Table, name: str, columns: dict[str, Any], lists: dict[str, Any]
) -> Iterator[str]:
    column = table.columns[name]
    known = set(code_lists()[column.codes].codes) if column.codes else set()
    codes, valid_on = rule.get("codes"), rule.get("valid_on")
    used = lists.get(codes, []) if isinstance(codes, str) else []
    if codes is not None and column.type != "text" and not column.codes:
        yield "codes: this column has neither a code list nor free words in the case model"
        return
    if isinstance(codes, dict):
        twice = [source for source, times in sorted(Counter(map(fold, codes)).items()) if times > 1]
        yield from (f"codes: '{source}' stands twice; case and blanks do not count" for source in twice)
    targets = [row.get("code") for row in _dicts(used)] + (list(codes.values()) if isinstance(codes, dict) else [])
    for code in sorted({str(t) for t in targets} - known if column.codes else set()):
        yield f"codes: '{code}' is not in the code list '{column.codes}'{_likeliest(code, known)}"
    if column.codes and codes is None and "value" in rule and rule["value"] not in known:
        yield f"value: not in the code list '{column.codes}'"
    dated = any(row.get("valid_from") or row.get("valid_to") for row in _dicts(used))
    if dated and not valid_on:
        yield f"codes: the list '{codes}' has validity dates; name the date column that decides with valid_on"
    if valid_on and (
        valid_on not in columns or valid_on not in table.columns or table.columns[valid_on].type != "date"
    ):
        yield f"valid_on: '{valid_on}' is not a date column that this entry fills"
    for setting in sorted(set(rule) & ALL_TYPED - set(TYPED_SETTINGS.get(column.type, ()))):
        yield f"{setting}: does not apply to a column of type {column.type}"


def required_columns(table: Table) -> list[str]:
    """Columns that a staged row must have: the key and what the model marks required, without `partner`."""
    return [c.name for c in table.column if c.name != "partner" and (c.presence == "required" or c.name in table.key)]


def _overlaps(rows: list[dict[str, Any]]) -> Iterator[str]:
    spans = defaultdict(list)
    for row in rows:
        start, end = row.get("valid_from") or date.min, row.get("valid_to") or date.max
        if not (isinstance(start, date) and isinstance(end, date)):
            continue  # the shape check says so
        spans[fold(str(row.get("source", "")))].append((start, end))
    for source, periods in sorted(spans.items()):
        if any(before[1] > after[0] for before, after in pairwise(sorted(periods))):
            yield f"'{source}' means two things on the same day; give validity dates that do not overlap"


def _likeliest(name: str, candidates: Any) -> str:
    near = likeliest(name, sorted(candidates))
    return f"; did you mean '{near}'?" if near else ""


def _dicts(node: Any) -> list[dict[str, Any]]:
    return [x for x in node if isinstance(x, dict)] if isinstance(node, (list, tuple)) else []


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from _texts(child)
