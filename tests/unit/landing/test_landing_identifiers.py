"""What is an identifier and what only looks like one; and that a found one is nowhere afterwards."""

from __future__ import annotations

import io
import json
import random
import string
from datetime import date

import polars as pl
import pytest

from pipeline.landing.identifiers import CANDIDATE, is_birth_number, kinds
from pipeline.landing.screen import screen
from pipeline.landing.sheets import Grid, Reading, interpret

LATEST = date(2023, 8, 1)


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("7103192745", True),
        ("991231123", True),  # nine digits: born in 1899
        ("8801251680", True),
        ("7103192746", False),  # check digit
        ("1103492745", False),  # day 49
        ("590312123", False),  # nine digits in 1959
        ("7153192745", False),
        ("7153190000", True),  # a woman: month + 50
        ("7143190000", False),  # month 43 is nobody's
        ("0421010007", True),  # month + 20 since 2004
        ("5306150003", False),  # in 2053
    ],
)
def test_birth_numbers(digits, expected):
    assert is_birth_number(digits, LATEST) is expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("710319/2745", "birth_number"),
        ("710319 / 2745", "birth_number"),
        ("710319\u00a02745", "birth_number"),
        ("klient r.č.7103192745, Praha", "birth_number"),
        ("(991231/123)", "birth_number"),
        ("jan.novak@example.cz", "e_mail"),
        ("pište na jan+x@mail.example.org.", "e_mail"),
        ("+420603123456", "phone"),
        ("+420 603 123 456", "phone"),
        ("00420 603 123 456", "phone"),
        ("+421 903 123 456", "phone"),
        ("603 123 456", "phone"),
        ("603\u00a0123\u00a0456", "phone"),
        ("603-123-456", "phone"),
        ("603 12 34 56", "phone"),
        ("tel. 603123456", "phone"),
    ],
)
def test_identifiers_in_text(text, kind):
    assert pl.Series([text]).str.contains(CANDIDATE).item()
    assert kinds(text, LATEST)[0] == kind


@pytest.mark.parametrize(
    "text",
    [
        "603123456",
        "VSCR-2023-000123",
        "K/2023/000456",
        "2023-05-01T22:30:00+02:00",
        "2023-05-01 22:30:00.123456",
        "20230501",
        "1 234 567",
        "1 234 567,50",
        "12 603 123 456",
        "45012",
        "PR-0012-07",
        "GEZDGNBVGY3TQOJQ3JBSWY3DPF",
        "7103192745ABCDEFGHIJKLMNOP",
        "1.5",
        "@",
        "a@b",
        "001234567890",
        "1. 4. 2023",
        "CZ0806550000001234",
        "12:30–13:45",
    ],
)
def test_what_only_looks_like_one(text):
    assert kinds(text, LATEST) == []


def test_a_heading_speaks_for_bare_numbers():
    assert kinds("603123456", LATEST, heading="Telefon_klienta") == ["phone"]
    assert kinds("7103192746", LATEST, heading="Rodné číslo") == ["birth_number"]
    assert kinds("7103192746", LATEST, heading="Číslo jednací") == []


def reading(*columns: list[str]) -> Reading:
    cells = pl.Series("cells", [list(row) for row in zip(*columns, strict=True)], dtype=pl.List(pl.String))
    return Reading((interpret(Grid("", cells), None),))


def test_running_numbers_of_nine_digits_are_no_birth_numbers_but_one_among_words_is():
    numbers = [str(n) for n in range(410_000_000, 419_999_999, 9_973)]
    assert any(is_birth_number(n, LATEST) for n in numbers)
    assert screen(reading(numbers), "f", LATEST) == []
    notes = ["v pořádku"] * 50 + ["410305123"]
    found = screen(reading(notes), "f", LATEST)
    assert [(f.kind, f.row, f.column) for f in found] == [("birth_number", 51, "column 1")]


MISTYPED = ["7103192746", "8552110001", "5912310003", "6607230002"]
"""A date in front, and a check digit that is wrong."""


@pytest.mark.parametrize(
    "numbers",
    [
        MISTYPED,
        [f"{n[:6]}/{n[6:]}" for n in MISTYPED],
        ["310203123", "455512122", "530101001"],  # before 1954, without a check digit
        ["501011234", "603154321", "708306789"],  # born after 2000: a spreadsheet has taken the zero away
        [*MISTYPED, "9999999999"],
        MISTYPED * 30,
    ],
)
def test_a_column_of_dates_of_birth_numbers_is_refused_whatever_the_check_digits(numbers):
    dated = [row for row, n in enumerate(numbers, start=1) if n != "9999999999"]
    assert [f.row for f in screen(reading(numbers), "f", LATEST) if f.kind == "birth_number"] == dated


@pytest.mark.parametrize(
    "numbers",
    [
        MISTYPED[:2],  # two may be chance
        ["7103190002", "7103190003", "7103190004", "7103190005"],  # a running number behind one front
        ["2301050001", "2302170003", "2303210003", "2304110004"],  # days of this year, and a number
        ["2021010512", "2021020613", "2021031714"],  # the same with a whole year
        ["000101/2021", "000102/2022", "000103/2022", "000104/2023"],  # case numbers
        ["7103192746", "1234567890", "4820194857", "9310473625"],  # one of four begins like a day
        ["100000001", "100000002", "100000003"],
    ],
)
def test_ordinary_numbers_of_nine_and_ten_digits_pass(numbers):
    assert screen(reading(numbers), "f", LATEST) == []


