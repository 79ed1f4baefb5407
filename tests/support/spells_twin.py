"""A slow plain-Python twin of spells and releases, written from the words of the rules: one stay after another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

SENTENCE = {
    "end_of_sentence",
    "conditional_release",
    "conditional_release_supervised",
    "court_order",
    "pardon",
}
MOVES = {"transfer_in", "return_from_absence"}


@dataclass(frozen=True)
class Stay:
    """One stay as delivered; after the rules, as effective."""

    stay_id: str
    prison: str
    admission: date
    reason: str
    release: date | None
    ending: str | None


@dataclass(frozen=True)
class Spell:
    """One spell with its stays in order."""

    stays: tuple[Stay, ...]

    @property
    def last(self) -> Stay:
        still_open = [s for s in self.stays if s.release is None]
        if still_open:
            return still_open[0]
        return max(self.stays, key=lambda s: (s.release, s.admission, s.stay_id))

    @property
    def kind(self) -> str:
        if self.last.release is None:
            return "open"
        if self.last.ending in SENTENCE:
            return "sentence"
        return "remand" if self.last.ending == "remand_ended" else "none"

    @property
    def latest_known(self) -> date | None:
        return max((s.release for s in self.stays if s.release), default=None)

    def joins(self, stay: Stay) -> bool:
        """Whether the next stay belongs to this spell by its day or by its reason."""
        if self.latest_known and stay.admission <= self.latest_known:
            return True
        return stay.reason in MOVES and self.kind not in ("sentence", "remand")


def without_equal(stays: list[Stay]) -> list[Stay]:
    """Of equal stays the smallest id."""
    kept: dict[tuple[object, ...], Stay] = {}
    for stay in sorted(stays, key=lambda s: s.stay_id):
        kept.setdefault((stay.prison, stay.admission, stay.release, stay.reason), stay)
    return list(kept.values())


def spells(stays: list[Stay]) -> list[Spell]:
    """The spells of one person."""
    done: list[Spell] = []
    current: Spell | None = None
    for stay in sorted(without_equal(stays), key=lambda s: (s.admission, s.stay_id)):
        if current is None:
            current = Spell((stay,))
            continue
        before, joins = current.stays[-1], current.joins(stay)
        if before.release is None:
            if joins:
                before = replace(before, release=stay.admission, ending="transfer_out")
            elif before.admission == stay.admission:
                before, joins = replace(before, release=stay.admission, ending="status_change"), True
            else:
                before = replace(before, release=stay.admission - timedelta(days=1), ending="unknown")
            current = Spell((*current.stays[:-1], before))
        if joins:
            current = Spell((*current.stays, stay))
        else:
            done.append(current)
            current = Spell((replace(stay, reason="unknown") if stay.reason in MOVES else stay,))
    return [*done, current] if current else done
