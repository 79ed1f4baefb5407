"""Erasing people from landed files: which rows are theirs, and deliveries rewritten without them.

A row is a person's when it names them, or a case, relative or treatment that is theirs. The receipt keeps the old
hash, and says how many records each sheet has lost, so that the sender's totals can still be compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.errors import InputError, SettingsError
from pipeline.keys import LENGTH, Keyer, looks_like_one, read_keys
from pipeline.landing.people import BLANKS, Read, reads
from pipeline.landing.reading import read_file
from pipeline.landing.receipts import Receipt, ReceivedFile, receipts, write_record
from pipeline.landing.rewriting import without_rows
from pipeline.landing.sheets import BLANK, HEADER, RECORD, Reading, Sheet, UnreadableError
from pipeline.landing.store import open_store
from pipeline.landing.tombstones import Reference, Tombstones, read_tombstones
from pipeline.settings import Settings
from pipeline.sources import Contract, load_contract

OWNED = {"case": "case_id", "family_member": "family_member_id", "treatment": "treatment_id"}
"""Tables whose rows, once a person's, make every row that names their key that person's too."""
IsPerson = Callable[[str], bool]
IsReference = Callable[[str, str], bool]


@dataclass(frozen=True)
class Found:
    """What belongs to the people looked for: rows by sheet and file, records among them, and keys of theirs."""

    rows: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    records: dict[str, dict[str, int]] = field(default_factory=dict)
    references: frozenset[tuple[str, str]] = frozenset()

    @property
    def number(self) -> int:
        """Rows in all."""
        return sum(len(rows) for sheets in self.rows.values() for rows in sheets.values())


@dataclass(frozen=True)
class Erased:
    """One delivery from which people were erased, with the number of rows."""

    partner: str
    delivery_id: str
    rows: int


def find_rows(
    readings: dict[str, Reading], contract: Contract, is_person: IsPerson, is_reference: IsReference
) -> Found:
    """The rows of people in the files (by name) of one delivery; keys found on the way count at once."""
    owned = set(_owned(readings, contract, is_person))

    def known(column: str, value: str) -> bool:
        return (column, value) in owned or is_reference(column, value)

    rows: dict[str, dict[str, set[int]]] = {}
    records: dict[str, dict[str, int]] = {}
    for name, reading in readings.items():
        for sheet in reading.sheets:
            theirs = dict(_theirs(sheet, contract, is_person, known))
            if theirs:
                rows.setdefault(name, {})[sheet.name] = set(theirs)
                records.setdefault(name, {})[sheet.name] = sum(kind == RECORD for kind in theirs.values())
    return Found(rows, records, frozenset(owned))


def _owned(readings: dict[str, Reading], contract: Contract, is_person: IsPerson) -> Iterator[tuple[str, str]]:
    """(column, value) of the keys in rows that name the people themselves."""
    for reading in readings.values():
        for sheet in reading.sheets:
            keys = [r for r in reads(sheet, contract) if OWNED.get(r.table) == r.column.name]
            people = _people(sheet, contract)
            for _, _, cells in _records(sheet) if keys and people else ():
                if any(_is(read, cells, is_person) for read in people):
                    yield from ((r.column.name, value) for r in keys if (value := _cell(r, cells)))


def _theirs(sheet: Sheet, contract: Contract, is_person: IsPerson, known: IsReference) -> Iterator[tuple[int, str]]:
    """Number and kind of each row that is theirs, also of rows and in columns that nothing reads."""
    people = _people(sheet, contract)
    keys = [r for r in reads(sheet, contract) if r.column.name in OWNED.values()]
    for number, kind, cells in sheet.rows.iter_rows():
        if kind in (HEADER, BLANK):
            continue
        named = kind == RECORD and (
            any(_is(read, cells, is_person) for read in people)
            or any(known(read.column.name, value) for read in keys if (value := _cell(read, cells)))
        )
        if named or any(_is_stray(cell, is_person) for cell in cells):
            yield number, kind


def _people(sheet: Sheet, contract: Contract) -> list[Read]:
    return [r for r in reads(sheet, contract) if r.column.type == "pseudonym" and not r.column.is_staff]


def _records(sheet: Sheet) -> Iterator[tuple[int, str, list[str | None]]]:
    yield from (row for row in sheet.rows.iter_rows() if row[1] == RECORD)


def _cell(read: Read, cells: list[str | None]) -> str:
    return read.value(cells[read.position]) if read.position < len(cells) else ""


def _is(read: Read, cells: list[str | None], is_person: IsPerson) -> bool:
    value = _cell(read, cells)
    return bool(value) and is_person(value)


def _is_stray(cell: str | None, is_person: IsPerson) -> bool:
    if cell is None or not LENGTH < len(cell) <= LENGTH + 9:
        return False
    bare = cell.translate(BLANKS).strip(" ")
    return looks_like_one(bare) and is_person(bare)


def read_delivery(settings: Settings, receipt: Receipt) -> tuple[dict[str, bytes], dict[str, Reading], Contract]:
    """Bytes and sheets of a landed delivery's files, by name; raises InputError when one cannot be read any more."""
    store, contract = open_store(settings), load_contract(settings, receipt.partner)
    data = {file.name: store.read(file.sha256, file.name) for file in receipt.files}
    try:
        return data, {name: read_file(content, name, contract) for name, content in data.items()}, contract
    except UnreadableError as problem:
        raise InputError(
            f"{receipt.partner}: a landed file cannot be read by today's contract: {problem} "
            "Give it the contract that it was landed with (throughcare.toml), then repeat the command."
        ) from None


