"""What was made of landed deliveries and holds their people: cleared as a whole, and made again from what is left."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipeline import flow
from pipeline.errors import ThroughcareError
from pipeline.keeping import audit
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.warehouse import current_path, remove_run

CLEARED = ("validated", "disclosure/draft")
"""Folders of which nothing is left: feedback, what the steward reads, drafts."""


@dataclass(frozen=True)
class Rerun:
    """A run, as it can be asked for again."""

    quarter: str
    as_of: date | None
    known_at: date | None


def newest_run(settings: Settings) -> Rerun | None:
    """Quarter and days of the run that `current` names, else of the last that was begun; None where none was."""
    folder = settings.folder("warehouse")
    begun = {path: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
    if not begun:
        return None
    current = current_path(folder)
    own = current and begun.get(current.with_suffix(".json"))
    raw: dict[str, Any] = own or max(begun.values(), key=lambda manifest: manifest["started_at"])
    days = [date.fromisoformat(raw[name]) if raw[name] else None for name in ("as_of", "known_at")]
    return Rerun(raw["quarter"], *days)


def clear(settings: Settings) -> None:
    """Remove every warehouse, draft, feedback and steward's file, and what waits in scratch; bundles stay."""
    warehouse = settings.folder("warehouse")
    (warehouse / "current").unlink(missing_ok=True)
    for path in sorted(warehouse.glob("*.duckdb")):
        remove_run(path)
    for path in sorted(warehouse.iterdir()):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in CLEARED:
        shutil.rmtree(settings.data / name, ignore_errors=True)
    for path in sorted((settings.data / "sources").glob("*/*")):
        if path.suffix in (".sealed", ".part"):
            path.unlink()
    for folder in exports(settings):
        if folder.is_relative_to(settings.data):
            shutil.rmtree(folder, ignore_errors=True)


def exports(settings: Settings) -> list[Path]:
    """Folders that were exported to and are still there, by the audit log."""
    told = (entry.get("options", {}).get("to") for entry in audit.entries(settings) if entry.get("command") == "export")
    return sorted({path for text in told if text and (path := Path(text)).exists()})


def rebuild(settings: Settings, wanted: Rerun | None, *, at: datetime, reporter: flow.Reporter) -> str:
    """Run the quarter again from what is left; returns how that went, in words. An expected error stops nothing."""
    from pipeline.keeping.steward import write_steward_files

    if wanted is None:
        return "There was no run to be made anew."
    run = Run(Quarter.parse(wanted.quarter), at, wanted.as_of, wanted.known_at)
    try:
        outcome = flow.run_quarter(settings, run, reporter)
    except ThroughcareError as problem:
        again = current_path(settings.folder("warehouse"))
        if again is None:
            return f"The warehouse was removed and could not be made anew: {problem}"
        write_steward_files(settings, at.date())
        return f"The warehouse was made anew: {again.stem}. A draft was not: {problem}"
    write_steward_files(settings, at.date())
    return f"The warehouse was made anew: {outcome.run.run_id}."
