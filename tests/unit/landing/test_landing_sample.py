"""The sample in the repository: every delivery lands by the built-in contracts, without a single false alarm."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline.landing import land, receipts, refusals
from pipeline.settings import REPOSITORY, PartnerSettings, Settings, load_settings
from pipeline.sources import pull
from pipeline.synthetic import synthesize

SAMPLE = REPOSITORY / "data" / "sample"
STARTED = datetime(2023, 8, 15, 12)
PERIOD = (date(2021, 1, 1), date(2023, 7, 31))


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="data/sample is not there")
def test_every_delivery_of_the_sample_lands_as_declared(tmp_path: Path) -> None:
    settings = load_settings(REPOSITORY, data=tmp_path)
    report = land(settings, pull(settings, started_at=STARTED), started_at=STARTED)
    assert report.lines() == [d.sentence() for d in report.new]
    assert refusals(settings) == []
    landed = receipts(settings)
    assert len(landed) == len(report.new) == 17
    assert all(r.synthetic and r.lawful_basis and r.keep_until for r in landed)
    full = {r.partner: (r.extract_date, r.period_from, r.period_to) for r in landed if r.kind == "full"}
    earlier = {"magdalena": (date(2023, 6, 30), date(2021, 1, 1), date(2023, 6, 30))}
    earlier |= {"sananim": (date(2022, 12, 31), date(2021, 1, 1), date(2022, 12, 31))}
    latest = (date(2023, 7, 31), *PERIOD)
    assert full == {p: earlier.get(p, latest) for p in settings.partners}
    assert [len(r.prisons) for r in landed if r.partner == "vscr"] == [35]
    correction = next(r for r in landed if r.kind == "correction")
    assert (correction.partner, correction.tables) == ("sananim", ("service",))
    assert (correction.period_from, correction.period_to) == (date(2023, 5, 1), date(2023, 6, 30))
    used = {r.partner: {f.encoding for f in r.files} for r in landed}
    assert used["vscr"] == used["magdalena"] == {"cp1250"}
    assert (used["podane_ruce"], used["kotec"], used["romodrom"]) == ({"iso-8859-2"}, {"utf-8-sig"}, {"utf-8"})


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 1 + int(os.environ.get("THROUGHCARE_WORLDS", "1"))))
def test_no_false_alarm_in_another_and_bigger_world(tmp_path: Path, seed: int) -> None:
    """`THROUGHCARE_WORLDS=20` screens so many programmes of 6,000 people, each drawn anew."""
    synthesize(int(os.environ.get("THROUGHCARE_PEOPLE", "6000")), seed, tmp_path / "world")
    partners = {p.name: PartnerSettings(location=str(p)) for p in (tmp_path / "world").iterdir() if p.is_dir()}
    settings = Settings(root=tmp_path, data=tmp_path / "data", partners=partners)
    report = land(settings, pull(settings, started_at=STARTED), started_at=STARTED)
    assert len(report.new) == len(report.deliveries) == 17, report.lines()
    assert refusals(settings) == []
