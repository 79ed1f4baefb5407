"""A made-up register for benchmarks: validated tables of a whole country's custody and one large programme.

Run by hand: `.venv/bin/python benchmarks/register.py PEOPLE FOLDER` writes `register.duckdb` (schemas `landing` and
`validated`, as a run has them before core) and the same tables as Parquet for the comparators. Per person about three
stays; every fourth person is a client with twenty services. Values come from hashes of the person's number, so equal
arguments give equal tables. Every source has sent two deliveries; one key in a hundred has a newer version. People are
made two million at a time, so that memory does not grow with the country.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from pipeline.model import code_list, ddl, tables
from pipeline.warehouse import load_sql, split_statements

EXTRACT = "2023-07-31"
PARTNERS = 6
AT_ONCE = 2_000_000
READ = ("custody_stay", "person", "case", "service", "treatment")

# Helpers as macros: h draws a number from a person's number and a place; pseudonym has 26 characters as real ones have.
MACROS = """
create macro h(i, place, n) as cast(hash(i * 1000003 + place) % n as integer);
create macro pseudonym(i) as upper(substr(md5(cast(i as varchar)), 1, 26));
create macro step(i) as 120 + h(i, 1, 800);
create macro began(i, k) as date '2006-01-01' + cast(h(i, 2, 4380) + k * step(i) as integer);
create macro moved(i, k) as h(i, 20 + k, 5) = 0;
create macro stay_days(i, k) as case when moved(i, k) then step(i) else 20 + h(i, 40 + k, step(i) - 30) end;
create macro place(i, k) as h(i, 60 + k, 35)
"""

STAYS = """
insert into validated.custody_stay
    (partner, delivery_id, file_id, sheet, row_number, ordinal, stay_id, person_id, prison, regime, admission_date,
     admission_reason, offence_date, offence_group, sentence_days, release_date, release_reason, planned_release_date,
     prior_terms, sarpo_risk, drug_user)
with place as (
    select code, row_number() over (order by code) - 1 as number from prison
), drawn as (
    select i, k, began(i, k) as admission_date, began(i, k) + stay_days(i, k) as release_date,
        k > 0 and moved(i, k - 1) as arrived, moved(i, k) as leaves
    from range({first}, {last}) as p(i) cross join range(6) as s(k)
    where k < 1 + h(i, 3, 6) and began(i, k) <= date '{extract}'
)
select 'custody', case when h(i, 5, 2) = 0 then 'custody-1' else 'custody-2' end, 'custody-f', '', i * 6 + k, 0,
    'S' || cast(i * 10 + k as varchar), pseudonym(i), place.code,
    case when h(i, 80 + k, 10) = 0 then 'remand' else 'medium_security' end, admission_date,
    case
        when arrived then 'transfer_in'
        else ['new_sentence', 'new_sentence', 'new_sentence', 'remand', 'revocation_of_conditional_release',
              'conversion_of_sanction', 'earlier_offence', 'unknown'][1 + h(i, 100 + k, 8)]
    end,
    case when h(i, 120 + k, 10) > 0 then admission_date - 30 - h(i, 140 + k, 300) end, 'property',
    release_date - admission_date,
    case when release_date <= date '{extract}' then release_date end,
    case
        when release_date > date '{extract}' then null
        when leaves and k + 1 < 1 + h(i, 3, 6) and release_date <= date '{extract}' then 'transfer_out'
        else ['end_of_sentence', 'end_of_sentence', 'conditional_release', 'conditional_release_supervised',
              'remand_ended', 'end_of_sentence', 'end_of_sentence', 'deportation', 'end_of_sentence',
              'unknown'][1 + h(i, 160 + k, 10)]
    end,
    release_date + h(i, 180 + k, 40) - 20, k, null, ['yes', 'no', 'unknown'][1 + h(i, 6, 3)]
