"""The `native` format: files named after the model's tables, with the model's own columns and codes."""

from __future__ import annotations

from functools import cache

from pipeline.model import Table, tables
from pipeline.sources.contract import ColumnRule, Produces, SourceFile

SUFFIXES = ("csv", "parquet")


@cache
def native_files() -> tuple[SourceFile, ...]:
    """One entry per model table for CSV and Parquet, and one for the sheet of that name in an XLSX or ODS workbook."""
    plain = [_file(table, f"{table.name}", patterns=_patterns(table.name)) for table in tables().values()]
    sheets = [
        _file(table, f"{table.name} sheet", patterns=("*.xlsx", "*.ods"), sheet=table.name)
        for table in tables().values()
    ]
    return tuple(plain + sheets)


def _patterns(name: str) -> tuple[str, ...]:
    return tuple(f"{name}{mark}.{suffix}" for suffix in SUFFIXES for mark in ("", "[-_. ]synthetic"))


def _file(table: Table, name: str, *, patterns: tuple[str, ...], sheet: str = "") -> SourceFile:
    columns = {c.name: ColumnRule.model_validate({"from": c.name}) for c in table.column if c.name != "partner"}
    produces = (Produces(table=table.name, columns=columns),)
    return SourceFile(name=name, pattern=patterns, sheet=sheet, ignored=("partner",), required=False, produces=produces)
