"""The sample, wholly: staging refuses exactly the rows that were planted for it, and takes every other."""

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipeline import landing
from pipeline.periods import Quarter
from pipeline.run import Input, Run
from pipeline.settings import REPOSITORY, PartnerSettings, Settings
from pipeline.sources import pull
from pipeline.staging import stage

SAMPLE = REPOSITORY / "data" / "sample"
OURS = {"unknown_code", "impossible_date", "not_a_number", "not_a_boolean", "missing_required", "too_many_cells"}
NOW = datetime(2023, 8, 15, tzinfo=UTC)


@pytest.mark.slow
def test_refused_is_what_was_planted_and_nothing_else(tmp_path: Path) -> None:
    partners = {p.name: PartnerSettings(location=str(p)) for p in sorted(SAMPLE.iterdir()) if p.is_dir()}
    project = Settings(root=tmp_path, data=tmp_path / "data", partners=partners)
    report = landing.land(project, pull(project, started_at=NOW), started_at=NOW)
    assert not report.refused
    inputs = tuple(Input(r.partner, r.delivery_id, r.sha256) for r in landing.receipts(project))
    run = Run(Quarter(2023, 2), NOW, inputs=inputs)
    con = duckdb.connect()
    con.execute("create schema landing; create schema staging")
    landing.load(con, project, run)
    counts = stage(con, project, run)
    planted = json.loads((SAMPLE / "manifest_SYNTHETIC.json").read_text("utf-8"))["quarantine"]
    keys = ("partner", "file", "sheet", "row_number", "table", "record_key", "rule_id")
    wanted = sorted((*(f[k] for k in keys), f["column"]) for f in planted if f["rule_id"] in OURS)
    found = con.execute("""
        select r.partner, f.name, r.sheet, r.row_number, r.table_name, r.record_key, r.rule_id,
            regexp_replace(r.column_name, '^kontakt_\\d+_', '')
        from staging.refused as r join landing.file as f using (file_id) order by all""").fetchall()
    assert found == wanted
    assert counts["refused"] == len(wanted)
    assert counts["produced"] == counts["staged"] + counts["refused"]
    for listed in ("delivery_refused", "ignored_column", "unread_sheet"):
        assert con.execute(f"select * from staging.{listed}").fetchall() == []
