"""The sample of all partners, fetched from servers: the same deliveries as from folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import Settings, load_settings
from pipeline.sources import Delivery, fetch, fetch_scratch, pull
from tests.unit.sources.conftest import STARTED

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.slow


def content(deliveries: list[Delivery]) -> list[Any]:
    return [
        (d.partner, d.label, d.declared, d.left_out, d.problems, d.sidecar_text, d.synthetic,
         sorted((f.name, f.path.read_bytes()) for f in d.files))
        for d in deliveries
    ]  # fmt: skip


SOME = ("cppt", "kotec", "podane_ruce")


@pytest.mark.parametrize(("kind", "partners"), [("openssh", ()), ("s3", SOME), ("https", SOME), ("webdav", SOME)])
def test_a_server_gives_the_same_deliveries_as_a_folder(project_at, monkeypatch, kind, partners):
    project = project_at(kind)
    for module in (fetch, fetch_scratch):
        monkeypatch.setattr(module, "PIECE", 1 << 20)
    local = load_settings(ROOT, data=project.root / "data")
    servers: dict[str, Any] = {}
    for partner in partners or local.partners:
        own = local.partners[partner]
        for path in sorted((ROOT / own.location).rglob("*")):
            if path.is_file():
                project.site.put(f"{partner}/{path.relative_to(ROOT / own.location).as_posix()}", path.read_bytes())
        there = f"{project.own['location'].rstrip('/')}/{partner}"
        servers[partner] = project.own | {"location": there}
    remote = Settings.model_validate({"root": project.root, "data": project.root / "data", "partners": servers})
    fetched = pull(remote, started_at=STARTED)
    assert len(fetched) >= len(servers)
    assert content(fetched) == content(pull(local, started_at=STARTED, partners=partners))
