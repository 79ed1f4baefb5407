"""What a server may not do to us, and what we say when a setting is missing: on real servers where one is needed."""

from __future__ import annotations

import hashlib
import ssl
import sys
import threading
from subprocess import run
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.settings import PartnerSettings, Settings, load_settings
from pipeline.sources import connect_credentials, pull
from pipeline.sources.connect import connect, within
from pipeline.sources.connect_credentials import find_credential
from pipeline.sources.connect_https import offered_digest
from pipeline.sources.connect_problems import UnavailableError
from tests.support.servers import PASSWORD, free_port
from tests.unit.sources.conftest import CONTRACT, PIECE, STARTED, Project, people
from tests.unit.sources.test_connect_servers import FILE, deliver, kept, sha

MD5, SHA1 = "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709"
SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
SHA256_64 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@pytest.fixture
def web(project_at) -> Project:
    return project_at("https")


def first(project: Project) -> Any:
    return project.pull().deliveries[0]


@pytest.mark.parametrize("kind", ["openssh", "asyncssh"])
def test_another_host_key_is_refused_before_anything_is_sent(project_at, kind):
    import asyncssh

    project = project_at(kind)
    deliver(project, "2023-07", (FILE, people(3)))
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    (project.root / "known_hosts").write_text(f"[127.0.0.1]:{project.wire.port} {other}")
    found = first(project)
    assert (found.state, found.rule_id) == ("absent", "wrong_host_key")
    assert "by telephone" in found.reasons[0]
    (project.root / "known_hosts").write_text(f"elsewhere.cz {other}")
    assert first(project).rule_id == "wrong_host_key"
    (project.root / "known_hosts").unlink()
    assert first(project).rule_id == "no_known_hosts"


def test_without_known_hosts_the_message_says_how_to_get_it(project_at):
    project = project_at("openssh")
    del project.own["known_hosts"]
    found = first(project)
    assert found.rule_id == "no_known_hosts"
    assert f"ssh-keyscan -p {project.wire.port} 127.0.0.1 > known_hosts" in found.reasons[0]
    assert 'known_hosts = "known_hosts"' in found.reasons[0]
    assert project.wire.sent == 0


def test_a_link_on_an_sftp_server_is_not_followed(project_at):
    project = project_at("openssh")
    deliver(project, "2023-07", (FILE, people(3)))
    (project.site.folder / "2023-07" / "lide_secret.csv").symlink_to("/etc/passwd")
    (project.site.folder / "root").symlink_to("/")
    states = [(d.label, d.state, d.rule_id) for d in project.pull().deliveries if d.partner == "one"]
    assert states == [("2023-07", "new", ""), ("", "absent", "outside_inbox")]


@pytest.mark.parametrize("kind", ["https", "webdav"])
def test_a_certificate_of_an_unknown_authority(project_at, kind):
    import trustme

    project = project_at(kind)
    deliver(project, "2023-07", (FILE, people(3)))
    trustme.CA().cert_pem.write_to_path(str(project.root / "ca.pem"))
    assert first(project).rule_id == "wrong_certificate"
    del project.own["ca_file"]
    assert first(project).rule_id == "wrong_certificate"
    project.own["ca_file"] = "nothing.pem"
    assert first(project).rule_id == "no_ca_file"


def test_a_redirect_is_not_followed_and_the_password_goes_nowhere_else(web):
    elsewhere = []

    class Listener(threading.Thread):
        def run(self) -> None:
            elsewhere.append(self.listener.accept())

    import socket

    thread = Listener(daemon=True)
    thread.listener = socket.create_server(("127.0.0.1", 0))  # type: ignore[attr-defined]
    thread.start()
    deliver(web, "2023-07", (FILE, people(3)))
    for scheme in ("https", "http"):
        web.site.extra["behaviour"]["redirect"] = f"{scheme}://127.0.0.1:{thread.listener.getsockname()[1]}/in/"
        assert first(web).rule_id == "redirected"
    assert elsewhere == []


