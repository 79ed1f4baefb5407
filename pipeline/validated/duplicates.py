"""Duplicates: a row delivered again unchanged, and stays that are equal under two numbers."""

from __future__ import annotations

from pipeline.model import Table
from pipeline.validated.rows import AGE, key_columns, key_hash, newest_descending, with_age
from pipeline.warehouse import Connection

EQUAL_STAY = "r.person_id, r.prison, r.admission_date, r.release_date, r.admission_reason"
"""Two stays that agree in these are one stay."""


def find_duplicates(con: Connection, table: Table) -> None:
    """Fill `repeated` (rid) with the duplicates among a table's rows that are not quarantined (`reason`).

    A row is a duplicate when it says what the version of its key before it said: A, A is one duplicate, A, B, A
    three versions.
    """
    staged = f"staging.{table.quoted}"
    same = " and ".join(f'r."{c}" is not distinct from b."{c}"' for c in table.columns if c not in table.key)
    con.execute(
        "create or replace temp table repeated as with several as ("
        f"select {key_hash(table)} as sieve from {staged} r where r.rowid not in (select rid from reason) "
        "group by sieve having count(*) > 1"
        "), versions as ("
        f"select r.rowid as rid, lag(r.rowid) over (partition by {key_columns(table)} order by {AGE}) as before "
        f"from {with_age(staged)} where r.rowid not in (select rid from reason) "
        f"and {key_hash(table)} in (select sieve from several)"
        f") select v.rid from versions v join {staged} r on r.rowid = v.rid join {staged} b on b.rowid = v.before "
        f"where {same or 'true'}"
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
