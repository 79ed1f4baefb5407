"""From primary marks to a release that passes: where an attack succeeds, more is hidden and the attack repeated.

All tables of a release are attacked together. What is hidden is decided by the true counts and the keys alone, so that
the same measures give the same release. Where no choice of cells makes a part safe, whole kinds of counts are withheld
from it, then its breakdowns are left out, and at last the part itself; when even that is not enough (an earlier release
has said too much), it stops.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from pipeline.disclosure.attack import Finding, Target
from pipeline.disclosure.audit import Auditor, TableAudit, check_release, check_rules
from pipeline.disclosure.beside import ATTRITION
from pipeline.disclosure.curve_audit import OF_CURVES
from pipeline.disclosure.insiders import Insider
from pipeline.disclosure.knowledge import DOUBTS
from pipeline.disclosure.leaving import (
    LEAST_MISSED,
    Part,
    Tables,
    hold_repeated,
    leave_out_beside,
    leave_out_breakdowns,
    leave_out_parts,
    leave_out_same_windows,
    leave_out_whole_cohorts,
    leave_out_windows,
    part_of,
    withhold_beside,
)
from pipeline.disclosure.optimal import choose
from pipeline.disclosure.planning import Planned, hide
from pipeline.disclosure.rows import MeasureRow
from pipeline.disclosure.telling import withhold_what_tells
from pipeline.disclosure.widening import Widening
from pipeline.disclosure.world import World
from pipeline.errors import DisclosureError

ROUNDS = 40
Name = tuple[Insider, tuple[str, ...], str]


def protect(tables: Tables, auditor: Auditor) -> dict[str, TableAudit]:
    """Hide what must further be hidden in place, until all tables together pass the audit; the audits by table.

    Raises DisclosureError when a table cannot be made safe.
    """
    for name, planned in tables.items():
        # before anything more is hidden, which would cover up a rule that was lost
        check_rules(name, planned, auditor.profile, auditor.series)
    return check_release(tables, auditor, _strengthen(tables, auditor))


def _hide_optimally(name: str, planned: Sequence[Planned], auditor: Auditor) -> None:
    """Hide the cheapest set that helps within each part; a part beyond the limit of the search is left to the steps."""
    parts: dict[Part, list[Planned]] = defaultdict(list)
    for plan in planned:
        parts[part_of(plan)].append(plan)
    for _, members in sorted(parts.items()):
        chosen = choose(members, auditor)
        auditor.by_steps[name] += chosen is None
        for row, statistic in chosen or []:
            if not members[row].repeats:
                hide(members[row], statistic, auditor.profile)


def _strengthen(tables: Tables, auditor: Auditor) -> World:
    """Hide more until nobody pins anything down; each level withholds more than the one before."""
    if auditor.profile.method == "suppress":
        for name, planned in tables.items():
            _hide_optimally(name, planned, auditor)
    withhold_what_tells(tables, auditor)
    hiding = _Hiding(tables, auditor)
    for number in range(1, ROUNDS + 1):
        who = f"a reader and {len(hiding.world.attackers) - 1} partners and prisons"
        auditor.tell(f"attack {number}: {len(hiding.planned)} rows, by {who}; this may take minutes")
        hiding.attack()
        if not hiding.weak:
            break
        auditor.tell(f"{len(hiding.weak)} counts can be worked out: more is hidden, held or left out")
        if hold_repeated(tables, hiding.lost(), auditor):
            hiding.renew()
        _leave_out_lost(hiding)
        weak = hiding.further()
        for level in LEVELS:
            if level in HIDING and _leave_out_lost(hiding):
                weak = hiding.further()
            if weak and not (level in HIDING and len(hiding.lost()) == len(weak)):
                level(tables, weak, auditor)
                hiding.renew()
                weak = hiding.further()
        if weak:
            raise _unsafe(sorted({plan.row.measure for plan in weak}))
    return hiding.world  # all of which the audit attacks once more


def _leave_out_lost(hiding: _Hiding) -> bool:
    """Where hiding does not help, breakdowns go at once, the least missed first; says whether any went."""
    if hiding.auditor.beside and (lost := hiding.lost()):
        withhold_beside(hiding.tables, lost, hiding.auditor)
        hiding.renew()
        if told := hiding.told_beside():
            hiding.auditor.beside.leave_out(told)
            hiding.renew()
    went = False
    for dimension in LEAST_MISSED:
        lost = [plan for plan in hiding.lost() if dimension in ("", *plan.row.dimensions())]
        if leave_out_breakdowns(hiding.tables, lost, hiding.auditor):
            hiding.renew()
            went = True
    return went


class _Hiding:
    """One release while more and more of it is hidden."""

    def __init__(self, tables: Tables, auditor: Auditor) -> None:
        self.tables, self.auditor = tables, auditor
        self.weak: list[Finding] = []
        self._start()

    def _start(self, before: World | None = None) -> None:
        self.before = self._state()
        self.planned = [plan for part in self.tables.values() for plan in part]
        self.world = self.auditor.world(self.planned, before)
        self.widening: Widening | None = None

    def attack(self) -> None:
        """Find what is weak when everything is attacked."""
        self.weak = self.world.weak() if self.planned else []

    def renew(self) -> None:
        """Find what stays weak after rows were left out, or more was hidden of them or of what stands beside them."""
        names = {(f.who, *self._name(f.target.row, f.target)) for f in self.weak}
        if self._state() != self.before:
            self._start(self.world)
        self.world.publish(range(len(self.planned)))
        every = ((who, t) for who, targets in self.world.attackers.items() for t in targets)
        row = self.world.row
        again = {(who, t.key) for who, t in every if (who, *self._name(row[t.row], t)) in names}
        self.weak = self.world.weak(again) if self.planned else []

    def _state(self) -> tuple[object, ...]:
        """What an attack is made of, but for what is hidden: rows, those that repeat and why, what stands beside."""
        rows = [(id(plan), plan.repeats) for part in self.tables.values() for plan in part]
        return (rows, self.auditor.beside.withheld if self.auditor.beside else 0)

    def further(self) -> list[Planned]:
        """Hide the least that helps, again and again; the rows that stay weak when nothing more can be hidden so.

        Hiding and leaving out only widen, so that only what is weak is attacked again.
        """
        for _ in range(ROUNDS):
            hope = self.world.helpable(self.weak)
            self.widening = self.widening or (Widening(self.world) if hope else None)
            chosen = self.widening.choose(hope) if self.widening and hope else []
            if not chosen:
                break
            for row, statistic in chosen:
                hide(self.planned[row], statistic, self.auditor.profile)
            self.world.publish({row for row, _ in chosen})
            self.weak = self.world.weak({(f.who, f.target.key) for f in self.weak})
        return self.rows()

    def rows(self) -> list[Planned]:
        """The rows that were weak last."""
        return [self.planned[finding.target.row] for finding in self.weak]

    def lost(self) -> list[Planned]:
        """Those of them for which no hiding can help."""
        return [self.planned[finding.target.row] for finding in self.world.lost(self.weak)]

    def told_beside(self) -> list[tuple[str, MeasureRow]]:
        """What attrition or curves tell though all of them is hidden, each with a row that it is told of."""
        lost = [found.target for found in self.world.lost(self.weak)]
        beside = [target for target in lost if target.statistic in (ATTRITION, *OF_CURVES)]
        return [(target.statistic, self.planned[target.row].row) for target in beside]

    def _name(self, row: int, target: Target) -> tuple[tuple[str, ...], str]:
        return self.planned[row].row.key, target.statistic


def _breakdown(plan: Planned) -> Part:
    return (*part_of(plan), plan.row.group_by)


def _withhold(tables: Tables, weak: Sequence[Planned], statistics: Sequence[str], auditor: Auditor) -> None:
    breakdowns = {_breakdown(plan) for plan in weak}
    for plan in (plan for planned in tables.values() for plan in planned if _breakdown(plan) in breakdowns):
        for statistic in statistics:
            if statistic in plan.row.exact and not plan.repeats:
                hide(plan, statistic, auditor.profile)


def _withhold_doubts(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Withhold too early, possible and unobserved throughout the weak breakdowns, zeros too."""
    _withhold(tables, weak, DOUBTS, auditor)


def _withhold_numerators(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Withhold the numerators as well: the breakdown is then a table of marks beside its denominators."""
    _withhold(tables, weak, ("x",), auditor)


def _withhold_denominators(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Withhold the denominators too."""
    _withhold(tables, weak, ("n", "persons"), auditor)


LEVELS: tuple[Callable[[Tables, Sequence[Planned], Auditor], object], ...] = (
    hold_repeated,
    withhold_beside,
    _withhold_doubts,
    _withhold_numerators,
    leave_out_breakdowns,
    _withhold_denominators,
    leave_out_beside,
    leave_out_windows,
    leave_out_parts,
    leave_out_same_windows,
    leave_out_whole_cohorts,
)
"""What is done in turn about what stays weak; each withholds more than the one before."""
HIDING = (_withhold_doubts, _withhold_numerators, _withhold_denominators)
"""The levels that hide counts of this release."""


def _unsafe(names: Sequence[str]) -> DisclosureError:
    return DisclosureError(
        f"Table {', '.join(names)} cannot be made safe: its hidden counts follow from others even when more are "
        "hidden. Nothing was released; earlier releases stand. A later quarter, in which more people have moved, may "
        "pass; where the measure is one of measures.toml, take it out there."
    )
