"""The sample quarter on Spark: the tables of the draft have the bytes of those of DuckDB, the manifest its engine.

Some minutes; by hand: `THROUGHCARE_ENGINE_SAMPLE=1 pytest -m slow tests/acceptance/test_engine_sample.py`.
"""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline import flow
from pipeline.cli.common import with_spark
from pipeline.console import ConsoleReporter
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import REPOSITORY, load_settings
from tests.support.sail import sail

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("THROUGHCARE_ENGINE_SAMPLE"), reason="some minutes; asked for by a variable"),
]


def draft(folder: Path, engine: str, url: str | None) -> tuple[flow.Outcome, dict[str, bytes]]:
    settings = with_spark(load_settings(REPOSITORY, data=folder), url)
    run = Run(Quarter(2023, 2), datetime(2026, 1, 1), as_of=date(2023, 8, 15), engine=engine)
    reporter = ConsoleReporter(quiet=True)
    flow.pull(settings, run, reporter)
    outcome = flow.run_quarter(settings, run, reporter)
    assert outcome.draft
    return outcome, {p.name: p.read_bytes() for p in sorted((outcome.draft / "csv").glob("*.csv"))}


def test_the_sample_has_the_same_bytes_on_spark(tmp_path: Path) -> None:
    here, expected = draft(tmp_path / "here", "duckdb", None)
    with sail() as url:
        there, found = draft(tmp_path / "there", "spark", url)
    assert there.run.manifest()["engine"] == "spark"
    assert here.run.run_id != there.run.run_id
    assert len(expected) > 20
    assert found == expected
    assert not list((tmp_path / "there" / "warehouse").glob("*-spark"))
