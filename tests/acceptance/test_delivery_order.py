"""Which delivery has the last word when several say something of one key, through all stages."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path

import duckdb
import pytest

from pipeline import core, landing, sources, staging
from pipeline.model import table
from pipeline.periods import Quarter
from pipeline.run import Input, Run
from pipeline.settings import PartnerSettings, Settings
from pipeline.validated import validate
from pipeline.validated.rows import make_newest_view
from tests.support.counting import count_in_sql

SIDECAR = """partner = "one"
extract_date = {day}
period_from = 2021-01-01
period_to = {day}
kind = "{kind}"
lawful_basis = "agreement"
keep_until = 2033-12-31
"""
BORN = {"increment": 1981, "full": 1982, "correction": 1983}


def newest(root: Path, *sent: tuple[str, str, int]) -> tuple[int, int]:
    """Year of birth in core and among the newest versions of `validated`, after (kind, extract day, year) in turn."""
    settings = Settings(root=root, data=root / "data", partners={"one": PartnerSettings(location="inbox")})
    now = datetime(2023, 8, 1)
    for number, (kind, day, born) in enumerate(sent):
        folder = root / "inbox" / f"{number}"
        folder.mkdir(parents=True)
        (folder / "person.csv").write_text(f"person_id,sex,birth_year\nA,male,{born}\n", "utf-8")
        (folder / "delivery.toml").write_text(SIDECAR.format(day=day, kind=kind), "utf-8")
        now += timedelta(hours=1)
        landing.land(settings, sources.pull(settings, started_at=now), started_at=now)
    inputs = tuple(Input(r.partner, r.delivery_id, r.sha256) for r in landing.receipts(settings))
    run = Run(Quarter(2023, 2), now, inputs=inputs)
    con = duckdb.connect()
    try:
        for schema in ("landing", "staging", "validated", "core"):
            con.execute(f"create schema {schema}")
        landing.load(con, settings, run)
        staging.stage(con, settings, run)
        validate(con, settings, run, counter=count_in_sql)
        core.build(con, settings, run)
        ((built,),) = con.execute("select birth_year from core.person").fetchall()
        make_newest_view(con, table("person"))
        ((judged,),) = con.execute("select birth_year from newest_person").fetchall()
        return int(built), int(judged)
    finally:
        con.close()


@pytest.mark.slow
@pytest.mark.parametrize("order", list(permutations(BORN)), ids="-".join)
def test_of_one_day_a_correction_wins_over_a_full_extract_and_that_over_an_increment(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    assert newest(tmp_path, *((kind, "2023-07-31", BORN[kind]) for kind in order)) == (1983, 1983)


def test_a_full_extract_wins_over_an_increment_received_later(tmp_path: Path) -> None:
    sent = [("full", "2023-07-31", 1982), ("increment", "2023-07-31", 1981)]
    assert newest(tmp_path, *sent) == (1982, 1982)


def test_of_equal_kinds_the_later_received_wins_and_a_later_extract_over_all(tmp_path: Path) -> None:
    assert newest(tmp_path / "a", ("full", "2023-07-31", 1981), ("full", "2023-07-31", 1982)) == (1982, 1982)
    later = [("increment", "2023-07-31", 1981), ("correction", "2023-07-30", 1983)]
    assert newest(tmp_path / "b", *later) == (1981, 1981)
