"""A dry run of a contract on a partner's files: what maps where, what does not, what would be refused.

Nothing is kept: the files are read and screened in memory, and converted in a warehouse that exists in memory only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.errors import InputError
from pipeline.landing import Examined, Finding, Reading, Sheet, examine, hash_files
from pipeline.model import tables
from pipeline.onboarding.dry_run import Refused, dry_run
from pipeline.onboarding.likeness import likely_column
from pipeline.settings import Settings
from pipeline.sources import (
    SUFFIXES,
    ColumnRule,
    Contract,
    Problem,
    Produces,
    SourceFile,
    deliveries_at,
    is_helper,
    likeliest,
)
from pipeline.staging import Header, ignored_columns, missing_columns

UNDECLARED = ("missing_period", "no_legal_basis", "wrong_declaration")
"""Rules on what a delivery says of itself."""


@dataclass(frozen=True)
class Use:
    """One of the sender's columns that the contract reads: the model column it fills, and how."""

    heading: str
    fills: str
    how: str


@dataclass(frozen=True)
class SheetCheck:
    """One sheet of a file: the `[[file]]` that reads it ('' when none does) and what becomes of its columns.

    `unread` are columns that nothing reads, each with the model column that it may mean; `missing` columns that must
    be there, each with the unread column most like it.
    """

    place: str
    source: str
    encoding: str
    records: int
    uses: tuple[Use, ...] = ()
    unread: tuple[tuple[str, str | None], ...] = ()
    missing: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class Check:
    """What a contract makes of some files. `findings` are identifiers, `problems` why the delivery is refused."""

    sheets: tuple[SheetCheck, ...]
    findings: tuple[Finding, ...]
    problems: tuple[str, ...]
    produced: tuple[tuple[str, int, int], ...]
    refused: tuple[Refused, ...]

    @property
    def fits(self) -> bool:
        """Whether everything that was read would be taken and used."""
        trouble = self.findings or self.problems or self.refused or any(s.missing for s in self.sheets)
        return bool(any(s.source for s in self.sheets) and not trouble)


def check_contract(settings: Settings, contract: Contract, path: Path, *, latest: date) -> Check:
    """Try a contract on a file, or on every file of a folder. `latest` is the last possible birthday.

    Raises InputError when there is no such file.
    """
    if not path.exists():
        raise InputError(f"There is no file {path}. Give the path of a file, or of a folder with one delivery.")
    examined = [examine(d, contract, hash_files(d), latest) for d in deliveries_at(path, contract)]
    if not examined:
        kinds = ", ".join(SUFFIXES[contract.format])
        raise InputError(f"{path} holds no data file that the contract reads ({kinds}).")
    readings = [(file.shown, file.reading) for one in examined for file in one.files if file.reading]
    findings = [finding for one in examined for finding in one.findings]
    problems = [_words(problem) for one in examined for problem in one.problems if _counts(problem, one, path)]
    sheets = [(name, reading, sheet) for name, reading in readings for sheet in reading.sheets]
    checks = tuple(_sheet(contract, *one) for one in sheets if not is_helper(one[0], one[2].name))
    whole = readings and not findings and not any(c.missing for c in checks)
    produced, refused = dry_run(settings, contract, readings, latest) if whole else ((), ())
    return Check(checks, tuple(findings), tuple(problems), produced, refused)


def _counts(problem: Problem, examined: Examined, path: Path) -> bool:
    """What nobody has declared yet is no fault of a file that is tried by itself, without the sidecar to come."""
    alone = path.is_file() and examined.delivery.sidecar is None
    return not (alone and problem.rule_id in UNDECLARED and not problem.file)


def _words(problem: Problem) -> str:
    return f"{problem.file}: {problem.message}" if problem.file else problem.message


def _sheet(contract: Contract, name: str, reading: Reading, sheet: Sheet) -> SheetCheck:
    place = f"{name}: {sheet.name}" if sheet.name else name
    file = contract.files.get(sheet.source)
    if file is None:
        return SheetCheck(place, "", reading.encoding, 0)
    header = Header(sheet.header)
    unread = ignored_columns(file, header)
    missing = missing_columns(file, header)
    return SheetCheck(
        place,
        sheet.source,
        reading.encoding,
        sheet.records,
        tuple(_uses(contract, file, header)),
        tuple((heading, _candidate(heading, file)) for heading in unread),
        tuple((m.name, m.candidate or likeliest(m.name, unread)) for m in missing),
    )


def _candidate(heading: str, file: SourceFile) -> str | None:
    place = likely_column(heading, file.tables)
    return ".".join(place) if place else None


def _uses(contract: Contract, file: SourceFile, header: Header) -> list[Use]:
    rules = [(p, column, rule) for p in file.produces for column, rule in p.columns.items()]
    found = [
        Use(header.as_delivered(text), f"{produces.table}.{column}", _how(contract, produces, column, rule))
        for produces, column, rule in rules
        for text in rule.headers
        if (header.numbers(text) if "{n}" in text else header.position(text))
    ]
    return sorted(found, key=lambda use: _order(header, use.heading))


def _order(header: Header, heading: str) -> tuple[int, str]:
    return header.position(heading) or 1_000_000, heading


def _how(contract: Contract, produces: Produces, column: str, rule: ColumnRule) -> str:
    """In a few words how cells become values."""
    model = tables()[produces.table].columns[column]
    if rule.codes is not None or model.codes:
        name = rule.codes if isinstance(rule.codes, str) else "its own list" if rule.codes else model.codes
        return f"codes: {name}" + (f", by {rule.valid_on}" if rule.valid_on else "")
    if model.type == "date":
        forms: Sequence[str] = rule.date or contract.values.date
        serial = contract.values.excel_serial if rule.excel_serial is None else rule.excel_serial
        return f"date {' or '.join(forms)}{' or serial' * serial}{', last day' * rule.inclusive_end}"
    return model.type + (f" × {rule.scale:g}" if rule.scale else "")
