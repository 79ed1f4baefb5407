"""The registers kept by hand in `data/reference`: dated lists that core and the publication read.

A project has its own folder, or else works with the one delivered with the program.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.model import code_list
from pipeline.settings import REPOSITORY, Settings

FOLDER = "data/reference"
FOREIGN = (
    f"The project has no {FOLDER} of its own. The programme's prisons and the regions that partners serve are counted "
    "by the lists that came with the program; proposals, milestones and prisons are published only beside made-up data."
)
CODED = {"prison": "prison", "region": "region", "status": "access_status"}
"""Columns of registers whose values are codes of the model."""
DAYS = {"date": True, "valid_from": True, "valid_to": False}
"""Columns that hold days, and whether each row must have one."""


def is_own(settings: Settings) -> bool:
    """Whether the project has registers of its own, not those delivered with the program."""
    return settings.resource(FOLDER) != REPOSITORY / FOLDER or settings.root == REPOSITORY


def read_register(settings: Settings, name: str, columns: tuple[str, ...]) -> list[dict[str, str]] | None:
    """The named columns of a register's rows, days as 2021-01-31; None where there is no such file.

    A spreadsheet may have saved it, with semicolons and with a mark of its encoding. Raises SettingsError with every
    problem: file, row and column.
    """
    path = settings.resource(FOLDER) / name
    if not path.exists():
        return None
    header, found = _rows(path)
    missing = [column for column in columns if column not in header]
    problems = [f"{FOLDER}/{name} has no column {column}; add it as in the repository's file." for column in missing]
    for number, row in enumerate(found, start=2):
        problems += [f"{FOLDER}/{name}, row {number}: {problem}" for problem in _problems(row, columns)]
    if problems:
        raise SettingsError(problems)
    return [{column: row[column] for column in columns} for row in found]


def _rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as problem:
        raise SettingsError(f"{FOLDER}/{path.name} cannot be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{FOLDER}/{path.name} is not in UTF-8: save it with that encoding.") from None
    heading = text.partition("\n")[0]
    reader = csv.DictReader(text.splitlines(), delimiter=";" if heading.count(";") > heading.count(",") else ",")
    rows = [{k: v.strip() if isinstance(v, str) else v for k, v in row.items()} for row in reader]
    return list(reader.fieldnames or ()), rows


def _problems(row: dict[str, str], columns: tuple[str, ...]) -> Iterator[str]:
    if None in row or None in row.values():  # how csv calls cells beyond the heading, and those that are not there
        yield "it has not as many cells as the heading; a delimiter is missing, or one too many."
        return
    for column in filter(row.__contains__, columns):
        value, listed = row[column], CODED.get(column)
        if listed and value not in code_list(listed).codes:
            yield f"{column} is no code of the list {listed} (`throughcare dictionary` shows it)."
        if column in DAYS and (value or DAYS[column]) and not is_day(value):
            yield f"{column} is no day. Write it as 2021-01-31."


def is_day(text: str) -> bool:
    """Whether a text is a day as 2021-01-31."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
