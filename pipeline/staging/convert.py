"""SQL expressions that turn one cell of text into a typed value; NULL says that it does not convert.

Every function takes and gives SQL text; nothing here looks at a row.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Column
from pipeline.sources import ColumnRule, Values, fold
from pipeline.spreadsheets import FAILED

BLANKS = "\u00a0\u202f\u2007\u2009\ufeff\t\r\n"
EARLIEST, LATEST = 1850, 2150
"""Years outside are slips of the pen (23 for 2023), not dates."""
RULES = {
    "date": "impossible_date",
    "integer": "not_a_number",
    "decimal": "not_a_number",
    "boolean": "not_a_boolean",
    "pseudonym": "failed_formula",
    "text": "failed_formula",
}


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def listed(texts: Sequence[str]) -> str:
    """Texts as they stand between the brackets of IN, folded."""
    return ", ".join(literal(fold(t)) for t in texts)


def name(text: str) -> str:
    """An identifier as SQL needs it."""
    return '"' + text.replace('"', '""') + '"'


def records(relation: str = "landing.record") -> str:
    """A relation of landed rows with `odd`: whether any cell of the row holds a blank other than the plain one.

    Few rows do, and replacing them in every cell of every row is what staging would spend most of its time on.
    """
    return f"(select *, regexp_matches(array_to_string(cells, ''), {literal(f'[{BLANKS}]')}) as odd from {relation})"


def clean(cell: str, missing: Sequence[str] = ()) -> str:
    """A cell of `records` without stray, non-breaking and narrow blanks; NULL when nothing or a word for it is left."""
    plain = f"case when odd then translate({cell}, {literal(BLANKS)}, '{' ' * len(BLANKS)}') else {cell} end"
    bare = f"nullif(trim({plain}), '')"
    return f"case when {folded(bare)} in ({listed(missing)}) then null else {bare} end" if missing else bare


def folded(text: str) -> str:
    """A cleaned text as codes are compared: lower case, single blanks."""
    return f"lower(case when contains({text}, '  ') then regexp_replace({text}, ' +', ' ', 'g') else {text} end)"


def is_coded(column: Column, rule: ColumnRule) -> bool:
    """Whether the cell is looked up in a code list: the column's own, or one that the contract names for a text."""
    return column.codes is not None or rule.codes is not None


def rule_of(column: Column, rule: ColumnRule) -> str | None:
    """The rule that a cell breaks when it does not convert to the column's type; None where every text converts."""
    return "unknown_code" if is_coded(column, rule) else RULES.get(column.type)


def typed(column: Column, rule: ColumnRule, values: Values, raw: str) -> str:
    """The typed value of a cleaned cell for any column but a coded one."""
    if rule.value is not None:
        values = Values()
    if column.type == "date":
        return _date(rule, values, raw)
    if column.type in ("integer", "decimal"):
        return _number(column.type, rule, values, raw)
    if column.type == "boolean":
        words = rule.boolean or values.boolean
        if words.counted:
            return f"({_number('integer', rule, values, raw)}) > 0"
        return (
            f"case when {folded(raw)} in ({listed(words.true)}) then true "
            f"when {folded(raw)} in ({listed(words.false)}) then false end"
        )
    return f"case when starts_with({raw}, '#') and {folded(raw)} in ({listed(FAILED)}) then null else {raw} end"


def missing_words(rule: ColumnRule, values: Values) -> tuple[str, ...]:
    """The texts that mean an empty cell in a column."""
    return values.missing if rule.missing is None else rule.missing


def _date(rule: ColumnRule, values: Values, raw: str) -> str:
    pivot = values.pivot_year if rule.pivot_year is None else rule.pivot_year
    serial = values.excel_serial if rule.excel_serial is None else rule.excel_serial
    zone = rule.zone or values.zone
    tries = [_try_format(f, raw, pivot) for f in rule.date or values.date]
    tries += [_midnight(raw), _excel_serial(raw)] if serial else []
    tries += [_local_day(raw, zone)] if zone else []
    day = f"coalesce({', '.join(tries)})" if len(tries) > 1 else tries[0]
    return f"({day} + 1)" if rule.inclusive_end else day


def _try_format(form: str, raw: str, pivot: int | None) -> str:
    if "%H" not in form and " " in form:
        form, raw = form.replace(" ", ""), f"replace({raw}, ' ', '')"
    day = f"try_strptime({raw}, {literal(form)})::date"
    if "%y" in form and pivot is not None:
        year = f"year({day}) % 100"
        century = f"case when {year} <= {pivot} then 2000 else 1900 end"
        day = f"try(make_date({century} + {year}, month({day}), day({day})))"
    return _between(day)


def _between(day: str) -> str:
    return f"case when {day} between date '{EARLIEST}-01-01' and date '{LATEST}-12-31' then {day} end"


def _midnight(raw: str) -> str:
    """A date cell that a spreadsheet reader has already turned into ISO text."""
    iso = r"'^\d{4}-\d{2}-\d{2}([T ]00:00(:00(\.0+)?)?)?$'"
    return _between(f"case when regexp_matches({raw}, {iso}) then try_cast(left({raw}, 10) as date) end")


def _excel_serial(raw: str) -> str:
    """Day numbers of the 1900 system; 60 is its 29 February 1900, hence the origin."""
    serial = (
        rf"case when regexp_matches({raw}, '^\d{{5}}(\.\d+)?$') then date '1899-12-30' + left({raw}, 5)::integer end"
    )
    return _between(serial)


def _local_day(raw: str, zone: str) -> str:
    """The local day of an ISO timestamp; without an offset the time is local already."""
    offset = rf"regexp_matches({raw}, '\d[T ]\d{{2}}:\d{{2}}.*(Z|[+-]\d{{2}}(:?\d{{2}})?)$')"
    local = f"(try_cast({raw} as timestamptz) at time zone {literal(zone)})::date"
    return _between(f"case when {offset} then {local} else try_cast({raw} as timestamp)::date end")


def _number(kind: str, rule: ColumnRule, values: Values, raw: str) -> str:
    comma = values.decimal_comma if rule.decimal_comma is None else rule.decimal_comma
    point = "," if comma else "[.]"
    shape = rf"'^[+-]?(\d+|\d{{1,3}}( \d{{3}})+)({point}\d+)?$'"
    plain = f"replace(replace({raw}, ' ', ''), ',', '.')"
    number = f"case when regexp_matches({raw}, {shape}) then try_cast({plain} as double) end"
    number = f"({number}) * {rule.scale}" if rule.scale is not None else f"({number})"
    if kind == "decimal":
        return number
    if rule.scale is not None:
        return f"try_cast(round({number}) as integer)"
    return f"case when {number} = trunc({number}) then try_cast({number} as integer) end"
