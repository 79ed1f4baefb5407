"""The line as a user runs it: whole, again, interrupted, beside an open warehouse."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline import flow
from pipeline.console import ConsoleReporter
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import Settings, load_settings
from tests.acceptance.conftest import ROOT, Project, environment, make_project

pytestmark = pytest.mark.slow
STAGES = ["sources", "landing", "staging", "validated", "core", "outcomes", "disclosure", "publication"]
QUICK = ("demo", "--language", "cs", "--format", "slides")
"""The sample's quarter with as few documents as may be, where the numbers are what a test is about."""


def released(project: Project) -> dict[str, str]:
    """Checksums of all released bundles, by file."""
    found = {}
    for path in sorted((project.data / "disclosure").glob("2023Q2-*/checksums.sha256")):
        for line in path.read_text("utf-8").splitlines():
            digest, name = line.split(maxsplit=1)
            found[f"{path.parent.name}/{name}"] = digest
    return found


def test_the_whole_line(finished: Project) -> None:
    published = sorted((finished.data / "publication" / "2023Q2").rglob("*"))
    names = [p.name for p in published if p.is_file()]
    for language in ("cs", "en"):
        assert any(n.startswith("report") and f"-{language}" in n and n.endswith(".html") for n in names), names
        assert any(n.startswith("report") and f"-{language}" in n and n.endswith(".pdf") for n in names), names
        assert any(n.startswith("slides") and f"-{language}" in n and n.endswith(".html") for n in names), names
    assert "datapackage.json" in names
    assert all("SYNTHETIC" in n for n in names if n.endswith((".html", ".pdf", ".csv")))
    feedback = sorted((finished.data / "validated" / "feedback").iterdir())
    assert len(feedback) == 8


def test_the_manifest_says_what_made_the_numbers(finished: Project) -> None:
    (path,) = sorted((finished.data / "warehouse").glob("2023Q2-*.json"))
    manifest = json.loads(path.read_text("utf-8"))
    assert manifest["as_of"] == "2023-08-15"
    assert len({i["partner"] for i in manifest["inputs"]}) == 8
    assert manifest["code_version"]
    assert manifest["definitions_version"]
    assert manifest["counts"]["core"]
    assert {c["source"] for c in manifest["coverage"]} == {i["partner"] for i in manifest["inputs"]}


def test_a_second_run_reuses_everything_and_says_so(finished: Project) -> None:
    before = released(finished)
    again = finished.run("demo")
    assert again.returncode == 0, again.stderr
    assert "Nothing is new" in again.stderr
    for stage in STAGES[1:]:
        assert any(line.startswith(stage) and "reused" in line for line in again.stderr.splitlines()), stage
    verb, page = again.stdout.splitlines()[-1].split(" ", 1)
    assert (verb, Path(page).name) == ("Open", "index-SYNTHETIC.html")
    assert (finished.root / page).exists()
    assert released(finished) == before


@pytest.mark.parametrize(
    "command", [["status"], ["status", "--json"], ["feedback", "kotec"], ["dictionary"], ["explain", "contact_made"]]
)
def test_commands_on_a_finished_run(finished: Project, command: list[str]) -> None:
    done = finished.run(*command)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 100


def test_what_is_exported_can_be_delivered_again(finished: Project, tmp_path: Path) -> None:
    done = finished.run("export", "--stage", "validated", "--to", str(tmp_path / "native"))
    assert done.returncode == 0, done.stderr
    second = make_project(tmp_path / "second")
    text = [
        f'[partners.{p.name}]\nlocation = "{p.as_posix()}"\ncontract = "{p.name}.toml"\n'
        for p in sorted((tmp_path / "native").iterdir())
    ]
    (second.root / "throughcare.toml").write_text("\n".join(text), "utf-8")
    for partner in sorted((tmp_path / "native").iterdir()):
        contract = f'partner = "{partner.name}"\ntitle = "{partner.name}"\nformat = "native"\n'
        (second.root / f"{partner.name}.toml").write_text(contract, "utf-8")
    again = filled(load_settings(second.root))
    (path,) = sorted((finished.data / "warehouse").glob("2023Q2-*.json"))
    first_counts = json.loads(path.read_text("utf-8"))["counts"]
    counts = again.counts
    # what was quarantined is not exported, so nobody has a quarantined stay any more
    del first_counts["core"]["joined: persons_with_quarantined_stay"]
    assert counts["core"] == first_counts["core"]
    for table in ("cohort_member", "activity", "attrition"):
        assert counts["outcomes"][table] == first_counts["outcomes"][table] > 0


def filled(settings: Settings) -> flow.Outcome:
    """The quarter up to its measures; what is released of them is no question here."""
    reporter, run = ConsoleReporter(quiet=True), Run(Quarter(2023, 2), datetime(2026, 1, 1), as_of=date(2023, 8, 15))
    flow.pull(settings, run, reporter)
    outcome = flow.Outcome(flow.with_inputs(settings, run))
    flow.fill_warehouse(settings, outcome, reporter)
    return outcome


def kill_during(project: Project, stage: str) -> bool:
    """Start the demo and kill it while `stage` works; False when it finished first."""
    process = subprocess.Popen(
        project.command(*QUICK), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment()
    )
    assert process.stderr is not None
    before = STAGES[STAGES.index(stage) - 1]
    for line in process.stderr:
        if line.startswith(before):
            time.sleep(0.05)
            process.send_signal(signal.SIGKILL)
            break
    return process.wait() == -signal.SIGKILL


def test_a_killed_run_goes_on_to_the_same_result(finished: Project, project: Project) -> None:
    killed = [stage for stage in STAGES[1:] if kill_during(project, stage)]
    assert set(killed) >= {"staging", "validated", "core", "outcomes", "publication"}
    done = project.run(*QUICK)
    assert done.returncode == 0, done.stderr
    assert released(project) == released(finished) != {}


def test_a_warehouse_open_elsewhere_is_named(finished: Project) -> None:
    (path,) = (finished.data / "warehouse").glob("*.duckdb")
    hold = f"import duckdb, time; c = duckdb.connect({str(path)!r}); print('open', flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "open"
        done = finished.run("demo")
    finally:
        holder.kill()
    assert done.returncode == 5
    assert str(holder.pid) in done.stderr
    assert "Traceback" not in done.stderr


def test_the_notebook_runs(finished: Project) -> None:
    import jupytext
    from nbclient import NotebookClient

    book = jupytext.read(ROOT / "notebooks" / "01_tour.ipynb")
    (parameters,) = [c for c in book.cells if "parameters" in c.metadata.get("tags", [])]
    parameters.source = f"data = {str(finished.data)!r}"
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(ROOT / "notebooks")}}).execute()
    outputs = [o for cell in book.cells if cell.cell_type == "code" for o in cell.outputs]
    assert len(outputs) >= 6
    drawn = [o["data"]["text/html"] for o in outputs if "Plotly.newPlot" in o.get("data", {}).get("text/html", "")]
    assert len(drawn) == 1
    assert "NOT RELEASED" in drawn[0]
