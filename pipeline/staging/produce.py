"""The SQL that converts all records of equally headed sheets to one model table, in one pass.

The statement fills `temp.converted`: provenance, `repeat` (the number of the repeated group, or NULL), the typed model
columns, `invalid`, a bit per column whose cell is filled and does not convert, and `too_long`, whether the record has
more filled cells than the header has names: its values have slipped into wrong columns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.model import Column, Table, code_list, table
from pipeline.sources import ColumnRule, Condition, Contract, PartnerCode, Produces, fold, required_columns
from pipeline.staging.convert import clean, folded, is_coded, listed, literal, missing_words, name, rule_of, typed
from pipeline.staging.headers import Header, repeated_numbers

PROVENANCE = "partner, delivery_id, file_id, sheet, row_number, ordinal"


@dataclass(frozen=True)
class Conversion:
    """One `[[file.produces]]` entry applied to the sheets of one header; `offset` is the first ordinal it may use."""

    contract: Contract
    produces: Produces
    header: Header
    group_id: int
    offset: int

    @property
    def table(self) -> Table:
        """The model table that is filled."""
        return table(self.produces.table)

    @property
    def numbers(self) -> list[int]:
        """The repeated groups' numbers, when unpivoted."""
        return repeated_numbers(self.produces, self.header) if self.produces.unpivot else []

    @property
    def width(self) -> int:
        """How many ordinals a record may take."""
        return len(self.numbers) if self.produces.unpivot else 1

    @property
    def rules(self) -> list[tuple[Column, ColumnRule]]:
        """The columns that the entry fills, in the model's order."""
        columns = self.produces.columns
        return [(c, columns[c.name]) for c in self.table.column if c.name in columns]

    def cell(self, text: str, number: int | None = None, rule: ColumnRule | None = None) -> str:
        """The cleaned cell of a column; NULL when the sheet has no such column."""
        position = self.header.position(text if number is None else text.replace("{n}", str(number)))
        words = missing_words(rule, self.contract.values) if rule else ()
        return clean(f"cells[{position}]", words) if position else "null::varchar"

    def raw(self, rule: ColumnRule, number: int | None = None) -> str:
        """The text that a model column is made from."""
        if rule.value is not None:
            return literal(rule.value)
        if rule.source is not None:
            return self.cell(rule.source, number, rule)
        parts = []
        for plain, column in _split(_numbered(rule.template or "", number)):
            parts += [literal(plain)] if plain else []
            parts += [self.cell(column, number, rule)] if column else []
        return " || ".join(parts)


def holds(conversion: Conversion, condition: Condition, number: int | None = None) -> str:
    """A condition as SQL that is never NULL."""
    cell = conversion.cell(condition.column, number)
    if condition.present is not None:
        return f"({cell} is {'not ' if condition.present else ''}null)"
    words = condition.among if condition.equals is None else (condition.equals,)
    return f"coalesce({folded(cell)} in ({listed(words or ())}), false)"


def codes_of(conversion: Conversion) -> list[tuple[str, str, str, str, str]]:
    """Rows (column, folded source, code, first day, last day + 1) of every coded column of a conversion.

    An undated list holds for every day. In a dated list, what a code means without a date stands under the
    year 1, where the code has had one meaning only.
    """
    rows = []
    for column, rule in conversion.rules:
        if is_coded(column, rule):
            rows += [(column.name, *entry) for entry in _entries(conversion.contract, column, rule)]
    return rows


def converted_sql(conversion: Conversion) -> str:
    """The statement that fills `temp.converted` from landing.record and `temp.partner_code`."""
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
create or replace temp table converted as
with cell as ({_cells_sql(conversion)}),
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


def staged_sql(conversion: Conversion) -> str:
    """The statement that moves the rows without findings to their staging table."""
    names = ", ".join(name(c.name) for c, _ in conversion.rules)
    return f"""
insert into staging.{conversion.table.quoted} ({PROVENANCE}, {names})
select {PROVENANCE}, {names} from converted where not ({_is_refused(conversion)})"""


