"""Tables and columns of the case model, read from `tables/*.toml`, and the DDL made from them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

Presence = Literal["required", "optional", "conditional"]
SQL_TYPES = {
    "text": "VARCHAR",
    "pseudonym": "VARCHAR",
    "date": "DATE",
    "integer": "INTEGER",
    "decimal": "DOUBLE",
    "boolean": "BOOLEAN",
}


class Column(BaseModel):
    """One column: `type` is text, pseudonym, date, integer, decimal, boolean or `code:<list>`.

    `en` and `cs` are labels, `note_…` an explanation where the label is not enough. A conditional column
    names in `when` the SQL predicate over its own row under which a value is required, in words in `when_…`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: str
    presence: Presence = "optional"
    en: str
    cs: str
    note_en: str = ""
    note_cs: str = ""
    when: str = ""
    when_en: str = ""
    when_cs: str = ""

    @property
    def sql_type(self) -> str:
        """The column's DuckDB type."""
        return "VARCHAR" if self.type.startswith("code:") else SQL_TYPES[self.type]

    @property
    def is_staff(self) -> bool:
        """Whether a pseudonym is that of a member of staff, who is no client and nobody's relative."""
        return self.name.endswith(("manager_id", "worker_id"))

    @property
    def codes(self) -> str | None:
        """Name of the column's code list, or None."""
        return self.type.removeprefix("code:") if self.type.startswith("code:") else None


class Table(BaseModel):
    """One table: what a row is (`en`, `cs`), its key, and its columns in order.

    Key columns come first; `partner` is provenance and stands in no list of columns, also where it is part of the key.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    en: str
    cs: str
    key: tuple[str, ...]
    column: tuple[Column, ...]

    @property
    def columns(self) -> dict[str, Column]:
        """Columns by name, in order."""
        return {c.name: c for c in self.column}

    @property
    def quoted(self) -> str:
        """The name as SQL needs it (`case` is a reserved word)."""
        return f'"{self.name}"'


PROVENANCE: tuple[tuple[str, str], ...] = (
    ("partner", "VARCHAR"),
    ("delivery_id", "VARCHAR"),
    ("file_id", "VARCHAR"),
    ("sheet", "VARCHAR"),
    ("row_number", "INTEGER"),
    ("ordinal", "INTEGER"),
)
"""Where a staged row came from: file and row as the sender counts them (first line is 1); `ordinal`
numbers the model rows that one delivered record produced, from 0. `partner` is provenance in every
table, also where it is part of the key."""


@cache
def tables() -> dict[str, Table]:
    """All tables of the case model by name, in the order of `tables/_order.toml`."""
    folder = files("pipeline.model").joinpath("tables")
    order = tomllib.loads(folder.joinpath("_order.toml").read_text("utf-8"))["order"]
    read = (tomllib.loads(folder.joinpath(f"{name}.toml").read_text("utf-8")) for name in order)
    return {t.name: t for t in map(Table.model_validate, read)}


def table(name: str) -> Table:
    """One table of the case model; raises KeyError for an unknown name."""
    return tables()[name]


def ddl(table: Table, schema: str) -> str:
    """`create table` for a staged or validated table: provenance columns, then the model's."""
    provenance = [f"{name} {kind}" for name, kind in PROVENANCE]
    own = [f'"{c.name}" {c.sql_type}' for c in table.column if c.name != "partner"]
    return f"create or replace table {schema}.{table.quoted} ({', '.join(provenance + own)})"
