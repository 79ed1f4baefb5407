"""Each kind of identifier in a text, and what only looks like one."""

from __future__ import annotations

import random
from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.errors import SettingsError
from pipeline.landing.columns import Roles
from pipeline.landing.identifiers import CANDIDATE, is_birth_number, kinds
from pipeline.landing.names import CANDIDATE as WORDS
from pipeline.landing.screen import screen
from pipeline.landing.sheets import RECORD, Grid, Reading, Sheet, interpret
from pipeline.landing.suspects import suspect, wordy

LATEST = date(2023, 8, 1)

NAMES = [
    "Jan Novák",
    "Novák Jan",
    "NOVÁKOVÁ JANA",
    "jan novak",
    "jana novakova",
    "Novák, Jan",
    "J. Petr Svoboda",
    "volal Petru Svobodovi, přijde zítra",
    "s Janou Dvořákovou domluveno",
    "u Zdeňka Němce doma",
    "dopis pro Lence Veselé",
    "bez pana Kučery",
    "Mgr. Pokorný přítomen",
    "jednani s Karlem Cernym o bydleni",
    "volal jsem jirimu krejcimu",
    "rodina Tomáše Horvátha",
    "Jana Marie Procházková",
    "Jan M. Kříž",
    "Petra Nová-Malá",
    "klient_jan_novak",
    "Jiřina Hrdličkovičová přišla",
    "Viktor Lakatoš",
    "Nguyen Thi Lan",
]
NO_NAMES = [
    "Svoboda pohybu",
    "za dané nové podmínky",
    "Dana nebyla doma",
    "řádek malý",
    "Magdaléna, Praha",
    "Podané ruce",
    "věznice Nové Sedlo",
    "Horní Slavkov",
    "s ostrahou – střední",
    "pátek ráno",
    "milá nová kolegyně",
    "Jan",
    "leden Jan 2023",
    "černý a bílý",
    "Karlovy Vary",
    "Světlá nad Sázavou",
    "motivační rozhovor",
    "paní učitelka",
]
OTHERS = [
    ("2000145399/0800", "bank_account"),
    ("19-2000145399/0800", "bank_account"),
    ("účet 19-2000145399 / 0800, spořitelna", "bank_account"),
    ("CZ65 0800 0000 1920 0014 5399", "bank_account"),
    ("CZ6508000000192000145399", "bank_account"),
    ("DE89370400440532013000", "bank_account"),
    ("č. OP 123456789", "document_number"),
    ("občanský průkaz č. 203456789 platí", "document_number"),
    ("OP: 123456 AB", "document_number"),
    ("pas 41234567", "document_number"),
    ("P<CZENOVAK<<JAN<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", "document_number"),
    ("Nádražní 12, 602 00 Brno", "address"),
    ("bydlí Na Poříčí 1041/12, 110 00 Praha 1", "address"),
    ("Lidická 5, Brno, 60200", "address"),
    ("60200 Brno, Lidická 5", "address"),
    ("ul. 28. října 15, PSČ 70200", "address"),
    ("narozen 12. 3. 1985", "date_of_birth"),
    ("nar. 12.3.1985 v Brně", "date_of_birth"),
    ("datum nar.: 1985-03-12", "date_of_birth"),
    ("DOB 12/03/1985", "date_of_birth"),
]
NEITHER = [
    "2000145398/0800",
    "123456/2020",
    "MAG-2000145399/0800A",
    "4500/2020",
    "41234567",
    "123456789",
    "částka 12, 150 00 Kč",
    "Výkon 12 za 1500",
    "schůzka 12. 3. 2023",
    "propuštěn 12.3.2021",
    "602 00",
    "OP 12",
    "pas je propadlý",
    "CZ6508000000192000145398",
    "12345",
    "2 400,00",
    "Opava 3",
]


@pytest.mark.parametrize("text", NAMES)
def test_names_in_any_case_with_and_without_diacritics(text):
    assert "name" in kinds(text, LATEST)
    assert pl.Series([text]).str.contains(WORDS).item()


@pytest.mark.parametrize("text", NO_NAMES)
def test_words_that_are_no_names(text):
    assert kinds(text, LATEST) == []


@pytest.mark.parametrize(("text", "kind"), OTHERS)
def test_other_identifiers(text, kind):
    assert kind in kinds(text, LATEST)
    assert pl.Series([text]).str.contains(CANDIDATE).item()


@pytest.mark.parametrize("text", NEITHER)
def test_what_only_looks_like_them(text):
    assert kinds(text, LATEST) == []


