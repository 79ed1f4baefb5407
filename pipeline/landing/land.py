"""Landing deliveries: each is kept whole with a receipt, or refused with a reason and not kept at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, MixedDataError
from pipeline.landing.erasure import find_forgotten, write_without
from pipeline.landing.examine import Examined, examine, hash_delivery, hash_files
from pipeline.landing.receipts import (
    Receipt,
    ReceivedFile,
    Refusal,
    receipts,
    refused_before,
    storage_error,
    utc,
    write_record,
)
from pipeline.landing.screen import shown
from pipeline.landing.sheets import UnreadableError
from pipeline.landing.store import open_store
from pipeline.landing.tombstones import read_tombstones
from pipeline.settings import Settings
from pipeline.sources import DeliveredFile, Delivery, Problem, is_helper, load_contract

LISTED = 200
"""So many findings of a refused delivery are listed one by one in its note; all are counted."""
TOLD = 20
NEW, KNOWN, REFUSED, ABSENT = "new", "known", "refused", "absent"
WORDS = {
    NEW: "landed",
    KNOWN: "landed before, nothing changed",
    REFUSED: "refused, nothing of it was kept",
    ABSENT: "nothing to land",
}

NOT_FAILED = ("no_delivery", "outside_inbox", "refused_before")
"""Nothing to land, and yet the partner could be asked."""


@dataclass(frozen=True)
class Landed:
    """What became of one delivery: state (new, known, refused, absent) and why. Names in it may be shown."""

    partner: str
    label: str
    state: str
    delivery_id: str = ""
    rule_id: str = ""
    reasons: tuple[str, ...] = ()

    def sentence(self) -> str:
        """What became of it and why, a line each."""
        where = "/".join(part for part in (self.partner, self.label) if part)
        return "\n  ".join([f"{where}: {WORDS[self.state]}", *self.reasons])


@dataclass(frozen=True)
class LandingReport:
    """What became of every delivery, in the order of the listing."""

    deliveries: tuple[Landed, ...]

    def of(self, state: str) -> tuple[Landed, ...]:
        """The deliveries with a state."""
        return tuple(d for d in self.deliveries if d.state == state)

    @property
    def new(self) -> tuple[Landed, ...]:
        """Deliveries landed now."""
        return self.of(NEW)

    @property
    def known(self) -> tuple[Landed, ...]:
        """Deliveries landed before."""
        return self.of(KNOWN)

    @property
    def refused(self) -> tuple[Landed, ...]:
        """Deliveries of which nothing was kept."""
        return self.of(REFUSED)

    @property
    def failed(self) -> tuple[Landed, ...]:
        """Deliveries and locations that could not be had: the partner's fault or ours, but not an answer to a file."""
        return tuple(d for d in self.of(ABSENT) if d.rule_id not in NOT_FAILED)

    def counts(self) -> dict[str, int]:
        """Number of deliveries per state."""
        return {state: len(self.of(state)) for state in WORDS}

    def lines(self) -> list[str]:
        """What the user should read: everything but the deliveries landed before, which are only counted."""
        told = [d.sentence() for d in self.deliveries if d.state != KNOWN]
        known = len(self.known)
        again = f"{known} {'delivery was' if known == 1 else 'deliveries were'} landed before; nothing changed."
        return [*told, again] if known else told


def land(settings: Settings, deliveries: Iterable[Delivery], *, started_at: datetime) -> LandingReport:
    """Screen and keep deliveries; each is accepted whole or refused whole, and a known one changes nothing.

    Raises MixedDataError when synthetic and real data would meet, StorageError when the disk will not take a file,
    SettingsError when people who were forgotten could not be recognised.
    """
    offered = list(deliveries)
    known = {r.delivery_id: r for r in receipts(settings)}
    _refuse_mixture(offered, known)
    read_tombstones(settings)
    _sweep(settings.folder("landing"))
    open_store(settings).seal_all()
    return LandingReport(tuple(_land(settings, delivery, utc(started_at), known) for delivery in offered))


