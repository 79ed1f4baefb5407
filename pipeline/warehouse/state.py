"""Which stages of a run are finished, and what each counted; a stage that fails or is cut leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

from pipeline.warehouse.connection import Connection


def done_stages(con: Connection) -> set[str]:
    """Names of the stages that a run has finished."""
    return {row[0] for row in con.execute("select stage from meta.stage").fetchall()}


def record_stage(con: Connection, stage: str, counts: dict[str, int], seconds: float) -> None:
    """Mark a stage as finished with its counts, within whichever of the two below it does its work."""
    con.execute("insert or replace into meta.stage values (?, ?, ?)", [stage, json.dumps(counts), seconds])


def stage_counts(con: Connection) -> dict[str, dict[str, int]]:
    """Counts per finished stage, in order of finishing."""
    rows = con.execute("select stage, counts from meta.stage").fetchall()
    return {stage: json.loads(counts) for stage, counts in rows}


@contextmanager
def in_one_transaction(con: Connection) -> Iterator[None]:
    """Within it a stage does its work and is marked as finished: both, or neither."""
    con.begin()
    try:
        yield
        con.commit()
    except BaseException:
        with suppress(duckdb.Error):  # a fatal error has already ended the transaction; the last commit stands
            con.rollback()
        raise


@contextmanager
def by_statement(con: Connection, schema: str) -> Iterator[None]:
    """Within it a stage makes its whole schema anew, committing each table, and is marked as finished at the end.

    DuckDB knows the sizes of committed tables alone, and plans by them what reads a table. The schema is emptied first,
    of what an attempt that was cut has left, and after a failure.
    """
    _empty(con, schema)
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # a fatal error or a full disk: the next attempt empties it
            _empty(con, schema)
        raise


def _empty(con: Connection, schema: str) -> None:
    con.execute(f"drop schema if exists {schema} cascade")
    con.execute(f"create schema {schema}")
