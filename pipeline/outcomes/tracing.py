"""From a number back to what it is made of: its cell, the members in it, and the delivered row behind each event.

Everything here names people and is internal to the house.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from pipeline.errors import SettingsError
from pipeline.outcomes.define_exposure import return_parts
from pipeline.outcomes.definition import Measure
from pipeline.outcomes.registry import MEASURES, find_measure
from pipeline.warehouse import Connection

GROUPS = ("partner", "prison", "quarter", "planned", "drug_user")
OPTIONS = ("cohort", "component", "cell_set", "window")
ID_KEYS = ("component", "cohort", "cell_set", "window", "group_by", "group_value")
ROWS = ("member", "person", "day_0", "verdict", "days", "reason", "event_day", "partner", "prison", "quarter",
        "table", "delivery", "file", "sheet", "row")  # fmt: skip
"""Columns of a trace: a row is one member of the cell's denominator, once for each delivered row behind its event."""


@dataclass(frozen=True)
class Trace:
    """One cell with its numbers, the way into its cohort, and its rows (columns: ROWS)."""

    measure: str
    keys: Mapping[str, str]
    cell: Mapping[str, Any] | None
    attrition: list[tuple[str, int, int | None]]
    rows: list[tuple[Any, ...]] = field(repr=False)


def read_cell_id(cell_id: str) -> tuple[str, dict[str, str]]:
    """The measure and keys that the id of a released cell names; raises SettingsError for no such id."""
    parts = [unquote(part) for part in cell_id.split("/")]
    if len(parts) not in (len(ID_KEYS) + 1, len(ID_KEYS) + 2):
        raise SettingsError(f"'{cell_id}' is no id of a cell. It has a measure, {', '.join(ID_KEYS)}, with / between.")
    keys = {k: "" if v == "-" else v for k, v in zip(ID_KEYS, parts[1:], strict=False)}
    group, value = keys.pop("group_by"), keys.pop("group_value")
    return parts[0], keys | ({group: value} if group != "all" else {})


def trace(con: Connection, measure: str, wanted: Mapping[str, str], known: Mapping[str, Measure] = MEASURES) -> Trace:
    """The cell that the keys name and its rows. Keys are OPTIONS and groups such as prison=… (several narrow the rows).

    What is left out is the cohort programme (or the measure's first), the whole part, its own set and its primary or
    only window. Raises SettingsError that lists the keys or values there are.
    """
    m = find_measure(measure, known)
    keys, groups = _checked(con, m, wanted)
    cells = _cells(con, measure, keys, groups) if len(groups) < 2 else []
    steps = con.execute(
        "select step, persons, releases from outcomes.attrition where cohort = ? and reason = '' order by step_number",
        [keys["cohort"]],
    ).fetchall()
    shown = {name: value for name, value in (keys | groups).items() if value}
    return Trace(measure, shown, cells[0] if cells else None, steps, _rows(con, m, keys, groups))


