"""What one delivery's feedback says, gathered from the warehouse or from a refusal; only that partner's own rows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from pipeline.landing import Refusal
from pipeline.validated.checks import PARENT_REFUSED
from pipeline.validated.rules import Rule

SEVERITIES = ("file", "row", "warning")
FIELDS = ("extract_date", "period_from", "period_to", "kind", "tables", "prisons", "lawful_basis", "keep_until")


LONGEST = 200
"""So many characters of a text that came with the data are repeated."""

State = Literal["", "new", "open"]


@dataclass(frozen=True)
class Place:
    """Where a finding stands, in the sender's names; `row` is None for a finding on a file or delivery.

    `state` tells whether the delivery before had it too; empty where that cannot be said.
    """

    table: str = ""
    key: str = ""
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    detail: str = ""
    state: State = ""


@dataclass(frozen=True)
class Batch:
    """Findings of one rule in one column of one sheet: the first with their places, the rest as ranges of rows.

    `codes` are the codes that no list has, most frequent first.
    """

    places: tuple[Place, ...]
    ranges: tuple[tuple[int, int], ...] = ()
    total: int = 0
    codes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Group:
    """All findings of one rule in a delivery; `unlisted` are those that no batch has."""

    rule_id: str
    severity: str
    batches: tuple[Batch, ...]
    unlisted: int = 0

    @property
    def total(self) -> int:
        """All findings of the rule."""
        return sum(batch.total for batch in self.batches) + self.unlisted

    @property
    def places(self) -> tuple[Place, ...]:
        """The places that are listed."""
        return tuple(place for batch in self.batches for place in batch.places)


@dataclass(frozen=True)
class Change:
    """One rule since the delivery before: findings that are new, still open, mended, or gone with their record."""

    rule_id: str
    severity: str
    new: int = 0
    open: int = 0
    mended: int = 0
    gone: int = 0


@dataclass(frozen=True)
class Waiting:
    """A finding of an earlier delivery that is still open and whose record did not come again."""

    rule_id: str
    table: str
    key: str
    column: str
    since: date


@dataclass(frozen=True)
class Compared:
    """What became of the findings since the delivery whose extract is of the day `before`."""

    before: date
    changes: tuple[Change, ...]
    waiting: tuple[Waiting, ...] = ()
    waiting_total: int = 0

    def total(self, state: str) -> int:
        """All findings in one state: new, open, mended, gone."""
        return sum(int(getattr(change, state)) for change in self.changes)


@dataclass(frozen=True)
class Trend:
    """One optional or conditional column over the partner's last deliveries: (day, rows asked, rows filled)."""

    table: str
    column: str
    points: tuple[tuple[date, int, int], ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """Filled share per delivery, oldest first."""
        return tuple(filled / asked for _, asked, filled in self.points)

    @property
    def drop(self) -> float:
        """By how much the share fell since the delivery before, where that is worth saying; else 0."""
        if len(self.points) < 2 or min(asked for _, asked, _ in self.points[-2:]) < FEWEST_ROWS:
            return 0.0
        fell = self.shares[-2] - self.shares[-1]
        return fell if fell > SMALLEST_DROP - 1e-9 else 0.0


SMALLEST_DROP = 0.1
"""A fall of completeness by a tenth of the rows is pointed out …"""
FEWEST_ROWS = 20
"""… where both deliveries have that many rows."""


@dataclass(frozen=True)
class AgainstCustody:
    """How many of a partner's clients do not agree with custody data: between `low` and `high` of `persons`.

    Only a rough number, never rows: it must not tell of a single client what another organisation recorded.
    """

    rule_id: str
    persons: int
    low: int
    high: int


ROUGH = 5


def roughly(rule_id: str, persons: int, failed: int) -> AgainstCustody | None:
    """A band of five; None for fewer than ten persons, and no band that says `all` or `none`."""
    if persons < 2 * ROUGH:
        return None
    low = min(failed // ROUGH, (persons - ROUGH) // ROUGH) * ROUGH
    high = low + ROUGH - 1
    return AgainstCustody(rule_id, persons, low, persons if high > persons - ROUGH else high)


@dataclass(frozen=True)
class Accounted:
    """One table's rows: produced = accepted + quarantined + duplicate; parent_refused is part of quarantined."""

    table: str
    produced: int
    accepted: int
    quarantined: int
    parent_refused: int
    duplicate: int


@dataclass(frozen=True)
class Feedback:
    """Everything that a page says about one delivery."""

    partner: str
    title: str
    delivery_id: str
    extract_date: date | None
    period: tuple[date, date] | None
    kind: str
    refused: bool
    synthetic: bool
    files: tuple[str, ...] = ()
    records: int | None = None
    accounting: tuple[Accounted, ...] = ()
    groups: tuple[Group, ...] = ()
    ignored: tuple[Place, ...] = ()
    unread: tuple[Place, ...] = ()
    compared: Compared | None = None
    trends: tuple[Trend, ...] = ()
    custody: tuple[AgainstCustody, ...] = ()

    def sum(self, fate: str) -> int:
        """Rows of all tables that had one fate: produced, accepted, quarantined, parent_refused, duplicate."""
        return sum(int(getattr(line, fate)) for line in self.accounting)


def of_refusal(refusal: Refusal, title: str, rules: dict[str, Rule]) -> Feedback:
    """The feedback of a delivery that landing refused, of which nothing was kept."""
    found = [(entry["rule_id"], "file", _refused_place(entry)) for entry in refusal.findings]
    groups = group(found, rules, unlisted=refusal.total - len(refusal.findings))
    return Feedback(
        partner=refusal.partner,
        title=title,
        delivery_id=refusal.delivery_id,
        extract_date=refusal.extract_date,
        period=None,
        kind="",
        refused=True,
        synthetic=refusal.synthetic,
        groups=groups,
    )


def _refused_place(entry: dict[str, Any]) -> Place:
    words = [str(entry.get(name) or "") for name in ("kind", "place")]
    named = [name for name in FIELDS if re.search(rf"\b{name}\b", str(entry.get("message", "")))]
    detail = "|".join(w for w in words if w) or ", ".join(named)
    row = entry.get("row")
    return Place("", "", entry.get("file") or "", entry.get("sheet") or "", row, entry.get("column") or "", detail)


def group(found: Iterable[tuple[str, str, Place]], rules: dict[str, Rule], unlisted: int = 0) -> tuple[Group, ...]:
    """Findings (rule, severity, place) by rule, see `ranked`; those without a place go to the most frequent rule."""
    by_rule: dict[tuple[str, str], dict[tuple[str, ...], list[Place]]] = defaultdict(lambda: defaultdict(list))
    for rule_id, severity, place in found:
        by_rule[rule_id, severity][place.table, place.column, place.file, place.sheet].append(place)
    batches = {
        rule: [Batch(tuple(sorted(places, key=_order)), (), len(places)) for _, places in sorted(same.items())]
        for rule, same in by_rule.items()
    }
    return ranked(batches, rules, unlisted)


def ranked(
    batches: Mapping[tuple[str, str], Iterable[Batch]], rules: dict[str, Rule], unlisted: int = 0
) -> tuple[Group, ...]:
    """Batches by (rule, severity) as groups: worst first, then the most frequent.

    Rows that only wait for their parent come last of those that are not accepted.
    """
    groups = [Group(rule, severity, tuple(found)) for (rule, severity), found in batches.items()]
    if unlisted and groups:
        most = max(groups, key=lambda g: g.total)
        groups[groups.index(most)] = replace(most, unlisted=unlisted)
    ranks = {rule: rank for rank, rule in enumerate(rules)}
    return tuple(
        sorted(
            groups,
            key=lambda g: (
                SEVERITIES.index(g.severity),
                g.rule_id == PARENT_REFUSED,
                -g.total,
                ranks.get(g.rule_id, len(ranks)),
            ),
        )
    )


def shortened(text: str) -> str:
    """A text that came with the data, cut where it is too long to be a key or a name."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _order(place: Place) -> tuple[Any, ...]:
    return (place.table, place.column, place.file, place.sheet, place.row or 0, place.key, place.detail)


def row_ranges(rows: Sequence[int], ranges: Iterable[tuple[int, int]] = ()) -> str:
    """Row numbers as ranges, 3, 5–9, 12, and more ranges behind them."""
    parts: list[list[int]] = []
    for first, last in sorted({*((row, row) for row in rows), *ranges}):
        if parts and first <= parts[-1][1] + 1:
            parts[-1][1] = max(last, parts[-1][1])
        else:
            parts.append([first, last])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in parts)
