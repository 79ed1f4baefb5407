"""A published quarter computed again with today's code from its own deliveries, beside what was published."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipeline import disclosure, flow, landing
from pipeline.keeping import audit
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.spreadsheets import inert

Content = Mapping[tuple[str, tuple[str, ...], str], tuple[object, str]]
COLUMNS = ("table", "keys", "statistic", "published", "published_status", "today", "today_status", "cause")
ABSENT: tuple[object, str] = (None, "absent")


@dataclass(frozen=True)
class Changes:
    """What differs today from the day of the release: deliveries in words, code, definitions by measure, settings."""

    data: tuple[str, ...]
    code: bool
    definitions: tuple[str, ...]
    settings: bool

    def cause(self, table: str) -> str:
        """Why a cell of a table may differ: its definition, else whatever else changed, joined by `or`."""
        if table.removeprefix("curve:") in self.definitions:
            return "definition"
        named = {"data": bool(self.data), "code": self.code, "settings": self.settings}
        return " or ".join(name for name, changed in named.items() if changed) or "none found"


@dataclass(frozen=True)
class Difference:
    """One cell that differs: where, what was published, what today's code gives, and why it may differ."""

    table: str
    keys: Mapping[str, str]
    statistic: str
    published: tuple[object, str]
    today: tuple[object, str]
    cause: str

    def row(self) -> tuple[object, ...]:
        """The difference as plain values, in the order of COLUMNS."""
        keys = "/".join(f"{key}={value}" for key, value in self.keys.items() if value)
        return (self.table, keys, self.statistic, *self.published, *self.today, self.cause)


@dataclass(frozen=True)
class Backtest:
    """The result: how many cells were compared, what differs, and what changed since the release."""

    bundle: str
    compared: int
    changes: Changes
    differences: tuple[Difference, ...]

    def lines(self, most: int = 20) -> list[str]:
        """What a person reads: what changed since, how many cells differ and why, and the first of them."""
        changes = self.changes
        lines = [f"{self.bundle}: {self.compared} cells compared, {len(self.differences)} differ."]
        lines += changes.data
        lines += ["code changed since the release"] if changes.code else []
        lines += ["settings, rules or reference lists changed since the release"] if changes.settings else []
        lines += [f"definition changed: {', '.join(changes.definitions)}"] if changes.definitions else []
        for found in self.differences[:most]:
            table, keys, statistic, value, status, now, state, cause = found.row()
            old, new = (value if value is not None else status), (now if now is not None else state)
            lines.append(f"{table} {keys} {statistic}: {old} → {new} ({cause})")
        left = len(self.differences) - most
        return lines + ([f"… and {left} more in the file."] if left > 0 else [])


def backtest(settings: Settings, bundle: Path, reporter: flow.Reporter, *, started_at: datetime) -> Backtest:
    """Compute a released quarter again from its own deliveries and compare every cell.

    Nothing that it makes stays: it works in a folder beside the data and removes it. Raises DisclosureError when the
    bundle was changed or today's code cannot release the quarter.
    """
    published = disclosure.open_bundle(bundle)
    run = flow.with_inputs(settings, run_of(published, started_at))
    wanted = {(item["partner"], item["delivery_id"], item["sha256"]) for item in published.meta.run["inputs"]}
    kept = tuple(i for i in run.inputs if (i.partner, i.delivery_id, i.sha256) in wanted)
    gone = wanted - {(i.partner, i.delivery_id, i.sha256) for i in kept}
    run = replace(run, inputs=kept)
    with _scratch(settings, published.meta.bundle_id) as scratch, flow.plain_storage_errors():
        outcome = flow.Outcome(run)
        flow.fill_warehouse(scratch, outcome, reporter)
        flow.make_draft(scratch, outcome, reporter)
        today = disclosure.open_bundle(scratch.folder("disclosure") / "draft" / run.run_id)
        missing = [f"delivery missing or changed: {partner}/{delivery}" for partner, delivery, _ in sorted(gone)]
        lost = _lost(settings, run, bundle)
        changes = changes_between(published, today, (*missing, *lost))
        return compare(published, today, changes)


def _lost(settings: Settings, run: Run, bundle: Path) -> list[str]:
    """What was erased or destroyed since the release cannot be computed again."""
    if run.known_at:
        return landing.lost_since(settings, run.known_at)
    moment = released_at(settings, bundle)
    return landing.lost_since(settings, moment.date(), after=moment)


def released_at(settings: Settings, bundle: Path) -> datetime:
    """When a bundle was released, in UTC, as the audit log says.

    Without a line in the log its file decides, which a restored backup makes younger.
    """
    for entry in audit.entries(settings):
        if entry.get("bundle") == bundle.name and entry.get("command") == "release":
            return datetime.fromisoformat(entry["at"])
    return datetime.fromtimestamp((bundle / "bundle.json").stat().st_mtime, UTC).replace(tzinfo=None)


