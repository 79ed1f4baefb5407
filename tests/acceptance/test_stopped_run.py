"""What can be asked of a run that stopped: everything that the stages before have finished."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from pipeline.keys import PIPELINE
from tests.acceptance.conftest import Project
from tests.acceptance.test_own_deliveries import PEOPLE, STAYS, native_project

pytestmark = pytest.mark.slow

NAMES = [hashlib.sha256(bytes([n])).hexdigest().upper().translate(str.maketrans("0189", "WXYZ"))[:26] for n in range(8)]


def named(text: str) -> str:
    """The same rows with pseudonyms as partners make them."""
    for number, name in enumerate(NAMES):
        text = text.replace(f"p{number},", f"{name},")
    return text


@pytest.fixture
def keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PIPELINE, hashlib.sha256(b"stopped").hexdigest())


@pytest.fixture
def stopped(tmp_path: Path, keyed: None) -> Project:
    """A programme whose profile of disclosure is not there: its run fills the warehouse and stops."""
    project = native_project(tmp_path, {"custody": {"person": named(PEOPLE), "custody_stay": named(STAYS)}})
    with (tmp_path / "throughcare.toml").open("a") as settings:
        settings.write('[disclosure]\nprofile = "none_such"\n')
    assert project.call("run", "--quarter", "2023Q2").returncode not in (0, 70)
    return project


def test_a_run_stopped_in_disclosure_is_read_and_a_person_forgotten(stopped: Project) -> None:
    assert stopped.call("quality").returncode == 0
    for stage in ("validated", "core", "outcomes"):
        done = stopped.call("export", "--stage", stage, "--to", str(stopped.root / stage))
        assert done.returncode == 0, done.stderr
    gone = stopped.call("forget", NAMES[0], "--reason", "asked in writing")
    assert "2 rows were removed from 1 deliveries" in gone.stdout
    assert "The warehouse was made anew: 2023Q2-" in gone.stdout
    assert "A draft was not: " in gone.stdout
    people = (stopped.root / "again", "person.csv")
    assert stopped.call("export", "--stage", "validated", "--to", str(people[0])).returncode == 0
    (exported,) = people[0].rglob("person_SYNTHETIC.csv")
    assert len(exported.read_text("utf-8").splitlines()) == 8  # the heading and seven people


def test_a_run_stopped_in_core_still_tells_how_good_the_data_are(tmp_path: Path, keyed: None) -> None:
    wrong = named(STAYS).replace("admission_date", "admitted")
    project = native_project(tmp_path, {"custody": {"person": named(PEOPLE), "custody_stay": wrong}})
    assert project.call("run", "--quarter", "2023Q2").returncode == 3
    told = json.loads(project.call("status", "--json").stdout)
    assert [(row["partner"], row["verdict"]) for row in told["deliveries"]] == [("custody", "refused")]
    assert [row["came_to"] for row in told["runs"]] == ["core"]
    assert told["coverage"] == []
    quality = tmp_path / "data" / "validated" / "quality"
    shutil.rmtree(quality)
    assert project.call("quality", "--language", "en").returncode == 0
    assert list(quality.glob("index*.html"))
    refused = project.call("export", "--stage", "outcomes", "--to", str(tmp_path / "x"))
    assert (refused.returncode, "No run has finished the stage outcomes yet" in refused.stderr) == (2, True)
    answer = project.call("forget", NAMES[0], "--reason", "asked in writing")
    assert "2 rows were removed" in answer.stdout
    assert "could not be made anew: No accepted delivery" in answer.stdout


def test_a_person_is_forgotten_before_any_run_and_not_in_the_demo(tmp_path: Path, keyed: None) -> None:
    project = native_project(tmp_path, {"custody": {"person": named(PEOPLE), "custody_stay": named(STAYS)}})
    assert project.call("pull").returncode == 0
    demo = tmp_path / "data" / "demo" / "warehouse"
    demo.mkdir(parents=True)
    (demo / "current").write_text("of-the-demo.duckdb", "utf-8")
    answer = project.call("forget", NAMES[0], "--reason", "asked in writing")
    assert "2 rows were removed from 1 deliveries" in answer.stdout
    assert "There was no run to be made anew." in answer.stdout
