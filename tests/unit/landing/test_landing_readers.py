"""Every format to the same text: literal files in, literal rows out."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import polars as pl
import pytest

from pipeline.landing.columnar import read_parquet
from pipeline.landing.sheets import UnreadableError
from tests.support.ods import packed, spreadsheet

CSV = "kód;pohlaví\nA;muž\nB;žena\n"
RECORDS = "select row_number, kind, cells from landing.record order by sheet, row_number"


def test_rows_keep_their_numbers_and_say_what_they_are(project, rules):
    project.write_contract(rules("csv", header_row=3, total="CELKEM"))
    text = "Export;klientů\r\n\r\n kód ;Pohlaví\r\nA;muž\r\n\r\n;\r\nB\r\nCELKEM;2\r\n"
    project.deliver({"lide.csv": text.encode("cp1250")})
    assert project.rows(RECORDS) == [
        (1, "title", ["Export", "klientů"]),
        (2, "blank", [""]),
        (3, "header", [" kód ", "Pohlaví"]),
        (4, "record", ["A", "muž"]),
        (5, "blank", [""]),
        (6, "blank", ["", ""]),
        (7, "record", ["B"]),
        (8, "total", ["CELKEM", "2"]),
    ]
    assert project.rows("select sheet, source, header from landing.sheet") == [("", "people", ["kód", "Pohlaví"])]


def test_a_total_is_only_the_last_row(project, rules):
    project.write_contract(rules("csv", total="CELKEM"))
    project.deliver({"lide.csv": "kód;pohlaví\nCelkem;1\nA;muž\n\n celkem;2\n\n".encode("cp1250")})
    kinds = [kind for _, kind, _ in project.rows(RECORDS)]
    assert kinds == ["header", "record", "record", "blank", "total", "blank"]


def test_quoted_cells_may_hold_delimiters_quotes_and_line_ends(project):
    project.deliver({"lide.csv": 'kód;pohlaví\n"A;1";"řekl ""ne"""\n"dva\nřádky";žena\n'.encode("cp1250")})
    assert project.rows(RECORDS)[1:] == [
        (2, "record", ["A;1", 'řekl "ne"']),
        (3, "record", ["dva\nřádky", "žena"]),
    ]


def test_quotes_in_some_lines_and_stray_ones_give_what_the_parser_gives(project):
    lines = ["kód;pohlaví", 'A;"m;ž"', "B;žena", "", 'C;trubka 5" a 6"', '"D";', 'x;""']
    project.deliver({"lide.csv": "\n".join([*lines, ""]).encode("cp1250")})
    assert [cells for _, _, cells in project.rows(RECORDS)] == [
        ["kód", "pohlaví"],
        ["A", "m;ž"],
        ["B", "žena"],
        [""],
        ["C", 'trubka 5" a 6"'],
        ["D", ""],
        ["x", ""],
    ]


def test_a_quote_that_is_open_over_lines_with_an_even_count(project):
    project.deliver({"lide.csv": 'kód;pohlaví\nA"a;"b\nc";"d"\n'.encode("cp1250")})
    assert [cells for _, _, cells in project.rows(RECORDS)][1:] == [['A"a', "b\nc", "d"]]


@pytest.mark.parametrize(
    ("text", "written", "used"),
    [
        ("kód;pohlaví\nŠ;žena\n", "cp1250", "cp1250"),
        ("kód;pohlaví\nŠ;žena\n", "iso-8859-2", "iso-8859-2"),
        ("kód;pohlaví\ntaž;muž\n", "iso-8859-2", "iso-8859-2"),
        ("kód;pohlaví\nA;nikdo\n", "iso-8859-2", "cp1250"),
        ("kod;pohlavi\nA;x\n", "ascii", "cp1250"),
    ],
)
def test_bytes_decide_between_cp1250_and_iso_8859_2(project, text, written, used):
    project.deliver({"lide.csv": text.encode(written)})
    assert project.rows("select encoding from landing.file") == [(used,)]
    assert project.rows(RECORDS)[1][2] == text.splitlines()[1].split(";")


def test_a_byte_order_mark_is_no_part_of_the_header(project, rules):
    project.write_contract(rules("csv", extra='[read]\nencoding = ["utf-8"]\ndelimiter = ","\n'))
    project.deliver({"lide.csv": "kód,pohlaví\nA,muž\n".encode("utf-8-sig")})
    assert project.rows("select header, encoding from landing.sheet, landing.file") == [
        (["kód", "pohlaví"], "utf-8-sig")
    ]


