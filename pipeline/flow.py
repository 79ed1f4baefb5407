"""The line: the stages in order, each whole or not at all, resuming where a run stopped.

sources → landing → staging → validated → core → outcomes → disclosure → publication
"""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import duckdb

from pipeline import core, disclosure, landing, outcomes, publication, reference, sources, staging, validated
from pipeline.errors import InputError, StorageError
from pipeline.keys import read_keys
from pipeline.run import Input, Run, code_version, hash_files
from pipeline.settings import Settings
from pipeline.warehouse import (
    Connection,
    by_statement,
    current_path,
    done_stages,
    in_one_transaction,
    open_current,
    open_for_run,
    publish_current,
    record_stage,
    stage_counts,
)

StageFunction = Callable[[Connection, Settings, Run], dict[str, int]]
INGEST_MEMORY = "1200MB"
"""What DuckDB may hold while deliveries are taken in, beside the rows that Python holds; more goes to the disk."""


def _lean(stage: StageFunction) -> StageFunction:
    """A stage of the ingest, held to a memory in which a million rows pass on a small machine."""

    def held(con: Connection, settings: Settings, run: Run) -> dict[str, int]:
        con.execute(f"set memory_limit = '{INGEST_MEMORY}'")
        try:
            return stage(con, settings, run)
        finally:
            with suppress(duckdb.Error):  # what went wrong in the stage is told, not this
                con.execute("reset memory_limit")

    return held


IN_WAREHOUSE: dict[str, StageFunction] = {
    "landing": _lean(landing.load),
    "staging": _lean(staging.stage),
    "validated": _lean(validated.validate),
    "core": core.build,
    "outcomes": outcomes.measure,
}
"""The stages that fill a schema of the warehouse, in order; disclosure and publication write folders."""

ON_SPARK = {"core": ("landing.file", "validated"), "outcomes": ("core",)}
"""The stages that an engine may compute, and what each of them reads."""

DECIDING = ("decisions.toml", "measures.toml")
"""Files of the project, beside its settings, that decide numbers."""

FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Reporter(Protocol):
    """What the line tells while it works; the command line shows it as a progress bar or as plain lines."""

    def stage(self, name: str) -> None:
        """A stage begins."""

    def done(self, name: str, seconds: float, counts: dict[str, int], *, reused: bool) -> None:
        """A stage is finished, or was already."""

    def stop(self) -> None:
        """A stage ended in an error, which is told elsewhere."""

    def say(self, line: str) -> None:
        """One plain line."""


@dataclass
class Outcome:
    """What a run left: the run, counts and seconds per stage, and the files it wrote."""

    run: Run
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    reused: list[str] = field(default_factory=list)
    draft: Path | None = None
    files: list[Path] = field(default_factory=list)


def pull(settings: Settings, run: Run, reporter: Reporter) -> landing.LandingReport:
    """Fetch, screen and land what is new; refusals are told and do not stop the others."""
    with _timed("sources", Outcome(run), reporter) as note, plain_storage_errors():
        deliveries = sources.pull(settings, started_at=run.started_at, kept=landing.kept_files(settings))
        report = landing.land(settings, deliveries, started_at=run.started_at)
        sources.clear_scratch(settings)
        note.counts, note.reused = report.counts(), not report.new
    for line in report.lines():
        reporter.say(line)
    return report


def run_quarter(settings: Settings, run: Run, reporter: Reporter) -> Outcome:
    """Landed deliveries to an unsigned draft, resuming where an earlier attempt stopped."""
    run = with_inputs(settings, run)
    for line in landing.lost_since(settings, run.known_at) if run.known_at else ():
        reporter.say(line)
    if warning := landing.unkeyed_warning(settings, landing.receipts(settings, known_at=run.known_at)):
        reporter.say(warning)
    if not (run.synthetic or reference.is_own(settings)):
        reporter.say(f"{reference.FOREIGN} Copy the folder into the project and correct it (README).")
    outcome = Outcome(run)
    with plain_storage_errors():
        write_manifest(settings, outcome)  # at once: what a run that stops has left can be read, and be made again
        try:
            fill_warehouse(settings, outcome, reporter)
            make_draft(settings, outcome, reporter)
        finally:
            write_manifest(settings, outcome)
    return outcome


def release_and_publish(
    settings: Settings,
    outcome: Outcome,
    reporter: Reporter,
    *,
    checked_by: str,
    reason: str | None,
    languages: tuple[str, ...],
    formats: tuple[str, ...],
) -> Outcome:
    """Freeze the outcome's draft to a bundle and render it; what is already rendered is reused."""
    with plain_storage_errors():
        bundle = disclosure.release(settings, outcome.run.run_id, checked_by=checked_by, reason=reason)
        publish(settings, bundle, outcome, reporter, languages=languages, formats=formats)
    return outcome