def _checked(con: Connection, m: Measure, wanted: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    measure = m.id
    detail = tuple(g for g in m.groups if g not in ("all", *GROUPS))
    allowed = (*OPTIONS, *(g for g in m.groups if g != "all"))
    unknown = sorted(set(wanted) - set(allowed))
    if unknown:
        raise SettingsError(f"{measure} has no key {', '.join(unknown)}. Choose from: {', '.join(allowed)}.")
    first = str(m.primary_window if m.primary_window is not None else 365 if 365 in m.windows else (*m.windows, "")[0])
    usual = {"cohort": "programme" if "programme" in m.cohorts else m.cohorts[0], "component": m.components[0]}
    keys = usual | {"cell_set": "own", "window": first} | {k: v for k, v in wanted.items() if k in OPTIONS}
    known = {
        "cohort": m.cohorts,
        "component": m.components,
        "cell_set": ("own", "ladder"),
        "window": tuple(map(str, m.windows)) or ("",),
    }
    groups = {k: v for k, v in wanted.items() if k not in OPTIONS}
    problems = [f"{k}={v}: choose from {', '.join(known[k])}." for k, v in keys.items() if v not in known[k]]
    for group, value in groups.items():
        column = "detail" if group in detail else group
        found = con.execute(
            f"select {column} from outcomes.unit where measure = ? and cohort = ? and {column} is not null"
            + (" and detail_by = ?" if group in detail else "")
            + " union select group_value from outcomes.measure_cell where measure = ? and cohort = ? and group_by = ?"
            " order by 1",
            [measure, keys["cohort"], *([group] if group in detail else []), measure, keys["cohort"], group],
        ).fetchall()
        values = [str(v) for (v,) in found]
        if value not in values:
            advice = f"choose from {', '.join(values)}" if values else f"{measure} was not counted by it"
            problems.append(f"{group}={value}: {advice}.")
    if problems:
        raise SettingsError(problems)
    return keys, groups


def _cells(con: Connection, measure: str, keys: dict[str, str], groups: dict[str, str]) -> list[dict[str, Any]]:
    (group, value) = next(iter(groups.items()), ("all", ""))
    found = con.execute(
        "select * from outcomes.measure_cell where measure = ? and cohort = ? and component = ? and cell_set = ?"
        " and coalesce(cast(window_days as varchar), '') = ? and group_by = ? and group_value = ?",
        [measure, keys["cohort"], keys["component"], keys["cell_set"], keys["window"], group, value],
    )
    names = [d[0] for d in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _rows(con: Connection, m: Measure, keys: dict[str, str], groups: dict[str, str]) -> list[tuple[Any, ...]]:
    detail = {k: v for k, v in groups.items() if k not in GROUPS}
    narrowed = " and ".join(f"u.{name} = ?" for name in groups if name in GROUPS) or "true"
    read_from = {(measure, part): (kind, subset) for measure, part, kind, subset, share in return_parts() if share}
    if (m.id, keys["component"]) in read_from:
        kind, subset = read_from[m.id, keys["component"]]
        return con.execute(FOLLOWED, [kind, subset, keys["cohort"]]).fetchall()
    scope = (
        "u.detail_by = ? and u.detail = ?"
        if detail
        else "u.scope = '" + ("quarters" if m.id == "complaints" and "quarter" in groups else "groups") + "'"
    )
    given = [m.id, keys["cohort"], keys["component"], keys["cell_set"], keys["window"]]
    parameters = [*given, *next(iter(detail.items()), ()), *(v for k, v in groups.items() if k in GROUPS)]
    after_release = con.execute("select count(*) from outcomes.event_kind as k where k.kind = ?", [m.event]).fetchone()
    followed = bool(after_release and after_release[0]) and not detail and keys["component"] == ""
    if not followed:
        return con.execute(UNITS.format(scope=scope, narrowed=narrowed), parameters).fetchall()
    return con.execute(MEMBERS.format(narrowed=narrowed), [m.event, *parameters]).fetchall()


VERDICT = """case
        when u.state = 'too_early' then 'too early' when u.state = 'not_collected' then 'not collected'
        when u.number > 0 then 'event' when {possible} > 0 then 'possible' else 'none' end"""
UNITS = (
    "select null, u.person_id, null, " + VERDICT.format(possible="u.possible") + ", null, u.worker, null, u.partner,"
    " u.prison, u.quarter, null, null, null, null, null from outcomes.unit as u"
    " where u.measure = ? and u.cohort = ? and u.component = ? and u.cell_set = ?"
    " and coalesce(cast(u.window_days as varchar), '') = ? and {scope} and {narrowed} order by all"
)
FOLLOWED = """
select
    member_id, person_id, release_date,
    case when not complete then 'too early' when status = 'event' then 'event' else 'none' end,
    day, reason, release_date + cast(day as integer), partner, prison, release_quarter, null, null, null, null, null
from outcomes.return_member
where kind = ? and subset = ? and cohort = ?
order by all
"""
"""Those of whom a curve shows on which day a share is reached."""
MEMBERS = (
    """
with judged as (
    select
        j.measure, j.cell_set, j.window_days, j.number, j.doubt, j.state, j.cohort, j.member_id, j.person_id,
        m.start_date,
        m.partner, m.prison, m.release_quarter as quarter, m.planned, m.drug_user, '' as component
    from outcomes.judged_member as j
    inner join outcomes.cohort_member as m on m.cohort = j.cohort and m.member_id = j.member_id
), first as (
    select e.cohort, e.member_id, e.status, e.reason, e.days, e.start_date + cast(e.days as integer) as event_day
    from outcomes.follow_up as e
    where e.kind = ? and e.event_number = 1
), delivered as (
    select 'custody_stay' as table_name, person_id, admission_date as day, delivery_id, file_id, sheet, row_number
    from validated.custody_stay
    union all
    select 'service', person_id, service_date, delivery_id, file_id, sheet, row_number
    from validated.service where attendance = 'attended'
    union all
    select 'treatment', person_id, start_date, delivery_id, file_id, sheet, row_number from validated.treatment
    union all
    select 'conviction', person_id, offence_date, delivery_id, file_id, sheet, row_number from validated.conviction
)
select u.member_id, u.person_id, u.start_date, """
    + VERDICT.format(possible="u.doubt")
    + """, f.days, coalesce(f.reason, f.status), f.event_day, u.partner, u.prison, u.quarter, d.table_name,
    d.delivery_id, l.name, d.sheet, d.row_number
from judged as u
left join first as f on f.cohort = u.cohort and f.member_id = u.member_id
left join outcomes.measure_table as t on t.measure = u.measure and u.number > 0
left join delivered as d
    on u.number > 0 and d.person_id = u.person_id and d.day = f.event_day and d.table_name = t.table_name
left join landing.file as l on l.file_id = d.file_id
where u.measure = ? and u.cohort = ? and u.component = ? and u.cell_set = ?
    and coalesce(cast(u.window_days as varchar), '') = ? and {narrowed}
    and (u.number = 0 or d.table_name is not null or not exists (
        select 1 from delivered as e where e.person_id = u.person_id and e.day = f.event_day
    ))
order by all
"""
)
