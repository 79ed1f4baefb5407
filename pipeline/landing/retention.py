"""How long deliveries may be kept: which have run out, destroying them, and what is therefore no longer known."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from pipeline.landing.receipts import Receipt, receipts, write_whole
from pipeline.landing.store import open_store
from pipeline.settings import Settings

KEPT = ("delivery_id", "partner", "extract_date", "period_from", "period_to", "keep_until", "received_at")


@dataclass(frozen=True)
class Purged:
    """What is left of a delivery that was destroyed: that there was one, and when it came and went."""

    delivery_id: str
    partner: str
    extract_date: date
    period_from: date
    period_to: date
    keep_until: date
    received_at: datetime
    purged_at: datetime


def expired(settings: Settings, day: date) -> list[Receipt]:
    """Deliveries whose last day of being kept lies before a day, sorted as receipts are."""
    return [receipt for receipt in receipts(settings) if receipt.keep_until < day]


def destroy(settings: Settings, day: date, *, at: datetime) -> list[Purged]:
    """Destroy the landed files and receipts of all that has run out by a day; doing it again finds nothing."""
    folder, done = settings.folder("landing"), []
    for receipt in expired(settings, day):
        purged = Purged(**{name: getattr(receipt, name) for name in KEPT}, purged_at=at.replace(microsecond=0))
        text = json.dumps(asdict(purged), indent=1, default=lambda moment: moment.isoformat())
        write_whole(folder / "purged" / f"{receipt.delivery_id}.json", text.encode("utf-8"))
        (folder / "receipts" / f"{receipt.delivery_id}.json").unlink(missing_ok=True)
        done.append(purged)
    _sweep(settings)
    return done


def purged(settings: Settings) -> list[Purged]:
    """All deliveries destroyed so far, sorted by partner, time of receipt and id."""
    found = [
        _purged(json.loads(path.read_text("utf-8"))) for path in (settings.data / "landing" / "purged").glob("*.json")
    ]
    return sorted(found, key=lambda p: (p.partner, p.received_at, p.delivery_id))


def lost_since(settings: Settings, known_at: date, *, after: datetime | None = None) -> list[str]:
    """What was known on a day and is not any more, in words: nobody can compute from it again.

    What was erased counts from `after`, or else from the end of that day.
    """
    after = after or datetime.combine(known_at, time.max)
    gone = [p for p in purged(settings) if p.received_at.date() <= known_at]
    poorer = [r for r in receipts(settings, known_at=known_at) if any(m > after for m in r.erased_at)]
    lines = []
    if poorer:
        days = sorted({str(m.date()) for r in poorer for m in r.erased_at if m > after})
        lines.append(
            f"People have been erased since (on {', '.join(days)}) from {_deliveries(len(poorer))} known on "
            f"{known_at}: what was counted then cannot be reproduced exactly."
        )
    if gone:
        days = sorted({str(p.purged_at.date()) for p in gone})
        lines.append(
            f"{_deliveries(len(gone)).capitalize()} known on {known_at} had to be destroyed since (on "
            f"{', '.join(days)}): what was counted from them cannot be reproduced."
        )
    return lines


def _deliveries(number: int) -> str:
    return "one delivery" if number == 1 else f"{number} deliveries"


def _sweep(settings: Settings) -> None:
    """Remove the files that no receipt names."""
    store = open_store(settings)
    used = {file.sha256 for receipt in receipts(settings) for file in receipt.all_files}
    for path in (*store.plain(), *store.sealed()):
        if path.stem not in used:
            path.unlink()


def _purged(raw: dict[str, Any]) -> Purged:
    for name in ("extract_date", "period_from", "period_to", "keep_until"):
        raw[name] = date.fromisoformat(raw[name])
    for name in ("received_at", "purged_at"):
        raw[name] = datetime.fromisoformat(raw[name])
    return Purged(**raw)