def _refuse_mixture(offered: list[Delivery], known: dict[str, Receipt]) -> None:
    synthetic = {d.partner for d in offered if d.files and d.synthetic}
    real = {d.partner for d in offered if d.files and not d.synthetic}
    synthetic |= {r.partner for r in known.values() if r.synthetic}
    real |= {r.partner for r in known.values() if not r.synthetic}
    if synthetic and real:
        raise MixedDataError(
            "Synthetic and real deliveries would meet in one project; nothing was landed. "
            f"Synthetic: {', '.join(sorted(synthetic))}; real: {', '.join(sorted(real))}. "
            "Use a data folder of its own for each, and correct the locations in throughcare.toml."
        )


def _land(settings: Settings, delivery: Delivery, now: datetime, known: dict[str, Receipt]) -> Landed:
    label = shown(delivery.label, now.date())
    if not delivery.files and not delivery.sidecar:
        reasons = tuple(_words(p, now.date()) for p in delivery.problems)
        return Landed(delivery.partner, label, ABSENT, "", delivery.problems[0].rule_id, reasons)
    hashes = hash_files(delivery)
    sha256 = _come_back(hash_delivery(delivery.partner, hashes), delivery.partner, label, known)
    delivery_id = sha256[:16]
    if delivery_id in known and _is_kept(settings, known[delivery_id]):
        return Landed(delivery.partner, label, KNOWN, delivery_id)
    examined = replace(examine(delivery, load_contract(settings, delivery.partner), hashes, now.date()), sha256=sha256)
    if examined.findings or examined.problems:
        return _refuse(settings, examined, label, now)
    earlier = known.get(delivery_id)
    receipt = replace(_receipt(examined, hashes, earlier.received_at if earlier else now), label=label)
    try:
        receipt, left_out = _without_forgotten(settings, examined, receipt, now)
        _keep(settings, delivery, receipt)
    except UnreadableError as problem:
        return Landed(delivery.partner, label, REFUSED, delivery_id, problem.rule_id, (str(problem),))
    known[delivery_id] = receipt
    return Landed(delivery.partner, label, NEW, delivery_id, reasons=(*left_out, *_notes(examined, now.date())))


def _come_back(sha256: str, partner: str, label: str, known: dict[str, Receipt]) -> str:
    """The hash of a delivery; another one than the first time when it lies again where another has lain since.

    Files that were corrected and then put back are a third delivery and say the last word, not the first one again.
    """
    there = [r for r in known.values() if (r.partner, r.label) == (partner, label)]
    if sha256[:16] not in known or not there:
        return sha256
    again = {r.delivery_id: hashlib.sha256(f"{sha256} after {r.delivery_id}".encode()).hexdigest() for r in there}
    same = {sha256[:16]: sha256, **{h[:16]: h for h in again.values()}}
    newest = max(there, key=lambda r: (r.received_at, r.delivery_id in same))
    return same.get(newest.delivery_id) or again[newest.delivery_id]


def _is_kept(settings: Settings, receipt: Receipt) -> bool:
    store = open_store(settings)
    return all(store.has(file.sha256) for file in receipt.all_files)


def _refuse(settings: Settings, examined: Examined, label: str, now: datetime) -> Landed:
    entries: list[dict[str, Any]] = [
        {"rule_id": f.rule_id, "message": f.sentence(), **vars(f)} for f in examined.findings[:LISTED]
    ]
    whole = [{"rule_id": p.rule_id, "message": _words(p, now.date()), "file": p.file} for p in examined.problems]
    first, entries = [*whole, *entries], [*entries, *whole]
    refusal = Refusal(
        delivery_id=examined.sha256[:16],
        partner=examined.contract.partner,
        label=label,
        rule_id=entries[0]["rule_id"],
        findings=tuple(entries),
        total=len(examined.findings) + len(examined.problems),
        received_at=now,
        synthetic=examined.delivery.synthetic,
        extract_date=examined.declared.extract_date,
    )
    if not refused_before(settings, refusal):
        write_record(settings.folder("landing") / "refused" / f"{refusal.delivery_id}.json", refusal)
    reasons = [f"{e['rule_id']}: {e['message']}" for e in first[:TOLD]]
    reasons += [f"… and {refusal.total - TOLD} more"] if refusal.total > TOLD else []
    return Landed(refusal.partner, label, REFUSED, refusal.delivery_id, refusal.rule_id, tuple(reasons))


