"""Databases in memory only, and DuckDB's silence."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import duckdb


def in_memory(**config: Any) -> duckdb.DuckDBPyConnection:
    """A database of its own in memory only: it leaves no file and prints nothing."""
    con = duckdb.connect(config={"temp_directory": "", **config})
    silence(con)
    return con


def silence(con: duckdb.DuckDBPyConnection) -> None:
    """No progress bar: after two seconds DuckDB would draw one between the lines that the stages print.

    In a notebook without widgets it draws none, and refuses the setting.
    """
    with suppress(duckdb.InvalidInputException):
        con.execute("set enable_progress_bar = false")
