"""Attrition, data quality and coverage, read as tables of plain counts and dates."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

from pipeline.disclosure.plain import Place, PlainTable
from pipeline.disclosure.rows import query
from pipeline.disclosure.types import Row, Status, make_row
from pipeline.warehouse import Connection

ATTRITION_DIMS = ("cohort", "step_number", "step", "reason")
COVERAGE_DIMS = ("source", "table_name", "prison")


def read_attrition(con: Connection) -> PlainTable:
    """A row is a step of a cohort (reason '') or a reason for which people were lost before it."""
    records = query(
        con,
        "select cohort, step_number, step, coalesce(reason, ''), persons, releases from outcomes.attrition "
        "order by cohort, step_number, coalesce(reason, '')",
    )
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
    """A row is a table of a partner: rows produced = accepted + quarantined + duplicate; persons behind quarantine."""
    records = query(
        con,
        """
        with person as (
            select partner, table_name, count(distinct person_id) + count(*) filter (person_id is null) as persons
            from validated.quarantine group by all
        )
        select a.partner, a.table_name, sum(a.produced), sum(a.accepted), sum(a.quarantined), sum(a.duplicate),
            coalesce(max(p.persons), 0)
        from validated.accounting as a
        left join person as p using (partner, table_name)
        group by all order by all
        """,
    )
    names = ("produced", "accepted", "quarantined", "duplicate")
    table = PlainTable("data_quality", ("partner", "table_name"), names, [], [], [])
    for index, record in enumerate(records):
        table.keys.append({"partner": str(record[0]), "table_name": str(record[1])})
        table.counts.append(_given(dict(zip(names, record[2:6], strict=True))))
        table.persons.append(_given({"quarantined": record[6]}))
        table.relations.append({(index, "produced"): 1, **{(index, name): -1 for name in names[1:]}})
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