def run_of(bundle: disclosure.Bundle, started_at: datetime) -> Run:
    """The run that a bundle was made by, without its inputs."""
    plain = bundle.meta.run
    as_of, known_at = (date.fromisoformat(day) if day else None for day in (plain["as_of"], plain["known_at"]))
    return Run(Quarter.parse(bundle.meta.quarter), started_at, as_of, known_at, engine=plain.get("engine", "duckdb"))


@contextmanager
def _scratch(settings: Settings, bundle: str) -> Iterator[Settings]:
    """The project's settings with a data folder of its own: the same landed files, the ledger of that day."""
    with tempfile.TemporaryDirectory(prefix=".backtest-", dir=settings.data) as folder:
        data = Path(folder)
        try:
            (data / "landing").symlink_to(settings.folder("landing"), target_is_directory=True)
        except OSError:  # where links need rights that the user has not
            shutil.copytree(settings.folder("landing"), data / "landing")
        ledger = ledger_before(settings, bundle)
        (data / "disclosure" / "internal").mkdir(parents=True)
        (data / "disclosure" / "ledger.jsonl").write_text(ledger, "utf-8")
        _lend_records(settings, ledger, data / "disclosure" / "internal")
        yield settings.model_copy(update={"data": data})


def _lend_records(settings: Settings, ledger: str, folder: Path) -> None:
    """What is remembered of the bundles of a ledger, and the key that it is remembered with."""
    names = {json.loads(line)["bundle"] for line in ledger.splitlines()}
    for path in sorted((settings.folder("disclosure") / "internal").glob("*")):
        if names and (path.name == "members.key" or path.name.split(".")[0] in names):
            shutil.copy2(path, folder)


def ledger_before(settings: Settings, bundle: str) -> str:
    """The ledger as it was when a bundle was audited: every line before its first."""
    path = settings.folder("disclosure") / "ledger.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    own = next((index for index, line in enumerate(lines) if json.loads(line)["bundle"] == bundle), len(lines))
    return "".join(f"{line}\n" for line in lines[:own])


def changes_between(published: disclosure.Bundle, today: disclosure.Bundle, gone: tuple[str, ...]) -> Changes:
    """What differs in origin between a released bundle and today's draft of the same quarter."""
    then, now = published.meta, today.meta
    names = sorted({*then.definitions, *now.definitions})
    changed = tuple(name for name in names if then.definitions.get(name) != now.definitions.get(name))
    code = then.run.get("code_version") != now.run.get("code_version")
    same = then.run.get("settings_hash") == now.run.get("settings_hash") and then.profile == now.profile
    return Changes(gone, code, changed, not same)


def compare(published: disclosure.Bundle, today: disclosure.Bundle, changes: Changes) -> Backtest:
    """Every cell of either; a cell that only one of them has is compared with an absent one."""
    old, new = content(published), content(today)
    keys = {(name, tuple(row.keys.values())): row.keys for b in (published, today) for name, table in b.tables.items()
            for row in table.all_rows}  # fmt: skip
    found = [
        Difference(table, keys[table, values], statistic, old.get(place, ABSENT), new.get(place, ABSENT),
                   changes.cause(table))
        for place in sorted({*old, *new})
        for table, values, statistic in [place]
        if old.get(place) != new.get(place)
    ]  # fmt: skip
    return Backtest(published.meta.bundle_id, len({*old, *new}), changes, tuple(found))


def content(bundle: disclosure.Bundle) -> Content:
    """Every cell of a bundle by table, keys and statistic: its value and status."""
    return {
        (name, tuple(row.keys.values()), cell.statistic): (cell.value, str(cell.status))
        for name, table in bundle.tables.items()
        for row in table.all_rows
        for cell in row.cells.values()
    }


def write_differences(settings: Settings, result: Backtest) -> Path:
    """Every difference as a table, kept in the house beside the other internal records."""
    folder = settings.folder("disclosure") / "internal"
    folder.mkdir(exist_ok=True)
    path = folder / f"backtest-{result.bundle}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        rows = (found.row() for found in result.differences)
        writer.writerows([inert(v) if isinstance(v, str) else v for v in row] for row in rows)
    return path


def as_json(result: Backtest) -> dict[str, Any]:
    """The whole result as plain data."""
    changes = result.changes
    return {
        "bundle": result.bundle,
        "compared": result.compared,
        "changed": {"data": list(changes.data), "code": changes.code, "definitions": list(changes.definitions),
                    "settings": changes.settings},
        "differences": [dict(zip(COLUMNS, found.row(), strict=True)) for found in result.differences],
    }  # fmt: skip
