"""From outcomes to an unsigned draft: plan, protect, audit, write; what is hidden and why stays in an internal file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipeline.disclosure.again import Again
from pipeline.disclosure.audit import Auditor, TableAudit
from pipeline.disclosure.beside import Beside
from pipeline.disclosure.curves import CURVE_DIMS, CURVE_STATISTICS, Curve, read_curves
from pipeline.disclosure.followed import read_followed
from pipeline.disclosure.insiders import read_contributions
from pipeline.disclosure.ledger import read_ledger
from pipeline.disclosure.members import read_members, secret_key, write_members
from pipeline.disclosure.never import allowed
from pipeline.disclosure.past import read_past, write_past
from pipeline.disclosure.plain import PlainTable
from pipeline.disclosure.planning import STATISTICS, Planned, plan_rows
from pipeline.disclosure.process import (
    COVERAGE_DIMS,
    coverage_records,
    coverage_rows,
    lost_between,
    read_attrition,
    read_data_quality,
    rows_between,
)
from pipeline.disclosure.profile import Profile, load_profile
from pipeline.disclosure.protect import protect
from pipeline.disclosure.refresh import Refresh, find_changes, read_memory
from pipeline.disclosure.rows import KEYS, MeasureRow, query, read_measures
from pipeline.disclosure.series import Series
from pipeline.disclosure.store import as_document, table_document, to_json, write_bundle
from pipeline.disclosure.stories import NAME as STORIES
from pipeline.disclosure.stories import read_stories
from pipeline.disclosure.story_audit import check_stories
from pipeline.disclosure.types import Row, Status, make_row
from pipeline.errors import DisclosureError, StorageError
from pipeline.outcomes import MEASURES, Measure, definitions_version, read_declared
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.warehouse import Connection

Document = dict[str, Any]
WORDS = {
    "attrition": ("Od žádosti k propuštění", "From application to release"),
    "data_quality": ("Kvalita dat", "Data quality"),
    "coverage": ("Pokrytí daty", "Coverage"),
}


def draft(con: Connection, settings: Settings, run: Run, say: Callable[[str], None] | None = None) -> Path:
    """Write the audited, unsigned draft of a run to `disclosure/draft/<run_id>/` and return its folder.

    `say` takes a line on how far it is, where that takes minutes.

    The same measures, profile and ledger give the same bytes. Raises DisclosureError when a profile setting is
    missing, a table is unsafe or cannot be audited, MixedDataError when the ledger holds the other kind of data.
    """
    profile = load_profile(settings.disclosure.profile)
    if run.synthetic and not settings.disclosure.insiders:  # nobody works with people who do not exist
        profile = profile.model_copy(update={"insiders": ()})
    ledger = read_ledger(settings, synthetic=run.synthetic)
    ledger.check(profile)
    declared = read_declared(settings.root)
    known = declared.all_measures
    rows = allowed([row for row in read_measures(con, known) if row.measure not in declared.internal])
    if not any(row.status == "measured" for row in rows):
        raise DisclosureError(
            "No measure has a single number, and an empty release is not made. See `throughcare status`."
        )
    measures = {name: plan_rows([row for row in rows if row.measure == name], profile) for name in _measures(rows)}
    folder = settings.folder("disclosure")
    secret = secret_key(folder, new=not ledger.quarters)
    members = {**read_members(con, secret), **read_followed(con, secret)}
    memory = read_memory(ledger, folder, secret)
    past = read_past(ledger, folder, memory, profile)
    refresh, again = Refresh(ledger, memory, profile, run.quarter), Again(past, profile, run.quarter)
    series = Series(past, members, profile, run.quarter)
    for name, planned in measures.items():
        anew, repeated = refresh.split(planned, members)
        measures[name] = anew + repeated
    own = read_contributions(con)
    curves = read_curves(con, profile, members, again.fits)
    plain = [(read_attrition(con, members), lost_between), (read_data_quality(con), rows_between)]
    attacked = again.protect(curves, plain)
    attrition, quality = (table for table, _ in plain)
    beside = Beside(profile, attrition, curves)
    audits = protect(measures, Auditor(profile, ledger.earlier, series.known(own), series, beside, refresh.hold, say))
    again.check(curves, plain)
    coverage = coverage_records(con)
    if not any(plan.row.status == "measured" for planned in measures.values() for plan in planned):
        raise DisclosureError("No table of this quarter can be made safe, and an empty release is not made.")
    tables = _measure_documents(measures, audits, known, refresh) | _curve_documents(curves)
    tables |= {table.id: _plain_document(table, profile, attacked[table.id]) for table, _ in plain}
    for name in tables.keys() & again.repeated.keys():
        tables[name]["repeated"] = again.repeats(name, tables[name]["rows"])
    tables["coverage"] = _coverage_document(coverage)
    places = _places(coverage, rows)
    stories = read_stories(settings, synthetic=run.synthetic, names=places)
    check_stories(stories, settings.root / STORIES, places)
    changes = list(find_changes(tables, ledger, str(run.quarter)))
    document = as_document(_meta(con, run, profile, rows, coverage, tables, known), tables, stories, changes)
    reasons = _reasons(measures, curves, [attrition, quality])
    state = ledger.state(without=document["meta"]["bundle_id"])
    write_internal(folder, run.run_id, {"bundle": document["meta"]["bundle_id"], "ledger": state, "hidden": reasons})
    write_members(folder, run.run_id, members, secret)
    write_past(folder, run.run_id, rows, own, beside, quality)
    return write_bundle(folder / "draft" / run.run_id, document)


def write_internal(folder: Path, name: str, content: Mapping[str, Any]) -> None:
    """Keep which cells are hidden and why, in the house; raises StorageError when the disk refuses."""
    try:
        (folder / "internal").mkdir(parents=True, exist_ok=True)
        (folder / "internal" / f"{name}.json").write_text(to_json(content), "utf-8")
    except OSError as problem:
        raise StorageError(f"The record of hidden cells cannot be written ({problem.strerror}).") from None


def _places(coverage: Iterable[Mapping[str, str]], rows: Iterable[MeasureRow]) -> set[str]:
    """Names of partners and prisons, none of which may stand in a story; "prison" alone names a kind, nobody."""
    names = {record[what] for record in coverage for what in ("source", "prison")} - {"*", ""}
    names |= {row.group_value for row in rows if row.group_by in ("partner", "prison")}
    return names - {"prison"}


def _measures(rows: Iterable[MeasureRow]) -> list[str]:
    return sorted({row.measure for row in rows})


def _measure_documents(
    measures: Mapping[str, Sequence[Planned]],
    audits: Mapping[str, TableAudit],
    known: Mapping[str, Measure],
    refresh: Refresh,
) -> Document:
    documents = {}
    for name, planned in measures.items():
        rows = [make_row(name, plan.row.keys, plan.cells) for plan in planned]
        documents[name] = table_document(KEYS, STATISTICS, _sorted(rows), describe(known[name]))
        documents[name]["audit"] = audits[name].describe()
        repeated = [
            [list(p.row.keys.values()), *refresh.repeated[p.row.key]] for p in planned if p.row.key in refresh.repeated
        ]
        documents[name]["repeated"] = sorted(repeated)
    return documents


def describe(measure: Measure) -> dict[str, Any]:
    """A registry row as plain data, in both languages."""
    words = {
        f"{what}_{language}": getattr(measure, what)(language)
        for what in ("title", "definition", "numerator", "denominator")
        for language in ("cs", "en")
    }
    parts = {name: measure.part(name) for name in measure.components}
    return {
        "measure": measure.id,
        "kind": measure.kind,
        "unit": measure.unit,
        "primary": measure.primary,
        "primary_window": measure.primary_window,
        "process": measure.process,
        "windows": list(measure.windows),
        "components": {name: {"unit": p.unit, "value": p.value, "per": p.per} for name, p in parts.items()},
        "day_zero_cs": measure.day_zero.in_language("cs"),
        "day_zero_en": measure.day_zero.in_language("en"),
        "competing": list(measure.competing),
        "tables": list(measure.tables),
        "source": measure.source,
        "owner": measure.owner,
        **words,
    }


def _curve_documents(curves: Sequence[Curve]) -> Document:
    documents = {}
    for measure in sorted({curve.measure for curve in curves}):
        name, rows = f"curve:{measure}", []
        for curve in (c for c in curves if c.measure == measure):
            for interval, cells in zip(curve.intervals, curve.cells, strict=True):
                keys = (curve.cohort, curve.group_by, curve.group_value, str(interval.day_from), str(interval.day_to))
                rows.append(make_row(name, dict(zip(CURVE_DIMS, keys, strict=True)), cells))
        documents[name] = table_document(CURVE_DIMS, CURVE_STATISTICS, rows, describe(MEASURES[measure]))
        documents[name]["audit"] = _passed(rows, None)
    return documents


def _plain_document(table: PlainTable, profile: Profile, attacked: int) -> Document:
    rows = table.rows(profile)
    document = table_document(table.dims, table.statistics, rows, _definition(table.id))
    document["audit"] = _passed(rows, attacked)
    return document


def _coverage_document(records: list[dict[str, str]]) -> Document:
    rows = coverage_rows(records)
    document = table_document(COVERAGE_DIMS, ("covered_from", "covered_to"), rows, _definition("coverage"))
    document["audit"] = _passed(rows, 0)
    return document


def _definition(name: str) -> dict[str, Any]:
    return {"title_cs": WORDS[name][0], "title_en": WORDS[name][1]}


def _passed(rows: Sequence[Row], attacked: int | None) -> dict[str, Any]:
    statuses = [cell.status for row in rows for cell in row.cells.values()]
    result: dict[str, Any] = {"result": "passed", "cells": len(statuses), "hidden": statuses.count(Status.HIDDEN)}
    return result if attacked is None else result | {"attacked": attacked}


def _sorted(rows: list[Row]) -> list[Row]:
    def order(row: Row) -> tuple[object, ...]:
        window = row.keys["window"]
        place = (row.keys["component"], row.keys["cohort"], row.keys["cell_set"], int(window) if window else -1)
        return (*place, row.keys["group_by"] != "all", row.keys["group_by"], row.keys["group_value"])

    return sorted(rows, key=order)


def _meta(
    con: Connection,
    run: Run,
    profile: Profile,
    rows: Sequence[MeasureRow],
    coverage: list[dict[str, str]],
    tables: Mapping[str, Document],
    known: Mapping[str, Measure],
) -> Document:
    custody = query(con, "select max(covered_to) from core.custody_coverage")[0][0]
    manifest = {name: value for name, value in run.manifest().items() if name != "started_at"}
    manifest |= {
        "covered_to": custody.isoformat() if isinstance(custody, date) else None,
        "definitions_version": definitions_version(known),
    }
    totals = {what: sum(table["audit"][what] for table in tables.values()) for what in ("cells", "hidden")}
    there = {(name, *keys) for name in _measures(rows) for keys, _ in tables[name]["rows"]}
    left_out = sum(row.key not in there for row in rows)
    return {
        "quarter": str(run.quarter),
        "run": manifest,
        "releases": releases_by_window(rows),
        "coverage": coverage,
        "synthetic": run.synthetic,
        "draft": True,
        "provisional": is_provisional(run, custody if isinstance(custody, date) else None, coverage),
        "profile": profile.describe(),
        "checked_by": None,
        "audit": {"result": "passed", **totals, "left_out": left_out},
        "revision_reason": None,
        "definitions": {name: describe(known[name]) for name in _measures(rows)},
    }


def releases_by_window(rows: Iterable[MeasureRow]) -> dict[str, list[str]]:
    """For each window in days the first and last release quarter that its published programme figures speak of."""
    spans: dict[str, list[str]] = {}
    for row in rows:
        pooled = (row.cohort, row.cell_set, row.group_by) == ("programme", "own", "all") and row.window
        if pooled and row.status == "measured" and row.period_from and row.period_to:
            known = spans.get(row.window, [row.period_from, row.period_to])
            spans[row.window] = [min(known[0], row.period_from), max(known[1], row.period_to)]
    return dict(sorted(spans.items(), key=lambda item: int(item[0])))


def is_provisional(run: Run, custody_to: date | None, coverage: Iterable[Mapping[str, str]]) -> bool:
    """True until custody and every source of the primary outcomes cover the quarter and their windows after it."""
    primary = [measure for measure in MEASURES.values() if measure.primary_window is not None]
    needed = run.quarter.last_day + timedelta(days=max((m.primary_window or 0 for m in primary), default=0))
    tables = {table for measure in primary for table in measure.tables}
    ends = [record["covered_to"] for record in coverage if record["table_name"] in tables]
    return custody_to is None or custody_to < needed or any(end < needed.isoformat() for end in ends)


def _reasons(
    measures: Mapping[str, Sequence[Planned]], curves: Sequence[Curve], plain: Sequence[PlainTable]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"table": name, "keys": plan.row.keys, "hidden": dict(sorted(plan.hidden.items()))}
        for name, planned in measures.items()
        for plan in planned
        if plan.hidden
    ]
    found += [{"table": f"curve:{c.measure}", "keys": list(c.key[1:]), "hidden": c.hidden} for c in curves if c.hidden]
    for table in plain:
        found += [
            {"table": table.id, "keys": table.keys[row], "hidden": {name: why}}
            for (row, name), why in sorted(table.hidden.items())
        ]
    return found
