"""A ninth partner takes one contract and no Python: files that nobody here has made, read or refused with why."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipeline import landing, sources, staging
from pipeline.errors import SettingsError
from pipeline.periods import Quarter
from pipeline.run import Input, Run
from pipeline.settings import PartnerSettings, Settings
from pipeline.validated import validate, write_feedback
from tests.support.counting import count_in_sql

REAL = Path(__file__).parents[3] / "shared" / "realdata"
NOW = datetime(2018, 9, 1)
SIDECAR = """partner = "iowa"
extract_date = 2018-06-30
period_from = 2009-07-01
period_to = 2018-06-30
kind = "full"
lawful_basis = "open data of the State of Iowa"
keep_until = 2033-12-31
"""
IOWA = """partner = "iowa"
title = "Iowa Department of Corrections"
format = "csv"
[read]
encoding = ["utf-8"]
[[file]]
name = "returns"
pattern = "iowa*.csv"
[[file.produces]]
table = "custody_stay"
[file.produces.columns]
stay_id = "Stay number"
{person}
prison = {{ from = "Main Supervising District", codes = {{ "7JD" = "brno" }} }}
admission_date = {{ from = "Admission day", date = "%Y-%m-%d" }}
admission_reason = {{ value = "new_sentence" }}
release_date = {{ from = "Fiscal Year Released", date = "%Y" }}
"""


def real(name: str) -> bytes:
    path = REAL / name
    if not path.is_file():
        pytest.skip(f"shared/realdata/{name} is not there")
    return path.read_bytes()


def project(root: Path, contract: str, partner: str, files: dict[str, bytes], sidecar: str = SIDECAR) -> Settings:
    folder = root / "in" / "d"
    folder.mkdir(parents=True)
    for name, data in {**files, "delivery.toml": sidecar.replace("iowa", partner).encode()}.items():
        (folder / name).write_bytes(data)
    (root / f"{partner}.toml").write_text(contract, "utf-8")
    own = PartnerSettings(location="in", contract=Path(f"{partner}.toml"))
    return Settings(root=root, data=root / "data", partners={partner: own})


def test_releases_without_person_keys_are_read_and_refused_for_the_missing_key(tmp_path: Path) -> None:
    data = real("iowa_return.csv")
    contract = IOWA.format(person='person_id = "Offender number"')
    settings = project(tmp_path, contract, "iowa", {"iowa_return.csv": data})
    report = landing.land(settings, sources.pull(settings, started_at=NOW), started_at=NOW)
    assert [d.state for d in report.deliveries] == ["new"], report.lines()
    inputs = tuple(Input(r.partner, r.delivery_id, r.sha256) for r in landing.receipts(settings))
    run = Run(Quarter(2018, 2), NOW, inputs=inputs)
    con = duckdb.connect()
    for schema in ("landing", "staging", "validated"):
        con.execute(f"create schema {schema}")
    landing.load(con, settings, run)
    assert con.execute("select count(*) from landing.record where kind = 'record'").fetchone() == (26_020,)
    staging.stage(con, settings, run)
    assert con.execute("select count(*) from staging.custody_stay").fetchone() == (0,)
    refused = con.execute("select rule_id, detail from staging.delivery_refused order by detail").fetchall()
    assert {rule for rule, _ in refused} == {"missing_column"}
    assert any(detail.startswith("iowa_return.csv: Offender number (") for _, detail in refused), refused
    assert {detail.split(": ")[1].split(" (")[0] for _, detail in refused} == {
        "Stay number",
        "Offender number",
        "Admission day",
    }
    validate(con, settings, run, counter=count_in_sql)
    (page,) = [p for p in write_feedback(con, settings, run) if p.suffix == ".html"]
    text = page.read_text("utf-8")
    assert "V souboru chybí povinný sloupec." in text
    assert "Offender number" in text
    con.close()


def test_a_contract_that_would_do_without_person_keys_is_refused_before_any_file_is_read(tmp_path: Path) -> None:
    settings = project(tmp_path, IOWA.format(person=""), "iowa", {"iowa_return.csv": b"x\n"})
    with pytest.raises(SettingsError, match="the required column 'person_id' of 'custody_stay' is not filled"):
        sources.pull(settings, started_at=NOW)


DISTRICTS = """partner = "districts"
title = "Districts"
format = "csv"
[read]
encoding = ["utf-8", "cp1250"]
delimiter = "{delimiter}"
[[file]]
name = "districts"
pattern = "czech_districts*.csv"
"""
PIVOT = DISTRICTS.replace("czech_districts*", "czech_pivot*").replace("{delimiter}", ";")


def rows(root: Path, contract: str, name: str, data: bytes) -> tuple[list[list[str]], str]:
    """Records of one file, and the encoding in which it was read."""
    settings = project(root, contract, "districts", {name: data})
    report = landing.land(settings, sources.pull(settings, started_at=NOW), started_at=NOW)
    assert [d.state for d in report.deliveries] == ["new"], report.lines()
    (receipt,) = landing.receipts(settings)
    con = duckdb.connect()
    con.execute("create schema landing")
    run = Run(Quarter(2018, 2), NOW, inputs=(Input(receipt.partner, receipt.delivery_id, receipt.sha256),))
    landing.load(con, settings, run)
    found = con.execute("select cells from landing.record where kind = 'record' order by row_number").fetchall()
    con.close()
    return [cells for (cells,) in found], receipt.files[0].encoding


def test_district_tables_read_identically_in_both_encodings(tmp_path: Path) -> None:
    windows, used = rows(
        tmp_path / "a",
        DISTRICTS.format(delimiter=";"),
        "czech_districts_cp1250.csv",
        real("czech_districts_cp1250.csv"),
    )
    unicode, also = rows(
        tmp_path / "b", DISTRICTS.format(delimiter=","), "czech_districts_utf8.csv", real("czech_districts_utf8.csv")
    )
    assert (used, also) == ("cp1250", "utf-8")
    assert len(windows) == len(unicode) == 77
    assert [row[:4] for row in windows] == [row[:4] for row in unicode]
    shares = [(float(a[4].replace(",", ".")), round(float(b[4]), 4)) for a, b in zip(windows, unicode, strict=True)]
    assert all(abs(a - b) < 1e-9 for a, b in shares)
    assert windows[0] == ["Ústí nad Labem", "646", "CZ0427", "119498", "0,5406"]


def test_the_same_table_written_anew_in_the_other_encoding_is_the_same(tmp_path: Path) -> None:
    windows = real("czech_districts_cp1250.csv")
    contract = DISTRICTS.format(delimiter=";")
    one, used = rows(tmp_path / "a", contract, "czech_districts.csv", windows)
    other, also = rows(tmp_path / "b", contract, "czech_districts.csv", windows.decode("cp1250").encode())
    assert (used, also) == ("cp1250", "utf-8")
    assert one == other


def test_the_pivot_adds_up(tmp_path: Path) -> None:
    (men, women, total), _ = rows(tmp_path, PIVOT, "czech_pivot.csv", real("czech_pivot.csv"))
    assert men == ["muž", "78", "18273", "1666", "20017"]
    assert women == ["žena", "8", "1549", "100", "1657"]
    assert [int(m) + int(w) for m, w in zip(men[1:], women[1:], strict=True)] == list(map(int, total[1:]))
    assert total[4] == "21674"
