"""The data dictionary: every column and every code of a release is explained in both languages; texts are inert."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import openpyxl
import pytest

from pipeline.publication import Report, dictionary
from pipeline.publication.annex import write_workbook
from pipeline.spreadsheets import inert
from tests.unit.publication.bundle import HOSTILE

Language = Callable[[str], Report]


def test_every_column_is_explained_once(report: Language) -> None:
    bundle = report("cs").bundle
    rows = dictionary.columns(bundle)
    names = [row[0] for row in rows]
    asked = {name for table in bundle.tables.values() for name in (*table.dims, *table.statistics)}
    assert asked | {"…_status", "published_on"} == {*names}
    assert len(names) == len({*names})
    assert ("rate", "podíl v procentech", "rate in per cent") in rows


def test_codes_are_named_and_unknown_ones_stand_as_they_are(report: Language) -> None:
    rows = dictionary.codes(report("cs").bundle, {"magdalena": "Magdaléna"})
    assert ("group_value", "planned", "unplanned", "neplánované", "unplanned") in rows
    assert ("group_value", "partner", "magdalena", "Magdaléna", "Magdaléna") in rows
    assert (
        "cohort",
        "",
        "programme",
        "klienti programu (první propuštění)",
        "programme clients (first release)",
    ) in rows
    assert any(row[2] == HOSTILE for row in rows)
    assert not [row for row in rows if row[1] == "quarter"]


def test_the_package_says_what_a_field_holds(report: Language) -> None:
    package = json.loads((report("cs").bundle.path / "datapackage.json").read_text("utf-8"))
    fields = [f for resource in dictionary.described(package)["resources"] for f in resource["schema"]["fields"]]
    assert all(field["description"] for field in fields)
    assert {f["description"] for f in fields if f["name"] == "n_status"} == {" / ".join(dictionary.meaning("x_status"))}


def test_a_sheet_carries_its_title_and_notes_above_one_table(report: Language) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(report("cs").bundle, {})))
    for sheet in book.worksheets[1:]:
        (table,) = sheet.tables.values()
        lines = [[cell.value for cell in row] for row in sheet.iter_rows(max_row=12)]
        top = int("".join(filter(str.isdigit, table.ref.split(":")[0]))) - 1
        assert top >= 3, sheet.title
        assert lines[0][0]
        assert lines[top - 1] == [None] * len(lines[0])
        assert None not in lines[top], sheet.title


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@a", "\t1", "\r1", "\n1", "  =1", "＝1", "\u00a0＋1", "－1", "＠a"]
)
def test_a_text_that_might_be_run_gets_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "KO-1", "a = b", "1-2", " a", "'=1"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert inert(text) == text
