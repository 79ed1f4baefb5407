"""One person of each partner forgotten in the sample: every real shape, totals and control sheet still accepted."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from pipeline import landing
from pipeline.keys import AT_REST, PIPELINE, Keyer
from pipeline.landing.erasure import read_delivery
from pipeline.landing.people import reads
from pipeline.landing.sheets import RECORD
from pipeline.periods import Quarter
from pipeline.run import Input, Run
from pipeline.settings import REPOSITORY, Settings, load_settings
from pipeline.sources import pull
from pipeline.staging import stage
from pipeline.warehouse import open_run

pytestmark = pytest.mark.slow

AT = datetime(2023, 9, 1, 12)
KEY = hashlib.sha256(b"pipeline").digest()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv(PIPELINE, KEY.hex())
    monkeypatch.delenv(AT_REST, raising=False)
    settings = load_settings(REPOSITORY, data=tmp_path / "data")
    report = landing.land(settings, pull(settings, started_at=AT), started_at=AT)
    assert not report.refused
    return settings


def people(settings: Settings) -> dict[str, str]:
    """The last person that each partner's newest delivery names, in the partner's own pseudonym."""
    found = {}
    for receipt in landing.receipts(settings):
        _, readings, contract = read_delivery(settings, receipt)
        for reading in readings.values():
            for sheet in reading.sheets:
                for read in (r for r in reads(sheet, contract) if (r.table, r.column.name) == ("case", "person_id")):
                    cells = sheet.rows.filter(pl.col("kind") == RECORD)["cells"].to_list()
                    found[receipt.partner] = read.value(cells[-1][read.position])
    return found


def unpacked(settings: Settings) -> Iterator[bytes]:
    for path in sorted(p for p in (settings.data / "landing").rglob("*") if p.is_file()):
        data = path.read_bytes()
        yield data
        if data[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(data)) as parts:
                yield from (parts.read(name) for name in parts.namelist())
        if data[:4] == b"PAR1":
            yield str(pl.read_parquet(io.BytesIO(data)).rows()).encode()


def staged(settings: Settings, name: str) -> tuple[dict[str, int], list[tuple]]:
    inputs = tuple(Input(r.partner, r.delivery_id, r.sha256) for r in landing.receipts(settings))
    run = Run(Quarter(2023, 2), AT, inputs=inputs, synthetic=True)
    with open_run(settings.folder("warehouse"), name) as con:
        landing.load(con, settings, run)
        stage(con, settings, run)
        counts = con.execute("select table_name, sum(produced)::bigint from staging.produced group by all").fetchall()
        refused = con.execute("select delivery_id, rule_id from staging.delivery_refused order by all").fetchall()
    return dict(counts), refused


def test_every_partners_files_are_rewritten_and_still_hold(settings: Settings) -> None:
    chosen = people(settings)
    assert len(chosen) >= 6
    before, refused = staged(settings, "before")
    values = [v.encode() for p in sorted(set(chosen.values())) for v in (p, Keyer(KEY).person(p))]
    assert all(any(value in part for part in unpacked(settings)) for value in values[::2])
    for person in sorted(set(chosen.values())):
        landing.bury(settings, person, at=AT)
    erased = landing.erase(settings, at=AT)
    assert {e.partner for e in erased} >= set(chosen) | {"vscr"}
    assert not any(value in part for part in unpacked(settings) for value in values)
    after, still_refused = staged(settings, "after")
    assert still_refused == refused  # totals and control sheet agree with what is left and what was lost
    assert all(after[table] <= before[table] for table in before)
    assert before["person"] - after["person"] >= len(set(chosen.values()))
    assert after["service"] < before["service"]
    assert landing.erase(settings, at=AT) == []
    again = landing.land(settings, pull(settings, started_at=AT), started_at=AT)
    assert not again.new
