"""A project beside the repository's sample, and the command as a user would run it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from filelock import FileLock

from pipeline import console
from pipeline.cli import main

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("throughcare")


@dataclass
class Project:
    """A project folder with its own data, reading the repository's sample."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data" / "demo"

    def command(self, *arguments: str) -> list[str]:
        return [str(COMMAND), "--project", str(self.root), *arguments]

    def run(self, *arguments: str, timeout: int = 300) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), capture_output=True, text=True, timeout=timeout, env=environment(), check=False
        )

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The same command within this process, which has paid for starting Python and Great Expectations already."""
        told, complained, mask = io.StringIO(), io.StringIO(), os.umask(0o077)
        try:
            with (
                redirect_stdout(told),
                redirect_stderr(complained),
                patch.object(sys, "argv", self.command(*arguments)),
                patch.object(console.out, "_width", 200),
                patch.object(console.err, "_width", 200),
                pytest.raises(SystemExit) as ended,
            ):
                main()
        finally:
            os.umask(mask)
        code = ended.value.code or 0
        assert isinstance(code, int)
        return subprocess.CompletedProcess(arguments, code, told.getvalue(), complained.getvalue())


def environment() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "200", "GX_ANALYTICS_ENABLED": "false"}


def make_project(root: Path, *, own_sample: bool = False) -> Project:
    """A project in `root`; with `own_sample` the deliveries are copied there, so that a test may spoil them."""
    root.mkdir(parents=True, exist_ok=True)
    sample = ROOT / "data" / "sample"
    if own_sample:
        shutil.copytree(sample, root / "sample")
        sample = root / "sample"
    text = (ROOT / "throughcare.toml").read_text("utf-8").replace("data/sample", sample.as_posix())
    (root / "throughcare.toml").write_text(text, "utf-8")
    return Project(root)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "project")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The sample's whole quarter, published once for all tests that only look; each process has a copy of its own."""
    own = tmp_path_factory.mktemp("finished") / "project"
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    shared = (own.parent if alone else tmp_path_factory.getbasetemp().parent) / "published-once"
    with FileLock(f"{shared}.lock"):
        if not shared.exists():
            making = make_project(shared.with_name("making"))
            done = making.run("demo", timeout=600)
            assert done.returncode == 0, done.stderr
            making.root.rename(shared)
    shutil.copytree(shared, own)
    return Project(own)


@pytest.fixture
def spoilt(tmp_path: Path) -> Callable[[], Project]:
    """Makes a project whose deliveries a test may change."""
    return lambda: make_project(tmp_path / "spoilt", own_sample=True)