def test_header_alone_is_a_delivery_of_zero_records(project):
    project.deliver({"lide.csv": "kód;pohlaví".encode("cp1250")})
    assert project.rows(RECORDS) == [(1, "header", ["kód", "pohlaví"])]


def test_workbook_sheets_keep_row_numbers_and_numbers_as_seen(project, rules, make_workbook):
    project.write_contract(rules("xlsx", sheet="Klienti", header_row=3, total="Součet", extra=""))
    rows = [[], ["Klienti"], ["kód", "pohlaví", "rok"], ["A", "muž", 1985], ["B", None, 44621.5], [], ["Součet", 2]]
    project.deliver({"export.xlsx": make_workbook({"Klienti": rows, "Vysvětlivky": [["text"]]})})
    assert project.rows(RECORDS) == [
        (1, "blank", [None] * 3),
        (2, "title", ["Klienti", None, None]),
        (3, "header", ["kód", "pohlaví", "rok"]),
        (4, "record", ["A", "muž", "1985"]),
        (5, "record", ["B", None, "44621.5"]),
        (6, "blank", [None] * 3),
        (7, "total", ["Součet", "2", None]),
        (1, "title", ["text"]),
    ]
    assert project.rows("select sheet, source from landing.sheet order by sheet") == [
        ("Klienti", "people"),
        ("Vysvětlivky", ""),
    ]


def test_excel_dates_become_iso_text(project, rules):
    import xlsxwriter

    project.write_contract(rules("xlsx", sheet="*", extra=""))
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet, form = book.add_worksheet("L"), book.add_format({"num_format": "d.m.yyyy"})
    sheet.write_row(0, 0, ["kód", "pohlaví"])
    sheet.write_datetime(1, 0, datetime(2023, 5, 1), form)
    sheet.write_datetime(1, 1, datetime(2023, 5, 1, 13, 30), form)
    book.close()
    project.deliver({"export.xlsx": buffer.getvalue()})
    assert project.rows(RECORDS)[1][2] == ["2023-05-01", "2023-05-01 13:30:00"]


def test_no_cell_of_a_workbook_is_lost_that_is_neither_text_nor_number_nor_date(project, rules):
    import xlsxwriter

    project.write_contract(rules("xlsx", sheet="*", extra=""))
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet, day = book.add_worksheet("L"), book.add_format({"num_format": "d.m.yyyy"})
        sheet.write_row(0, 0, ["kód", "pohlaví", "a", "b", "c", "d"])
        sheet.write(1, 0, "A")
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet.write_formula(1, 2, "=NA()", None, "#N/A")
        sheet.write_number(1, 3, 3e9, day)
        sheet.write_boolean(1, 4, True)
        sheet.write_number(1, 5, 0.0625, book.add_format({"num_format": "h:mm"}))
    project.deliver({"export.xlsx": buffer.getvalue()})
    assert project.rows(RECORDS)[1][2] == ["A", "#DIV/0!", "#N/A", "3000000000.0", "true", "1899-12-31 01:30:00"]


def test_times_in_an_ods_are_not_lost(project, rules):
    project.write_contract(rules("ods", sheet="*", extra=""))
    plain = spreadsheet({"L": [["kód", "pohlaví", "čas"], ["A", "muž", "T"]]})
    with zipfile.ZipFile(io.BytesIO(plain)) as parts:
        content = parts.read("content.xml").decode()
    timed = 'office:value-type="time" office:time-value="PT13H30M00S"><text:p>T<'
    project.deliver({"a.ods": packed(content.replace('office:value-type="string"><text:p>T<', timed))})
    assert project.rows(RECORDS)[1][2] == ["A", "muž", "PT13H30M00S"]


def test_nested_json_becomes_a_sheet_per_path_with_the_parents_fields(project, rules):
    project.write_contract(rules("json", sheet="klienti", extra=""))
    text = """{"export": {"system": "X"}, "klienti": [
      {"kód": "A", "pohlaví": "muž", "věk": 31.50, "dohody": [{"č": 1, "výkony": [{"minut": 45, "přímý": true}]}]},
      {"kód": "B", "dohody": [{"č": 2, "výkony": []}, {"č": 3, "výkony": [{"minut": null}]}]}]}"""
    project.deliver({"lide.json": text.encode()})
    assert project.rows("select sheet, row_number, kind, cells from landing.record order by 1, 2") == [
        ("", 1, "title", ["X"]),
        ("klienti", 1, "record", ["A", "muž", "31.50"]),
        ("klienti", 2, "record", ["B", None, None]),
        ("klienti.dohody", 1, "title", ["1", "A", "muž", "31.50"]),
        ("klienti.dohody", 2, "title", ["2", "B", None, None]),
        ("klienti.dohody", 3, "title", ["3", "B", None, None]),
        ("klienti.dohody.výkony", 1, "title", ["45", "true", "1", "A", "muž", "31.50"]),
        ("klienti.dohody.výkony", 2, "title", [None, None, "3", "B", None, None]),
    ]
    assert project.rows("select header from landing.sheet where sheet = 'klienti.dohody.výkony'") == [
        (["minut", "přímý", "parent.č", "parent.parent.kód", "parent.parent.pohlaví", "parent.parent.věk"],)
    ]


