"""Erasing a person from landed files of every shape: gone from all bytes, all else as it was, totals still right."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import InputError, SettingsError
from pipeline.keys import AT_REST, FORMER, PIPELINE, Keyer
from pipeline.landing import bury, erase, open_store, read_tombstones, receipts

AT = datetime(2023, 9, 1, 12)
KEY = hashlib.sha256(b"pipeline").digest()
FORGOTTEN, OTHER, RELATIVE = "NRDIHP7KMCJILLI6SIVXJMB5HS", "U7G4YPNLBCO7ALFVWREKU7EAH6", "I6AXEU377F7ZRIRV352RM5NGFQ"
PEOPLE = [("kod", "pohlavi", "rok"), (FORGOTTEN, "M", "1971"), (OTHER, "Z", "1980")]
CASES = [("dohoda", "kod", "od"), ("QX-D7701", FORGOTTEN, "2023-01-02"), ("QX-D7702", OTHER, "2023-01-03")]
SERVICES = [
    ("vykon", "dohoda", "den", "poznamka"),
    ("QX-V8801", "QX-D7701", "2023-02-01", "a"),
    ("QX-V8802", "QX-D7702", "2023-02-02", ""),
    ("QX-V8803", "QX-D7702", "2023-02-03", f" {FORGOTTEN}"),  # in a column that nothing reads
]
RELATIVES = [("kod", "klient"), (RELATIVE, FORGOTTEN)]
SHEETS = {"lide": PEOPLE, "dohody": CASES, "vykony": SERVICES, "rodina": RELATIVES}
CONSTANTS = "\n".join(
    f'{name} = {{ value = "{value}" }}'
    for name, value in {
        "service_code": "authorities",
        "recipient": "client",
        "attendance": "attended",
        "direct": "true",
    }.items()
)
COLUMNS = {
    "lide": ("person", 'person_id = "{0}kod"\nsex = { from = "pohlavi", codes = { M = "male", Z = "female" } }'),
    "dohody": (
        "case",
        'case_id = "dohoda"\nperson_id = "{0}kod"\nagreement_date = "od"\nprogramme = { value = "romodrom" }',
    ),
    "vykony": ("service", 'service_id = "vykon"\ncase_id = "{1}dohoda"\nservice_date = "den"\n' + CONSTANTS),
    "rodina": ("family_member", 'family_member_id = "kod"\nperson_id = "klient"'),
}


def contract(kind: str, *, pattern: str = "{}*", nested: bool = False) -> str:
    text = f'partner = "example"\ntitle = "Example"\nformat = "{kind}"\n'
    text += '[read]\nencoding = ["utf-8", "cp1250"]\ndelimiter = ";"\n[values]\ndate = ["%Y-%m-%d"]\n'
    paths = {"lide": "lide", "dohody": "lide.dohody", "vykony": "lide.dohody.vykony", "rodina": "lide.rodina"}
    for name, (table, columns) in COLUMNS.items():
        sheet = paths[name] if nested else name if kind in ("xlsx", "ods") else ""
        text += f'\n[[file]]\nname = "{name}"\npattern = "{pattern.format(name)}"\nsheet = "{sheet}"\n'
        if kind in ("csv", "xlsx"):
            text += 'total = { text = "celkem", count = 2 }\n'
        parents = ("parent." if name == "dohody" else "", "parent.") if nested else ("", "")
        columns = columns.replace("{0}", parents[0]).replace("{1}", parents[1])
        columns = columns.replace('"klient"', '"parent.kod"') if nested else columns
        text += f'[[file.produces]]\ntable = "{table}"\n[file.produces.columns]\n{columns}\n'
    return text


def lines(name: str, *, total: bool = True, end: str = "\r\n") -> bytes:
    rows = [*SHEETS[name]] + ([("celkem", str(len(SHEETS[name]) - 1))] if total else [])
    quoted = (";".join(f'"{c}"' if c == "a" else c for c in row) for row in rows)
    return (end.join(quoted) + end).replace('"a"', '"a; and\n""b"""').encode("cp1250")


