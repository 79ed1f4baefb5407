"""Keying what was landed a second time, on its way into the warehouse: people and staff, wherever they stand.

The landed file stays what the sender sent. Cells in which the contract reads a person are keyed, and so is every other
cell that has the form of a pseudonym (a parent's fields carried into nested records, columns that nothing reads).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from pipeline.errors import SettingsError
from pipeline.keys import LENGTH, Keyer, looks_like_one, read_keys
from pipeline.landing.people import BLANKS, Read, composed, reads
from pipeline.landing.reading import read_file
from pipeline.landing.receipts import Receipt, receipts
from pipeline.landing.sheets import CELLS, RECORD, Reading, Sheet
from pipeline.landing.store import open_store
from pipeline.settings import Settings
from pipeline.sources import Contract, load_contract
from pipeline.spreadsheets import has_failed

Positions = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


@dataclass(frozen=True)
class Keying:
    """How one delivery is keyed: not at all without a key, or where it was keyed before it came."""

    contract: Contract
    keyer: Keyer | None = field(default=None, repr=False)

    def reading(self, reading: Reading) -> Reading:
        """A file as read, with second pseudonyms instead of first ones."""
        if self.keyer is None:
            return reading
        return replace(reading, sheets=tuple(self._sheet(self.keyer, sheet) for sheet in reading.sheets))

    def _sheet(self, keyer: Keyer, sheet: Sheet) -> Sheet:
        people = [r for r in reads(sheet, self.contract) if r.column.type == "pseudonym"]
        cells = sheet.rows["cells"]
        flat, lengths = cells.explode(empty_as_null=False), cells.list.len().to_numpy().astype(np.int64)
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        is_record = (sheet.rows["kind"] == RECORD).to_numpy()
        keyed = np.zeros(len(flat), bool)
        weak: dict[str, str] = {}
        for read in sorted(people, key=lambda r: r.column.is_staff):  # read twice, it is a person
            where = starts[:-1][is_record & (lengths > read.position)] + read.position
            where = where[~keyed[where]]
            made = _distinct(flat, where, self._maker(keyer, read))
            flat = _put(flat, where, made)
            keyed[where] = True
            weak |= {} if read.column.is_staff else made
        flat = _key_strays(flat, keyed, keyer)
        if weak and (unread := _unread(sheet, self.contract)):
            flat = _key_unread(flat, starts[:-1], lengths, unread, weak)
        return replace(sheet, rows=sheet.rows.with_columns(cells=_lists(flat, starts)))

    def _maker(self, keyer: Keyer, read: Read) -> Callable[[str], str]:
        def made(cell: str) -> str:
            value = read.value(cell)
            if not value or has_failed(value):
                return cell
            return keyer.worker(value, self.contract.partner) if read.column.is_staff else keyer.person(value)

        return made


def keying_of(settings: Settings, contract: Contract, receipt: Receipt) -> Keying:
    """How a landed delivery is keyed today; raises SettingsError for a contract whose people cannot be keyed alike."""
    key = read_keys(settings).pipeline
    if key is None or receipt.keyed:
        return Keying(contract)
    if wrong := composed(contract):
        raise SettingsError(
            f"The contract of {contract.partner} composes {', '.join(wrong)} from several cells; such a person could "
            "not be recognised at other partners. Read each person from one column."
        )
    return Keying(contract, Keyer(key))


def own_pseudonyms(settings: Settings, delivery_id: str, file: str) -> dict[str, str]:
    """What a sender calls the people of one landed file, by second pseudonym: to answer them, read anew from it.

    Empty where nothing is keyed, and for a delivery or file that is not there any more.
    """
    found = [(r, f) for r in receipts(settings) if r.delivery_id == delivery_id for f in r.files if f.name == file]
    for receipt, kept in found:
        keying = keying_of(settings, load_contract(settings, receipt.partner), receipt)
        if keying.keyer:
            keying.reading(read_file(open_store(settings).read(kept.sha256, file), file, keying.contract))
            return keying.keyer.originals
    return {}


def require_one_form(settings: Settings, inputs: list[Receipt]) -> None:
    """Raise SettingsError when the pseudonyms of some deliveries could not meet those of others.

    That is so where some were exported under one pipeline key and the rest is keyed under another, or not at all.
    """
    mark = read_keys(settings).mark
    forms = {receipt.keyed or mark for receipt in inputs}
    if len(forms) > 1:
        exported = sorted({r.partner for r in inputs if r.keyed})
        raise SettingsError(
            f"Deliveries of {', '.join(exported)} were exported with pseudonyms keyed under another pipeline key: the "
            "same person would be two. Set the key that they were exported under, or deliver what the partners sent."
        )


def unkeyed_warning(settings: Settings, receipts: list[Receipt]) -> str:
    """What is said where real deliveries reach the warehouse without being keyed a second time; else ''."""
    mark = read_keys(settings).mark
    if mark or not any(not r.synthetic and not r.keyed for r in receipts):
        return ""
    return (
        "These deliveries are not marked as made up, and there is no pipeline key: the warehouse holds the pseudonyms "
        "that every partner can make. Set THROUGHCARE_PIPELINE_KEY, or name the key file in throughcare.toml "
        "(keeping.pipeline_key_file). Make one with `openssl rand -hex 32`; see docs/keeping.md."
    )


def _distinct(flat: pl.Series, where: Positions, made: Callable[[str], str]) -> dict[str, str]:
    return {cell: made(cell) for cell in flat.gather(where).unique().drop_nulls().to_list()}


def _put(flat: pl.Series, where: Positions, made: Mapping[str, str]) -> pl.Series:
    changed = {old: new for old, new in made.items() if old != new}
    if not changed:
        return flat
    found = flat.gather(where)
    return flat.scatter(where, found.replace(list(changed), list(changed.values())))


def _key_strays(flat: pl.Series, keyed: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], keyer: Keyer) -> pl.Series:
    """Key what looks like a pseudonym in any other cell: hardly anything else is written so."""
    sizes = flat.str.len_chars().fill_null(0).to_numpy()
    where = np.flatnonzero((sizes > LENGTH) & (sizes <= LENGTH + 9) & ~keyed)

    def made(cell: str) -> str:
        bare = cell.translate(BLANKS).strip(" ")
        return keyer.person(bare) if looks_like_one(bare) else cell

    return _put(flat, where, _distinct(flat, where, made))


def _key_unread(
    flat: pl.Series, starts: Positions, lengths: Positions, unread: list[int], known: Mapping[str, str]
) -> pl.Series:
    """Key people of another form than pseudonyms where columns that nothing reads repeat them."""
    for position in unread:
        where = starts[lengths > position] + position
        flat = _put(flat, where, known)
    return flat


def _unread(sheet: Sheet, contract: Contract) -> list[int]:
    read = {r.position for r in reads(sheet, contract)}
    return [i for i in range(len(sheet.header)) if i not in read]


def _lists(flat: pl.Series, starts: Positions) -> pl.Series:
    """Cells as rows again; rows of equal length, as nearly all are, without a copy."""
    lengths = np.diff(starts)
    width = int(lengths[0]) if len(lengths) else 0
    if width and (lengths == width).all():
        return flat.reshape((-1, width)).arr.to_list().rename("cells")
    import pyarrow as pa

    rows = pa.LargeListArray.from_arrays(pa.array(starts, pa.int64()), flat.to_arrow())
    return pl.Series("cells", pl.from_arrow(rows), dtype=CELLS)
