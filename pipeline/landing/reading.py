"""One file's bytes to sheets of text, driven only by the partner's contract."""

from __future__ import annotations

from pathlib import PurePosixPath

from pipeline.landing.archive import archive_comments, read_members
from pipeline.landing.columnar import read_parquet
from pipeline.landing.nested import read_json
from pipeline.landing.sheets import RECORD, Grid, Reading, Sheet, UnreadableError, filled, interpret
from pipeline.landing.text import read_text
from pipeline.landing.workbook import read_workbook
from pipeline.sources import Contract, is_template_name, source_of

NATIVE = {".csv": "csv", ".parquet": "parquet", ".xlsx": "xlsx", ".ods": "ods"}


def read_file(data: bytes, name: str, contract: Contract) -> Reading:
    """Read a delivered file; `name` is its name in the delivery, by which the contract recognises it.

    Raises UnreadableError with a rule_id (empty_file, wrong_encoding, unreadable_file, unknown_file).
    """
    kind = kind_of(name, contract)
    if kind == "csv":
        grid, encoding, evidence = read_text(data, contract.read)
        sheets = _interpret([grid], name, contract)
        _check_whole(data, sheets[0], name)
        return Reading(sheets, encoding, evidence)
    if kind == "zip":
        return _read_zip(data, name, contract)
    if kind in ("xlsx", "ods"):
        grids, margins = read_workbook(data)
        return Reading(_interpret(grids, name, contract), margins=tuple(margins))
    if kind == "json":
        grids, encoding = read_json(data)
        return Reading(_interpret(grids, name, contract), encoding)
    if kind == "parquet":
        grid, margins = read_parquet(data)
        return Reading(_interpret([grid], name, contract), margins=tuple(margins))
    suffix = PurePosixPath(name).suffix
    raise UnreadableError("unknown_file", f"The contract does not say how to read a file of the type '{suffix}'.")


def kind_of(name: str, contract: Contract) -> str:
    """How a delivered file is read: csv, zip, xlsx, ods, json, parquet; '' for one that the contract knows not."""
    if is_template_name(name):
        return "xlsx"
    return NATIVE.get(PurePosixPath(name).suffix.lower(), "") if contract.format == "native" else contract.format


def _read_zip(data: bytes, name: str, contract: Contract) -> Reading:
    sheets: list[Sheet] = []
    encodings: dict[str, str] = {}
    for member, content in read_members(data):
        grid, encoding, evidence = read_text(content, contract.read, name=member)
        sheet = _interpret([grid], name, contract)[0]
        _check_whole(content, sheet, member)
        sheets.append(sheet)
        encodings.setdefault(encoding, evidence)
    used = ", ".join(encodings)
    return Reading(tuple(sheets), used, "; ".join(encodings.values()), tuple(archive_comments(data)))


def _interpret(grids: list[Grid], name: str, contract: Contract) -> tuple[Sheet, ...]:
    return tuple(interpret(grid, source_of(contract, name, grid.name)) for grid in grids)


def _check_whole(data: bytes, sheet: Sheet, name: str) -> None:
    """A text file whose last line has no end and too few cells was cut off on its way."""
    if data.endswith((b"\n", b"\r")) or sheet.rows.is_empty() or not sheet.source:
        return
    number, kind, cells = sheet.rows.row(-1)
    if kind == RECORD and len(cells) < len(sheet.header) and filled(cells):
        raise UnreadableError(
            "unreadable_file", f"The file breaks off in row {number}. Export it again and deliver it whole."
        )
