"""Text is written as it is while core and outcomes are filled, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.warehouse import Connection, open_run, plain_text

NAMES = "select 'a long name, number ' || cast(i % 100 as varchar) as name from range(300000) as r(i)"


def test_text_is_plain_within_and_short_after(tmp_path: Path) -> None:
    con = open_run(tmp_path, "r")
    with plain_text(con):
        con.execute(f"create table core.plain as {NAMES}")
    con.execute(f"create table core.short as {NAMES}")
    assert forms(con, "plain") == {"Uncompressed"}
    assert "Uncompressed" not in forms(con, "short")


def test_with_very_many_rows_delivered_text_that_repeats_is_stored_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    con = open_run(tmp_path, "r")
    con.execute("create table validated.service as select i from range(1000) as r(i)")
    for long, forms_of_text in ((1001, {"Uncompressed"}), (1000, {"Dictionary"})):
        monkeypatch.setattr("pipeline.warehouse.connection.LONG", long)
        with plain_text(con):
            con.execute(f"create or replace table core.text as {NAMES}")
        assert forms(con, "text") == forms_of_text


def test_what_goes_wrong_within_leaves_nothing_behind(tmp_path: Path) -> None:
    con = open_run(tmp_path, "r")
    with pytest.raises(ZeroDivisionError), plain_text(con):
        1 / 0  # noqa: B018
    con.execute(f"create table core.short as {NAMES}")
    assert "Uncompressed" not in forms(con, "short")


def forms(con: Connection, table: str) -> set[str]:
    """How the text of a table is written."""
    con.execute("checkpoint")
    told = con.execute(
        f"select distinct compression from pragma_storage_info('core.{table}') where segment_type = 'VARCHAR'"
    )
    return {form for (form,) in told.fetchall()}
