"""A thousand identifiers of all kinds in all places of all formats: every file is refused, no value is anywhere."""

from __future__ import annotations

import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.landing import receipts, refusals
from pipeline.landing.declension import feminine_surname
from pipeline.landing.names import _read
from pipeline.settings import REPOSITORY, load_settings
from tests.support.ods import spreadsheet

NUMBER = 1000
SIDECAR = (
    'partner = "{partner}"\nextract_date = 2023-07-31\nperiod_from = 2021-01-01\nperiod_to = 2023-07-31\n'
    'kind = "full"\nlawful_basis = "consent"\nkeep_until = 2030-12-31\n'
)
FORMATS = ("csv", "xlsx", "json", "parquet", "zip", "ods")
ROWS = [["kód", "pohlaví", "skupina"], ["A", "muž", "x"], ["B", "žena", "y"]]


def birth_number(draw: random.Random) -> str:
    while True:
        born = date(1955, 1, 1) + timedelta(days=draw.randrange(18_000))
        month = born.month + draw.choice([0, 50])
        front = f"{born.year % 100:02d}{month:02d}{born.day:02d}{draw.randrange(1000):03d}"
        if int(front) % 11 < 10:
            return f"{front[:6]}{draw.choice(['/', '', ' '])}{front[6:]}{int(front) % 11}"


def account(draw: random.Random) -> str:
    weights = (6, 3, 7, 9, 10, 5, 8, 4, 2, 1)
    while True:
        number = f"{draw.randrange(10**9, 10**10)}"
        if sum(w * int(d) for w, d in zip(weights, number, strict=True)) % 11 == 0:
            return f"{number}/{draw.choice(['0100', '0300', '0800', '2010', '5500'])}"


def iban(draw: random.Random) -> str:
    inner = f"0800{draw.randrange(10**16):016d}"
    check = 98 - int(inner + "123500") % 97  # C is 12, Z is 35
    return f"CZ{check:02d}{inner}"


def name(draw: random.Random) -> str:
    men, women = (part.split() for part in _read("given_names.txt").replace("[men]", "").split("[women]"))
    surname = draw.choice([s for s in _read("surnames.txt").split() if len(s) > 4])
    if draw.random() < 0.5:
        pair = [draw.choice([m for m in men if len(m) > 4]), surname]
    else:
        pair = [
            draw.choice([w for w in women if len(w) > 4]),
            min(feminine_surname(surname), key=lambda s: (len(s), s)),
        ]
    return " ".join(draw.sample(pair, 2))


KINDS: dict[str, Callable[[random.Random], str]] = {
    "birth_number": birth_number,
    "e_mail": lambda d: f"klient{d.randrange(10**9)}@example.cz",
    "phone": lambda d: f"+420 {d.randrange(601, 780)} {d.randrange(100, 1000)} {d.randrange(100, 1000)}",
    "bank_account": account,
    "iban": iban,
    "document_number": lambda d: f"OP {d.randrange(10**8, 3 * 10**8)}",
    "address": lambda d: f"Nádražní {d.randrange(1, 9999)}, {d.randrange(100, 798)} 0{d.randrange(10)} Brno",
    "date_of_birth": lambda d: (
        f"narozen {d.randrange(1, 29)}.{d.randrange(1, 13)}.{d.randrange(1940, 2005)} v {d.randrange(10**6)}"
    ),
    "name": name,
}


def table(value: str = "", row: int = 9) -> list[list[str]]:
    return [[*line[:2], value if number == row else line[2]] for number, line in enumerate(ROWS)]


def text(rows: list[list[str]]) -> bytes:
    return "".join(";".join(f'"{c}"' for c in row) + "\n" for row in rows).encode("utf-8")


def csv_files(value: str, shown: str) -> Iterator[tuple[str, dict[str, bytes]]]:
    yield "cell", {"lide.csv": text(table(value, 1))}
    yield "header", {"lide.csv": text(table(value, 0))}
    yield "file name", {f"lide {shown}.csv": text(table())}
    yield (
        "sidecar",
        {"lide.csv": text(table()), "delivery.toml": f"# {value}\n{SIDECAR.format(partner='csv')}".encode()},
    )
    yield "folder name", {f"{shown}/lide.csv": text(table())}


