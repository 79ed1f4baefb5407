"""Parquet files to rows of cells: typed values as text, dates and times in ISO."""

from __future__ import annotations

import io
from datetime import time
from typing import Any

import polars as pl

from pipeline.landing.sheets import CELLS, Grid, UnreadableError, check_extent

SCHEMA = b"ARROW:schema"
PART = 100_000
"""Rows that are turned into text at once."""


def read_parquet(data: bytes) -> tuple[Grid, list[tuple[str, str]]]:
    """The rows of a Parquet file (the first is row 1) and its key-value metadata, to be screened.

    Raises UnreadableError for an empty, truncated or damaged file.
    """
    if not data:
        raise UnreadableError("empty_file", "The file is empty. Export it again.")
    import pyarrow.parquet as pq  # polars panics on some damaged files, with a backtrace that nobody can catch

    try:
        file = pq.ParquetFile(io.BytesIO(data))  # read_table would import pandas
        check_extent("", file.metadata.num_rows, len(file.schema_arrow))
        _refuse_repeated(file.schema_arrow.names)
        days = _columns_of_days(file)
        parts = [_cells(batch, days) for batch in file.iter_batches(PART)]
        metadata = dict(file.metadata.metadata or {}) | {b"created by": str(file.metadata.created_by).encode()}
        for field in file.schema_arrow:
            metadata |= {b"field " + key: value for key, value in (field.metadata or {}).items()}
    except (UnreadableError, MemoryError):
        raise
    except Exception:  # whatever the reader says may quote the file
        raise UnreadableError(
            "unreadable_file", "The Parquet file is damaged or cut off. Export it again and deliver it whole."
        ) from None
    cells = pl.concat(parts) if parts else pl.Series("cells", [], dtype=CELLS)
    return Grid("", cells, tuple(file.schema_arrow.names)), _screenable(metadata)


def _refuse_repeated(names: list[str]) -> None:
    """Of two columns of one name the reader takes neither, and no more could be said of the file."""
    for number, name in enumerate(names, start=1):
        first = names.index(name) + 1
        if first < number:
            text = f"Columns {first} and {number} have one name. Leave only the one that holds and export it again."
            raise UnreadableError("unreadable_file", text)


def _cells(batch: Any, days: frozenset[str]) -> pl.Series:
    """The rows of a part of the file."""
    batch.validate(full=True)  # bytes that are no text would be taken for text until the warehouse refuses them
    frame = pl.DataFrame(pl.from_arrow(batch))
    texts = frame.select(_as_text(name, kind, name in days) for name, kind in frame.schema.items())
    return texts.select(cells=pl.concat_list(pl.all())).to_series()


def _columns_of_days(file: Any) -> frozenset[str]:
    """Columns of times without a zone that are all midnight: days that the writer had no type for, as pandas does."""
    import pyarrow as pa

    found = set()
    for field in file.schema_arrow:
        if pa.types.is_timestamp(field.type) and field.type.tz is None:
            values = pl.Series(pl.from_arrow(file.read(columns=[field.name])[field.name]))
            found |= {field.name} if (values.dt.time().drop_nulls() == time()).all() else set()
    return frozenset(found)


def _as_text(name: str, kind: pl.DataType, is_day: bool) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, pl.Datetime):
        if is_day:
            return column.dt.strftime("%Y-%m-%d")
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%:z" if kind.time_zone else "%Y-%m-%dT%H:%M:%S")
    if isinstance(kind, pl.Struct):
        return column.struct.json_encode()
    if isinstance(kind, pl.List):
        return pl.format("[{}]", column.list.eval(pl.element().cast(pl.String)).list.join(", "))
    if kind.is_float():
        return column.cast(pl.String).str.replace(r"\.0$", "")
    return column.cast(pl.String)


def _screenable(metadata: dict[bytes, bytes]) -> list[tuple[str, str]]:
    """The writer's own copy of the schema is base64 and repeats the column names, which are screened anyway."""
    texts = (b" ".join(pair).decode("utf-8", "replace") for pair in sorted(metadata.items()) if pair[0] != SCHEMA)
    return [("file metadata", text) for text in texts]
