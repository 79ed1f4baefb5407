"""Between releases: what only few people moved is repeated with its day; breakdowns refresh once a year."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.disclosure import draft, is_current, open_bundle, release
from pipeline.disclosure.bundle import Bundle
from pipeline.warehouse import Connection
from tests.support.measures import margin
from tests.support.outcomes_db import project, run_of, warehouse

PEOPLE = {"a": range(150), "b": range(150, 300)}


def of(people: Mapping[str, range | list[int]], group_by: str = "planned") -> Connection:
    """A warehouse with one cell a group, and the people in it; every second one is in the numerator."""
    groups = {name: (len(members), sum(p % 2 == 0 for p in members)) for name, members in people.items()}
    con = warehouse(margin(groups, group_by))
    rows = [
        (str(person), int(person % 2 == 0), *(name if group_by == g else None for g in ("partner", "planned")))
        for name, members in people.items()
        for person in members
    ]
    con.executemany(
        "insert into outcomes.unit_row (measure, component, cohort, cell_set, window_days, scope, person_id, state, "
        "amount, number, possible, unobserved, partner, planned) values "
        "('contact_made', '', 'programme', 'own', 7, 'groups', "
        "?, 'measured', 1, ?, 0, 0, ?, ?)",
        rows,
    )
    return con


def released(root: Path, con: Connection, quarter: str, sha: str) -> Bundle:
    folder = draft(con, project(root), run_of(quarter=quarter, sha256=sha * 32))
    return open_bundle(release(project(root), folder, checked_by="A"))


def test_a_swap_of_three_people_is_repeated_with_its_day_and_said_so(tmp_path: Path) -> None:
    """Three leave and three come: 150 again, and the six are too few to show."""
    first = released(tmp_path, of(PEOPLE), "2023Q1", "ab")
    swapped = {"a": [*range(3, 150), *range(400, 403)], "b": range(150, 300)}
    second = released(tmp_path, of(swapped), "2023Q2", "cd")
    table = second.table("contact_made")
    cell = table.cell("x", group_value="a")
    assert (cell.value, cell.published_on) == (
        first.table("contact_made").cell("x", group_value="a").value,
        "2023-08-15",
    )
    assert table.cell("x", group_value="b").published_on == ""
    assert {(c["keys"]["group_value"], c["why"]) for c in second.changes} == {("a", "few_moved"), ("", "few_moved")}


def test_many_who_move_refresh_the_cell(tmp_path: Path) -> None:
    released(tmp_path, of(PEOPLE), "2023Q1", "ab")
    second = released(tmp_path, of({"a": range(20, 150), "b": range(150, 300)}), "2023Q2", "cd")
    cell = second.table("contact_made").cell("n", group_value="a")
    assert (cell.value, cell.published_on) == (130, "")
    changed = [c for c in second.changes if c["statistic"] == "n" and c["keys"]["group_value"] == "a"]
    assert [(c["before"], c["quarter"], c["why"]) for c in changed] == [(150, "2023Q1", "refreshed")]


@pytest.mark.parametrize(("quarter", "value"), [("2023Q2", 150), ("2023Q4", 150), ("2024Q1", 130)])
def test_breakdowns_by_partner_refresh_once_a_year(tmp_path: Path, quarter: str, value: int) -> None:
    released(tmp_path, of(PEOPLE, "partner"), "2023Q1", "ab")
    later = {"a": range(20, 150), "b": range(150, 320)}
    second = released(tmp_path, of(later, "partner"), quarter, "cd")
    assert second.table("contact_made").cell("n", group_value="a").value == value
    assert bool(second.table("contact_made").cell("n", group_value="a").published_on) == (value == 150)


def test_a_repeated_value_keeps_its_first_day_and_its_year(tmp_path: Path) -> None:
    """Repeating is no new publication: the year runs from the day the value was new."""
    released(tmp_path, of(PEOPLE, "partner"), "2023Q1", "ab")
    released(tmp_path, of({"a": range(20, 150), "b": range(150, 320)}, "partner"), "2023Q3", "cd")
    third = released(tmp_path, of({"a": range(20, 150), "b": range(150, 320)}, "partner"), "2024Q1", "ef")
    assert third.table("contact_made").cell("n", group_value="a").value == 130


def test_without_the_rule_a_swap_would_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control is what keeps the old value: without it the new one stands there."""
    monkeypatch.setattr("pipeline.disclosure.refresh.moved", lambda *_: 0)
    released(tmp_path, of(PEOPLE), "2023Q1", "ab")
    second = released(tmp_path, of({"a": range(4, 150), "b": range(150, 300)}), "2023Q2", "cd")
    assert second.table("contact_made").cell("n", group_value="a").published_on == ""


def test_who_was_in_a_cell_is_kept_in_the_house_and_only_as_keyed_digests(tmp_path: Path) -> None:
    bundle = released(tmp_path, of(PEOPLE), "2023Q1", "ab")
    internal = tmp_path / "data" / "disclosure" / "internal"
    assert (internal / "members.key").stat().st_mode & 0o077 == 0
    assert (internal / f"{bundle.meta.bundle_id}.members.parquet").exists()
    assert not list(bundle.path.glob("*.parquet"))


def test_a_draft_is_made_again_when_something_was_released_since(tmp_path: Path) -> None:
    waiting = run_of(quarter="2023Q3")
    draft(of(PEOPLE), project(tmp_path), waiting)
    assert is_current(project(tmp_path), waiting)
    released(tmp_path, of(PEOPLE), "2023Q1", "cd")
    assert not is_current(project(tmp_path), waiting)
    draft(of(PEOPLE), project(tmp_path), waiting)
    assert is_current(project(tmp_path), waiting)
