"""Opening warehouses: a run writes its own file, readers open what `current` names."""

from __future__ import annotations

import os
import re
from pathlib import Path

import duckdb

from pipeline.errors import StorageError, ThroughcareError, WarehouseLockedError

Connection = duckdb.DuckDBPyConnection
KEPT_RUNS = 3


def open_run(folder: Path, run_id: str) -> Connection:
    """Open `<folder>/<run_id>.duckdb` for writing, with a schema for each stage and the state table.

    Raises WarehouseLockedError when another process holds the file and StorageError when it cannot be written.
    """
    con = _connect(folder / f"{run_id}.duckdb", read_only=False)
    for schema in ("landing", "staging", "validated", "core", "outcomes", "meta"):
        con.execute(f"create schema if not exists {schema}")
    con.execute("create table if not exists meta.stage (stage varchar primary key, counts json, seconds double)")
    return con


def open_readonly(folder: Path) -> Connection:
    """Open the warehouse that `current` names, read-only.

    Raises ThroughcareError when there is no finished run yet.
    """
    path = current_path(folder)
    if path is None:
        raise ThroughcareError("There is no finished run yet. Run `throughcare demo` or `throughcare run` first.")
    return _connect(path, read_only=True)


def current_path(folder: Path) -> Path | None:
    """The warehouse file of the newest finished run, or None."""
    pointer = folder / "current"
    if not pointer.exists():
        return None
    path = folder / pointer.read_text("utf-8").strip()
    return path if path.exists() else None


def publish_current(folder: Path, run_id: str) -> None:
    """Repoint `current` to a finished run and keep the newest three files."""
    waiting = folder / "current.new"
    waiting.write_text(f"{run_id}.duckdb", "utf-8")
    os.replace(waiting, folder / "current")
    files = sorted(folder.glob("*.duckdb"), key=lambda p: (p.stem == run_id, p.stat().st_mtime_ns), reverse=True)
    for old in files[KEPT_RUNS:]:
        old.unlink()
        old.with_suffix(".duckdb.wal").unlink(missing_ok=True)
        old.with_suffix(".json").unlink(missing_ok=True)


def _connect(path: Path, *, read_only: bool) -> Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        con = duckdb.connect(str(path), read_only=read_only, config={"threads": os.cpu_count() or 1})
    except duckdb.IOException as problem:
        raise _explain(problem, path) from None
    con.execute("set preserve_insertion_order = true")
    con.execute("set TimeZone = 'UTC'")
    return con


def _explain(problem: duckdb.IOException, path: Path) -> ThroughcareError:
    text = str(problem)
    if "lock" in text:
        holder = re.search(r"held in (.+?)\.? See also", text)
        who = holder[1] if holder else "another process"
        return WarehouseLockedError(
            f"The warehouse {path.name} is open in {who}. Close it (a notebook, another run) and try again."
        )
    return StorageError(f"The warehouse {path.name} cannot be opened; check free disk space and access rights.")
