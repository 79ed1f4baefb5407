"""Exports of all shapes with birth numbers in many spellings: rewritten they land, people are the same everywhere."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import IdentifierFoundError, InputError, StorageError
from pipeline.landing import land, read_workbook, receipts
from pipeline.pseudonyms import Pseudonymiser, pseudonymise
from pipeline.settings import REPOSITORY, PartnerSettings, Settings, load_settings
from pipeline.sources import load_contract, pull

LATEST = date(2023, 8, 15)
STARTED = datetime(2023, 8, 15, 12)
KEY = hashlib.sha256(b"a key for tests").digest()
PSEUDONYM = re.compile(r"\b[A-Z2-7]{26}\b")
SAMPLE = REPOSITORY / "data" / "sample"


def birth_number(pseudonym: str) -> str:
    """A made-up birth number for a made-up person, the same each time."""
    draw = random.Random(pseudonym)
    while True:
        front = (
            f"{draw.randrange(54, 99):02d}{draw.randrange(1, 13) + draw.choice([0, 50]):02d}{draw.randrange(1, 29):02d}"
        )
        front += f"{draw.randrange(1000):03d}"
        if int(front) % 11 < 10:
            return front + str(int(front) % 11)


def spelled(text: str, draw: random.Random) -> str:
    number = birth_number(text)
    return draw.choice(
        [number, f"{number[:6]}/{number[6:]}", f"{number[:6]} / {number[6:]}", f" {number[:6]} {number[6:]}"]
    )


def raw_export(source: Path, target: Path) -> None:
    """The sample as a partner's system would export it: birth numbers, an extra column nobody asked for."""
    draw = random.Random(5)

    def put(text: str) -> str:
        return PSEUDONYM.sub(lambda m: spelled(m[0], draw), text)

    def whole(data: bytes) -> bytes:
        return put(data.decode("latin-1")).replace("\u00a0/", "/").encode("latin-1")

    target.parent.mkdir(parents=True, exist_ok=True)
    data = source.read_bytes()
    if source.suffix == ".parquet":
        frame = pl.read_parquet(source)
        text = [c for c in frame.columns if frame.schema[c] == pl.String]
        frame = frame.with_columns(pl.col(c).map_elements(put, pl.String) for c in text)
        frame.with_columns(note=pl.lit("Jan Novák")).write_parquet(target, metadata={"author": "Jan Novák"})
    elif source.suffix == ".xlsx":
        import xlsxwriter

        with xlsxwriter.Workbook(str(target)) as book:
            for grid in read_workbook(data)[0]:
                sheet = book.add_worksheet(grid.name)
                for number, row in enumerate(grid.cells):
                    extra = {3: "Příjmení"}.get(
                        number, "Novák" if number > 3 and len([c for c in row if c]) > 2 else ""
                    )
                    sheet.write_row(number, 0, [put(c or "") for c in row] + [extra])
    elif source.suffix == ".zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(buffer, "w") as new:
            new.comment = b"exported by Jan Novak"
            for name in old.namelist():
                new.writestr(name, whole(old.read(name)))
        target.write_bytes(buffer.getvalue())
    elif source.suffix == ".json":
        content = json.loads(put(data.decode()))
        for client in content["klienti"]:
            client["jmeno"] = "Jan Novák"
        target.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    else:
        target.write_bytes(data if source.suffix == ".toml" else whole(data))


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="data/sample is not there")
def test_exports_in_all_shapes_become_deliveries_that_land_with_the_same_people_everywhere(tmp_path):
    settings = load_settings(REPOSITORY)
    for partner in settings.partners:
        contract = load_contract(settings, partner)
        for folder in sorted((SAMPLE / partner).iterdir()):
            raw, out = tmp_path / "raw" / partner / folder.name, tmp_path / "out" / partner / folder.name
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                raw_export(path, raw / path.name)
            out.parent.mkdir(parents=True, exist_ok=True)
            report = pseudonymise(raw, out, contract, KEY, latest=LATEST)
            assert report.by_birth_number > 0
            assert report.by_other == 0, report.lines()
    locations = {p: PartnerSettings(location=str(tmp_path / "out" / p)) for p in settings.partners}
    landing = Settings(root=tmp_path, data=tmp_path / "data", partners=locations)
    landed = land(landing, pull(landing, started_at=STARTED), started_at=STARTED)
    assert not landed.refused, landed.lines()
    assert len(receipts(landing)) == 17
    _same_people(tmp_path)


def _same_people(tmp_path: Path) -> None:
    """Clients of the CSV partners: each old pseudonym has one new one, the same at every partner."""
    make = Pseudonymiser(KEY, "any", LATEST)
    for partner, name, encoding, delimiter in (
        ("vscr", "osoby", "cp1250", ";"),
        ("kotec", "klienti", "utf-8-sig", ","),
        ("romodrom", "lide", "utf-8", "\t"),
    ):
        for old in sorted((SAMPLE / partner).rglob(f"{name}_*")):
            new = tmp_path / "out" / old.relative_to(SAMPLE)
            before, after = (p.read_bytes().decode(encoding).splitlines() for p in (old, new))
            assert len(before) == len(after)
            pairs = [(b.split(delimiter), a.split(delimiter)) for b, a in zip(before[1:], after[1:], strict=True)]
            people = [(b, a) for row in pairs for b, a in zip(*row, strict=True) if PSEUDONYM.fullmatch(b)]
            assert len(people) >= 50
            assert all(make.person(birth_number(b)) == a for b, a in people)


