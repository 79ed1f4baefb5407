"""SQL fragments on rows of the model: their key, their place in the delivery, their newest version."""

from __future__ import annotations

from pipeline.model import Table
from pipeline.warehouse import Connection

PLACE = "r.partner, r.delivery_id, r.file_id, r.sheet, r.row_number, r.ordinal"
"""Where a row came from, in the order in which every table of `validated` has it."""

WEIGHT = "case d.kind when 'correction' then 2 when 'full' then 1 else 0 end"
"""Of deliveries of one extract's day a correction has the last word, then a full extract, then an increment."""
AGE = f"d.extract_date, {WEIGHT}, d.received_at, f.file_order, r.row_number, r.ordinal, r.delivery_id, r.sheet"
"""Orders the versions of a key, oldest first; delivery and sheet only make ties definite."""


def record_key(table: Table, alias: str = "r") -> str:
    """The partner's own key of a row as one text: key columns but `partner`, joined with `/`."""
    parts = (f"coalesce(cast({alias}.\"{c}\" as varchar), '')" for c in table.key if c != "partner")
    return f"concat_ws('/', {', '.join(parts)})"


def person_of(table: Table) -> str:
    """The row's person, null in tables without one."""
    return "r.person_id" if "person_id" in table.columns else "cast(null as varchar)"


def key_columns(table: Table) -> str:
    """The whole key as a list of columns of `r`."""
    return ", ".join(f'r."{c}"' for c in table.key)


def with_age(relation: str) -> str:
    """A staged or validated relation `r` joined to its delivery `d` and file `f`."""
    return (
        f"{relation} r join landing.delivery d on d.delivery_id = r.delivery_id "
        "join landing.file f on f.file_id = r.file_id"
    )


def newest_descending() -> str:
    """The order of versions, newest first."""
    return ", ".join(f"{part} desc" for part in AGE.split(", "))


def has_rows(con: Connection, relation: str) -> bool:
    """Whether a relation has any row."""
    return bool(con.execute(f"select exists (select 1 from {relation})").fetchall()[0][0])


def key_hash(table: Table) -> str:
    """A hash of the key of `r`: a sieve to find the few keys that have several rows, never proof that two are equal."""
    return f"hash({key_columns(table)})"


def make_newest_view(con: Connection, table: Table, holds: str = "true") -> None:
    """`newest_<table>`: the newest accepted version of each key, of the rows `r` for which a condition holds.

    Only keys with several versions are put in order; `versioned_<table>` has their hashes.
    """
    versioned = f"versioned_{table.name}"
    accepted = f"validated.{table.quoted}"
    con.execute(
        f"create or replace temp table {versioned} as select {key_hash(table)} as sieve from {accepted} r "
        "group by sieve having count(*) > 1"
    )
    con.execute(
        f"create or replace temp view newest_{table.name} as select r.* from {accepted} r "
        f"where {key_hash(table)} not in (select sieve from {versioned}) and {holds} "
        f"union all (select r.* from {with_age(accepted)} "
        f"where {key_hash(table)} in (select sieve from {versioned}) and {holds} "
        f"qualify row_number() over (partition by {key_columns(table)} order by {newest_descending()}) = 1)"
    )