def xlsx_files(value: str, shown: str) -> Iterator[tuple[str, dict[str, bytes]]]:
    def workbook(change: Callable, row: int = 9) -> dict[str, bytes]:
        import xlsxwriter

        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
            sheet = book.add_worksheet("L")
            for number, line in enumerate(table(value, row)):
                sheet.write_row(number, 0, line)
            change(book, sheet)
        return {"lide.xlsx": buffer.getvalue()}

    yield "cell", workbook(lambda b, s: None, 1)
    yield "header", workbook(lambda b, s: None, 0)
    yield "sheet name", workbook(lambda b, s: b.add_worksheet(re.sub(r"[\[\]:*?/\\]", "-", shown)[:31]))
    yield "hidden sheet", workbook(lambda b, s: (t := b.add_worksheet("H")).write(3, 3, value) or t.hide())
    yield "comment", workbook(lambda b, s: s.write_comment(0, 0, value))
    yield "comment's author", workbook(lambda b, s: s.write_comment(0, 0, "x", {"author": value}))
    yield "properties", workbook(lambda b, s: b.set_properties({"author": value}))
    yield "custom property", workbook(lambda b, s: b.set_custom_property("klient", value))
    yield "header of the page", workbook(lambda b, s: s.set_header("&L" + value))
    yield "formula", workbook(lambda b, s: s.write_formula(5, 5, f'=LEN("{value}")', None, 3))
    yield (
        "list of choices",
        workbook(lambda b, s: s.data_validation(1, 1, 1, 1, {"validate": "any", "input_message": value})),
    )


def json_files(value: str, shown: str) -> Iterator[tuple[str, dict[str, bytes]]]:
    def content(**more: object) -> dict[str, bytes]:
        people = [{"kód": "A", "pohlaví": "muž"} | more]
        return {"lide.json": json.dumps({"lide": people}, ensure_ascii=bool(len(value) % 2)).encode()}

    yield "value", content(skupina=value)
    yield "key", content(**{value: 1})
    yield "nested value", content(kontakty=[{"x": {"y": value}}])
    yield "nested key", content(kontakty=[{value: 1}])
    yield "list", content(skupina=["x", value])
    yield "list's name", content(**{value: [{"x": 1}]})


