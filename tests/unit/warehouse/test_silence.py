"""DuckDB draws no progress bar between the lines that the stages print."""

from __future__ import annotations

from pathlib import Path

from pipeline.warehouse import Connection, in_memory, open_readonly, open_run, publish_current


def draws(con: Connection) -> bool:
    return bool(con.execute("select current_setting('enable_progress_bar')").fetchall()[0][0])


def test_no_warehouse_draws_a_progress_bar(tmp_path: Path) -> None:
    with open_run(tmp_path, "r") as con:
        assert not draws(con)
    publish_current(tmp_path, "r")
    with open_readonly(tmp_path) as con:
        assert not draws(con)
    with in_memory() as con:
        assert not draws(con)
