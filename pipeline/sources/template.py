"""The workbook template that any partner may fill in instead of an export: how its sheets are read.

`throughcare template` writes it from the same case model, so what it produces loads whatever the partner's contract
says, and without any contract too. Files are known by their name, sheets by theirs.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

from pipeline.model import Column, Table, code_list, tables
from pipeline.sources.contract import Booleans, ColumnRule, DeclaringCell, Produces, SourceFile
from pipeline.sources.texts import fold

PATTERNS = ("*sablona*.xlsx", "*šablona*.xlsx", "*throughcare-template*.xlsx")
DECLARATION_SHEET = "dodávka"
HELPER_SHEETS = ("vysvětlivky", DECLARATION_SHEET, "číselníky")
"""Sheets of the template that hold no records."""
TEMPLATE_SHEET = "tabulka {}"
HEADER_ROW = 4
YES, NO = "ano", "ne"
DECLARED_ROWS = {
    "extract": "Stav ke dni",
    "period_from": "Období od",
    "period_to": "Období do",
    "kind": "Druh dodávky",
    "lawful_basis": "Právní základ zpracování",
    "keep_until": "Uchovat do",
}
"""What the declaration sheet says in its first column, by what it declares."""


def header_of(column: Column) -> str:
    """A column's header in the template; an exclusive end is asked for as the last day, which people know."""
    return column.name.replace("_exclusive", "_inclusive")


def words_of(column: Column) -> dict[str, str]:
    """What a coded cell may say and the code that it means: Czech labels, English labels and the codes themselves."""
    codes = code_list(column.codes or "").codes.values()
    words: dict[str, str] = {}
    for said in ([c.code for c in codes], [c.cs for c in codes], [c.en for c in codes]):
        for word, code in zip(said, codes, strict=True):
            words.setdefault(fold(word), code.code)
    return words


@cache
def template_files() -> tuple[SourceFile, ...]:
    """One entry per model table: the sheet of that name in a filled-in template."""
    return tuple(
        SourceFile(
            name=f"template {table.name}",
            pattern=PATTERNS,
            sheet=TEMPLATE_SHEET.format(table.name),
            header_row=HEADER_ROW,
            required=False,
            produces=(Produces(table=table.name, columns=_rules(table)),),
        )
        for table in tables().values()
    )


def template_cells() -> tuple[DeclaringCell, ...]:
    """Where a filled-in template declares its day, period and kind."""
    return tuple(
        DeclaringCell(file=pattern, sheet=DECLARATION_SHEET, pattern=rf"^{label} (?P<{name}>\S.*?)(?: \(.*\))?$")
        for pattern in PATTERNS
        for name, label in DECLARED_ROWS.items()
    )


def is_template(file: SourceFile) -> bool:
    """Whether an entry reads the template rather than a file of the partner's own shape."""
    return file.pattern == PATTERNS


def is_helper(file_name: str, sheet: str) -> bool:
    """Whether a sheet is one of the template's own that holds no records."""
    return is_template_name(file_name) and sheet in HELPER_SHEETS


def is_template_name(name: str) -> bool:
    """Whether a file of this name is a filled-in template."""
    last = name.rpartition("/")[2].lower()
    return any(fnmatchcase(last, pattern) for pattern in PATTERNS)


def _rules(table: Table) -> dict[str, ColumnRule]:
    return {c.name: ColumnRule.model_validate(_rule(c)) for c in table.column if c.name != "partner"}


def _rule(column: Column) -> dict[str, object]:
    """Everything is said here, so that nothing of how the partner's own files are written applies."""
    rule: dict[str, object] = {"from": header_of(column), "missing": ()}
    if column.type == "date":
        rule |= {"date": ("%Y-%m-%d", "%d.%m.%Y"), "excel_serial": True}
        rule["inclusive_end"] = column.name.endswith("_exclusive")
    if column.type in ("integer", "decimal"):
        rule["decimal_comma"] = False
    if column.type == "boolean":
        rule["boolean"] = Booleans(true=(YES, "true", "1", "yes"), false=(NO, "false", "0", "no"))
    if column.codes:
        rule["codes"] = words_of(column)
    return rule
