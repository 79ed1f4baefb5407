"""Small tables that the SQL reads: the run's dates, calendars, and the registry's windows, groups and parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from pipeline.model.codes import code_lists
from pipeline.outcomes.declared import Declared
from pipeline.outcomes.define_access import FIRST_STAGES, LATER_STAGES, path_steps
from pipeline.outcomes.define_continuity import BANDS
from pipeline.outcomes.define_exposure import return_parts
from pipeline.outcomes.definition import Measure
from pipeline.outcomes.instruments import item_rows, scale_rows
from pipeline.outcomes.labels import STEPS
from pipeline.outcomes.registry import registry_rows
from pipeline.outcomes.tdi import category_rows
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.warehouse import Connection

Measures = Sequence[Measure]
NOTHING = Declared()
CALENDAR_START = Quarter(1900, 1)
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
DETAIL_GROUPS = (
    "domain", "end_reason", "channel", "reason", "outcome", "sex", "age", "citizenship", "region", "state_before",
    "landmark", "complex_case",
)  # fmt: skip
BREAKDOWNS = frozenset({"partner", "prison", "planned", "drug_user"})
PAIRS = {
    "prison": ("partner", "quarter", "planned", "drug_user", "complex_case", "reason"),
    "partner": ("quarter", "planned", "drug_user", "complex_case", "reason"),
}
"""What is counted by pairs: whatever a prison's or a partner's people add to another group."""
NUMBERED = tuple(enumerate(((a, b) for a, among in PAIRS.items() for b in among), start=1))
CAUSES = ("new_offence", "earlier_offence", "revocation", "conversion", "not_known")
NATIONAL_TABLES = ("custody_stay", "conviction", "death")
"""Delivered by the Prison Service for everybody, not by each partner for its clients."""

ATTRITION: dict[str, tuple[tuple[str, bool], ...]] = {
    "programme": (
        ("applied", False),
        ("eligible", False),
        ("agreed", False),
        ("linked_to_custody", False),
        ("released_from_sentence", True),
        ("first_release", True),
        ("window_21_complete", True),
        ("window_365_complete", True),
    ),
    "programme_open": (
        ("first_release", True),
        ("case_open", True),
        ("window_21_complete", True),
        ("window_365_complete", True),
    ),
    "programme_per_release": (
        ("released_from_sentence", True),
        ("window_21_complete", True),
        ("window_365_complete", True),
    ),
    "all_releases": (
        ("in_custody_data", True),
        ("released", True),
        ("released_from_sentence", True),
        ("window_365_complete", True),
    ),
    "comparison": (
        ("released_from_sentence", True),
        ("drug_user", True),
        ("outside_programme", True),
        ("first_release", True),
        ("window_365_complete", True),
    ),
    "romodrom": (("applied", False), ("eligible", False), ("agreed", True)),
    "family": (("registered", False), ("served", False)),
}
"""Each cohort's steps in order, and whether releases (spells, agreements) are counted beside persons."""


def prepare(con: Connection, run: Run, measures: Mapping[str, Measure], declared: Declared = NOTHING) -> None:
    """Fill the small tables: study, calendars, service domains, and what the registry says of the measures to count."""
    _fill_study(con, run)
    _fill_calendar(con, "calendar_quarter", "last_day", _quarters(run.quarter))
    _fill_calendar(con, "calendar_month", "next_first_day", _months(run.quarter))
    _fill(con, "service_domain(service_code VARCHAR, domain VARCHAR)", _domains())
    _fill_registry(con, tuple(measures.values()), declared)
    _fill_declared(con, declared)


def _fill_study(con: Connection, run: Run) -> None:
    """A row is the run: its quarter, what may be seen, and the first day of custody data."""
    found = con.execute("select min(covered_to) from core.custody_coverage").fetchone()
    first = con.execute("select max(covered_from) from core.coverage where table_name = 'custody_stay'").fetchone()
    custody: date | None = found[0] if found else None
    covered_to = min((d for d in (custody, run.as_of) if d is not None), default=None) if custody else None
    row = (
        str(run.quarter),
        run.quarter.last_day,
        run.as_of or covered_to or NEVER,
        covered_to,
        first[0] if first and first[0] else CALENDAR_START.first_day,
    )
    _fill(con, "study(quarter VARCHAR, last_day DATE, as_of DATE, covered_to DATE, first_day DATE)", [row])