def test_a_redirect_of_webdav(web, project_at):
    web.site.extra["behaviour"]["redirect"] = "https://127.0.0.1:1/in/"
    web.own["location"] = f"webdav+{web.own['location']}"
    assert first(web).rule_id == "redirected"


def test_a_hash_that_the_server_names_is_checked(web):
    deliver(web, "2023-07", (FILE, people(3)))
    web.site.extra["behaviour"]["digest"] = lambda data: hashlib.sha256(data + b"x").digest()
    found = first(web)
    assert (found.state, found.rule_id) == ("absent", "wrong_hash")
    assert "SHA256" in found.reasons[0]
    web.site.extra["behaviour"]["digest"] = lambda data: hashlib.sha256(data).digest()
    assert first(web).state == "new"


@pytest.mark.slow
@pytest.mark.parametrize("checksum", [{}, {"ChecksumAlgorithm": "SHA256"}])
def test_the_hash_of_an_object_is_checked(project_at, monkeypatch, checksum):
    project = project_at("s3")
    monkeypatch.setitem(project.site.extra, "put", checksum)
    deliver(project, "2023-07", (FILE, people(3)))
    from pipeline.sources.connect_s3 import S3

    read = S3.read
    monkeypatch.setattr(S3, "read", lambda *a: read(*a).replace(b"male", b"mule"))
    found = first(project)
    assert (found.rule_id, "SHA256" if checksum else "MD5") == ("wrong_hash", found.reasons[0].split()[6])
    monkeypatch.setattr(S3, "read", read)
    assert first(project).state == "new"


def test_a_file_that_changes_while_it_is_fetched_waits(web):
    deliver(web, "2023-07", (FILE, people(3000)))

    def grow(path: Any) -> None:
        if path.name == FILE:
            web.site.put(f"2023-07/{FILE}", people(3001), changed=1_690_000_500)

    web.site.extra["behaviour"]["after_get"] = grow
    assert first(web).rule_id == "changed_meanwhile"
    web.site.extra["behaviour"]["after_get"] = None
    assert first(web).state == "new"
    assert sha(people(3001)) in kept(web)


def test_a_server_that_knows_no_parts_sends_the_whole(web):
    web.site.extra["behaviour"]["ranges"] = False
    deliver(web, "2023-07", (FILE, people(3000)))
    assert first(web).state == "new"
    assert [start for name, start in web.asked if name.endswith(FILE)] == [0]
    assert sha(people(3000)) in kept(web)


def test_an_index_page_leads_only_further_down(web):
    deliver(web, "2023-07", (FILE, people(3)))
    host = f"127.0.0.1:{web.wire.port}"
    links = ["?C=N;O=D", "../", "/", "/etc/passwd", "http://other.cz/lide.csv", f"https://{host}/other/lide.csv"]
    links += ["mailto:lide@example.cz", "#top", "2023-07/../../x/lide.csv", "..%2F..%2Flide.csv", "%00lide.csv"]
    links += ["", "./", "javascript:lide.csv", f"https://{host}/in/2023-07/", "2023-07/"]
    page = "<p>".join(f'<A class=x HREF="{link}">x</A>' for link in links)
    behaviour = web.site.extra["behaviour"]
    behaviour["index"] = f"{page}<a href='{FILE}'>y</a><a>"
    behaviour["requests"].clear()
    report = web.pull()
    assert {name for _, name, _ in behaviour["requests"]} == {
        "",
        "2023-07/",
        "2023-07/2023-07/",  # this server gives the same page everywhere; the folder does not exist
        f"2023-07/{FILE}",
        FILE,  # a dead link
    }
    odd = [d.reasons for d in report.deliveries if d.rule_id == "outside_inbox"]
    assert [reason.split(": ")[0] for reason in odd[0]] == [
        "../../lide.csv",
        "2023-07/../../lide.csv",
        "2023-07/\ufffdlide.csv",
        "\ufffdlide.csv",
    ]
    assert report.deliveries[-1].state == "new"


def test_a_server_that_does_not_listen(web):
    web.own["location"] = f"https://127.0.0.1:{free_port()}/in/"
    found = first(web)
    assert (found.state, found.rule_id) == ("absent", "unreachable")
    assert "127.0.0.1 cannot be reached" in found.reasons[0]


