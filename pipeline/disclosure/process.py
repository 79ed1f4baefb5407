"""Attrition, data quality and coverage, read as tables of plain counts and dates."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

from pipeline.disclosure.plain import Place, PlainTable
from pipeline.disclosure.rows import query
from pipeline.disclosure.types import Row, Status, make_row
from pipeline.outcomes import COHORTS
from pipeline.warehouse import Connection

ATTRITION_DIMS = ("cohort", "step_number", "step", "reason")
QUALITY_DIMS = ("partner", "table_name", "quarter")
COVERAGE_DIMS = ("source", "table_name", "prison")


def read_attrition(con: Connection) -> PlainTable:
    """A row is a step of a cohort (reason '') or a reason for which people were lost before it.

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
    for cohort, members in steps.items():
        for before, after in pairwise(members):
            lost = reasons[cohort, keys[after]["step_number"]]
            _add_step(table, before, after, lost)
    return table


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
    table = PlainTable("data_quality", QUALITY_DIMS, names, [], [], [])
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
