"""The planted rates come back: 50,000 made-up people, three seeds, every window within four standard errors.

The true rates are what the people were drawn from; they are known without any pipeline. The model rows go
straight to `validated`, so that this tests spells, releases, cohorts and measures, not the reading of files.
The quarter is 2023Q1: by then every partner's extract covers the longest window after a release.
"""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipeline import core, outcomes
from pipeline.model import PROVENANCE, table
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.synthetic import rates
from pipeline.synthetic.days import EXTRACT, EXTRACT_MAGDALENA, START
from pipeline.synthetic.deliveries import known_rows
from pipeline.synthetic.knowledge import as_date
from pipeline.synthetic.shapes import PARTNERS, shape
from pipeline.synthetic.world import World, build_world
from tests.support.core_tables import deliver, warehouse

pytestmark = pytest.mark.slow
PEOPLE, CLIENTS, AGREEMENTS = 50_000, 3_150, 600
QUARTER = Quarter(2023, 1)
Cells = dict[tuple[str, str, int | None, str, str], tuple[float, float]]


def fill(con: duckdb.DuckDBPyConnection, world: World) -> None:
    """Every partner's rows as one accepted delivery."""
    for partner in PARTNERS:
        last = EXTRACT_MAGDALENA if partner == "magdalena" else EXTRACT
        covered = tuple(shape(partner).tables)
        period = (as_date(START).isoformat(), as_date(last).isoformat())
        deliver(con, partner, partner, extract=period[1], period=period, covers=covered)
        for name in covered:
            frame = known_rows(world, partner, name, last).with_row_index("row_number", 1)  # noqa: F841 (read by DuckDB)
            given = {"partner": f"'{partner}'", "delivery_id": f"'{partner}'", "file_id": "'f'", "sheet": "''"}
            given |= {"row_number": "row_number", "ordinal": "0"}
            origin = [given[column] for column, _ in PROVENANCE]
            own = [f'"{c}"' for c in table(name).columns if c != "partner"]
            con.execute(f'insert into validated."{name}" select {", ".join(origin + own)} from frame')


def measured(seed: int) -> Cells:
    """Numerator and denominator by measure, cohort, window, group and group value."""
    con = warehouse()
    con.execute("set threads = 2")
    con.execute("create schema outcomes")
    fill(con, build_world(PEOPLE, seed, CLIENTS, AGREEMENTS))
    settings, run = Settings(root=Path("."), data=Path(".")), Run(QUARTER, datetime(2023, 8, 15), synthetic=True)
    core.build(con, settings, run)
    outcomes.measure(con, settings, run, {measure for measure, *_ in expected()})
    found = con.execute(
        """select measure, cohort, window_days, group_by, group_value, numerator, denominator
        from outcomes.measure_cell
        where cell_set = 'own' and status = 'measured' and coalesce(component, '') = '' and denominator > 0"""
    ).fetchall()
    return {(m, c, w, g, v): (x, n) for m, c, w, g, v, x, n in found}


def expected() -> dict[tuple[str, str, int | None, str, str], float]:
    """The true rate of every cell that the made-up world was drawn from."""
    true = rates.true_rates()
    cells: dict[tuple[str, str, int | None, str, str], float] = {}
    for measure in ("return_to_prison", "return_for_new_offence"):
        for cohort in ("programme", "comparison"):
            for window, rate in true[measure][cohort].items():
                cells[measure, cohort, int(window), "all", ""] = rate
    for measure in ("contact_made", "treatment_started"):
        for window, rate in true[measure]["all"].items():
            cells[measure, "programme", int(window), "all", ""] = rate
    cells["plan_ready", "programme", None, "all", ""] = true["plan_ready"]
    cells["unplanned_release_share", "programme", None, "all", ""] = true["unplanned_release_share"]["of_all"]
    cells["family_visit_7d", "romodrom", 7, "all", ""] = true["family_visit_7d"]["7"]
    for cohort in ("programme", "romodrom"):
        cells["cancelled_by_prison_share", cohort, None, "all", ""] = true["cancelled_by_prison_share"]
    return cells


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_planted_rate_is_recovered(seed: int) -> None:
    found, far = measured(seed), {}
    for cell, rate in expected().items():
        assert cell in found, cell
        x, n = found[cell]
        z = (x - n * rate) / math.sqrt(n * rate * (1 - rate))
        if abs(z) >= 4:
            far[cell] = (round(x / n, 4), round(rate, 4), n, round(z, 1))
    assert not far
