"""Fetching from real servers on loopback: what is new, what goes wrong on the way, and what must not be left behind."""

from __future__ import annotations

import hashlib
import logging
import sys
import time
from subprocess import PIPE, Popen

import pytest

from tests.support.servers import PASSWORD, SSHD
from tests.unit.sources.conftest import PIECE, SIDECAR, Project, people

FILE = "lide_SYNTHETIC.csv"
KINDS = ["openssh", "s3", "https", "webdav"]
pytestmark = pytest.mark.slow


@pytest.fixture(params=KINDS)
def project(request, project_at) -> Project:
    return project_at(request.param)


def deliver(project: Project, folder: str, *files: tuple[str, bytes]) -> None:
    for name, data in (*files, ("delivery.toml", SIDECAR)):
        project.site.put(f"{folder}/{name}", data)


def kept(project: Project) -> set[str]:
    return {p.name for p in (project.root / "data/landing/files").iterdir()}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_openssh_is_what_sftp_is_tested_with():
    if not SSHD.exists():
        pytest.skip("OpenSSH's server is not installed; AsyncSSH's stands in for it")


def test_fetched_landed_and_not_fetched_again(project, caplog, capfd):
    caplog.set_level(logging.INFO)
    deliver(project, "2023-04", (FILE, people(3)), ("poznámka.pdf", b"%PDF"))
    deliver(
        project,
        "2023-07",
        ("lide a děti 100% #1_SYNTHETIC.csv", people(2000, 100)),
        (f"b/{FILE}", people(1, 50)),
    )
    project.site.put("2023-07/.lide.csv.filepart", b"id,")
    before = project.site.tree()
    report = project.pull()
    states = [(d.partner, d.label, d.state) for d in report.deliveries]
    assert states == [("one", "2023-04", "new"), ("one", "2023-07", "new"), ("two", "a", "new")]
    assert report.deliveries[0].reasons[0].startswith("poznámka.pdf: not a file of this contract")
    assert {sha(people(3)), sha(people(2000, 100)), sha(people(1, 50)), sha(SIDECAR)} <= kept(project)
    assert sorted({name.rpartition("/")[2] for name, _ in project.asked}) == [
        "delivery.toml",
        "lide a děti 100% #1_SYNTHETIC.csv",
        FILE,
    ]
    assert not list((project.root / "data/sources").rglob("*.sealed"))
    assert project.states() == [("one", "2023-04", "known"), ("one", "2023-07", "known"), ("two", "a", "known")]
    assert project.asked == []
    assert project.site.tree() == before
    secrets = [v.encode() for k, v in project.site.environment().items() if k.endswith("PASSWORD")]
    said = (caplog.text + "".join(capfd.readouterr())).encode() + project.bytes_on_disk()
    assert not [s for s in [*secrets, PASSWORD.encode(), b"BEGIN OPENSSH"] if s in said]
    assert b"SYNTHETIC" not in (project.root / "data/sources/one/fetched.json").read_bytes()


def test_only_what_changed_is_fetched(project):
    deliver(project, "2023-07", ("lide1_SYNTHETIC.csv", people(3)), ("lide2_SYNTHETIC.csv", people(4, 50)))
    project.pull()
    project.site.put("2023-07/lide2_SYNTHETIC.csv", people(4, 60), changed=1_690_000_100)
    assert project.states()[0] == ("one", "2023-07", "new")
    assert project.asked == [("2023-07/lide2_SYNTHETIC.csv", 0)]
    project.site.put(f"2023-08/{FILE}", people(1, 80))
    assert [s[2] for s in project.states()] == ["known", "refused", "known"]  # 2023-08 has no sidecar yet
    assert project.asked == [(f"2023-08/{FILE}", 0)]
    assert project.states()[1] == ("one", "2023-08", "absent")
    assert project.asked == []
    project.site.put("2023-08/delivery.toml", SIDECAR)
    assert project.states()[1] == ("one", "2023-08", "new")


def test_a_transfer_cut_off_goes_on_where_it_stopped(project):
    data = people(15_000)
    deliver(project, "2023-07", (FILE, data))
    project.wire.cut_after(170_000, dead=True)
    report = project.pull()
    assert [(d.partner, d.state) for d in report.deliveries] == [("one", "absent"), ("two", "new")]
    assert report.deliveries[0].rule_id in ("cut_off", "unreachable")
    assert sha(data) not in kept(project)
    assert b"P000000000" not in b"".join(p.read_bytes() for p in (project.root / "data/sources").rglob("*.part"))
    project.wire.mend()
    assert project.states()[0] == ("one", "2023-07", "new")
    starts = [start for name, start in project.asked if name.endswith("csv")]
    assert starts[0] >= 4 * PIECE
    assert sha(data) in kept(project)
    assert not list((project.root / "data/sources").rglob("*.part"))


