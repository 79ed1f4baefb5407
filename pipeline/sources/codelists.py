"""Partner code lists: `codelists/<name>.csv` with source, code, valid_from, valid_to."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

FIELDS = ["source", "code", "valid_from", "valid_to"]


def named_codelists(raw: dict[str, Any], own: Path | None, problems: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Every code list that a contract's columns name and that it does not hold itself, as plain rows.

    A list beside the project's own contract (`own`) goes before the built-in one. What is missing or unreadable is
    added to `problems`.
    """
    inline = raw.get("codelist", {})
    lists: dict[str, list[dict[str, Any]]] = {}
    for name in sorted(set(_names(raw)) - set(inline if isinstance(inline, dict) else {})):
        path = _find(name, own)
        if path is None:
            problems.append(f"code list '{name}' is missing; write codelists/{name}.csv or [[codelist.{name}]]")
        else:
            lists[name] = _read(name, path, problems)
    return lists


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("codes"), str):
            yield node["codes"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _names(child)


def _find(name: str, own: Path | None) -> Traversable | None:
    folders: list[Traversable] = [own] if own else []
    for folder in [*folders, files("pipeline.sources").joinpath("codelists")]:
        path = folder.joinpath(f"{name}.csv")
        if path.is_file():
            return path
    return None


def _read(name: str, path: Traversable, problems: list[str]) -> list[dict[str, Any]]:
    reader = csv.DictReader(path.read_text("utf-8").splitlines())
    if reader.fieldnames != FIELDS:
        problems.append(f"code list '{name}': the columns must be {','.join(FIELDS)}")
        return []
    rows = []
    for line, row in enumerate(reader, start=2):
        try:
            rows.append({**row, "valid_from": _day(row["valid_from"]), "valid_to": _day(row["valid_to"])})
        except (ValueError, TypeError):
            problems.append(f"code list '{name}', line {line}: write four values and dates as 2022-01-31")
    return rows


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
