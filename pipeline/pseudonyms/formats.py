"""Rewriting a file in its own format; text and Parquet stream, workbooks and JSON are held in memory."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from pipeline.errors import InputError
from pipeline.landing import UnreadableError, decode, read_workbook, shown
from pipeline.pseudonyms.plan import DROP, KEEP, YEAR, field_actions, plan
from pipeline.pseudonyms.pseudonym import NotAPersonError
from pipeline.pseudonyms.rows import Work, rewritten
from pipeline.sources import fold

HEAD = 1 << 20
"""The encoding is told by so many bytes; a byte that does not fit it further on passes through unchanged."""
BATCH = 50_000
NATIVE = {".csv": "csv", ".parquet": "parquet", ".xlsx": "xlsx", ".ods": "ods"}


def rewrite_file(work: Work, source: Path, name: str, target: Path) -> None:
    """Write one file of a delivery anew; raises InputError for one that cannot be read."""
    suffix = PurePosixPath(name).suffix.lower()
    kind = NATIVE.get(suffix, "") if work.contract.format == "native" else work.contract.format
    writers: dict[str, Callable[[Work, Path, str, Path], None]]
    writers = {"csv": _csv, "zip": _zip, "xlsx": _xlsx, "ods": _xlsx, "json": _json, "parquet": _parquet}
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        writers[kind](work, source, name, target)
    except UnreadableError as problem:
        raise InputError(f"{shown(name, work.pseudonyms.latest)}: {problem}") from None
    except (csv.Error, zipfile.BadZipFile, ValueError, KeyError, EOFError, RecursionError):
        known = shown(name, work.pseudonyms.latest)
        raise InputError(f"{known}: the file is damaged, cut off or not {kind.upper()}. Export it again.") from None


def _csv(work: Work, source: Path, name: str, target: Path) -> None:
    with source.open("rb") as start:
        head = start.read(HEAD)
    with source.open("rb") as raw, target.open("wb") as out:
        _text(work, raw, out, head, name, "")


def _zip(work: Work, source: Path, name: str, target: Path) -> None:
    with zipfile.ZipFile(source) as packed, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for member in sorted((m for m in packed.infolist() if not m.is_dir()), key=lambda m: m.filename):
            if plan(work.contract, name, member.filename, ()) is None:
                work.dropped.setdefault(name, set()).add("a member that the contract does not read")
                continue
            fresh = zipfile.ZipInfo(member.filename)  # the same input gives the same bytes
            fresh.compress_type = zipfile.ZIP_DEFLATED
            with packed.open(member) as start:
                head = start.read(HEAD)
            with packed.open(member) as raw, out.open(fresh, "w", force_zip64=True) as written:
                _text(work, raw, written, head, name, member.filename)


def _text(work: Work, raw: IO[bytes], out: IO[bytes], head: bytes, name: str, member: str) -> None:
    rules = work.contract.read
    _, encoding, _ = decode(head[: head.rfind(b"\n") + 1] or head, rules.encoding)
    end = "\r\n" if b"\r\n" in head else "\n"
    quoting: Any = csv.QUOTE_MINIMAL if rules.quote else csv.QUOTE_NONE
    form: dict[str, Any] = {"delimiter": rules.delimiter, "quotechar": rules.quote or None, "quoting": quoting}
    lines = io.TextIOWrapper(raw, encoding, errors="surrogateescape", newline="")
    written = io.TextIOWrapper(out, encoding, errors="surrogateescape", newline="", write_through=True)
    writer = csv.writer(written, lineterminator=end, **form)
    for row in rewritten(work, name, member, csv.reader(lines, strict=bool(rules.quote), **form)):
        writer.writerow(row)
    written.detach()
    lines.detach()


def _xlsx(work: Work, source: Path, name: str, target: Path) -> None:
    import xlsxwriter

    grids, _ = read_workbook(source.read_bytes())
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(target), options) as book:
        for grid in grids:
            if plan(work.contract, name, grid.name, ()) is None:
                work.dropped.setdefault(name, set()).add("a sheet that the contract does not read")
                continue
            sheet = book.add_worksheet(grid.name)
            rows = ([cell or "" for cell in row] for row in grid.cells)
            for number, cells in enumerate(rewritten(work, name, grid.name, rows)):
                sheet.write_row(number, 0, cells)


def _parquet(work: Work, source: Path, name: str, target: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(source)
    header = file.schema_arrow.names
    known = plan(work.contract, name, "", header)
    if known is None:
        return
    work.header(name, "", known.source, header)
    dropped = {header[i] for i in range(len(header)) if i not in known.kept}
    work.dropped.setdefault(name, set()).update(dropped)
    changed = {i for i in known.kept if known.actions[i] > KEEP}
    fields = [pa.field(header[i], pa.string() if i in changed else file.schema_arrow.field(i).type) for i in known.kept]
    schema = pa.schema(fields)  # without the metadata of the source
    row = 1
    with pq.ParquetWriter(target, schema) as writer:
        for batch in file.iter_batches(BATCH, columns=[header[i] for i in known.kept]):
            columns = [
                _values(work, name, batch.column(n), known.actions[i], i, row) if i in changed else batch.column(n)
                for n, i in enumerate(known.kept)
            ]
            writer.write_batch(pa.record_batch(columns, schema=schema))
            row += len(batch)


def _values(work: Work, name: str, column: Any, action: int, position: int, row: int) -> Any:
    import pyarrow as pa

    made: list[str | None] = []
    for offset, value in enumerate(column.to_pylist()):
        try:
            made.append(None if value is None else work.value(action, str(value)))
        except NotAPersonError as reason:
            work.problem(name, "", row + offset, position, str(reason))
            made.append(None)
    return pa.array(made, pa.string())


def _json(work: Work, source: Path, name: str, target: Path) -> None:
    text, _, _ = decode(source.read_bytes(), ("utf-8",))
    actions = field_actions(work.contract, name)
    content = json.loads(text)
    rewritten_content = _node(work, name, content, "", "", actions, 1)
    target.write_text(json.dumps(rewritten_content, ensure_ascii=False, indent=1), "utf-8")


Actions = dict[tuple[str, str], int]


def _node(work: Work, name: str, node: Any, path: str, prefix: str, actions: Actions, row: int) -> Any:
    """An object or list of objects at a path of lists; fields that no rule reads are dropped."""
    if isinstance(node, list):
        return [_node(work, name, item, path, "", actions, n) for n, item in enumerate(node, start=1)]
    if not isinstance(node, dict):
        return None
    return dict(_fields(work, name, node, path, prefix, actions, row))


def _fields(
    work: Work, name: str, node: dict[str, Any], path: str, prefix: str, actions: Actions, row: int
) -> Iterator[tuple[str, Any]]:
    for position, (key, value) in enumerate(node.items()):
        inner = f"{prefix}{key}"
        below = f"{path}.{inner}" if path else inner
        if isinstance(value, list) and all(isinstance(v, dict) for v in value):
            if any(where == below or where.startswith(f"{below}.") for where, _ in actions):
                yield key, _node(work, name, value, below, "", actions, row)
            continue
        if isinstance(value, dict):
            if kept := _node(work, name, value, path, f"{inner}.", actions, row):
                yield key, kept
            continue
        action = actions.get((path, fold(inner)), DROP)
        if action == DROP:
            work.dropped.setdefault(f"{name} {path}".strip(), set()).add(inner)
        else:
            yield key, _scalar(work, name, path, row, position, action, value)


def _scalar(work: Work, name: str, path: str, row: int, position: int, action: int, value: Any) -> Any:
    if action <= KEEP or value is None:
        return value
    try:
        made = work.value(action, str(value))
    except NotAPersonError as reason:
        work.problem(name, path, row, position, str(reason))
        return None
    return int(made) if action == YEAR and made.isdigit() else made
