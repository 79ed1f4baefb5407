"""Relations between the tables of a release that hold by definition; they stand in relations.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

from pipeline.disclosure.rows import MeasureRow
from pipeline.settings import Strict

Place = tuple[int, str]  # row, and statistic


class Relation(Strict):
    """One relation: which rows are at most as large as which others, and in which counts."""

    name: str
    less: Mapping[str, str]
    more: Mapping[str, str]
    counts: tuple[Literal["n", "x", "c", "too_early"], ...]


@cache
def relations() -> tuple[Relation, ...]:
    """All relations."""
    plain = tomllib.loads(files("pipeline.disclosure").joinpath("relations.toml").read_text("utf-8"))
    return tuple(Relation.model_validate(relation) for relation in plain["relation"])


def hold(rows: Sequence[MeasureRow]) -> Iterator[tuple[str, list[tuple[Place, int]]]]:
    """Every relation between rows: its name, and counts with their signs whose sum is never negative.

    Rows that speak of other quarters are not the same releases and have no relation.
    """
    at = {row.key: index for index, row in enumerate(rows)}
    for relation in relations():
        for index, row in enumerate(rows):
            if any(getattr(row, name) != value for name, value in relation.less.items()):
                continue
            keys = {"measure": row.measure, **row.keys, **relation.more}
            other = at.get(tuple(keys.values()))
            if other is None or row.status != "measured" or rows[other].status != "measured":
                continue
            for count in relation.counts:
                names = ("n", "x") if count == "c" else (count,)
                if count == "c" and not (row.proportion and rows[other].proportion):
                    continue
                if all(name in row.exact and name in rows[other].exact for name in names):
                    signs = zip(names, (1, -1), strict=False)
                    yield relation.name, [p for name, s in signs for p in (((other, name), s), ((index, name), -s))]
