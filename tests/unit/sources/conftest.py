"""A project with a partner on a real server and one with a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.landing import LandingReport, kept_files, land
from pipeline.settings import Settings
from pipeline.sources import clear_scratch, connect, fetch, fetch_scratch, pull
from tests.support import servers

STARTED = datetime(2023, 8, 1, 9, 30)
PIECE = 16 << 10
CONTRACT = """
partner = "PARTNER"
title = "T"
format = "csv"
[[file]]
name = "people"
pattern = "lide*.csv"
[[file.produces]]
table = "person"
columns = { person_id = "id", sex = "sex" }
"""
SIDECAR = b"""extract_date = 2023-07-31
period_from = 2021-01-01
period_to = 2023-07-31
kind = "increment"
lawful_basis = "consent"
keep_until = 2030-12-31
synthetic = true
"""


def people(count: int, first: int = 1) -> bytes:
    """A file of so many persons, 20 bytes each."""
    return ("id,sex\n" + "".join(f"P{n:012d},male\n" for n in range(first, first + count))).encode()


@dataclass
class Project:
    """A project of partner `one` at a server behind a wire, and partner `two` with a folder."""

    site: Any
    wire: servers.Wire
    root: Path
    own: dict[str, Any]
    asked: list[tuple[str, int]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        partners = {
            "one": self.own | {"contract": "one.toml"},
            "two": {"location": "two", "contract": "two.toml"},
        }
        return Settings.model_validate({"root": self.root, "data": self.root / "data", "partners": partners})

    def pull(self) -> LandingReport:
        """What `throughcare pull` does, and which pieces of which files it asked the server for."""
        self.asked.clear()
        deliveries = pull(self.settings, started_at=STARTED, kept=kept_files(self.settings))
        report = land(self.settings, deliveries, started_at=STARTED)
        clear_scratch(self.settings)
        return report

    def states(self) -> list[tuple[str, str, str]]:
        return [(d.partner, d.label, d.state) for d in self.pull().deliveries]

    def bytes_on_disk(self) -> bytes:
        """Everything that the project's data folder holds, names too."""
        paths = sorted((self.root / "data").rglob("*"))
        return b"\n".join([str(p).encode() + b"\n" + (p.read_bytes() if p.is_file() else b"") for p in paths])


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Servers, started when a test first wants them."""
    with ExitStack() as stack:
        yield _Running(tmp_path_factory, stack)


class _Running(dict[str, Any]):
    def __init__(self, factory: pytest.TempPathFactory, stack: ExitStack) -> None:
        super().__init__()
        self._factory, self._stack = factory, stack

    def __missing__(self, kind: str) -> Any:
        import trustme

        folder = self._factory.mktemp(kind) / "in"
        folder.mkdir()
        if kind == "openssh" and not servers.SSHD.exists():
            kind = "asyncssh"
        start = {"openssh": servers.openssh, "asyncssh": servers.ssh_in_python, "s3": servers.s3}.get(kind)
        made = start(folder) if start else getattr(servers, kind)(folder, trustme.CA())
        self[kind] = self._stack.enter_context(made)
        return self[kind]


@pytest.fixture
def project_at(running, tmp_path, monkeypatch) -> Iterator[Any]:
    """A function that makes a project for a kind of server; pieces of files are small, so that tests are quick."""
    wires = []
    for module in (fetch, fetch_scratch):
        monkeypatch.setattr(module, "PIECE", PIECE)

    def make(kind: str, **more: Any) -> Project:
        site = running[kind]
        for name in list(site.tree()):
            _empty(site, name)
        site.extra.get("behaviour", {}).update(servers.USUAL)
        wire = servers.Wire(site.port)
        wires.append(wire)
        for partner in ("one", "two"):
            (tmp_path / f"{partner}.toml").write_text(CONTRACT.replace("PARTNER", partner), "utf-8")
        for name, data in (("lide.csv", people(2, 900)), ("delivery.toml", SIDECAR)):
            path = tmp_path / "two" / "a" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        for name, value in site.environment().items():
            monkeypatch.setenv(name, value)
        project = Project(site, wire, tmp_path, site.settings(wire.port, tmp_path, **more))
        read = connect.Server.read

        def spied(self: Any, name: str, start: int, end: int | None) -> bytes:
            project.asked.append((name, start))
            return read(self, name, start, end)

        monkeypatch.setattr(connect.Server, "read", spied)
        return project

    yield make
    for wire in wires:
        wire.close()


def _empty(site: Any, name: str) -> None:
    if site.scheme == "s3":
        site.remove(name.removeprefix("in/"))
        return
    import shutil

    path = site.folder / name
    if name != "." and path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif name != "." and (path.exists() or path.is_symlink()):
        path.unlink()
