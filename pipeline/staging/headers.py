"""Which of a sheet's columns a contract reads, whatever their order, case and stray blanks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from pipeline.model import table
from pipeline.sources import Produces, SourceFile, fold, likeliest, required_columns


@dataclass(frozen=True)
class Header:
    """The column names of one sheet as delivered; of two equal names, which nothing may read, the first counts."""

    delivered: tuple[str, ...]

    @cached_property
    def positions(self) -> dict[str, int]:
        """Position from 1 of each folded name."""
        found: dict[str, int] = {}
        for position, text in enumerate(self.delivered, start=1):
            found.setdefault(fold(text or ""), position)
        return found

    def position(self, text: str) -> int | None:
        """Position from 1 of a column, or None."""
        return self.positions.get(fold(text))

    def as_delivered(self, text: str) -> str:
        """The sender's own spelling of a column, else the contract's."""
        position = self.position(text)
        return self.delivered[position - 1].strip() if position else text

    def numbers(self, text: str) -> list[int]:
        """The numbers that stand for {n} in a header such as kontakt_{n}_datum, sorted."""
        pattern = re.compile(re.escape(fold(text)).replace(re.escape("{n}"), r"(\d+)"))
        matches = (pattern.fullmatch(name) for name in self.positions)
        return sorted({int(m[1]) for m in matches if m})


@dataclass(frozen=True)
class MissingColumn:
    """A column that a delivery must have and has not, with the unread column most like it."""

    name: str
    candidate: str | None


def repeated_numbers(produces: Produces, header: Header) -> list[int]:
    """Every number for which the sheet has any repeated column that the entry reads."""
    names = {h for h in _headers(produces) if "{n}" in h} | {produces.unpivot or ""}
    return sorted({n for h in names for n in header.numbers(h)})


def missing_columns(file: SourceFile, header: Header) -> list[MissingColumn]:
    """Columns that the file must have and that the header lacks, in the contract's order."""
    unread = _unread(file, header)
    gone: dict[str, MissingColumn] = {}
    for text in _needed(file):
        present = header.numbers(text) if "{n}" in text else header.position(text)
        if not present:
            gone.setdefault(fold(text), MissingColumn(text, likeliest(text, unread)))
    return list(gone.values())


def repeated_columns(file: SourceFile, header: Header) -> list[str]:
    """Columns that the contract reads and that are delivered under one name more than once, in order."""
    read = _read(file, header)
    times = Counter(fold(text) for text in header.delivered)
    return [header.as_delivered(name) for name, number in times.items() if number > 1 and name in read]


def ignored_columns(file: SourceFile, header: Header) -> list[str]:
    """Delivered columns that nothing reads and that the contract does not list as ignored, in order."""
    known = [fold(glob) for glob in (*file.ignored, *file.free_text)]
    return [text for text in _unread(file, header) if not any(fnmatchcase(fold(text), glob) for glob in known)]


def _read(file: SourceFile, header: Header) -> set[str]:
    """The folded names of all columns that the contract reads."""
    read: set[str] = set()
    for text in _all_headers(file):
        read |= {fold(text.replace("{n}", str(n))) for n in header.numbers(text)} if "{n}" in text else {fold(text)}
    return read


def _unread(file: SourceFile, header: Header) -> list[str]:
    read = _read(file, header)
    first = header.positions
    return [
        text.strip()
        for position, text in enumerate(header.delivered, start=1)
        if text.strip() and (fold(text) not in read or first[fold(text)] != position)
    ]


def _all_headers(file: SourceFile) -> Iterator[str]:
    for produces in file.produces:
        yield from _headers(produces)
    if file.control:
        yield from (file.control.name, file.control.count)


def _headers(produces: Produces) -> Iterator[str]:
    for rule in produces.columns.values():
        yield from rule.headers
    yield from (condition.column for condition in produces.when)
    if produces.unpivot:
        yield produces.unpivot


def _needed(file: SourceFile) -> Iterator[str]:
    for produces in file.produces:
        required = required_columns(table(produces.table))
        for column, rule in produces.columns.items():
            if column in required if rule.required is None else rule.required:
                yield from rule.headers
        yield from (condition.column for condition in produces.when)
    if file.control:
        yield from (file.control.name, file.control.count)
