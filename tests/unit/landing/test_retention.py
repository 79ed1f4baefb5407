"""How long deliveries are kept: refused when their time has passed, destroyed when it does, and missed afterwards."""

from __future__ import annotations

from datetime import date, datetime

from pipeline.landing import destroy, expired, lost_since, open_store, purged, receipts

SIDECAR = """partner = "example"
extract_date = {day}
period_from = 2021-01-01
period_to = {day}
kind = "full"
lawful_basis = "consent"
keep_until = {until}
"""
FIRST, SECOND = b"k\xf3d;pohlav\xed\nA;mu\xbe\n".replace(b"\xbe", b"\x9e"), b"k\xf3d;pohlav\xed\nB;mu\x9e\n"
EARLY, LATE = datetime(2023, 8, 1), datetime(2024, 2, 1)


def deliver(project, folder: str, data: bytes, until: str) -> None:
    files = {"lide.csv": data, "spolecny.csv": FIRST}
    project.deliver(files, folder=folder, sidecar=SIDECAR.format(day=folder, until=until))


def test_time_that_has_passed_is_a_reason_to_refuse(project) -> None:
    deliver(project, "2023-06-30", SECOND, "2023-07-31")
    rule, text = project.refusal()
    assert rule == "no_legal_basis"
    assert "keep_until = 2023-07-31 has passed" in text


def test_what_runs_out_is_destroyed_and_not_taken_again(project) -> None:
    deliver(project, "2023-06-30", SECOND, "2023-12-31")
    deliver(project, "2023-07-31", FIRST, "2030-12-31")
    assert len(project.land(at=EARLY).new) == 2
    store = open_store(project.settings)
    assert expired(project.settings, date(2023, 12, 31)) == []
    (gone,) = destroy(project.settings, date(2024, 1, 1), at=LATE)
    assert (gone.partner, gone.keep_until, gone.purged_at) == ("example", date(2023, 12, 31), LATE)
    (left,) = receipts(project.settings)
    assert left.extract_date == date(2023, 7, 31)
    assert all(store.has(file.sha256) for file in left.all_files)  # a file that both deliveries had stays
    assert b"B;mu" not in b"".join(path.read_bytes() for path in store.plain())
    assert purged(project.settings) == [gone]
    assert destroy(project.settings, date(2024, 1, 1), at=LATE) == []
    again = project.land(at=LATE)
    assert [d.state for d in again.deliveries] == ["refused", "known"]
    (line,) = lost_since(project.settings, date(2023, 9, 1))
    assert line.startswith("One delivery known on 2023-09-01 had to be destroyed since (on 2024-02-01)")
    assert lost_since(project.settings, date(2023, 7, 1)) == []
