"""The warehouse: one DuckDB file per run, a schema per stage, SQL kept in files."""

from pipeline.warehouse.connection import (
    Connection,
    change_key,
    current_path,
    open_current,
    open_for_run,
    open_readonly,
    open_run,
    open_stopped,
    plain_text,
    publish_current,
    remove_run,
    require_free,
)
from pipeline.warehouse.encryption import is_encrypted
from pipeline.warehouse.memory import in_memory
from pipeline.warehouse.sql import load_sql, run_sql_folder, split_statements
from pipeline.warehouse.state import by_statement, done_stages, in_one_transaction, record_stage, stage_counts

SCHEMAS = ("landing", "staging", "validated", "core", "outcomes")

__all__ = [
    "SCHEMAS",
    "Connection",
    "by_statement",
    "change_key",
    "current_path",
    "done_stages",
    "in_memory",
    "in_one_transaction",
    "is_encrypted",
    "load_sql",
    "open_current",
    "open_for_run",
    "open_readonly",
    "open_run",
    "open_stopped",
    "plain_text",
    "publish_current",
    "record_stage",
    "remove_run",
    "require_free",
    "run_sql_folder",
    "split_statements",
    "stage_counts",
]
