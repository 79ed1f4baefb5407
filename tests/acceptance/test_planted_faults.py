"""Every planted fault of the sample is quarantined for the planned reason, where it stands, and nothing else is."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline.warehouse import Connection, open_readonly
from tests.acceptance.conftest import Project

pytestmark = pytest.mark.slow
MANIFEST = Path(__file__).parents[2] / "data" / "sample" / "manifest_SYNTHETIC.json"
PLACE = """{0}.partner, strftime(d.extract_date, '%Y-%m-%d'), coalesce(f.name, ''), {0}.sheet, {0}.row_number,
    {0}.table_name, {0}.record_key"""
ROWS = """select {place}, {{0}}.rule_id from validated.{table} as {{0}}
    join validated.delivery as d using (delivery_id) left join landing.file as f using (file_id) where {where}"""


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(MANIFEST.read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def con(finished: Project) -> Connection:
    return open_readonly(finished.data / "warehouse")


def rows(con: Connection, table: str, where: str) -> dict[tuple[Any, ...], str]:
    query = ROWS.format(place=PLACE, table=table, where=where).format("q")
    return {(p, day, Path(f).name, *rest): rule for p, day, f, *rest, rule in con.execute(query).fetchall()}


def planned(entries: list[dict[str, Any]]) -> dict[tuple[Any, ...], str]:
    """The manifest's rows by place; sananim's folders are named after months, so its extract is in the file's name."""
    names = ("file", "sheet", "row_number", "table", "record_key")
    found = {}
    for e in entries:
        extract = e["file"].split("_")[3] if e["partner"] == "sananim" else e["delivery"]
        found[e["partner"], extract, *(e[n] for n in names)] = e["rule_id"]
    return found


def test_exactly_the_planted_rows_are_quarantined_each_for_its_reason(
    con: Connection, manifest: dict[str, Any]
) -> None:
    assert rows(con, "quarantine", "q.rule_id <> 'parent_refused'") == planned(manifest["quarantine"])


def test_children_of_refused_parents_are_counted_apart(con: Connection, manifest: dict[str, Any]) -> None:
    found = con.execute(
        "select partner, table_name, count(*) from validated.quarantine where rule_id = 'parent_refused' group by all"
    ).fetchall()
    expected: Counter[tuple[str, str]] = Counter()
    for parent in manifest["children"]:
        for table, number in parent["children"].items():
            expected[parent["delivery"].split("/")[0], table] += number
    assert {(p, t): n for p, t, n in found} == dict(expected)


def test_duplicates_are_those_that_were_delivered_twice(con: Connection, manifest: dict[str, Any]) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for entry in manifest["duplicates"]:
        expected[entry["delivery"].split("/")[0], entry["table"]] += entry["rows"]
    found = con.execute(
        "select partner, table_name, sum(duplicate) from validated.accounting group by all having sum(duplicate) > 0"
    ).fetchall()
    assert {(p, t): int(n) for p, t, n in found} == dict(expected)


def test_warnings_are_noticed_and_their_rows_used(con: Connection, manifest: dict[str, Any]) -> None:
    assert rows(con, "finding", "q.severity = 'warning'") == planned(manifest["warnings"])


def test_conflicts_between_partners_reach_only_the_steward(con: Connection, manifest: dict[str, Any]) -> None:
    told = con.execute("select rule_id, person_id from validated.steward_note where table_name = 'person'").fetchall()
    assert set(told) >= {(c["rule_id"], c["person_id"]) for c in manifest["conflicts"]}
    assert {person for _, person in told} == {c["person_id"] for c in manifest["conflicts"]}
    rules = {c["rule_id"] for c in manifest["conflicts"]}
    assert con.execute("select count(*) from validated.finding where rule_id in ?", [sorted(rules)]).fetchone() == (0,)


def test_what_was_produced_is_what_was_written(con: Connection, manifest: dict[str, Any]) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for title, tables in manifest["rows"].items():
        expected.update({(title.split("/")[0], name): number for name, number in tables.items() if number})
    found = con.execute(
        "select partner, table_name, sum(produced) from validated.accounting group by all having sum(produced) > 0"
    ).fetchall()
    assert {(p, t): int(n) for p, t, n in found} == dict(expected)
