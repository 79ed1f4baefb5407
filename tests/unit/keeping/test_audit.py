"""The audit log: unbroken when nobody touches it, broken at the right line when someone does, safe for many writers."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.keeping import audit
from pipeline.settings import Settings

AT = datetime(2023, 8, 1, 9, 30)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(root=tmp_path, data=tmp_path / "data")


@pytest.fixture
def log(settings: Settings) -> Path:
    for number in range(5):
        audit.append(settings, {"command": "run", "options": {"quarter": f"2023Q{number}"}}, at=AT)
    return settings.data / "audit.jsonl"


def test_who_when_and_what(settings: Settings, log: Path) -> None:
    first = audit.entries(settings)[0]
    assert (first["at"], first["who"], first["command"]) == ("2023-08-01T09:30:00", audit.user(), "run")
    assert first["options"] == {"quarter": "2023Q0"}
    chain = audit.verify(settings)
    assert (chain.lines, chain.broken) == (5, None)
    assert chain.head == audit.entries(settings)[-1]["hash"]
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def changed(lines: list[str]) -> list[str]:
    return [*lines[:2], lines[2].replace("2023Q2", "2022Q2"), *lines[3:]]


def rewritten(lines: list[str]) -> list[str]:
    """Changed with a hash that fits: then the next line no longer fits."""
    line = json.loads(lines[2]) | {"who": "nobody"}
    line["hash"] = audit._hash(line)
    return [*lines[:2], json.dumps(line, sort_keys=True), *lines[3:]]


@pytest.mark.parametrize(
    ("tamper", "broken"),
    [
        (changed, 3),
        (rewritten, 4),
        (lambda lines: [*lines[:1], *lines[2:]], 2),
        (lambda lines: [lines[1], lines[0], *lines[2:]], 1),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], 4),
        (lambda lines: [*lines[:3], "nonsense", *lines[3:]], 4),
    ],
)
def test_the_first_broken_line_is_named(settings: Settings, log: Path, tamper, broken: int) -> None:
    log.write_text("\n".join(tamper(log.read_text("utf-8").splitlines())) + "\n", "utf-8")
    chain = audit.verify(settings)
    assert chain.broken == broken
    assert f"line {broken}" in chain.sentence()


def test_a_line_cut_off_by_a_crash_is_named_and_the_log_goes_on(settings: Settings, log: Path) -> None:
    log.write_bytes(log.read_bytes()[:-40])
    audit.append(settings, {"command": "pull"}, at=AT)
    chain = audit.verify(settings)
    assert (chain.lines, chain.broken) == (6, 5)
    assert audit.entries(settings)[-1]["command"] == "pull"


def test_many_writers_at_once_make_one_chain(settings: Settings, tmp_path: Path) -> None:
    code = (
        "import sys; from datetime import datetime; from pathlib import Path\n"
        "from pipeline.keeping import audit; from pipeline.settings import Settings\n"
        f"s = Settings(root=Path({str(tmp_path)!r}), data=Path({str(settings.data)!r}))\n"
        "for n in range(25): audit.append(s, {'command': sys.argv[1]}, at=datetime(2023, 8, 1))\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, f"w{n}"]) for n in range(3)]
    assert [w.wait() for w in writers] == [0, 0, 0]
    chain = audit.verify(settings)
    assert (chain.lines, chain.broken) == (75, None)
    assert {e["command"] for e in audit.entries(settings)} == {"w0", "w1", "w2"}
