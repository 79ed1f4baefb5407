"""Destroying deliveries whose time has run out, and everything that was made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pipeline import landing
from pipeline.flow import Reporter
from pipeline.keeping import audit
from pipeline.keeping.derived import clear, newest_run, rebuild
from pipeline.settings import Settings
from pipeline.warehouse import require_free


@dataclass(frozen=True)
class Cleaned:
    """The deliveries destroyed, and how the rebuilding went."""

    deliveries: tuple[landing.Purged, ...]
    rebuilt: str = ""

    def lines(self) -> list[str]:
        """The same in words, a line each."""
        if not self.deliveries:
            return ["Nothing has run out."]
        told = [
            f"{p.partner}, extract of {p.extract_date}: destroyed, it might be kept until {p.keep_until}."
            for p in self.deliveries
        ]
        return [*told, self.rebuilt]


def purge(settings: Settings, day: date, *, at: datetime, reporter: Reporter) -> Cleaned:
    """Destroy every delivery that might be kept no longer than the day before `day`, and rebuild without it.

    Interrupted, it is finished by the same command. Raises WarehouseLockedError while a run or notebook is at work.
    """
    due = sorted(r.delivery_id for r in landing.expired(settings, day))
    if not due:
        return Cleaned(())
    require_free(settings)
    entry = {"command": "purge", "options": {"day": str(day)}, "deliveries": due}
    audit.append(settings, entry | {"outcome": "begun"}, at=at)
    wanted = newest_run(settings)
    clear(settings)  # first what was made of them: were it interrupted, the receipts still say that they are due
    destroyed = landing.destroy(settings, day, at=at)
    rebuilt = rebuild(settings, wanted, at=at, reporter=reporter)
    audit.append(settings, entry | {"outcome": "done"}, at=at)
    return Cleaned(tuple(destroyed), rebuilt)
