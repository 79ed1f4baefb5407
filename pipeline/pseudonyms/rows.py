"""One row after another: pseudonyms and years put in, columns dropped, and what cannot be done noted by place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from pipeline.landing import shown
from pipeline.pseudonyms.plan import PERSON, WORKER, YEAR, Plan, plan
from pipeline.pseudonyms.pseudonym import NotAPersonError, Pseudonymiser
from pipeline.sources import Contract, SourceFile, fold, source_of
from pipeline.staging import Header, missing_columns, repeated_columns

TOLD = 20
_ISO = re.compile(r"\s*((?:18|19|20)\d{2})[-/]?\d{1,2}[-/]?\d{1,2}(?:[T ].*)?")
_CZECH = re.compile(r"\s*\d{1,2}\s?[./]\s?\d{1,2}\s?[./]\s?(\d{4}|\d{2})(?:\s.*)?")
_SERIAL = re.compile(r"\s*([1-4]\d{4})(?:\.0)?\s*")


@dataclass
class Work:
    """What rewriting needs and finds out: problems by place (never a value) and the columns dropped."""

    contract: Contract
    pseudonyms: Pseudonymiser
    problems: list[str] = field(default_factory=list)
    number_of_problems: int = 0
    dropped: dict[str, set[str]] = field(default_factory=dict)

    @cached_property
    def missing(self) -> frozenset[str]:
        """The sender's words for a missing value: not one and the same unknown person."""
        rules = (r for f in self.contract.file for p in f.produces for r in p.columns.values())
        words = {word for rule in rules for word in rule.missing or ()} | set(self.contract.values.missing)
        return frozenset(map(fold, words))

    def problem(self, file: str, sheet: str, row: int, column: int, reason: str) -> None:
        """Note a cell that cannot be used; the first ones are listed, all are counted."""
        self.number_of_problems += 1
        if len(self.problems) < TOLD:
            latest = self.pseudonyms.latest
            named = shown(file, latest) + (f", sheet {shown(sheet, latest)}" if sheet else "")
            where = f"{named}, row {row}, column {column + 1}"
            self.problems.append(f"{where}: {reason}")

    def header(self, file: str, sheet: str, source: SourceFile, header: Sequence[str]) -> None:
        """Note every column that the contract must have and that is not there: without it a delivery is refused."""
        named = shown(file, self.pseudonyms.latest) + (
            f", sheet {shown(sheet, self.pseudonyms.latest)}" if sheet else ""
        )
        for column in () if source.control else missing_columns(source, Header(tuple(header))):
            self.number_of_problems += 1
            self.problems.append(f"{named}: there is no column '{column.name}', which the contract requires")
        for name in repeated_columns(source, Header(tuple(header))):
            self.number_of_problems += 1
            self.problems.append(f"{named}: there are two columns '{name}'; leave only the one that holds")

    def value(self, action: int, text: str) -> str:
        """One cell after its action; a word for a missing value stays. Raises NotAPersonError."""
        if fold(text) in self.missing:
            return text
        if action == PERSON:
            return self.pseudonyms.person(text)
        if action == WORKER:
            return self.pseudonyms.worker(text)
        return year(text, self.pseudonyms.latest) if action == YEAR else text


def rewritten(work: Work, file: str, sheet: str, rows: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    """The rows of a text file or worksheet, rewritten one by one; none of a sheet that the contract does not read."""
    source = source_of(work.contract, file, sheet)
    if source is None:
        return
    known: Plan | None = None
    total = fold(source.total.text) if source.total else None
    for number, row in enumerate(rows, start=1):
        if number < source.header_row:
            yield list(row)
        elif number == source.header_row:
            work.header(file, sheet, source, row)
            known = plan(work.contract, file, sheet, [cell.strip() for cell in row])
            assert known is not None
            work.dropped.setdefault(f"{file} {sheet}".strip(), set()).update(_dropped(row, known))
            yield [row[i] for i in known.kept]
        elif known is not None:
            is_total = total is not None and next((fold(c) for c in row if c.strip()), "") == total
            yield _total(row, known) if is_total else _row(work, file, sheet, number, row, known)


def _row(work: Work, file: str, sheet: str, number: int, row: Sequence[str], known: Plan) -> list[str]:
    if known.whole:
        return list(row)
    cells = []
    for position in known.kept:
        text = row[position] if position < len(row) else ""
        try:
            cells.append(work.value(known.actions[position], text))
        except NotAPersonError as reason:
            work.problem(file, sheet, number, position, str(reason))
            cells.append("")
    return cells if any(row) else []


def _total(row: Sequence[str], known: Plan) -> list[str]:
    """A total keeps its cells where the contract counts them; named by a heading it moves with its column."""
    if known.source.total and isinstance(known.source.total.count, int):
        return list(row)
    return [row[i] for i in known.kept if i < len(row)]


def _dropped(row: Sequence[str], known: Plan) -> set[str]:
    return {row[i].strip() for i in range(len(known.actions)) if i not in known.kept and row[i].strip()}


def year(text: str, latest: date) -> str:
    """The year of a date of birth, whole dates and day numbers of spreadsheets; anything else as it is."""
    if match := _ISO.fullmatch(text):
        return match[1]
    if match := _CZECH.fullmatch(text):
        digits = int(match[1])
        if len(match[1]) == 4:
            return match[1]
        return str(digits + (2000 if digits <= latest.year % 100 else 1900))
    if match := _SERIAL.fullmatch(text):
        return str((date(1899, 12, 30) + timedelta(days=int(match[1]))).year)
    return text
