"""Made-up deliveries of many services in the shapes of csv (KOTEC), json (Laxus), parquet (SANANIM), zip (Podané ruce,
wide) and xlsx (CPPT): a client has one agreement and forty services. Equal arguments make equal rows."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path

import duckdb

SHAPES = ("csv", "parquet", "json", "zip", "xlsx")
PARTNERS = {"csv": "kotec", "parquet": "sananim", "json": "laxus", "zip": "podane_ruce", "xlsx": "cppt"}
ROWS = {"xlsx": 100_000}
EACH = 40
SIDECAR = """partner = "{partner}"
extract_date = 2023-07-31
period_from = 2021-01-01
period_to = 2023-07-31
kind = "full"
tables = ["person", "case", "service"]
lawful_basis = "agreement"
keep_until = 2033-12-31
synthetic = true
"""
# A pseudonym is made of letters and of the digits 2 to 7.
CLIENT = """select i,
    left(translate(upper(md5('p' || i)) || upper(md5('q' || i)), '0189', 'WXYZ'), 26) as person,
    1950 + i % 55 as born, ['CZ010', 'CZ020', 'CZ031', 'CZ042', 'CZ064'][1 + i % 5] as region,
    date '2021-01-05' + (i % 700)::integer as agreed,
    'D' || lpad(i::varchar, 7, '0') as agreement
    from range({clients}) t(i)"""
SERVICE = """select c.*, n, 'V' || lpad((i * 40 + n)::varchar, 9, '0') as service, agreed + (n * 4)::integer as day,
    (hash(i, n) % 1000)::integer as h from ({client}) c, range(40) s(n)"""
QUERIES = {
    "csv": {
        "klienti": """select person as kod_klienta, ['M', 'Ž'][1 + i % 2] as pohlavi, born as rok_narozeni, 'CZ' as
            obcanstvi, region as kraj_nuts, 1 + i % 4 as vzdelani, agreed as souhlas_od,
            null as souhlas_odvolan from client""",
        "dohody": """select agreement as id_dohody, person as kod_klienta, agreed - 20 as doporuceni_datum, 'SP' as
            doporuceni_kdo, agreed - 10 as prvni_kontakt, agreed as datum_dohody, agreed + 365 as dohoda_do,
            agreed + 90 as predpoklad_propusteni, agreed as pouceni_stiznosti, 'Bělušice' as veznice, null as
            plan_datum, 'CZ042' as kraj_po_propusteni, 'W' || i % 50 as pracovnik,
            null as ukonceni_datum, null as ukonceni_duvod,             null as predano from client""",
        "vykony": """select service as id_vykonu, agreement as id_dohody, person as kod_klienta, day as datum,
            case when day < date '2022-01-01' then 'UD10' else 'A.1.1' end as kod_vykonu,
            ['V', 'B', 'T', 'TEL'][1 + h % 4] as prostredi, 'K' as prijemce,
            case when h % 11 = 0 then 'NEDOSTAVIL' else 'OK' end as stav, null as duvod_zruseni, null as id_lecby,
            case when h % 11 > 0 then 15 * (1 + h % 8) end as minuty, 15 * (h % 3) as cekani, 1 as pocet_klientu
            from service""",
    },
    "parquet": {
        "clients": """select person as client_key, ['MALE', 'FEMALE'][1 + i % 2] as sex, born::integer as birth_year,
            'CZ' as citizenship, region as region, 'SECONDARY' as education, agreed as consent_on,
            null::date as consent_withdrawn_on, agreed::timestamp as updated_at from client""",
        "cases": """select agreement as case_key, person as client_key, agreed - 20 as referred_on, 'PROBATION' as
            referred_by, agreed - 10 as first_contact_on, agreed as agreed_on, agreed + 365 as agreed_until,
            agreed + 90 as expected_release_on, agreed as complaints_explained_on, 'BELUSICE' as prison,
            null::date as plan_on, 'CZ042' as region_after, 'W' || i % 50 as worker, null::date as ended_on,
            null::varchar as end_reason, null::varchar as handed_over_to,
            agreed::timestamp as updated_at from client""",
        "services": """select service as service_key, agreement as case_key, person as client_key, day as served_on,
            ['COUNSELLING', 'HOUSING', 'HEALTH', 'EMPLOYMENT'][1 + h % 4] as code,
            ['PRISON', 'GATE', 'COMMUNITY', 'PHONE'][1 + h % 4] as setting, 'CLIENT' as recipient,
            case when h % 11 = 0 then 'MISSED' else 'ATTENDED' end as attendance, null::varchar as cancel_reason,
            null::varchar as treatment_key, case when h % 11 > 0 then (15 * (1 + h % 8))::integer end as minutes,
            (15 * (h % 3))::integer as waiting_minutes, true as is_direct, 'CZ042' as region,
            day::timestamp + interval 17 hour as updated_at from service""",
        "treatments": """select person as treatment_key, person as client_key, 'OUTPATIENT' as type, 'COMMUNITY' as
            setting, agreed as started_on, null::date as ended_before, null::varchar as end_reason, null::varchar as
            primary_drug, agreed::timestamp as updated_at from client limit 0""",
    },
    "xlsx": {
        "Klienti": """select person as "Kód klienta", ['muž', 'žena'][1 + i % 2] as "Pohlaví", born as "Rok narození"
            from client""",
        "Dohody": """select agreement as "Číslo dohody", person as "Kód klienta", agreed as "Dohoda uzavřena",
            agreed + 365 as "Dohoda do", agreed + 90 as "Očekávané propuštění" from client""",
        "Výkony": """select service as "Číslo výkonu", agreement as "Číslo dohody", person as "Kód klienta", day as
            "Datum", ['doprovod', 'bydlení', 'skupina', 'naloxon'][1 + h % 4] as "Výkon", 'telefon' as "Místo", 'klient'
            as "S kým", 'proběhlo' as "Účast", 15 * (1 + h % 8) as "Minuty", 15 * (h % 3) as "Čekání (min)", 'ano' as
            "Přímá práce" from service""",
    },
}


def make(shape: str, rows: int, folder: Path) -> int:
    """Write a delivery of so many services; returns the bytes of its text (of a ZIP and a workbook: as CSV)."""
    folder.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    client = CLIENT.format(clients=max(1, rows // EACH))
    con.execute(f"create table client as {client}")
    con.execute(f"create view service as {SERVICE.format(client='from client')}")
    WRITERS[shape](con, folder)
    read = folder / "plain" if (folder / "plain").exists() else folder
    return sum(p.stat().st_size for p in read.iterdir())


def project(shape: str, made: Path, root: Path) -> None:
    """A project whose only partner delivers what was made."""
    partner = PARTNERS[shape]
    target = root / "deliveries" / "2023-07-31"
    target.mkdir(parents=True)
    for path in filter(Path.is_file, made.iterdir()):
        os.link(path, target / path.name)
    (target / "delivery.toml").write_text(SIDECAR.format(partner=partner), "utf-8")
    (root / "throughcare.toml").write_text(f'[partners.{partner}]\nlocation = "deliveries"\n', "utf-8")


def as_text(folder: Path) -> Iterator[str]:
    """DuckDB's reading of the files as text, a relation for each.

    JSON is read line by line as text; of a ZIP and a workbook, which DuckDB does not read, the same cells as CSV.
    """
    all_text = "all_varchar=true, auto_detect=false"
    for path in sorted([*folder.glob("*.csv"), *(folder / "plain").glob("*.csv")]):
        named = f"columns={_columns(path)}, delim='{_delimiter(path)}'"
        yield f"read_csv('{path}', {all_text}, header=true, quote='\"', {named})"
    for path in sorted(folder.glob("*.parquet")):
        yield f"(select columns(*)::varchar from '{path}')"
    for path in sorted(folder.glob("*.json")):
        whole = "columns={'line': 'VARCHAR'}, delim='\\x01', quote='', escape=''"
        yield f"read_csv('{path}', {all_text}, header=false, {whole})"


def _delimiter(path: Path) -> str:
    return ";" if ";" in _head(path) else ","


def _columns(path: Path) -> str:
    names = _head(path).split(_delimiter(path))
    return "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}"


def _head(path: Path) -> str:
    with path.open(encoding="utf-8") as stream:
        return stream.readline().strip().removeprefix("\ufeff")


def _write_csv(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    for name, query in QUERIES["csv"].items():
        con.execute(f"copy ({query}) to '{folder}/{name}_SYNTHETIC.csv' (header, delimiter ',')")


def _write_parquet(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    for name, query in QUERIES["parquet"].items():
        file = f"{name}_2021-01-01_2023-07-31_2023-07-31_full_SYNTHETIC.parquet"
        con.execute(f"copy ({query}) to '{folder}/{file}' (format parquet)")


def _write_json(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Clients in one array, a line each, with their agreement and its services nested."""
    found = con.execute("select person, born, agreement, agreed, service, day, h from service order by i, n")
    rows = iter(lambda: found.fetchmany(50_000), [])
    with (folder / "laxus_klienti_SYNTHETIC.json").open("w", encoding="utf-8") as stream:
        stream.write('{"export": {"system": "Klientská databáze"},\n"klienti": [\n')
        mark = ""
        for (person, born, agreement, agreed), services in groupby((r for part in rows for r in part), lambda r: r[:4]):
            stream.write(
                mark + json.dumps(_client(person, born, agreement, agreed, list(services)), ensure_ascii=False)
            )
            mark = ",\n"
        stream.write("\n]}\n")


