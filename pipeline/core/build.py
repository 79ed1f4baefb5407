"""Filling the `core` schema: one SQL file per table, in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.errors import InputError, SettingsError
from pipeline.model import Table, code_list, tables
from pipeline.reference import FOLDER, read_register
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.validated import same_persons
from pipeline.warehouse import Connection, load_sql, plain_text, run_sql_folder, split_statements

PACKAGE = "pipeline.core"
TABLES = (
    "coverage",
    "custody_coverage",
    "withdrawn",
    "case",
    "person_number",
    "stay",
    "spell",
    "delivered_date",
    "expected_date",
    "first_known_date",
    "release",
    "custody_conflict",
    "person",
    "service",
    "treatment",
    "treatment_course",
    "treatment_entry",
    "need",
    "living_status",
    "assessment",
    "complaint",
    "application",
    "family_member",
    "conviction",
    "death",
    "hand_over",
    "joined_counts",
)
REFERENCE = {"service_area": ("partner", "region"), "programme_prison": ("prison",)}
COUNTED = ("person", "stay", "spell", "release", "case", "service", "treatment", "need", "living_status", "complaint")


def build(con: Connection, settings: Settings, run: Run) -> dict[str, int]:
    """Fill `core` from `validated`; returns rows per main table and what was joined.

    `run.as_of` caps custody's coverage and nothing else; without it coverage alone decides.
    """
    write_code_tables(con)
    write_reference_tables(con, settings)
    run_sql_folder(con, PACKAGE, ["delivery_rank"], {})
    joined = write_same_persons(con, same_persons(settings))
    with plain_text(con):
        for table in tables().values():
            for statement in newest_version(table, joined=joined):
                con.execute(statement)
        run_sql_folder(con, PACKAGE, list(TABLES), {"as_of": run.as_of})
    for name in tables():
        con.execute(f"drop table core.repeated_{name}")
    return _counts(con)


def require_custody(con: Connection) -> None:
    """Raise InputError when no delivery shows custody: without it there is no release to follow up."""
    row = con.execute("select covered_to from core.custody_coverage").fetchone()
    if row is None or row[0] is None:
        raise InputError(
            "No accepted delivery covers custody stays, so nobody's release is known. Deliver custody_stay; what was"
            " refused is named above, `throughcare feedback` with the partner's name says how to mend it. Then run the"
            " same command again."
        )


def newest_version(table: Table, *, joined: bool = False) -> list[str]:
    """SQL of the view `newest_<table>` (partner and the model's columns, a row per key), after its sieve.

    With `joined` a pseudonym that was decided to be another one's person is read as that one, in keys too.
    """
    columns = ["partner", *(f'"{c.name}"' for c in table.column)]
    mapped = joined and "person_id" in table.columns
    said = {name: COUNTED_AS if mapped and name == "person_id" else f"version.{name}" for name in table.key}
    filled = load_sql(PACKAGE, "newest_version").format(
        table=table.name,
        columns=", ".join(columns),
        versioned=", ".join(
            f"{COUNTED_AS} as {name}" if mapped and name == '"person_id"' else f"version.{name}" for name in columns
        ),
        version_key=", ".join(said.values()),
        same_person=SAME_PERSON if mapped else "",
        record_key=f"concat_ws('/', {', '.join(f'version.{n}' for n in table.key if n != 'partner')})",
    )
    return split_statements(filled)


COUNTED_AS = "coalesce(same_person.counted_as, version.person_id)"
SAME_PERSON = "left join core.same_person as same_person on version.person_id = same_person.person_id"


def write_same_persons(con: Connection, decided: Mapping[str, str]) -> bool:
    """A row is a pseudonym that the analyst decided to be another one's person; returns whether there is any."""
    con.execute("create or replace table core.same_person (person_id varchar, counted_as varchar)")
    if decided:
        con.executemany("insert into core.same_person values (?, ?)", [list(pair) for pair in sorted(decided.items())])
    return bool(decided)


def write_code_tables(con: Connection) -> None:
    """The two code lists that SQL asks: the region of each prison, and what kind of release a reason is."""
    con.execute("create or replace table core.prison (prison varchar, region varchar, kind varchar)")
    prisons = code_list("prison").codes.values()
    con.executemany("insert into core.prison values (?, ?, ?)", [[c.code, *_extra(c.extra)] for c in prisons])
    con.execute("create or replace table core.release_reason_kind (release_reason varchar, kind varchar)")
    reasons = code_list("release_reason").codes.values()
    con.executemany("insert into core.release_reason_kind values (?, ?)", [[c.code, c.extra["kind"]] for c in reasons])


def write_reference_tables(con: Connection, settings: Settings) -> None:
    """The dated lists that SQL asks: regions that a partner serves, prisons in which the programme works.

    `valid_from` is inclusive, `valid_to` exclusive and NULL while it holds. Raises SettingsError
    for a list that is missing or cannot be read.
    """
    for name, key in REFERENCE.items():
        rows = read_register(settings, f"{name}.csv", (*key, "valid_from", "valid_to"))
        if rows is None:
            raise SettingsError(
                f"The list {FOLDER}/{name}.csv is missing. It needs the columns"
                f" {', '.join(key)}, valid_from, valid_to; take the one delivered with the program as a pattern."
            )
        values = [[*(row[k] for k in key), row["valid_from"], row["valid_to"] or None] for row in rows]
        columns = ", ".join(f"{k} varchar" for k in key)
        con.execute(f"create or replace table core.{name} ({columns}, valid_from date, valid_to date)")
        if values:
            con.executemany(f"insert into core.{name} values ({', '.join('?' * len(values[0]))})", values)


def _extra(extra: dict[str, str]) -> list[str]:
    return [extra["region"], extra["kind"]]


def _counts(con: Connection) -> dict[str, int]:
    rows = {name: con.execute(f'select count(*) from core."{name}"').fetchall()[0][0] for name in COUNTED}
    joined = con.execute("select what, number from core.joined_counts where number > 0 order by what").fetchall()
    return rows | {f"joined: {what}": number for what, number in joined}
