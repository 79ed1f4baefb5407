"""A warehouse that holds nothing but literal measure cells and the few tables that disclosure reads besides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from pipeline.disclosure.rows import COLUMNS, MeasureRow
from pipeline.periods import Quarter
from pipeline.run import Input, Run
from pipeline.settings import Settings
from pipeline.warehouse import Connection, load_sql, split_statements

CurveRow = tuple[str, str, str, str, int, int, int, int, int]

ON_CURVE = """
create table outcomes.on_curve as
with gone as (
    select * exclude (stay), unnest(['event', 'other']) as status,
        unnest([events, at_risk - events - stay]) as people
    from (
        select *, coalesce(lead(at_risk) over (
            partition by measure, cohort, group_by, group_value order by day
        ), 0) as stay
        from outcomes.curve
    )
)
select measure, cohort, group_by, group_value, day as days, status,
    concat_ws('/', cohort, group_value, cast(day as varchar), status, cast(n as varchar)) as person_id, '' as member,
    cast(null as varchar) as partner, cast(null as varchar) as prison
from gone, range(1, people + 1) as r(n)
"""


def warehouse(rows: Sequence[MeasureRow], curves: Sequence[CurveRow] = ()) -> Connection:
    """An in-memory warehouse with these cells, a plain attrition, data quality and coverage."""
    con = duckdb.connect()
    for schema in ("outcomes", "validated", "core"):
        con.execute(f"create schema {schema}")
    for statement in split_statements(load_sql("pipeline.outcomes", "sql/tables")):
        con.execute(statement)
    for row in rows:
        insert_row(con, row)
    for curve in curves:
        con.execute("insert into outcomes.curve values (?, ?, ?, ?, ?, ?, ?, ?, ?)", list(curve))
    con.execute(ON_CURVE)
    con.execute(
        """
        insert into outcomes.attrition values
            ('programme', 1, 'applied', 400, null, '', 0), ('programme', 2, 'agreed', 318, null, '', 82),
            ('programme', 2, 'agreed', 79, null, 'refused', 79), ('programme', 2, 'agreed', 3, null, 'waiting', 3);
        create table outcomes.on_way as
        select 'programme' as cohort, 'persons' as counts, 'applicant ' || cast(n as varchar) as person_id,
            case when n <= 318 then 99 else 2 end as lost_step,
            case when n <= 318 then '' when n <= 397 then 'refused' else 'waiting' end as reason
        from range(1, 401) as r(n);
        create table validated.quality as select * from (values
            ('partner_xx', 'service', '2023Q2', 500, 470, 20, 12, 10),
            ('partner_yy', 'service', '2023Q2', 90, 87, 3, 1, 0)
        ) as q(partner, table_name, quarter, produced, accepted, quarantined, quarantined_persons, duplicate);
        create table core.coverage as select 'partner_xx' as source, 'service' as table_name, '*' as prison,
            date '2021-01-01' as covered_from, date '2023-07-31' as covered_to;
        create table core.custody_coverage as select date '2023-07-31' as covered_to;
        """
    )
    return con


def insert_row(con: Connection, row: MeasureRow) -> None:
    names = ["window_days" if name == "window" else name for name in COLUMNS]
    values = [getattr(row, name) for name in COLUMNS]
    values[COLUMNS.index("window")] = int(row.window) if row.window else None
    marks = ", ".join("?" * len(names))
    con.execute(f"insert into outcomes.measure_cell ({', '.join(names)}) values ({marks})", values)


def project(root: Path) -> Settings:
    return Settings(root=root, data=root / "data")


def run_of(*, synthetic: bool = True, minute: int = 0, quarter: str = "2023Q2", sha256: str = "ab" * 32) -> Run:
    return Run(
        Quarter.parse(quarter),
        datetime(2026, 1, 1, 12, minute, tzinfo=UTC),
        as_of=date(2023, 8, 15),
        inputs=(Input("partner_xx", "d1", sha256),),
        code_version="c0de",
        settings_hash="5e77",
        synthetic=synthetic,
    )