def _fill_declared(con: Connection, declared: Declared) -> None:
    """The project's own cohorts with their conditions, and its own kinds of return with their reasons."""
    cohorts = [(c.id, c.base, c.born_from, c.born_to) for c in declared.cohorts]
    _fill(con, "declared_cohort(cohort VARCHAR, base VARCHAR, born_from INTEGER, born_to INTEGER)", cohorts)
    values = [(c.id, name, value) for c in declared.cohorts for name, among in c.where.items() for value in among]
    _fill(con, "declared_value(cohort VARCHAR, column_name VARCHAR, value VARCHAR)", values)
    reasons = [(kind, reason) for kind, among in (declared.reasons or {}).items() for reason in among]
    _fill(con, "declared_reason(kind VARCHAR, admission_reason VARCHAR)", reasons)
    _fill(
        con,
        "attrition_step(cohort VARCHAR, step_number INTEGER, step VARCHAR, counts_units BOOLEAN)",
        list(_steps(declared)),
    )


def _fill_registry(con: Connection, measures: Measures, declared: Declared) -> None:
    _fill(con, "measure_window(measure VARCHAR, event VARCHAR, cell_set VARCHAR, window_days INTEGER, "
               "longest_days INTEGER, broken_down BOOLEAN)", list(_windows(measures)))  # fmt: skip
    _fill(
        con,
        "measure_scope(measure VARCHAR, cohort VARCHAR, subset VARCHAR)",
        [(m.id, c, m.subset) for m in measures for c in m.cohorts],
    )
    _fill(
        con,
        "measure_table(measure VARCHAR, table_name VARCHAR, national BOOLEAN)",
        [(m.id, t, t in NATIONAL_TABLES) for m in measures for t in m.tables],
    )
    _fill(con, "measure_group(measure VARCHAR, group_by VARCHAR, scope VARCHAR)", list(_groups(measures)))
    _fill(con, "measure_component(measure VARCHAR, component VARCHAR, unit VARCHAR, value_kind VARCHAR, per INTEGER, "
               "process BOOLEAN)", list(_parts(measures)))  # fmt: skip
    _fill(
        con,
        "question(measure VARCHAR, question VARCHAR, kind VARCHAR, subset VARCHAR, repeats BOOLEAN)",
        list(_questions(measures)),
    )
    _fill(con, "question_group(question VARCHAR, group_by VARCHAR)", sorted(_question_groups(measures)))
    _fill(
        con,
        "question_pair(question VARCHAR, pair INTEGER, first_by VARCHAR, second_by VARCHAR)",
        sorted(_pairs(measures)),
    )
    _fill(con, "pair_place(pair INTEGER, part_by VARCHAR, part_from INTEGER, group_by VARCHAR, group_from INTEGER)",
          list(_places()))  # fmt: skip
    _fill(con, "measure_curve(measure VARCHAR, event VARCHAR)", [(m.id, m.event) for m in measures if m.curve])
    _fill(con, "return_part(measure VARCHAR, component VARCHAR, kind VARCHAR, subset VARCHAR, share DOUBLE)",
          return_parts())  # fmt: skip
    _fill(
        con,
        "event_kind(kind_number INTEGER, kind VARCHAR, custody BOOLEAN, everybody BOOLEAN, seen_from DATE, "
        "seen_to DATE)",
        [(number, *row) for number, row in enumerate(_needed_kinds(con, measures, declared), start=1)],
    )
    bands = [(f"days_{first}_{last}", first, last) for first, last in BANDS]
    _fill(con, "death_band(component VARCHAR, first_day INTEGER, last_day INTEGER)", bands)
    steps = [(measure, *step) for measure in FIRST_STAGES for step in path_steps(measure)]
    _fill(con, "path_step(measure VARCHAR, component VARCHAR, stage_before VARCHAR, stage_after VARCHAR, "
               "last_day INTEGER)", steps)  # fmt: skip
    _fill(con, "path_stage(stage VARCHAR, last_day INTEGER)", [*FIRST_STAGES.values(), *LATER_STAGES])
    _fill(
        con,
        "instrument_scale(scale VARCHAR, instrument VARCHAR, direction DOUBLE, multiplier DOUBLE, answered INTEGER, "
        "case_answered INTEGER, reliability DOUBLE)",
        list(scale_rows()),
    )
    _fill(
        con,
        "instrument_item(scale VARCHAR, instrument VARCHAR, item VARCHAR, low DOUBLE, high DOUBLE, reversed BOOLEAN, "
        "whole_log DOUBLE, weight DOUBLE)",
        list(item_rows()),
    )
    _fill(
        con,
        "tdi_category(number INTEGER, item VARCHAR, several BOOLEAN, position INTEGER, category VARCHAR, low INTEGER, "
        "high INTEGER)",
        list(category_rows()),
    )
    _fill(con, "living_code(side VARCHAR, code VARCHAR, state VARCHAR)", list(_living_codes()))
    longest = max((w for m in measures for w in m.windows), default=0)
    _fill(con, "day(day INTEGER)", [(day,) for day in range(longest + 1)])
    _fill(con, "cause(cause VARCHAR)", [(cause,) for cause in CAUSES])
    insert_rows(con, "measure_registry", registry_rows(measures))