from drawn inner join place on place.number = place(i, k)
order by k, i;
insert into validated.custody_stay
select * replace ('custody-2' as delivery_id, row_number + 600000000 as row_number, 'low_security' as regime)
from validated.custody_stay
where delivery_id = 'custody-1' and row_number % 50 = 0 and row_number >= {first} * 6 and row_number < {last} * 6
"""

PEOPLE = """
insert into validated.person
    (partner, delivery_id, file_id, sheet, row_number, ordinal, person_id, sex, birth_year, citizenship, region,
     education)
select 'custody', 'custody-2', 'custody-f', '', i, 0, pseudonym(i),
    case when h(i, 7, 12) = 0 then 'female' else 'male' end, 1950 + h(i, 8, 50), 'cz', 'jihomoravsky', 'unknown'
from range({first}, {last}) as p(i)
"""

CLIENTS = """
create or replace temp table client as
select i, pseudonym(i) as person_id, h(i, 9, {partners}) as partner_number, h(i, 10, 1 + h(i, 3, 6)) as k
from range({first}, {last}) as p(i)
where i % 4 = 0;
create or replace temp table agreed as
select *, 'partner_' || cast(partner_number as varchar) as partner,
    began(i, k) + cast(stay_days(i, k) / 2 as integer) as agreement_date, began(i, k) + stay_days(i, k) as leaving
from client
where began(i, k) + cast(stay_days(i, k) / 2 as integer) <= date '{extract}'
"""

CASES = """
insert into validated."case"
    (partner, delivery_id, file_id, sheet, row_number, ordinal, case_id, programme, person_id, first_contact_date,
     agreement_date, expected_release_date, prison, case_manager_id, end_date, end_reason)
with place as (
    select code, row_number() over (order by code) - 1 as number from prison
)
select partner, partner || case when h(i, 11, 2) = 0 then '-1' else '-2' end, partner || '-f', '', i, 0,
    'C' || cast(i as varchar), 'through_the_gate', person_id, agreement_date - h(i, 12, 20), agreement_date,
    leaving + h(i, 13, 40) - 20, place.code, 'w' || cast(h(i, 14, 40) as varchar),
    case when leaving + 200 <= date '{extract}' then leaving + 200 end,
    case when leaving + 200 <= date '{extract}' then 'goals_met' end
from agreed inner join place on place.number = place(i, k)
order by i
"""

SERVICES = """
insert into validated.service
    (partner, delivery_id, file_id, sheet, row_number, ordinal, service_id, case_id, person_id, service_date,
     service_code, setting, recipient, attendance, treatment_id, minutes, direct)
select partner, partner || case when h(i, 11, 2) = 0 then '-1' else '-2' end, partner || '-f', '', i * 20 + j, 0,
    'V' || cast(i * 20 + j as varchar), 'C' || cast(i as varchar), person_id,
    least(agreement_date + h(i, 200 + j, cast(leaving - agreement_date as integer) + 150), date '{extract}'),
    ['counselling', 'counselling', 'accompaniment', 'social_work'][1 + h(i, 300 + j, 4)],
    case
        when agreement_date + h(i, 200 + j, cast(leaving - agreement_date as integer) + 150) < leaving then 'prison'
        else ['community', 'gate', 'phone', 'residential'][1 + h(i, 400 + j, 4)]
    end,
    case when h(i, 500 + j, 12) = 0 then 'family' else 'client' end,
    case when h(i, 600 + j, 8) = 0 then 'missed' else 'attended' end,
    case when j < 3 and h(i, 15, 3) = 0 then 'T' || cast(i as varchar) end, 15 + h(i, 700 + j, 90),
    h(i, 800 + j, 6) > 0
