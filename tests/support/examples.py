"""The worked examples of the methodology: a drawn table, one measure (or one cohort), the expected answer per person.

They stand in `tests/spec/examples.toml`; the tests check them and `tools/spec_examples.py` prints them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipeline import outcomes
from pipeline.outcomes import MEASURES
from pipeline.settings import Settings
from tests.support import core_tables
from tests.support.core_rows import measured, run_of
from tests.support.drawn import ALL_TABLES, drawn, world
from tests.support.drawn_rows import after, parts

EXAMPLES = Path(__file__).parents[1] / "spec" / "examples.toml"
LAST_DAY = "2023-07-31"
STATES = {"too_early": "too early", "not_collected": "not collected"}
LEFT_OUT, INSIDE, OUTSIDE = "left out", "inside", "outside"
ANY_MEASURE = "contact_made"
"""The ways into cohorts are the same whatever is measured."""


@dataclass(frozen=True)
class Example:
    """One example. `answers` is what the table expects per person, `total` what the whole cell does.

    Without a measure it is about the way into a cohort: `answers` says how many members a person is, `total` how many
    are left at each step.
    """

    cs: str
    en: str
    table: str
    measure: str = ""
    window: int | None = None
    component: str = ""
    cohort: str = "programme"
    group_by: str = "all"
    group_value: str = ""
    total: str = ""
    cell_set: str = "own"
    seen_to: dict[str, str] = field(default_factory=dict)
    not_delivered: dict[str, list[str]] = field(default_factory=dict)
    as_of: str | None = None

    @property
    def alone(self) -> bool:
        """Whether it needs a warehouse of its own; in others many stand together."""
        return not self.measure or bool(self.total or self.seen_to or self.not_delivered or self.as_of)

    @property
    def rows(self) -> list[dict[str, str]]:
        return drawn(self.table)

    @property
    def answers(self) -> dict[str, str]:
        return {row["person"]: row["expected"] for row in self.rows if "expected" in row}

    @property
    def name(self) -> str:
        return f"{self.measure or self.cohort}:{self.en[:40]}"


@cache
def examples() -> list[Example]:
    """All examples: the ways into cohorts, then measures in the order of the registry."""
    plain = tomllib.loads(EXAMPLES.read_text("utf-8"))["example"]
    order = ["", *MEASURES]
    return sorted((Example(**one) for one in plain), key=lambda e: order.index(e.measure))


def outcome(example: Example) -> tuple[dict[str, str], str]:
    """What the pipeline says: per person, and for the whole cell ('' where the example does not ask for it)."""
    if not example.measure:
        return _way(example)
    con = _build(example, [example.measure]) if example.alone else _together("custody" in example.rows[0])
    mark = "" if example.alone else f"{examples().index(example)}."
    part = MEASURES[example.measure].part(example.component)
    said = {str(row[0]): _answer(part.value, *row[1:]) for row in con.execute(UNITS, [*_key(example)]).fetchall()}
    people = [row["person"] for row in example.rows]
    cell = con.execute(CELL, [*_key(example), example.group_by, example.group_value]).fetchone()
    return {name: said.get(mark + name, LEFT_OUT) for name in people}, _total(part.value, cell) if example.alone else ""


def _way(example: Example) -> tuple[dict[str, str], str]:
    """How many members of the cohort each person is, and how many people are left at each step of the way."""
    con = _build(example, [ANY_MEASURE])
    members = dict(con.execute(MEMBERS, [example.cohort]).fetchall())
    counts = {row["person"]: members.get(row["person"], 0) for row in example.rows}
    answers = {name: OUTSIDE if not count else INSIDE if count == 1 else str(count) for name, count in counts.items()}
    return answers, "; ".join(f"{step} {left}" for step, left in con.execute(LEFT, [example.cohort]).fetchall())


def _build(example: Example, measures: Collection[str] | None = None) -> duckdb.DuckDBPyConnection:
    return from_custody(example, measures) if "custody" in example.rows[0] else from_core(example, measures)


@cache
def _together(custody: bool) -> duckdb.DuckDBPyConnection:
    """One warehouse for all examples in which each person stands for themselves; names carry the example's number."""
    return _build(_all_drawn(custody))


def _all_drawn(custody: bool, measures: Collection[str] = frozenset(MEASURES)) -> Example:
    people = []
    for number, one in enumerate(examples()):
        if not one.alone and one.measure in measures and custody == ("custody" in one.rows[0]):
            people += [_named(row, f"{number}.") for row in one.rows]
    return replace(examples()[0], table=_drawn_again(people))


def _named(row: dict[str, str], mark: str) -> dict[str, str]:
    own = f"in {row['person']}t"
    return {name: text.replace(own, f"in {mark}{own[3:]}") for name, text in row.items()} | {
        "person": mark + row["person"]
    }


