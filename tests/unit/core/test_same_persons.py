"""A decision that two pseudonyms are one person: everything of the second is counted under the first."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipeline import core
from pipeline.errors import SettingsError
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.validated import same_persons
from tests.support.core_tables import deliver, insert, rows, warehouse
from tests.unit.core.test_core_records import case, person, service, stay

DECISION = """
[[linkage]]
persons = ["{0}", "{1}"]
decision = "{2}"
reason = "the partner had mistyped the birth number"
owner = "data steward"
date = 2023-09-01
"""


def settings(folder: Path, *decisions: tuple[str, str, str]) -> Settings:
    (folder / "decisions.toml").write_text("".join(DECISION.format(*d) for d in decisions), "utf-8")
    return Settings(root=folder, data=folder)


def built(folder: Path, *decisions: tuple[str, str, str]) -> duckdb.DuckDBPyConnection:
    con = warehouse()
    deliver(con, "custody")
    deliver(con, "a", "partner_a", extract="2021-06-30", covers=("person", "case", "service"))
    insert(con, "person", "custody", [person("p", sex="male", birth_year=1980)])
    insert(con, "custody_stay", "custody", [stay("s", "2021-01-01", "2021-05-01", planned_release_date="2021-06-01")])
    insert(con, "person", "a", [person("p"), person("q", sex="male", region="CZ064")])
    insert(con, "case", "a", [case("c", "2021-02-01", person_id="q", expected_release_date="2021-05-01")])
    insert(con, "service", "a", [service("v", "2021-03-01", person_id="q", case_id="c")])
    core.build(con, settings(folder, *decisions), Run(Quarter(2023, 2), datetime(2024, 1, 1)))
    return con


def test_without_a_decision_two_pseudonyms_are_two_persons(tmp_path: Path) -> None:
    con = built(tmp_path, ("p", "q", "different"))
    assert rows(con, "select person_id from core.person order by all") == [("p",), ("q",)]


def test_decided_same_they_are_one_person_everywhere_and_counted(tmp_path: Path) -> None:
    con = built(tmp_path, ("p", "q", "same"))
    assert rows(con, "select person_id, region, sources from core.person") == [("p", "CZ064", 2)]
    for name in ("case", "service", "expected_date"):
        assert set(rows(con, f'select person_id from core."{name}"')) == {("p",)}, name
    assert rows(con, "select prison from core.service") == [("kurim",)]  # of p's stay; the case names none
    told = "select number from core.joined_counts where what = 'pseudonyms_joined_by_decision'"
    assert rows(con, told) == [(1,)]


def test_chains_of_decisions_end_at_one_pseudonym(tmp_path: Path) -> None:
    decided = settings(tmp_path, ("a", "b", "same"), ("c", "a", "same"), ("x", "y", "different"))
    assert same_persons(decided) == {"a": "c", "b": "c"}


def test_decisions_that_contradict_each_other_stop(tmp_path: Path) -> None:
    torn = settings(tmp_path, ("a", "b", "same"), ("b", "c", "same"), ("a", "c", "different"))
    with pytest.raises(SettingsError, match="different"):
        same_persons(torn)


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ('"a", "b"', '"a", "a"', "name two pseudonyms"),
        ("mistyped", "misread", None),
        ('reason = "the partner had mistyped the birth number"', 'reason = ""', "reason"),
        ('decision = "same"', 'decision = "maybe"', "decision"),
        ("date = 2023-09-01", "", "date"),
    ],
)
def test_a_decision_needs_two_persons_a_reason_an_owner_and_a_day(
    tmp_path: Path, wrong: str, right: str, message: str | None
) -> None:
    decided = settings(tmp_path, ("a", "b", "same"))
    path = tmp_path / "decisions.toml"
    path.write_text(path.read_text("utf-8").replace(wrong, right), "utf-8")
    if message is None:
        assert same_persons(decided) == {"b": "a"}
    else:
        with pytest.raises(SettingsError, match=message):
            same_persons(decided)
