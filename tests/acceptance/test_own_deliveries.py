"""Partners that write the model themselves (`native`), the smallest projects first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.conftest import Project

pytestmark = pytest.mark.slow

SIDECAR = """partner = "{partner}"
extract_date = 2023-07-31
period_from = 2021-01-01
period_to = 2023-07-31
kind = "full"
lawful_basis = "agreement"
keep_until = 2033-12-31
synthetic = true
"""


def native_project(root: Path, deliveries: dict[str, dict[str, str]]) -> Project:
    settings = ""
    for partner, files in deliveries.items():
        folder = root / "deliveries" / partner / "2023-07"
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / f"{name}.csv").write_text(content, "utf-8")
        (folder / "delivery.toml").write_text(SIDECAR.format(partner=partner), "utf-8")
        contract = f'partner = "{partner}"\ntitle = "{partner}"\nformat = "native"\n'
        (root / f"{partner}.toml").write_text(contract, "utf-8")
        settings += f'[partners.{partner}]\nlocation = "deliveries/{partner}"\ncontract = "{partner}.toml"\n'
    (root / "throughcare.toml").write_text(settings, "utf-8")
    return Project(root)


PEOPLE = "person_id,sex\n" + "".join(f"p{n},male\n" for n in range(8))
STAYS = "stay_id,person_id,prison,admission_date,admission_reason,release_date,release_reason\n" + "".join(
    f"s{n},p{n},brno,2021-02-01,new_sentence,2022-03-15,end_of_sentence\n" for n in range(8)
)


def test_custody_alone_ends_in_a_report_that_says_what_is_not_collected(tmp_path: Path) -> None:
    project = native_project(tmp_path, {"custody": {"person": PEOPLE, "custody_stay": STAYS}})
    for command in (
        ("run", "--quarter", "2023Q2"),
        ("release", "--quarter", "2023Q2", "--checked-by", "tester"),
        ("publish", "--quarter", "2023Q2", "--format", "html", "--language", "en"),
    ):
        done = project.call(*command)
        assert done.returncode == 0, done.stderr
    (report,) = (tmp_path / "data" / "publication").rglob("report-en*.html")
    text = report.read_text("utf-8")
    assert "Partners do not collect this yet; it does not mean zero." in text
    assert "Contact after release: not collected for this group" in text
    assert "0 people had an agreement" not in text


def test_without_custody_the_run_says_why_and_the_feedback_is_there(tmp_path: Path) -> None:
    project = native_project(
        tmp_path, {"custody": {"person": PEOPLE, "custody_stay": STAYS.replace("admission_date", "admitted")}}
    )
    done = project.call("run", "--quarter", "2023Q2")
    assert done.returncode == 3
    assert "custody, extract of 2023-07-31: refused (missing_column)" in done.stderr
    assert "No accepted delivery covers custody stays" in done.stderr
    assert project.call("feedback", "custody").returncode == 0


def test_a_refused_delivery_is_named_with_the_command_that_says_more(tmp_path: Path) -> None:
    wrong = {"person": PEOPLE.replace(",", ";")}
    project = native_project(tmp_path, {"custody": {"person": PEOPLE, "custody_stay": STAYS}, "semicolons": wrong})
    done = project.call("run", "--quarter", "2023Q2")
    assert done.returncode == 0, done.stderr
    assert "semicolons, extract of 2023-07-31: refused (missing_column)" in done.stderr
    assert "throughcare feedback semicolons" in done.stderr
    assert "missing_column" in project.call("status").stdout
    early = project.call("run", "--quarter", "2023Q2", "--known-at", "2020-01-01")
    assert early.returncode == 3
    assert "Nothing had been received by 2020-01-01" in early.stderr
