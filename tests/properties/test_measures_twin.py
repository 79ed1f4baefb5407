"""Every measure equals its slow plain-Python twin on random histories."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.periods import Quarter
from pipeline.warehouse import Connection
from tests.support import twin_tdi
from tests.support.core_rows import COLUMNS, measured
from tests.support.examples import everybody
from tests.support.histories import World, worlds
from tests.support.twin_cells import Key, cells
from tests.support.twin_cohorts import World as Twin
from tests.support.twin_cohorts import members

COUNTS = (
    "status", "too_early", "denominator", "denominator_unit", "persons", "possible", "unobserved", "numerator",
    "numerator_persons", "complement_persons", "value", "workers",
)  # fmt: skip
KEYS = ("measure", "component", "cohort", "cell_set", "window_days", "group_by", "group_value")
QUARTERS = st.sampled_from(["2022Q2", "2023Q2"])
AS_OF = st.sampled_from([None, date(2023, 8, 15), date(2023, 6, 29), date(2022, 5, 1)])


def counted(con: Connection) -> tuple[dict[Key, dict[str, Any]], set[tuple[str, ...]]]:
    found = con.execute(f"select {', '.join(KEYS + COUNTS)} from outcomes.measure_cell").fetchall()
    width = len(KEYS)
    rows = {tuple(row[:width]): dict(zip(COUNTS, row[width:], strict=True)) for row in found}
    assert len(rows) == len(found), "a cell stands twice"
    releases = "cohort not in ('romodrom', 'family')"
    who = con.execute(
        f"select cohort, member_id, partner, planned from outcomes.cohort_member where {releases}"
    ).fetchall()
    return rows, set(who)


def compare(world: World, quarter: str, as_of: date | None) -> None:
    con = measured(world, quarter, as_of)
    ours, who = counted(con)
    twin = Twin(world, Quarter.parse(quarter), as_of)
    assert who == {(m.cohort, m.id, m.partner, m.planned) for m in members(twin)}
    theirs = cells(twin)
    for key, expected in sorted(theirs.items(), key=str):
        assert key in ours, (key, expected)
        if expected["status"] != "measured":
            assert (ours[key]["status"], ours[key]["too_early"]) == (expected["status"], expected["too_early"]), key
            continue
        got = {name: ours[key][name] for name in expected}
        assert got == {n: pytest.approx(v) if isinstance(v, float) else v for n, v in expected.items()}, key
    for key in set(ours) - set(theirs):
        assert ours[key]["status"] in ("not_collected", "not_applicable"), key
    entries = con.execute("select entry_year, kind, number, sex, category, persons, entrants from outcomes.tdi_cell")
    assert {row[:5]: row[5:] for row in entries.fetchall()} == twin_tdi.tables(twin)


def dated(value: Any) -> Any:
    """ISO days as dates, numbers in text as numbers."""
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        return date.fromisoformat(value)
    return int(value) if isinstance(value, str) and value.isdigit() else value


CARE = ("treatment_engaged", "retention", "handed_over", "transfer_survived", "housing_path", "return_after_contact",
        "instrument_repeated")  # fmt: skip


@pytest.mark.slow
def test_the_worked_examples_have_the_same_twin() -> None:
    """The edges that the methodology shows, which random histories meet seldom, in one world."""
    world: World = {name: [] for name in COLUMNS}
    for name, rows in everybody(CARE).items():
        empty = {part.split()[0]: None for part in COLUMNS[name].split(",")}
        world[name] = [empty | {k: dated(v) for k, v in row.items()} for row in rows]
    compare(world, "2023Q2", None)
    con = measured(world)
    for measure in CARE:
        query = "select max(numerator) from outcomes.measure_cell where measure = ? and group_by = 'all'"
        assert con.execute(query, [measure]).fetchall()[0][0], f"{measure}: nobody to compare"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(worlds(), QUARTERS, AS_OF)
def test_every_measure_equals_its_twin(world: World, quarter: str, as_of: date | None) -> None:
    compare(world, quarter, as_of)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(), QUARTERS, AS_OF)
def test_every_measure_equals_its_twin_on_many_histories(world: World, quarter: str, as_of: date | None) -> None:
    compare(world, quarter, as_of)