def _cells_sql(conversion: Conversion) -> str:
    width = len(conversion.header.delivered)
    too_long = f"len(cells) > {width} and trim(array_to_string(cells[{width + 1}:], '')) <> ''"
    provenance = f"g.partner, g.delivery_id, r.file_id, r.sheet, r.row_number, {too_long} as too_long"
    origin = (
        f"landing.record as r join sheet_group as g using (file_id, sheet) "
        f"where g.group_id = {conversion.group_id} and r.kind = 'record'"
    )
    if not conversion.produces.unpivot:
        raws = [f"{conversion.raw(rule)} as {_r(c)}" for c, rule in conversion.rules]
        tests = "".join(f" and {holds(conversion, w)}" for w in conversion.produces.when)
        return (
            f"select {provenance}, {conversion.offset} as ordinal, null::integer as repeat, {', '.join(raws)} "
            f"from {origin}{tests}"
        )
    groups = ", ".join(_group(conversion, place, number) for place, number in enumerate(conversion.numbers))
    shape = "" if groups else "::integer[]"
    if not groups:
        empty = ", ".join(f"null::varchar as {_r(c)}" for c, _ in conversion.rules)
        return f"select {provenance}, 0 as ordinal, null::integer as repeat, {empty} from {origin} and false"
    return (
        f"select * exclude (part), unnest(part) from (select {provenance}, "
        f"unnest(list_filter([{groups}]{shape}, lambda p: p.filled)) as part from {origin})"
    )


def _group(conversion: Conversion, place: int, number: int) -> str:
    repeated = {h for rule in conversion.produces.columns.values() for h in rule.headers if "{n}" in h}
    repeated.add(conversion.produces.unpivot or "")
    filled = " or ".join(f"{conversion.cell(h, number)} is not null" for h in sorted(repeated))
    tests = [f"({filled})"] + [holds(conversion, w, number) for w in conversion.produces.when]
    raws = [f"{literal('raw ' + c.name)}: {conversion.raw(rule, number)}" for c, rule in conversion.rules]
    fields = [f"'ordinal': {conversion.offset + place}", f"'repeat': {number}", f"'filled': {' and '.join(tests)}"]
    return "{" + ", ".join(fields + raws) + "}"


def _code_join(column: Column, rule: ColumnRule) -> str:
    k = _k(column)
    on = f"{k}.column_name = {literal(column.name)} and {k}.source = {folded(_r(column))}"
    if rule.valid_on:
        day = f"coalesce({name('typed ' + rule.valid_on)}, date '0001-01-01')"
        on += f" and {day} >= {k}.valid_from and {day} < {k}.valid_to"
    return f"left join partner_code as {k} on {on}"


def _entries(contract: Contract, column: Column, rule: ColumnRule) -> list[tuple[str, str, str, str]]:
    if rule.codes is None:
        return [(fold(code), code, "0001-01-01", "9999-12-31") for code in code_list(column.codes or "").codes]
    if isinstance(rule.codes, dict):
        return [(fold(source), code, "0001-01-01", "9999-12-31") for source, code in rule.codes.items()]
    return _dated(contract.codelist[rule.codes]) if rule.valid_on else _undated(contract.codelist[rule.codes])


def _undated(codes: tuple[PartnerCode, ...]) -> list[tuple[str, str, str, str]]:
    return [(fold(c.source), c.code, "0001-01-01", "9999-12-31") for c in codes]


def _dated(codes: tuple[PartnerCode, ...]) -> list[tuple[str, str, str, str]]:
    meanings: dict[str, set[str]] = {}
    rows = []
    for c in codes:
        meanings.setdefault(fold(c.source), set()).add(c.code)
        first = c.valid_from.isoformat() if c.valid_from else "0001-01-02"
        rows.append((fold(c.source), c.code, first, c.valid_to.isoformat() if c.valid_to else "9999-12-31"))
    single = [(source, min(found)) for source, found in sorted(meanings.items()) if len(found) == 1]
    return rows + [(source, code, "0001-01-01", "0001-01-02") for source, code in single]


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


def _numbered(template: str, number: int | None) -> str:
    """A template with the repeated group's number in place of {n} and {n:02}."""
    if number is None:
        return template
    return re.sub(r"\{n(?::0(\d))?\}", lambda m: str(number).zfill(int(m[1] or 0)), template)


def _split(template: str) -> list[tuple[str, str]]:
    pieces = []
    for part in template.split("{"):
        column, closed, plain = part.partition("}")
        pieces += [("", column), (plain, "")] if closed else [(part, "")]
    return pieces


def _r(column: Column) -> str:
    return name("raw " + column.name)


def _v(column: Column) -> str:
    return name("typed " + column.name)


def _k(column: Column) -> str:
    return name("codes " + column.name)