def found(header: list[str], *columns: list[str], roles: Roles | None = None) -> set[tuple[str, int]]:
    """Kind and column of what the columns of a sheet give away."""
    rows = pl.DataFrame(
        {
            "row_number": pl.Series(range(2, len(columns[0]) + 2), dtype=pl.Int32),
            "kind": [RECORD] * len(columns[0]),
            "cells": pl.Series([list(r) for r in zip(*columns, strict=True)], dtype=pl.List(pl.String)),
        }
    )
    sheet, known = Sheet("", "", tuple(header), rows), roles or Roles()
    return {(kind, column) for _, column, kind in suspect(sheet, known, wordy(sheet, known), LATEST, LATEST)}


def days(first: int, last: int, form: str) -> list[str]:
    return [(date(first, 1, 1) + timedelta(days=97 * i)).strftime(form) for i in range((last - first) * 3)]


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%d. %m. %Y", "%d.%m.%y", "%Y%m%d", "%Y-%m-%dT00:00:00"])
def test_a_column_of_dates_as_old_as_people_is_one_of_birth_dates(form):
    assert found(["datum"], days(1950, 2005, form)) == {("date_of_birth", 0)}
    assert found(["datum"], days(2019, 2023, form)) == set()


def test_a_heading_speaks_for_dates_names_and_bare_numbers():
    assert found(["Datum narození"], ["3.4.2021"]) == {("date_of_birth", 0)}
    assert found(["Datum narození"], ["31000"]) == {("date_of_birth", 0)}
    assert found(["Rok narození"], ["1985"]) == set()
    assert found(["Příjmení"], ["Wolkerstorfer"]) == {("name", 0)}
    assert found(["Příjmení"], ["neuvedeno"]) == set()
    assert found(["Jméno organizace"], ["Laxus"]) == set()
    assert found(["Číslo OP"], ["203456789"]) == {("document_number", 0)}
    assert found(["Pas"], ["41234567"]) == {("document_number", 0)}
    assert found(["Ulice"], ["Nádražní 12"]) == {("address", 0)}
    assert found(["Mobil"], ["603123456"]) == {("phone", 0)}
    assert found(["Počet"], ["603123456"]) == set()


def test_a_column_of_listed_words_is_one_of_names_and_single_words_are_not():
    assert found(["garant"], ["Novák", "Dvořáková", "Kučera", "Veselá", "Horák"]) == {("name", 0)}
    assert found(["garant"], ["Svoboda", "klid", "mír", "práce", "domov", "zdraví"]) == set()


def test_codes_of_the_contract_are_exempt_and_a_strange_word_among_them_is_not():
    codes = Roles(coded={0: frozenset(["jan novák"])})
    assert found(["typ"], ["Jan Novák", "Jan Novák"], roles=codes) == set()
    assert found(["typ"], ["Jan Novák", "Petr Novák"], roles=codes) == {("name", 0)}


def test_dates_that_the_contract_reads_as_other_dates_need_many_to_be_taken_for_birth_dates():
    lifers = days(1996, 2002, "%d.%m.%Y")
    assert found(["skutek"], lifers, roles=Roles(dated=frozenset([0]))) == set()
    assert found(["skutek"], lifers) == {("date_of_birth", 0)}


def test_the_rate_of_false_alarms_among_numbers_that_merely_look_alike(capsys):
    """Reported, and bounded: by number, and by column where the column is known."""
    draw = random.Random(11)
    many = 8_000
    alike = {
        "case numbers NNNNNN/YYYY": [f"{draw.randrange(10**6):06d}/{draw.randrange(2015, 2024)}" for _ in range(many)],
        "court files NN T NNN/YYYY": [
            f"{draw.randrange(1, 60)} T {draw.randrange(1, 400)}/{draw.randrange(2005, 2024)}" for _ in range(many)
        ],
        "files NNNNNNNN/2010": [f"{draw.randrange(10**7, 10**8)}/2010" for _ in range(many)],
        "invoices of ten digits": [str(draw.randrange(2_000_000_000, 9_999_999_999)) for _ in range(many)],
        "company numbers of eight digits": [f"{draw.randrange(10**8):08d}" for _ in range(many)],
        "running numbers of nine digits": [str(300_000_000 + 7 * i) for i in range(many)],
        "amounts": [f"{draw.randrange(10**7):,}".replace(",", "\u00a0") + ",50" for _ in range(many)],
        "amounts without a fraction": [f"{draw.randrange(10**3, 10**8):,}".replace(",", " ") for _ in range(many)],
        "times": [f"2023-05-{draw.randrange(1, 29):02d}T{draw.randrange(24):02d}:30:00+02:00" for _ in range(many)],
        "pseudonyms": ["".join(draw.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=26)) for _ in range(many)],
    }
    case = alike["court files NN T NNN/YYYY"]
    assert any("/2010" in text for text in case)
    lines = []
    for name, texts in alike.items():
        single = sum(bool(kinds(t, LATEST)) for t in texts) / many
        cells = pl.Series("cells", [[t] for t in texts], dtype=pl.List(pl.String))
        whole = len(screen(Reading((interpret(Grid("", cells), None),)), "f", LATEST)) / many
        lines.append(f"{name}: {100 * single:.2f} % alone, {100 * whole:.2f} % as a column")
        assert whole <= 0.0005, lines[-1]
        assert single < 0.3, lines[-1]
    with capsys.disabled():
        print("\nfalse alarms among look-alikes\n  " + "\n  ".join(lines))


