"""`doctor` names what is wrong in the settings and on the machine, and how to mend it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.doctor import GOOD, MIND, WRONG, Finding, examine
from pipeline.settings import REPOSITORY, load_settings

TODAY = date(2023, 8, 15)


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("THROUGHCARE_PIPELINE_KEY", "THROUGHCARE_AT_REST_KEY"):
        monkeypatch.delenv(name, raising=False)


def examined(root: Path, text: str) -> list[Finding]:
    (root / "throughcare.toml").write_text(text, "utf-8")
    return examine(load_settings(root), TODAY)


def said(found: list[Finding], verdict: str) -> str:
    return "\n".join(f"{f.area}: {f.sentence}" for f in found if f.verdict == verdict)


def test_the_repository_itself_is_in_order(tmp_path: Path) -> None:
    found = examine(load_settings(REPOSITORY, data=tmp_path / "data"), TODAY)
    assert said(found, WRONG) == ""
    assert "partner vscr: contract of Vězeňská služba ČR is right." in said(found, GOOD)
    assert "keys: no pipeline key" in said(found, MIND)
    assert not (tmp_path / "data").exists()  # looking changes nothing


def test_every_wrong_setting_is_named_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THROUGHCARE_NEXT_PASSWORD", raising=False)
    (tmp_path / "own.toml").write_text('partner = "three"\ntitle = "x"\nformat = "csv"\n', "utf-8")
    (tmp_path / "three").mkdir()
    wrong = said(
        examined(
            tmp_path,
            """
            [partners.one]
            location = "nowhere"
            [partners.two]
            location = "sftp://host/in"
            credential = "NEXT"
            known_hosts = "hosts"
            [partners.three]
            location = "three"
            contract = "own.toml"
            [disclosure]
            profile = "none"
            """,
        ),
        WRONG,
    )
    assert "partner one: the folder nowhere is missing. Make it, or correct partners.one.location." in wrong
    assert "partner two: the credential NEXT has no value. Set THROUGHCARE_NEXT_USER" in wrong
    assert "partner two: known_hosts: the file hosts is missing." in wrong
    assert "partner three: own.toml: file: the contract reads nothing" in wrong
    assert "profile: There is no disclosure profile 'none'. There are: " in wrong


def test_an_acceptance_that_has_run_out_is_said_and_a_broken_file_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "decisions.toml").write_text(
        '[[acceptance]]\nrule = "row_count_drift"\npartner = "p"\ntable = "service"\n'
        'reason = "moved"\nowner = "me"\nexpires = 2023-08-14\n',
        "utf-8",
    )
    assert "run out: row_count_drift for p (2023-08-14)" in said(examined(tmp_path, ""), MIND)
    (tmp_path / "decisions.toml").write_text("[[acceptance]]\nrule = 1\n", "utf-8")
    assert "decisions.toml: decisions.toml: acceptance" in said(examined(tmp_path, ""), WRONG)


def test_quarto_asked_for_and_missing_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "asks for Quarto, which is not installed" in said(
        examined(tmp_path, '[publication]\nrenderer = "quarto"'), WRONG
    )


def test_a_damaged_warehouse_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "warehouse"
    folder.mkdir(parents=True)
    (folder / "current").write_text("run.duckdb")
    (folder / "run.duckdb").write_bytes(b"not a database")
    assert "warehouse: " in said(examined(tmp_path, ""), WRONG)