def test_all_partners_down_is_told_and_is_not_the_end(web):
    web.wire.unplug()
    (web.root / "two" / "a" / "lide.csv").unlink()
    found = pull(web.settings, started_at=STARTED)
    assert [(d.partner, bool(d.files), bool(d.problems)) for d in found] == [("one", False, True), ("two", False, True)]


def test_an_unfinished_transfer_is_of_no_use_without_the_credential(web, monkeypatch):
    deliver(web, "2023-07", (FILE, people(15_000)))
    web.wire.cut_after(150_000, dead=True)
    first(web)
    part = next((web.root / "data/sources").rglob("*.part"))
    assert part.stat().st_size > 4 * PIECE
    assert part.stat().st_mode & 0o077 == 0
    assert part.parent.stat().st_mode & 0o077 == 0
    web.wire.mend()
    monkeypatch.setenv("THROUGHCARE_ONE_PASSWORD", "another")
    assert first(web).rule_id == "wrong_credential"
    web.site.remove(f"2023-07/{FILE}")
    monkeypatch.setenv("THROUGHCARE_ONE_PASSWORD", PASSWORD)
    web.pull()
    assert not part.exists()


def test_a_partner_without_login_is_fetched_with_a_key_of_the_process(web, monkeypatch):
    import pipeline.sources.fetch_scratch as scratch

    del web.own["credential"]
    assert first(web).rule_id == "wrong_credential"  # this server wants one
    assert "Name a credential" in first(web).reasons[0]
    assert len(scratch.OF_PROCESS) == 32


def test_settings_say_everything_that_does_not_fit(tmp_path):
    (tmp_path / "throughcare.toml").write_text(
        '[partners.a]\nlocation = "sftp://eva:Tajne9@host/x"\nca_file = "c"\n'
        '[partners.b]\nlocation = "in"\ncredential = "B"\nknown_hosts = "k"\n'
        '[partners.c]\nlocation = "s3://b"\ncredential = "with space"\ntimeout = 0\n'
    )
    with pytest.raises(Exception, match=r"holds a password") as error:
        load_settings(tmp_path)
    text = str(error.value)
    for words in ("ca_file is only for s3://", "known_hosts is only for sftp://", "partners.c.credential", "timeout"):
        assert words in text
    assert "Tajne9" not in text


@pytest.mark.parametrize(
    ("location", "rule_id"),
    [("http://host/x", "unknown_location"), ("ftp://host/x", "unknown_location"), ("webdav://h", "unknown_location")],
)
def test_servers_that_would_send_in_the_clear(location, rule_id, tmp_path):
    with pytest.raises(UnavailableError, match=r"sftp://, s3://, https://, webdav\+https://") as error:
        connect(PartnerSettings(location=location), tmp_path)
    assert error.value.rule_id == rule_id


def test_an_endpoint_in_the_clear_is_refused_but_on_this_machine(tmp_path, monkeypatch):
    server, _ = connect(PartnerSettings(location="s3://b", endpoint="http://s3.example.cz"), tmp_path)
    with pytest.raises(UnavailableError, match="must begin with https://"):
        server.look("x")


