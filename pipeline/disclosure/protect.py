"""From primary marks to a release that passes: where an attack succeeds, more is hidden and the attack repeated.

All tables of a release are attacked together. What is hidden is decided by the true counts and the keys alone, so that
the same measures give the same release. Where no choice of cells makes a part safe, whole kinds of counts are withheld
from it, then its breakdowns are left out, and at last the part itself; when even that is not enough (an earlier release
has said too much), it stops.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pipeline.disclosure.attack import Finding, Target
from pipeline.disclosure.audit import Auditor, TableAudit, check_release, check_rules
from pipeline.disclosure.beside import WAYS
from pipeline.disclosure.insiders import Insider
from pipeline.disclosure.knowledge import DOUBTS
from pipeline.disclosure.optimal import choose
from pipeline.disclosure.planning import Planned, hide
from pipeline.disclosure.widening import Widening
from pipeline.disclosure.world import World
from pipeline.errors import DisclosureError

ROUNDS = 40
BESIDE = ("programme_open", "programme_per_release")
Part = tuple[str, ...]
Name = tuple[Insider, tuple[str, ...], str]
Tables = Mapping[str, list[Planned]]


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
        parts[_part(plan)].append(plan)
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
    _withhold_what_tells(tables, auditor)
    hiding = _Hiding(tables, auditor)
    for _ in range(ROUNDS):
        weak = hiding.further(everything=True)
        if not hiding.found:
            break
        for level in LEVELS:
            if level in HIDING and (lost := hiding.lost()):  # hiding does not help them: their breakdowns go at once
                _leave_out_breakdowns(tables, lost, auditor)
                weak = hiding.renew()
            if weak and not (level in HIDING and len(hiding.lost()) == len(weak)):
                level(tables, weak, auditor)
                weak = hiding.renew()
        if weak:
            raise _unsafe(sorted({plan.row.measure for plan in weak}))
    return hiding.world  # all of which the audit attacks once more


class _Hiding:
    """One release while more and more of it is hidden."""

    def __init__(self, tables: Tables, auditor: Auditor) -> None:
        self.tables, self.auditor = tables, auditor
        self.weak: list[Finding] = []
        self.names: set[Name] = set()
        self.found = False
        self._start()

    def _start(self, before: World | None = None) -> None:
        self.withheld = self.auditor.beside.withheld if self.auditor.beside else 0
        self.planned = [plan for part in self.tables.values() for plan in part]
        self.world = self.auditor.world(self.planned, before)
        self.widening: Widening | None = None

    def renew(self) -> list[Planned]:
        """After a level left out rows, or hid more of them or of what stands beside them: what stays weak now."""
        beside = self.auditor.beside
        if sum(map(len, self.tables.values())) < len(self.planned) or (beside and beside.withheld > self.withheld):
            self._start(self.world)
        self.world.publish(range(len(self.planned)))
        return self.further()

    def further(self, *, everything: bool = False) -> list[Planned]:
        """Hide the least that helps, again and again; the rows that stay weak when nothing more can be hidden so.

        Hiding and leaving out only widen, so that only what is weak is attacked again; with `everything` all is, and
        `found` says whether anything was weak then.
        """
        weak = self._attack(everything)
        self.found = bool(weak) if everything else self.found
        for _ in range(ROUNDS):
            hope = self.world.helpable(weak)
            self.widening = self.widening or (Widening(self.world) if hope else None)
            chosen = self.widening.choose(hope) if self.widening and hope else []
            if not chosen:
                break
            for row, statistic in chosen:
                hide(self.planned[row], statistic, self.auditor.profile)
            self.world.publish({row for row, _ in chosen})
            weak = self.world.weak({(f.who, f.target.key) for f in weak})
        self.weak = weak
        self.names = {(f.who, *self._name(f.target.row, f.target)) for f in weak}
        return [self.planned[finding.target.row] for finding in weak]

    def lost(self) -> list[Planned]:
        """Those rows that were weak last for which no hiding can help."""
        return [self.planned[finding.target.row] for finding in self.world.lost(self.weak)]

    def _attack(self, everything: bool) -> list[Finding]:
        """What is weak of all, or of what was weak last, which keeps its name when rows are left out."""
        if not self.planned:
            return []
        if everything:
            return self.world.weak()
        world = self.world
        every = ((who, t) for who, targets in world.attackers.items() for t in targets)
        return world.weak({(w, t.key) for w, t in every if (w, *self._name(world.row[t.row], t)) in self.names})

    def _name(self, row: int, target: Target) -> tuple[tuple[str, ...], str]:
        return self.planned[row].row.key, target.statistic


def _part(plan: Planned) -> Part:
    return (plan.row.measure, plan.row.component, plan.row.cohort)


def _breakdown(plan: Planned) -> Part:
    return (*_part(plan), plan.row.group_by)


def _withhold(tables: Tables, weak: Sequence[Planned], statistics: Sequence[str], auditor: Auditor) -> None:
    breakdowns = {_breakdown(plan) for plan in weak}
    for plan in (plan for planned in tables.values() for plan in planned if _breakdown(plan) in breakdowns):
        for statistic in statistics:
            if statistic in plan.row.exact and not plan.repeats:
                hide(plan, statistic, auditor.profile)


def _withhold_what_tells(tables: Tables, auditor: Auditor) -> None:
    """Withhold curves and attrition that tell what tables alone do not: they say again what those say better."""
    beside = auditor.beside
    if beside is None:
        return
    rows = [plan for planned in tables.values() for plan in planned if beside.speaks_of(plan.row)]
    reader = replace(auditor, profile=auditor.profile.model_copy(update={"insiders": ()}), series=None)
    alone = {(f.target.row, f.target.statistic) for f in replace(reader, beside=None).weak(rows)}
    for what in WAYS:
        told = [f.target.row for f in reader.weak(rows) if (f.target.row, f.target.statistic) not in alone]
        if not told:
            break
        beside.withhold([rows[index].row for index in told], what)


def _withhold_beside(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Withhold curves and attrition that tell of the weak rows: both say again what tables say."""
    if auditor.beside is not None:
        for what in WAYS:
            auditor.beside.withhold([plan.row for plan in weak], what)


