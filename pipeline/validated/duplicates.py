"""Duplicates: a row delivered again unchanged, and stays that are equal under two numbers."""

from __future__ import annotations

from pipeline.model import Table
from pipeline.validated.rows import AGE, key_columns, newest_descending, with_age
from pipeline.warehouse import Connection

EQUAL_STAY = "r.person_id, r.prison, r.admission_date, r.release_date, r.admission_reason"
"""Two stays that agree in these are one stay."""


def find_duplicates(con: Connection, table: Table) -> None:
    """Fill `repeated` (rid) with the duplicates among a table's rows that are not quarantined (`reason`).

    A row is a duplicate when it says what the version of its key before it said: A, A is one duplicate, A, B, A
    three versions.
    """
    values = ", ".join(f'r."{c}"' for c in table.columns if c != "partner")
    con.execute(
        "create or replace temp table repeated as select rid from ("
        f"select r.rowid as rid, row({values}) as said, lag(said) over versions as said_before, "
        f"row_number() over versions as version from {with_age(f'staging.{table.quoted}')} "
        "where r.rowid not in (select rid from reason) "
        f"window versions as (partition by {key_columns(table)} order by {AGE})"
        ") where version > 1 and said is not distinct from said_before"
    )
    if table.name == "custody_stay":
        _equal_stays(con, table)


def _equal_stays(con: Connection, table: Table) -> None:
    """Add every version of the stays whose newest version equals that of a stay with a smaller stay_id.

    Comparing newest versions keeps a stay whole: dropping only its last version would bring an older one back.
    """
    con.execute(
        "insert into repeated with newest as ("
        f"select r.* from {with_age(f'staging.{table.quoted}')} where r.rowid not in (select rid from reason) "
        f"qualify row_number() over (partition by {key_columns(table)} order by {newest_descending()}) = 1"
        "), equal as ("
        f"select r.stay_id from newest r qualify row_number() over (partition by {EQUAL_STAY} order by r.stay_id) > 1"
        f") select r.rowid from staging.{table.quoted} r semi join equal on equal.stay_id = r.stay_id "
        "where r.rowid not in (select rid from reason) and r.rowid not in (select rid from repeated)"
    )
