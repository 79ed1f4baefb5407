"""The workbook template for partners who fill in tables by hand: drop-downs, explanations, an example row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.model import Column, Table, code_list, tables
from pipeline.settings import Settings
from pipeline.sources import (
    DECLARATION_SHEET,
    DECLARED_ROWS,
    HEADER_ROW,
    HELPER_SHEETS,
    TEMPLATE_SHEET,
    header_of,
    is_template,
    is_template_name,
    load_contract,
)

ROWS = 2000
"""Rows under the header that get drop-downs and date formats."""
KINDS = ("full (všechno od začátku)", "increment (jen nové a změněné)", "correction (oprava dříve dodaného)")
EXAMPLES = {"date": "2023-05-17", "integer": "12", "decimal": "1.5", "boolean": "ano", "text": "A-001"}
HELP = {
    "extract": "Den, ke kterému jsou údaje úplné. Nic, co se stalo později, v nich není.",
    "period_from": "První den, za který se údaje předávají.",
    "period_to": "Poslední den, za který se údaje předávají (včetně).",
    "kind": "full = všechno od začátku projektu; increment = jen nové a změněné řádky; correction = oprava.",
    "lawful_basis": "Na základě čeho údaje předáváte, např. souhlas klienta.",
    "keep_until": "Den, po kterém se údaje smažou.",
}
INTRODUCTION = (
    "Na každém listu „tabulka …“ vyplňujte řádky od řádku 5. Řádky 1 až 4 neměňte.",
    "Řádek 3 je příklad a nenačítá se. Sloupce s hvězdičkou jsou povinné.",
    "Datum pište jako 17.5.2023 nebo 2023-05-17. Kde je v buňce nabídka, vyberte z ní.",
    "Na listu „dodávka“ vyplňte sloupec B. Listy, které nepoužijete, nechte prázdné.",
    "Nepište jména, rodná čísla, data narození, adresy, telefony ani volný text. Soubor s nimi se vrátí.",
    "Osobu označujte pseudonymem, který vytvoří příkaz `throughcare pseudonymise`.",
)


def write_template(settings: Settings, partner: str, to: Path) -> Path:
    """Write the template for a partner: the tables of its contract, or all tables where it has none.

    Raises SettingsError for a file that exists, that is not named as a template, or whose folder is missing.
    """
    if not is_template_name(to.name):
        raise SettingsError(f"{to.name}: a template is known by its name. Call it sablona-{partner}.xlsx.")
    if to.exists():
        raise SettingsError(f"{to} exists already. Move it away, or name another folder after --to.")
    if not to.parent.is_dir():
        raise SettingsError(f"The folder {to.parent} is missing. Make it, or name another one after --to.")
    wanted = _tables(settings, partner)
    import xlsxwriter

    with xlsxwriter.Workbook(to, {"strings_to_formulas": False, "in_memory": True}) as book:
        styles = _styles(book)
        _explain(book, styles, wanted)
        _declare(book, styles)
        lists = _code_sheet(book, wanted)
        for table in wanted:
            _fill(book, styles, table, lists)
        book.worksheets()[0].activate()
    return to


def _tables(settings: Settings, partner: str) -> list[Table]:
    """The tables that the partner's contract reads from its own files."""
    contract = load_contract(settings, partner)
    own = {t for f in contract.file if not is_template(f) for t in f.tables}
    return [table for name, table in tables().items() if name in own]


