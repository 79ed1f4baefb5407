"""A disk that is full in the middle of a run, as a user meets it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.test_own_deliveries import PEOPLE, STAYS, native_project

pytestmark = pytest.mark.slow


@pytest.mark.skipif(os.geteuid() != 0, reason="a small file system can only be mounted by root")
def test_a_full_disk_is_one_sentence_and_the_run_goes_on_later(tmp_path: Path) -> None:
    project = native_project(tmp_path, {"custody": {"person": PEOPLE, "custody_stay": STAYS}})
    disk = project.root / "data"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        done = project.run("run", "--quarter", "2023Q2")
        assert done.returncode == 10, done.stderr
        assert "full" in done.stderr
        assert "Traceback" not in done.stderr
        reached = [line.split()[0] for line in done.stderr.splitlines() if line.startswith(("staging", "disclosure"))]
        assert reached == ["staging"]  # the disk is full within the run, not before it and not at its end
        subprocess.run(["mount", "-o", "remount,size=2g", str(disk)], check=True)
        again = project.run("run", "--quarter", "2023Q2")
        assert again.returncode == 0, again.stderr
        assert any(line.startswith("staging") and "reused" in line for line in again.stderr.splitlines())
    finally:
        subprocess.run(["umount", str(disk)], check=True)