def as_csv() -> dict[str, bytes]:
    return {f"{name}.csv": lines(name) for name in SHEETS}


def as_zip() -> dict[str, bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in SHEETS:
            packed.writestr(f"{name}_č.csv", lines(name, total=False, end="\n"))
    return {"export.zip": buffer.getvalue()}


def as_xlsx() -> dict[str, bytes]:
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for name, rows in SHEETS.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate([*rows, ("celkem", len(rows) - 1)]):
                sheet.write_row(number, 0, row)
    return {"export.xlsx": buffer.getvalue()}


def as_parquet() -> dict[str, bytes]:
    made = {}
    for name, rows in SHEETS.items():
        buffer = io.BytesIO()
        pl.DataFrame(rows[1:], schema=list(rows[0]), orient="row").write_parquet(buffer)
        made[f"{name}.parquet"] = buffer.getvalue()
    return made


def as_json() -> dict[str, bytes]:
    people = [dict(zip(PEOPLE[0], row, strict=True)) | {"vaha": 1.50, "dohody": [], "rodina": []} for row in PEOPLE[1:]]
    for row in CASES[1:]:
        case = {"dohoda": row[0], "od": row[2], "vykony": []}
        next(p for p in people if p["kod"] == row[1])["dohody"].append(case)
        for service in SERVICES[1:]:
            if service[1] == row[0]:
                case["vykony"].append({"vykon": service[0], "den": service[2], "poznamka": service[3]})
    people[0]["rodina"].append({"kod": RELATIVE})
    return {"export.json": json.dumps({"verze": 3, "lide": people}).encode()}


SHAPES = {
    "csv": (as_csv, {}),
    "zip": (as_zip, {}),
    "xlsx": (as_xlsx, {"pattern": "*"}),
    "parquet": (as_parquet, {}),
    "json": (as_json, {"pattern": "*", "nested": True}),
}


def unpacked(path: Path, data: bytes) -> bytes:
    """All bytes of a file, also those of archives and of columns, in the clear."""
    found = [data, path.name.encode()]
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            found += [parts.read(name) for name in parts.namelist()]
    if data[:4] == b"PAR1":
        found.append(str(pl.read_parquet(io.BytesIO(data)).rows()).encode())
    return b"\n".join(found)


def everything(project) -> bytes:
    store = open_store(project.settings)
    found = [unpacked(p, p.read_bytes()) for p in sorted(project.settings.data.rglob("*")) if p.is_file()]
    found += [unpacked(p, store.read(p.stem)) for p in store.sealed()]
    return b"\n".join(found)


@pytest.fixture
def keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PIPELINE, KEY.hex())


@pytest.mark.usefixtures("keyed")
@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_is_left_in_any_shape(project, monkeypatch: pytest.MonkeyPatch, shape: str, sealed: bool) -> None:
    if sealed:
        monkeypatch.setenv(AT_REST, hashlib.sha256(b"at rest").hexdigest())
    make, options = SHAPES[shape]
    project.write_contract(contract(shape, **options))
    project.deliver(make())
    assert not project.land().refused
    (before,) = receipts(project.settings)
    assert FORGOTTEN.encode() in everything(project)

    assert bury(project.settings, FORGOTTEN, at=AT) == {FORGOTTEN, Keyer(KEY).person(FORGOTTEN)}
    (erased,) = erase(project.settings, at=AT)
    left = everything(project)
    for value in (FORGOTTEN, Keyer(KEY).person(FORGOTTEN), RELATIVE, "QX-D7701", "QX-V8801", "and\n"):
        assert value.encode() not in left, value
    assert erased.rows == 5  # the person, the case, its service, the relative, the stray mention
    for value in (OTHER, "QX-D7702", "QX-V8802", "2023-02-02"):
        assert value.encode() in left, value
    (after,) = receipts(project.settings)
    assert after.delivery_id == before.delivery_id
    changed = [f for f in after.files if f.delivered]
    assert {f.delivered for f in changed} == {f.sha256 for f in before.files if f.name in {c.name for c in changed}}
    assert sum(sum(f.removed.values()) for f in changed) == 5
    assert after.erased_at == (AT,)
    assert erase(project.settings, at=AT) == []  # nothing more is found
    assert not project.land().new  # the same delivery again changes nothing
    assert FORGOTTEN.encode() not in everything(project)


