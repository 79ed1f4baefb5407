"""Deliveries of all shapes spoilt at random: no traceback, nothing that takes long, no row unaccounted for.

`THROUGHCARE_FUZZ=10000` tries so many instead of a few hundred; `THROUGHCARE_FUZZ_SEED` begins elsewhere. A fault names
its seed, from which the same batch can be made again.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from pipeline.settings import Settings
from pipeline.validated.rules import load_rules
from tests.support.counting import count_in_sql
from tests.support.fuzz import Spoilt, Verdict, judge, spoil
from tests.support.small_shapes import small_deliveries

WANTED = int(os.environ.get("THROUGHCARE_FUZZ", "0"))
SEED = int(os.environ.get("THROUGHCARE_FUZZ_SEED", "0"))
BATCH = 100


def told(verdict: Verdict) -> str:
    return "\n\n".join([str(verdict.states), *verdict.faults])


@pytest.mark.slow
def test_every_shape_in_small_is_taken_whole(tmp_path: Path) -> None:
    shapes = [Spoilt(name, partner, files) for name, (partner, files) in small_deliveries().items()]
    assert len(shapes) == 12
    verdict = judge(tmp_path, shapes, counter=count_in_sql)
    assert not verdict.faults, told(verdict)
    assert verdict.states == {"new": 12, "then accepted": 12}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEED, SEED + max(1, WANTED // BATCH)))
def test_spoilt_deliveries_are_accounted_for_or_refused_with_a_reason(tmp_path: Path, seed: int) -> None:
    """The rules are those of Great Expectations when many are wanted, their twins in SQL otherwise."""
    draw = Random(seed)
    batch = [spoil(draw) for _ in range(BATCH)]
    verdict = judge(tmp_path, batch, **({} if WANTED else {"counter": count_in_sql}))
    assert not verdict.faults, told(verdict)
    known = set(load_rules(Settings(root=tmp_path, data=tmp_path / "data")))
    assert {state.split()[-1] for state in verdict.states} - {"new", "known", "accepted"} <= known, told(verdict)
    assert verdict.states["new"] > BATCH // 5


@pytest.mark.slow
@effort(max_examples=WANTED or 20, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.randoms(use_true_random=False))
def test_one_spoilt_delivery_by_itself(tmp_path_factory: pytest.TempPathFactory, draw: Random) -> None:
    """Hypothesis looks for the smallest delivery that breaks something."""
    verdict = judge(tmp_path_factory.mktemp("one"), [spoil(draw)], counter=count_in_sql, feedback=False)
    assert not verdict.faults, told(verdict)
