"""The staging stage: landing.* to staging.*, one set-based statement per header and model table."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from pipeline.model import ddl, tables
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.sources import Contract, SourceFile
from pipeline.staging.conversion import Conversion, holds
from pipeline.staging.convert import literal, records
from pipeline.staging.deliveries import (
    Sheet,
    read_contracts,
    read_sheets,
    refusals,
    write_refusals,
    write_unread,
)
from pipeline.staging.headers import Header
from pipeline.staging.lookup import codes_of
from pipeline.staging.produce import converted_sql, refused_sql, staged_sql
from pipeline.warehouse import Connection, load_sql, split_statements


def stage(con: Connection, settings: Settings, run: Run) -> dict[str, int]:
    """Convert every landed record by its partner's contract.

    A row whose cells all convert is in `staging.<table>`; any other is in `staging.refused` with every finding;
    a delivery whose totals, columns or files are wrong is in `staging.delivery_refused` and gives no rows.
    Returns counts of produced, staged and refused rows, refused deliveries, unread columns and sheets.
    Raises SettingsError for a contract that cannot be used.
    """
    for statement in split_statements(load_sql("pipeline.staging", "tables")):
        con.execute(statement)
    for model in tables().values():
        con.execute(ddl(model, "staging"))
    contracts = read_contracts(con, settings)
    sheets = read_sheets(con, contracts)
    found = refusals(con, contracts, sheets)
    write_refusals(con, found)
    refused = {r.delivery_id for r in found}
    write_unread(con, sheets)
    _convert(con, contracts, [s for s in sheets if s.file and s.delivery_id not in refused])
    return _count(con)


def _convert(con: Connection, contracts: dict[str, Contract], sheets: list[Sheet]) -> None:
    groups: dict[tuple[str, str, Header], list[Sheet]] = defaultdict(list)
    for s in sheets:
        if s.file and s.file.produces:
            groups[(s.partner, s.file.name, s.header)].append(s)
    con.execute(
        "create or replace temp table sheet_group "
        "(group_id integer, partner varchar, delivery_id varchar, file_id varchar, sheet varchar)"
    )
    for group_id, ((partner, file_name, header), members) in enumerate(groups.items()):
        con.executemany(
            "insert into sheet_group values (?, ?, ?, ?, ?)",
            [[group_id, s.partner, s.delivery_id, s.file_id, s.sheet] for s in members],
        )
        file = contracts[partner].files[file_name]
        conversions = list(_conversions(contracts[partner], file, header, group_id))
        for conversion in conversions:
            _run(con, conversion)
        _refuse_unclaimed(con, conversions)
        for table_name in file.tables:
            con.executemany(
                "insert into staging.produced values (?, ?, ?, 0)",
                [[table_name, s.partner, s.delivery_id] for s in members],
            )
    for temporary in ("converted", "partner_code", "sheet_group"):
        con.execute(f"drop table if exists temp.{temporary}")


def _conversions(contract: Contract, file: SourceFile, header: Header, group_id: int) -> Iterator[Conversion]:
    """The file's conversions; ordinals count the rows that a record gives to one table."""
    used: Counter[str] = Counter()
    for produces in file.produces:
        conversion = Conversion(contract, produces, header, group_id, used[produces.table])
        used[produces.table] += conversion.width
        if conversion.width:
            yield conversion


def _run(con: Connection, conversion: Conversion) -> None:
    con.execute(
        "create or replace temp table partner_code "
        "(column_name varchar, source varchar, code varchar, valid_from date, valid_to date)"
    )
    codes = codes_of(conversion)
    if codes:
        rows = ", ".join(f"({', '.join(literal(value) for value in row)})" for row in codes)
        con.execute(f"insert into partner_code values {rows}")
    con.execute(staged_sql(conversion))
    con.execute(converted_sql(conversion))
    con.execute(refused_sql(conversion))


def _refuse_unclaimed(con: Connection, conversions: list[Conversion]) -> None:
    """Refuse records whose kind no entry knows (neither a client's nor a relative's row): they would be lost."""
    tests = [[w for w in c.produces.when if w.present is None and "{n}" not in w.column] for c in conversions]
    if not (conversions and all(tests)):
        return
    first, column = conversions[0], tests[0][0].column
    claimed = " or ".join(" and ".join(holds(c, w) for w in words) for c, words in zip(conversions, tests, strict=True))
    con.execute(f"""
        insert into staging.refused
        select {literal(first.table.name)}, g.partner, g.delivery_id, r.file_id, r.sheet, r.row_number, 0, '', null,
            {literal(first.header.as_delivered(column))}, 'unknown_code'
        from {records()} as r join sheet_group as g using (file_id, sheet)
        where g.group_id = {first.group_id} and r.kind = 'record' and not ({claimed})""")


def _count(con: Connection) -> dict[str, int]:
    for name, model in tables().items():
        con.execute(
            f"insert into staging.produced select {literal(name)}, partner, delivery_id, count(*) "
            f"from staging.{model.quoted} group by all"
        )
    for statement in split_statements(load_sql("pipeline.staging", "produced")):
        con.execute(statement)
    counts = con.execute(load_sql("pipeline.staging", "counts"))
    names = [column[0] for column in counts.description or ()]
    row = counts.fetchone() or ()
    return {name: int(value) for name, value in zip(names, row, strict=True)}