def publish(
    settings: Settings,
    bundle: Path,
    outcome: Outcome,
    reporter: Reporter,
    *,
    languages: tuple[str, ...],
    formats: tuple[str, ...],
) -> None:
    """Render a bundle (or a draft) and remember which files it made, so that a second call reuses them."""
    with _timed("publication", outcome, reporter) as note:
        record = settings.folder("publication") / f".{bundle.name}-{'-'.join((*languages, *formats))}.json"
        made = _already_made(record)
        note.reused = made is not None
        if made is None:
            made = publication.publish(settings, bundle, languages=languages, formats=formats)
            for line in publication.missing_tools(settings, formats):
                reporter.say(line)
            _remember(record, made)
        outcome.files = made
        note.counts = {"files": len(made)}


def with_inputs(settings: Settings, run: Run) -> Run:
    """The run with its inputs, versions and synthetic mark filled in from the landing receipts."""
    receipts = landing.receipts(settings, known_at=run.known_at)
    if not receipts and run.known_at and landing.receipts(settings):
        raise InputError(
            f"Nothing had been received by {run.known_at}. Give a later day after --known-at, or leave it out."
        )
    if not receipts:
        raise InputError(
            "Nothing has been landed yet. Check the locations in throughcare.toml, then `throughcare pull`."
        )
    landing.require_one_form(settings, receipts)
    inputs = tuple(Input(r.partner, r.delivery_id, r.sha256) for r in receipts)
    rules = [p for p in settings.resource("expectations").rglob("*") if p.is_file()]
    reference = [p for p in settings.resource("data/reference").rglob("*") if p.is_file()]
    decisions = [p for p in (settings.root / name for name in DECIDING) if p.exists()]
    erased = [p for p in (settings.data / "landing" / "tombstones.json",) if p.exists()]
    decided = json.dumps([settings.hashed(), *map(hash_files, (rules, reference, decisions, erased))], sort_keys=True)
    return replace(
        run,
        inputs=inputs,
        synthetic=any(r.synthetic for r in receipts),
        code_version=code_version(),
        settings_hash=decided,
        keyed=next((r.keyed for r in receipts if r.keyed), read_keys(settings).mark),
    )


def fill_warehouse(settings: Settings, outcome: Outcome, reporter: Reporter) -> None:
    """Run the warehouse stages that are not finished yet, and repoint `current`."""
    folder = settings.folder("warehouse")
    con = open_for_run(settings, outcome.run.run_id)
    try:
        done = done_stages(con)
        counts = stage_counts(con)
        for name, function in IN_WAREHOUSE.items():
            if name == "core":  # here, so that it is told even where nothing can be counted
                tell_partners(con, settings, outcome, reporter)
            if name == "outcomes":
                core.require_custody(con)
            with _timed(name, outcome, reporter) as note:
                note.reused = name in done
                note.counts = counts[name] if note.reused else _finish(con, name, function, settings, outcome.run)
        if not done.issuperset(IN_WAREHOUSE):
            con.execute("checkpoint")
    finally:
        con.close()
    publish_current(folder, outcome.run.run_id)


def _refused(con: Connection) -> list[str]:
    """A line for each delivery of which nothing was used, with the rule and the command that tells more."""
    rows = con.execute(
        "select partner, extract_date, rule_id from validated.delivery where verdict = 'refused' order by all"
    ).fetchall()
    return [
        f"{partner}, extract of {day}: refused ({rule}); `throughcare feedback {partner}` says what to mend"
        for partner, day, rule in rows
    ]


def tell_partners(con: Connection, settings: Settings, outcome: Outcome, reporter: Reporter) -> None:
    """Write the partners' feedback unless this run has already written it whole; name the refused deliveries."""
    marker = settings.folder("validated") / f".feedback-{outcome.run.run_id}"
    if not marker.exists():
        validated.write_feedback(con, settings, outcome.run)
        run = outcome.run
        validated.write_quality(con, settings, run_id=run.run_id, quarter=run.quarter, as_of=run.as_of)
        marker.touch()
    for line in _refused(con):
        reporter.say(line)