def test_birth_numbers_are_found_in_every_spelling_at_every_age():
    draw = random.Random(3)
    for _ in range(2_000):
        born = date(1954, 1, 1) + timedelta(days=draw.randrange(22_000))
        month = born.month + draw.choice([0, 50])
        front = f"{born.year % 100:02d}{month:02d}{born.day:02d}{draw.randrange(1000):03d}"
        last = int(front) % 11
        number = front + str(last % 10)
        assert is_birth_number(number, LATEST) or (last == 10 and born.year >= 1986)


def test_a_cell_of_a_hundred_megabytes_is_refused_and_not_looked_through():
    cells = pl.Series("cells", [["slovo " * 17_000_000, "a"], ["b", "c"]], dtype=pl.List(pl.String))
    found = screen(Reading((interpret(Grid("", cells, ("x", "y")), None),)), "f", LATEST)
    assert [(f.kind, f.row) for f in found] == [("free_text", 1)]


def test_free_text_is_refused_unless_the_contract_says_why(project, rules):
    notes = [f"dnes jsme spolu {verb} o bydlení a práci" for verb in ("mluvili", "jednali", "psali")]
    table = "kód;pohlaví;sdělení\n" + "".join(f"{c};muž;{note}\n" for c, note in zip("ABC", notes, strict=True))
    project.deliver({"lide.csv": table.encode("cp1250")})
    rule, said = project.refusal()
    assert rule == "free_text"
    assert "free_text in column: lide.csv, column 3 'sdělení'. Anybody may be named" in said
    assert "bydlen" not in said
    reason = 'free_text = { "Sdělení" = "notes of the pilot, agreed in 2023" }\n'
    text = rules("csv")
    project.write_contract(text.replace("header_row = 1\n", "header_row = 1\n" + reason))
    report = project.land()
    assert [d.state for d in report.deliveries] == ["new"]
    project.write_contract(text.replace("header_row = 1\n", "header_row = 1\nfree_text = { x = 'so' }\n"))
    with pytest.raises(SettingsError, match="free_text"):
        project.land()


def test_a_description_that_repeats_is_no_free_text(project):
    services = ["individuální práce s klientem v terénu", "práce s rodinou klienta ve věznici"] * 30
    table = "kód;pohlaví;výkon\n" + "".join(f"K{n};muž;{s}\n" for n, s in enumerate(services))
    project.deliver({"lide.csv": table.encode("cp1250")})
    assert [d.state for d in project.land().deliveries] == ["new"]


def test_a_name_is_found_in_landing_and_not_repeated(project):
    table = "kód;pohlaví;garant\nA;muž;Novák Petr\nB;Jana Nová;x\n"
    project.deliver({"lide.csv": table.encode("cp1250")})
    rule, said = project.refusal()
    assert rule == "identifier_found"
    assert "name in cell: lide.csv, row 2, column 3 'garant'" in said
    assert "name in cell: lide.csv, row 3, column 2 'pohlaví'" in said
    assert "Nov" not in said


def test_a_key_that_stands_twice_cannot_hide_a_value(project, rules):
    project.write_contract(rules("json", sheet="lide", pattern="lide*"))
    text = '{"lide": [{"kód": "710319/2745", "kód": "A", "pohlaví": "muž"}]}'
    project.deliver({"lide.json": text.encode()})
    assert project.refusal()[0] == "unreadable_file"
