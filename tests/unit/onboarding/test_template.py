"""What the workbook template holds, and that a filled-in one loads without a contract."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from pipeline import landing, sources, staging
from pipeline.errors import SettingsError
from pipeline.flow import with_inputs
from pipeline.onboarding import write_template
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import Settings, load_settings
from pipeline.warehouse import Connection, open_run

RUN = Run(Quarter(2023, 2), datetime(2023, 8, 15), None, None)
PERSON = "A" * 26
DECLARED = [date(2023, 7, 31), "1.4.2023", "30. 6. 2023", "full (všechno od začátku)", "souhlas", date(2030, 12, 31)]


def project(tmp_path: Path, partner: str) -> Settings:
    (tmp_path / "in" / partner / "one").mkdir(parents=True)
    (tmp_path / "throughcare.toml").write_text(f'[partners.{partner}]\nlocation = "in/{partner}"\n')
    return load_settings(tmp_path)


def filled_in(settings: Settings, partner: str, rows: dict[str, dict[str, object]]) -> None:
    path = write_template(settings, partner, settings.root / "in" / partner / "one" / "sablona-SYNTHETIC.xlsx")
    book = openpyxl.load_workbook(path)
    for row, value in enumerate(DECLARED, start=1):
        book["dodávka"].cell(row, 2, value)
    for table, cells in rows.items():
        sheet = book[f"tabulka {table}"]
        places = {cell.value: cell.column for cell in sheet[4]}
        for column, value in cells.items():
            sheet.cell(5, places[column], value)
    book.save(path)


def staged(settings: Settings) -> Connection:
    report = landing.land(settings, sources.pull(settings, started_at=RUN.started_at), started_at=RUN.started_at)
    assert "refused" not in "\n".join(report.lines())
    run = with_inputs(settings, RUN)
    con = open_run(settings.folder("warehouse"), "test")
    landing.load(con, settings, run)
    staging.stage(con, settings, run)
    return con


@pytest.mark.parametrize("partner", ["partner_xx", "podane_ruce", "laxus"])  # no contract, ZIP, JSON
def test_a_filled_in_template_loads_whatever_the_partner_delivers_otherwise(tmp_path: Path, partner: str) -> None:
    settings = project(tmp_path, partner)
    person = {"person_id": PERSON, "sex": "muž", "birth_year": 1985, "region": "Hlavní město Praha"}
    treatment = {"treatment_id": "T1", "person_id": PERSON, "treatment_type": "outpatient", "setting": "community"}
    days = {"start_date": date(2023, 5, 2), "end_date_inclusive": "31.5.2023", "end_reason": "completed"}
    filled_in(settings, partner, {"person": person, "treatment": treatment | days})

    con = staged(settings)

    assert con.sql("select person_id, sex, birth_year, region from staging.person").fetchall() == [
        (PERSON, "male", 1985, "CZ010")
    ]
    assert con.sql("select start_date, end_date_exclusive from staging.treatment").fetchall() == [
        (date(2023, 5, 2), date(2023, 6, 1))  # the last day that was filled in is still in the interval
    ]
    for nothing in ("refused", "delivery_refused", "unread_sheet", "ignored_column"):
        assert con.sql(f"select * from staging.{nothing}").fetchall() == [], nothing


def test_only_sheets_that_were_filled_in_count_as_delivered(tmp_path: Path) -> None:
    settings = project(tmp_path, "partner_xx")
    filled_in(settings, "partner_xx", {"person": {"person_id": PERSON, "sex": "žena"}})
    landing.land(settings, sources.pull(settings, started_at=RUN.started_at), started_at=RUN.started_at)
    (receipt,) = landing.receipts(settings)
    assert receipt.tables == ("person",)
    assert (receipt.period_from, receipt.period_to) == (date(2023, 4, 1), date(2023, 6, 30))
    assert (receipt.kind, receipt.lawful_basis, receipt.keep_until) == ("full", "souhlas", date(2030, 12, 31))


def test_an_empty_template_is_refused_and_says_why(tmp_path: Path) -> None:
    settings = project(tmp_path, "partner_xx")
    filled_in(settings, "partner_xx", {})
    report = landing.land(settings, sources.pull(settings, started_at=RUN.started_at), started_at=RUN.started_at)
    assert "The template holds no rows" in "\n".join(report.lines())
    assert landing.receipts(settings) == []


def test_drop_downs_hold_every_code_and_required_columns_a_star(tmp_path: Path) -> None:
    path = write_template(project(tmp_path, "kotec"), "kotec", tmp_path / "sablona-kotec.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["tabulka person"]
    column = {cell.value: cell.column_letter for cell in sheet[4]}
    listed = {str(v.sqref).split(":")[0][:-1]: v.formula1 for v in sheet.data_validations.dataValidation}
    first, last = listed[column["sex"]].removeprefix("'číselníky'!").replace("$", "").split(":")
    assert [cell[0].value for cell in book["číselníky"][first:last]] == ["muž", "žena", "neuvedeno"]
    assert sheet[f"{column['person_id']}2"].value.endswith(" *")
    assert not sheet[f"{column['birth_year']}2"].value.endswith("*")
    assert "tabulka custody_stay" not in book.sheetnames  # another organisation's work


def test_a_template_is_known_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Call it sablona-kotec"):
        write_template(project(tmp_path, "kotec"), "kotec", tmp_path / "klienti.xlsx")
