"""Hostile deliveries: each is refused with a reason in plain words, in bounded time and memory, and stops no other."""

from __future__ import annotations

import io
import json
import os
import resource
import zipfile

import polars as pl
import pytest

from pipeline.landing import receipts, text
from pipeline.landing.rehearsal import rehearse
from pipeline.landing.sheets import UnreadableError
from tests.support.ods import packed, spreadsheet

HEADER = "kód;pohlaví"
CSV = f"{HEADER}\nA;muž\nB;žena\n".encode("cp1250")
TOO_MUCH = "memory and time that an export takes"


def far_cell() -> bytes:
    """Five kilobytes that ask a reader for 17 thousand million cells."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("L")
        sheet.write_row(0, 0, ["kód", "pohlaví"])
        sheet.write(1_048_575, 16_383, "x")
    return buffer.getvalue()


def repeated_cells(rows: int, columns: int) -> bytes:
    sheet = spreadsheet({"L": [["x"]]})
    with zipfile.ZipFile(io.BytesIO(sheet)) as parts:
        content = parts.read("content.xml").decode()
    content = content.replace("<table:table-row>", f'<table:table-row table:number-rows-repeated="{rows}">')
    return packed(
        content.replace("<table:table-cell ", f'<table:table-cell table:number-columns-repeated="{columns}" ')
    )


def long_dictionary() -> bytes:
    """A Parquet file of a few kilobytes whose one text of 10 MB stands in ten thousand rows."""
    buffer = io.BytesIO()
    text = pl.Series("kód", ["x" * 10_000_000])
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"kód": pa.DictionaryArray.from_arrays(pa.array([0] * 10_000, pa.int32()), text.to_arrow())})
    pq.write_table(table, buffer, compression="zstd", store_schema=False)
    return buffer.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "name", "make"),
    [
        ("xlsx", "a.xlsx", far_cell),
        ("ods", "a.ods", lambda: repeated_cells(1_000_000, 400)),
        ("parquet", "a.parquet", long_dictionary),
    ],
)
def test_a_small_file_that_asks_for_everything_is_refused_and_the_next_one_is_read(
    project, rules, make_workbook, kind, name, make
):
    data = make()
    assert len(data) < 100_000
    project.write_contract(rules(kind, sheet="" if kind == "parquet" else "L", extra=""))
    project.deliver({name: data}, folder="bomb")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rule, said = project.refusal()
    assert rule == "unreadable_file"
    assert "smaller parts" in said or TOO_MUCH in said or "more than" in said or "cannot be opened" in said
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kilobytes
    rehearse(make_workbook({"L": [["kód"], ["A"]]}), "xlsx")


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_entities_in_a_workbook_are_not_expanded(project, rules, kind):
    bomb = (
        '<!DOCTYPE b [<!ENTITY a "'
        + "x" * 1000
        + '">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    )
    if kind == "ods":
        data = spreadsheet({"L": [["kód", "pohlaví"], ["HERE", "muž"]]}, head=bomb + "]>")
        data = _replaced(data, "content.xml", "HERE", "&j;")
    else:
        import xlsxwriter

        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
            book.add_worksheet("L").write_row(0, 0, ["kód", "HERE"])
        data = _replaced(buffer.getvalue(), "xl/sharedStrings.xml", "HERE", "&j;")
        data = _replaced(data, "xl/sharedStrings.xml", "<sst", bomb + "]><sst")
    project.write_contract(rules(kind, sheet="L", extra=""))
    project.deliver({f"a.{kind}": data})
    report = project.land()
    assert [d.rule_id for d in report.deliveries] in ([""], ["unreadable_file"])
    if not report.refused:
        assert "xxxx" not in str(project.rows("select cells from landing.record"))


def _replaced(data: bytes, part: str, old: str, new: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as parts, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name in parts.namelist():
            content = parts.read(name)
            out.writestr(name, content.replace(old.encode(), new.encode(), 1) if name == part else content)
    return buffer.getvalue()


def test_outside_entities_are_not_fetched(project, rules):
    data = spreadsheet(
        {"L": [["kód", "pohlaví"], ["HERE", "muž"]]}, head='<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    )
    project.write_contract(rules("ods", sheet="L", extra=""))
    project.deliver({"a.ods": _replaced(data, "content.xml", "HERE", "&x;")})
    report = project.land()
    if not report.refused:
        assert project.rows("select cells[1] from landing.record where kind = 'record'") == [("&x;",)]


def test_pictures_embedded_files_and_macros_cannot_be_screened(project, rules, make_workbook):
    project.write_contract(rules("xlsx", sheet="L", extra=""))
    for part in ("xl/media/scan.png", "xl/embeddings/oleObject1.bin", "xl/vbaProject.bin"):
        buffer = io.BytesIO(make_workbook({"L": [["kód", "pohlaví"], ["A", "muž"]]}))
        with zipfile.ZipFile(buffer, "a") as parts:
            parts.writestr(part, b"\x89PNG")
        project.deliver({"a.xlsx": buffer.getvalue()})
        assert "cannot be checked for personal data" in project.refusal()[1]


def test_archives_within_archives_and_two_files_of_one_name(project, rules, make_zip):
    project.write_contract(rules("zip", pattern="*.csv"))
    project.deliver({"a.zip": make_zip({"lide.csv": CSV, "more.zip": make_zip({"lide.csv": CSV})})})
    assert project.refusal()[0] == "unknown_file"
    doubled = make_zip({"lide.csv": CSV, "lidf.csv": CSV.replace(b"A;", b"710319/2745;")})
    project.deliver({"a.zip": doubled.replace(b"lidf.csv", b"lide.csv")})
    assert "two files with one name" in project.refusal()[1]
    project.deliver({"a.zip": b"710319/2745\n" + make_zip({"lide.csv": CSV})})
    assert "more than an archive" in project.refusal()[1]


def test_a_member_that_is_more_than_it_says(project, rules, make_zip):
    project.write_contract(rules("zip", pattern="*.csv"))
    data = bytearray(make_zip({"lide.csv": CSV * 100_000}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(mark) + at
        data[place : place + 4] = (100).to_bytes(4, "little")
    project.deliver({"a.zip": bytes(data)})
    assert project.refusal()[0] == "unreadable_file"


def test_a_hundred_thousand_columns(project, rules):
    header = ";".join([HEADER, *(f"s{n}" for n in range(100_000))])
    project.deliver({"lide.csv": f"{header}\nA;muž\n".encode("cp1250")})
    rule, said = project.refusal()
    assert rule == "unreadable_file"
    assert "100,002 columns" in said
    assert "separates the columns" in said


def test_a_sheet_as_wide_as_a_spreadsheet_can_be_is_read(project, rules):
    header = ";".join([HEADER, *(f"s{n}" for n in range(16_382))])
    project.deliver({"lide.csv": f"{header}\nA;muž\n".encode("cp1250")})
    assert project.rows("select len(header) from landing.sheet") == [(16_384,)]


@pytest.mark.parametrize("data", [CSV + b"C;" + b"x" * 3_000_000 + b"\n", CSV.replace(b"\n", b" ") * 60_000])
def test_a_cell_or_a_line_of_any_length_is_refused_without_being_held(project, monkeypatch, data):
    monkeypatch.setattr(text, "LONGEST_LINE", 1 << 20)
    project.deliver({"lide.csv": data})
    rule, said = project.refusal()
    assert rule == "unreadable_file"
    assert "longer than 1 MB" in said


@pytest.mark.slow
def test_a_cell_of_one_gigabyte_takes_no_memory(project, rules):
    folder = project.deliver({})
    with (folder / "lide.csv").open("wb") as stream:
        stream.write(CSV + b"C;")
        for _ in range(1024):
            stream.write(b"x" * (1 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "longer than 32 MB" in project.refusal()[1]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes


def test_a_long_cell_in_a_workbook_or_in_json_is_refused(project, rules):
    project.write_contract(rules("json", sheet="lide", extra=""))
    project.deliver({"lide.json": json.dumps({"lide": [{"kód": "A", "pohlaví": "x" * 200_000}]}).encode()})
    rule, said = project.refusal()
    assert rule == "free_text"
    assert "row 1" in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"lide": [{"kód": "\\ud800"}]}', "half a character"),
        ('{"lide": [{"\\ud800": 1}]}', "half a character"),
        ('{"lide": [{"kód": "A", "kód": "B"}]}', "stands twice"),
        ('{"lide": [{"a.b": "710319/2745", "a": {"b": "x"}}]}', "stands twice"),
        ('{"a.b": [{"x": "710319/2745"}], "a": {"b": [{"x": "y"}]}}', "stands twice"),
        ('{"lide": [{"kód": "A", "x": [{"parent.kód": "710319/2745"}]}]}', "stands twice"),
        ('{"lide": [{"kód": "A"}', "not whole JSON"),
    ],
)
def test_json_in_which_something_is_broken_or_hidden(project, rules, content, words):
    project.write_contract(rules("json", sheet="lide", extra=""))
    project.deliver({"lide.json": content.encode()})
    rule, said = project.refusal()
    assert rule == "unreadable_file"
    assert words in said


def test_json_that_grows_when_it_is_unfolded_is_refused_before(project, rules):
    project.write_contract(rules("json", sheet="lide", extra=""))
    every = [{f"k{n}": 1} for n in range(9_000)]
    project.deliver({"lide.json": json.dumps({"lide": every}).encode()}, folder="a")
    assert "more than 60,000,000 cells" in project.refusal()[1]
    again = {"lide": [{"long": "x" * 1_000_000, "rows": [{"n": 1}] * 2_000}]}
    project.deliver({"lide.json": json.dumps(again).encode()}, folder="a")
    assert "too much again" in project.refusal()[1]


def test_nul_bytes_far_into_a_file(project):
    project.deliver({"lide.csv": CSV * 1000 + b"C;\x00\n"})
    assert project.refusal()[0] == "unreadable_file"


def test_mixed_line_ends_are_line_ends(project):
    project.deliver({"lide.csv": f"{HEADER}\r\nA;muž\nB;žena\rC;muž\r\n\r\nD;žena".encode("cp1250")})
    rows = project.rows("select row_number, cells[1] from landing.record where kind = 'record' order by 1")
    assert rows == [(2, "A"), (3, "B"), (4, "C"), (6, "D")]


def test_other_separators_of_lines_and_odd_blanks_stay_in_their_cell(project, rules):
    project.write_contract(rules("csv", extra='[read]\nencoding = ["utf-8"]\ndelimiter = ";"\n'))
    project.deliver({"lide.csv": f"{HEADER}\nA\u2028x\x0b\x0c\x85;muž\n".encode()})
    assert project.rows("select cells[1] from landing.record where kind = 'record'") == [("A\u2028x\x0b\x0c\x85",)]


def test_an_extract_from_the_future_is_refused(project):
    sidecar = (project.deliver({"lide.csv": CSV}) / "delivery.toml").read_text("utf-8")
    project.deliver({"lide.csv": CSV}, sidecar=sidecar.replace("2023-07-31", "2033-07-31"))
    rule, said = project.refusal()
    assert rule == "wrong_declaration"
    assert "future" in said


def test_what_one_delivery_does_another_does_not_feel(project, rules):
    project.write_contract(rules("xlsx", sheet="L", extra=""))
    project.deliver({"a.xlsx": b"PK\x03\x04" + b"\x00" * 100}, folder="a")
    project.deliver({"b.xlsx": spreadsheet({"L": [["kód", "pohlaví"], ["A", "muž"]]})}, folder="b")
    assert [d.state for d in project.land().deliveries] == ["refused", "new"]
    assert len(receipts(project.settings)) == 1


def test_what_the_other_process_says_is_the_reason(make_workbook):
    with pytest.raises(UnreadableError, match="cannot be opened"):
        rehearse(b"no workbook", "xlsx")
    with pytest.raises(UnreadableError, match="damaged or cut off"):
        rehearse(b"PAR1PAR1", "parquet")
    rehearse(b"anything", "csv")


def test_bytes_that_are_no_text_in_a_column_of_text(project, rules):
    import pyarrow as pa
    import pyarrow.parquet as pq

    broken = pa.array([b"A", b"\xc5"], pa.binary()).view(pa.string())
    buffer = io.BytesIO()
    pq.write_table(pa.table({"kód": broken, "pohlaví": ["muž", "muž"]}), buffer)
    project.write_contract(rules("parquet", extra=""))
    project.deliver({"a.parquet": buffer.getvalue()})
    assert project.refusal()[0] == "unreadable_file"


def test_a_file_cut_off_within_a_character(project, rules):
    project.write_contract(rules("csv", extra='[read]\nencoding = ["utf-8"]\ndelimiter = ";"\n'))
    project.deliver({"lide.csv": f"{HEADER}\nA;muž".encode()[:-1]})
    rule, said = project.refusal()
    assert rule == "unreadable_file"
    assert "breaks off in the middle of a character" in said


def test_a_line_without_end_in_an_archive_is_not_held(project, rules, make_zip, monkeypatch):
    monkeypatch.setattr(text, "LONGEST_LINE", 1 << 20)
    project.write_contract(rules("zip", pattern="*.csv"))
    project.deliver({"a.zip": make_zip({"lide.csv": CSV + b"C;" + os.urandom(1_000_000).hex().encode()})})
    assert "longer than 1 MB" in project.refusal()[1]


def test_more_tables_than_any_export_has(project, rules, make_zip):
    project.write_contract(rules("zip", pattern="*.csv"))
    project.deliver({"a.zip": make_zip({f"{n}.csv": b"a\n" for n in range(1_001)})}, folder="a")
    assert "1,001 tables" in project.refusal()[1]
    project.write_contract(rules("json", sheet="lide", extra=""))
    project.deliver({"lide.json": json.dumps({f"k{n}": [{}] for n in range(1_001)}).encode()}, folder="b")
    (project.inbox / "a" / "a.zip").unlink()
    assert "1,001 tables" in " ".join(project.land().lines())


@pytest.mark.slow
@pytest.mark.skipif("THROUGHCARE_LARGE" not in os.environ, reason="takes a minute; set THROUGHCARE_LARGE to run it")
def test_json_of_nothing_but_brackets_stays_within_its_memory(project, rules):
    project.write_contract(rules("json", sheet="lide", extra=""))
    project.deliver({"lide.json": b'{"lide": [' + b"{}," * 80_000_000 + b"{}]}"})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rule, said = project.refusal()
    assert rule == "unreadable_file"
    assert TOO_MUCH in said
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 700_000  # kilobytes; the file has 240,000