def _withhold_doubts(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Withhold too early, possible and unobserved throughout the weak breakdowns, zeros too."""
    _withhold(tables, weak, DOUBTS, auditor)


def _withhold_numerators(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Withhold the numerators as well: the breakdown is then a table of marks beside its denominators."""
    _withhold(tables, weak, ("x",), auditor)


def _leave_out(tables: Tables, whole: Callable[[Planned], Part], weak: set[Part], auditor: Auditor) -> None:
    """Leave out every row of what is weak as a whole, where nothing of it was published before: what was once said
    cannot be unsaid by leaving it out."""
    for planned in tables.values():
        said = {whole(plan) for plan in planned if plan.repeats or auditor.earlier(plan)}
        planned[:] = [plan for plan in planned if whole(plan) not in weak - said]


def _leave_out_breakdowns(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Leave out the weak breakdowns: that a group is listed says that somebody is in it, which no mark can hide.

    The whole stays, but for cohorts that only stand beside the programme: they differ from it by few.
    """
    groupings = {plan.row.grouping for plan in weak if plan.row.group_by != "all" or plan.row.cohort in BESIDE}
    _leave_out(tables, lambda plan: plan.row.grouping, groupings, auditor)


def _withhold_denominators(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Withhold the denominators too."""
    _withhold(tables, weak, ("n", "persons"), auditor)


def _leave_out_windows(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Leave out the weak windows: of few partners one may know the other's people whatever is hidden."""
    _leave_out(tables, _window, {_window(plan) for plan in weak}, auditor)


def _leave_out_parts(tables: Tables, weak: Sequence[Planned], auditor: Auditor) -> None:
    """Leave out the weak measures in their cohorts: the report then says that they are not published."""
    _leave_out(tables, _part, {_part(plan) for plan in weak}, auditor)


def _window(plan: Planned) -> Part:
    return (*_part(plan), plan.row.cell_set, plan.row.window)


LEVELS = (
    _withhold_beside,
    _withhold_doubts,
    _withhold_numerators,
    _leave_out_breakdowns,
    _withhold_denominators,
    _leave_out_windows,
    _leave_out_parts,
)
"""What is done in turn about what stays weak; each withholds more than the one before."""
HIDING = (_withhold_doubts, _withhold_numerators, _withhold_denominators)
"""The levels that hide counts of this release."""


def _unsafe(names: Sequence[str]) -> DisclosureError:
    return DisclosureError(
        f"Table {', '.join(names)} cannot be made safe: its hidden counts follow from others even when more are "
        "hidden. Publish it by fewer groupings or windows. Nothing was released."
    )