def parquet_files(value: str, shown: str) -> Iterator[tuple[str, dict[str, bytes]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    def file(rows: list[list[str]], field: dict[str, str] | None = None, **metadata: str) -> dict[str, bytes]:
        header, *records = rows
        fields = [pa.field(n, pa.string(), metadata=field) for n in header]
        frame = pl.DataFrame(records, schema=header, orient="row").to_arrow().cast(pa.schema(fields))
        buffer = io.BytesIO()
        pq.write_table(frame.replace_schema_metadata(metadata), buffer)
        return {"lide.parquet": buffer.getvalue()}

    yield "cell", file(table(value, 2))
    yield "column", file(table(value, 0))
    yield "metadata", file(table(), note=value)
    yield "column's metadata", file(table(), field={"note": value})


def ods_files(value: str, shown: str) -> Iterator[tuple[str, dict[str, bytes]]]:
    def book(rows: list[list[str]], **more: Any) -> dict[str, bytes]:
        return {"lide.ods": spreadsheet({"L": rows, **more.pop("sheets", {})}, **more)}

    yield "cell", book(table(value, 1))
    yield "header", book(table(value, 0))
    yield "sheet name", book(table(), sheets={re.sub(r"[\[\]:*?/\\]", "-", shown): [["x"]]})
    yield "comment", book(table(), comment=value)
    yield "properties", book(table(), creator=value)
    yield "formula", book(table(), formula=f'=LEN("{value}")')


def zip_files(value: str, shown: str) -> Iterator[tuple[str, dict[str, bytes]]]:
    def archive(members: dict[str, bytes], comment: str = "", inner: str = "") -> dict[str, bytes]:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.comment = comment.encode()
            for member, data in members.items():
                info = zipfile.ZipInfo(member)
                info.comment = inner.encode()
                packed.writestr(info, data)
        return {"lide.zip": buffer.getvalue()}

    yield "cell", archive({"lide.csv": text(table(value, 1))})
    yield "header", archive({"lide.csv": text(table(value, 0))})
    yield "member's name", archive({"lide.csv": text(table()), f"{shown}.csv": text(table())})
    yield "comment", archive({"lide.csv": text(table())}, comment=value)
    yield "member's comment", archive({"lide.csv": text(table())}, inner=value)


MAKERS = {"csv": csv_files, "xlsx": xlsx_files, "json": json_files, "parquet": parquet_files, "zip": zip_files}
MAKERS["ods"] = ods_files


def planted(root: Path) -> dict[str, tuple[str, str, str]]:
    """Write the deliveries; value to (format, kind, place)."""
    draw = random.Random(2023)
    values: dict[str, tuple[str, str, str]] = {}
    places = {form: [place for place, _ in make("x", "x")] for form, make in MAKERS.items()}
    number = 0
    while len(values) < NUMBER:
        form = FORMATS[number % len(FORMATS)]
        kind = list(KINDS)[number // len(FORMATS) % len(KINDS)]
        place = places[form][number // (len(FORMATS) * len(KINDS)) % len(places[form])]
        number += 1
        value = KINDS[kind](draw)
        shown = value.replace("/", "-")
        if value in values or (kind == "bank_account" and shown != value and place in IN_NAMES):
            continue
        files = dict(MAKERS[form](value, shown))[place]
        folder = root / "inbox" / form / f"d{number:05d}"
        for inner, data in {"delivery.toml": SIDECAR.format(partner=form).encode(), **files}.items():
            path = folder / inner
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        values[value] = (form, kind, place)
    return values


IN_NAMES = ("file name", "folder name", "sheet name", "member's name")
"""A file's name can hold no slash, and without one an account is just a number."""


def project(root: Path) -> None:
    lines = []
    for form in FORMATS:
        lines.append(f'[partners.{form}]\nlocation = "inbox/{form}"\ncontract = "{form}.toml"\n')
        sheet = {"xlsx": "L", "ods": "L", "json": "lide"}.get(form, "")
        (root / f"{form}.toml").write_text(
            f'partner = "{form}"\ntitle = "T"\nformat = "{form}"\n[read]\nencoding = ["utf-8"]\ndelimiter = ";"\n'
            f'[[file]]\nname = "lide"\npattern = "lide*"\nsheet = "{sheet}"\n[[file.produces]]\ntable = "person"\n'
            '[file.produces.columns]\nperson_id = "kód"\n'
            'sex = { from = "pohlaví", codes = { "muž" = "male", "žena" = "female" } }\n',
            "utf-8",
        )
        for path in (root / "inbox" / form / "clean",):
            path.mkdir(parents=True)
            (path / "delivery.toml").write_text(SIDECAR.format(partner=form))
            first = next(MAKERS[form]("z", "z"))[1]
            for inner, data in first.items():
                (path / inner).write_bytes(data)
    (root / "throughcare.toml").write_text("\n".join(lines), "utf-8")


def spellings(value: str) -> set[bytes]:
    forms = {
        value,
        value.replace("/", "-"),
        value.replace(" ", ""),
        re.sub(r"[/ ]", "", value),
        json.dumps(value)[1:-1],
    }
    return {form.encode(code, "ignore") for form in forms for code in ("utf-8", "cp1250", "utf-16-le")}


def found_in(written: bytes, values: list[str]) -> list[str]:
    """The values of which a spelling stands in the text, which is read once for how they all begin."""
    forms = {value: [form for form in spellings(value) if len(form) > 6] for value in values}
    begins = {form[:7] for own in forms.values() for form in own}
    met = {written[n : n + 7] for n in range(len(written) - 6) if written[n : n + 7] in begins}
    return [value for value, own in forms.items() if any(form[:7] in met and form in written for form in own)]


def test_a_value_is_found_in_every_spelling() -> None:
    values = ["760506/0019", "klient17@example.cz", "Nádražní 12, 602 00 Brno"]
    assert found_in(b"nothing of the kind", values) == []
    assert found_in("x 7605060019 y".encode("utf-16-le"), values) == values[:1]
    assert found_in("Nádražní12,60200Brno klient17@example.c".encode("cp1250"), values) == values[2:]
    assert found_in(b"klient17@example.cz", values) == values[1:2]


def keep_one_in_ten(root: Path) -> None:
    for folder in (root / "inbox").glob("*/d*"):
        if int(folder.name[1:]) % 10:
            shutil.rmtree(folder)


@pytest.mark.slow
def test_a_thousand_planted_identifiers_are_refused_and_nowhere_to_be_found(tmp_path):
    project(tmp_path)
    values = planted(tmp_path)
    assert len({(form, place) for form, _, place in values.values()}) == 37
    (tmp_path / "tmp").mkdir()
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", "--project", str(tmp_path)]
    environment = os.environ | {
        "PYTHONPATH": str(REPOSITORY),
        "TMPDIR": str(tmp_path / "tmp"),
        "POLARS_MAX_THREADS": "1",
    }
    said = b""
    for order in ([*command, "pull"], [*command, "--debug", "run", "--quarter", "2023Q2"]):
        done = subprocess.run(order, cwd=tmp_path, env=environment, capture_output=True, check=False)
        said += done.stdout + done.stderr
        keep_one_in_ten(tmp_path)  # what was refused once is read in full again, which a hundred show as well
    settings = load_settings(tmp_path)
    assert sorted({r.partner for r in receipts(settings)}) == sorted(FORMATS)
    assert len(receipts(settings)) == len(FORMATS)
    refused = refusals(settings)
    assert {r.rule_id for r in refused} == {"identifier_found"}
    assert len(refused) == NUMBER
    kept = [p for top in ("data", "tmp") for p in (tmp_path / top).rglob("*") if p.is_file()]
    assert any(p.suffix == ".duckdb" for p in kept)
    written = b"\n".join([said, *(str(p).encode() for p in kept), *(p.read_bytes() for p in kept)])
    assert [values[value] for value in found_in(written, list(values))] == []
