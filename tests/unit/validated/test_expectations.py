"""Great Expectations at arm's length: our four outcomes, suites made from the rules, and two counts that agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ExpectationError, SettingsError
from pipeline.model import tables
from pipeline.validated.checks import checks_of, judging_order
from pipeline.validated.expectations import count_with_expectations
from pipeline.validated.predicates import twin
from pipeline.validated.results import Result, agreed, from_expectation
from pipeline.validated.rules import read_rules
from pipeline.validated.suites import suite_text
from tests.support.counting import count_in_sql
from tests.unit.validated.conftest import Staged

FINE = {"raised_exception": False, "exception_traceback": None, "exception_message": None}


def test_counts_become_passed_or_failed() -> None:
    assert from_expectation({"result": {"element_count": 3, "unexpected_count": 0}, "exception_info": FINE}) == Result(
        "passed", 3, 0
    )
    assert from_expectation(
        {"result": {"element_count": 3, "missing_count": 1, "unexpected_count": 2}, "exception_info": FINE}
    ) == Result("failed", 2, 2)


@pytest.mark.parametrize(
    "counts",
    [{"element_count": 0, "unexpected_count": 0}, {"element_count": 4, "missing_count": 4, "unexpected_count": 0}],
)
def test_nothing_to_check_is_not_applicable_whatever_the_library_calls_it(counts: dict[str, int]) -> None:
    assert from_expectation({"success": True, "result": counts, "exception_info": FINE}) == Result("not_applicable")


@pytest.mark.parametrize(
    "found",
    [
        {"success": False, "result": {}, "exception_info": {"raised_exception": True}},
        {"success": False, "result": {}, "exception_info": {"metric_a": {"raised_exception": True}, "metric_b": FINE}},
        {"success": True, "result": {}, "exception_info": FINE},
    ],
)
def test_an_exception_or_missing_counts_is_an_error_and_never_a_pass(found: dict[str, Any]) -> None:
    assert from_expectation(found) == Result("error")


def test_an_error_and_disagreeing_counts_stop_the_run(expectations_folder: Path) -> None:
    rules = read_rules(expectations_folder / "rules")
    check = checks_of(rules, tables()["person"])[0]
    own = Result("passed", 5, 0)
    assert agreed([check], {check.name: own}, [own]) == [own]
    with pytest.raises(ExpectationError, match=r"missing_required on person.* could not be evaluated"):
        agreed([check], {check.name: Result("error")}, [own])
    with pytest.raises(ExpectationError, match="could not be evaluated"):
        agreed([check], {}, [own])
    with pytest.raises(ExpectationError, match="finds 1 of 5 rows wrong, SQL 0 of 5"):
        agreed([check], {check.name: Result("failed", 5, 1)}, [own])


def test_committed_suites_say_what_rules_and_model_say(expectations_folder: Path) -> None:
    rules = read_rules(expectations_folder / "rules")
    stale = [
        name
        for name, table in tables().items()
        if (expectations_folder / f"{name}.json").read_text("utf-8") != suite_text(rules, table)
    ]
    assert stale == [], "make them anew: python -m pipeline.validated"
    assert {p.stem for p in expectations_folder.glob("*.json")} == set(tables())


def test_suites_hold_required_columns_keys_and_code_lists(expectations_folder: Path) -> None:
    for table in tables().values():
        made = json.loads((expectations_folder / f"{table.name}.json").read_text("utf-8"))["expectations"]
        not_null = {e["kwargs"]["column"] for e in made if e["type"] == "expect_column_values_to_not_be_null"}
        in_set = {e["kwargs"]["column"] for e in made if e["type"] == "expect_column_values_to_be_in_set"}
        assert not_null >= {c.name for c in table.column if c.presence == "required"} | (set(table.key) - {"partner"})
        assert in_set == {c.name for c in table.column if c.codes}


def test_every_table_is_judged_after_those_it_refers_to(expectations_folder: Path) -> None:
    rules = read_rules(expectations_folder / "rules")
    order = [t.name for t in judging_order(rules, tables())]
    assert sorted(order) == sorted(tables())
    assert order.index("person") < order.index("case") < order.index("service")
    assert order.index("treatment") < order.index("service")
    assert order.index("family_member") < order.index("service")


def test_a_stale_suite_stops_the_run(staged: Staged, expectations_folder: Path) -> None:
    own = staged.settings.root / "expectations"
    (own / "rules").mkdir(parents=True)
    for path in (expectations_folder / "rules").glob("*.toml"):
        (own / "rules" / path.name).write_text(path.read_text("utf-8"), "utf-8")
    with pytest.raises(SettingsError, match=r"expectations/person.json .*python -m pipeline.validated"):
        staged.judge()


def test_every_rule_has_words_in_two_languages_that_say_how_to_mend_it(expectations_folder: Path) -> None:
    for rule in read_rules(expectations_folder / "rules").values():
        for words in (rule.cs, rule.en):
            assert words.title.endswith(".")
            assert words.mend.endswith(".")
        assert rule.owner


def test_problems_of_all_rule_files_are_listed_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[[rule]]\nid = "x"\n')
    (tmp_path / "b.toml").write_text("not toml")
    with pytest.raises(SettingsError) as caught:
        read_rules(tmp_path)
    text = str(caught.value)
    assert "a.toml: rule.0.severity" in text
    assert "b.toml is not valid TOML" in text


def test_an_expectation_without_a_twin_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="expect_column_values_to_match_regex"):
        twin("expect_column_values_to_match_regex", {"column": "x", "regex": "^a"})


@pytest.mark.slow
def test_the_library_and_sql_count_the_same_and_a_crash_is_an_error(staged: Staged) -> None:
    staged.delivery("d")
    for n, sex in enumerate(("neither", "male", None)):
        staged.row("person", "d", person_id=f"p{n}", sex=sex)
    for n, sarpo in enumerate((None, 0.0, 100.5)):
        staged.row("custody_stay", "d", stay_id=f"s{n}", person_id="p1", sarpo_risk=sarpo, release_date=None)
    staged.row("treatment", "d", treatment_id="t", person_id="p1")
    counts = staged.judge(counter=count_with_expectations)
    assert staged.reasons() == {
        "custody_stay:s2": "value_out_of_range",
        "person:p0": "unknown_code",
        "person:p2": "missing_required",
    }
    assert (counts["accepted"], counts["duplicate"]) == (3, 1)  # s1 equals s0

    table = tables()["person"]
    broken = {
        "name": "person",
        "expectations": [
            {
                "type": "expect_column_values_to_not_be_null",
                "kwargs": {"column": "no_such_column"},
                "meta": {"check": "x"},
            },
            {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "person_id"}, "meta": {"check": "y"}},
        ],
    }
    found = count_with_expectations(staged.con, table, broken)
    assert found == {"x": Result("error"), "y": Result("passed", 3, 0)}


@pytest.mark.slow
def test_every_committed_suite_runs_on_rows_and_agrees_with_sql(staged: Staged, expectations_folder: Path) -> None:
    staged.delivery("d")
    for name, table in tables().items():
        staged.row(name, "d", **{c.name: None for c in table.column if c.name != "partner"})
        suite = json.loads((expectations_folder / f"{name}.json").read_text("utf-8"))
        assert count_with_expectations(staged.con, table, suite) == count_in_sql(staged.con, table, suite)