@pytest.mark.parametrize("kind", ["openssh", "https"])
def test_a_killed_process_leaves_what_the_next_one_goes_on_with(project_at, kind):
    project = project_at(kind)
    data = people(15_000)
    deliver(project, "2023-07", (FILE, data))
    code = (
        "import sys, time; from datetime import datetime; from pathlib import Path\n"
        "from pipeline.settings import Settings; from pipeline.sources import connect, fetch, fetch_scratch, pull\n"
        f"fetch.PIECE = fetch_scratch.PIECE = {PIECE}; read = connect.Server.read\n"
        "connect.Server.read = lambda *a: (time.sleep(0.05), read(*a))[1]\n"
        "pull(Settings.model_validate_json(sys.stdin.read()), started_at=datetime(2023, 8, 1))\n"
    )
    child = Popen([sys.executable, "-c", code], stdin=PIPE, text=True)
    assert child.stdin
    child.stdin.write(project.settings.model_dump_json())
    child.stdin.close()
    for _ in range(600):
        if any(part.stat().st_size > 4 * PIECE for part in (project.root / "data").rglob("*.part")):
            break
        time.sleep(0.05)
    child.kill()
    child.wait(10)
    assert project.states()[0] == ("one", "2023-07", "new")
    assert min(start for name, start in project.asked if name.endswith("csv")) >= 4 * PIECE
    assert sha(data) in kept(project)


def test_one_cut_is_mended_at_once(project):
    data = people(15_000)
    deliver(project, "2023-07", (FILE, data))
    project.wire.cut_after(170_000)
    assert project.states()[0] == ("one", "2023-07", "new")
    assert sha(data) in kept(project)


def test_a_server_that_hangs_is_given_up_and_the_others_go_on(project):
    deliver(project, "2023-07", (FILE, people(5000)))
    project.own["timeout"] = 1.0
    project.wire.stall()
    report = project.pull()
    assert [(d.partner, d.state, d.rule_id) for d in report.deliveries] == [
        ("one", "absent", "too_slow"),
        ("two", "new", ""),
    ]
    assert "within 1 seconds" in report.deliveries[0].reasons[0]
    project.wire.mend()
    project.own["timeout"] = 20
    assert project.states()[0] == ("one", "2023-07", "new")


def test_a_server_that_is_down_does_not_stop_the_others(project):
    deliver(project, "2023-07", (FILE, people(3)))
    project.wire.unplug()
    report = project.pull()
    assert [(d.partner, d.state) for d in report.deliveries] == [("one", "absent"), ("two", "new")]
    assert report.deliveries[0].rule_id in ("unreachable", "cut_off")
    assert "127.0.0.1" in report.deliveries[0].reasons[0]


@pytest.mark.parametrize("kind", ["openssh", "asyncssh", "s3", "https", "webdav"])
def test_a_wrong_password_is_said_plainly(project_at, monkeypatch, kind, caplog):
    caplog.set_level(logging.INFO)
    project = project_at(kind)
    deliver(project, "2023-07", (FILE, people(3)))
    monkeypatch.delenv("THROUGHCARE_ONE_KEY_FILE", raising=False)
    monkeypatch.setenv("THROUGHCARE_ONE_USER", project.site.user)
    monkeypatch.setenv("THROUGHCARE_ONE_PASSWORD", "Spatne-heslo-8642")
    report = project.pull()
    first = report.deliveries[0]
    assert (first.state, first.rule_id) == ("absent", "wrong_credential")
    assert "credential ONE" in first.reasons[0]
    assert report.deliveries[1].state == "new"
    assert "8642" not in caplog.text + "".join(report.lines())
    assert b"8642" not in project.bytes_on_disk()


def test_a_password_opens_an_sftp_server(project_at):
    project = project_at("asyncssh")
    deliver(project, "2023-07", (FILE, people(2000)))
    before = project.site.tree()
    assert project.states()[0] == ("one", "2023-07", "new")
    assert project.states()[0] == ("one", "2023-07", "known")
    assert project.site.tree() == before


def test_a_folder_that_is_not_there(project):
    project.own["location"] = project.own["location"].rstrip("/") + "/nothing/"
    first = project.pull().deliveries[0]
    assert (first.state, first.rule_id) in {("absent", "missing_folder"), ("absent", "no_delivery")}


def test_a_refused_delivery_is_fetched_again_only_when_it_would_be_judged_otherwise(project_at):
    project = project_at("https")
    project.site.put(f"2023-07/{FILE}", people(3))
    assert project.states()[0] == ("one", "2023-07", "refused")
    assert project.states()[0] == ("one", "2023-07", "absent")
    assert project.asked == []
    text = (project.root / "one.toml").read_text()
    constants = 'constants = { lawful_basis = "law", keep_until = 2030-12-31, kind = "full" }'
    (project.root / "one.toml").write_text(text.replace("[[file]]", f"[delivery]\n{constants}\n[[file]]", 1))
    assert project.states()[0] == ("one", "2023-07", "refused")  # still without a period
    assert project.asked == [(f"2023-07/{FILE}", 0)]