@pytest.mark.usefixtures("keyed")
@pytest.mark.parametrize("shape", ["csv", "xlsx", "parquet"])
def test_row_numbers_and_totals_still_hold(project, shape: str) -> None:
    make, options = SHAPES[shape]
    project.write_contract(contract(shape, **options))
    project.deliver(make())
    counted = (
        "select source, count(*) filter (kind in ('record', 'erased')), count(*) filter (kind = 'total'),"
        " list(row_number order by row_number) filter (kind = 'record')"
        " from landing.record join landing.sheet using (file_id, sheet) group by all order by 1"
    )
    before = project.rows(counted)
    bury(project.settings, FORGOTTEN, at=AT)
    erase(project.settings, at=AT)
    after = project.rows(counted)
    assert [row[:3] for row in after] == [row[:3] for row in before]
    numbers = {source: rows for source, _, _, rows in after}
    shift = 0 if shape == "parquet" else 1
    assert numbers["lide"] == [2 + shift]
    assert numbers["vykony"] == [2 + shift]


@pytest.mark.usefixtures("keyed")
def test_a_later_delivery_does_not_bring_them_back(project) -> None:
    project.write_contract(contract("csv"))
    project.deliver(as_csv())
    project.land()
    bury(project.settings, Keyer(KEY).person(FORGOTTEN), at=AT)  # named by the pipeline's own pseudonym
    erase(project.settings, at=AT)
    later = {
        "lide.csv": lines("lide"),
        "vykony.csv": b"vykon;dohoda;den\nQX-V8808;QX-D7701;2023-08-01\nQX-V8809;QX-D7702;2023-08-02\n",
    }
    project.deliver(later, folder="2023-08-31")
    report = project.land(at=datetime(2023, 9, 2))
    (new,) = report.new
    assert new.reasons[0] == "2 rows of people who were forgotten were left out."
    left = everything(project)
    for value in (FORGOTTEN, "QX-V8808", "QX-D7701"):
        assert value.encode() not in left
    assert b"QX-V8809" in left
    assert not project.land(at=datetime(2023, 9, 3)).new


@pytest.mark.usefixtures("keyed")
def test_tombstones_say_nothing_and_outlive_a_change_of_key(project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write_contract(contract("csv"))
    project.deliver(as_csv())
    project.land()
    bury(project.settings, FORGOTTEN, at=AT)
    erase(project.settings, at=AT)
    monkeypatch.setenv(PIPELINE, hashlib.sha256(b"another").hexdigest())
    with pytest.raises(SettingsError, match="come back") as caught:
        project.land()
    assert KEY.hex() not in str(caught.value)
    monkeypatch.setenv(FORMER, KEY.hex())
    project.deliver({"lide.csv": lines("lide", total=False)}, folder="2023-09-30")
    assert project.land().new[0].reasons[0].startswith("1 rows")
    assert read_tombstones(project.settings).holds_person(FORGOTTEN, "")


def test_nobody_is_forgotten_without_a_key_or_by_a_wrong_name(project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write_contract(contract("csv"))
    project.deliver(as_csv())
    project.land()
    before = everything(project)
    with pytest.raises(SettingsError, match="needs its own key"):
        bury(project.settings, FORGOTTEN, at=AT)
    monkeypatch.setenv(PIPELINE, KEY.hex())
    with pytest.raises(InputError, match="Nothing was changed") as caught:
        bury(project.settings, "WRONG", at=AT)
    assert "WRONG" not in str(caught.value)
    assert everything(project) == before
