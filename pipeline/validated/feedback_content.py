"""What one delivery's feedback says, gathered from the warehouse or from a refusal; only that partner's own rows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.landing import Refusal
from pipeline.validated.checks import PARENT_REFUSED
from pipeline.validated.rules import Rule

SEVERITIES = ("file", "row", "warning")
FIELDS = ("extract_date", "period_from", "period_to", "kind", "tables", "prisons", "lawful_basis", "keep_until")


@dataclass(frozen=True)
class Place:
    """Where a finding stands, in the sender's names; `row` is None for a finding on a file or delivery."""

    table: str = ""
    key: str = ""
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Group:
    """All findings of one rule in a delivery; `total` counts also those without a place of their own."""

    rule_id: str
    severity: str
    places: tuple[Place, ...]
    total: int


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
    """Findings (rule, severity, place) by rule: worst first, then the most frequent.

    Rows that only wait for their parent come last of those that are not accepted.
    """
    by_rule: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for rule_id, severity, place in found:
        by_rule[rule_id, severity].append(place)
    groups = [Group(rule, severity, tuple(sorted(p, key=_order)), len(p)) for (rule, severity), p in by_rule.items()]
    if unlisted and groups:
        most = max(groups, key=lambda g: g.total)
        groups[groups.index(most)] = Group(most.rule_id, most.severity, most.places, most.total + unlisted)
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


def _order(place: Place) -> tuple[Any, ...]:
    return (place.table, place.column, place.file, place.sheet, place.row or 0, place.key, place.detail)


def row_ranges(rows: Sequence[int]) -> str:
    """Row numbers as ranges: 3, 5–9, 12."""
    parts: list[list[int]] = []
    for row in sorted(set(rows)):
        if parts and row == parts[-1][1] + 1:
            parts[-1][1] = row
        else:
            parts.append([row, row])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in parts)
