"""Filling the small tables that the SQL reads: the run, calendars, codes, the registry, the project's own cohorts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from pipeline.outcomes.calendar import CALENDAR_START, months, quarters
from pipeline.outcomes.code_rows import code_rows
from pipeline.outcomes.declared import Declared
from pipeline.outcomes.definition import Measure
from pipeline.outcomes.measure_rows import measure_rows
from pipeline.outcomes.ways import attrition_steps
from pipeline.run import Run
from pipeline.warehouse import Connection, run_sql_folder

NOTHING = Declared()
NEVER = date(9999, 12, 31)
CUSTODY_KINDS = (
    "return_to_custody",
    "return_to_prison",
    "return_to_prison_by_spell",
    "return_for_new_offence",
    "return_for_earlier_offence",
    "return_on_revocation",
    "return_on_conversion",
    "return_on_remand",
)
CONVICTION_KINDS = ("reconviction_1y", "reconviction_2y_nordic")
CONTINUITY_KINDS = ("contact", "treatment", "opioid_agonist")


def prepare(con: Connection, run: Run, measures: Mapping[str, Measure], declared: Declared = NOTHING) -> None:
    """Make and fill the small tables: study, calendars, codes, and what the registry says of the measures to count."""
    run_sql_folder(con, "pipeline.outcomes", ["sql/tables", "sql/registry"], {})
    insert_rows(con, "study", [_study(con, run)])
    _fill_calendar(con, "calendar_quarter", "last_day", quarters(run.quarter))
    _fill_calendar(con, "calendar_month", "next_first_day", months(run.quarter))
    known = {**code_rows(), **measure_rows(tuple(measures.values())), **_declared_rows(declared)}
    for table, rows in known.items():
        insert_rows(con, table, rows)
    kinds = _needed_kinds(con, {m.event for m in measures.values()}, declared)
    insert_rows(con, "event_kind", [(number, *kind) for number, kind in enumerate(kinds, start=1)])


def _study(con: Connection, run: Run) -> tuple[object, ...]:
    """The run: its quarter, what may be seen, and the first day of custody data."""
    found = con.execute("select min(covered_to) from core.custody_coverage").fetchone()
    first = con.execute("select max(covered_from) from core.coverage where table_name = 'custody_stay'").fetchone()
    custody: date | None = found[0] if found else None
    covered_to = min((d for d in (custody, run.as_of) if d is not None), default=None) if custody else None
    return (
        str(run.quarter),
        run.quarter.last_day,
        run.as_of or covered_to or NEVER,
        covered_to,
        first[0] if first and first[0] else CALENDAR_START.first_day,
    )


def _declared_rows(declared: Declared) -> Mapping[str, Sequence[Sequence[object]]]:
    """The project's own cohorts with their conditions and ways, and its own kinds of return with their reasons."""
    conditions = [(c.id, name, value) for c in declared.cohorts for name, among in c.where.items() for value in among]
    return {
        "declared_cohort": [(c.id, c.base, c.born_from, c.born_to) for c in declared.cohorts],
        "declared_value": conditions,
        "declared_reason": [(kind, why) for kind, among in (declared.reasons or {}).items() for why in among],
        "attrition_step": list(attrition_steps(declared)),
    }


def _needed_kinds(
    con: Connection, events: Collection[str], declared: Declared
) -> Iterator[tuple[str, bool, bool, date | None, date | None]]:
    """The kinds of event that the measures are about; all of them where a measure has an event of another sort."""
    found = [*_event_kinds(con), *((kind, True, True, None, None) for kind in declared.reasons or {})]
    whole = not {kind for kind, *_ in found}.issuperset(events)
    yield from (row for row in found if whole or row[0] in events)


def _event_kinds(con: Connection) -> Iterator[tuple[str, bool, bool, date | None, date | None]]:
    """Kinds of event; convictions only where they are delivered, with the days on which they were seen."""
    for kind in CUSTODY_KINDS + CONTINUITY_KINDS:
        yield kind, kind in CUSTODY_KINDS, kind in CUSTODY_KINDS, None, None
    found = con.execute(
        "select max(c.covered_from), least(min(c.covered_to), max(y.as_of)) from core.coverage as c"
        " cross join outcomes.study as y where c.table_name = 'conviction'"
    ).fetchone()
    if found and found[0]:
        for kind in CONVICTION_KINDS:
            yield kind, False, True, found[0], found[1]


def _fill_calendar(con: Connection, name: str, last: str, rows: Iterable[tuple[str, date, date]]) -> None:
    """Literals, not parameters: hundreds of rows of our own making, read at once (days fastest as text)."""
    values = ",".join(f"('{quarter}', '{a}', '{b}')" for quarter, a, b in rows)
    con.execute(
        f"create or replace table outcomes.{name} as select quarter, cast(first_day as date) as first_day,"
        f" cast({last} as date) as {last} from (values {values}) as t(quarter, first_day, {last})"
    )


def insert_rows(con: Connection, name: str, rows: Sequence[Sequence[object]]) -> None:
    """Add rows to a table of `outcomes`."""
    if rows:
        marks = ",".join(["(" + ",".join("?" * len(rows[0])) + ")"] * len(rows))
        con.execute(f"insert into outcomes.{name} values {marks}", [value for row in rows for value in row])
