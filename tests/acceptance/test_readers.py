"""What every reader is expected to take as partners write it: files in, typed rows of the model out."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipeline import landing, sources, staging
from pipeline.periods import Quarter
from pipeline.run import Input, Run
from pipeline.settings import PartnerSettings, Settings
from tests.support.ods import spreadsheet
from tests.support.small_shapes import zipped

NOW = datetime(2023, 8, 1)
SIDECAR = """partner = "one"
extract_date = 2023-07-31
period_from = 2021-01-01
period_to = 2023-07-31
kind = "full"
lawful_basis = "agreement"
keep_until = 2033-12-31
"""
NEEDS = """
[[file]]
name = "needs"
pattern = "{pattern}"
sheet = "{sheet}"
header_row = {header_row}
[[file.produces]]
table = "need"
[file.produces.columns]
need_id = "Číslo zakázky"
case_id = "Dohoda"
domain = {{ from = "Oblast", codes = {{ "bydlení" = "housing", "práce" = "work" }} }}
raised_date = {{ from = "Zadáno dne", {dates} }}
outcome = {{ from = "Výsledek", codes = {{ "splněno" = "met" }} }}
"""
HEADER = ["Číslo zakázky", "Dohoda", "Oblast", "Zadáno dne", "Výsledek"]
DAY = date(2023, 3, 26)


@dataclass
class Taken:
    """What staging made of one delivery."""

    con: duckdb.DuckDBPyConnection
    receipts: list[landing.Receipt] = field(default_factory=list)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()

    @property
    def needs(self) -> list[tuple[Any, ...]]:
        return self.rows("select need_id, domain, raised_date from staging.need order by 1")


def take(root: Path, contract: str, files: dict[str, bytes]) -> Taken:
    """Land and stage one delivery; it must not be refused in landing."""
    folder = root / "inbox" / "d"
    folder.mkdir(parents=True)
    for name, data in {"delivery.toml": SIDECAR.encode(), **files}.items():
        (folder / name).write_bytes(data)
    (root / "one.toml").write_text(f'partner = "one"\ntitle = "One"\n{contract}', "utf-8")
    partner = PartnerSettings(location="inbox", contract=Path("one.toml"))
    settings = Settings(root=root, data=root / "data", partners={"one": partner})
    report = landing.land(settings, sources.pull(settings, started_at=NOW), started_at=NOW)
    assert not report.refused, report.lines()
    taken = landing.receipts(settings)
    con = duckdb.connect()
    con.execute("create schema landing; create schema staging")
    run = Run(Quarter(2023, 2), NOW, inputs=tuple(Input(r.partner, r.delivery_id, r.sha256) for r in taken))
    landing.load(con, settings, run)
    staging.stage(con, settings, run)
    return Taken(con, taken)


def needs(form: str, *, dates: str = 'date = "%d.%m.%Y"', header_row: int = 1, sheet: str = "", more: str = "") -> str:
    entry = NEEDS.format(pattern="zakazky*", sheet=sheet, header_row=header_row, dates=dates)
    return f'format = "{form}"\n{more}{entry}'


def csv(rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> bytes:
    return "".join(";".join(row) + "\r\n" for row in rows).encode(encoding)


SEMICOLONS = '[read]\nencoding = ["cp1250", "iso-8859-2", "utf-8"]\ndelimiter = ";"\n'
ROW = ["Z1", "D1", "bydlení", "26.3.2023", "splněno"]


@pytest.mark.parametrize(
    "header",
    [
        [" číslo  ZAKÁZKY ", "dohoda\u00a0", "\u202foblast", "zadáno dne", "VÝSLEDEK"],
        ["\u00a0Číslo\u00a0zakázky", "Dohoda", "Oblast", "Zadáno\u00a0 dne", "Výsledek"],
    ],
)
def test_headers_in_any_order_case_and_spacing(tmp_path: Path, header: list[str]) -> None:
    order = [3, 0, 4, 2, 1]
    rows = [[header[n] for n in order], [ROW[n] for n in order]]
    taken = take(
        tmp_path, needs("csv", more=SEMICOLONS.replace('"cp1250", "iso-8859-2", ', "")), {"zakazky.csv": csv(rows)}
    )
    assert taken.needs == [("Z1", "housing", DAY)]


def test_a_header_broken_over_lines_and_an_extra_column(tmp_path: Path) -> None:
    rows = [["Číslo\nzakázky", "Dohoda", "Oblast", "Zadáno\r\ndne", "Výsledek", "Interní"], [*ROW, "x"]]
    quoted = "\n".join(";".join(f'"{cell}"' for cell in row) for row in [*rows, []])
    taken = take(tmp_path, needs("csv", more=SEMICOLONS), {"zakazky.csv": quoted.encode("cp1250")})
    assert taken.needs == [("Z1", "housing", DAY)]
    assert taken.rows("select column_name from staging.ignored_column") == [("Interní",)]
    assert taken.rows("select cells[6] from landing.record where kind = 'record'") == [("x",)]


@pytest.mark.parametrize("encoding", ["cp1250", "iso-8859-2", "utf-8", "utf-8-sig"])
def test_the_encoding_is_told_by_the_bytes_and_stands_in_the_receipt(tmp_path: Path, encoding: str) -> None:
    rows = [HEADER, [*ROW[:4], "splněno"], ["Z2", "Šťáhlavy ž", "práce", "26.3.2023", "splněno"]]
    taken = take(tmp_path, needs("csv", more=SEMICOLONS), {"zakazky.csv": csv(rows, encoding)})
    assert taken.rows("select case_id from staging.need order by need_id") == [("D1",), ("Šťáhlavy ž",)]
    (file,) = taken.receipts[0].files
    assert file.encoding == encoding
    assert file.evidence
    assert taken.rows("select encoding from landing.file") == [(encoding,)]


DATES = [
    ("text", "26.3.2023"),
    ("text with blanks", " 26. 3. 2023 "),
    ("serial", 45011),
    ("serial with a time", 45011.75),
    ("date cell", DAY),
    ("date and time cell", datetime(2023, 3, 26, 23, 59)),
    ("ISO text", "2023-03-26"),
]


def xlsx(rows: Sequence[Sequence[object]], sheet: str) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        form = book.add_format({"num_format": "d.m.yyyy h:mm"})
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(number, column, cell, form)
                elif cell is not None:
                    page.write(number, column, cell)
        page.merge_range(0, 0, 0, 1, "Zakázky klientů")
        page.merge_range(1, 2, 1, 3, "Údaje")
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_serials_text_and_date_cells_in_one_column_under_titles_and_merged_headers(tmp_path: Path, form: str) -> None:
    rows: list[list[object]] = [["Zakázky klientů"], [None, None, "Údaje"], list(HEADER)]
    rows += [[f"Z{n}", "D1", "bydlení", cell, "splněno"] for n, (_, cell) in enumerate(DATES)]
    rows += [["Součet", len(DATES)]]
    dates = (
        'date = ["%d.%m.%Y", "%d. %m. %Y", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"], excel_serial = true'
    )
    contract = needs(form, dates=dates, header_row=3, sheet="List*")
    contract = contract.replace("header_row = 3\n", "header_row = 3\ntotal = { text = 'Součet', count = 2 }\n")
    data = xlsx(rows, "List1") if form == "xlsx" else spreadsheet({"List1": rows})
    taken = take(tmp_path, contract, {f"zakazky.{form}": data})
    assert taken.rows("select * from staging.refused") == []
    assert taken.rows("select * from staging.delivery_refused") == []
    assert taken.needs == [(f"Z{n}", "housing", DAY) for n in range(len(DATES))]


def test_a_contract_for_xlsx_takes_the_same_sheets_as_ods(tmp_path: Path) -> None:
    data = spreadsheet({"List1": [HEADER, ROW]})
    taken = take(tmp_path, needs("xlsx", sheet="List1"), {"zakazky.ods": data})
    assert taken.needs == [("Z1", "housing", DAY)]


@pytest.mark.parametrize(("pivot", "year"), [(30, 1931), (40, 2031)])
def test_years_of_two_digits_have_an_explicit_pivot(tmp_path: Path, pivot: int, year: int) -> None:
    rows = [HEADER, [*ROW[:3], "26.03.31", "splněno"], ["Z2", "D1", "práce", "26.03.22", "splněno"]]
    contract = needs("csv", dates=f'date = "%d.%m.%y", pivot_year = {pivot}', more=SEMICOLONS)
    taken = take(tmp_path, contract, {"zakazky.csv": csv(rows)})
    assert [day.year for _, _, day in taken.needs] == [year, 2022]


def test_a_year_of_two_digits_without_a_pivot_is_a_mistake_of_the_contract_or_clear(tmp_path: Path) -> None:
    taken = take(
        tmp_path,
        needs("csv", dates='date = "%d.%m.%Y"', more=SEMICOLONS),
        {"zakazky.csv": csv([HEADER, [*ROW[:3], "26.03.22", "splněno"]])},
    )
    assert taken.needs == []
    assert taken.rows("select column_name, rule_id from staging.refused") == [("Zadáno dne", "impossible_date")]


def test_times_with_zones_become_days_in_prague_across_the_change_of_the_clock(tmp_path: Path) -> None:
    times = {
        "2023-03-25T22:59:59Z": date(2023, 3, 25),
        "2023-03-25T23:00:00Z": DAY,
        "2023-03-26T01:30:00+00:00": DAY,
        "2023-03-26T21:59:59Z": DAY,
        "2023-03-26T22:00:00Z": date(2023, 3, 27),
        "2023-10-28T22:00:00Z": date(2023, 10, 29),
        "2023-10-29T22:30:00Z": date(2023, 10, 29),
        "2023-10-29T23:00:00Z": date(2023, 10, 30),
        "2023-10-29T23:30:00+0100": date(2023, 10, 29),
        "2023-03-26 23:30:00.123+02:00": DAY,
        "2023-03-26T23:30": DAY,
    }
    rows = [HEADER, *([f"Z{n:02}", "D1", "bydlení", t, "splněno"] for n, t in enumerate(times))]
    contract = needs("csv", dates='zone = "Europe/Prague"', more=SEMICOLONS)
    taken = take(tmp_path, contract, {"zakazky.csv": csv(rows)})
    assert [day for _, _, day in taken.needs] == list(times.values())


NATIVE = {
    "need_id": ["Z1", "Z2"],
    "case_id": ["D1", "D1"],
    "domain": ["housing", "work"],
    "raised_date": [DAY, date(2023, 4, 1)],
    "outcome": ["met", "open"],
    "closed_date": [None, date(2023, 5, 1)],
}


def native_files(form: str) -> dict[str, bytes]:
    frame = pl.DataFrame(NATIVE)
    rows = [list(NATIVE), *map(list, frame.rows())]
    if form == "csv":
        return {"need.csv": frame.write_csv().encode()}
    if form == "parquet":
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        return {"need.parquet": buffer.getvalue()}
    if form == "ods":
        return {"data.ods": spreadsheet({"need": rows})}
    buffer = io.BytesIO()
    frame.write_excel(buffer, worksheet="need")
    return {"data.xlsx": buffer.getvalue()}


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx", "ods"])
def test_the_native_form_is_the_same_in_every_format(tmp_path: Path, form: str) -> None:
    taken = take(tmp_path, 'format = "native"\n', native_files(form))
    columns = ", ".join(NATIVE)
    assert taken.rows(f"select {columns} from staging.need order by 1") == pl.DataFrame(NATIVE).rows()


@pytest.mark.parametrize("code", ["cp852", "utf-8"])
def test_members_of_an_archive_with_czech_names(tmp_path: Path, code: str) -> None:
    data = zipped({"XXXXXXXXXX.csv": csv([HEADER, ROW], "cp1250")})
    name = "zakázky_ěř".encode(code)
    data = zipped({"X" * len(name) + ".csv": csv([HEADER, ROW], "cp1250")}).replace(b"X" * len(name), name)
    contract = needs("zip", more=SEMICOLONS).replace("zakazky*", "zakázky_ě*.csv")
    taken = take(tmp_path, contract, {"export.zip": data})
    assert taken.needs == [("Z1", "housing", DAY)]
    assert taken.rows("select sheet from landing.sheet") == [("zakázky_ěř.csv",)]


def test_a_member_marked_as_utf_8(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("složka/zakázky.csv", csv([HEADER, ROW], "iso-8859-2"))
    contract = needs("zip", more=SEMICOLONS).replace("zakazky*", "zakázky*")
    assert take(tmp_path, contract, {"export.zip": buffer.getvalue()}).needs == [("Z1", "housing", DAY)]


def test_a_sheet_as_wide_as_can_be_is_staged_in_no_time(tmp_path: Path) -> None:
    wide = [*HEADER, *(f"s{n}" for n in range(8_000)), *([""] * 8_000)]
    data = csv([wide, [*ROW, *["x"] * 16_000], [*ROW, *[""] * 16_000]])
    started = time.process_time()
    taken = take(tmp_path, needs("csv", more=SEMICOLONS), {"zakazky.csv": data})
    assert time.process_time() - started < 10
    assert taken.rows("select count(*) from staging.ignored_column") == [(16_000,)]


def test_updated_at_from_the_future_decides_nothing(tmp_path: Path) -> None:
    """Clocks of partners go wrong: deliveries count by extract and receipt, never by a stamp in a row."""
    rows = [[*HEADER, "updated_at"], [*ROW, "2099-01-01T00:00:00Z"], ["Z1", "D1", "práce", "26.3.2023", "splněno", "x"]]
    contract = needs("csv", more=SEMICOLONS).replace("header_row", 'ignored = "updated_at"\nheader_row')
    taken = take(tmp_path, contract, {"zakazky.csv": csv(rows)})
    assert taken.rows("select need_id, domain, row_number from staging.need order by row_number") == [
        ("Z1", "housing", 2),
        ("Z1", "work", 3),
    ]
    assert taken.rows("select * from staging.ignored_column") == []


def test_utc_is_not_the_machines_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    rows = [HEADER, [*ROW[:3], datetime(2023, 3, 25, 23, tzinfo=UTC).isoformat(), "splněno"]]
    contract = needs("csv", dates='zone = "Europe/Prague"', more=SEMICOLONS)
    assert take(tmp_path, contract, {"zakazky.csv": csv(rows)}).needs == [("Z1", "housing", DAY)]
