"""SQL from files: one statement per table, each file opening with a comment that says what a row is."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from pipeline.warehouse.connection import Connection


def load_sql(package: str, name: str) -> str:
    """The text of `<package>/<name>.sql`."""
    return files(package).joinpath(f"{name}.sql").read_text("utf-8")


def split_statements(text: str) -> list[str]:
    """Statements of a file, split at semicolons that end a line."""
    return [part.strip() for part in text.split(";\n") if part.strip().strip(";")]


def run_sql_folder(con: Connection, package: str, names: list[str], parameters: dict[str, Any]) -> None:
    """Run files in the order given; each gets those of the named parameters that it mentions."""
    for name in names:
        for statement in split_statements(load_sql(package, name)):
            used = {key: value for key, value in parameters.items() if f"${key}" in statement}
            con.execute(statement, used)
