"""Bad deliveries as partners really send them, all at once: each is answered, none stops the others."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.conftest import Project

pytestmark = pytest.mark.slow


def only(folder: Path, pattern: str) -> Path:
    (found,) = sorted(folder.rglob(pattern))
    return found


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def edit(path: Path, old: bytes, new: bytes) -> None:
    text = path.read_bytes()
    assert old in text, path
    path.write_bytes(text.replace(old, new, 1))


@pytest.fixture
def hostile(spoilt: Callable[[], Project]) -> Project:
    project = spoilt()
    sample = project.root / "sample"
    shutil.rmtree(sample / "kotec")
    only(sample / "laxus", "*.json").write_bytes(b"")
    cut(only(sample / "podane_ruce", "*.zip"))
    for path in (sample / "sananim").rglob("*.parquet"):
        cut(path)
    workbook = only(sample / "cppt", "*.xlsx")
    workbook.write_bytes(b"PK\x03\x04" + b"not a workbook" * 100)
    sidecar = only(sample / "magdalena", "delivery.toml")
    lines = [line for line in sidecar.read_text("utf-8").splitlines() if not line.startswith("period_")]
    sidecar.write_text("\n".join(lines), "utf-8")
    services = only(sample / "romodrom", "sluzby*.tsv")
    header, rest = services.read_text("utf-8").split("\n", 1)
    services.write_text(header.rsplit("\t", 1)[0] + "\n" + rest, "utf-8")
    return project


def test_every_bad_delivery_is_answered_and_custody_still_counts(hostile: Project) -> None:
    done = hostile.call("run", "--quarter", "2023Q2", "--as-of", "2023-08-15")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    for partner in ("kotec", "laxus", "podane_ruce", "sananim", "cppt", "magdalena"):
        assert any(line.startswith(partner) for line in done.stderr.splitlines()), partner
    status = json.loads(hostile.call("status", "--json").stdout)
    refused = {r["partner"]: r["reason"] for r in status["refused"]}
    assert refused["laxus"] == "empty_file"
    assert refused["podane_ruce"] == refused["sananim"] == refused["cppt"] == "unreadable_file"
    assert refused["magdalena"] == "missing_period"
    verdicts = {d["partner"]: d["verdict"] for d in status["deliveries"]}
    assert verdicts == {"vscr": "accepted", "romodrom": "refused"}


def test_without_custody_data_the_run_says_what_is_missing(spoilt: Callable[[], Project]) -> None:
    project = spoilt()
    stays = only(project.root / "sample" / "vscr", "pobyty*.csv")
    trailer = stays.read_bytes().rstrip().rsplit(b"\n", 1)[-1]
    edit(stays, trailer, b"CELKEM;1")
    done = project.call("run", "--quarter", "2023Q2")
    assert done.returncode == 3, done.stderr
    assert "custody" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run", "--quarter", "2023-Q2"], 2, "2023Q2"),
        (["run", "--quarter", "2023Q2", "--as-of", "15.8.2023"], 2, "2023-08-15"),
        (["release", "--quarter", "2023Q2", "--checked-by", "A"], 2, "throughcare run"),
        (["publish", "--quarter", "2023Q2"], 2, "release"),
        (["publish", "--quarter", "2023Q2", "--format", "doc"], 2, "html"),
        (["status"], 0, ""),
        (["feedback", "kotec"], 3, "no feedback"),
        (["explain", "recidivism"], 2, "return_to_prison"),
        (["export", "--stage", "landing", "--to", "x"], 2, "validated"),
    ],
)
def test_a_users_mistake_is_one_plain_sentence(project: Project, arguments: list[str], code: int, words: str) -> None:
    done = project.call(*arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_that_nobody_reads_are_all_named(project: Project) -> None:
    path = project.root / "throughcare.toml"
    path.write_text(
        path.read_text("utf-8") + '\n[disclosur]\nprofil = "x"\n\n[partners.vscr2]\nlocatoin = "x"\n', "utf-8"
    )
    done = project.call("status")
    assert done.returncode == 2
    for name in ("disclosur", "locatoin", "location"):
        assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_no_settings_at_all(tmp_path: Path) -> None:
    done = Project(tmp_path).call("status")
    assert done.returncode == 2
    assert "throughcare.toml" in done.stderr