from agreed cross join range(20) as s(j)
order by j, i;
insert into validated.service
select * replace (partner || '-2' as delivery_id, row_number + 1000000000 as row_number, minutes + 5 as minutes)
from validated.service
where delivery_id like '%-1' and row_number % 50 = 0 and row_number >= {first} * 20 and row_number < {last} * 20
"""

TREATMENTS = """
insert into validated.treatment
    (partner, delivery_id, file_id, sheet, row_number, ordinal, treatment_id, person_id, treatment_type, setting,
     start_date, end_date_exclusive, end_reason)
select partner, partner || case when h(i, 11, 2) = 0 then '-1' else '-2' end, partner || '-f', '', i, 0,
    'T' || cast(i as varchar), person_id, ['outpatient', 'residential', 'aftercare', 'opioid_agonist'][1 + h(i, 16, 4)],
    case when h(i, 17, 5) = 0 then 'prison' else 'community' end, leaving + h(i, 18, 140) - 30, null, null
from agreed
where h(i, 15, 3) = 0 and leaving + h(i, 18, 140) - 30 <= date '{extract}'
order by i
"""


def make(people: int, folder: Path, *, comparators: bool = True) -> Path:
    """Write `register.duckdb` into the folder, for comparators its tables as Parquet too; returns the warehouse."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "register.duckdb"
    path.unlink(missing_ok=True)
    con = duckdb.connect(str(path))
    con.execute("set preserve_insertion_order = true; set memory_limit = '6GB'")
    for schema in ("landing", "staging", "validated", "core", "outcomes", "meta"):
        con.execute(f"create schema {schema}")
    for table in tables().values():
        con.execute(ddl(table, "validated"))
    con.execute("create temp table prison (code varchar)")
    con.executemany("insert into prison values (?)", [[c] for c in sorted(code_list("prison").codes)])
    con.execute(MACROS)
    _deliver(con)
    for first in range(0, people, AT_ONCE):
        given = {"first": first, "last": min(first + AT_ONCE, people), "extract": EXTRACT, "partners": PARTNERS}
        for part in (STAYS, PEOPLE, CLIENTS, CASES, SERVICES, TREATMENTS):
            con.execute(part.format(**given))
    for name in (*READ, "delivery") if comparators else ():
        con.execute(f"copy validated.\"{name}\" to '{folder / name}.parquet' (format parquet)")
    con.execute("checkpoint")
    con.close()
    return path


def _deliver(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "create table landing.file (file_id varchar, delivery_id varchar, file_order integer);"
        "create table validated.quarantine (table_name varchar, partner varchar, delivery_id varchar, file_id varchar,"
        " sheet varchar, row_number integer, ordinal integer, record_key varchar, person_id varchar, rule_id varchar,"
        " column_name varchar);"
        "create table validated.delivery (delivery_id varchar, partner varchar, extract_date date, period_from date,"
        " period_to date, kind varchar, tables varchar[], prisons varchar[], lawful_basis varchar, keep_until date,"
        " received_at timestamp, synthetic boolean, sha256 varchar, verdict varchar, rule_id varchar)"
    )
    for statement in split_statements(load_sql("pipeline.validated", "tables")):
        if "validated.closed" in statement or "validated.same_person" in statement:
            con.execute(statement)
    sources = {"custody": ["person", "custody_stay"]}
    sources |= {f"partner_{n}": ["case", "service", "treatment", "person"] for n in range(PARTNERS)}
    for name, covered in sources.items():
        last = "2023-06-30" if name == "partner_0" else EXTRACT
        for number, (first, to) in enumerate((("2000-01-01", "2022-12-31"), ("2023-01-01", last)), start=1):
            con.execute(
                "insert into validated.delivery values (?, ?, ?, ?, ?, 'increment', ?, [], '', null, ?, true, '',"
                " 'accepted', null)",
                [f"{name}-{number}", name, to, first, to, covered, f"{to} 12:00:00"],
            )
        con.execute("insert into landing.file values (?, ?, 0)", [f"{name}-f", f"{name}-1"])


if __name__ == "__main__":
    print(make(int(sys.argv[1]), Path(sys.argv[2])))