HEADER = "kód;pohlaví;narozen;Telefon;poznámka\n"
ROWS = "710319/2745;muž;19. 3. 1971;603 123 456;Jan Novák\nKL-7;žena;1985;;\n"
CONTRACT = """partner = "example"
title = "Example"
format = "csv"
[read]
encoding = ["cp1250"]
delimiter = ";"
[[file]]
name = "people"
pattern = "lide*"
[[file.produces]]
table = "person"
[file.produces.columns]
person_id = "kód"
sex = { from = "pohlaví", codes = { "muž" = "male", "žena" = "female" } }
birth_year = "narozen"
"""


@pytest.fixture
def export(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "lide.csv").write_bytes((HEADER + ROWS).encode("cp1250"))
    (tmp_path / "in" / "adresy.csv").write_bytes(b"x\n")
    (tmp_path / "contract.toml").write_text(CONTRACT, "utf-8")
    (tmp_path / "key").write_text(KEY.hex())
    return tmp_path


def run(root: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline.cli", "pseudonymise", str(root / "in"), str(root / "out")]
    options = ["--partner", "example", "--contract", str(root / "contract.toml"), *more]
    code = "import sys; from pipeline.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *command[3:], *options],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_drops_coarsens_and_says_what_it_did(export):
    done = run(export, "--key-file", str(export / "key"))
    assert done.returncode == 0, done.stderr
    header, first, second = (export / "out" / "lide.csv").read_bytes().decode("cp1250").splitlines()
    assert header == "kód;pohlaví;narozen"
    make = Pseudonymiser(KEY, "example", LATEST)
    assert first == f"{make.person('7103192745')};muž;1971"
    assert second == f"{make.person('KL-7')};žena;1985"
    said = " ".join(done.stdout.split())
    assert "without the columns Telefon, poznámka" in said
    assert "adresy.csv: not read by the contract, left out" in said
    assert "1 people by birth number, 1 by another identifier" in said
    assert KEY.hex() not in done.stdout + done.stderr
    again = run(export, "--key-file", str(export / "key"))
    assert again.returncode == StorageError.exit_code
    assert "not empty" in again.stderr


def test_wrong_numbers_are_listed_by_place_and_nothing_is_written(export):
    rows = ROWS.replace("KL-7", "7103192746") + "590312123;muž;;;\n"
    (export / "in" / "lide.csv").write_bytes((HEADER + rows).encode("cp1250"))
    done = run(export, "--key-file", str(export / "key"))
    assert done.returncode == InputError.exit_code
    assert "lide.csv, row 3, column 1: is no valid birth number" in done.stderr
    assert "row 4" in done.stderr
    assert "2746" not in done.stderr
    assert not list(export.glob("out*"))


def test_an_export_without_a_column_of_the_contract_is_no_delivery(export):
    (export / "in" / "lide.csv").write_bytes((HEADER + ROWS).replace("kód", "kod klienta", 1).encode("cp1250"))
    done = run(export, "--key-file", str(export / "key"))
    assert done.returncode == InputError.exit_code
    assert "lide.csv: there is no column 'kód', which the contract requires" in done.stderr
    assert not list(export.glob("out*"))


def test_what_would_still_identify_is_not_written(export):
    rows = ROWS.replace("žena;1985", "Jana Nováková;1985")
    (export / "in" / "lide.csv").write_bytes((HEADER + rows).encode("cp1250"))
    done = run(export, "--key-file", str(export / "key"))
    assert done.returncode == IdentifierFoundError.exit_code
    assert "name in cell: lide.csv, row 3, column 2 'pohlaví'" in done.stderr
    assert "Nov" not in done.stderr
    assert not list(export.glob("out*"))


def test_a_word_for_a_missing_value_is_no_person_and_a_title_in_the_sidecar_is_found(export):
    text = CONTRACT.replace("[[file]]", '[values]\nmissing = ["neuvedeno"]\n[[file]]')
    (export / "contract.toml").write_text(text, "utf-8")
    (export / "in" / "lide.csv").write_bytes((HEADER + "Neuvedeno;muž;1971;;\n").encode("cp1250"))
    done = run(export, "--key-file", str(export / "key"))
    assert "Neuvedeno;muž;1971" in (export / "out" / "lide.csv").read_bytes().decode("cp1250")
    assert "There is no delivery.toml" in " ".join(done.stdout.split())
    shutil.rmtree(export / "out")
    (export / "in" / "delivery.toml").write_text('# vyplnila Jana Nováková\npartner = "example"\n', "utf-8")
    done = run(export, "--key-file", str(export / "key"))
    assert done.returncode == IdentifierFoundError.exit_code
    assert not list(export.glob("out*"))


def test_without_a_key_nothing_happens(export, monkeypatch):
    monkeypatch.delenv("THROUGHCARE_PROJECT_KEY", raising=False)
    done = run(export)
    assert done.returncode == 2
    assert "openssl rand" in done.stderr


def test_the_input_stays_as_it_is(export):
    before = {p.name: p.read_bytes() for p in (export / "in").iterdir()}
    shutil.rmtree(export / "out", ignore_errors=True)
    run(export, "--key-file", str(export / "key"))
    assert {p.name: p.read_bytes() for p in (export / "in").iterdir()} == before


def test_an_export_with_two_columns_of_one_name_is_no_delivery(export):
    first, second = (HEADER + "".join(ROWS)).splitlines()[:2]
    (export / "in" / "lide.csv").write_bytes(f"{first};Kód\n{second};8552011236\n".encode("cp1250"))
    done = run(export, "--key-file", str(export / "key"))
    assert done.returncode == InputError.exit_code
    assert "lide.csv: there are two columns 'kód'; leave only the one that holds" in done.stderr