def test_credentials_from_the_environment_then_the_keyring(monkeypatch):
    import keyring

    store = {("throughcare", "NGO_PASSWORD"): "from-keyring", ("throughcare", "NGO_USER"): "eva"}
    monkeypatch.setattr(keyring, "get_password", lambda service, name: store.get((service, name)))
    found = find_credential("NGO")
    assert (found.user, found.password) == ("eva", "from-keyring")
    assert "eva" not in repr(found)
    assert "from-keyring" not in repr(found)
    monkeypatch.setenv("THROUGHCARE_NGO_PASSWORD", "from-environment")
    assert find_credential("NGO").password == "from-environment"
    monkeypatch.delenv("THROUGHCARE_NGO_PASSWORD")

    def locked(service: str, name: str) -> str:
        raise RuntimeError("locked")

    monkeypatch.setattr(keyring, "get_password", locked)
    with pytest.raises(UnavailableError, match="THROUGHCARE_NGO_USER and THROUGHCARE_NGO_PASSWORD") as error:
        find_credential("NGO")
    assert error.value.rule_id == "no_credential"
    monkeypatch.setattr(connect_credentials.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UnavailableError, match="keyring set throughcare NGO_PASSWORD"):
        find_credential("NGO")


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({}, None),
        ({"ETag": f'"{MD5}"'}, None),
        ({"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}, ("md5", MD5)),
        ({"OC-Checksum": f"SHA1:{SHA1}"}, ("sha1", SHA1)),
        ({"OC-Checksum": f"MD5:{MD5} ADLER32:1"}, ("md5", MD5)),
        ({"Repr-Digest": f"sha-256=:{SHA256_64}:"}, ("sha256", SHA256)),
        ({"Digest": f"md5=1B2M2Y8AsgTpgAmY7PhCfg==,SHA-256={SHA256_64}"}, ("sha256", SHA256)),
        ({"Digest": "sha-256=nonsense"}, None),
    ],
)
def test_hashes_in_headers(headers, wanted):
    assert offered_digest(headers) == wanted


def test_a_call_that_never_answers_is_given_up():
    with pytest.raises(TimeoutError):
        within(0.05, threading.Event().wait)
    with pytest.raises(ssl.SSLError):
        within(1, lambda: (_ for _ in ()).throw(ssl.SSLError()))


def test_a_folder_costs_none_of_the_connectors_libraries(tmp_path):
    (tmp_path / "in" / "a").mkdir(parents=True)
    (tmp_path / "in" / "a" / FILE).write_bytes(people(1))
    (tmp_path / "one.toml").write_text(CONTRACT.replace("PARTNER", "one"))
    code = (
        "import sys; from pathlib import Path; from datetime import datetime\n"
        "from pipeline.settings import Settings; from pipeline.sources import pull\n"
        f"s = Settings(root=Path({str(tmp_path)!r}), data=Path({str(tmp_path / 'd')!r}),"
        " partners={'one': {'location': 'in', 'contract': 'one.toml'}})\n"
        "assert pull(s, started_at=datetime(2023, 8, 1))[0].files\n"
        "print(sorted({'fsspec', 'aiohttp', 'asyncssh', 's3fs', 'webdav4', 'httpx', 'keyring', 'cryptography',"
        " 'pipeline.sources.connect'} & set(sys.modules)))"
    )
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_settings_of_a_server_are_not_in_a_runs_hash():
    one = Settings.model_validate({"root": "/", "data": "/", "partners": {"a": {"location": "in"}}})
    other = Settings.model_validate(
        {"root": "/", "data": "/", "partners": {"a": {"location": "sftp://h/x", "known_hosts": "k", "credential": "A"}}}
    )
    assert one.hashed() == other.hashed()
    with pytest.raises(ValidationError):
        PartnerSettings(location="in", endpoint="https://x")


def test_a_folder_that_may_not_be_read_does_not_close_the_others(web, monkeypatch):
    deliver(web, "2023-07", (FILE, people(3)))
    deliver(web, "private", (FILE, people(3)))
    monkeypatch.setitem(web.site.extra["behaviour"], "forbidden", "private/")
    states = [(d.label, d.state, d.rule_id) for d in web.pull().deliveries if d.partner == "one"]
    assert states == [("private", "absent", "wrong_credential"), ("2023-07", "new", "")]


def test_a_file_that_may_not_be_read_does_not_stop_the_next_delivery(web, monkeypatch):
    deliver(web, "2023-04", (FILE, people(3)))
    deliver(web, "2023-07", (FILE, people(3)))
    monkeypatch.setitem(web.site.extra["behaviour"], "forbidden", f"2023-04/{FILE}")
    states = [(d.label, d.state, d.rule_id) for d in web.pull().deliveries if d.partner == "one"]
    assert states == [("2023-04", "absent", "wrong_credential"), ("2023-07", "new", "")]
