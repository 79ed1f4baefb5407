"""What people write in settings and registers is read however their editor saved it, or refused in a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

import pytest

from pipeline import console
from pipeline.cli import main
from pipeline.console import show_table
from pipeline.errors import SettingsError
from pipeline.model import dictionary
from pipeline.reference import read_register
from pipeline.settings import Settings, load_settings

COLUMNS = ("prison", "valid_from", "valid_to")


def test_a_mark_of_the_encoding_and_line_ends_of_windows_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "throughcare.toml").write_bytes(b'\xef\xbb\xbf[partners.jih]\r\nlocation = "dod"\r\n')
    assert load_settings(tmp_path).partners["jih"].location == "dod"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'[partners.a]\nlocation = "d\xe9"\n', "throughcare.toml is not in UTF-8: save it with that encoding."),
        (b"data = 5\n", "throughcare.toml: data: write the folder"),
        (b'[partners."../x"]\nlocation = "a"\n', "partners: ../x: a name is letters without accents"),
        (b'[publication]\nrenderer = "word"\n', "renderer: Input should be 'auto', 'builtin' or 'quarto'"),
    ],
)
def test_settings_that_cannot_be_used_are_a_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "throughcare.toml").write_bytes(content)
    with pytest.raises(SettingsError) as found:
        load_settings(tmp_path)
    assert words in str(found.value)
    assert "Value error" not in str(found.value)


def test_a_folder_in_place_of_the_settings_and_none_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=f"No throughcare.toml in {tmp_path}. Run the command"):
        load_settings(Path())
    (tmp_path / "throughcare.toml").mkdir()
    with pytest.raises(SettingsError, match=r"throughcare\.toml cannot be read: Is a directory"):
        load_settings(Path())


def code_of(monkeypatch: pytest.MonkeyPatch, *words: str) -> object:
    """The exit code of a command."""
    monkeypatch.setattr(sys, "argv", ["throughcare", *words])
    with pytest.raises(SystemExit) as stopped:
        main()
    return stopped.value.code


def test_whoever_stops_a_command_is_told_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(_: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(dictionary, "dictionary_markdown", stopped)
    assert code_of(monkeypatch, "dictionary") == 130
    assert "throughcare: stopped. Run the same command again" in capsys.readouterr().err


def test_whoever_stops_a_command_while_it_is_loaded_is_told_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Stopping(MetaPathFinder):
        def find_spec(self, name: str, path: object, target: object = None) -> None:
            if name == "pipeline.cli.program":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "pipeline.cli.program", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Stopping(), *sys.meta_path])
    assert code_of(monkeypatch, "dictionary") == 130
    assert "throughcare: stopped. Run the same command again" in capsys.readouterr().err


def test_a_partners_name_that_cannot_be_one_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert code_of(monkeypatch, "template", "Jih o.p.s.") == 2
    assert "Jih o.p.s.: a name is letters without accents" in capsys.readouterr().err


def test_a_path_that_the_system_refuses_is_a_sentence_and_code_10(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    export = tmp_path / "export.csv"
    export.write_text("a;b\n1;2\n", "utf-8")
    target = str(tmp_path / "nowhere" / "contract.toml")
    assert code_of(monkeypatch, "contract", "draft", str(export), "--to", target) == 10
    assert f"throughcare: {target}: No such file or directory. Check the path" in capsys.readouterr().err


def test_a_table_shows_brackets_and_every_character(capsys: pytest.CaptureFixture[str]) -> None:
    show_table("t", ("what",), [["Add [partners.NAME] with a location."], ["x" * 300]])
    shown = capsys.readouterr().out
    assert "Add [partners.NAME] with a location." in shown
    assert shown.count("x") == 300


def test_where_a_table_finds_no_room_each_row_is_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.out, "width", 20)
    show_table("deliveries", ("partner", "extract_date", "verdict"), [["jih", "2023-03-31", None]])
    assert capsys.readouterr().out == "deliveries\n- partner jih, extract_date 2023-03-31\n"


def test_a_terminal_without_czech_gets_every_line() -> None:
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "pipeline.cli", "explain", "return_to_prison", "--language", "cs"]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"N?vrat do v?zen?" in done.stdout


def register(root: Path, content: bytes) -> Settings:
    folder = root / "data" / "reference"
    folder.mkdir(parents=True)
    (folder / "programme_prison.csv").write_bytes(content)
    return Settings(root=root, data=root / "data")


def test_a_register_that_a_spreadsheet_saved_is_read(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfprison;valid_from;valid_to\r\nplzen;2021-01-01;\r\nbrno;2021-01-01;2023-01-01\r\n"
    found = read_register(register(tmp_path, content), "programme_prison.csv", COLUMNS)
    assert found == [
        {"prison": "plzen", "valid_from": "2021-01-01", "valid_to": ""},
        {"prison": "brno", "valid_from": "2021-01-01", "valid_to": "2023-01-01"},
    ]


def test_every_mistake_in_a_register_is_told_at_once_by_row_and_column(tmp_path: Path) -> None:
    settings = register(tmp_path, b"prison,valid_from\nPlzen,1.1.2021\nbrno,\n")
    with pytest.raises(SettingsError) as found:
        read_register(settings, "programme_prison.csv", COLUMNS)
    name = "data/reference/programme_prison.csv"
    assert found.value.problems == [
        f"{name} has no column valid_to; add it as in the repository's file.",
        f"{name}, row 2: prison is no code of the list prison (`throughcare dictionary` shows it).",
        f"{name}, row 2: valid_from is no day. Write it as 2021-01-31.",
        f"{name}, row 3: valid_from is no day. Write it as 2021-01-31.",
    ]


def test_a_row_of_a_register_that_is_too_short_or_too_long_is_refused(tmp_path: Path) -> None:
    settings = register(tmp_path, b"prison,valid_from,valid_to\nbrno,2021-01-01\nplzen,2021-01-01,,2022-01-01\n")
    with pytest.raises(SettingsError) as found:
        read_register(settings, "programme_prison.csv", COLUMNS)
    advice = "it has not as many cells as the heading; a delimiter is missing, or one too many."
    rows = [f"data/reference/programme_prison.csv, row {number}: {advice}" for number in (2, 3)]
    assert found.value.problems == rows


def test_a_missing_register_is_none_and_an_empty_one_has_no_rows(tmp_path: Path) -> None:
    settings = register(tmp_path, b"prison,valid_from,valid_to\n")
    assert read_register(settings, "programme_prison.csv", COLUMNS) == []
    assert read_register(settings, "milestones.csv", ("date",)) is None
