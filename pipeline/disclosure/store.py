"""A bundle on disk: bundle.json, a CSV per table, datapackage.json and checksums; the same content, the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.disclosure.bundle import FORMAT, content_hash
from pipeline.disclosure.types import Row, Value
from pipeline.errors import StorageError
from pipeline.spreadsheets import inert

CHECKSUMS = "checksums.sha256"


def as_document(
    meta: Mapping[str, Any],
    tables: Mapping[str, Mapping[str, Any]],
    stories: Sequence[Mapping[str, Any]] = (),
    changes: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The plain form of a bundle, its id filled in from quarter and content; what changed is no part of the id."""
    document: dict[str, Any] = {"format": FORMAT, "meta": dict(meta), "tables": dict(tables)}
    document |= {"stories": [dict(story) for story in stories], "changes": [dict(change) for change in changes]}
    document["meta"]["bundle_id"] = f"{meta['quarter']}-{content_hash(document)}"
    return document


def table_document(
    dims: Sequence[str], statistics: Sequence[str], rows: Sequence[Row], definition: Mapping[str, Any]
) -> dict[str, Any]:
    """The plain form of one table; its audit result is added once it has passed."""
    plain = [
        [list(row.keys.values()), [[row.cells[name].value, str(row.cells[name].status)] for name in statistics]]
        for row in rows
    ]
    return {
        "dims": list(dims),
        "statistics": list(statistics),
        "rows": plain,
        "definition": dict(definition),
        "audit": {},
    }


def write_bundle(folder: Path, document: Mapping[str, Any]) -> Path:
    """Write a document's files into `folder` at once: beside it first, then moved, replacing what was there.

    Raises StorageError when the disk refuses.
    """
    waiting = folder.with_name(f".{folder.name}.writing")
    try:
        shutil.rmtree(waiting, ignore_errors=True)
        for name, text in sorted(_files(document).items()):
            path = waiting / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(waiting, folder)
    except OSError as problem:
        raise StorageError(
            f"The bundle {folder.name} cannot be written ({problem.strerror}); check free disk space and rights."
        ) from None
    return folder


def _files(document: Mapping[str, Any]) -> dict[str, str]:
    files = {"bundle.json": to_json(document)}
    for name, table in document["tables"].items():
        files[csv_name(name, synthetic=document["meta"]["synthetic"])] = to_csv(table)
    files["datapackage.json"] = to_json(_datapackage(document, files))
    files[CHECKSUMS] = "".join(f"{digest(text.encode())}  {name}\n" for name, text in sorted(files.items()))
    return files


def to_json(value: object) -> str:
    """Readable and deterministic JSON: keys sorted, one newline at the end."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"


def digest(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def csv_name(table: str, *, synthetic: bool) -> str:
    """`csv/return_to_prison.csv`, with SYNTHETIC in the name when the data are."""
    return f"csv/{'SYNTHETIC-' if synthetic else ''}{table.replace(':', '-')}.csv"


def neutral(value: Value) -> Value:
    """Text on one line that no spreadsheet runs as a formula; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    return inert(" ".join(value.split()) if any(c in value for c in "\t\r\n") else value)


def to_csv(table: Mapping[str, Any]) -> str:
    """A row per row of the table: keys, each statistic and its status, the day of a repeated row; empty: no value."""
    repeated = {tuple(keys): day for keys, day, _ in table.get("repeated", ())}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_columns(table))
    for keys, cells in table["rows"]:
        writer.writerow(
            [neutral(v) for v in keys] + [neutral(v) for cell in cells for v in cell] + [repeated.get(tuple(keys), "")]
        )
    return out.getvalue()


def _columns(table: Mapping[str, Any]) -> list[str]:
    return [*table["dims"], *(c for name in table["statistics"] for c in (name, f"{name}_status")), "published_on"]


def _datapackage(document: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    meta = document["meta"]
    synthetic = meta["synthetic"]
    return {
        "profile": "tabular-data-package",
        "name": meta["bundle_id"].lower(),
        "title": " ".join(["throughcare", meta["quarter"], *["SYNTHETIC"] * synthetic, *["DRAFT"] * meta["draft"]]),
        "resources": [
            _resource(name, table, files[csv_name(name, synthetic=synthetic)], synthetic)
            for name, table in sorted(document["tables"].items())
        ],
    }


def _resource(name: str, table: Mapping[str, Any], text: str, synthetic: bool) -> dict[str, Any]:
    fields = [{"name": column, "type": _field_type(table, column)} for column in _columns(table)]
    return {
        "profile": "tabular-data-resource",
        "name": name.replace(":", "-").replace("_", "-"),
        "title": table["definition"].get("title_en", name),
        "path": csv_name(name, synthetic=synthetic),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(text.encode()),
        "hash": f"sha256:{digest(text.encode())}",
        "schema": {"fields": fields, "primaryKey": table["dims"], "missingValues": [""]},
    }


def _field_type(table: Mapping[str, Any], column: str) -> str:
    if column not in table["statistics"]:
        return "string"
    position = table["statistics"].index(column)
    values = [cells[position][0] for _, cells in table["rows"] if cells[position][0] is not None]
    if values and all(isinstance(v, int) for v in values):
        return "integer"
    return "number" if values and all(isinstance(v, int | float) for v in values) else "string"
