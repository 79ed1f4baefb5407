"""A quarter computed again: each cell that differs is listed with why it may."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline import backtest as again
from pipeline import flow
from pipeline.disclosure import Bundle, draft, open_bundle
from pipeline.disclosure.store import as_document, write_bundle
from pipeline.keeping import audit
from pipeline.run import Input, Run
from pipeline.settings import Settings
from tests.support.bundles import literal_bundle, literal_meta, literal_tables
from tests.support.outcomes_db import project, run_of
from tests.support.releases import counted, released

Change = Callable[[dict[str, Any], dict[str, Any]], None]
NOW = datetime(2023, 9, 1)


def one_more(meta: dict[str, Any], tables: dict[str, Any]) -> None:
    """The first rate of the first row is another."""
    row = tables["contact_made"]["rows"][0][1]
    row[tables["contact_made"]["statistics"].index("rate")][0] = 61


def today(folder: Path, *changes: Change) -> Bundle:
    """The literal bundle as today's draft, after changes to meta and tables."""
    meta, tables = literal_meta(synthetic=True, draft=True), literal_tables()
    for change in changes:
        change(meta, tables)
    return open_bundle(write_bundle(folder / "draft", as_document(meta, tables)))


def new_code(meta: dict[str, Any], tables: dict[str, Any]) -> None:
    meta["run"]["code_version"] = "n3w"


def new_definition(meta: dict[str, Any], tables: dict[str, Any]) -> None:
    meta["definitions"]["contact_made"]["definition_en"] = "Something else."


def new_settings(meta: dict[str, Any], tables: dict[str, Any]) -> None:
    meta["run"]["settings_hash"] = "0ther"


@pytest.fixture
def published(tmp_path: Path) -> Bundle:
    return open_bundle(literal_bundle(tmp_path / "disclosure"))


def result(published: Bundle, draft: Bundle, gone: tuple[str, ...] = ()) -> again.Backtest:
    return again.compare(published, draft, again.changes_between(published, draft, gone))


def test_the_same_numbers_do_not_differ(published: Bundle, tmp_path: Path) -> None:
    found = result(published, today(tmp_path, new_code))
    assert found.differences == ()
    assert found.compared > 150
    assert found.lines()[:2] == [
        f"{published.meta.bundle_id}: {found.compared} cells compared, 0 differ.",
        "code changed since the release",
    ]


@pytest.mark.parametrize(
    ("changes", "gone", "cause"),
    [
        ((one_more,), (), "none found"),
        ((one_more, new_code), (), "code"),
        ((one_more,), ("magdalena/d1",), "data"),
        ((one_more, new_definition), (), "definition"),
        ((one_more, new_settings), (), "settings"),
        ((one_more, new_code), ("magdalena/d1",), "data or code"),
        ((one_more, new_code, new_definition), ("magdalena/d1",), "definition"),
    ],
)
def test_a_cell_that_differs_names_its_cause(
    published: Bundle, tmp_path: Path, changes: tuple[Change, ...], gone: tuple[str, ...], cause: str
) -> None:
    found = result(published, today(tmp_path, *changes), gone)
    (one,) = found.differences
    assert (one.table, one.statistic, one.published, one.today) == (
        "contact_made", "rate", (60, "rounded"), (61, "rounded"),
    )  # fmt: skip
    assert one.cause == cause
    assert f"rate: 60 → 61 ({cause})" in found.lines()[-1]


def test_a_table_that_is_gone_is_every_one_of_its_cells(published: Bundle, tmp_path: Path) -> None:
    def drop(meta: dict[str, Any], tables: dict[str, Any]) -> None:
        del tables["data_quality"]

    found = result(published, today(tmp_path, drop))
    assert {(item.table, item.today) for item in found.differences} == {("data_quality", (None, "absent"))}
    assert len(found.differences) == 4


def test_differences_are_kept_in_the_house_as_a_table(published: Bundle, tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, data=tmp_path)
    path = again.write_differences(settings, result(published, today(tmp_path, one_more, new_code)))
    assert path.parent.name == "internal"
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert [(row["published"], row["today"], row["cause"]) for row in rows] == [("60", "61", "code")]


