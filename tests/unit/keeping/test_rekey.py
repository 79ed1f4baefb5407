"""A new key at rest: everything opens with it, nothing with the old one; and commands that leave a line in the log."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import landing
from pipeline.cli.program import app
from pipeline.errors import SettingsError, WrongKeyError
from pipeline.keeping import audit
from pipeline.keeping.rekey import rekey
from pipeline.keys import AT_REST
from pipeline.settings import Settings, load_settings
from pipeline.warehouse import open_current, open_for_run, publish_current, record_stage

OLD, NEW, THIRD = (hashlib.sha256(text).hexdigest() for text in (b"old", b"new", b"third"))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv(AT_REST, OLD)
    (tmp_path / "throughcare.toml").write_text('[partners.kotec]\nlocation = "inbox"\n', "utf-8")
    settings = load_settings(tmp_path)
    landing.open_store(settings).write(b"some cells")
    with open_for_run(settings, "r1") as con:
        con.execute("create table core.person as select 'a' as person_id")
        con.execute("create table core.withdrawn_person (person_id varchar)")
        record_stage(con, "core", {}, 0)
    publish_current(settings.folder("warehouse"), "r1")
    (tmp_path / "old.key").write_text(OLD)
    return settings


def test_everything_opens_with_the_new_key_alone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    name = hashlib.sha256(b"some cells").hexdigest()
    monkeypatch.setenv(AT_REST, NEW)
    with pytest.raises(WrongKeyError):
        landing.open_store(settings).read(name)
    (told,) = rekey(settings, settings.root / "old.key")
    assert told.startswith("1 landed files and 1 warehouses")
    assert landing.open_store(settings).read(name) == b"some cells"
    with open_current(settings) as con:
        assert con.execute("from core.person").fetchall() == [("a",)]
    assert rekey(settings, settings.root / "old.key")[0].startswith("0 landed files and 0 warehouses")
    monkeypatch.setenv(AT_REST, OLD)
    with pytest.raises(WrongKeyError):
        open_current(settings)


def test_a_key_that_opens_nothing_changes_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(AT_REST, NEW)
    (settings.root / "third.key").write_text(THIRD)
    with pytest.raises(WrongKeyError) as caught:
        rekey(settings, settings.root / "third.key")
    assert THIRD not in str(caught.value)
    monkeypatch.delenv(AT_REST)
    with pytest.raises(SettingsError, match="no new key"):
        rekey(settings, settings.root / "old.key")
    monkeypatch.setenv(AT_REST, OLD)
    open_current(settings).close()


def test_commands_leave_a_line_whatever_becomes_of_them(settings: Settings) -> None:
    def command(*arguments: str) -> None:
        CliRunner().invoke(app, ["--project", str(settings.root), *arguments])

    command("export", "--stage", "core", "--to", str(settings.root / "out"))
    command("pull")
    command("publish", "--quarter", "2023Q2")
    command("rekey", "--old-key-file", str(settings.root / "old.key"))
    lines = audit.entries(settings)
    assert [(e["command"], e["outcome"]) for e in lines] == [
        ("export", "done"),
        ("pull", "InputError"),
        ("publish", "SettingsError"),
        ("rekey", "done"),
    ]
    assert lines[0]["options"] == {"stage": "core", "to": str(settings.root / "out")}
    assert audit.verify(settings).broken is None
    assert "unbroken" in audit.verify(settings).sentence()
