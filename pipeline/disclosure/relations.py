"""Relations between the tables of a release that hold by definition; they stand in relations.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from pydantic import field_validator

from pipeline.disclosure.rows import COUNTS, MeasureRow
from pipeline.settings import Strict

Place = tuple[int, str]  # row, and statistic
MAIN = "programme"  # the cohort that the report is about
COMPLEMENT = "c"  # those outside the numerator


class Relation(Strict):
    """One relation: which rows, added up, are at most as large as which others, and in which counts.

    `rest` names the people who are in `more` and in no `less`, where they are a group of their own. One that is not
    `always` so (it depends on which quarters a partner delivers) is known where it is so.
    """

    name: str
    less: tuple[Mapping[str, str], ...]
    more: Mapping[str, str]
    counts: tuple[str, ...]
    rest: str = ""
    always: bool = True

    @field_validator("counts")
    @classmethod
    def _are_counts(cls, counts: tuple[str, ...]) -> tuple[str, ...]:
        for count in counts:
            if not set(_both(count)) <= {*COUNTS, COMPLEMENT}:
                raise ValueError(f"{count}: no count of a row")
        return counts


class Held(NamedTuple):
    """A relation between some rows: counts with their signs, whose sum is never negative.

    `counted` says what the sum counts; `row` is the row that readers miss least: of the main cohort only where all are.
    """

    relation: Relation
    terms: list[tuple[Place, int]]
    counted: str
    row: int


class Complete(Strict):
    """At which step of the attrition the members of a cohort are complete for a window of a measure."""

    step: str
    measure: str
    window: str


@cache
def complete_steps() -> tuple[Complete, ...]:
    """All steps of the attrition at which a window is complete."""
    return tuple(Complete.model_validate(step) for step in _file()["complete"])


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(files("pipeline.disclosure").joinpath("relations.toml").read_text("utf-8"))


@cache
def relations() -> tuple[Relation, ...]:
    """All relations."""
    return tuple(Relation.model_validate(relation) for relation in _file()["relation"])


def hold(rows: Sequence[MeasureRow]) -> Iterator[Held]:
    """Every relation between measured rows; rows that speak of other groups or windows have none."""
    at = {row.key: index for index, row in enumerate(rows) if row.status == "measured"}
    for relation in relations():
        for index, row in enumerate(rows):
            if row.key in at and all(getattr(row, name) == value for name, value in relation.more.items()):
                keys = [tuple({"measure": row.measure, **row.keys, **less}.values()) for less in relation.less]
                parts = [at[key] for key in keys if key in at]
                if parts:
                    yield from _held(relation, rows, index, parts)


def _held(relation: Relation, rows: Sequence[MeasureRow], whole: int, parts: Sequence[int]) -> Iterator[Held]:
    for count in relation.counts:
        less, more = _both(count)
        places = [(whole, more, 1), *((part, less, -1) for part in parts)]
        if all(_has(rows[row], name) for row, name, _ in places):
            terms = [term for row, name, sign in places for term in _terms(row, name, sign)]
            beside = [row for row in (*parts, whole) if rows[row].cohort != MAIN]
            yield Held(relation, terms, count, (beside or parts)[0])


def _both(count: str) -> tuple[str, str]:
    """The count of `less` and that of `more`: mostly the same, else written `persons <= x`."""
    less, _, more = count.partition(" <= ")
    return less, more or less


def _has(row: MeasureRow, name: str) -> bool:
    return row.proportion if name == COMPLEMENT else name in row.exact


def _terms(row: int, name: str, sign: int) -> list[tuple[Place, int]]:
    return [((row, "n"), sign), ((row, "x"), -sign)] if name == COMPLEMENT else [((row, name), sign)]
