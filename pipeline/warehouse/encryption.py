"""Encrypted warehouses: DuckDB's own AES-256-GCM over file, write-ahead log and temporary files."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

import duckdb

from pipeline.warehouse.memory import in_memory

ATTACHED = "warehouse"
"""The name under which an encrypted file is attached; it is the default database of its connection."""
_FLAGS = 20
"""Where DuckDB's file header says, after a checksum, its name and version, whether the file is encrypted."""


def is_encrypted(path: Path) -> bool:
    """Whether a warehouse file is encrypted, by its header; a file that is not there or empty is not."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        header = stream.read(_FLAGS + 1)
    return len(header) > _FLAGS and header[8:12] == b"DUCK" and bool(header[_FLAGS] & 1)


def attach(con: duckdb.DuckDBPyConnection, path: Path, key: str, *, read_only: bool, name: str = ATTACHED) -> None:
    """Attach an encrypted file; what DuckDB writes beside it is encrypted too."""
    load_encryption(con)
    options = f"encryption_key {_text(key)}" + (", read_only" if read_only else "")
    con.execute(f"attach {_text(str(path))} as {name} ({options})")


def load_encryption(con: duckdb.DuckDBPyConnection) -> None:
    """Load the packaged extension with the random numbers that writing needs; nothing is fetched or installed."""
    version = con.execute("select library_version from pragma_version()").fetchall()[0][0]
    extension = files("duckdb_extension_httpfs") / "extensions" / version / "httpfs.duckdb_extension"
    con.execute(f"load {_text(str(extension))}")
    con.execute("set temp_file_encryption = true")


def encrypt(path: Path, key: str, *, old: str | None = None) -> None:
    """Replace a warehouse file, in the clear or under an old key, by a copy of itself encrypted with a key."""
    fresh = path.with_suffix(".encrypting")
    fresh.unlink(missing_ok=True)
    with in_memory(temp_directory=f"{path}.tmp") as con:
        attach(con, fresh, key, read_only=False, name="sealed")
        if old:
            attach(con, path, old, read_only=False, name="former")
        else:
            con.execute(f"attach {_text(str(path))} as former")
        con.execute("copy from database former to sealed")
        con.execute("checkpoint sealed")
        con.execute("detach former")
        con.execute("detach sealed")
    os.replace(fresh, path)
    path.with_suffix(".duckdb.wal").unlink(missing_ok=True)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
