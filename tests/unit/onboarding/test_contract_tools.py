"""Trying a contract on a file and drafting a first one, as somebody does who brings in a new partner."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import InputError, SettingsError
from pipeline.onboarding import Check, check_contract, draft_contract
from pipeline.onboarding.likeness import likely_code, likely_column
from pipeline.settings import PartnerSettings, Settings
from pipeline.sources import load_contract

LATEST = date(2023, 12, 31)
PEOPLE = [f"{letter}" * 26 for letter in "ABCDEF"]
CLIENTS = "Kód klienta;Pohlaví;Rok narození;Kraj;Oblíbená barva\n" + "".join(
    f"{p};{'muž' if i % 2 else 'žena'};{1980 + i};Hlavní město Praha;modrá\n" for i, p in enumerate(PEOPLE)
)
CONTRACT = """
partner = "partner_xx"
title = "Partner"
format = "csv"
[read]
delimiter = ";"
[[file]]
name = "clients"
pattern = "klienti*.csv"
ignored = ["Oblíbená barva"]
[[file.produces]]
table = "person"
[file.produces.columns]
person_id = "Kód klienta"
sex = { from = "Pohlaví", codes = { "muž" = "male", "žena" = "female" } }
birth_year = "Rok narození"
"""


def tried(tmp_path: Path, contract: str, text: str, name: str = "klienti_2023.csv") -> Check:
    own, file = tmp_path / "own.toml", tmp_path / name
    own.write_text(contract, "utf-8")
    file.write_text(text, "utf-8")
    partners = {"partner_xx": PartnerSettings(location=".", contract=own)}
    settings = Settings(root=tmp_path, data=tmp_path / "data", partners=partners)
    return check_contract(settings, load_contract(settings, "partner_xx"), file, latest=LATEST)


def test_a_fitting_file_shows_what_fills_what(tmp_path: Path) -> None:
    found = tried(
        tmp_path,
        CONTRACT.replace('birth_year = "Rok narození"', 'birth_year = "Rok narození"\nregion = "Kraj"').replace(
            'region = "Kraj"', 'region = { from = "Kraj", codes = { "Hlavní město Praha" = "CZ010" } }'
        ),
        CLIENTS,
    )
    (sheet,) = found.sheets
    assert [(u.heading, u.fills, u.how) for u in sheet.uses] == [
        ("Kód klienta", "person.person_id", "pseudonym"),
        ("Pohlaví", "person.sex", "codes: its own list"),
        ("Rok narození", "person.birth_year", "integer"),
        ("Kraj", "person.region", "codes: its own list"),
    ]
    assert found.produced == (("person", 6, 6),)
    assert found.fits
    assert not (tmp_path / "data").exists()  # a dry run leaves nothing


def test_an_unread_column_is_named_with_what_it_may_mean(tmp_path: Path) -> None:
    found = tried(tmp_path, CONTRACT, CLIENTS)
    assert found.sheets[0].unread == (("Kraj", "person.region"),)
    assert found.fits  # an extra column is only said


def test_a_missing_column_is_named_with_the_likeliest(tmp_path: Path) -> None:
    found = tried(tmp_path, CONTRACT, CLIENTS.replace("Kód klienta", "Kod klient"))
    assert found.sheets[0].missing == (("Kód klienta", "Kod klient"),)
    assert not found.fits


def test_unknown_codes_are_shown_when_they_are_common_and_counted_when_they_may_be_a_name(tmp_path: Path) -> None:
    text = CLIENTS.replace(";muž;", ";muz.;").replace(f"{PEOPLE[0]};žena;", f"{PEOPLE[0]};Jana;")
    (common, *rest) = tried(tmp_path, CONTRACT, text).refused
    assert (common.table, common.column, common.rule_id, common.rows) == ("person", "Pohlaví", "unknown_code", 4)
    assert common.words == (("muz.", 3, "male"),)
    assert common.first[0] == ("klienti_2023.csv", 2)
    assert not rest


def test_identifiers_and_unreadable_files_are_said(tmp_path: Path) -> None:
    found = tried(tmp_path, CONTRACT, CLIENTS.replace("modrá", "710319/2745"))
    assert not found.fits
    assert {f.rule_id for f in found.findings} == {"identifier_found"}
    assert "710319" not in repr(found)
    assert tried(tmp_path, CONTRACT, "", "klienti_0.csv").problems
    with pytest.raises(InputError, match="There is no file"):
        check_contract(
            Settings(root=tmp_path, data=tmp_path),
            load_contract(Settings(root=tmp_path, data=tmp_path), "kotec"),
            tmp_path / "no",
            latest=LATEST,
        )


DECLARED = """extract_date = 2023-06-30
period_from = 2023-01-01
period_to = 2023-06-30
kind = "full"
lawful_basis = "x"
keep_until = 2033-12-31
"""


@pytest.mark.parametrize(
    ("sidecar", "words"),
    [
        (None, "does not say its extract_date, period_from, period_to"),
        (DECLARED.replace("2023-01-01", "2024-01-01"), "period_from = 2024-01-01 lies after period_to = 2023-06-30"),
        (DECLARED.replace("2023-06-30", "2099-06-30"), "2099-06-30, lies in the future"),
        (DECLARED.replace("2033-12-31", "2020-12-31"), "keep_until = 2020-12-31 has passed"),
        (DECLARED.replace("full", "plný"), "kind must be one of"),
    ],
)
def test_a_folder_is_tried_with_what_it_declares(tmp_path: Path, sidecar: str | None, words: str) -> None:
    folder = tmp_path / "2023-06-30"
    folder.mkdir()
    if sidecar:
        (folder / "delivery.toml").write_text(sidecar, "utf-8")
    tried(tmp_path, CONTRACT, CLIENTS, "2023-06-30/klienti.csv")
    partners = {"partner_xx": PartnerSettings(location=".", contract=tmp_path / "own.toml")}
    settings = Settings(root=tmp_path, data=tmp_path / "data", partners=partners)
    found = check_contract(settings, load_contract(settings, "partner_xx"), folder, latest=LATEST)
    assert words in "; ".join(found.problems)
    assert not found.findings
    assert not found.fits


def test_a_whole_delivery_fits_and_what_is_no_delivery_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "2023-06-30"
    folder.mkdir()
    (folder / "delivery.toml").write_text(DECLARED, "utf-8")
    for name in ("~$klienti.xlsx", "klienti.csv.part", ".DS_Store", "Thumbs.db"):
        (folder / name).write_bytes(b"x")
    tried(tmp_path, CONTRACT, CLIENTS, "2023-06-30/klienti.csv")
    partners = {"partner_xx": PartnerSettings(location=".", contract=tmp_path / "own.toml")}
    settings = Settings(root=tmp_path, data=tmp_path / "data", partners=partners)
    assert check_contract(settings, load_contract(settings, "partner_xx"), folder, latest=LATEST).fits


def test_another_delimiter_is_named(tmp_path: Path) -> None:
    found = tried(tmp_path, CONTRACT, CLIENTS.replace(";", ","))
    assert "Columns are divided by , where the contract expects ;." in "; ".join(found.problems)


def test_a_draft_of_a_file_nobody_has_described_reads_that_file(tmp_path: Path) -> None:
    text = CLIENTS.replace("Pohlaví", "pohlavi_klienta").replace("Rok narození", "ROK_NAROZENI")
    file = tmp_path / "klienti_2023-06.csv"
    file.write_text(text, "utf-8")
    made = draft_contract(file, "partner_xx", latest=LATEST)
    assert 'pattern = "klienti*.csv"' in made.text
    assert 'sex = { from = "pohlavi_klienta", codes = "person_sex" }  # likeness' in made.text
    assert "# not used: Oblíbená barva" in made.text
    assert (made.filled, made.guessed, made.open) == (4, 1, 0)
    found = tried(tmp_path, made.text, text, "klienti_2023-07.csv")  # the next month's file too
    assert found.produced == (("person", 6, 6),)


def test_a_column_of_birth_numbers_is_the_person_for_pseudonymise(tmp_path: Path) -> None:
    (tmp_path / "lide.csv").write_text("Rodné číslo;Pohlaví\n7103192745;muž\n", "utf-8")
    assert 'person_id = "Rodné číslo"' in draft_contract(tmp_path / "lide.csv", "jih", latest=LATEST).text


def test_what_a_draft_cannot_know_is_left_to_a_person(tmp_path: Path) -> None:
    file = tmp_path / "dohody.csv"
    file.write_text(
        "Číslo dohody,Kód klienta,Dohoda uzavřena\n" + "".join(f"{n},{p},1.2.2023\n" for n, p in enumerate(PEOPLE)),
        "utf-8",
    )
    made = draft_contract(file, "partner_xx", latest=LATEST)
    assert 'programme = { value = "TODO" }  # required; one of through_the_gate, romodrom' in made.text
    assert 'date = ["%d.%m.%Y"]' in made.text
    with pytest.raises(SettingsError, match="programme: value: not in the code list"):
        tried(tmp_path, made.text, file.read_text("utf-8"), "dohody.csv")


def test_a_title_row_and_a_totals_row_are_seen(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "export 2023.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Klienti")
        rows = [["Výpis klientů"], [], ["Kód klienta", "Pohlaví", "Rok narození"], *([p, "muž", 1980] for p in PEOPLE)]
        for number, row in enumerate([*rows, ["Součet", 6]]):
            sheet.write_row(number, 0, row)
    made = draft_contract(path, "partner_xx", latest=LATEST)
    assert "header_row = 3" in made.text
    assert 'total = { text = "Součet", count = 2 }' in made.text


@pytest.mark.parametrize(
    ("heading", "place"),
    [
        ("Datum propuštění", ("custody_stay", "release_date")),
        ("pohlavi_klienta", ("person", "sex")),
        ("gender", None),
        ("xyz", None),
    ],
)
def test_headings_are_known_by_labels_and_by_what_others_call_them(heading: str, place: tuple[str, str] | None) -> None:
    assert likely_column(heading) == place


def test_words_are_known_whatever_their_accents_and_digits_count() -> None:
    assert likely_code("sex", "MUŽ") == likely_code("sex", "muz") == "male"
    assert likely_code("sex", "qqq") is None


def test_a_slipped_column_shows_nobody(tmp_path: Path) -> None:
    """Names and pseudonyms in a column of codes are counted, however often they stand there."""
    text = CLIENTS.replace(";muž;", ";Nováková;").replace(";žena;", f";{PEOPLE[0]};")
    found = tried(tmp_path, CONTRACT, text)
    assert [(r.rule_id, r.rows, r.words) for r in found.refused] == [("unknown_code", 6, ())]
    file = tmp_path / "other.csv"
    file.write_text(text, "utf-8")
    made = draft_contract(file, "partner_xx", latest=LATEST)
    assert "Nováková" not in made.text
    assert PEOPLE[0] not in made.text


def test_a_file_without_headings_is_not_drafted_from_its_first_person(tmp_path: Path) -> None:
    file = tmp_path / "klienti.csv"
    file.write_text("Jan Novák;muž;Praha\nEva Malá;žena;Brno\n", "utf-8")
    with pytest.raises(InputError, match="holds what looks like a person's name") as refused:
        draft_contract(file, "partner_xx", latest=LATEST)
    assert "Novák" not in str(refused.value)
