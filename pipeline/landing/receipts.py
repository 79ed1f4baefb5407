"""What landing keeps on disk: files by their hash, a receipt per accepted delivery, a note per refused one."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipeline.errors import StorageError
from pipeline.settings import Settings


@dataclass(frozen=True)
class ReceivedFile:
    """One file of an accepted delivery; `sha256` is its name in `landing/files`, `order` its place from 0.

    Where people have been erased from it, `delivered` is the hash of the bytes as they came, and `removed` says how
    many records each sheet has lost since; the file is then another one than was delivered.
    """

    name: str
    sha256: str
    bytes: int
    order: int
    encoding: str = ""
    evidence: str = ""
    delivered: str = ""
    removed: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """An accepted delivery. `sha256` covers partner, names and bytes; `delivery_id` is its first 16 digits.

    `period_to` is the last day of the period; no `prisons` means all. `received_at` is in UTC. `keyed` is the
    fingerprint of the pipeline key under which its pseudonyms were keyed a second time before it came, '' for those as
    partners make them. `erased_at` are the moments since receipt at which people were erased from it. `label` is
    the place at the partner's location where it lay.
    """

    delivery_id: str
    partner: str
    extract_date: date
    period_from: date
    period_to: date
    kind: str
    tables: tuple[str, ...]
    prisons: tuple[str, ...]
    lawful_basis: str
    keep_until: date
    received_at: datetime
    synthetic: bool
    sha256: str
    contract: str
    files: tuple[ReceivedFile, ...]
    sidecar: ReceivedFile | None = None
    keyed: str = ""
    erased_at: tuple[datetime, ...] = ()
    label: str | None = None

    @property
    def all_files(self) -> tuple[ReceivedFile, ...]:
        """Data files and the sidecar."""
        return (*self.files, self.sidecar) if self.sidecar else self.files


@dataclass(frozen=True)
class Refusal:
    """A delivery of which nothing was kept. `findings` say rule_id, file, sheet, row, column, kind and message."""

    delivery_id: str
    partner: str
    label: str
    rule_id: str
    findings: tuple[dict[str, Any], ...]
    total: int
    received_at: datetime
    synthetic: bool
    extract_date: date | None = None


def receipts(settings: Settings, *, known_at: date | None = None) -> list[Receipt]:
    """Accepted deliveries received up to a day, sorted by partner, extract date, time of receipt and id."""
    folder = settings.folder("landing") / "receipts"
    found = [_receipt(json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("*.json"))]
    known = [r for r in found if known_at is None or r.received_at.date() <= known_at]
    return sorted(known, key=lambda r: (r.partner, r.extract_date, r.received_at, r.delivery_id))


def refusals(settings: Settings) -> list[Refusal]:
    """Refused deliveries, sorted by partner, time and id."""
    folder = settings.folder("landing") / "refused"
    found = [_refusal(json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("*.json"))]
    return sorted(found, key=lambda r: (r.partner, r.received_at, r.delivery_id))


def refused_before(settings: Settings, refusal: Refusal) -> bool:
    """Whether the delivery was refused earlier for the same reasons."""
    path = settings.folder("landing") / "refused" / f"{refusal.delivery_id}.json"
    earlier = _refusal(json.loads(path.read_text("utf-8"))) if path.exists() else None
    return earlier is not None and dataclasses.replace(refusal, received_at=earlier.received_at) == earlier


def write_record(path: Path, record: Receipt | Refusal) -> None:
    """Write a receipt or refusal as JSON, whole or not at all."""
    text = json.dumps(asdict(record), ensure_ascii=False, indent=1, default=_iso)
    write_whole(path, text.encode("utf-8"))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file for its owner alone, whole or not at all; raises StorageError when the disk will not take it."""
    waiting = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(waiting, path)
    except OSError as problem:
        _discard(waiting)
        raise storage_error(problem, path.parent) from None


def storage_error(problem: OSError, folder: Path) -> StorageError:
    """A plain sentence for a disk that is full or may not be written."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError(
            f"The disk is full: {folder} cannot be written. Free some space and run the same command again; "
            "what was landed before is safe."
        )
    return StorageError(f"{folder} cannot be written. Check the access rights and run the same command again.")


def utc(moment: datetime) -> datetime:
    """A moment as naive UTC to the second, as receipts and the warehouse keep it."""
    aware = moment.astimezone(UTC) if moment.tzinfo else moment
    return aware.replace(tzinfo=None, microsecond=0)


def _receipt(raw: dict[str, Any]) -> Receipt:
    for name in ("extract_date", "period_from", "period_to", "keep_until"):
        raw[name] = date.fromisoformat(raw[name])
    raw["received_at"] = datetime.fromisoformat(raw["received_at"])
    raw["tables"], raw["prisons"] = tuple(raw["tables"]), tuple(raw["prisons"])
    raw["files"] = tuple(ReceivedFile(**file) for file in raw["files"])
    raw["sidecar"] = raw["sidecar"] and ReceivedFile(**raw["sidecar"])
    raw["erased_at"] = tuple(map(datetime.fromisoformat, raw.get("erased_at", ())))
    return Receipt(**raw)


def _refusal(raw: dict[str, Any]) -> Refusal:
    raw["received_at"] = datetime.fromisoformat(raw["received_at"])
    raw["extract_date"] = raw["extract_date"] and date.fromisoformat(raw["extract_date"])
    raw["findings"] = tuple(raw["findings"])
    return Refusal(**raw)


def _iso(value: date | datetime) -> str:
    return value.isoformat()


def _discard(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