def bury(settings: Settings, person: str, *, at: datetime) -> frozenset[str]:
    """Put a person under a tombstone, named by the partners' pseudonym or by the pipeline's own; nothing is erased yet.

    Returns every form in which they were found. Raises SettingsError without a pipeline key, InputError when nobody is
    called so.
    """
    key = read_keys(settings).pipeline
    if key is None:
        raise SettingsError(
            "To forget somebody the pipeline needs its own key: without one, whoever sees the tombstone could find out "
            "whose it is. Set THROUGHCARE_PIPELINE_KEY; see docs/keeping.md."
        )
    stones, keyer = read_tombstones(settings), Keyer(key)
    wanted = {person, keyer.person(person)}
    people: set[str] = set()
    names: set[str] = {person}
    references: list[Reference] = []
    for receipt in receipts(settings):
        _, readings, contract = read_delivery(settings, receipt)

        def is_person(value: str, keyed: str = receipt.keyed) -> bool:
            known_as = value if keyed else keyer.person(value)
            if known_as not in wanted:
                return False
            people.add(known_as)
            names.update((value, known_as))
            return True

        found = find_rows(readings, contract, is_person, lambda _, __: False)
        references += [(receipt.partner, *reference, receipt.keyed) for reference in sorted(found.references)]
    if not people and not any(stones.holds_person(name, mark) for name in wanted for mark in ("", stones.current)):
        raise InputError(
            "No landed delivery names such a person, in either form of the pseudonym. Nothing was changed."
        )
    stones.add(sorted(people), references, at=at)
    return frozenset(names)


def erase(settings: Settings, *, at: datetime) -> list[Erased]:
    """Rewrite every landed delivery without the people under tombstones; doing it again finds nothing more."""
    stones = read_tombstones(settings)
    done = []
    for receipt in receipts(settings) if stones else []:
        data, readings, contract = read_delivery(settings, receipt)
        found = find_forgotten(readings, contract, receipt.keyed, stones)
        if found.number:
            changed = write_without(settings, receipt, data, readings, contract, found, at=at)
            write_record(settings.folder("landing") / "receipts" / f"{receipt.delivery_id}.json", changed)
            _drop_unused(settings, receipt, changed)
            done.append(Erased(receipt.partner, receipt.delivery_id, found.number))
    return done


def find_forgotten(readings: dict[str, Reading], contract: Contract, keyed: str, stones: Tombstones) -> Found:
    """What belongs to people under tombstones in one delivery; `keyed` is its mark."""
    return find_rows(
        readings,
        contract,
        lambda value: stones.holds_person(value, keyed),
        lambda column, value: stones.holds_reference(contract.partner, column, value, keyed),
    )


def write_without(
    settings: Settings,
    receipt: Receipt,
    data: dict[str, bytes],
    readings: dict[str, Reading],
    contract: Contract,
    found: Found,
    *,
    at: datetime,
) -> Receipt:
    """Keep the files of a delivery without the rows found; returns the receipt that says so, not yet written."""
    files = []
    for file in receipt.files:
        if file.name in found.rows:
            content = without_rows(data[file.name], file.name, contract, found.rows[file.name])
            _compare(readings[file.name], read_file(content, file.name, contract), found.rows[file.name], file.name)
            open_store(settings).write(content)
            file = _rewritten(file, content, found.records[file.name])
        files.append(file)
    return replace(receipt, files=tuple(files), erased_at=(*receipt.erased_at, at))


def _rewritten(file: ReceivedFile, content: bytes, records: dict[str, int]) -> ReceivedFile:
    removed = dict(file.removed)
    for sheet, number in records.items():
        removed[sheet] = removed.get(sheet, 0) + number
    return replace(
        file,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        delivered=file.delivered or file.sha256,
        removed=removed,
    )


def _compare(before: Reading, after: Reading, rows: dict[str, set[int]], name: str) -> None:
    """Raise InputError unless the rewritten file says what the old one said, but for the rows removed."""
    left = [(s.name, _told(s, rows.get(s.name, set()))) for s in before.sheets]
    if [pair for pair in left if pair[1]] != [(s.name, t) for s in after.sheets if (t := _told(s, set()))]:
        raise InputError(f"{name} could not be rewritten so that all else stays; nothing of it was changed.")


def _told(sheet: Sheet, without: set[int]) -> list[set[tuple[str, str]]]:
    """The filled cells of each filled row with their headings, or their places where there is none."""
    places = [h or str(n) for n, h in enumerate(sheet.header)]
    told = []
    for number, _, cells in sheet.rows.iter_rows():
        named = zip((*places, *map(str, range(len(places), len(cells)))), cells, strict=False)
        row = {(place, cell) for place, cell in named if cell and cell.strip()}
        if row and number not in without:
            told.append(row)
    return told


def _drop_unused(settings: Settings, before: Receipt, after: Receipt) -> None:
    """Remove the old bytes unless another delivery is made of them too."""
    used = {file.sha256 for receipt in receipts(settings) for file in receipt.all_files}
    used |= {file.sha256 for file in after.all_files}
    for file in before.all_files:
        if file.sha256 not in used:
            open_store(settings).remove(file.sha256)
