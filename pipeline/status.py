"""`throughcare status` and `feedback`: what has been delivered, accepted, refused, seen and run."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from pipeline import landing, validated
from pipeline.console import out, show_files, show_json, show_table
from pipeline.errors import InputError, SettingsError
from pipeline.keeping.state import keeping_lines, rare_people
from pipeline.periods import Quarter
from pipeline.settings import Settings
from pipeline.warehouse import Connection, done_stages, open_current, open_stopped

DELIVERIES = """
    select d.partner, d.extract_date, d.kind, d.verdict, sum(a.produced)::bigint as produced,
        sum(a.accepted)::bigint as accepted, sum(a.quarantined)::bigint as quarantined,
        sum(a.duplicate)::bigint as duplicate
    from validated.delivery as d
    left join validated.accounting as a using (partner, delivery_id)
    group by all
    order by d.partner, d.extract_date, d.kind
"""
COVERAGE = """
    select source, table_name, min(covered_from) as covered_from, min(covered_to) as covered_to,
        case when bool_and(prison = '*') then 'all' else count(*)::varchar end as prisons
    from core.coverage
    group by source, table_name
    order by source, table_name
"""
REFUSED = """
    select partner, rule_id as reason, delivery_id as delivery
    from validated.delivery
    where verdict = 'refused'
    order by partner, delivery_id
"""
QUARANTINE = """
    select partner, table_name, rule_id, count(*) as rows
    from validated.quarantine
    group by all
    order by partner, table_name, rule_id
"""


def show_status(settings: Settings, day: date, *, as_json: bool) -> None:
    """Print deliveries, coverage and quarantine of the newest run, refusals, the last runs, and how all is kept.

    What has run out is judged by `day`.
    """
    found = read_status(settings) | {"rare people": rare_people(settings)}
    lines = keeping_lines(settings, day)
    found["keeping"] = [{"line": line} for line in lines]
    if as_json:
        show_json(found)
        return
    for title in ("deliveries", "coverage", "quarantine", "refused", "rare people", "runs"):
        rows = found[title]
        if rows:
            show_table(title, rows[0].keys(), (row.values() for row in rows))
    for line in lines:
        out.print(line, markup=False)


def read_status(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """The same as plain data: one list of rows per heading."""
    refused = [
        {"partner": r.partner, "reason": r.rule_id, "delivery": r.delivery_id} for r in landing.refusals(settings)
    ]
    found: dict[str, list[dict[str, Any]]] = {"refused": refused, "runs": _runs(settings)}
    con, _ = _judged(settings)
    if con is None:
        return found | {"deliveries": [], "coverage": [], "quarantine": []}
    try:
        queries = {"deliveries": DELIVERIES, "coverage": COVERAGE, "quarantine": QUARANTINE}
        if "core" not in done_stages(con):  # the run stopped before it knew what is covered
            queries["coverage"] = "select 1 where false"
        found["refused"] += _rows(con, REFUSED)
        return found | {name: _rows(con, query) for name, query in queries.items()}
    finally:
        con.close()


def show_feedback(settings: Settings, partner: str, language: str) -> None:
    """Write a partner's feedback in a language and print, newest delivery first, what it says and where it lies.

    Raises InputError when the partner has delivered nothing.
    """
    con, warehouse = _judged(settings)
    try:
        answers = validated.read_feedback(
            con, settings, known_at=_known_at(warehouse), language=language, partner=partner
        )
    finally:
        if con is not None:
            con.close()
    if not answers:
        known = sorted(p.name for p in (settings.folder("validated") / "feedback").glob("*"))
        raise InputError(
            f"There is no feedback for '{partner}'. There is some for: {', '.join(known) or 'nobody yet'}."
        )
    validated.write_answers(settings, answers, language)
    for answer in sorted(answers, key=lambda a: (str(a.extract_date or ""), a.delivery_id), reverse=True):
        out.print(validated.summary(answer), markup=False)
        path = validated.feedback_path(settings, answer, language)
        show_files(settings.root, [path.with_name(f"{path.name}.{form}") for form in ("html", "xlsx")])


def _judged(settings: Settings) -> tuple[Connection | None, Path | None]:
    """The newest warehouse whose rows were judged, and its file; none where no run has come so far."""
    try:
        return open_stopped(settings, "validated")
    except SettingsError:
        return None, None


def show_quality(settings: Settings, language: str) -> None:
    """Write the data-quality pages of the newest run in a language and print where they begin.

    Also of a run that has stopped since it judged the rows. Raises SettingsError when there is none.
    """
    con, warehouse = open_stopped(settings, "validated")
    try:
        manifest = manifest_of(warehouse)
        as_of = manifest["as_of"]
        page = validated.write_quality(
            con,
            settings,
            run_id=manifest["run_id"],
            quarter=Quarter.parse(manifest["quarter"]),
            as_of=date.fromisoformat(as_of) if as_of else None,
            language=language,
        )
    finally:
        con.close()
    show_files(settings.root, [page])


def show_linkage(settings: Settings, language: str, threshold: float) -> None:
    """Write the data steward's report on the newest run and print where it lies and how many pairs are suspected.

    Raises SettingsError when there is no finished run.
    """
    con = open_current(settings)
    try:
        page, pairs = validated.write_linkage(con, settings, language=language, threshold=threshold)
    finally:
        con.close()
    out.print(f"{pairs} pairs of pseudonyms may be one person each; nothing is joined before somebody decides.")
    show_files(settings.root, [page])


def manifest_of(warehouse: Path) -> dict[str, Any]:
    """The manifest of a warehouse's run. Raises InputError when it is gone."""
    path = warehouse.with_suffix(".json")
    if not path.exists():
        raise InputError(f"{path.name} is gone from the warehouse's folder. Run the quarter again, then ask again.")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def _known_at(warehouse: Path | None) -> date | None:
    """By which day the run of a warehouse knew its deliveries; None where it knew all."""
    known = manifest_of(warehouse)["known_at"] if warehouse else None
    return date.fromisoformat(known) if known else None


def _runs(settings: Settings) -> list[dict[str, Any]]:
    manifests = [json.loads(p.read_text("utf-8")) for p in settings.folder("warehouse").glob("*.json")]
    kept = ("run_id", "started_at", "as_of", "known_at")
    newest = sorted(manifests, key=lambda m: m["started_at"], reverse=True)
    return [{key: m[key] for key in kept} | {"came_to": next(reversed(m["counts"]), "")} for m in newest]


def _rows(con: Connection, query: str) -> list[dict[str, Any]]:
    result = con.execute(query)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
