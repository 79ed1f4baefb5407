"""Registers kept by hand and releases on disk: milestones, prisons, access of workers, what was released before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.disclosure import Bundle, in_order
from pipeline.periods import Quarter
from pipeline.reference import read_register
from pipeline.settings import Settings


@dataclass(frozen=True)
class Milestone:
    """A day that readers should know of, ISO, and what happened, in two languages."""

    date: str
    cs: str
    en: str


@dataclass(frozen=True)
class Works:
    """A prison in which the programme works, from a day on and before another ('' is still open), ISO."""

    prison: str
    valid_from: str
    valid_to: str


@dataclass(frozen=True)
class Access:
    """How some worker may enter a prison, from a day on and before another; the worker is left out."""

    prison: str
    status: str
    valid_from: str
    valid_to: str


@dataclass(frozen=True)
class RuleWords:
    """A rule on data: how grave a breach is, what is wrong, what it means for the figures, in two languages."""

    id: str
    severity: str
    title_cs: str
    title_en: str
    use_cs: str
    use_en: str


@dataclass(frozen=True)
class Revision:
    """One release of this quarter: its id and why it was released again ('' for the first)."""

    bundle: str
    reason: str


def read_milestones(settings: Settings) -> tuple[Milestone, ...] | None:
    """Milestones by day; None where no register of them is kept."""
    rows = read_register(settings, "milestones.csv", ("date", "cs", "en"))
    return None if rows is None else tuple(sorted((Milestone(**row) for row in rows), key=lambda item: item.date))


def read_prisons(settings: Settings) -> tuple[Works, ...] | None:
    """Prisons of the programme by code; None where no register of them is kept."""
    rows = read_register(settings, "programme_prison.csv", ("prison", "valid_from", "valid_to"))
    return (
        None
        if rows is None
        else tuple(sorted((Works(**row) for row in rows), key=lambda item: (item.prison, item.valid_from)))
    )


def read_access(settings: Settings) -> tuple[Access, ...] | None:
    """Access by prison, without the workers; None where no register of it is kept."""
    rows = read_register(settings, "workers_access.csv", ("prison", "status", "valid_from", "valid_to"))
    found = {Access(**row) for row in rows or ()}
    return None if rows is None else tuple(sorted(found, key=lambda item: (item.prison, item.valid_from, item.status)))


def read_rules(settings: Settings) -> tuple[RuleWords, ...]:
    """The rules on data that partners hear of, in their order."""
    from pipeline import validated

    found = [rule for rule in validated.load_rules(settings).values() if rule.tell != "steward"]
    return tuple(
        RuleWords(rule.id, rule.severity, rule.cs.title, rule.en.title, rule.cs.use, rule.en.use) for rule in found
    )


def _metas(bundle: Bundle | None) -> list[tuple[Path, Mapping[str, object]]]:
    """Released bundles beside this one (or beside the drafts), with their origin, the newest last."""
    if bundle is None:
        return []
    home = bundle.path.resolve().parent
    home = home.parent if bundle.meta.draft and home.name == "draft" else home
    folders = in_order(path.parent for path in home.glob("*/bundle.json"))
    return [(path, json.loads((path / "bundle.json").read_text("utf-8"))["meta"]) for path in folders]


def earlier_release(bundle: Bundle | None) -> str:
    """The folder of the newest release of the last quarter before this one that has any; '' when none has."""
    if bundle is None:
        return ""
    own = Quarter.parse(bundle.meta.quarter)
    before = [
        (str(meta["quarter"]), path) for path, meta in _metas(bundle) if Quarter.parse(str(meta["quarter"])) < own
    ]
    last = max((quarter for quarter, _ in before), default="")
    return str([path for quarter, path in before if quarter == last][-1]) if before else ""


def read_revisions(bundle: Bundle | None) -> tuple[Revision, ...]:
    """Releases of this quarter in the order in which they were made, up to this one."""
    if bundle is None:
        return ()
    same = [meta for _, meta in _metas(bundle) if meta["quarter"] == bundle.meta.quarter]
    own = [position for position, meta in enumerate(same) if meta["bundle_id"] == bundle.meta.bundle_id]
    until = same[: own[0] + 1] if own else same
    return tuple(Revision(str(meta["bundle_id"]), str(meta["revision_reason"] or "")) for meta in until)