def _needed_kinds(
    con: Connection, measures: Measures, declared: Declared
) -> Iterator[tuple[str, bool, bool, date | None, date | None]]:
    """The kinds of event that the measures are about; all of them where a measure has an event of another sort."""
    events = {m.event for m in measures}
    found = [*_event_kinds(con), *((kind, True, True, None, None) for kind in declared.reasons or {})]
    whole = not events <= {kind for kind, *_ in found}
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


def _quarters(last: Quarter) -> Iterator[tuple[str, date, date]]:
    quarter = CALENDAR_START
    while quarter <= last:
        yield str(quarter), quarter.first_day, quarter.last_day
        quarter = quarter.next()
    while quarter.year <= last.year + 2:  # activity after the quarter is kept, so that follow-up can use it
        yield str(quarter), quarter.first_day, quarter.last_day
        quarter = quarter.next()


def _months(last: Quarter) -> Iterator[tuple[str, date, date]]:
    for name, first_day, _ in _quarters(last):
        for offset in range(3):
            month = first_day.month + offset
            after = date(first_day.year + month // 12, month % 12 + 1, 1)
            yield name, date(first_day.year, month, 1), after


def _domains() -> list[tuple[str, str]]:
    codes = code_lists()["service_code"].codes.values()
    return sorted((c.code, c.extra.get("domain", "")) for c in codes)


def _living_codes() -> Iterator[tuple[str, str, str]]:
    """What each code of housing and work says: stable, unstable or unknown (also where it does not say, as prison)."""
    for side, name in (("housing", "housing"), ("work", "labour")):
        for code in code_lists()[name].codes.values():
            yield side, code.code, code.extra.get("state") or "unknown"


def _windows(measures: Measures) -> Iterator[tuple[str, str, str, int | None, int, bool]]:
    for m in measures:
        for window in m.windows or (None,):
            broken_down = m.detailed(window) and not BREAKDOWNS.isdisjoint(m.groups)
            yield m.id, m.event, "own", window, (window or 0) + m.proof_lag, broken_down
            if m.ladder and window in m.ladder_windows:
                yield m.id, m.event, "ladder", window, m.ladder_windows[-1] + m.proof_lag, broken_down


def _groups(measures: Measures) -> Iterator[tuple[str, str, str]]:
    for m in measures:
        for group in m.groups:
            scope = "detail" if group in DETAIL_GROUPS else "groups"
            if m.id == "complaints" and group == "quarter":  # its clients differ from quarter to quarter
                scope = "quarters"
            yield m.id, group, scope


def _questions(measures: Measures) -> Iterator[tuple[str, str, str, str, bool]]:
    """Measures with what they ask for: event, part of the cohort, tables; the first that asks it names the question.

    A count of events counts those after the first too (repeats).
    """
    first: dict[tuple[object, ...], str] = {}
    for m in measures:
        own = tuple(sorted(t for t in m.tables if t not in NATIONAL_TABLES))
        yield m.id, first.setdefault((m.event, m.subset, own), m.id), m.event, m.subset, m.kind == "count"


def _question_groups(measures: Measures) -> set[tuple[str, str]]:
    questions = {m: question for m, question, *_ in _questions(measures)}
    return {(questions[m.id], group) for m in measures for group in m.groups}


def _pairs(measures: Measures) -> set[tuple[str, int, str, str]]:
    """The pairs of groups in which members are counted: a prison or a partner, and another group that is asked for."""
    asked = _question_groups(measures) | {(question, "quarter") for _, question, *_ in _questions(measures)}
    return {(question, number, *pair) for question, group in asked for number, pair in NUMBERED if pair[1] == group}


def _places() -> Iterator[tuple[int, str, int, str, int]]:
    """Which cells, and which parts of cells, a count by a pair of groups gives: each comes from one pair alone.

    The numbers say where part and group are found: 1 is the pair's first group, 2 its second, 0 means all.
    """
    for pair, (first, second) in NUMBERED:
        yield pair, first, 1, second, 2
        if first == "prison":
            yield pair, "", 0, second, 2
        if second == "quarter":
            yield pair, first, 1, "all", 0
        if (first, second) == ("prison", "partner"):
            yield pair, "partner", 2, "prison", 1
        if (first, second) == ("prison", "quarter"):
            yield pair, "", 0, "all", 0
            yield pair, "", 0, "prison", 1


def _parts(measures: Measures) -> Iterator[tuple[str, str, str, str, int, bool]]:
    for m in measures:
        for component in m.components:
            part = m.part(component)
            yield m.id, component, part.unit, part.value, part.per, m.process


def _steps(declared: Declared) -> Iterator[tuple[str, int, str, bool]]:
    """The steps of every cohort; a declared one has those of its base with its conditions before the windows."""
    ways = dict(ATTRITION)
    for c in declared.cohorts:
        windows = [step for step in ATTRITION[c.base] if step[0].startswith("window_")]
        ways[c.id] = (*ATTRITION[c.base][: -len(windows)], ("conditions_met", True), *windows)
    for cohort, steps in ways.items():
        for number, (step, counts_units) in enumerate(steps, start=1):
            if step not in STEPS:
                raise KeyError(step)
            yield cohort, number, step, counts_units


def _fill_calendar(con: Connection, name: str, last: str, rows: Iterable[tuple[str, date, date]]) -> None:
    """Literals, not parameters: hundreds of rows of our own making, read at once (days fastest as text)."""
    values = ",".join(f"('{quarter}', '{a}', '{b}')" for quarter, a, b in rows)
    con.execute(
        f"create or replace table outcomes.{name} as select quarter, cast(first_day as date) as first_day,"
        f" cast({last} as date) as {last} from (values {values}) as t(quarter, first_day, {last})"
    )


def _fill(con: Connection, shape: str, rows: Iterable[Sequence[object]]) -> None:
    name, columns = shape.split("(", 1)
    con.execute(f"create or replace table outcomes.{name} ({columns}")
    insert_rows(con, name, list(rows))


def insert_rows(con: Connection, name: str, rows: Sequence[Sequence[object]]) -> None:
    """Add rows to a table of `outcomes`."""
    if rows:
        marks = ",".join(["(" + ",".join("?" * len(rows[0])) + ")"] * len(rows))
        con.execute(f"insert into outcomes.{name} values {marks}", [value for row in rows for value in row])
