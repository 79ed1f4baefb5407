"""`throughcare export`: a stage's tables as files; what is exported of `validated` can be delivered again.

People who have withdrawn consent are in none of them. The files are for their owner alone (mode 600) and not
encrypted; pseudonyms stay as the warehouse holds them, which the sidecar says, so that nobody keys them twice.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.model import Table, tables
from pipeline.settings import Settings
from pipeline.validated import record_key
from pipeline.warehouse import Connection, open_stopped

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
ROWS = """
select r.* from validated.{table} as r where r.delivery_id = '{delivery}'
union all by name
select r.* from staging.{table} as r
inner join validated.duplicate as again
    on again.table_name = '{name}' and r.file_id = again.file_id and r.sheet = again.sheet
    and r.row_number = again.row_number and r.ordinal = again.ordinal
where r.delivery_id = '{delivery}'
union all by name (
    select r.* from validated.{table} as r
    inner join validated.delivery as earlier on r.delivery_id = earlier.delivery_id
    inner join validated.delivery as own
        on own.delivery_id = '{delivery}' and own.partner = earlier.partner and earlier.extract_date < own.extract_date
    where exists (
        select 1 from validated.quarantine as held
        where held.table_name = '{name}' and held.delivery_id = '{delivery}' and held.record_key = {key}
    )
    qualify row_number() over (partition by {key} order by earlier.extract_date desc, earlier.delivery_id desc) = 1
)"""
"""The rows of a table that a delivery passes on: accepted, repeated, and of refused ones the last accepted version."""
WITHDRAWN = {
    "person_id": "select 1 from core.withdrawn_person as gone where gone.person_id = t.person_id",
    "case_id": "select 1 from core.withdrawn_case as gone where gone.case_id = t.case_id and gone.partner = t.partner",
    "family_member_id": "select 1 from core.withdrawn_family_member as gone"
    " where gone.family_member_id = t.family_member_id and gone.partner = t.partner",
}
"""How a row is somebody's who has withdrawn consent, by the column that says so."""


def export_stage(settings: Settings, stage: str, to: Path) -> list[Path]:
    """Write the tables of `validated` in the native form, or those of `core` and `outcomes` as Parquet.

    Of a run that has stopped later, too. Returns the files written, in order. Raises SettingsError for another stage,
    and where no run has come so far.
    """
    if stage not in ("validated", *PLAIN):
        raise SettingsError(f"'{stage}' cannot be exported. Choose validated, core or outcomes.")
    con, path = open_stopped(settings, "outcomes" if stage == "outcomes" else "core")  # who withdrew is told by core
    try:
        written = _native(con, to, _keyed(path)) if stage == "validated" else _parquet(con, stage, to)
    finally:
        con.close()
    for path in written:
        path.chmod(0o600)
    return written


def _parquet(con: Connection, stage: str, to: Path) -> list[Path]:
    to.mkdir(parents=True, exist_ok=True)
    names = con.execute(
        "select table_name, list(column_name) from information_schema.columns where table_schema = ?"
        " and not starts_with(table_name, 'withdrawn_') group by all order by 1",
        [stage],
    ).fetchall()
    written = []
    for name, columns in names:
        path = to / f"{name}.parquet"
        source = f'from {stage}."{name}" as t where {_consented(columns)}'
        con.execute(f"copy ({source}) to '{_sql_text(path)}' (format parquet)")
        written.append(path)
    return written


def _consented(columns: Collection[str]) -> str:
    """The condition that a row is nobody's who has withdrawn consent."""
    tests = [
        f"not exists ({found})"
        for column, found in WITHDRAWN.items()
        if column in columns and (column == "person_id" or "partner" in columns)
    ]
    return " and ".join(tests) or "true"


def _keyed(warehouse: Path) -> str:
    """The fingerprint of the key with which the run of a warehouse keyed its pseudonyms; '' where it did not."""
    manifest = warehouse.with_suffix(".json")
    if not manifest.exists():
        raise SettingsError(f"{manifest.name} is gone from the warehouse's folder. Run the same quarter again.")
    return str(json.loads(manifest.read_text("utf-8")).get("keyed", ""))


def _native(con: Connection, to: Path, keyed: str) -> list[Path]:
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
        (folder / "delivery.toml").write_text(_sidecar(row) + (f'keyed = "{keyed}"\n' if keyed else ""), "utf-8")
        written.append(folder / "delivery.toml")
    return written


def _write_native(con: Connection, table: Table, delivery_id: str, path: Path) -> bool:
    """What the delivery says of each key: also what it only repeats, or a full extract would seem to have lost it.

    A row that is quarantined is not passed on, but as the last accepted version of its key, where there is one.
    """
    columns = ", ".join(f'"{name}"' for name in table.columns if name != "partner")
    parts = {"table": table.quoted, "name": table.name, "delivery": delivery_id, "key": record_key(table)}
    source = f"from ({ROWS.format(**parts)}) as t where {_consented([*table.columns, 'partner'])}"
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
