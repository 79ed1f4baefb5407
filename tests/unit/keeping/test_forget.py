"""Forgetting beside other work, with exports lying about, and under pseudonyms that were decided to be one person's."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from pipeline import landing
from pipeline.errors import InputError, SettingsError, WarehouseLockedError
from pipeline.keeping import audit
from pipeline.keeping.forget import forget
from pipeline.keys import PIPELINE, Keyer
from pipeline.settings import Settings, load_settings
from pipeline.sources import pull

AT = datetime(2023, 9, 1)
KEY = hashlib.sha256(b"pipeline").digest()
SECOND = Keyer(KEY).person
ONE, TWO, THREE = "NRDIHP7KMCJILLI6SIVXJMB5HS", "U7G4YPNLBCO7ALFVWREKU7EAH6", "K2BBDYW5OOXJGXU2M7YATHXHA5"
SIDECAR = """extract_date = 2023-07-31
period_from = 2021-01-01
period_to = 2023-07-31
kind = "full"
lawful_basis = "consent"
keep_until = 2033-12-31
synthetic = true
"""


class Silent:
    def stage(self, name: str) -> None: ...
    def done(self, name: str, seconds: float, counts: dict[str, int], *, reused: bool) -> None: ...
    def stop(self) -> None: ...
    def say(self, line: str) -> None: ...


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv(PIPELINE, KEY.hex())
    folder = tmp_path / "inbox" / "2023-07"
    folder.mkdir(parents=True)
    (folder / "person.csv").write_text(f"person_id,sex\n{ONE},male\n{TWO},male\n{THREE},female\n", "utf-8")
    (folder / "delivery.toml").write_text(SIDECAR, "utf-8")
    (tmp_path / "example.toml").write_text('partner = "example"\ntitle = "Example"\nformat = "native"\n', "utf-8")
    text = '[partners.example]\nlocation = "inbox"\ncontract = "example.toml"\n'
    (tmp_path / "throughcare.toml").write_text(text, "utf-8")
    settings = load_settings(tmp_path)
    assert landing.land(settings, pull(settings, started_at=AT), started_at=AT).new
    return settings


def holding(settings: Settings, *values: str) -> list[Path]:
    paths = sorted(p for p in settings.data.rglob("*") if p.is_file())
    return [p for p in paths if any(v.encode() in p.read_bytes() for v in values)]


def test_pseudonyms_of_one_person_go_together(settings: Settings) -> None:
    decision = f'[[linkage]]\npersons = ["{SECOND(ONE)}", "{SECOND(TWO)}"]\ndecision = "same"\n'
    (settings.root / "decisions.toml").write_text(decision + 'reason = "r"\nowner = "o"\ndate = 2023-08-01\n', "utf-8")
    done = forget(settings, TWO, "asked", at=AT, reporter=Silent())
    assert holding(settings, ONE, TWO, SECOND(ONE), SECOND(TWO)) == []
    assert holding(settings, THREE)
    assert done.rows == 2
    assert done.left == (settings.root / "decisions.toml",)
    assert any("STILL THERE" in line for line in done.lines())
    assert audit.entries(settings)[-1]["outcome"] == "left something"


def test_exports_within_go_and_those_outside_are_named(settings: Settings, tmp_path: Path) -> None:
    inside, outside = settings.data / "out", tmp_path / "elsewhere"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "person.csv").write_text(SECOND(ONE), "utf-8")
        audit.append(settings, {"command": "export", "options": {"to": str(folder)}}, at=AT)
    done = forget(settings, SECOND(ONE), "asked", at=AT, reporter=Silent())
    assert not inside.exists()
    assert done.exported == (outside,)
    assert done.left == ()
    log = (settings.data / "audit.jsonl").read_text("utf-8")
    assert ONE not in log
    assert SECOND(ONE) not in log


def test_a_second_command_for_the_same_person_finds_nothing_more(settings: Settings) -> None:
    assert forget(settings, ONE, "asked", at=AT, reporter=Silent()).rows == 1
    assert forget(settings, ONE, "asked", at=AT, reporter=Silent()).rows == 0
    with pytest.raises(InputError, match="Nothing was changed"):
        forget(settings, "NOBODY", "asked", at=AT, reporter=Silent())


@pytest.mark.parametrize(
    "reason", ["", "  ", f"{ONE} asked", "Jan Novák, nar. 1. 2. 1980, asked", "rodné číslo 736028/5163"]
)
def test_a_reason_that_tells_who_it_is_is_refused(settings: Settings, reason: str) -> None:
    with pytest.raises(InputError, match="say why without"):
        forget(settings, ONE, reason, at=AT, reporter=Silent())
    assert holding(settings, ONE)


def test_nothing_is_destroyed_while_the_warehouse_is_open_elsewhere(settings: Settings) -> None:
    hold = (
        "import time; from pathlib import Path; from pipeline.warehouse import open_run;"
        f"c = open_run(Path({str(settings.folder('warehouse'))!r}), 'r1'); print('open', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "open"
        with pytest.raises(WarehouseLockedError):
            forget(settings, ONE, "asked", at=AT, reporter=Silent())
    finally:
        holder.kill()
        holder.wait()
    assert holding(settings, ONE)


def test_without_a_key_nobody_is_forgotten(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PIPELINE)
    with pytest.raises(SettingsError, match="needs its own key"):
        forget(settings, ONE, "asked", at=AT, reporter=Silent())