def _words(problem: Problem, latest: date) -> str:
    text = f"{problem.file}: {problem.message}" if problem.file else problem.message
    return shown(text, latest, instead="A name here holds an identifier and is not repeated.")


def _receipt(examined: Examined, hashes: dict[str, str], now: datetime) -> Receipt:
    read = sorted(examined.files, key=lambda r: r.file.name)
    files = tuple(
        ReceivedFile(r.file.name, r.sha256, r.size, order, r.reading.encoding, r.reading.evidence)
        for order, r in enumerate(read)
        if r.reading
    )
    declared, sidecar = examined.declared, examined.delivery.sidecar
    if None in (declared.extract_date, declared.period_from, declared.period_to, declared.keep_until):
        raise InputError("A delivery without its period cannot be landed.")  # complete() has refused it before
    return Receipt(
        delivery_id=examined.sha256[:16],
        sha256=examined.sha256,
        received_at=now,
        synthetic=examined.delivery.synthetic,
        contract=hashlib.sha256(examined.contract.model_dump_json().encode()).hexdigest()[:12],
        files=files,
        sidecar=_sidecar(sidecar, len(examined.delivery.sidecar_text), hashes, len(files)) if sidecar else None,
        **{
            **{name: value for name, value in vars(declared).items() if name != "synthetic"},
            "partner": examined.contract.partner,
            "keyed": declared.keyed or "",
        },
    )


def _sidecar(file: DeliveredFile, size: int, hashes: dict[str, str], order: int) -> ReceivedFile:
    return ReceivedFile(file.name, hashes[file.name], size, order, "utf-8")


def _without_forgotten(
    settings: Settings, examined: Examined, receipt: Receipt, now: datetime
) -> tuple[Receipt, tuple[str, ...]]:
    """The receipt of what is left when people who were forgotten are taken out again, and what to say of that."""
    stones = read_tombstones(settings)
    readings = {f.file.name: f.reading for f in examined.files if f.reading}
    found = find_forgotten(readings, examined.contract, receipt.keyed, stones) if stones else None
    if found is None or not found.number:
        return receipt, ()
    data = {f.file.name: _unchanged(f.file, f.sha256) for f in examined.files}
    stones.add([], [(receipt.partner, *key, receipt.keyed) for key in sorted(found.references)], at=now)
    left = write_without(settings, receipt, data, readings, examined.contract, found, at=now)
    return left, (f"{found.number} rows of people who were forgotten were left out.",)


def _keep(settings: Settings, delivery: Delivery, receipt: Receipt) -> None:
    """Files first, the receipt last: an interrupted landing leaves no delivery that is half there."""
    folder, store = settings.folder("landing"), open_store(settings)
    wanted = {f.name: f.sha256 for f in receipt.all_files if not f.delivered}
    for file in (*delivery.files, delivery.sidecar):
        if file and file.name in wanted and not store.has(wanted[file.name]):
            store.write(_unchanged(file, wanted[file.name]))
    write_record(folder / "receipts" / f"{receipt.delivery_id}.json", receipt)
    (folder / "refused" / f"{receipt.delivery_id}.json").unlink(missing_ok=True)


def _unchanged(source: DeliveredFile, sha256: str) -> bytes:
    """Exactly the bytes that were screened; raises UnreadableError when they are there no longer."""
    try:
        data = source.path.read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != sha256:
        raise UnreadableError("unreadable_file", "A file changed while it was landed. Run the command again.")
    return data


def _notes(examined: Examined, latest: date) -> tuple[str, ...]:
    """What was left out or not read, so that nothing is dropped in silence."""
    left = [f"{shown(name, latest)}: not a file of this contract, not kept" for name in examined.delivery.left_out]
    unread = [
        f"{file.shown}{f', sheet {sheet.name!r}' if sheet.name else ''}: kept, but the contract does not read it"
        for file in examined.files
        if file.reading and examined.contract.format != "json"
        for sheet in file.reading.sheets
        if not sheet.source and not is_helper(file.file.name, sheet.name)
    ]
    return tuple(left + unread)


def _sweep(folder: Path) -> None:
    """Remove what an interrupted landing left half-written."""
    try:
        for waiting in folder.glob("*/*.part"):
            waiting.unlink()
    except OSError as problem:
        raise storage_error(problem, folder) from None