def _styles(book: Any) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 13}),
        "label": book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4", "border": 1}
        ),
        "example": book.add_format({"italic": True, "font_color": "#555555"}),
        "header": book.add_format({"font_color": "#555555", "font_size": 8, "bottom": 2}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _explain(book: Any, styles: dict[str, Any], wanted: list[Table]) -> None:
    sheet = book.add_worksheet(HELPER_SHEETS[0])
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 42)
    sheet.set_column(2, 2, 70, styles["wrap"])
    sheet.write(0, 0, "Jak vyplnit šablonu", styles["title"])
    for row, line in enumerate(INTRODUCTION, start=1):
        sheet.write(row, 0, line)
    row = len(INTRODUCTION) + 2
    for table in wanted:
        sheet.write(
            row, 0, f"List {TEMPLATE_SHEET.format(table.name)}: jeden řádek = {_lower(table.cs)}", styles["title"]
        )
        for place, title in enumerate(("sloupec", "význam", "vysvětlení")):
            sheet.write(row + 1, place, title, styles["label"])
        for row, column in enumerate(_columns(table), start=row + 2):  # noqa: B020  the next block goes on from here
            sheet.write_row(row, 0, [header_of(column), _label(column), _note(column)])
        row += 2


def _declare(book: Any, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet(DECLARATION_SHEET)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 36, styles["date"])
    for row, (name, label) in enumerate(DECLARED_ROWS.items()):
        sheet.write(row, 0, label, styles["label"])
        sheet.write(len(DECLARED_ROWS) + 1 + row, 0, f"{label}: {HELP[name]}")  # the colon keeps it from being read
        if name == "kind":
            sheet.data_validation(row, 1, row, 1, {"validate": "list", "source": list(KINDS)})


def _code_sheet(book: Any, wanted: list[Table]) -> dict[str, str]:
    """A hidden sheet with the Czech labels of every code list; returns the range of each list."""
    names = sorted({c.codes for t in wanted for c in t.column if c.codes})
    sheet = book.add_worksheet(HELPER_SHEETS[2])
    sheet.hide()
    ranges = {}
    for place, name in enumerate(names):
        labels = [code.cs for code in code_list(name).codes.values()]
        sheet.write_column(0, place, [name, *labels])
        letter = _letter(place)
        ranges[name] = f"='{HELPER_SHEETS[2]}'!${letter}$2:${letter}${len(labels) + 1}"
    return ranges


def _fill(book: Any, styles: dict[str, Any], table: Table, lists: dict[str, str]) -> None:
    sheet = book.add_worksheet(TEMPLATE_SHEET.format(table.name))
    sheet.write(0, 0, f"{table.cs}. Vyplňujte od řádku {HEADER_ROW + 1}.", styles["title"])
    first, last = HEADER_ROW, HEADER_ROW + ROWS - 1
    for place, column in enumerate(_columns(table)):
        star = " *" if column.presence == "required" else ""
        sheet.write(1, place, _label(column) + star, styles["label"])
        sheet.write(2, place, _example(column), styles["example"])
        sheet.write(3, place, header_of(column), styles["header"])
        sheet.set_column(place, place, 22, styles["date"] if column.type == "date" else None)
        if column.codes:
            sheet.data_validation(first, place, last, place, {"validate": "list", "source": lists[column.codes]})
        elif column.type == "boolean":
            sheet.data_validation(first, place, last, place, {"validate": "list", "source": ["ano", "ne"]})
    sheet.freeze_panes(HEADER_ROW, 1)


def _columns(table: Table) -> list[Column]:
    return [c for c in table.column if c.name != "partner"]


def _label(column: Column) -> str:
    return f"{column.cs.split(' (')[0]}: poslední den" if header_of(column) != column.name else column.cs


def _note(column: Column) -> str:
    required = {"required": "povinné", "optional": "nepovinné", "conditional": f"povinné, {column.when_cs}"}
    notes = [required[column.presence], column.note_cs]
    if column.codes:
        notes.append("vyberte z nabídky")
    return "; ".join(filter(None, notes))


def _example(column: Column) -> str:
    if column.type == "pseudonym":
        return "pseudonym"
    if column.codes:
        return next(iter(code_list(column.codes).codes.values())).cs
    return "1985" if column.name.endswith("_year") else EXAMPLES[column.type]


def _letter(place: int) -> str:
    return (chr(64 + place // 26) if place >= 26 else "") + chr(65 + place % 26)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