def test_pseudonyms_and_codes_raise_no_false_alarm():
    draw = random.Random(7)
    alphabet = string.ascii_uppercase + "234567"
    pseudonyms = ["".join(draw.choices(alphabet, k=26)) for _ in range(20_000)]
    cases = [f"MAG-{draw.randrange(10**6):06d}/{draw.randrange(2018, 2024)}" for _ in pseudonyms]
    amounts = [f"{draw.randrange(10**7):,}".replace(",", "\u00a0") + ",50" for _ in pseudonyms]
    assert screen(reading(pseudonyms, cases, amounts), "f", LATEST) == []


PLANTED = {
    "birth number": "710319/2745",
    "bare birth number": "8801251680",
    "old birth number": "991231/123",
    "e-mail": "jan.novak@example.cz",
    "phone": "+420 603 123 456",
    "grouped phone": "603 123 457",
}
IN_NAMES = (2, 7, 10, 15)
SHEET = [["kód", "pohlaví", "poznámka"], ["A", "muž", ""], ["B", "žena", ""]]


def deliveries(make_zip, make_workbook, value: str):
    """Format, files: the value in a cell, a heading, a sheet's or member's name, a file's name, a margin."""
    name = value.replace("/", "-") if "/" in value and "@" not in value else value

    def rows(row: int) -> list[list[str]]:
        return [[*line[:2], value if number == row else line[2]] for number, line in enumerate(SHEET)]

    def csv(row: int) -> bytes:
        return "".join(";".join(line) + "\n" for line in rows(row)).encode("cp1250")

    def parquet(row: int, metadata: dict[str, str] | None = None) -> bytes:
        buffer = io.BytesIO()
        header, *records = rows(row)
        pl.DataFrame(records, schema=header, orient="row").write_parquet(buffer, metadata=metadata)
        return buffer.getvalue()

    objects = [dict(zip(*pair, strict=True)) for pair in ((rows(0)[0], SHEET[1]), (SHEET[0], rows(2)[2]))]
    yield "csv", {"lide.csv": csv(2)}
    yield "csv", {"lide.csv": csv(0)}
    yield "csv", {f"lide {name}.csv": csv(9)}
    yield "xlsx", {"lide.xlsx": make_workbook({"L": rows(1)})}
    yield "xlsx", {"lide.xlsx": make_workbook({"L": rows(0)})}
    yield "xlsx", {"lide.xlsx": make_workbook({"L": SHEET, "hidden": [["x"], [value]]})}
    yield "xlsx", {"lide.xlsx": make_workbook({"L": SHEET}, comment=value)}
    yield "xlsx", {"lide.xlsx": make_workbook({"L": SHEET, name: [["x"]]})}
    yield "json", {"lide.json": json.dumps({"lide": objects[1:]}).encode()}
    yield "json", {"lide.json": json.dumps({"lide": objects[:1]}, ensure_ascii=False).encode()}
    yield "json", {"lide.json": json.dumps({"lide": [{"kód": "A"}], name: [{"x": 1}]}).encode()}
    yield "parquet", {"lide.parquet": parquet(2)}
    yield "parquet", {"lide.parquet": parquet(0)}
    yield "parquet", {"lide.parquet": parquet(9, {"note": value})}
    yield "zip", {"lide.zip": make_zip({"lide.csv": csv(1)})}
    yield "zip", {"lide.zip": make_zip({"lide.csv": csv(9), f"{name}.csv": csv(9)})}
    yield "zip", {"lide.zip": make_zip({"lide.csv": csv(9)}, comment=value.encode())}


@pytest.mark.parametrize("value", PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_identifier_is_refused_and_is_nowhere(project, rules, make_zip, make_workbook, value, capsys):
    name = value.replace("/", "-")
    for number, (kind, files) in enumerate(deliveries(make_zip, make_workbook, value)):
        if value.startswith("991231") and number in IN_NAMES:
            continue  # nine digits count with a slash, which these names cannot hold
        project.write_contract(rules(kind, pattern="lide*", sheet={"xlsx": "L", "json": "lide"}.get(kind, "")))
        folder = project.deliver(files, folder="d")
        report = project.land()
        assert [d.rule_id for d in report.deliveries] == ["identifier_found"], number
        said = "\n".join(report.lines()) + "".join(capsys.readouterr())
        kept = [p for p in (project.root / "data").rglob("*") if p.is_file()]
        assert kept
        written = "\n".join(str(p) for p in kept).encode() + b"".join(p.read_bytes() for p in kept)
        for form in (value, name, value.replace(" ", ""), value.replace("/", "")):
            assert form not in said
            assert form.encode() not in written
        for path in folder.iterdir():
            path.unlink()


def test_an_identifier_in_the_sidecar_or_the_folders_name(project):
    csv = "kód;pohlaví\nA;muž\n".encode("cp1250")
    project.deliver({"lide.csv": csv}, folder="710319 2745", sidecar="7103192745 = 1\n")
    report = project.land()
    assert report.refused[0].rule_id == "identifier_found"
    kept = [p for p in (project.root / "data").rglob("*") if p.is_file()]
    for text in ["\n".join(report.lines()), *(p.read_text("utf-8") for p in kept)]:
        assert "2745" not in text


def test_the_refusal_says_file_sheet_row_column_and_kind(project, rules, make_workbook):
    project.write_contract(rules("xlsx", sheet="L", extra=""))
    rows = [["kód", "pohlaví", "poznámka"], ["A", "muž", "volat 710319/2745"]]
    project.deliver({"lide.xlsx": make_workbook({"L": rows})})
    assert project.refusal() == (
        "identifier_found",
        "example/2023-07-31: refused, nothing of it was kept\n"
        "  identifier_found: birth_number in cell: lide.xlsx, sheet 'L', row 2, column 3 'poznámka'",
    )
