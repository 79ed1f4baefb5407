"""The data dictionary and the description of the native format, made from the model in either language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.model.codes import Code, code_lists
from pipeline.model.schema import Column, Table, tables

Language = Literal["cs", "en"]

WORDS: dict[Language, dict[str, str]] = {
    "cs": {
        "title": "Datový slovník",
        "key": "Klíč",
        "column": "Sloupec",
        "type": "Typ",
        "presence": "Vyplnění",
        "meaning": "Význam",
        "code": "Kód",
        "label": "Název",
        "lists": "Číselníky",
        "valid_from": "Platí od",
        "valid_to": "Platí do (bez tohoto dne)",
        "required": "povinné",
        "optional": "nepovinné",
        "conditional": "povinné, když {}",
        "text": "text",
        "pseudonym": "pseudonym",
        "date": "datum",
        "integer": "celé číslo",
        "decimal": "desetinné číslo",
        "boolean": "ano/ne",
        "codes": "číselník",
    },
    "en": {
        "title": "Data dictionary",
        "key": "Key",
        "column": "Column",
        "type": "Type",
        "presence": "Presence",
        "meaning": "Meaning",
        "code": "Code",
        "label": "Label",
        "lists": "Code lists",
        "valid_from": "Valid from",
        "valid_to": "Valid to (exclusive)",
        "required": "required",
        "optional": "optional",
        "conditional": "required when {}",
        "text": "text",
        "pseudonym": "pseudonym",
        "date": "date",
        "integer": "whole number",
        "decimal": "decimal number",
        "boolean": "yes/no",
        "codes": "code list",
    },
}

NATIVE: dict[Language, str] = {
    "cs": """# Formát native

Každý partner může dodávat přímo v podobě datového modelu:

- jeden soubor na tabulku, pojmenovaný podle ní (`service.csv`), jako CSV v UTF-8 nebo Parquet, případně šablona XLSX
  s listem pro každou tabulku;
- sloupce mají názvy z datového slovníku a stojí v libovolném pořadí; sloupce o původu řádků se neposílají;
- CSV: oddělovač čárka, texty s čárkou v uvozovkách, prázdná hodnota znamená „neuvedeno“;
- datum `rrrr-mm-dd`, desetinná tečka, ano/ne jako `true` a `false`, kódy z číselníků;
- sloupec končící na `_exclusive` obsahuje první den, který už do období nepatří;
- vedle souborů leží `delivery.toml` s údaji `partner`, `extract_date`, `period_from`, `period_to` (včetně), `kind`
  (`full`, `increment`, `correction`), `tables`, `prisons` (pouze Vězeňská služba), `lawful_basis` a `keep_until`.
""",
    "en": """# The native format

Any partner may deliver in the shape of the model itself:

- one file per table, named after it (`service.csv`), as CSV in UTF-8 or as Parquet, or the XLSX template with a sheet
  per table;
- columns carry the names of the data dictionary, in any order; columns of provenance are not sent;
- CSV: separated by commas, texts with a comma in quotation marks, an empty value means "not stated";
- dates as `yyyy-mm-dd`, a decimal point, yes/no as `true` and `false`, codes from the code lists;
- a column that ends in `_exclusive` holds the first day that no longer belongs to the interval;
- beside the files lies `delivery.toml` with `partner`, `extract_date`, `period_from`, `period_to` (inclusive), `kind`
  (`full`, `increment`, `correction`), `tables`, `prisons` (Prison Service only), `lawful_basis` and `keep_until`.
""",
}


@dataclass(frozen=True)
class DictionaryRow:
    """One column of the model in one language; `type` names the code list where there is one."""

    table: str
    column: str
    key: bool
    type: str
    presence: str
    label: str
    note: str


def dictionary_rows(language: Language) -> list[DictionaryRow]:
    """One row per column of every table, in the order of the model."""
    return [_row(table, column, language) for table in tables().values() for column in table.column]


def dictionary_markdown(language: Language) -> str:
    """The whole dictionary: each table with its columns, then every code list with both its labels."""
    words = WORDS[language]
    parts = [f"# {words['title']}\n"]
    parts += [_table_section(table, language) for table in tables().values()]
    parts += [f"## {words['lists']}\n"]
    parts += [_list_section(name, language) for name in code_lists()]
    return "\n".join(parts)


def native_markdown(language: Language) -> str:
    """The native format in words; column names and codes stand in the dictionary."""
    return NATIVE[language]


def _row(table: Table, column: Column, language: Language) -> DictionaryRow:
    words = WORDS[language]
    czech = language == "cs"
    kind = f"{words['codes']} `{column.codes}`" if column.codes else words[column.type]
    when = column.when_cs if czech else column.when_en
    return DictionaryRow(
        table=table.name,
        column=column.name,
        key=column.name in table.key,
        type=kind,
        presence=words[column.presence].format(when),
        label=column.cs if czech else column.en,
        note=column.note_cs if czech else column.note_en,
    )


def _table_section(table: Table, language: Language) -> str:
    words = WORDS[language]
    heading = [f"## `{table.name}`\n", f"{table.cs if language == 'cs' else table.en}.\n"]
    heading.append(f"{words['key']}: {', '.join(f'`{name}`' for name in table.key)}\n")
    rows = (_row(table, column, language) for column in table.column)
    cells = [(f"`{r.column}`", r.type, r.presence, f"{r.label}. {r.note}".strip()) for r in rows]
    titles = (words["column"], words["type"], words["presence"], words["meaning"])
    return "\n".join([*heading, *_grid(titles, cells), ""])


def _list_section(name: str, language: Language) -> str:
    words = WORDS[language]
    codes = code_lists()[name].codes.values()
    extras = sorted({key for code in codes for key in code.extra})
    dated = any(code.valid_from or code.valid_to for code in codes)
    titles = [words["code"], "Česky", "English", *extras]
    titles += [words["valid_from"], words["valid_to"]] if dated else []
    return "\n".join([f"### `{name}`\n", *_grid(titles, (_code_cells(c, extras, dated) for c in codes)), ""])


def _code_cells(code: Code, extras: list[str], dated: bool) -> list[str]:
    days = [str(day or "") for day in (code.valid_from, code.valid_to)] if dated else []
    return [f"`{code.code}`", code.cs, code.en, *(code.extra[key] for key in extras), *days]


def _grid(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    head = list(titles)
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
