"""What disclosure reads from outcomes, as values: one measure cell with its persons, checked to be complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property

import duckdb

from pipeline.errors import DisclosureError
from pipeline.outcomes import Measure
from pipeline.warehouse import Connection

COUNTS = ("n", "x", "persons", "possible", "too_early", "unobserved")
STATUSES = ("measured", "not_collected", "too_early", "not_applicable")


@dataclass(frozen=True)
class MeasureRow:
    """A row of outcomes.measure_cell; counts are exact and internal. `window` is '' where there is none.

    `kind` says what is published of it: a `share` has people in the numerator and people outside, a `ratio` is a
    number of things per `per` units of the denominator, a `median` is a size. `share` is the largest person's share
    of a ratio's numerator, None where it is not known.
    """

    measure: str
    component: str
    cohort: str
    cell_set: str
    window: str
    group_by: str
    group_value: str
    period_from: str
    period_to: str
    persons: int | None
    numerator: int | None
    numerator_persons: int | None
    complement_persons: int | None
    denominator: int | None
    denominator_unit: str
    possible: int | None
    too_early: int | None
    unobserved: int | None
    value: float | None
    workers: int | None
    status: str
    kind: str = "share"
    per: int = 1
    process: bool = False
    share: float | None = None

    @cached_property
    def keys(self) -> dict[str, str]:
        """The keys of the released row, in the order of the table's dims."""
        return {name: getattr(self, name) for name in KEYS}

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Measure and keys as one tuple."""
        return (self.measure, *self.keys.values())

    @property
    def proportion(self) -> bool:
        """True when the numerator is a part of the denominator, so that the complement counts people too."""
        return self.kind == "share" and self.numerator is not None and self.denominator is not None

    def counts(self) -> dict[str, int]:
        """A copy of the exact counts, see `exact`."""
        return dict(self.exact)

    @cached_property
    def exact(self) -> dict[str, int]:
        """The exact counts that would be published, by statistic, without those the measure does not have."""
        if self.status != "measured":
            return {"too_early": self.too_early} if self.too_early is not None else {}
        named = (self.denominator, self.numerator, self.persons, self.possible, self.too_early, self.unobserved)
        return {name: number for name, number in zip(COUNTS, named, strict=True) if number is not None}

    @cached_property
    def grouping(self) -> tuple[str, ...]:
        """All cells of one grouping in one window share it."""
        return (self.measure, self.component, self.cohort, self.cell_set, self.window, self.group_by)

    def coordinates(self) -> dict[str, str]:
        """Groupings and groups: {} for all, {'partner': 'a'}, or two and more where the names are joined by '*'."""
        if self.group_by == "all":
            return {}
        return dict(zip(self.dimensions(), self.group_value.split("*"), strict=True))

    def dimensions(self) -> list[str]:
        """Names of the groupings that the row is a cell of."""
        return self.group_by.split("*")

    def values(self) -> list[str]:
        """Everything that names a group of people in this row."""
        return [self.cohort, self.component, *self.group_value.split("*")]


KEYS = ("component", "cohort", "cell_set", "window", "group_by", "group_value")
COLUMNS = [f.name for f in fields(MeasureRow) if f.name not in ("kind", "per", "process", "share")]


def query(con: Connection, sql: str) -> list[tuple[object, ...]]:
    """Rows of a query; raises DisclosureError where a table or column that disclosure needs is missing."""
    try:
        return con.execute(sql).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException) as problem:
        line = str(problem).splitlines()[0]
        raise DisclosureError(f"Disclosure cannot read the measures ({line}). Run the earlier stages again.") from None


def read_measures(con: Connection, measures: Mapping[str, Measure]) -> list[MeasureRow]:
    """Every measure cell, sorted by key; `measures` is the registry.

    Raises DisclosureError for a missing column, a measure without a definition, a count without its persons.
    """
    names = ["coalesce(cast(window_days as varchar), '') as window" if c == "window" else f'"{c}"' for c in COLUMNS]
    found = query(con, f"select {', '.join(names)} from outcomes.measure_cell order by all")
    plain = [_from_record(dict(zip(COLUMNS, record, strict=True)), measures) for record in found]
    shares = read_shares(con, {row.measure for row in plain if row.kind == "ratio"})
    rows = [check(replace(row, share=shares.get(row.key))) for row in plain]
    return sorted(rows, key=lambda row: row.key)


def _from_record(record: dict[str, object], measures: Mapping[str, Measure]) -> MeasureRow:
    measure = str(record["measure"])
    for name in ("component", "group_value", "period_from", "period_to", "denominator_unit"):
        record[name] = "" if record[name] is None else str(record[name])
    try:
        part = measures[measure].part(str(record["component"]))
    except KeyError:
        raise DisclosureError(
            f"Table {measure} has no definition in the registry of measures; nothing released."
        ) from None
    process = measures[measure].process
    return MeasureRow(**record, kind=part.value, per=part.per, process=process)  # type: ignore[arg-type]


def check(row: MeasureRow) -> MeasureRow:
    """The row itself, when it has all that disclosure control needs; raises DisclosureError otherwise."""
    counts = row.counts()
    problem = ""
    if row.status not in STATUSES:
        problem = "an unknown status"
    elif any(number < 0 for number in counts.values()):
        problem = "a negative count"
    elif row.status == "measured" and row.persons is None:
        problem = "a cell without its persons"
    elif row.status == "measured" and row.numerator is not None and row.numerator_persons is None:
        problem = "a numerator without its persons"
    elif row.status == "measured" and row.proportion and row.complement_persons is None:
        problem = "a proportion without the persons of its complement"
    elif row.proportion and counts.get("x", 0) > counts.get("n", 0):
        problem = "a numerator above its denominator"
    elif row.process and row.status == "measured" and row.workers is None and counts.get("n", 0) > 0:
        problem = "a process cell without its number of workers"
    elif len(row.dimensions()) != len(row.group_value.split("*")):
        problem = "a group that does not fit its grouping"
    if problem:
        raise DisclosureError(f"Table {row.measure} has {problem}; correct the measure. Nothing released.")
    return row


def read_shares(con: Connection, measures: set[str]) -> dict[tuple[str, ...], float]:
    """The largest person's share of each magnitude, from the units that its cells are made of."""
    if not measures:
        return {}
    names = ", ".join(f"'{name}'" for name in sorted(measures))
    found = query(con, SHARES.format(measures=names))
    return {tuple(str(part) for part in record[:-1]): float(record[-1]) for record in found}  # type: ignore[arg-type]


SHARES = """
with placed as (
    select measure, component, cohort, cell_set, coalesce(cast(window_days as varchar), '') as days, person_id, number,
        unnest(case when scope = 'groups' then ['all', 'partner', 'prison', 'quarter', 'planned', 'drug_user']
            else [detail_by] end) as group_by,
        unnest(case when scope = 'groups' then ['', partner, prison, quarter, planned, drug_user]
            else [detail] end) as group_value
    from outcomes.unit
    where measure in ({measures}) and number > 0
), per_person as (
    select * exclude (number), sum(number) as amount from placed group by all
)
select measure, component, cohort, cell_set, days, group_by, coalesce(group_value, ''),
    coalesce(max(case when person_id is not null then amount end), 0) / sum(amount)
from per_person group by all
"""
