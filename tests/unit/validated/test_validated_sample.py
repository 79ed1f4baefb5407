"""The sample, wholly: quarantined is what was planted, for the planted reason, and nothing else."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import landing, sources, staging
from pipeline.model import tables
from pipeline.periods import Quarter
from pipeline.run import Input, Run
from pipeline.settings import REPOSITORY, PartnerSettings, Settings
from pipeline.validated import validate, write_feedback

SAMPLE = REPOSITORY / "data" / "sample"
NOW = datetime(2023, 8, 20, tzinfo=UTC)
FAULT = ("partner", "file", "sheet", "row_number", "table", "record_key", "rule_id")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return dict(json.loads((SAMPLE / "manifest_SYNTHETIC.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[duckdb.DuckDBPyConnection, Settings, Run]]:
    root = tmp_path_factory.mktemp("sample")
    partners = {p.name: PartnerSettings(location=str(p)) for p in sorted(SAMPLE.iterdir()) if p.is_dir()}
    project = Settings(root=root, data=root / "data", partners=partners)
    landing.land(project, sources.pull(project, started_at=NOW), started_at=NOW)
    inputs = tuple(Input(r.partner, r.delivery_id, r.sha256) for r in landing.receipts(project))
    run = Run(Quarter(2023, 2), NOW, as_of=date(2023, 8, 15), inputs=inputs, synthetic=True)
    con = duckdb.connect()
    con.execute("create schema landing; create schema staging; create schema validated")
    landing.load(con, project, run)
    staging.stage(con, project, run)
    validate(con, project, run)
    yield con, project, run
    con.close()


def test_every_planted_fault_is_quarantined_with_its_reason_and_nothing_else(judged: Any, manifest: Any) -> None:
    found = judged[0].execute(
        "select q.partner, f.name, q.sheet, q.row_number, q.table_name, q.record_key, q.rule_id "
        "from validated.quarantine q join landing.file f using (file_id) where q.rule_id <> 'parent_refused'"
    )
    planted = [tuple(fault[name] for name in FAULT) for fault in manifest["quarantine"]]
    assert sorted(found.fetchall()) == sorted(planted)


def test_children_of_planted_faults_are_counted_apart(judged: Any, manifest: Any) -> None:
    planted: Counter[tuple[str, str]] = Counter()
    for family in manifest["children"]:
        for table, rows in family["children"].items():
            planted[family["delivery"].split("/")[0], table] += rows
    found = judged[0].execute(
        "select partner, table_name, sum(parent_refused)::bigint from validated.accounting "
        "group by all having sum(parent_refused) > 0"
    )
    assert {(p, t): n for p, t, n in found.fetchall()} == dict(planted)


def test_duplicates_and_warnings_are_those_planted(judged: Any, manifest: Any) -> None:
    con = judged[0]
    planted: Counter[tuple[str, str]] = Counter()
    for repeated in manifest["duplicates"]:
        planted[repeated["delivery"].split("/")[0], repeated["table"]] += repeated["rows"]
    found = con.execute(
        "select partner, table_name, sum(duplicate)::bigint from validated.accounting "
        "group by all having sum(duplicate) > 0"
    ).fetchall()
    assert {(p, t): n for p, t, n in found} == dict(planted)
    warned = con.execute(
        "select rule_id, record_key from validated.finding where severity = 'warning' and record_key in ("
        f"{', '.join('?' * len(manifest['warnings']))})",
        [w["record_key"] for w in manifest["warnings"]],
    ).fetchall()
    assert set(warned) == {(w["rule_id"], w["record_key"]) for w in manifest["warnings"]}


def test_conflicts_between_partners_reach_the_steward_and_no_partners_page(judged: Any, manifest: Any) -> None:
    con, project, run = judged
    planted = {(c["person_id"], c["rule_id"]) for c in manifest["conflicts"]}
    noted = set(con.execute("select person_id, rule_id from validated.steward_note").fetchall())
    rules = {rule for _, rule in planted}  # what custody data contradict is noted under other rules
    assert {(person, rule) for person, rule in noted if rule in rules} == planted
    for answer in write_feedback(con, project, run):
        text = answer.read_text("utf-8") if answer.suffix == ".html" else _in_workbook(answer)
        assert not any(conflict["person_id"] in text for conflict in manifest["conflicts"])
        assert "SYNTETICKÁ DATA" in text


def _in_workbook(path: Path) -> str:
    with zipfile.ZipFile(path) as parts:
        return "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def test_every_row_is_accounted_for(judged: Any) -> None:
    con = judged[0]
    produced = con.execute("select sum(produced), sum(accepted + quarantined + duplicate) from validated.accounting")
    assert len(set(produced.fetchall()[0])) == 1
    accepted = sum(
        con.execute(f"select count(*) from validated.{t.quoted}").fetchall()[0][0] for t in tables().values()
    )
    assert con.execute("select sum(accepted) from validated.accounting").fetchall()[0][0] == accepted > 20_000
