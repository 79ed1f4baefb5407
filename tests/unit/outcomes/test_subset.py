"""Computing some measures only: their cells are those of the whole stage, nothing else is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import outcomes
from pipeline.errors import SettingsError
from pipeline.settings import Settings
from tests.support.core_rows import core_warehouse, run_of
from tests.support.drawn import world

DRAWN = """
person | released   | stays                   | services             | treatments
a      | 2022-01-10 | 2022-03-01 new_sentence | 2022-01-12 community |
b      | 2022-02-10 | 2022-05-01 remand       | 2022-02-10 gate      | 2022-02-20 outpatient community
c      | 2022-02-11 |                         |                      |
"""
CHOSEN = ["return_to_prison", "contact_made", "treatment_started"]


def cells(chosen: list[str] | None) -> list[tuple[object, ...]]:
    con = core_warehouse(world(DRAWN))
    outcomes.measure(con, Settings(root=Path("."), data=Path(".")), run_of(), chosen)
    return con.execute("select * exclude (effective_n) from outcomes.measure_cell order by all").fetchall()


def test_some_measures_give_the_same_cells() -> None:
    some = cells(CHOSEN)
    assert {row[0] for row in some} == set(CHOSEN)
    assert some == [row for row in cells(None) if row[0] in CHOSEN]


@pytest.mark.parametrize("name", ["dose", "post_release_death", "net_exposure", "return_after_contact", "retention"])
def test_a_measure_can_be_computed_alone(name: str) -> None:
    con = core_warehouse(world(DRAWN))
    outcomes.measure(con, Settings(root=Path("."), data=Path(".")), run_of(), [name])
    assert {row[0] for row in con.execute("select distinct measure from outcomes.measure_cell").fetchall()} == {name}


def test_unknown_measure_is_told() -> None:
    with pytest.raises(SettingsError, match="Choose one of"):
        cells(["return_to_jail"])
