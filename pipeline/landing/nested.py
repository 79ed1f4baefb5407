"""JSON exports to sheets: every array of objects becomes one, named by its path."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from pipeline.landing.encoding import decode
from pipeline.landing.sheets import CELLS, Grid, UnreadableError, check_extent, check_number

Row = dict[str, str | None]
MAX_BYTES, MAX_TEXT = 256 << 20, 1 << 30
"""Bytes of a JSON file, which has to be in memory as a whole; characters of a sheet with what its records inherit."""


def read_json(data: bytes) -> tuple[list[Grid], str]:
    """The sheets of a JSON file and its encoding.

    `{"clients": [{"id": 1, "cases": [{…}]}]}` gives `clients` and `clients.cases`; a nested record carries its
    parent's fields as `parent.<field>` (and theirs as `parent.parent.<field>`), an object within an object gives
    `outer.inner`. Fields outside any array make one row of the sheet ''. Numbers keep their digits.
    Raises UnreadableError for anything that is not whole JSON, and for keys of which one would hide another.
    """
    if not data.strip():
        raise UnreadableError("empty_file", "The file is empty. Export it again.")
    if len(data) > MAX_BYTES:
        raise UnreadableError("unreadable_file", "The file is too large to be read whole. Deliver it in smaller parts.")
    text, encoding, _ = decode(data, ("utf-8",))
    try:
        content = json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_once)
        sheets: dict[str, list[Row]] = {}
        for path, items in _roots(content):
            _walk(path, items, {}, sheets)
        check_number(len(sheets))
        return [_grid(path, rows) for path, rows in sorted(sheets.items())], encoding
    except UnicodeEncodeError:
        raise UnreadableError(
            "unreadable_file", "A text holds half a character (a lone \\ud800), which is none. Export the file again."
        ) from None
    except (ValueError, RecursionError, TypeError, AttributeError):
        raise UnreadableError(
            "unreadable_file", "This is not whole JSON: damaged or cut off. Export the file again."
        ) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key that stands twice would hide its first value from the screen."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _doubled()
    return found


def _doubled() -> UnreadableError:
    return UnreadableError(
        "unreadable_file",
        "A key stands twice in one object, so one value would be lost. Export the file again.",
    )


def _add(found: dict[str, Any], more: dict[str, Any]) -> None:
    """Add fields to others; raises UnreadableError when one would hide a value of another."""
    if not found.keys().isdisjoint(more):
        raise _doubled()
    found.update(more)


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
        _add(fields, parent)
        rows.append(fields)
        inherited = {f"parent.{key}": value for key, value in fields.items()}
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
            _add(fields, inner_fields)
            _add(arrays, inner_arrays)
        elif isinstance(value, list) and all(isinstance(v, dict) for v in value):
            _add(arrays, {name: value})
        else:
            _add(fields, {name: _text(value)})
    return fields, arrays


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return value if value is None else str(value)


def _grid(path: str, rows: list[Row]) -> Grid:
    header = tuple(dict.fromkeys(key for row in rows for key in row))
    "".join((path, *header)).encode()
    check_extent(path, len(rows), len(header))
    if sum(len(text) for row in rows for text in row.values() if text) > MAX_TEXT:
        text = f"The records of '{path}' say too much again in every part. Deliver the file in smaller parts."
        raise UnreadableError("unreadable_file", text)
    cells = pl.Series("cells", [[row.get(name) for name in header] for row in rows], dtype=CELLS)
    return Grid(path, cells, header)
