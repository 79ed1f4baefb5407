"""A delivery in memory, before anything of it is kept: read, screened, and judged whole."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from pipeline.landing.reading import kind_of, read_file
from pipeline.landing.rehearsal import rehearse
from pipeline.landing.screen import WITHHELD, Finding, screen, screen_text, shown
from pipeline.landing.sheets import TITLE, Reading, Sheet, UnreadableError, filled
from pipeline.landing.text import check_lines
from pipeline.model import tables
from pipeline.sources import (
    Contract,
    Declaration,
    DeclaringCell,
    DeliveredFile,
    Delivery,
    Problem,
    complete,
    fold,
    from_texts,
    is_template,
    is_template_name,
    merge,
    prefer,
)

LARGEST = 1 << 30
"""Bytes of a file that has to be in memory as a whole."""
DELIMITERS = {";", ",", "\t", "|"}
DELIMITER_NAMES = {"\t": "tabulators"}


@dataclass(frozen=True)
class ReadFile:
    """One delivered file: its name as it may be shown, hash, size, and what was read or why it was not."""

    file: DeliveredFile
    shown: str
    sha256: str
    size: int
    reading: Reading | None = None
    problem: Problem | None = None


@dataclass(frozen=True)
class Examined:
    """A delivery with everything that is known of it; it is taken only without findings and problems."""

    delivery: Delivery
    contract: Contract
    sha256: str
    files: tuple[ReadFile, ...]
    declared: Declaration
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


def hash_files(delivery: Delivery) -> dict[str, str]:
    """SHA-256 of each file of a delivery, its sidecar too, by name; '' for one that cannot be opened."""
    return {f.name: _hash(f) for f in (*delivery.files, delivery.sidecar) if f}


def hash_delivery(partner: str, hashes: dict[str, str]) -> str:
    """SHA-256 over partner, names and bytes: the same files delivered again have the same."""
    parts = [partner, *(f"{name}/{sha256}" for name, sha256 in sorted(hashes.items()))]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def examine(delivery: Delivery, contract: Contract, hashes: dict[str, str], latest: date) -> Examined:
    """Read, screen and judge a delivery; every problem is found in one pass. `latest` is the last possible birthday."""
    files = tuple(_read(f, hashes[f.name], n, contract, latest) for n, f in enumerate(delivery.files, 1))
    declared, problems = _judge(delivery, files, contract)
    problems += _clock(declared, latest) + _run_out(declared, latest, synthetic=delivery.synthetic)
    findings = tuple(_screen(delivery, files, contract, declared, latest))
    return Examined(
        delivery, contract, hash_delivery(delivery.partner, hashes), files, declared, findings, tuple(problems)
    )


def screen_file(data: bytes, name: str, contract: Contract, latest: date) -> list[Finding]:
    """Findings in one file as landing would have them; raises UnreadableError for one that it could not read."""
    known = shown(name, latest)
    named = screen_text(name, "file name", known, latest)
    return named + screen(read_file(data, name, contract), known, latest, contract)


def _hash(file: DeliveredFile) -> str:
    try:
        with file.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _read(file: DeliveredFile, sha256: str, number: int, contract: Contract, latest: date) -> ReadFile:
    name = shown(file.name, latest, instead=f"file {number} {WITHHELD}")
    try:
        _look(file, contract)
        data = file.path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise UnreadableError("unreadable_file", "The file changed while it was read. Run the command again.")
        kind = kind_of(file.name, contract)
        rehearse(data, kind)
        reading = read_file(data, file.name, contract)
        if kind == "csv":
            _check_delimiter(reading.sheets[0], contract.read.delimiter)
        return ReadFile(file, name, sha256, len(data), reading)
    except UnreadableError as problem:
        return ReadFile(file, name, sha256, 0, problem=Problem(problem.rule_id, str(problem), name))
    except OSError:
        text = "The file cannot be opened. Check its access rights."
        return ReadFile(file, name, sha256, 0, problem=Problem("unreadable_file", text, name))


def _check_delimiter(sheet: Sheet, expected: str) -> None:
    """Rows of one cell each that another delimiter would divide; spreadsheets write the one of their country."""
    cells = sheet.rows["cells"]
    if cells.list.len().max() != 1:
        return
    heading = str(cells[0][0] or "")
    other = max(sorted(DELIMITERS - {expected}), key=heading.count)
    if heading.count(other) > 1:
        found, wanted = (DELIMITER_NAMES.get(mark, mark) for mark in (other, expected))
        raise UnreadableError(
            "unreadable_file",
            f"Columns are divided by {found} where the contract expects {wanted}. Export the file with that delimiter, "
            "or name the other one in the contract ([read] delimiter).",
        )


def _look(file: DeliveredFile, contract: Contract) -> None:
    """What can be said of a file before it is taken into memory; raises UnreadableError."""
    with file.path.open("rb") as stream:
        if kind_of(file.name, contract) == "csv":
            check_lines(stream)
        elif stream.seek(0, os.SEEK_END) > LARGEST:
            raise UnreadableError("unreadable_file", "The file is too large. Deliver it in smaller parts.")


def _judge(delivery: Delivery, files: tuple[ReadFile, ...], contract: Contract) -> tuple[Declaration, list[Problem]]:
    """What the delivery declares in all, and everything that speaks against taking it."""
    problems = [*delivery.problems, *(f.problem for f in files if f.problem)]
    sources = {
        s.source for f in files if f.reading for s in f.reading.sheets if s.source and _says_something(s, contract)
    }
    if files and not sources and not problems:
        problems.append(_nothing_read(files, contract))
    declared = delivery.declared
    said, unclear = _from_cells(files, contract)
    declared, problems = prefer(declared, said), problems + unclear
    declared, missing = complete(declared, contract)
    known = {p.rule_id for p in problems}
    problems += [p for p in missing if p.rule_id not in known]  # a field that is there but wrong is said once
    filled_tables = tuple(sorted({t for name in sources for t in contract.files[name].tables}))
    return replace(declared, tables=declared.tables or filled_tables), problems


def _clock(declared: Declaration, latest: date) -> list[Problem]:
    """An extract from the future would cover days that nobody has seen; a day is left to clocks and time zones."""
    if not _is_ahead(declared, latest):
        return []
    text = f"The extract's day, {declared.extract_date}, lies in the future. Correct it, or the clock of the computer."
    return [Problem("wrong_declaration", text)]


def _is_ahead(declared: Declaration, latest: date) -> bool:
    return declared.extract_date is not None and declared.extract_date > latest + timedelta(days=1)


def _run_out(declared: Declaration, latest: date, *, synthetic: bool) -> list[Problem]:
    """Real data whose time has run out may not be taken, nor taken again once they were destroyed."""
    until = declared.keep_until
    if until is None or until >= latest or synthetic:
        return []
    text = f"keep_until = {until} has passed: the delivery may not be kept. Deliver it with the day that holds now."
    return [Problem("no_legal_basis", text)]


def _says_something(sheet: Sheet, contract: Contract) -> bool:
    """An export without records says that there are none; an empty sheet of the template was not filled in."""
    return sheet.records > 0 or not is_template(contract.files[sheet.source])


def _nothing_read(files: tuple[ReadFile, ...], contract: Contract) -> Problem:
    if all(is_template_name(f.file.name) for f in files):
        return Problem(
            "empty_file", "The template holds no rows. Fill in the sheets from row 5 on and deliver it again."
        )
    if contract.format == "native":
        names = ", ".join(tables())
        text = f"No file or sheet is named after a table of the model, such as person.csv. Tables are {names}."
        return Problem("unknown_file", text)
    names = ", ".join(sorted({p for entry in contract.file if not is_template(entry) for p in entry.pattern}))
    return Problem("unknown_file", f"No file or sheet is one that the contract reads ({names}).")


def _from_cells(files: tuple[ReadFile, ...], contract: Contract) -> tuple[Declaration, list[Problem]]:
    found = Declaration()
    problems = []
    for rule in contract.delivery.cell:
        for file in files:
            if file.reading and fnmatchcase(PurePosixPath(file.file.name).name.lower(), rule.file.lower()):
                said = from_texts(_rows(file.reading, rule), rule.pattern, contract)
                said, unknown = _translate_prisons(said, rule, contract)
                problems += [Problem("wrong_declaration", unknown, file.shown)] if unknown else []
                found = merge(found, said)
    return found, problems


def _rows(reading: Reading, rule: DeclaringCell) -> Iterator[str]:
    """The rows in which a rule searches, each as its filled cells joined by one blank."""
    for sheet in reading.sheets:
        if fnmatchcase(sheet.name.lower(), rule.sheet.lower()):
            rows = sheet.rows if rule.rows == "all" else sheet.rows.filter(sheet.rows["kind"] == TITLE)
            yield from (" ".join(filled(cells)) for cells in rows["cells"].to_list())


def _translate_prisons(said: Declaration, rule: DeclaringCell, contract: Contract) -> tuple[Declaration, str]:
    """The sender's prison codes as the model's; the text says so when one is not in the contract's list."""
    if not (rule.codes and said.prisons):
        return said, ""
    known = {fold(code.source): code.code for code in contract.codelist[rule.codes]}
    translated = tuple(sorted({known[fold(p)] for p in said.prisons if fold(p) in known}))
    unknown = "" if all(fold(p) in known for p in said.prisons) else "A prison code here is not in the contract's list."
    return replace(said, prisons=translated), unknown


def _screen(
    delivery: Delivery, files: tuple[ReadFile, ...], contract: Contract, declared: Declaration, latest: date
) -> Iterator[Finding]:
    yield from screen_text(delivery.label, "name of the delivery", "", latest)
    for name in delivery.left_out:
        yield from screen_text(name, "file name", f"a file beside the data {WITHHELD}", latest)
    if delivery.sidecar:
        yield from screen_text(
            delivery.sidecar_text.decode("utf-8", "replace"), "sidecar", delivery.sidecar.name, latest
        )
    extract = None if _is_ahead(declared, latest) else declared.extract_date  # else every day would be one of birth
    for file in files:
        yield from screen_text(file.file.name, "file name", file.shown, latest)
        if file.reading:
            yield from screen(file.reading, file.shown, latest, contract, extract)
