"""Which stages of a run are finished, and what each counted; written in the stage's own transaction."""

from __future__ import annotations

import json

from pipeline.warehouse.connection import Connection


def done_stages(con: Connection) -> set[str]:
    """Names of the stages that a run has finished."""
    return {row[0] for row in con.execute("select stage from meta.stage").fetchall()}


def record_stage(con: Connection, stage: str, counts: dict[str, int], seconds: float) -> None:
    """Mark a stage as finished with its counts; call inside the stage's transaction."""
    con.execute("insert or replace into meta.stage values (?, ?, ?)", [stage, json.dumps(counts), seconds])


def stage_counts(con: Connection) -> dict[str, dict[str, int]]:
    """Counts per finished stage, in order of finishing."""
    rows = con.execute("select stage, counts from meta.stage").fetchall()
    return {stage: json.loads(counts) for stage, counts in rows}
