"""Files: equal arguments write equal bytes, the repository's sample is what the code writes, and faults are located."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.errors import SettingsError
from pipeline.synthetic import MANIFEST, synthesize, write_sample
from pipeline.synthetic.fault_plans import plans

SAMPLE = Path(__file__).parents[3] / "data" / "sample"


def contents(folder: Path) -> dict[str, Any]:
    """Every file's bytes; archives by their members, whose compression differs between machines."""
    found: dict[str, Any] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "README.md"):
        data: Any = path.read_bytes()
        if path.suffix in (".xlsx", ".zip"):
            with zipfile.ZipFile(path) as archive:
                data = {name: archive.read(name) for name in archive.namelist()}
        found[path.relative_to(folder).as_posix()] = data
    return found


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "made"
    write_sample(folder)
    return folder


@pytest.fixture(scope="module")
def manifest(written: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((written / MANIFEST).read_text("utf-8"))
    return found


def test_the_sample_is_what_the_code_writes(written: Path) -> None:
    made, kept = contents(written), contents(SAMPLE)
    assert list(made) == list(kept)
    assert [name for name in made if made[name] != kept[name]] == []


def test_equal_arguments_write_equal_bytes_also_over_an_older_set(tmp_path: Path) -> None:
    synthesize(600, 5, tmp_path / "one")
    synthesize(700, 6, tmp_path / "two", faults=False)
    synthesize(600, 5, tmp_path / "two")
    one, two = (
        {p.relative_to(tmp_path / name).as_posix(): p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()}
        for name in ("one", "two")
    )
    assert one == two


def test_the_sample_is_small_and_marked_in_every_name(written: Path) -> None:
    files = [p for p in SAMPLE.rglob("*") if p.is_file()]
    assert sum(p.stat().st_size for p in files) < 5_000_000
    assert {p.name for p in files if "SYNTHETIC" not in p.name} == {"delivery.toml", "README.md"}
    assert all("synthetic = true" in p.read_text("utf-8") for p in SAMPLE.rglob("delivery.toml"))


def test_every_fault_that_was_planned_was_planted(manifest: dict[str, Any]) -> None:
    planned = Counter({(p.delivery, p.table, p.rule_id): 0 for p in plans()})
    for p in plans():
        planned[p.delivery, p.table, p.rule_id] += p.count
    planted = Counter((f"{q['partner']}/{q['delivery']}", q["table"], q["rule_id"]) for q in manifest["quarantine"])
    assert planted == planned
    assert {w["rule_id"] for w in manifest["warnings"]} == {"overlapping_stays", "service_outside_case"}
    assert [c["rule_id"] for c in manifest["conflicts"]] == ["sex_differs", "birth_year_differs"]
    assert all(parent["children"] for parent in manifest["children"])


def test_the_manifest_names_the_lines_of_a_csv(written: Path, manifest: dict[str, Any]) -> None:
    text = (written / "vscr/2023-07-31/pobyty_SYNTHETIC.csv").read_text("cp1250")
    lines = list(csv.reader(io.StringIO(text), delimiter=";"))
    here = [q for q in manifest["quarantine"] if q["file"] == "pobyty_SYNTHETIC.csv"]
    assert len(here) == 15
    assert all(lines[q["row_number"] - 1][0] == q["record_key"] for q in here)
    wrong = [q for q in here if q["rule_id"] == "impossible_date"]
    assert {lines[q["row_number"] - 1][lines[0].index(q["column"])] for q in wrong} == {"31.2.2022"}
    assert lines[-1] == ["CELKEM", str(len(lines) - 2)]


def test_the_manifest_names_the_rows_of_a_sheet_and_of_a_wide_table(written: Path, manifest: dict[str, Any]) -> None:
    wide = zipfile.ZipFile(next(written.glob("podane_ruce/*/*.zip"))).read("klienti_siroka_SYNTHETIC.csv")
    lines = list(csv.reader(io.StringIO(wide.decode("iso-8859-2")), delimiter=";"))
    for q in (q for q in manifest["quarantine"] if q["partner"] == "podane_ruce" and q["table"] == "service"):
        number = int(q["record_key"][-2:])
        assert lines[q["row_number"] - 1][lines[0].index(f"kontakt_{number}_typ")] == "arteterapie"
    services = pl.read_excel(
        next(written.glob("cppt/*/*.xlsx")), sheet_name="Výkony", has_header=False, read_options={"header_row": None}
    )
    for q in (q for q in manifest["quarantine"] if q["partner"] == "cppt" and q["table"] == "service"):
        assert services.row(q["row_number"] - 1)[0] == q["record_key"]


def test_without_faults_nothing_is_to_be_refused(tmp_path: Path) -> None:
    made = synthesize(600, 5, tmp_path, faults=False)
    assert (made["quarantine"], made["children"], made["warnings"], made["conflicts"]) == ([], [], [], [])
    assert {entry["delivery"] for entry in made["duplicates"]} == {"kotec/2023-07-31"}


def test_too_few_people_are_told_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="too few"):
        synthesize(200, 1, tmp_path / "made", clients=150)


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(SettingsError, match="something else"):
        synthesize(600, 1, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
