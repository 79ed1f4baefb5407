"""The ledger: every cell ever published, one line of JSON per row of a table. Synthetic and real never share one."""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.disclosure.planning import Planned
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rows import COUNTS
from pipeline.disclosure.types import Status
from pipeline.errors import DisclosureError, MixedDataError, StorageError
from pipeline.settings import Settings

Interval = tuple[float, float]


@dataclass
class Ledger:
    """What has been published: bundles by id with their quarter, and earlier counts by table, keys and period."""

    path: Path
    lines: list[str] = field(default_factory=list)
    quarters: dict[str, str] = field(default_factory=dict)
    days: dict[str, str] = field(default_factory=dict)  # bundle → its as-of day
    published: dict[tuple[str, ...], list[dict[str, Any]]] = field(default_factory=dict)
    by_bundle: dict[str, dict[tuple[str, ...], dict[str, Any]]] = field(default_factory=dict)  # its rows of measures
    grids: set[tuple[int, int]] = field(default_factory=set)  # base and threshold of what was published
    synthetic: bool | None = None
    anew: dict[tuple[str, ...], list[dict[str, Any]]] = field(default_factory=dict)  # row → its printings but repeats

    def earlier(self, plan: Planned) -> Mapping[str, tuple[Interval, ...]]:
        """What earlier releases said of the same cell for the same releases: intervals by statistic."""
        key = (plan.row.measure, *plan.row.keys.values(), plan.row.period_from, plan.row.period_to)
        found: dict[str, list[Interval]] = defaultdict(list)
        for entry in self.published.get(key, []):
            for name in COUNTS:
                value, status = entry["cells"][name]
                if status == Status.SHOWN:
                    found[name].append((value, value))
                elif status == Status.ROUNDED:
                    half = entry["base"] // 2
                    found[name].append((max(value - half, min(entry["threshold"], value + half)), value + half))
        return {name: tuple(intervals) for name, intervals in found.items()}

    def check(self, profile: Profile) -> None:
        """Raise DisclosureError where the series cannot go on: a signed bundle that is not listed, another profile.

        A bundle on disk may have been read by anybody; and what one profile hides another shows.
        """
        signed = {path.parent.name for path in self.path.parent.glob("*/bundle.json")}
        missing = sorted(name for name in signed - set(self.quarters) if not name.startswith("."))
        if missing:
            raise DisclosureError(
                f"{', '.join(missing)} is signed and not in the ledger of published cells. Sign it again (`throughcare "
                "release`), which completes the ledger, or restore the ledger from a copy."
            )
        if self.grids - {(profile.base, profile.threshold)}:
            raise DisclosureError(
                f"This series was published under another base or threshold than profile {profile.name} has; together "
                "the two would show what each hides. Keep the profile, or begin another data folder."
            )

    def state(self, *, without: str) -> str:
        """A hash of all that was published, leaving one bundle out: what a draft was audited against."""
        kept = [line for line in self.lines if json.loads(line)["bundle"] != without]
        return hashlib.sha256("\n".join(kept).encode()).hexdigest()[:16]


def read_ledger(settings: Settings, *, synthetic: bool) -> Ledger:
    """The project's ledger, empty when nothing has been released.

    Raises MixedDataError when it holds data of the other kind, DisclosureError when it cannot be read.
    """
    ledger = Ledger(settings.folder("disclosure") / "ledger.jsonl")
    if not ledger.path.exists():
        return ledger
    try:
        ledger.lines = ledger.path.read_text("utf-8").splitlines()
        for line in ledger.lines:
            entry = json.loads(line)
            if bool(entry["synthetic"]) is not synthetic:
                raise MixedDataError(_mixed(synthetic))
            ledger.quarters[entry["bundle"]] = entry["quarter"]
            ledger.days[entry["bundle"]] = entry.get("as_of", "")
            ledger.grids.add((int(entry["base"]), int(entry["threshold"])))
            key = tuple(entry["keys"].values())
            rows = ledger.by_bundle.setdefault(entry["bundle"], {})
            if set(COUNTS) <= set(entry["cells"]):
                period = [entry["cells"][name][0] or "" for name in ("period_from", "period_to")]
                ledger.published.setdefault((entry["table"], *key, *period), []).append(entry)
                rows[entry["table"], *key] = entry
            if entry["table"] != "coverage" and not entry.get("repeats"):
                ledger.anew.setdefault((entry["table"], *key), []).append(entry)
    except (OSError, ValueError, KeyError, TypeError):
        raise DisclosureError(
            "The ledger of published cells (disclosure/ledger.jsonl) is damaged. Restore it from a copy; nothing can "
            "be released without it."
        ) from None
    ledger.synthetic = synthetic
    return ledger


def in_order(bundles: Iterable[Path]) -> list[Path]:
    """Folders of signed bundles in the order in which the ledger beside them first lists them, the newest last.

    Their age on disk decides only where no ledger knows them: a copy or a restored backup is as old as the copying.
    """
    found = list(bundles)
    places = {path.parent: _places(path.parent / "ledger.jsonl") for path in found}
    last = len(found) + sum(map(len, places.values()))
    return sorted(found, key=lambda p: (places[p.parent].get(p.name, last), p.stat().st_mtime_ns, p.name))


def _places(ledger: Path) -> dict[str, int]:
    try:
        listed = dict.fromkeys(str(json.loads(line)["bundle"]) for line in ledger.read_text("utf-8").splitlines())
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # none yet, or damaged: nothing is released without it, and what was released can still be shown
    return {bundle: place for place, bundle in enumerate(listed)}


def _mixed(synthetic: bool) -> str:
    new, old = ("synthetic", "real") if synthetic else ("real", "synthetic")
    return f"This project has released {old} data; {new} data cannot be released here. Use another data folder."


def append_bundle(ledger: Ledger, document: Mapping[str, Any]) -> None:
    """Write every row of a bundle to the ledger, once; raises StorageError when the disk refuses."""
    if document["meta"]["bundle_id"] in ledger.quarters:
        return
    waiting = ledger.path.with_suffix(".writing")
    try:
        waiting.write_text("".join(f"{line}\n" for line in [*ledger.lines, *_lines(document)]), "utf-8")
        os.replace(waiting, ledger.path)
    except OSError as problem:
        raise StorageError(f"The ledger cannot be written ({problem.strerror}); release again.") from None


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    meta = document["meta"]
    for name, table in sorted(document["tables"].items()):
        repeats = {tuple(keys): day for keys, day, _ in table.get("repeated", ())}
        for keys, cells in table["rows"]:
            entry = {
                "bundle": meta["bundle_id"],
                "quarter": meta["quarter"],
                "as_of": meta["run"]["as_of"] or meta["run"].get("covered_to") or "",
                "synthetic": meta["synthetic"],
                "base": meta["profile"]["base"],
                "threshold": meta["profile"]["threshold"],
                "table": name,
                "keys": dict(zip(table["dims"], keys, strict=True)),
                "cells": dict(zip(table["statistics"], cells, strict=True)),
            }
            if tuple(keys) in repeats:
                entry["repeats"] = repeats[tuple(keys)]
            yield json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
