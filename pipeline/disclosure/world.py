"""All that is published together, as one problem, and who attacks it: any reader, then each insider in turn."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from pipeline.disclosure.attack import Attack, Finding, Problem, Target
from pipeline.disclosure.beside import Beside
from pipeline.disclosure.curve_audit import own_on_curves
from pipeline.disclosure.insiders import Contributions, Insider, Insiders
from pipeline.disclosure.knowledge import Bounds, Knowledge, Shown
from pipeline.disclosure.moves import Key, View
from pipeline.disclosure.planning import Planned
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rows import COUNTS, MeasureRow
from pipeline.disclosure.series import Series
from pipeline.disclosure.types import Status

Earlier = Callable[[Planned], Mapping[str, tuple[Bounds, ...]]]
Weak = Collection[tuple[Insider, Key]]  # attacker and quantity
READER = ("", "")


class World:
    """The rows of one release, with earlier releases where there are any, and what each attacker makes of them.

    What was once shown to be uncertain need not be sought again after more is hidden; it is checked again all the same.
    """

    def __init__(
        self,
        planned: Sequence[Planned],
        profile: Profile,
        earlier: Earlier,
        known: Contributions,
        series: Series | None,
        beside: Beside | None = None,
        before: World | None = None,
    ) -> None:
        self.planned, self.profile, self.earlier, self.series = planned, profile, earlier, series
        shown = [self._show(plan) for plan in planned]
        self.knowledge = Knowledge(shown, profile)
        self.places = dict(self.knowledge.unknown)
        rows = [one.row for one in shown]
        joined = beside.join(rows, self.knowledge.problem, self.places) if beside is not None else None
        past = series.join(shown, self.knowledge.problem, self.places, joined) if series is not None else []
        self.shown = shown
        self.row = self._counterparts()
        self.attack = Attack(self.knowledge.problem, shared=bool(profile.insiders))
        if before is not None:
            called = self._names()
            same = {unknown: called[name] for name, unknown in before._names().items() if name in called}
            self.attack.adopt(before.attack, same)
        self.views: dict[Insider, View] = {}
        self.wides: dict[Insider, View] = {}
        self.beyond: dict[tuple[Insider, Key], Finding | None] = {}  # weak quantities that were told from lost ones
        self.numerator_of = {c: self.places[index, "x"] for index, c in self.knowledge.complement.items()}
        curves = (curve for one in [joined, *past] if one is not None for curve in one.curves.values())
        on_curves = own_on_curves(curves, profile) if profile.insiders else {}
        self.insiders = Insiders(shown, self.places, known, self.attack, on_curves)
        names: list[Insider] = [(kind, name) for kind in profile.insiders for name in self.insiders.names(kind)]
        known_to = {who: self.insiders.knowledge(who) for who in names}
        self.own = {who: (own, self.insiders.own_rows(who, own)) for who, own in known_to.items()}
        self.attackers: dict[Insider, list[Target]] = {READER: self.knowledge.problem.targets}
        self.attackers |= {who: self._asked(who) for who in names}

    def _names(self) -> dict[object, int]:
        """What each unknown is called in any selection of rows."""
        names = dict(self.knowledge.problem.names)
        names |= {(self.shown[row].place, name): unknown for (row, name), unknown in self.places.items()}
        return names

    def _counterparts(self) -> list[int]:
        """For each row, earlier ones too, the row of this release that it speaks of: itself, or the nearest to it."""
        at: dict[tuple[str, ...], int] = {}
        for index, plan in enumerate(self.planned):
            for name in _names(plan.row):
                at.setdefault(name, index)
        return [next(at[name] for name in _names(one.row) if name in at) for one in self.shown]

    def _show(self, plan: Planned) -> Shown:
        earlier, few = {} if plan.repeats else self.earlier(plan), plan.repeats == "few_moved"
        return Shown(plan.row, plan.cells, earlier, printed=not plan.repeats, few=few)

    def _asked(self, who: Insider) -> list[Target]:
        """What must stay uncertain to an insider, and how much."""
        near = self.insiders.concerns(who, self.own[who][0])
        changes = self.series.changes if self.series is not None else {}
        asked = (
            (target, self._width(target, who) if near(target) or target.key in changes else target.width)
            for target in self.knowledge.problem.targets
        )
        return [
            replace(target, width=width) if width < target.width else target for target, width in asked if width > 0
        ]

    def _width(self, target: Target, who: Insider) -> int:
        change = self.series.width(target, who) if self.series is not None else None
        return self.insiders.width(target, who, self.own[who][0], self.profile.threshold) if change is None else change

    def view(self, who: Insider) -> View:
        """What an attacker knows now."""
        if who not in self.views:
            self.views[who] = self.attack.view() if who == READER else self.seen_by(who, self.view(READER))
        return self.views[who]

    def seen_by(self, who: Insider, public: View) -> View:
        """What an attacker makes of what every reader knows."""
        return public if who == READER else self.insiders.view(*self.own[who], public)

    def wide(self, who: Insider) -> View:
        """What an attacker would know if everything of this release were hidden."""
        import numpy as np

        if who not in self.wides:
            now, hidden = self.attack.view(), self._hidden
            lower, upper = _loosest(now.lower, hidden.lower, np.minimum), _loosest(now.upper, hidden.upper, np.maximum)
            low = _loosest(now.low, [c[1] for c in hidden.constraints], np.minimum)
            high = _loosest(now.high, [c[2] for c in hidden.constraints], np.maximum)
            self.wides[who] = self.seen_by(who, View(lower, upper, low, high))
        return self.wides[who]

    @cached_property
    def _hidden(self) -> Problem:
        """The rows of this release with every count hidden."""
        hidden = dict.fromkeys(COUNTS, (None, Status.HIDDEN))
        both = zip(self.knowledge.rows, self.planned, strict=True)
        rows = [shown if plan.repeats else replace(shown, cells=hidden) for shown, plan in both]
        return Knowledge(rows, self.profile).problem

    def publish(self, rows: Collection[int]) -> None:
        """Rows are published otherwise now, with more hidden than before."""
        self.views.clear()
        self.knowledge.publish({index: self._show(self.planned[index]) for index in rows})

    def weak(self, only: Weak | None = None) -> list[Finding]:
        """What each attacker can pin down too closely (`only`: among these); a quantity is named once, for the first.

        The row of a finding counts into the rows of this release. Raises DisclosureError when an attack fails.
        """
        found: dict[Key, Finding] = {}
        for who, targets in self.attackers.items():
            asked = [t for t in targets if t.key not in found and (only is None or (who, t.key) in only)]
            lost = {t.key: known for t in asked if (known := self.beyond.get((who, t.key)))}
            found |= lost
            for finding in self._narrow(self.view, who, [t for t in asked if t.key not in lost]):
                found.setdefault(finding.target.key, finding)
        return list(found.values())

    def _narrow(self, view: Callable[[Insider], View], who: Insider, asked: Sequence[Target]) -> list[Finding]:
        found = self.attack.narrow(view(who), asked) if asked else []
        return [Finding(replace(f.target, row=self.row[f.target.row]), f.left, who) for f in found]

    def lost(self, findings: Sequence[Finding]) -> list[Finding]:
        """Those that stay too narrow even if every count of this release were hidden: its rows alone say enough."""
        new = [finding for finding in findings if (finding.who, finding.target.key) not in self.beyond]
        for who in dict.fromkeys(finding.who for finding in new):
            asked = [finding.target for finding in new if finding.who == who]
            narrow = {found.target.key: found for found in self._narrow(self.wide, who, asked)}
            self.beyond |= {(who, target.key): narrow.get(target.key) for target in asked}
        return [finding for finding in findings if self.beyond[finding.who, finding.target.key]]

    def hopeless(self, rows: Collection[tuple[str, ...]]) -> set[tuple[str, ...]]:
        """Those rows of which somebody can pin something down even if every count of this release were hidden."""
        found = set()
        for who, targets in self.attackers.items():
            asked = [t for t in targets if self.planned[self.row[t.row]].row.key in rows]
            found |= {self.planned[f.target.row].row.key for f in self._narrow(self.wide, who, asked)}
        return found

    def helpable(self, findings: Sequence[Finding]) -> list[Finding]:
        """All others."""
        self.lost(findings)
        return [finding for finding in findings if not self.beyond[finding.who, finding.target.key]]


def _names(row: MeasureRow) -> tuple[tuple[str, ...], ...]:
    """A row, its grouping, its part, its measure, any: from near to far."""
    return row.key, row.grouping, row.key[:3], row.key[:1], ()


def _loosest(now: Any, hidden: Sequence[float], which: Any) -> Any:
    """Limits of this release's numbers, as loose as hiding makes them; those of earlier releases as they are."""
    loose = now.copy()
    loose[: len(hidden)] = which(loose[: len(hidden)], hidden)
    return loose
