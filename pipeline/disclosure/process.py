"""Attrition, data quality and coverage, read as tables of plain counts and dates."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

from pipeline.disclosure.followed import lost_at, people_between, way_key
from pipeline.disclosure.members import Members
from pipeline.disclosure.plain import Place, PlainTable
from pipeline.disclosure.rows import query
from pipeline.disclosure.types import Row, Status, make_row
from pipeline.errors import DisclosureError
from pipeline.outcomes import COHORTS
from pipeline.warehouse import Connection

ATTRITION_DIMS = ("cohort", "step_number", "step", "reason")
QUALITY_DIMS = ("partner", "table_name", "quarter")
COVERAGE_DIMS = ("source", "table_name", "prison")


def read_attrition(con: Connection, members: Members) -> PlainTable:
    """A row is a step of a cohort (reason '') or a reason for which people were lost before it; `members` were there.

    Cohorts that a project declares stay internal: what is published of a part of a cohort would tell of the rest.
    """
    records = query(
        con,
        "select cohort, step_number, step, coalesce(reason, ''), persons, releases from outcomes.attrition "
        "order by cohort, step_number, coalesce(reason, '')",
    )
    records = [record for record in records if record[0] in COHORTS]
    keys = [dict(zip(ATTRITION_DIMS, map(str, record[:4]), strict=True)) for record in records]
    counts = [_given({"persons": record[4], "releases": record[5]}) for record in records]
    table = PlainTable("attrition", ATTRITION_DIMS, ("persons", "releases"), list(keys), list(counts), [])
    table.persons = [{name: counts["persons"] for name in counts if "persons" in counts} for counts in table.counts]
    steps: dict[str, list[int]] = defaultdict(list)
    reasons: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, key in enumerate(keys):
        if key["reason"]:
            reasons[key["cohort"], key["step_number"]].append(index)
        else:
            steps[key["cohort"]].append(index)
    for cohort, rows in steps.items():
        for before, after in pairwise(rows):
            lost = reasons[cohort, keys[after]["step_number"]]
            _add_step(table, before, after, lost)
    table.who = who_was_lost(table, members)
    if any(len(who) != table.counts[row][name] for (row, name), who in table.who.items()):
        raise DisclosureError("The attrition counts others than are on the way into its cohorts. Nothing released.")
    return table


def who_was_lost(table: PlainTable, members: Members) -> dict[Place, frozenset[str]]:
    """Who is in each count of an attrition, by the members' tokens."""
    found = {}
    for row, name in table.places():
        key = table.keys[row]
        found[row, name] = lost_at(members.get(way_key(key["cohort"]), {}), name, key["step_number"], key["reason"])
    return found


def lost_between(now: PlainTable, place: Place, then: PlainTable, before: Place) -> int:
    """People who tell a count of an attrition from that of an earlier release."""
    return people_between(then.who[before], now.who[place])


def rows_between(now: PlainTable, place: Place, then: PlainTable, before: Place) -> int:
    """Records that tell a count of records from that of an earlier release: nobody stands behind them one by one."""
    return abs(now.counts[place[0]][place[1]] - then.counts[before[0]][before[1]])


def _add_step(table: PlainTable, before: int, after: int, lost: list[int]) -> None:
    for name in ("persons", "releases"):
        if name in table.counts[before] and name in table.counts[after]:
            relation: dict[Place, int] = {(before, name): 1, (after, name): -1}
            table.relations.append(relation | {(index, name): -1 for index in lost})
            table.differences.append(((before, name), (after, name)))


def read_data_quality(con: Connection) -> PlainTable:
    """A row is a table of a partner's deliveries in one quarter: rows produced = accepted + quarantined + duplicate.

    Persons stand behind quarantine; accepted rows more than in the quarter before are a count of their own.
    """
    records = query(
        con,
        "select partner, table_name, quarter, produced, accepted, quarantined, duplicate, quarantined_persons "
        "from validated.quality order by all",
    )
    names = ("produced", "accepted", "quarantined", "duplicate")
    table = PlainTable("data_quality", QUALITY_DIMS, names, [], [], [], together=len(QUALITY_DIMS))
    for index, record in enumerate(records):
        table.keys.append(dict(zip(QUALITY_DIMS, map(str, record[:3]), strict=True)))
        table.counts.append(_given(dict(zip(names, record[3:7], strict=True))))
        table.persons.append(_given({"quarantined": record[7]}))
        table.relations.append({(index, "produced"): 1, **{(index, name): -1 for name in names[1:]}})
        if index and records[index - 1][:2] == record[:2]:
            table.differences.append(((index, "accepted"), (index - 1, "accepted")))
    return table


def _given(counts: dict[str, Any]) -> dict[str, int]:
    return {name: int(count) for name, count in counts.items() if count is not None}


def coverage_records(con: Connection) -> list[dict[str, str]]:
    """A row is a source, table and prison ('*' for all) with the first and last day seen, ISO."""
    records = query(
        con,
        "select source, table_name, prison, cast(covered_from as varchar), cast(covered_to as varchar) "
        "from core.coverage order by all",
    )
    names = (*COVERAGE_DIMS, "covered_from", "covered_to")
    return [dict(zip(names, ("" if v is None else str(v) for v in record), strict=True)) for record in records]


def coverage_rows(records: list[dict[str, str]]) -> list[Row]:
    """Coverage as released rows: days are no counts of people and are shown."""
    rows = []
    for record in records:
        days = {name: record[name] for name in ("covered_from", "covered_to")}
        cells = {n: (day, Status.SHOWN) if day else (None, Status.UNKNOWN) for n, day in days.items()}
        rows.append(make_row("coverage", {dim: record[dim] for dim in COVERAGE_DIMS}, cells))
    return rows
