"""`throughcare export`: a stage's tables as files; what is exported of `validated` can be delivered again."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.model import Table, tables
from pipeline.settings import Settings
from pipeline.warehouse import Connection, open_current

PLAIN = ("core", "outcomes")
SIDECAR = """\
partner = "{partner}"
extract_date = {extract_date}
period_from = {period_from}
period_to = {period_to}
kind = "{kind}"
tables = [{tables}]
prisons = [{prisons}]
lawful_basis = "{lawful_basis}"
keep_until = {keep_until}
synthetic = {synthetic}
"""


def export_stage(settings: Settings, stage: str, to: Path) -> list[Path]:
    """Write the tables of `validated` in the native form, or those of `core` and `outcomes` as Parquet.

    Returns the files written, in order. Raises SettingsError for another stage.
    """
    if stage not in ("validated", *PLAIN):
        raise SettingsError(f"'{stage}' cannot be exported. Choose validated, core or outcomes.")
    con = open_current(settings)
    try:
        return _native(con, to) if stage == "validated" else _parquet(con, stage, to)
    finally:
        con.close()


def _parquet(con: Connection, stage: str, to: Path) -> list[Path]:
    to.mkdir(parents=True, exist_ok=True)
    names = con.execute(
        "select table_name from information_schema.tables where table_schema = ? order by 1", [stage]
    ).fetchall()
    written = []
    for (name,) in names:
        path = to / f"{name}.parquet"
        con.execute(f"copy (from {stage}.\"{name}\") to '{_sql_text(path)}' (format parquet)")
        written.append(path)
    return written


def _native(con: Connection, to: Path) -> list[Path]:
    """A folder per partner and delivery, so that versions and coverage survive being delivered again."""
    written: list[Path] = []
    deliveries = con.execute(
        "select partner, delivery_id, extract_date, period_from, period_to, kind, tables, prisons, lawful_basis,"
        " keep_until, synthetic from validated.delivery where verdict = 'accepted' order by partner, extract_date, 2"
    ).fetchall()
    for row in deliveries:
        partner, delivery_id, extract_date = row[0], row[1], row[2]
        mark = "_SYNTHETIC" if row[10] else ""
        folder = to / partner / f"{extract_date}-{delivery_id}"
        folder.mkdir(parents=True, exist_ok=True)
        for table in tables().values():
            path = folder / f"{table.name}{mark}.csv"
            if table.name in row[6] and _write_native(con, table, delivery_id, path):
                written.append(path)
        (folder / "delivery.toml").write_text(_sidecar(row), "utf-8")
        written.append(folder / "delivery.toml")
    return written


def _write_native(con: Connection, table: Table, delivery_id: str, path: Path) -> bool:
    columns = ", ".join(f'"{name}"' for name in table.columns if name != "partner")
    source = f"from validated.{table.quoted} where delivery_id = '{delivery_id}'"
    con.execute(
        f"copy (select {columns} {source} order by file_id, sheet, row_number, ordinal)"
        f" to '{_sql_text(path)}' (format csv, header)"
    )
    return True


def _sidecar(row: tuple[object, ...]) -> str:
    names = ("partner", "delivery_id", "extract_date", "period_from", "period_to", "kind", "tables", "prisons")
    values = dict(zip((*names, "lawful_basis", "keep_until", "synthetic"), row, strict=True))
    for name in ("tables", "prisons"):
        values[name] = ", ".join(f'"{item}"' for item in (values[name] or []))  # type: ignore[attr-defined]
    values["synthetic"] = str(values["synthetic"]).lower()
    return SIDECAR.format(**values)


def _sql_text(path: Path) -> str:
    return str(path).replace("'", "''")
