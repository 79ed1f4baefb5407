"""Opening warehouses: a run writes its own file, readers open what `current` names; encrypted where a key is set."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from pipeline.errors import SettingsError, StorageError, ThroughcareError, WarehouseLockedError, WrongKeyError
from pipeline.keys import read_keys, warehouse_key
from pipeline.settings import Settings
from pipeline.warehouse.encryption import ATTACHED, attach, encrypt, is_encrypted
from pipeline.warehouse.memory import silence

Connection = duckdb.DuckDBPyConnection
KEPT_RUNS = 3
LONG = 50_000_000  # delivered rows, of some five million people


def open_for_run(settings: Settings, run_id: str) -> Connection:
    """The project's warehouse of a run, for writing, under the key at rest of today."""
    return open_run(settings.folder("warehouse"), run_id, key=_key(settings))


def open_current(settings: Settings) -> Connection:
    """The project's newest finished warehouse, read-only, under the key at rest of today."""
    return open_readonly(settings.folder("warehouse"), key=_key(settings))


def open_stopped(settings: Settings, stage: str) -> tuple[Connection, Path]:
    """The newest warehouse in which a stage is finished, read-only, and its file: also of a run that stopped later.

    Raises SettingsError when no run has come so far.
    """
    folder, key = settings.folder("warehouse"), _key(settings)
    for path in _newest(folder):
        with suppress(WarehouseLockedError):  # a run is at work in it
            con = _connect(path, read_only=True, key=key if is_encrypted(path) else None)
            if con.execute("select 1 from meta.stage where stage = ?", [stage]).fetchall():
                return con, path
            con.close()
    raise SettingsError(
        f"No run has finished the stage {stage} yet. Run `throughcare run` (or `demo`) and mend what it says; "
        "it goes on where it stopped."
    )


def _newest(folder: Path) -> list[Path]:
    """What was worked on since the last run came to its end, the newest first, and then that run's own file."""
    current, pointer = current_path(folder), folder / "current"
    ended = pointer.stat().st_mtime_ns if current else 0
    begun = {path: path.stat().st_mtime_ns for path in folder.glob("*.duckdb")}
    since = sorted((path for path, at in begun.items() if at > ended), key=lambda path: -begun[path])
    return [*since, *([current] if current and current not in since else [])]


def open_run(folder: Path, run_id: str, *, key: str | None = None) -> Connection:
    """Open `<folder>/<run_id>.duckdb` for writing, with a schema for each stage and the state table.

    With a key the file is encrypted, also one that was begun without. Raises WarehouseLockedError when another process
    holds the file, StorageError when it cannot be written, WrongKeyError when it does not open with the key.
    """
    path = folder / f"{run_id}.duckdb"
    if key and path.exists() and not is_encrypted(path):
        with _explained(path):
            encrypt(path, key)
    con = _connect(path, read_only=False, key=key)
    for schema in ("landing", "staging", "validated", "core", "outcomes", "meta"):
        con.execute(f"create schema if not exists {schema}")
    con.execute("create table if not exists meta.stage (stage varchar primary key, counts json, seconds double)")
    return con


def open_readonly(folder: Path, *, key: str | None = None) -> Connection:
    """Open the warehouse that `current` names, read-only.

    Raises SettingsError when there is no finished run yet, WrongKeyError when it does not open with the key.
    """
    path = current_path(folder)
    if path is None:
        raise SettingsError("There is no finished run yet. Run `throughcare demo` or `throughcare run` first.")
    return _connect(path, read_only=True, key=key if is_encrypted(path) else None)


@contextmanager
def plain_text(con: Connection) -> Iterator[None]:
    """Within it text is written as it is; numbers and days stay short.

    Core and outcomes are made anew with every run, and looking for the shortest form of a column of names takes longer
    than writing it. With LONG or more delivered rows text that repeats is still stored once: a country would not fit.
    """
    con.execute(f"set disabled_compression_methods = '{'fsst' if _delivered(con) >= LONG else 'dictionary,fsst'}'")
    try:
        yield
    finally:
        with suppress(duckdb.Error):  # what went wrong is told, not this
            con.execute("set disabled_compression_methods = 'none'")


def _delivered(con: Connection) -> int:
    """About how many rows were delivered, as DuckDB estimates it; 0 on another engine."""
    if not isinstance(con, duckdb.DuckDBPyConnection):
        return 0
    found = con.execute("select sum(estimated_size) from duckdb_tables() where schema_name = 'validated'").fetchone()
    return int(found[0] or 0) if found else 0


def require_free(settings: Settings) -> None:
    """Raise WarehouseLockedError when a warehouse of the project is open in another process."""
    for path in sorted(settings.folder("warehouse").glob("*.duckdb")):
        with suppress(WrongKeyError, StorageError):  # what cannot be opened is nobody's to lock
            _connect(path, read_only=False, key=_key(settings) if is_encrypted(path) else None).close()


def change_key(settings: Settings, old: bytes) -> int:
    """Encrypt every warehouse that is under an old key at rest with the one of today; returns how many there were.

    Raises WrongKeyError for one that opens with neither, SettingsError where no key is set.
    """
    key, former, changed = _key(settings), warehouse_key(old), 0
    if key is None:
        raise SettingsError("There is no new key at rest. Set THROUGHCARE_AT_REST_KEY.")
    for path in filter(is_encrypted, sorted(settings.folder("warehouse").glob("*.duckdb"))):
        try:
            _connect(path, read_only=True, key=key).close()
        except WrongKeyError:
            with _explained(path):
                encrypt(path, key, old=former)
            changed += 1
    return changed


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
        remove_run(old)


def remove_run(path: Path) -> None:
    """Remove a run's warehouse with its manifest and whatever DuckDB laid beside it."""
    for part in (path, path.with_suffix(".duckdb.wal"), path.with_suffix(".json")):
        part.unlink(missing_ok=True)


def _key(settings: Settings) -> str | None:
    at_rest = read_keys(settings).at_rest
    return warehouse_key(at_rest) if at_rest else None


def _connect(path: Path, *, read_only: bool, key: str | None) -> Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": os.cpu_count() or 1,
        "temp_directory": f"{path}.tmp",
    }
    with _explained(path):
        if key is None:
            con = duckdb.connect(str(path), read_only=read_only, config=config)
        else:
            con = duckdb.connect(config=config)
            attach(con, path, key, read_only=read_only)
            con.execute(f"use {ATTACHED}")
    silence(con)
    con.execute("set preserve_insertion_order = true")
    con.execute("set TimeZone = 'UTC'")
    return con


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what DuckDB says about a file into a plain message."""
    try:
        yield
    except duckdb.Error as problem:
        raise _explain(problem, path) from None


def _explain(problem: duckdb.Error, path: Path) -> ThroughcareError:
    text = str(problem)
    if "lock" in text:
        holder = re.search(r"held in (.+?)\.? See also", text)
        who = holder[1] if holder else "another process"
        return WarehouseLockedError(
            f"The warehouse {path.name} is open in {who}. Close it (a notebook, another run) and try again."
        )
    if "without a key" in text:
        return WrongKeyError(
            f"The warehouse {path.name} is encrypted and no key at rest is set. Set THROUGHCARE_AT_REST_KEY, or name "
            "the key file in throughcare.toml (keeping.at_rest_key_file)."
        )
    if "Wrong encryption key" in text:
        return WrongKeyError(
            f"The warehouse {path.name} does not open with the key at rest that is set. Set the key it was encrypted "
            "with; without that, remove the file and run the quarter again from the landed files."
        )
    return StorageError(f"The warehouse {path.name} cannot be opened; check free disk space and access rights.")
