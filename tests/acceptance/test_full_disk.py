"""A disk that is full in the middle of a run, as a user meets it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.conftest import make_project

pytestmark = pytest.mark.slow


@pytest.mark.skipif(os.geteuid() != 0, reason="a small file system can only be mounted by root")
def test_a_full_disk_is_one_sentence_and_the_run_goes_on_later(tmp_path: Path) -> None:
    project = make_project(tmp_path / "full")
    disk = project.root / "data"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        done = project.run("run", "--quarter", "2023Q2", "--as-of", "2023-08-15")
        assert done.returncode == 10, done.stderr
        assert "full" in done.stderr
        assert "Traceback" not in done.stderr
        subprocess.run(["mount", "-o", "remount,size=2g", str(disk)], check=True)
        again = project.run("run", "--quarter", "2023Q2", "--as-of", "2023-08-15")
        assert again.returncode == 0, again.stderr
    finally:
        subprocess.run(["umount", str(disk)], check=True)
