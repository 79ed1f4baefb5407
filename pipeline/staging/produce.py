"""The SQL that converts all records of equally headed sheets to one model table, in one pass.

The rows that convert go straight to their staging table. Those that do not are converted once more, and only they, to
`temp.converted`, from which the findings are written: provenance, `repeat` (the number of the repeated group, or
NULL), the typed model columns, `invalid`, a bit per column whose cell is filled and does not convert, and `too_long`,
whether the record has more filled cells than the header has names: its values have slipped into wrong columns.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.model import Column
from pipeline.sources import ColumnRule, required_columns
from pipeline.staging.conversion import Conversion, holds
from pipeline.staging.convert import folded, is_coded, literal, name, records, rule_of, typed
from pipeline.staging.headers import Header

PROVENANCE = "partner, delivery_id, file_id, sheet, row_number, ordinal"


def staged_sql(conversion: Conversion) -> str:
    """The statement that puts the rows without findings into their staging table."""
    names = ", ".join(name(c.name) for c, _ in conversion.rules)
    return f"""
insert into staging.{conversion.table.quoted} ({PROVENANCE}, {names})
select {PROVENANCE}, {names} from ({_converted(conversion, "true")}) where not ({_is_refused(conversion)})"""


def converted_sql(conversion: Conversion) -> str:
    """The statement that fills `temp.converted` with the rows that are not in their staging table."""
    staged = f"""not exists (
        select 1 from staging.{conversion.table.quoted} as s
        where s.file_id = r.file_id and s.sheet = r.sheet and s.row_number = r.row_number and s.ordinal = r.ordinal)"""
    return f"create or replace temp table converted as {_converted(conversion, staged)}"


def _converted(conversion: Conversion, wanted: str) -> str:
    """A query over landing.record and `temp.partner_code`: the typed rows of the records `r` that are wanted."""
    columns = conversion.rules
    plain = [f"{typed(c, r, conversion.contract.values, _r(c))} as {_v(c)}" for c, r in columns if not is_coded(c, r)]
    coded = [(c, r) for c, r in columns if is_coded(c, r)]
    joins = [_code_join(c, r) for c, r in coded]
    values = [f"{_k(c)}.code" if is_coded(c, r) else _v(c) for c, r in columns]
    flags = [
        f"(({_r(c)} is not null and {v} is null)::ubigint << {bit})"
        for bit, ((c, r), v) in enumerate(zip(columns, values, strict=True))
        if rule_of(c, r)
    ]
    chosen = ", ".join(f"{v} as {name(c.name)}" for (c, _), v in zip(columns, values, strict=True))
    return f"""
with cell as ({_cells_sql(conversion, wanted)}),
typed as (select *{"".join(", " + p for p in plain)} from cell)
select {PROVENANCE}, repeat, too_long, {chosen}, {" + ".join(flags) or "0::ubigint"} as invalid
from typed {" ".join(joins)}"""


def refused_sql(conversion: Conversion) -> str:
    """The statement that writes every finding of `temp.converted`, one row each."""
    target = conversion.table
    findings = ", ".join(
        f"case when {when} then {{'column_name': {sender}, 'rule_id': {literal(rule)}}} end"
        for when, sender, rule in _findings(conversion)
    )
    person = name("person_id") if "person_id" in conversion.produces.columns else "null"
    return f"""
insert into staging.refused
select {literal(target.name)}, {PROVENANCE.replace(", ordinal", "")}, ordinal, record_key, person_id,
    finding.column_name, finding.rule_id
from (
    select *, {_record_key(conversion)} as record_key, {person} as person_id,
        unnest(list_filter([{findings}], lambda f: f is not null)) as finding
    from converted where {_is_refused(conversion)})"""


def _cells_sql(conversion: Conversion, wanted: str) -> str:
    """One row of raw text per model row, from the records of the conversion's sheets."""
    width = len(conversion.header.delivered)
    too_long = f"len(cells) > {width} and trim(array_to_string(cells[{width + 1}:], '')) <> ''"
    provenance = f"g.partner, g.delivery_id, r.file_id, r.sheet, r.row_number, {too_long} as too_long, odd"
    origin = (
        f"{records()} as r join sheet_group as g using (file_id, sheet) "
        f"where g.group_id = {conversion.group_id} and r.kind = 'record'"
    )
    tests = []
    if not conversion.produces.unpivot:
        read = conversion
        placed = f"select {provenance}, cells, {conversion.offset} as ordinal, null::integer as repeat from {origin}"
    else:
        # A wide row's cells would be copied for each of its groups: only those that all groups need go along.
        read = replace(conversion, header=Header(tuple(conversion.single)))
        tests.append("(" + " or ".join(f"{conversion.cell(h)} is not null" for h in conversion.repeated) + ")")
        placed = (
            "select * exclude (repeated), unnest(repeated) from ("
            f"select {provenance}, {conversion.single_cells} as cells, unnest({_groups(conversion)}) as repeated "
            f"from {origin})"
        )
    raws = ", ".join(f"{read.raw(rule)} as {_r(c)}" for c, rule in conversion.rules)
    tests += [holds(read, w) for w in conversion.produces.when]
    unread = "cells, odd, part" if conversion.produces.unpivot else "cells, odd"
    return f"""
        select * exclude ({unread}), {raws} from ({placed}) as r
        where {" and ".join([wanted, *tests])}"""


def _groups(conversion: Conversion) -> str:
    groups = [
        f"{{'ordinal': {conversion.offset + place}, 'repeat': {number}, 'part': {conversion.part(number)}}}"
        for place, number in enumerate(conversion.numbers)
    ]
    return f"[{', '.join(groups)}]"


def _code_join(column: Column, rule: ColumnRule) -> str:
    k = _k(column)
    on = f"{k}.column_name = {literal(column.name)} and {k}.source = {folded(_r(column))}"
    if rule.valid_on:
        day = f"coalesce({name('typed ' + rule.valid_on)}, date '0001-01-01')"
        on += f" and {day} >= {k}.valid_from and {day} < {k}.valid_to"
    return f"left join partner_code as {k} on {on}"


def _findings(conversion: Conversion) -> list[tuple[str, str, str]]:
    """(SQL condition, SQL text of the sender's column, rule) of everything that can be wrong with a row."""
    found = [("too_long", "''", "too_many_cells")]
    required = required_columns(conversion.table)
    for bit, (column, rule) in enumerate(conversion.rules):
        sender = _sender(conversion, rule)
        broken = rule_of(column, rule)
        if broken:
            found.append((f"invalid & (1::ubigint << {bit}) <> 0", sender, broken))
        if column.name in required:
            found.append(
                (f"{name(column.name)} is null and invalid & (1::ubigint << {bit}) = 0", sender, "missing_required")
            )
    return found


def _is_refused(conversion: Conversion) -> str:
    required = required_columns(conversion.table)
    return " or ".join(["too_long", "invalid <> 0"] + [f"{name(c)} is null" for c in required])


def _sender(conversion: Conversion, rule: ColumnRule) -> str:
    text = " + ".join(conversion.header.as_delivered(h) for h in rule.headers)
    return f"replace({literal(text)}, '{{n}}', repeat::varchar)" if "{n}" in text else literal(text)


def _record_key(conversion: Conversion) -> str:
    keys = [c for c in conversion.table.key if c != "partner"]
    return "concat_ws('/', " + ", ".join(f"coalesce({name(c)}::varchar, '')" for c in keys) + ")"


def _r(column: Column) -> str:
    return name("raw " + column.name)


def _v(column: Column) -> str:
    return name("typed " + column.name)


def _k(column: Column) -> str:
    return name("codes " + column.name)
