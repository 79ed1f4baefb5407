"""Encrypted warehouses: nothing readable on disk, wrong keys told plainly, plain files taken over."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import WarehouseLockedError, WrongKeyError
from pipeline.warehouse import done_stages, is_encrypted, open_readonly, open_run, publish_current, record_stage

KEY, OTHER = "5d" * 32, "a7" * 32
SECRET = "NRDIHP7KMCJILLI6SIVXJMB5HS"


def fill(folder: Path, key: str | None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    con = open_run(folder, "r1", key=key)
    con.begin()
    con.execute("create temp table helper as select 1 as one")
    con.execute(f"create table landing.record as select '{SECRET}' || i as cell from range(20000) r(i)")
    record_stage(con, "landing", {"rows": 20000}, 0.1)
    con.commit()
    con.execute(f"create table landing.short as select '{SECRET}' as cell")  # long columns are compressed anyway
    con.close()
    publish_current(folder, "r1")
    return folder / "r1.duckdb"


def on_disk(folder: Path) -> bytes:
    return b"".join(p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file())


def test_nothing_readable_lies_on_disk_and_everything_reads_back(tmp_path: Path) -> None:
    plain, sealed = tmp_path / "plain", tmp_path / "sealed"
    assert not is_encrypted(fill(plain, None))
    assert is_encrypted(fill(sealed, KEY))
    assert SECRET.encode() in on_disk(plain)
    assert SECRET.encode() not in on_disk(sealed)
    for folder, key in ((plain, None), (sealed, KEY)):
        with open_readonly(folder, key=key) as con:
            assert con.execute("select count(*) from landing.record").fetchall() == [(20000,)]
            assert done_stages(con) == {"landing"}
            with pytest.raises(duckdb.Error):
                con.execute("delete from landing.record")


def test_a_large_sort_spills_encrypted(tmp_path: Path) -> None:
    con = open_run(tmp_path, "r1", key=KEY)
    settings = dict(con.execute("select name, value from duckdb_settings() where name like 'temp%'").fetchall())
    assert settings["temp_file_encryption"] == "true"
    assert settings["temp_directory"].startswith(str(tmp_path))
    con.close()


@pytest.mark.parametrize("key", [OTHER, None])
def test_a_wrong_or_missing_key_is_one_plain_sentence(tmp_path: Path, key: str | None) -> None:
    fill(tmp_path, KEY)
    for opening in (lambda: open_readonly(tmp_path, key=key), lambda: open_run(tmp_path, "r1", key=key)):
        with pytest.raises(WrongKeyError) as caught:
            opening()
        assert "r1.duckdb" in str(caught.value)
        assert KEY not in str(caught.value)
        assert "key at rest" in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_run_begun_in_the_clear_goes_on_encrypted(tmp_path: Path) -> None:
    path = fill(tmp_path, None)
    with open_readonly(tmp_path, key=KEY) as con:  # readable until the next run takes it over
        assert con.execute("select count(*) from landing.record").fetchall() == [(20000,)]
    con = open_run(tmp_path, "r1", key=KEY)
    assert done_stages(con) == {"landing"}
    con.close()
    assert is_encrypted(path)
    assert SECRET.encode() not in on_disk(tmp_path)


def test_a_warehouse_open_elsewhere_is_named(tmp_path: Path) -> None:
    path = fill(tmp_path, KEY)
    hold = (
        "import sys, time; from pathlib import Path; from pipeline.warehouse import open_run;"
        f"c = open_run(Path({str(path.parent)!r}), 'r1', key={KEY!r}); print('open', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "open"
        with pytest.raises(WarehouseLockedError) as caught:
            open_readonly(tmp_path, key=KEY)
        assert str(holder.pid) in str(caught.value)
    finally:
        holder.kill()
        holder.wait()
