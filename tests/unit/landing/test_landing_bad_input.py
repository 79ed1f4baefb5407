"""Each bad delivery, as a real file: refused with its rule and words that help, and nothing of it kept."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from datetime import datetime

import polars as pl
import pytest

from pipeline.errors import InputError, MixedDataError, StorageError
from pipeline.landing import land, receipts, refusals

land_module = sys.modules["pipeline.landing.land"]
STARTED = datetime(2023, 8, 1, 9, 30)
CSV = "kód;pohlaví\nA;muž\nB;žena\n".encode("cp1250")


def parquet() -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame({"kód": ["A"] * 500, "pohlaví": [str(i) for i in range(500)]}).write_parquet(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "rule_id", "words"),
    [
        (b"", "empty_file", "empty"),
        (b" \r\n\r\n", "empty_file", "empty"),
        ("kód;pohlaví\nA;muž\n".encode(), "wrong_encoding", "UTF-8"),
        ("kód;pohlaví\nA;muž\n".encode("utf-8-sig"), "wrong_encoding", "byte-order mark"),
        ("kód;pohlaví\nA;muž\n".encode("cp852"), "wrong_encoding", "cp852"),
        ("kód;pohlaví\nA;muž\n".encode("utf-16"), "wrong_encoding", "UTF-16"),
        (b"k\xf3d;pohlav\xed\nA;mu\x9e\nB;\x81\n", "wrong_encoding", "line 3"),
        (b"k\xf3d;pohlav\xed\nA;\x00\n", "unreadable_file", "not a text file"),
        (b'k\xf3d;pohlav\xed\nA;"mu', "unreadable_file", "do not close"),
        (b"k\xf3d;pohlav\xed\nA;mu\x9e\nB", "unreadable_file", "breaks off in row 3"),
    ],
)
def test_text_that_cannot_be_taken(project, data, rule_id, words):
    project.deliver({"lide.csv": data})
    rule, sentence = project.refusal()
    assert rule == rule_id
    assert "lide.csv" in sentence
    assert words in sentence


def test_only_one_candidate_and_the_bytes_are_the_other(project, rules):
    project.write_contract(rules("csv", extra='[read]\nencoding = "iso-8859-2"\ndelimiter = ";"\n'))
    project.deliver({"lide.csv": CSV})
    rule, sentence = project.refusal()
    assert rule == "wrong_encoding"
    assert "cp1250" in sentence


@pytest.mark.parametrize("share", [0.05, 0.5, 0.98])
def test_truncated_or_damaged_containers(project, rules, make_zip, make_workbook, share):
    files = {
        "zip": ("a.zip", make_zip({"lide.csv": CSV * 200})),
        "xlsx": ("a.xlsx", make_workbook({"L": [["kód", "pohlaví"], *([["A", "muž"]] * 300)]})),
        "parquet": ("a.parquet", parquet()),
        "json": ("a.json", json.dumps({"lide": [{"kód": str(i)} for i in range(99)]}).encode()),
    }
    for kind, (name, data) in files.items():
        project.write_contract(rules(kind, sheet="L" if kind == "xlsx" else "lide" if kind == "json" else ""))
        project.deliver({name: data[: int(len(data) * share)]}, folder="d")
        assert project.refusal()[0] == "unreadable_file", kind
        (project.inbox / "d" / name).unlink()


def test_a_damaged_member_and_a_password_are_told_apart(project, rules, make_zip):
    project.write_contract(rules("zip", pattern="*.csv"))
    data = bytearray(make_zip({"lide.csv": os.urandom(50).hex().encode() * 40}))
    data[60] ^= 0xFF
    project.deliver({"a.zip": bytes(data)})
    assert "damaged" in project.refusal()[1]
    locked = bytearray(make_zip({"lide.csv": CSV}))
    for start in (6, locked.rindex(b"PK\x01\x02") + 8):
        locked[start] |= 1
    project.deliver({"a.zip": bytes(locked)})
    assert "password" in project.refusal()[1]


@pytest.mark.parametrize("name", ["../lide.csv", "/etc/lide.csv", "C:/lide.csv", "a/../../lide.csv"])
def test_archives_do_not_lead_out(project, rules, make_zip, name):
    project.write_contract(rules("zip", pattern="*.csv"))
    project.deliver({"a.zip": make_zip({name: CSV})})
    rule, sentence = project.refusal()
    assert rule == "unreadable_file"
    assert "leads out" in sentence


def test_a_bomb_is_not_unpacked(project, rules, make_zip):
    project.write_contract(rules("zip", pattern="*.csv"))
    project.deliver({"a.zip": make_zip({"lide.csv": bytes(80 << 20)})})
    assert "unreasonable size" in project.refusal()[1]


def test_what_cannot_be_screened_is_not_kept(project, rules, make_zip):
    project.write_contract(rules("zip", pattern="*.csv"))
    project.deliver({"a.zip": make_zip({"lide.csv": CSV, "scan.pdf": b"%PDF"})})
    assert project.refusal()[0] == "unknown_file"


def test_files_of_another_kind_are_left_out_and_said(project, rules):
    project.write_contract(rules("csv", pattern="lide*.csv"))
    project.deliver({"lide.csv": CSV, "readme.pdf": b"%PDF", "~$lide.csv": b"lock", ".DS_Store": b"x"})
    report = project.land()
    assert "readme.pdf: not a file of this contract, not kept" in report.new[0].sentence()
    assert [f.name for f in receipts(project.settings)[0].files] == ["lide.csv"]


def test_nothing_that_the_contract_reads(project, rules):
    project.write_contract(rules("csv", pattern="klienti*.csv"))
    project.deliver({"jine.csv": CSV})
    rule, sentence = project.refusal()
    assert rule == "unknown_file"
    assert "klienti*.csv" in sentence


def test_header_row_beyond_the_end(project, rules):
    project.write_contract(rules("csv", header_row=9))
    project.deliver({"lide.csv": CSV})
    assert "no header in row 9" in project.refusal()[1]


def test_all_problems_of_a_delivery_are_said_in_one_pass(project):
    project.deliver({"a.csv": b"", "b.csv": "kód\n".encode()}, sidecar='partner = "other"\n')
    report = project.land()
    text = report.refused[0].sentence()
    for words in ("a.csv: The file is empty", "b.csv: The bytes are UTF-8", "another partner", "extract_date", "kind"):
        assert words in text
    refusal = refusals(project.settings)[0]
    assert {f["rule_id"] for f in refusal.findings} >= {"empty_file", "wrong_encoding", "missing_period"}


def test_a_file_name_that_is_no_text(project):
    folder = project.deliver({})
    (folder / os.fsdecode(b"lid\xe9.csv")).write_bytes(CSV)
    project.land()
    assert [f.name for f in receipts(project.settings)[0].files] == ["lid?.csv"]


def test_lone_surrogates_and_deep_nesting_are_refused(project, rules):
    project.write_contract(rules("json", sheet="lide", extra=""))
    for data in (b'{"lide": [{"a": "\\ud800"}]}', b'{"lide": ' + b"[" * 100_000, b'{"lide": [{"a": "\xff"}]}', b"3"):
        project.deliver({"lide.json": data})
        assert project.refusal()[0] in ("unreadable_file", "wrong_encoding")


def test_a_file_that_may_not_be_read(project, monkeypatch):
    project.deliver({"lide.csv": CSV})
    deliveries = project.pull()
    deliveries[0].files[0].path.unlink()
    report = land(project.settings, deliveries, started_at=STARTED)
    assert report.refused[0].rule_id == "unreadable_file"


def test_a_file_that_grows_while_it_is_landed_does_not_stop_the_others(project, monkeypatch):
    project.deliver({"a.csv": CSV}, folder="growing")
    project.deliver({"b.csv": CSV + b"C;x\n"}, folder="still")
    examined = land_module.examine

    def grow(delivery, *rest):
        result = examined(delivery, *rest)
        if delivery.label == "growing":
            delivery.files[0].path.write_bytes(CSV * 2)
        return result

    with monkeypatch.context() as patch:
        patch.setattr(land_module, "examine", grow)
        report = project.land()
    assert [(d.label, d.state, d.rule_id) for d in report.deliveries] == [
        ("growing", "refused", "unreadable_file"),
        ("still", "new", ""),
    ]
    assert len(receipts(project.settings)) == 1


def test_the_same_files_again_change_nothing_and_say_so(project):
    project.deliver({"lide.csv": CSV})
    assert project.land().counts() == {"new": 1, "known": 0, "refused": 0, "absent": 0}
    folder = project.settings.data / "landing"
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.rglob("*") if p.is_file()}
    report = project.land(at=STARTED.replace(year=2024))
    assert report.counts() == {"new": 0, "known": 1, "refused": 0, "absent": 0}
    assert "nothing changed" in report.lines()[0]
    assert before == {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.rglob("*") if p.is_file()}


def test_a_copy_in_another_folder_is_the_same_delivery(project):
    project.deliver({"lide.csv": CSV}, folder="one")
    project.deliver({"lide.csv": CSV}, folder="two")
    assert [d.state for d in project.land().deliveries] == ["new", "known"]


def test_a_mended_declaration_lands_what_was_refused(project):
    project.deliver({"lide.csv": CSV}, sidecar=None)
    assert project.refusal()[0] == "missing_period"
    project.deliver({"lide.csv": CSV})
    assert project.land().counts()["new"] == 1
    receipt = receipts(project.settings)[0]
    assert (str(receipt.extract_date), receipt.kind, receipt.tables) == ("2023-07-31", "full", ("person",))


def test_synthetic_and_real_never_share_a_project(project):
    project.deliver({"lide.csv": CSV}, folder="real")
    assert project.land().counts()["new"] == 1
    project.deliver({"lide_SYNTHETIC.csv": CSV}, folder="made up")
    with pytest.raises(MixedDataError, match="nothing was landed"):
        project.land()
    assert len(receipts(project.settings)) == 1


def test_a_full_disk_is_said_plainly_and_leaves_nothing_half_done(project, monkeypatch):
    project.deliver({"lide.csv": CSV})

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="disk is full"):
            project.land()
    assert not [p for p in (project.settings.data / "landing").rglob("*") if p.is_file()]
    assert project.land().counts()["new"] == 1


def test_an_interrupted_landing_starts_over(project, monkeypatch):
    project.deliver({"a.csv": CSV, "b.csv": CSV + b"C;x\n"})
    replaced = os.replace
    calls = []

    def interrupt(source: str, target: str) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        replaced(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", interrupt)
        with pytest.raises(KeyboardInterrupt):
            project.land()
    assert receipts(project.settings) == []
    assert project.land().counts()["new"] == 1
    assert not list((project.settings.data / "landing").rglob("*.part"))
    assert project.rows("select count(*) from landing.record where kind = 'record'") == [(5,)]


def test_a_kept_file_that_was_changed_is_not_loaded(project):
    project.deliver({"lide.csv": CSV})
    project.land()
    next((project.settings.data / "landing" / "files").iterdir()).write_bytes(CSV + b"C;x\n")
    for delivery in project.inbox.iterdir():
        assert delivery.is_dir()
    with pytest.raises(InputError, match="missing or was changed"):
        project.rows("select 1")


def test_receipts_as_known_on_a_day(project):
    project.deliver({"lide.csv": CSV}, folder="a")
    project.land()
    project.deliver({"lide.csv": CSV + b"C;x\n"}, folder="b")
    project.land(at=STARTED.replace(month=9))
    assert len(receipts(project.settings)) == 2
    assert len(receipts(project.settings, known_at=STARTED.date())) == 1
