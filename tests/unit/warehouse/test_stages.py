"""A stage is there whole or not at all, also one that commits each of its tables."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from pipeline.warehouse import (
    Connection,
    by_statement,
    done_stages,
    in_one_transaction,
    open_run,
    record_stage,
    stage_counts,
)

DIVIDED = pytest.mark.parametrize("divided", [lambda con: by_statement(con, "core"), in_one_transaction])
Divided = Callable[[Connection], AbstractContextManager[None]]


def _fill(con: Connection, *, fails: bool = False) -> None:
    con.execute("create table core.stay as select 1 as stay_id")
    if fails:
        con.execute("create table core.release as select cast('x' as integer) as release_id")
    record_stage(con, "core", {"stay": 1}, 0.0)


def _tables(con: Connection) -> list[tuple[str, ...]]:
    return con.execute("select table_name from duckdb_tables() where schema_name = 'core'").fetchall()


@DIVIDED
def test_a_stage_that_fails_leaves_nothing_and_goes_on_later(tmp_path: Path, divided: Divided) -> None:
    con = open_run(tmp_path, "r")
    with pytest.raises(Exception, match="Could not convert"), divided(con):
        _fill(con, fails=True)
    assert (_tables(con), done_stages(con)) == ([], set())
    with divided(con):
        _fill(con)
    assert (_tables(con), stage_counts(con)) == ([("stay",)], {"core": {"stay": 1}})


def test_what_an_attempt_that_was_cut_has_left_is_gone(tmp_path: Path) -> None:
    con = open_run(tmp_path, "r")
    con.execute("create table core.stay as select 2 as stay_id; create view core.read as from core.stay")
    with by_statement(con, "core"):
        _fill(con)
    assert _tables(con) == [("stay",)]
    assert con.execute("select stay_id from core.stay").fetchall() == [(1,)]
    con.close()
    assert done_stages(open_run(tmp_path, "r")) == {"core"}
