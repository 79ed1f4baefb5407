"""Parquet files to rows of cells: typed values as text, dates and times in ISO."""

from __future__ import annotations

import io
from datetime import time

import polars as pl

from pipeline.landing.sheets import Grid, UnreadableError, check_extent

SCHEMA = b"ARROW:schema"


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
        table = file.read()
        table.validate(full=True)  # bytes that are no text would be taken for text until the warehouse refuses them
        frame = pl.DataFrame(pl.from_arrow(table))
        metadata = dict(file.metadata.metadata or {}) | {b"created by": str(file.metadata.created_by).encode()}
        for field in file.schema_arrow:
            metadata |= {b"field " + key: value for key, value in (field.metadata or {}).items()}
        texts = frame.select(_as_text(name, frame[name]) for name in frame.columns)
        cells = texts.select(cells=pl.concat_list(pl.all())).to_series()
    except (UnreadableError, MemoryError):
        raise
    except Exception:  # whatever the reader says may quote the file
        raise UnreadableError(
            "unreadable_file", "The Parquet file is damaged or cut off. Export it again and deliver it whole."
        ) from None
    return Grid("", cells, tuple(frame.columns)), _screenable(metadata)


def _as_text(name: str, values: pl.Series) -> pl.Expr:
    column, kind = pl.col(name), values.dtype
    if isinstance(kind, pl.Datetime):
        if not kind.time_zone and (values.dt.time().drop_nulls() == time()).all():
            return column.dt.strftime("%Y-%m-%d")  # days that the writer had no type for, as pandas writes them
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
