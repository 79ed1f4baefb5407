"""What is said about deliveries as a whole once every row is judged: shares, histories, completeness, quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.validated.checks import Check
from pipeline.validated.completeness import write_completeness
from pipeline.validated.history import write_history
from pipeline.validated.shares import tolerate, write_shares
from pipeline.warehouse import Connection, load_sql, split_statements


def describe(con: Connection, warnings: Mapping[str, Sequence[Check]]) -> int:
    """Fill the tables of `validated` that feedback and quality pages read; returns the warnings tolerated by share.

    `warnings` has each table's checks on accepted rows; the views `newest_<table>` must still be there.
    """
    write_shares(con, warnings)
    tolerated = tolerate(con, warnings)
    write_history(con, warnings)
    write_completeness(con)
    for statement in split_statements(load_sql("pipeline.validated", "quality")):
        con.execute(statement)
    return tolerated
