"""Looking for a value in everything that lies in the data folder, packed and sealed files too."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from pipeline import landing
from pipeline.settings import Settings
from pipeline.warehouse import current_path, open_current

STORED = (".duckdb", ".wal")
"""Compressed by DuckDB: asked by SQL, not by bytes."""


def mentions(settings: Settings, values: set[str]) -> list[Path]:
    """Files of the data folder, and decisions.toml, in which any of the values stands, also packed or sealed."""
    wanted = [value.encode("utf-8") for value in sorted(values)]
    found = []
    store = landing.open_store(settings)
    found += [path for path in (settings.root / "decisions.toml",) if path.exists() and _holds(path, wanted)]
    for path in sorted(p for p in settings.data.rglob("*") if p.is_file() and p.suffix not in STORED):
        data = store.read(path.stem, path.name) if path in store.sealed() else path.read_bytes()
        if any(value in part for part in _parts(data) for value in wanted):
            found.append(path)
    return found + _in_warehouse(settings, values)


def _holds(path: Path, wanted: list[bytes]) -> bool:
    data = path.read_bytes()
    return any(value in data for value in wanted)


def _parts(data: bytes) -> Iterator[bytes]:
    """The bytes themselves and, of archives, workbooks and Parquet, what is packed in them."""
    yield data
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for name in packed.namelist():
                yield from (name.encode("utf-8"), packed.read(name))
    if data[:4] == b"PAR1":
        import pyarrow.parquet as pq

        for column in pq.ParquetFile(io.BytesIO(data)).read().columns:
            yield "\n".join(map(str, column.unique().to_pylist())).encode("utf-8")


def _in_warehouse(settings: Settings, values: set[str]) -> list[Path]:
    path = current_path(settings.folder("warehouse"))
    if path is None:
        return []
    con = open_current(settings)
    try:
        tables = con.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_type = 'BASE TABLE' order by all"
        ).fetchall()
        for schema, name in tables:
            query = f'select 1 from {schema}."{name}" as t where contains(cast(t as varchar), ?) limit 1'
            if any(con.execute(query, [value]).fetchall() for value in sorted(values)):
                return [path]
    finally:
        con.close()
    return []
