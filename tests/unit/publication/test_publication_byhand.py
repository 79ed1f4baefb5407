"""By hand: the project around the document is found, figures are drawn on the spot, Quarto is called right."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
import yaml

from pipeline.disclosure import open_bundle
from pipeline.errors import PublicationError, SettingsError
from pipeline.publication import Report, quarto
from pipeline.publication.byhand import image_by_hand, newest_bundle
from pipeline.publication.context import Proposal, read_proposals
from pipeline.publication.editions import KINDS, REPORT, Edition, Kind, variables
from pipeline.settings import Settings
from tests.unit.publication.bundle import HOSTILE, rich_bundle

PROJECT = '[partners.magdalena]\nlocation = "x"\n\n[publication]\nfunder = "Fond"\ncontact = "ptejte@se.cz"\n'
QUARTO = (
    '#!/bin/sh\necho "$@" >> calls.txt\nwhile [ $# -gt 0 ]; do [ "$1" = --output ] && echo made > "$2"; shift; done\n'
)


def test_a_document_by_hand_takes_the_newest_bundle_of_its_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "throughcare.toml").write_text(PROJECT, "utf-8")
    made = rich_bundle(tmp_path / "data" / "demo" / "disclosure")
    folder = tmp_path / "reports" / "quarterly"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    assert newest_bundle() == made
    own = rich_bundle(tmp_path / "data" / "disclosure")
    os.utime(made / "bundle.json")
    assert newest_bundle() == own
    report = Report.open(language="en")
    assert report.context.funder == "Fond"
    assert report.plain_label("partner", "magdalena") == "Magdaléna"


def test_outside_a_project_it_says_where_to_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"No throughcare\.toml above this folder"):
        newest_bundle()


def test_without_a_bundle_it_says_which_command_makes_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "throughcare.toml").write_text(PROJECT, "utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PublicationError, match="throughcare demo"):
        newest_bundle()


def test_a_figure_by_hand_without_a_browser_is_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.charts import BarRow, steps_chart

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    assert image_by_hand("a", steps_chart([BarRow("x", 1, "1")]), "slovy") == "*slovy*"


def settings(root: Path, renderer: str) -> Settings:
    return Settings.model_validate({"root": root, "data": root / "data", "publication": {"renderer": renderer}})


def test_quarto_is_called_with_the_parameters_and_its_file_is_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "quarto"
    program.parent.mkdir()
    program.write_text(QUARTO, "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    assert quarto.wanted(settings(tmp_path, "auto"))
    assert not quarto.wanted(settings(tmp_path, "builtin"))
    source = tmp_path / "reports" / "quarterly" / "quarterly.qmd"
    source.parent.mkdir(parents=True)
    out = tmp_path / "out"
    out.mkdir()
    words = {"pagetitle": "Zpráva", "title": "Zpráva", "bundle": "b", "page-of": "z"}
    for form, suffix in (("html", "html"), ("pdf", "pdf"), ("docx", "docx")):
        target = out / f"report.{suffix}"
        edition = Edition(REPORT, "cs")
        assert quarto.render(tmp_path / "reports", edition, form, {"bundle": "/b"}, words, target) == target
        assert target.exists()
    calls = (tmp_path / "reports" / "calls.txt").read_text("utf-8")
    assert (
        "quarterly/quarterly.qmd --to html --output report-cs.html --no-execute-daemon -P bundle:/b -P language:cs"
        in calls
    )
    assert "--to typst --output report-cs.pdf" in calls
    assert "subject:" not in calls, "an empty parameter is none in YAML"
    assert "reference-doc:" in calls.splitlines()[2]
    assert [path.name for path in out.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("language", ["cs", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_title_is_one_piece_of_text_in_yaml(kind: Kind, language: str, tmp_path: Path) -> None:
    """Quarto reads what stands behind `-M title:` as YAML."""
    bundle = open_bundle(rich_bundle(tmp_path))
    edition = Edition(kind, language, HOSTILE if kind.group_by else "")
    title = quarto.one_line(variables(bundle, edition, {HOSTILE: f"- {HOSTILE}: #1"})["pagetitle"])
    assert yaml.safe_load(title) == title
    assert "SYNTHETIC" in title


def test_quarto_asked_for_by_name_and_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not quarto.wanted(settings(tmp_path, "auto"))
    with pytest.raises(PublicationError, match="asks for Quarto, which is not installed"):
        quarto.wanted(settings(tmp_path, "quarto"))


def test_a_proposal_with_an_unknown_state_is_named(tmp_path: Path) -> None:
    path = tmp_path / "proposals.toml"
    entry = dict.fromkeys(Proposal.__dataclass_fields__, "x") | {"id": "badge", "state": "lost"}
    path.write_text("[[proposal]]\n" + "".join(f'{key} = "{value}"\n' for key, value in entry.items()), "utf-8")
    with pytest.raises(PublicationError, match="badge: the state must be one of proposed"):
        read_proposals(path)


def test_a_day_of_toml_is_a_day_and_a_czech_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "proposals.toml"
    entry = dict.fromkeys(Proposal.__dataclass_fields__, '"x"') | {"state": '"agreed"', "raised": "2023-05-15"}
    for date, problem in (
        ("2023-06-01", ""),
        ('"1. 6. 2023"', "x: raised and date are days. Write them as 2023-05-15"),
    ):
        path.write_text(
            "[[proposal]]\n" + "".join(f"{k} = {v}\n" for k, v in (entry | {"date": date}).items()), "utf-8"
        )
        if problem:
            with pytest.raises(PublicationError, match=problem):
                read_proposals(path)
        else:
            (found,) = read_proposals(path) or ()
            assert found.date == "2023-06-01"
