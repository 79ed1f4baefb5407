"""Curves, attrition and data quality from release to release: what is printed anew, and what repeats with its day.

A curve is printed anew where its intervals can be chosen so that for every count of it, and every sum of such counts,
the people who tell it from any count of any earlier printing are at least t, or none (of events: and nobody came or
left, or they would say of all who are new that none had one); intervals go on until that holds.
It repeats whole where fewer than half as many intervals are left as it ever had. A cohort's attrition is printed anew
when for every count that would be shown those who came and left since every earlier printing are none or at least t,
else it repeats whole. A row of data quality repeats when one of its counts of records changed by 1 to t-1. Curves by
partner and prison refresh once a year when the profile says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pipeline.disclosure.beside import ATTRITION
from pipeline.disclosure.curve_audit import protect_curves
from pipeline.disclosure.curves import Curve, Fits, Interval, merge_days
from pipeline.disclosure.followed import Movers, Numbers, OnCurve, people_between
from pipeline.disclosure.past import Past
from pipeline.disclosure.plain import Moved, OldRow, PlainTable, protect_plain, same_places
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.refresh import BREAKDOWNS, YEAR, quarters_between
from pipeline.disclosure.types import Status
from pipeline.errors import DisclosureError
from pipeline.periods import Quarter

Printed = TypeVar("Printed", Curve, PlainTable)


class Again:
    """The rule for one release, and what repeats by it: table → keys of a row, its day, and why."""

    def __init__(self, past: Sequence[Past], profile: Profile, quarter: Quarter) -> None:
        self.past, self.profile, self.quarter = past, profile, quarter
        self.repeated: dict[str, list[tuple[list[str], str, str]]] = {}

    def fits(self, key: tuple[str, str, str, str], who: OnCurve) -> Fits | None:
        """Whether a curve may have intervals with these ends, judged end by end; None for one never printed before."""
        minimum = self.profile.curve_minimum_at_risk
        movers = [self._movers(who, minimum, then) for _, then in self._curves(key)]
        if not movers:
            return None
        return lambda ends: not any(found.few(ends, self.profile.threshold) for found in movers)

    def protect(self, curves: list[Curve], tables: Sequence[tuple[PlainTable, Moved]]) -> dict[str, int]:
        """What repeats is settled first, then all is made safe beside earlier releases; attacked counts by table."""
        for curve in curves:
            self.settle_curve(curve)
        protect_curves(curves, self.profile, [past.beside.curves for past in self.past])
        attacked = {}
        for table, moved in tables:
            self.settle_plain(table, moved)
            earlier = [then for _, then in self._tables(table.id)]
            attacked[table.id] = protect_plain(table, self.profile, earlier, moved)
        return attacked

    def repeats(self, table: str, rows: Sequence[Sequence[Any]]) -> list[tuple[list[str], str, str]]:
        """The rows of a table as it was made that repeat, with their day and why."""
        there = {tuple(keys) for keys, _ in rows}
        return sorted(found for found in self.repeated.get(table, ()) if tuple(found[0]) in there)

    def settle_curve(self, curve: Curve) -> None:
        """Turn a planned curve into a repeat of its last printing where it must not be printed anew."""
        printings = self._curves(curve.key)
        why = self._why_not(curve, printings) if printings else ""
        if not why:
            return
        past, then = self._latest(printings)
        curve.repeats, curve.hidden, curve.cells = why, then.hidden, then.cells
        who = curve.who.numbers(then.ends, curve.minimum(self.profile))
        curve.intervals = [
            Interval(one.day_from, one.day_to, len(who["at_risk", i]), len(who["events", i]), 0)
            for i, one in enumerate(then.intervals)
        ]
        table = f"curve:{curve.measure}"
        for one in then.intervals:
            keys = [curve.cohort, curve.group_by, curve.group_value, str(one.day_from), str(one.day_to)]
            self._note(table, keys, past, why)

    def settle_plain(self, table: PlainTable, moved: Moved) -> None:
        """Turn the rows of a table that must not be printed anew into repeats, together with those beside them."""
        earlier = self._tables(table.id)
        blocks = {
            table.block(place[0])
            for _, then in earlier
            for place, before in same_places(table, then)
            if not table.is_few(place, self.profile.threshold) and self._is_few(moved(table, place, then, before))
        }
        for block in sorted(blocks):
            past, then = self._latest([(past, then) for past, then in earlier if self._rows(then, block)])
            table.silent |= {row for row in range(len(table.keys)) if table.block(row) == block} - table.gone
            table.old[block] = self._rows(then, block)
            for keys, _ in table.old[block]:
                self._note(table.id, list(keys.values()), past, "few_moved")

    def check(self, curves: Sequence[Curve], tables: Sequence[tuple[PlainTable, Moved]]) -> None:
        """Judge what is printed from who was counted, not from what the rule meant to do; raises DisclosureError that
        names the curve or table."""
        for curve in curves:
            problem = self._broken_curve(curve)
            if problem:
                raise DisclosureError(
                    f"The audit stopped the release: the curve of {curve.measure} {problem}. Nothing was released."
                )
        for table, moved in tables:
            problem = self._broken_table(table, moved)
            if problem:
                raise DisclosureError(
                    f"The audit stopped the release: table {table.id} {problem}. Nothing was released."
                )

    def _broken_curve(self, curve: Curve) -> str:
        printings = self._curves(curve.key)
        if curve.repeats:
            known = any((then.ends, then.cells) == (curve.ends, curve.cells) for _, then in printings)
            return "" if known else "repeats what was never printed"
        if any(self._too_soon(curve, past) for past, _ in printings):
            return "refreshes a breakdown before its year is over"
        told = curve.numbers(self.profile) if curve.cells[0]["at_risk"][1] is not Status.HIDDEN else {}
        for kind, number in told if not curve.hidden else [("at_risk", 0)] if told else []:
            for before in (then.numbers(self.profile) for _, then in printings):
                fewest = 1 if kind == "at_risk" or self._same(told, before) else 0
                others = (who for (other, _), who in before.items() if other == kind)
                if any(fewest <= people_between(who, told[kind, number]) < self.profile.threshold for who in others):
                    return "refreshes a count that few people moved"
        return ""

    def _broken_table(self, table: PlainTable, moved: Moved) -> str:
        earlier = [then for _, then in self._tables(table.id)]
        for block, rows in table.old.items():
            if not any(rows == self._rows(then, block) for then in earlier):
                return "repeats what was never printed"
        for then in earlier:
            for place, before in same_places(table, then):
                shown = place in table.printed() and place not in table.hidden
                if shown and self._is_few(moved(table, place, then, before)):
                    return "refreshes a count that few moved"
        return ""

    def _same(self, now: Numbers, then: Numbers) -> bool:
        """Whether the same people are on both curves."""
        return now["at_risk", 0] == then["at_risk", 0]

    def _is_few(self, number: int) -> bool:
        return 0 < number < self.profile.threshold

    def _why_not(self, curve: Curve, printings: Sequence[tuple[Past, Curve]]) -> str:
        if self._too_soon(curve, self._latest(printings)[0]):
            return "calendar"
        if curve.hidden and not (curve.hidden == "at_risk" and merge_days(curve.days, self.profile)):
            movers = [self._movers(curve.who, 1, then) for _, then in printings]
            few = any(found.few(curve.ends, self.profile.threshold) for found in movers)
            return "few_moved" if few else ""
        steps = 0 if curve.hidden else len(curve.intervals)
        most = max((len(then.intervals) for _, then in printings if not then.hidden), default=0)
        return "few_moved" if steps == 0 or 2 * steps < most else ""

    def _too_soon(self, curve: Curve, past: Past) -> bool:
        yearly = self.profile.refresh_breakdowns == "yearly" and curve.group_by in BREAKDOWNS
        return yearly and 0 < quarters_between(past.quarter, self.quarter) < YEAR

    def _curves(self, key: tuple[str, str, str, str]) -> list[tuple[Past, Curve]]:
        """The printings of a curve, the oldest first."""
        return [(past, curve) for past in self.past for curve in past.beside.curves if curve.key == key]

    def _tables(self, name: str) -> list[tuple[Past, PlainTable]]:
        """The printings of a table of counts, the oldest first."""
        found = ((past, past.beside.attrition if name == ATTRITION else past.quality) for past in self.past)
        return [(past, table) for past, table in found if table is not None]

    def _rows(self, table: PlainTable, block: tuple[str, ...]) -> list[OldRow]:
        """What an earlier release printed of rows that stand together."""
        rows = [row for row in range(len(table.keys)) if row not in table.gone and table.block(row) == block]
        return [
            (table.keys[row], {name: table.cell((row, name), self.profile) for name in table.statistics})
            for row in rows
        ]

    def _movers(self, who: OnCurve, minimum: int, then: Curve) -> Movers:
        return Movers(who, then.who, then.ends, (minimum, then.minimum(self.profile)))

    def _latest(self, printings: Sequence[tuple[Past, Printed]]) -> tuple[Past, Printed]:
        """The last printing of this quarter or an earlier one: a revision never repeats what came after it."""
        before = [pair for pair in printings if pair[0].quarter <= self.quarter]
        return before[-1] if before else printings[0]

    def _note(self, table: str, keys: list[str], past: Past, why: str) -> None:
        self.repeated.setdefault(table, []).append((keys, past.as_of, why))
