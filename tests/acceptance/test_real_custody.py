"""The whole line on real custody records: spells, releases and returns against an independent computation."""

from __future__ import annotations

import csv
import hashlib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import pipeline as tc
from pipeline import flow
from pipeline.keys import PIPELINE, Keyer
from pipeline.model import code_list
from pipeline.run import Run

REAL = Path(__file__).parents[3] / "shared" / "realdata" / "broward_two_year.csv"
CONTRACT = Path(__file__).with_name("broward.toml")
EXTRACT = date(2016, 4, 30)
STILL_IN = date(2020, 1, 1)
KEY = hashlib.sha256(b"pipeline key of the test").digest()
PAIRS = {
    "charge": ("c_jail_in", "c_jail_out"),
    "return": ("r_jail_in", "r_jail_out"),
    "window": ("in_custody", "out_custody"),
}
SIDECAR = """
partner = "county"
extract_date = 2016-04-30
period_from = 1990-01-01
period_to = 2016-04-30
kind = "full"
tables = ["person", "custody_stay"]
lawful_basis = "public records"
keep_until = 2099-12-31
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not REAL.exists(), reason="the real-data folder is not on this machine"),
]
Stay = tuple[date, str, date | None]
Spell = tuple[date, date | None, bool]


class Silent:
    def stage(self, name: str) -> None: ...
    def done(self, name: str, seconds: float, counts: dict[str, int], *, reused: bool) -> None: ...
    def stop(self) -> None: ...
    def say(self, line: str) -> None: ...


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("county")
    inbox = root / "inbox" / "2016-04"
    inbox.mkdir(parents=True)
    (inbox / "screenings.csv").write_bytes(REAL.read_bytes())
    (inbox / "delivery.toml").write_text(SIDECAR, "utf-8")
    prison = sorted(code_list("prison").codes)[0]
    (root / "contract.toml").write_text(CONTRACT.read_text("utf-8").replace("PRISON", prison), "utf-8")
    (root / "throughcare.toml").write_text(
        '[partners.county]\nlocation = "inbox"\ncontract = "contract.toml"\n', "utf-8"
    )
    settings = tc.load_settings(root)
    run = Run(tc.Quarter(2016, 1), datetime(2016, 5, 1))
    flow.pull(settings, run, Silent())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PIPELINE, KEY.hex())
        run = flow.with_inputs(settings, run)
        outcome = flow.Outcome(run)
        flow.fill_warehouse(settings, outcome, Silent())
    with tc.open(project=root) as opened:
        yield opened


def day(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def people() -> dict[str, list[Stay]]:
    """Per person the stays without equal ones (smallest id kept) and without rows that end before they begin."""
    found: dict[str, list[Stay]] = {}
    with REAL.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            kept: dict[tuple[date, date | None], str] = {}
            for name, (start, end) in sorted(PAIRS.items()):
                begins, ends = day(row[start]), day(row[end])
                ends = None if ends == STILL_IN else ends
                if begins is None or (ends is not None and (ends < begins or ends > EXTRACT)):
                    continue
                kept.setdefault((begins, ends), f"{row['id']}-{name}")
            found[row["id"]] = sorted((begins, stay_id, ends) for (begins, ends), stay_id in kept.items())
    return found


def spells(stays: list[Stay]) -> list[Spell]:
    """(admission, release, released from sentence) per spell, by the words of the rules, one stay after another."""
    closed: list[tuple[date, date | None, bool]] = []
    for position, (begins, _, ends) in enumerate(stays):
        if ends is not None or position == len(stays) - 1:
            closed.append((begins, ends, True))
            continue
        following = stays[position + 1][0]
        known = [e for _, _, e in stays[: position + 1] if e is not None]
        if (known and following <= max(known)) or following == begins:
            closed.append((begins, following, False))  # it joins: a transfer, or a change of status the same day
        else:
            closed.append((begins, following - timedelta(days=1), False))
    joined: list[list[tuple[date, date | None, bool]]] = []
    for stay in closed:
        reach = max((s[1] for s in joined[-1] if s[1] is not None), default=None) if joined else None
        if joined and reach is not None and stay[0] <= reach:
            joined[-1].append(stay)
        else:
            joined.append([stay])
    result: list[Spell] = []
    for members in joined:
        if any(m[1] is None for m in members):
            result.append((members[0][0], None, False))
            continue
        last = max(members, key=lambda m: (m[1] or date.min, m[0], members.index(m)))
        result.append((members[0][0], last[1], last[2]))
    return result


def test_nothing_is_lost(programme: tc.Programme) -> None:
    accounts = programme.accounting()
    assert (accounts.produced == accounts.accepted + accounts.quarantined + accounts.duplicate).all()
    stays = accounts[accounts.table_name == "custody_stay"].iloc[0]
    assert stays.produced == 6907 + 2316 + 6978
    assert stays.accepted == sum(len(s) for s in people().values())
    assert stays.duplicate > 5000


def test_spells_and_releases(programme: tc.Programme) -> None:
    ours = programme.sql("select person_id, admission_date, release_date from core.spell order by all").values.tolist()
    keyer = Keyer(KEY)
    expected = sorted(((keyer.person(p), *s[:2]) for p, stays in people().items() for s in spells(stays)), key=str)
    assert len(ours) == len(expected) > 9000
    assert sorted(((p, a.date(), None if str(r) == "NaT" else r.date()) for p, a, r in ours), key=str) == expected
    released = programme.sql("select count(*) from core.release where release_kind = 'sentence'").iloc[0, 0]
    assert released == sum(s[2] and s[1] is not None for stays in people().values() for s in spells(stays))


def test_returns_within_730_days(programme: tc.Programme) -> None:
    frame = programme.sql(
        "select count(distinct member_id) as n,"
        " count(distinct member_id) filter (status = 'event' and days <= 730) as x"
        " from outcomes.follow_up where cohort = 'all_releases' and kind = 'return_to_prison' and event_number = 1"
        " and start_date + 730 <= covered_to"
    ).iloc[0]
    members, returned = 0, 0
    for stays in people().values():
        own = spells(stays)
        for number, (_, release, from_sentence) in enumerate(own):
            if not from_sentence or release is None or release > date(2016, 3, 31):
                continue
            if release + timedelta(days=730) > EXTRACT:
                continue
            members += 1
            later = [s[0] for s in own[number + 1 :]]
            returned += bool(later) and 1 <= (later[0] - release).days <= 730
    assert (int(frame.n), int(frame.x)) == (members, returned)
    assert members > 3000
    assert returned > 500