def make_draft(settings: Settings, outcome: Outcome, reporter: Reporter) -> None:
    """Turn measures into an audited, unsigned draft; a finished draft of the same run is reused."""
    with _timed("disclosure", outcome, reporter) as note:
        draft = settings.folder("disclosure") / "draft" / outcome.run.run_id
        note.reused = disclosure.is_current(settings, outcome.run)
        if not note.reused:
            con = open_current(settings)
            try:
                draft = disclosure.draft(con, settings, outcome.run, reporter.say)
            finally:
                con.close()
        outcome.draft = draft
        made = disclosure.open_bundle(draft)
        note.counts = {
            "tables": len(made.tables),
            "hidden": made.meta.audit["hidden"],
            "left_out": made.meta.audit["left_out"],
        }


def write_manifest(settings: Settings, outcome: Outcome) -> Path:
    """The run's manifest beside its warehouse: what went in, which versions, coverage, counts per stage so far."""
    path = settings.folder("warehouse") / f"{outcome.run.run_id}.json"
    if path.exists() and len(outcome.reused) == len(outcome.seconds):
        return path
    manifest = outcome.run.manifest() | {
        "definitions_version": outcomes.definitions_version(outcomes.read_declared(settings.root).all_measures),
        "coverage": _coverage(settings, outcome.run),
        "counts": outcome.counts,
    }
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return path


def _coverage(settings: Settings, run: Run) -> list[dict[str, str]]:
    """What was observed from when to when, by source; empty while the run has not filled its warehouse."""
    current = current_path(settings.folder("warehouse"))
    if current is None or current.stem != run.run_id:
        return []
    con = open_current(settings)
    try:
        rows = con.execute("select * from core.coverage order by all").fetchall()
    finally:
        con.close()
    names = ("source", "table", "prison", "covered_from", "covered_to")
    return [dict(zip(names, map(str, row), strict=True)) for row in rows]


@contextmanager
def plain_storage_errors() -> Iterator[None]:
    """Turn a full disk, wherever it is noticed, into one plain message; the run resumes later."""
    try:
        yield
    except OSError as problem:
        if problem.errno in FULL_DISK:
            raise StorageError(_full("The disk")) from None
        raise
    except duckdb.Error as problem:  # a full disk is noticed while writing, at commit or at a checkpoint
        if any(word in str(problem) for word in ("No space left", "File too large", "disk quota")):
            raise StorageError(_full("The disk")) from None
        raise


def _full(what: str) -> str:
    return (
        f"{what} is full. Nothing is lost: free some space and run the same command again; it goes on where it stopped."
    )


def _finish(con: Connection, name: str, function: StageFunction, settings: Settings, run: Run) -> dict[str, int]:
    """A stage whole or not at all; core and outcomes, made anew from the stage before, table by table."""
    begun = time.perf_counter()
    with by_statement(con, name) if name in ON_SPARK else in_one_transaction(con):
        counts = _compute(con, name, function, settings, run)
        record_stage(con, name, counts, time.perf_counter() - begun)
    return counts


def _compute(con: Connection, name: str, function: StageFunction, settings: Settings, run: Run) -> dict[str, int]:
    """A stage on the run's engine; what Spark has computed comes back into the run's warehouse."""
    if run.engine != "spark" or name not in ON_SPARK:
        return function(con, settings, run)
    from pipeline.warehouse.spark import few_rows, run_on_spark, spark_session

    folder = settings.engine.tables or str(settings.folder("warehouse"))
    with spark_session(settings.engine.url, few=few_rows(con, ON_SPARK[name])) as session:
        return run_on_spark(
            con,
            session,
            f"{folder.rstrip('/')}/{run.run_id}-spark",
            reads=ON_SPARK[name],
            fills=name,
            work=lambda engine: function(engine, settings, run),
        )


@dataclass
class _Note:
    counts: dict[str, int] = field(default_factory=dict)
    reused: bool = False


@contextmanager
def _timed(name: str, outcome: Outcome, reporter: Reporter) -> Iterator[_Note]:
    reporter.stage(name)
    note, begun = _Note(), time.perf_counter()
    try:
        yield note
    except BaseException:
        reporter.stop()
        raise
    seconds = time.perf_counter() - begun
    outcome.counts[name], outcome.seconds[name] = note.counts, seconds
    if note.reused:
        outcome.reused.append(name)
    reporter.done(name, seconds, note.counts, reused=note.reused)


def _already_made(record: Path) -> list[Path] | None:
    if not record.exists():
        return None
    wanted: dict[str, Any] = json.loads(record.read_text("utf-8"))
    files = [record.parent / name for name in wanted["files"]]
    same = wanted["code_version"] == code_version() and all(f.exists() for f in files)
    return files if same else None


def _remember(record: Path, made: list[Path]) -> None:
    names = [str(path.relative_to(record.parent)) for path in made]
    record.write_text(json.dumps({"code_version": code_version(), "files": names}, indent=1), "utf-8")
