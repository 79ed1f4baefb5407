"""Second keying: one person alike at every partner and in every shape, first pseudonyms nowhere in the warehouse."""

from __future__ import annotations

import hashlib
import io
import json

import polars as pl
import pytest

from pipeline.errors import SettingsError
from pipeline.keys import PIPELINE, Keyer, is_by_birth_number, is_pseudonym
from pipeline.landing import own_pseudonyms, receipts
from pipeline.periods import Quarter
from pipeline.run import Run

KEY = hashlib.sha256(b"pipeline").digest()
KEYED = Keyer(KEY).person
ONE, TWO = "NRDIHP7KMCJILLI6SIVXJMB5HS", "U7G4YPNLBCO7ALFVWREKU7EAH6"
COLUMNS = """
[[file]]
name = "people"
pattern = "{pattern}"
sheet = "{sheet}"
[[file.produces]]
table = "person"
[file.produces.columns]
person_id = "kod"
sex = { from = "pohlavi", codes = { M = "male", Z = "female" } }
"""
HEAD = 'partner = "example"\ntitle = "Example"\nformat = "{kind}"\n[read]\nencoding = "utf-8"\ndelimiter = ";"\n'
CASES = """
[[file]]
name = "cases"
pattern = "*"
sheet = "klienti.dohody"
[[file.produces]]
table = "case"
[file.produces.columns]
case_id = "cislo"
person_id = "parent.kod"
case_manager_id = "pracovnik"
programme = { value = "romodrom" }
agreement_date = "od"
"""


def contract(kind: str, sheet: str = "", extra: str = "") -> str:
    text = HEAD.replace("{kind}", kind) + '[values]\nmissing = ["neuvedeno"]\n' + COLUMNS + extra
    return text.replace("{pattern}", "*").replace("{sheet}", sheet)


@pytest.fixture(autouse=True)
def keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PIPELINE, KEY.hex())


def landed(project) -> list[list[str]]:
    return [
        row[0] for row in project.rows("select cells from landing.record where kind = 'record' order by row_number")
    ]


def test_what_staging_reads_alike_is_keyed_alike(project) -> None:
    project.write_contract(contract("csv"))
    text = f"kod;pohlavi;navic\n{ONE};M;{TWO}\n\u00a0{ONE} ;M;x\nneuvedeno;Z;\n#N/A;Z;\n;Z;\nK-1;Z;K-1\n{TWO}\n"
    project.deliver({"lide.csv": text.encode()})
    assert landed(project) == [
        [KEYED(ONE), "M", KEYED(TWO)],  # a pseudonym in a column that nothing reads, too
        [KEYED(ONE), "M", "x"],
        ["neuvedeno", "Z", ""],
        ["#N/A", "Z", ""],  # a failed formula is nobody, and staging has to see it
        ["", "Z", ""],
        [KEYED("K-1"), "Z", KEYED("K-1")],
        [KEYED(TWO)],
    ]


def as_xlsx() -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("lide")
        sheet.write_row(0, 0, ["kod", "pohlavi"])
        sheet.write_row(1, 0, [ONE, "M"])
    return buffer.getvalue()


def as_parquet() -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame({"kod": [ONE], "pohlavi": ["M"]}).write_parquet(buffer)
    return buffer.getvalue()


def test_shapes_agree_and_members_of_staff_are_apart(project) -> None:
    project.write_contract(contract("xlsx", "lide"))
    project.deliver({"lide.xlsx": as_xlsx()}, folder="2023-01")
    assert landed(project) == [[KEYED(ONE), "M"]]
    content = {
        "klienti": [{"kod": ONE, "pohlavi": "M", "dohody": [{"cislo": "D1", "od": "2023-01-01", "pracovnik": ONE}]}]
    }
    (project.inbox / "2023-01" / "lide.xlsx").unlink()
    project.write_contract(contract("json", "klienti", CASES))
    project.deliver({"lide.json": json.dumps(content).encode()}, folder="2023-01")
    for receipt in (project.settings.data / "landing" / "receipts").glob("*.json"):
        receipt.unlink()
    rows = project.rows(
        "select sheet, header, cells from landing.record join landing.sheet using (file_id, sheet) order by 1"
    )
    (_, header, client), (_, inner, case) = rows
    assert dict(zip(header, client, strict=True)) == {"kod": KEYED(ONE), "pohlavi": "M"}
    told = dict(zip(inner, case, strict=True))
    assert told["parent.kod"] == KEYED(ONE)
    assert told["pracovnik"] == Keyer(KEY).worker(ONE, "example") != KEYED(ONE)
    assert told["pracovnik"] != Keyer(KEY).worker(ONE, "another")
    (receipt,) = receipts(project.settings)
    assert own_pseudonyms(project.settings, receipt.delivery_id, "lide.json")[KEYED(ONE)] == ONE


def test_parquet_and_long_rows(project) -> None:
    project.write_contract(contract("parquet"))
    project.deliver({"lide.parquet": as_parquet()})
    assert landed(project) == [[KEYED(ONE), "M"]]


def test_the_key_domain_survives() -> None:
    valid = ["A" * 25, "Q" * 25]
    from pipeline.keys.pseudonym import _check

    for body in valid:
        first = body + _check(body)
        assert is_pseudonym(first)
        second = KEYED(first)
        assert is_pseudonym(second)
        assert is_by_birth_number(second) == is_by_birth_number(first)
        assert second != first
        assert KEYED(first) != Keyer(hashlib.sha256(b"other").digest()).person(first)


def test_a_person_put_together_of_cells_is_refused(project) -> None:
    project.write_contract(contract("csv").replace('person_id = "kod"', 'person_id = { template = "{kod}-{pohlavi}" }'))
    project.deliver({"lide.csv": f"kod;pohlavi\n{ONE};M\n".encode()})
    with pytest.raises(SettingsError, match=r"people.person_id"):
        landed(project)


def test_another_key_is_another_run() -> None:
    run = Run(Quarter(2023, 2), None)  # type: ignore[arg-type]
    from dataclasses import replace

    assert replace(run, keyed="ABCDEFGH").run_id != replace(run, keyed="HGFEDCBA").run_id != run.run_id


def test_the_marker_is_for_exports_alone(project) -> None:
    project.write_contract(contract("csv"))
    sidecar = (
        'extract_date = 2023-07-31\nperiod_from = 2021-01-01\nperiod_to = 2023-07-31\nkind = "full"\n'
        'lawful_basis = "consent"\nkeep_until = 2030-12-31\nkeyed = "ABCDEFGH"\n'
    )
    project.deliver({"lide.csv": f"kod;pohlavi\n{ONE};M\n".encode()}, sidecar=sidecar)
    rule, text = project.refusal()
    assert rule == "wrong_declaration"
    assert "throughcare export" in text