def _drawn_again(people: list[dict[str, str]]) -> str:
    columns = list(dict.fromkeys(name for row in people for name in row))
    # what a table does not mention is as a drawn table has it by default
    lines = [" | ".join(row.get(name, DEFAULTS.get(name, "")) for name in columns) for row in people]
    return "\n".join([" | ".join(columns), *lines])


DEFAULTS = {"planned": "planned", "drug user": "yes"}
UNITS = """
select person_id, max(state), sum(amount), sum(number), sum(possible), max(size)
from outcomes.unit
where measure = ? and component = ? and cohort = ? and window_days is not distinct from ? and cell_set = ?
    and scope = 'groups'
group by person_id order by person_id
"""
CELL = """
select status, numerator, denominator, value from outcomes.measure_cell
where measure = ? and component = ? and cohort = ? and window_days is not distinct from ? and cell_set = ?
    and group_by = ? and group_value = ?
"""


MEMBERS = "select person_id, count(*) from outcomes.cohort_member where cohort = ? group by person_id"
LEFT = "select step, persons from outcomes.attrition where cohort = ? and reason = '' order by step_number"


def _key(example: Example) -> tuple[str, str, str, int | None, str]:
    return example.measure, example.component, example.cohort, example.window, example.cell_set


def _answer(kind: str, state: str, n: Any, x: Any, possible: Any, size: Any) -> str:
    if state != "measured":
        return STATES[state]
    if kind == "median":
        return "" if size is None else f"{size:g}"
    if kind == "ratio" or n != 1:
        return f"{x} / {n}"
    return "yes" if x else "possible" if possible else "no"


def _total(kind: str, cell: tuple[Any, ...] | None) -> str:
    if cell is None:
        return ""
    status, x, n, value = cell
    if status != "measured":
        return STATES.get(status, status)
    return ("not reached" if value is None else f"{value:g}") if kind == "median" else f"{x} / {n}"


def from_core(example: Example, measures: Collection[str] | None = None) -> duckdb.DuckDBPyConnection:
    """Outcomes of a table that draws what follows a release."""
    return measured(core_of(example), "2023Q2", example.as_of, measures)


def core_of(example: Example) -> dict[str, list[Any]]:
    """The rows of core that a table draws."""
    tables = world(example.table, partner_to={"r": LAST_DAY} | example.seen_to, delivered=ALL_TABLES)
    custody = {"source": "custody", "table_name": "death", "prison": "*", "covered_from": "2019-01-01"}
    tables["coverage"].append(custody | {"covered_to": LAST_DAY})
    tables["service_area"] = [
        {"partner": "a", "region": "CZ064", "valid_from": "2019-01-01"},
        {"partner": "b", "region": "CZ010", "valid_from": "2019-01-01"},
        {"partner": "b", "region": "CZ042", "valid_from": "2022-07-01"},
    ]
    tables["coverage"] = [
        row for row in tables["coverage"] if row["table_name"] not in example.not_delivered.get(row["source"], [])
    ]
    tables["programme_prison"] = [{"prison": "brno", "valid_from": "2019-01-01"}]
    return tables


def everybody(measures: Collection[str]) -> dict[str, list[Any]]:
    """The rows of core of the examples of some measures that draw what follows a release, in one world."""
    return core_of(_all_drawn(custody=False, measures=measures))


def from_custody(example: Example, measures: Collection[str] | None = None) -> duckdb.DuckDBPyConnection:
    """Outcomes of a table that draws the stays themselves, so that times in custody and releases are made by rule."""
    con = core_tables.warehouse()
    core_tables.deliver(con, "v", period=("2019-01-01", LAST_DAY), extract=LAST_DAY)
    core_tables.deliver(con, "a", "a", period=("2019-01-01", LAST_DAY), extract=LAST_DAY, covers=("case",))
    people, stays, cases = [], [], []
    for row in example.rows:
        name, own = row["person"], parts(row["custody"])
        people.append({"person_id": name})
        cases.append({"case_id": f"{name}c", "programme": "through_the_gate", "person_id": name,
                      "agreement_date": core_tables.day(row.get("agreed") or own[0][0]),
                      "expected_release_date": row.get("expected day") or None})  # fmt: skip
        for number, words in enumerate(own):
            left = words.index("until") if "until" in words else None
            stays.append(
                {"stay_id": f"{name}{number}", "person_id": name, "prison": after(words, "in") or "brno",
                 "regime": "remand" if words[1] == "remand" else "high",
                 "admission_date": core_tables.day(words[0]), "admission_reason": words[1], "drug_user": "yes",
                 "release_date": core_tables.day(words[left + 1]) if left else None,
                 "release_reason": words[left + 2] if left else None}
            )  # fmt: skip
    core_tables.insert(con, "person", "v", people)
    core_tables.insert(con, "custody_stay", "v", stays)
    core_tables.insert(con, "case", "a", cases)
    core_tables.build(con)
    con.execute("create schema outcomes")
    outcomes.measure(con, Settings(root=Path("."), data=Path(".")), run_of("2023Q2", example.as_of), measures)
    return con
