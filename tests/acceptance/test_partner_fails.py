"""A partner that cannot be reached: the others land, it is said plainly, and a timer that calls `pull` notices."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.acceptance.conftest import Project
from tests.acceptance.test_own_deliveries import PEOPLE, STAYS, native_project

pytestmark = pytest.mark.slow


def closed_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def with_failing(project: Project) -> None:
    settings = project.root / "throughcare.toml"
    more = (
        f'[partners.down]\nlocation = "https://127.0.0.1:{closed_port()}/in/"\ncontract = "down.toml"\ntimeout = 5\n'
        '[partners.lost]\nlocation = "deliveries/lost"\ncontract = "lost.toml"\n'
        '[partners.later]\nlocation = "deliveries/later"\ncontract = "later.toml"\n'
    )
    settings.write_text(settings.read_text("utf-8") + more, "utf-8")
    (project.root / "deliveries" / "later").mkdir()
    for name in ("down", "lost", "later"):
        (project.root / f"{name}.toml").write_text(
            f'partner = "{name}"\ntitle = "{name}"\nformat = "native"\n', "utf-8"
        )


def test_pull_lands_the_others_and_ends_with_a_code_of_its_own(tmp_path: Path) -> None:
    project = native_project(tmp_path, {"custody": {"person": PEOPLE, "custody_stay": STAYS}})
    with_failing(project)
    done = project.call("pull")
    assert done.returncode == 12, done.stderr
    assert "custody/2023-07: landed" in done.stderr
    assert "down: nothing to land" in done.stderr
    assert "127.0.0.1 cannot be reached" in done.stderr
    assert "Not fetched: down, lost" in done.stderr
    assert "Traceback" not in done.stderr
    again = project.call("pull", "--json")
    assert again.returncode == 12
    assert json.loads(again.stdout)["failed"] == ["down", "lost"]


def test_a_partner_that_has_not_delivered_yet_is_no_failure(tmp_path: Path) -> None:
    project = native_project(tmp_path, {"custody": {"person": PEOPLE, "custody_stay": STAYS}})
    with_failing(project)
    settings = project.root / "throughcare.toml"
    head, _, rest = settings.read_text("utf-8").partition("[partners.down]")
    settings.write_text(head + rest[rest.index("[partners.later]") :], "utf-8")
    done = project.call("pull")
    assert done.returncode == 0, done.stderr
    assert "There is no delivery in" in done.stderr
