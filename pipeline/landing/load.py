"""The landing tables of a run's warehouse, filled from the kept files by today's contracts; every cell is text."""

from __future__ import annotations

import hashlib

import polars as pl

from pipeline.errors import InputError
from pipeline.landing.keying import keying_of
from pipeline.landing.reading import read_file
from pipeline.landing.receipts import Receipt, ReceivedFile, receipts
from pipeline.landing.sheets import CELLS, Reading, UnreadableError, erased_rows
from pipeline.landing.store import open_store
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.sources import Contract, load_contract
from pipeline.warehouse import Connection, load_sql, split_statements

BATCH = 500_000
TABLES = ("delivery", "file", "sheet", "record")
SCHEMAS: dict[str, dict[str, pl.DataType | type[pl.DataType]]] = {
    "delivery": {
        "delivery_id": pl.String,
        "partner": pl.String,
        "extract_date": pl.Date,
        "period_from": pl.Date,
        "period_to": pl.Date,
        "kind": pl.String,
        "tables": CELLS,
        "prisons": CELLS,
        "lawful_basis": pl.String,
        "keep_until": pl.Date,
        "received_at": pl.Datetime("us"),
        "synthetic": pl.Boolean,
        "sha256": pl.String,
    },
    "file": {
        "file_id": pl.String,
        "delivery_id": pl.String,
        "partner": pl.String,
        "name": pl.String,
        "sha256": pl.String,
        "bytes": pl.Int64,
        "encoding": pl.String,
        "file_order": pl.Int32,
    },
    "sheet": {"file_id": pl.String, "sheet": pl.String, "source": pl.String, "header": CELLS},
}


def load(con: Connection, settings: Settings, run: Run) -> dict[str, int]:
    """Fill `landing.delivery`, `file`, `sheet` and `record` for the run's inputs; returns the number of rows of each.

    Raises InputError when a kept file is missing, changed, or no longer readable by its contract.
    """
    for statement in split_statements(load_sql("pipeline.landing", "tables")):
        con.execute(statement)
    wanted = {i.delivery_id for i in run.inputs}
    found = [r for r in receipts(settings) if r.delivery_id in wanted]
    if missing := wanted - {r.delivery_id for r in found}:
        raise InputError(f"{len(missing)} deliveries of this run have no receipt. Run `throughcare pull` again.")
    contracts = {partner: load_contract(settings, partner) for partner in sorted({r.partner for r in found})}
    _insert(con, "delivery", [pl.DataFrame([_delivery(r) for r in found], schema=SCHEMAS["delivery"])])
    loaded: dict[str, list[pl.DataFrame]] = {"file": [], "sheet": [], "record": []}
    for receipt in found:
        keying = keying_of(settings, contracts[receipt.partner], receipt)
        for file in receipt.files:
            _collect(loaded, receipt, file, keying.reading(_read(settings, receipt, file, keying.contract)))
            if sum(map(len, loaded["record"])) >= BATCH:
                _flush(con, loaded)
    _flush(con, loaded)
    return {table: _count(con, table) for table in TABLES}


def file_id(delivery_id: str, name: str) -> str:
    """The id of a file within all deliveries."""
    return hashlib.sha256(f"{delivery_id}/{name}".encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _read(settings: Settings, receipt: Receipt, file: ReceivedFile, contract: Contract) -> Reading:
    try:
        return read_file(open_store(settings).read(file.sha256, file.name), file.name, contract)
    except UnreadableError as problem:
        raise InputError(
            f"{receipt.partner}: {file.name}, which was landed, cannot be read by today's contract: {problem}"
        ) from None


def _collect(loaded: dict[str, list[pl.DataFrame]], receipt: Receipt, file: ReceivedFile, reading: Reading) -> None:
    key = file_id(receipt.delivery_id, file.name)
    row = {"file_id": key, "delivery_id": receipt.delivery_id, "partner": receipt.partner, "file_order": file.order}
    row |= {"name": file.name, "sha256": file.sha256, "bytes": file.bytes, "encoding": reading.encoding}
    sheets = [{"file_id": key, "sheet": s.name, "source": s.source, "header": list(s.header)} for s in reading.sheets]
    loaded["file"].append(pl.DataFrame([row], schema=SCHEMAS["file"]))
    loaded["sheet"].append(pl.DataFrame(sheets, schema=SCHEMAS["sheet"]))
    for sheet in reading.sheets:
        where = pl.lit(key).alias("file_id"), pl.lit(sheet.name).alias("sheet")
        rows = pl.concat([sheet.rows, erased_rows(file.removed.get(sheet.name, 0))])
        loaded["record"].append(rows.select(*where, "row_number", "kind", "cells"))


def _flush(con: Connection, loaded: dict[str, list[pl.DataFrame]]) -> None:
    """Write what has been collected: in few large pieces, and never all of a great delivery in memory."""
    for table, frames in loaded.items():
        _insert(con, table, frames)
        frames.clear()


def _delivery(receipt: Receipt) -> dict[str, object]:
    lists = {"tables": list(receipt.tables), "prisons": list(receipt.prisons)}
    return {name: getattr(receipt, name) for name in SCHEMAS["delivery"]} | lists


def _insert(con: Connection, table: str, frames: list[pl.DataFrame]) -> None:
    if frames:
        con.register("landed_rows", pl.concat(frames).to_arrow())
        con.execute(f"insert into landing.{table} by name select * from landed_rows")
        con.unregister("landed_rows")


def _count(con: Connection, table: str) -> int:
    row = con.execute(f"select count(*) from landing.{table}").fetchone()
    return int(row[0]) if row else 0
