"""JSON exports to sheets: every array of objects becomes one, named by its path."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from pipeline.landing.encoding import decode
from pipeline.landing.sheets import CELLS, Grid, UnreadableError

Row = dict[str, str | None]


def read_json(data: bytes) -> tuple[list[Grid], str]:
    """The sheets of a JSON file and its encoding.

    `{"clients": [{"id": 1, "cases": [{…}]}]}` gives `clients` and `clients.cases`; a nested record carries its
    parent's fields as `parent.<field>` (and theirs as `parent.parent.<field>`), an object within an object gives
    `outer.inner`. Fields outside any array make one row of the sheet ''. Numbers keep their digits.
    Raises UnreadableError for anything that is not whole JSON.
    """
    if not data.strip():
        raise UnreadableError("empty_file", "The file is empty. Export it again.")
    text, encoding, _ = decode(data, ("utf-8",))
    try:
        content = json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_once)
        sheets: dict[str, list[Row]] = {}
        for path, items in _roots(content):
            _walk(path, items, {}, sheets)
        return [_grid(path, rows) for path, rows in sorted(sheets.items())], encoding
    except (ValueError, RecursionError, TypeError, AttributeError):
        raise UnreadableError(
            "unreadable_file", "This is not whole JSON: damaged or cut off. Export the file again."
        ) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key that stands twice would hide its first value from the screen."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _roots(content: Any) -> list[tuple[str, list[Any]]]:
    """What stands outermost: a list of records, or an object with lists and some fields of its own."""
    if not isinstance(content, dict):
        return [("", content)]
    fields, arrays = _split(content)
    return [("", [fields]), *arrays.items()] if fields else list(arrays.items())


def _walk(path: str, items: list[Any], parent: Row, sheets: dict[str, list[Row]]) -> None:
    rows = sheets.setdefault(path, [])
    for item in items:
        fields, arrays = _split(item)
        row = fields | parent
        rows.append(row)
        inherited = {f"parent.{key}": value for key, value in row.items()}
        for key, children in arrays.items():
            _walk(f"{path}.{key}" if path else key, children, inherited, sheets)


def _split(item: dict[str, Any], prefix: str = "") -> tuple[Row, dict[str, list[Any]]]:
    """The fields of an object as text, and its arrays of objects."""
    fields: Row = {}
    arrays: dict[str, list[Any]] = {}
    for key, value in item.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            inner_fields, inner_arrays = _split(value, f"{name}.")
            fields |= inner_fields
            arrays |= inner_arrays
        elif isinstance(value, list) and all(isinstance(v, dict) for v in value):
            arrays[name] = value
        else:
            fields[name] = _text(value)
    return fields, arrays


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return value if value is None else str(value)


def _grid(path: str, rows: list[Row]) -> Grid:
    header = tuple(dict.fromkeys(key for row in rows for key in row))
    cells = pl.Series("cells", [[row.get(name) for name in header] for row in rows], dtype=CELLS)
    return Grid(path, cells, header)
