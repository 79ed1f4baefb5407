"""The eight shapes and the native form in small: the sample's own files cut to a few people, totals set right."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import polars as pl

from pipeline.landing import read_workbook
from pipeline.settings import REPOSITORY
from tests.support.ods import spreadsheet

SAMPLE = REPOSITORY / "data" / "sample"
PEOPLE, ROWS = 4, 8
Files = dict[str, bytes]
NATIVE = {
    "person": "person_id,sex,birth_year,region\nA,male,1985,CZ010\nB,female,1990,CZ020\nC,male,1979,unknown\n",
    "case": "case_id,programme,person_id,agreement_date,prison\n"
    "1,through_the_gate,A,2022-01-05,brno\n2,through_the_gate,B,2022-02-05,\n",
    "service": "service_id,case_id,person_id,service_date,service_code,setting,recipient,attendance,minutes,direct\n"
    + "".join(f"{n},1,A,2022-03-{n:02},counselling,prison,client,attended,{n * 5},true\n" for n in range(1, 9)),
}
SIDECAR = (
    'partner = "{}"\nextract_date = 2023-07-31\nperiod_from = 2021-01-01\nperiod_to = 2023-07-31\nkind = "full"\n'
    'lawful_basis = "agreement"\nkeep_until = 2033-12-31\nsynthetic = true\n'
)


@cache
def small_deliveries() -> dict[str, tuple[str, Files]]:
    """Name of a shape to its partner and the files of one delivery."""
    made = {partner: (partner, make(_folder(partner))) for partner, make in MAKERS.items()}
    for form, files in _native().items():
        made[f"native {form}"] = ("native", files | {"delivery.toml": SIDECAR.format("native").encode()})
    return made


def _folder(partner: str) -> Path:
    folders = sorted(p for p in (SAMPLE / partner).iterdir() if p.is_dir() and "correction" not in p.name)
    return folders[-1]


def _text_files(encoding: str, delimiter: str) -> Callable[[Path], Files]:
    """Files of delimited text: the people of the first file that names any, and rows about them alone."""

    def make(folder: Path) -> Files:
        texts = {p.name: p.read_bytes().decode(encoding) for p in sorted(folder.iterdir()) if p.suffix != ".toml"}
        small = {n: t.encode(encoding) for n, t in _cut(texts, delimiter).items()}
        return small | {p.name: p.read_bytes() for p in folder.glob("*.toml")}

    return make


def _cut(texts: dict[str, str], delimiter: str) -> dict[str, str]:
    first = min(texts, key=lambda n: (not n.startswith(("klienti", "osoby", "lide")), n))
    known = {
        cell for line in texts[first].splitlines()[1 : PEOPLE + 1] for cell in line.split(delimiter) if _is_id(cell)
    }
    small, counts = {}, {}
    for name, text in texts.items():
        if name.startswith("ridici"):
            continue
        lines = text.splitlines(keepends=True)
        rows = [line for line in lines[1:] if known & set(line.strip().split(delimiter))][:ROWS]
        counts[name.removesuffix("_SYNTHETIC.csv")] = rows
        end = [f"CELKEM;{len(rows)}\r\n"] if lines[-1].startswith("CELKEM") else []
        small[name] = "".join([lines[0], *rows, *end])
    return small | {n: _control(t, counts) for n, t in texts.items() if n.startswith("ridici")}


def _is_id(cell: str) -> bool:
    return len(cell) == 26 and cell.isalnum()


def _control(text: str, counts: dict[str, list[str]]) -> str:
    lines = []
    for line in text.splitlines():
        cells = line.split(";")
        if cells[0] in counts:
            cells[1] = str(len(counts[cells[0]]))
        elif len(cells) == 3 and cells[2].isdigit():
            cells[2] = str(sum(row.split(";")[2] == cells[0] for row in counts["pobyty"]))
        lines.append(";".join(cells))
    return "\r\n".join([*lines, ""])


def _json(folder: Path) -> Files:
    (path,) = folder.glob("*.json")
    content = json.loads(path.read_text("utf-8"))
    content["klienti"] = content["klienti"][:PEOPLE]
    for client in content["klienti"]:
        for case in client.get("dohody", []):
            case["vykony"] = case.get("vykony", [])[:ROWS]
    sidecar = (folder / "delivery.toml").read_bytes()
    return {path.name: json.dumps(content, ensure_ascii=False).encode(), "delivery.toml": sidecar}


def _zip(folder: Path) -> Files:
    (path,) = folder.glob("*.zip")
    with zipfile.ZipFile(path) as packed:
        texts = {m: packed.read(m).decode("iso8859-2") for m in packed.namelist()}
    small = {n: t.encode("iso8859-2") for n, t in _cut(texts, ";").items()}
    return {path.name: zipped(small), "delivery.toml": (folder / "delivery.toml").read_bytes()}


def zipped(members: Files) -> bytes:
    """An archive of the members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return buffer.getvalue()


def _parquet(folder: Path) -> Files:
    small = {}
    for path in sorted(folder.glob("*.parquet")):
        buffer = io.BytesIO()
        pl.read_parquet(path).head(ROWS).write_parquet(buffer)
        small[path.name] = buffer.getvalue()
    return small


def _workbook(folder: Path) -> Files:
    (path,) = folder.glob("*.xlsx")
    sheets = {}
    for grid in read_workbook(path.read_bytes())[0]:
        rows = grid.cells.to_list()
        sheets[grid.name] = [*rows[: 4 + ROWS], ["Součet", str(ROWS)]]
    return {path.name: workbook(sheets)}


def workbook(sheets: dict[str, list[list[str | None]]]) -> bytes:
    """An XLSX file; cells that are numbers are written as numbers."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell is not None:
                        write = sheet.write_number if cell.isdigit() else sheet.write_string
                        write(number, column, float(cell) if cell.isdigit() else cell)
    return buffer.getvalue()


def _native() -> dict[str, Files]:
    rows = {name: [line.split(",") for line in text.splitlines()] for name, text in NATIVE.items()}
    parquet = {}
    for name, (header, *records) in rows.items():
        buffer = io.BytesIO()
        pl.DataFrame(records, schema=header, orient="row").write_parquet(buffer)
        parquet[f"{name}_SYNTHETIC.parquet"] = buffer.getvalue()
    return {
        "csv": {f"{name}_SYNTHETIC.csv": text.encode() for name, text in NATIVE.items()},
        "parquet": parquet,
        "xlsx": {"export_SYNTHETIC.xlsx": workbook(rows)},  # type: ignore[arg-type]
        "ods": {"export_SYNTHETIC.ods": spreadsheet(rows)},
    }


MAKERS: dict[str, Callable[[Path], Files]] = {
    "vscr": _text_files("cp1250", ";"),
    "cppt": _workbook,
    "kotec": _text_files("utf-8-sig", ","),
    "laxus": _json,
    "magdalena": _text_files("cp1250", ";"),
    "sananim": _parquet,
    "podane_ruce": _zip,
    "romodrom": _text_files("utf-8", "\t"),
}