def test_the_ledger_is_that_of_the_day_of_the_release(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, data=tmp_path)
    lines = [json.dumps({"bundle": name, "n": n}) for name, n in (("a", 1), ("a", 2), ("b", 1), ("a", 3), ("c", 1))]
    (settings.folder("disclosure") / "ledger.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    assert again.ledger_before(settings, "b").splitlines() == lines[:2]
    assert again.ledger_before(settings, "a") == ""
    assert len(again.ledger_before(settings, "unknown").splitlines()) == 5


def test_it_runs_on_the_bundle_s_own_deliveries_and_leaves_nothing(
    published: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(root=tmp_path, data=tmp_path)
    settings.folder("landing")
    seen: list[tuple[Path, Run]] = []

    def with_inputs(_: Settings, run: Run) -> Run:
        later = Input("magdalena", "later", "ff" * 32)
        return Run(run.quarter, run.started_at, run.as_of, inputs=(Input("magdalena", "d1", "ab" * 32), later))

    def make_draft(scratch: Settings, outcome: flow.Outcome, _: object) -> None:
        seen.append((scratch.data, outcome.run))
        meta, tables = literal_meta(synthetic=True, draft=True), literal_tables()
        write_bundle(scratch.folder("disclosure") / "draft" / outcome.run.run_id, as_document(meta, tables))

    monkeypatch.setattr(flow, "with_inputs", with_inputs)
    monkeypatch.setattr(flow, "fill_warehouse", lambda *_: None)
    monkeypatch.setattr(flow, "make_draft", make_draft)
    done = again.backtest(settings, published.path, SimpleNamespace(), started_at=NOW)  # type: ignore[arg-type]
    ((scratch, run),) = seen
    assert [item.delivery_id for item in run.inputs] == ["d1"]
    assert str(run.as_of) == "2023-08-15"
    assert (done.differences, done.changes.data) == ((), ())
    assert scratch.parent == tmp_path
    assert not scratch.exists()


def test_a_delivery_that_is_no_longer_there_is_named(
    published: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(root=tmp_path, data=tmp_path)
    monkeypatch.setattr(flow, "with_inputs", lambda _, run: run)
    monkeypatch.setattr(flow, "fill_warehouse", lambda *_: None)

    def make_draft(scratch: Settings, outcome: flow.Outcome, _: object) -> None:
        document = as_document(literal_meta(synthetic=True, draft=True), literal_tables())
        write_bundle(scratch.folder("disclosure") / "draft" / outcome.run.run_id, document)

    monkeypatch.setattr(flow, "make_draft", make_draft)
    done = again.backtest(settings, published.path, SimpleNamespace(), started_at=NOW)  # type: ignore[arg-type]
    assert done.changes.data == ("delivery missing or changed: magdalena/d1",)
    assert "delivery missing or changed: magdalena/d1" in done.lines()


def test_what_was_erased_since_the_release_is_data_that_changed(
    published: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def lost(_: Settings, day: object, *, after: object) -> list[str]:
        asked.extend((day, after))
        return ["People have been erased since."]

    monkeypatch.setattr(again.landing, "lost_since", lost)
    settings = Settings(root=tmp_path, data=tmp_path)
    monkeypatch.setattr(flow, "with_inputs", lambda _, run: run)
    monkeypatch.setattr(flow, "fill_warehouse", lambda *_: None)

    def make_draft(scratch: Settings, outcome: flow.Outcome, _: object) -> None:
        document = as_document(literal_meta(synthetic=True, draft=True), literal_tables())
        write_bundle(scratch.folder("disclosure") / "draft" / outcome.run.run_id, document)

    monkeypatch.setattr(flow, "make_draft", make_draft)
    done = again.backtest(settings, published.path, SimpleNamespace(), started_at=NOW)  # type: ignore[arg-type]
    assert "People have been erased since." in done.lines()
    moment = again.released_at(settings, published.path)
    assert asked == [moment.date(), moment]


def test_a_restored_bundle_was_released_when_the_audit_log_says(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, data=tmp_path)
    bundle = tmp_path / "2023Q2-0a"
    bundle.mkdir()
    (bundle / "bundle.json").write_text("{}", "utf-8")
    assert again.released_at(settings, bundle).year > 2023
    audit.append(settings, {"command": "publish", "bundle": bundle.name}, at=datetime(2023, 8, 1))
    audit.append(settings, {"command": "release", "bundle": bundle.name}, at=datetime(2023, 8, 2))
    assert again.released_at(settings, bundle) == datetime(2023, 8, 2)


def test_a_later_quarter_is_computed_again_beside_what_was_released_before_it(tmp_path: Path) -> None:
    """The second quarter repeats what three people moved; without what is remembered of the first it could not."""
    first, later = {"a": range(150), "b": range(150, 300)}, {"a": range(3, 150), "b": range(150, 330)}
    released(tmp_path, counted(first), "2023Q1")
    second = released(tmp_path, counted(later), "2023Q2")
    settings = project(tmp_path)
    with again._scratch(settings, second.meta.bundle_id) as scratch:
        now = open_bundle(draft(counted(later), scratch, run_of(quarter="2023Q2")))
        assert again.compare(second, now, again.changes_between(second, now, ())).differences == ()
        assert now.table("contact_made").cell("n", group_value="a").published_on == "2023-08-15"
