"""JSON exports to sheets: every array of objects becomes one, named by its path."""

from __future__ import annotations

import json
from array import array
from functools import cached_property
from typing import Any

import polars as pl

from pipeline.landing.encoding import decode
from pipeline.landing.sheets import CELLS, Grid, UnreadableError, check_extent, check_number

Row = dict[str, str | None]
PART = 50_000
"""Records that are kept as Python's texts before they are packed."""
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
        del text
        levels: Levels = {}
        for path, items in _roots(content):
            _walk(path, items, None, 0, levels)
        check_number(len({level.path for level in levels.values()}))
        return _grids(levels), encoding
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


class _Level:
    """The records of one path below one parent, column by column; what they inherit is added at the end.

    A million records as dictionaries, each with its parents' fields, would take gigabytes.
    """

    def __init__(self, path: str, parent: _Level | None) -> None:
        self.path, self.parent = path, parent
        self._above = array("I")
        self._part: dict[str, list[str | None]] = {}
        self._rows = 0
        self._packed: dict[str, list[pl.Series]] = {}

    def __len__(self) -> int:
        return len(self._above)

    def add(self, fields: Row, above: int) -> int:
        """Add a record whose parent is the `above`th of the parent's records; returns its own place."""
        for name, value in fields.items():
            column = self._part.setdefault(name, [])
            if len(column) < self._rows:
                check_extent(self.path, self._rows, len(self._part))
                column += [None] * (self._rows - len(column))
            column.append(value)
        self._rows += 1
        self._above.append(above)
        if self._rows == PART:
            self._pack()
        return len(self) - 1

    def _pack(self) -> None:
        names = dict.fromkeys((*self._packed, *self._part))
        check_extent(self.path, len(self), len(names))
        for name in names:
            before = len(self) - self._rows
            series = self._packed.setdefault(name, [_empty(before)] if before else [])
            values = self._part.pop(name, [])
            series.append(pl.Series(values + [None] * (self._rows - len(values)), dtype=pl.String))
        self._rows = 0

    @cached_property
    def columns(self) -> dict[str, pl.Series]:
        """Every column of these records, their own first; read when all records are there."""
        self._pack()
        found = {name: pl.concat(parts) for name, parts in self._packed.items()}
        self._packed.clear()
        above = self.parent.columns if self.parent else {}
        check_extent(self.path, len(self), len(found) + len(above))
        if not found.keys().isdisjoint(f"parent.{name}" for name in above):
            raise _doubled()
        at = pl.Series(self._above, dtype=pl.UInt32)
        said = sum(int(c.str.len_chars().sum()) for c in found.values())
        if said + sum(int(c.str.len_chars().gather(at).cast(pl.Int64).sum()) for c in above.values()) > MAX_TEXT:
            text = f"The records of '{self.path}' say too much again in every part. Deliver the file in smaller parts."
            raise UnreadableError("unreadable_file", text)
        return found | {f"parent.{name}": column.gather(at) for name, column in above.items()}


Levels = dict[tuple[str, _Level | None], _Level]


def _empty(rows: int) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, rows)


def _walk(path: str, items: list[Any], parent: _Level | None, above: int, levels: Levels) -> None:
    """Take the records out of their list and into their level, so that they are not in memory twice."""
    level = levels.setdefault((path, parent), _Level(path, parent))
    items.reverse()
    while items:
        fields, arrays = _split(items.pop())
        place = level.add(fields, above)
        for key, children in arrays.items():
            _walk(f"{path}.{key}" if path else key, children, level, place, levels)


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


def _grids(levels: Levels) -> list[Grid]:
    by_path: dict[str, list[_Level]] = {}
    for level in levels.values():
        by_path.setdefault(level.path, []).append(level)
    return [_grid(path, [one for one in found if len(one)]) for path, found in sorted(by_path.items())]


def _grid(path: str, levels: list[_Level]) -> Grid:
    header = tuple(dict.fromkeys(name for level in levels for name in level.columns))
    "".join((path, *header)).encode()
    check_extent(path, sum(map(len, levels)), len(header))
    parts = [pl.Series([[]] * len(level), dtype=CELLS) for level in levels]
    if header:
        parts = [
            pl.select(pl.concat_list(level.columns.get(name, _empty(len(level))) for name in header)).to_series()
            for level in levels
        ]
    cells = pl.concat(parts) if parts else pl.Series([], dtype=CELLS)
    return Grid(path, cells.alias("cells"), header)