def _client(
    person: str, born: int, agreement: str, agreed: date, services: list[tuple[object, ...]]
) -> dict[str, object]:
    done = [
        {
            "id": service,
            "cas": f"{day}T{7 + h % 12:02}:15:00Z",  # type: ignore[operator]
            "vykon": ("poradenstvi", "bydleni", "zdravi", "prace")[h % 4],  # type: ignore[operator]
            "misto": ("veznice", "brana", "teren", "telefon")[h % 4],  # type: ignore[operator]
            "komu": "klient",
            "stav": "probehl",
            "minut": 15 * (1 + h % 8),  # type: ignore[operator]
            "cekani": 30,
            "primy": "true",
        }
        for *_, service, day, h in services
    ]
    opened = f"{agreed}T00:00:00+01:00"
    case = {"cislo": agreement, "uzavreno": opened, "veznice": "Všehrdy", "pracovnik": "W1", "vykony": done}
    return {
        "kod": person,
        "pohlavi": "muz",
        "rokNarozeni": born,
        "obcanstvi": "CZ",
        "souhlas": opened,
        "dohody": [case],
    }


def _write_zip(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    parts = {
        "datum": "strftime(agreed + {n} * 4, '%d.%m.%Y')",
        "typ": "['naloxon', 'bydlení', 'doprovod', 'skupina'][1 + (i + {n}) % 4]",
        "misto": "'telefon'",
        "komu": "'klient'",
        "ucast": "'proběhlo'",
        "zruseno": "null",
        "lecba": "null",
        "minuty": "15 * (1 + (i + {n}) % 8)",
        "cekani": "15",
        "prima": "'ano'",
    }
    contacts = ", ".join(
        f"{sql.format(n=n)} as kontakt_{n}_{part}" for n in range(1, EACH + 1) for part, sql in parts.items()
    )
    plain = folder / "plain"
    plain.mkdir()
    con.execute(
        f"""copy (select person as klient, 'muž' as pohlavi, born as rok_narozeni, agreement as dohoda_cislo,
        strftime(agreed, '%d.%m.%Y') as dohoda_od, {contacts} from client)
        to '{plain}/klienti_siroka_SYNTHETIC.csv' (header, delimiter ';')"""
    )
    with zipfile.ZipFile(folder / "podane_ruce_2023-07-31_SYNTHETIC.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        text = (plain / "klienti_siroka_SYNTHETIC.csv").read_text("utf-8")
        archive.writestr("klienti_siroka_SYNTHETIC.csv", text.encode("iso8859-2"))


def _write_xlsx(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    import xlsxwriter

    plain = folder / "plain"
    plain.mkdir()
    book = xlsxwriter.Workbook(str(folder / "cppt_export_2023-07-31_SYNTHETIC.xlsx"), {"constant_memory": True})
    day = book.add_format({"num_format": "d.m.yyyy"})
    for name, query in QUERIES["xlsx"].items():
        con.execute(f"copy ({query}) to '{plain}/{name}.csv' (header, delimiter ',')")
        sheet = book.add_worksheet(name)
        sheet.write(0, 0, "Stav k 31.07.2023; období 01.01.2021 – 31.07.2023; full dodávka")
        found = con.execute(query)
        sheet.write_row(3, 0, [c[0] for c in found.description or ()])
        number = 4
        while part := found.fetchmany(50_000):
            for row in part:
                for column, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(number, column, value, day)
                    else:
                        sheet.write(number, column, value)
                number += 1
        sheet.write_row(number, 0, ["Součet", number - 4])
    book.close()


WRITERS = {"csv": _write_csv, "parquet": _write_parquet, "json": _write_json, "zip": _write_zip, "xlsx": _write_xlsx}
