"""A whole export rewritten for sending: all of it or nothing, and screened as landing will screen it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from pipeline.errors import IdentifierFoundError, InputError, StorageError
from pipeline.landing import Finding, UnreadableError, screen_file, shown
from pipeline.pseudonyms.formats import rewrite_file
from pipeline.pseudonyms.key import key_id
from pipeline.pseudonyms.pseudonym import BIRTH_NUMBER, OTHER, WORKER, Pseudonymiser
from pipeline.pseudonyms.rows import TOLD, Work
from pipeline.sources import SIDECAR, Contract


@dataclass(frozen=True)
class Report:
    """What was written and what was not; numbers of people, no person.

    `by_birth_number` people are the same person at all partners; `by_other` can be recognised at this partner alone.
    """

    files: tuple[str, ...]
    left_out: tuple[str, ...]
    dropped: tuple[tuple[str, tuple[str, ...]], ...]
    by_birth_number: int
    by_other: int
    workers: int
    doubtful: int
    key_id: str
    to_declare: bool = False

    def lines(self) -> list[str]:
        """The report in words, a line each."""
        lines = [f"{name}: written" for name in self.files]
        lines += [f"{name}: not read by the contract, left out" for name in self.left_out]
        lines += [f"{where}: without the columns {', '.join(columns)}" for where, columns in self.dropped]
        lines.append(
            f"{self.by_birth_number} people by birth number, {self.by_other} by another identifier (they cannot be "
            f"recognised at other partners), {self.workers} members of staff; project key {self.key_id}."
        )
        if self.to_declare:
            lines.append(f"There is no {SIDECAR}: the delivery must say its period and extract date before it is sent.")
        if self.doubtful:
            lines.append(
                f"{self.doubtful} numbers of nine digits were taken as given before 1954, though a zero may have been "
                "lost in front. Export birth numbers as text, or with the slash, to be sure."
            )
        return lines


def pseudonymise(source: Path, target: Path, contract: Contract, key: bytes, *, latest: date) -> Report:
    """Rewrite an export (a folder, or one file) into a new folder `target`, ready to send.

    Raises InputError for what cannot be read and for identifiers that are none, with file, row and column of each;
    IdentifierFoundError when something that tells who a person is would be left; StorageError when the target is not
    empty. Nothing is written then.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise StorageError(f"{target} is not empty. Name a new folder.")
    names = _names(source)
    data = {name: path for name, path in names.items() if _is_read(name, contract)}
    if not data:
        raise InputError(f"{source} holds no file that the contract reads. See its patterns in the contract.")
    work = Work(contract, Pseudonymiser(key, contract.partner, latest))
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        _write(work, names, data, part)
        _refuse_findings(part, contract, latest)
        if target.exists():
            target.rmdir()
        part.rename(target)
    except OSError:
        raise StorageError(f"{target} cannot be written. Check the disk and the access rights.") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    left_out = tuple(shown(n, latest) for n in sorted(names) if n not in data and n != SIDECAR)
    to_declare = contract.delivery.declared_in == "sidecar" and SIDECAR not in names
    return replace(_report(work, tuple(sorted(data)), left_out), to_declare=to_declare)


def _names(source: Path) -> dict[str, Path]:
    if source.is_file():
        return {source.name: source}
    if not source.is_dir():
        raise InputError(f"{source} is neither a file nor a folder.")
    return {p.relative_to(source).as_posix(): p for p in sorted(source.rglob("*")) if p.is_file()}


def _is_read(name: str, contract: Contract) -> bool:
    file = PurePosixPath(name).name.lower()
    if contract.format == "zip":
        return file.endswith(".zip")
    return any(fnmatchcase(file, pattern.lower()) for entry in contract.file for pattern in entry.pattern)


def _write(work: Work, names: dict[str, Path], data: dict[str, Path], part: Path) -> None:
    for name, path in sorted(data.items()):
        rewrite_file(work, path, name, part / name)
    if SIDECAR in names:
        shutil.copyfile(names[SIDECAR], part / SIDECAR)
    if work.number_of_problems:
        more = work.number_of_problems - len(work.problems)
        lines = [*work.problems, *([f"… and {more} more"] if more else [])]
        raise InputError("Nothing was written; this is to be mended first.\n  " + "\n  ".join(lines))


def _refuse_findings(part: Path, contract: Contract, latest: date) -> None:
    found: list[Finding] = []
    sidecar = part / SIDECAR
    if sidecar.exists() and not shown(sidecar.read_text("utf-8", "replace"), latest, instead=""):
        raise IdentifierFoundError(f"Nothing was written: {SIDECAR} holds an identifier of a person. Remove it there.")
    for path in sorted(p for p in part.rglob("*") if p.is_file() and p.name != SIDECAR):
        name = path.relative_to(part).as_posix()
        try:
            found += screen_file(path.read_bytes(), name, contract, latest)
        except UnreadableError as problem:
            raise InputError(f"{name}: {problem}") from None
    if found:
        lines = [f.sentence() for f in found[:TOLD]] + ([f"… and {len(found) - TOLD} more"] if found[TOLD:] else [])
        raise IdentifierFoundError(
            "Nothing was written: what would be sent still tells who a person is (rows as they would be sent)."
            "\n  " + "\n  ".join(lines)
        )


def _report(work: Work, files: tuple[str, ...], left_out: tuple[str, ...]) -> Report:
    latest = work.pseudonyms.latest
    made = {domain: len(work.pseudonyms.made.get(domain, ())) for domain in (BIRTH_NUMBER, OTHER, WORKER)}
    dropped = tuple(
        (where, tuple(sorted(shown(c, latest) for c in columns)))
        for where, columns in sorted(work.dropped.items())
        if columns
    )
    doubtful = len(work.pseudonyms.doubtful)
    key = key_id(work.pseudonyms.key)
    return Report(files, left_out, dropped, made[BIRTH_NUMBER], made[OTHER], made[WORKER], doubtful, key)