def test_parquet_types_become_text(project, rules):
    project.write_contract(rules("parquet", extra=""))
    frame = pl.DataFrame(
        {
            "kód": ["A", None],
            "pohlaví": pl.Series(["muž", "žena"], dtype=pl.Categorical),
            "day": [date(2023, 5, 1), None],
            "at": pl.Series([datetime(2023, 5, 1, 22, 30, tzinfo=UTC), None], dtype=pl.Datetime("us", "UTC")),
            "local": [datetime(2023, 5, 1, 22, 30), None],
            "hours": [1.5, 2.0],
            "direct": [True, False],
        }
    )
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    project.deliver({"lide.parquet": buffer.getvalue()})
    assert project.rows(RECORDS) == [
        (
            1,
            "record",
            ["A", "muž", "2023-05-01", "2023-05-01T22:30:00+00:00", "2023-05-01T22:30:00", "1.5", "true"],
        ),
        (2, "record", [None, "žena", None, None, None, "2", "false"]),
    ]


def test_days_written_as_midnights_in_parquet_are_days(project):
    project.write_contract('partner = "example"\ntitle = "Example"\nformat = "native"\n')
    buffer = io.BytesIO()
    pl.DataFrame({"person_id": ["A", "B"], "death_date": [datetime(2023, 5, 1), None]}).write_parquet(buffer)
    project.deliver({"person.csv": b"person_id,sex\nA,male\nB,male\n", "death.parquet": buffer.getvalue()})
    assert [cells for _, _, cells in project.rows(RECORDS) if None in cells or "2023-05-01" in cells] == [
        ["A", "2023-05-01"],
        ["B", None],
    ]


def test_zip_members_are_sheets_whatever_program_packed_them(project, rules, make_zip):
    project.write_contract(rules("zip", pattern="lidé*.csv"))
    data = make_zip({"složka/lidé.csv": CSV.encode("iso-8859-2"), "žádosti.csv": b"x\n1\n"})
    project.deliver({"export.zip": data})
    sheets = [("složka/lidé.csv", "people"), ("žádosti.csv", "")]
    assert project.rows("select sheet, source from landing.sheet order by 1") == sheets


def test_zip_names_in_cp852_are_read_rightly(project, rules, make_zip):
    project.write_contract(rules("zip", pattern="lidé.csv"))
    data = make_zip({"lidX.csv": CSV.encode("cp1250")}).replace(b"lidX.csv", "lidé.csv".encode("cp852"))
    project.deliver({"export.zip": data})
    assert project.rows("select sheet from landing.sheet") == [("lidé.csv",)]


def test_native_files_are_read_by_the_models_names(project):
    project.write_contract('partner = "example"\ntitle = "Example"\nformat = "native"\n')
    buffer = io.BytesIO()
    pl.DataFrame({"person_id": ["A"], "death_date": [date(2023, 5, 1)]}).write_parquet(buffer)
    project.deliver({"person.csv": b"person_id,sex\nA,male\n", "death.parquet": buffer.getvalue()})
    assert project.rows(
        "select name, source, cells from landing.record join landing.sheet using (file_id, sheet) "
        "join landing.file using (file_id) where kind = 'record' order by 1"
    ) == [
        ("death.parquet", "death", ["A", "2023-05-01"]),
        ("person.csv", "person", ["A", "male"]),
    ]


@pytest.mark.slow
def test_a_million_rows_load(project):
    lines = "\n".join(f"CASE-{i};žena;2023-05-01;R01;{i % 60};ano;{i};x;;y" for i in range(1_000_000))
    project.deliver({"lide.csv": f"kód;pohlaví;a;b;c;d;e;f;g;h\n{lines}\n".encode("cp1250")})
    assert project.rows("select count(*), max(row_number) from landing.record where kind = 'record'") == [
        (1_000_000, 1_000_001)
    ]


def test_two_columns_of_one_name_in_parquet_are_named():
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array(["A"]), pa.array([1]), pa.array([2])], ["kód", "den", "den"]), buffer)
    with pytest.raises(UnreadableError, match="Columns 2 and 3 have one name"):
        read_parquet(buffer.getvalue())
