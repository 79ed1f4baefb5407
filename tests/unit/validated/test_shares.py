"""Thresholds hold to a day and by partner; what custody data contradict reaches the steward row by row alone."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.validated import load_rules
from tests.unit.validated.conftest import Staged

RELATIONS = ("finding", "steward_note")


def tolerating(staged: Staged, expectations_folder: Path, threshold: str, expires: str) -> None:
    """The project gets rules of its own, with a threshold on missing conditional values."""
    own = staged.settings.root / "expectations"
    shutil.copytree(expectations_folder, own, dirs_exist_ok=True)
    path = own / "rules" / "2_values.toml"
    marked = 'id = "missing_conditional"\n'
    path.write_text(
        path.read_text("utf-8").replace(marked, f"{marked}threshold = {threshold}\nexpires = {expires}\n"), "utf-8"
    )


def cases(staged: Staged, partner: str, wrong: int, right: int) -> None:
    """Ended agreements, some without the reason that an end calls for."""
    staged.delivery(partner, partner)
    staged.row("person", partner, person_id=f"p-{partner}")
    for n in range(wrong + right):
        reason = None if n < wrong else "completed"
        staged.row(
            "case",
            partner,
            case_id=f"{partner}{n}",
            person_id=f"p-{partner}",
            end_date=date(2022, 5, 1),
            end_reason=reason,
        )


def told(staged: Staged) -> dict[str, int]:
    return dict(
        staged.con.execute(
            "select partner, count(*) from validated.finding where rule_id = 'missing_conditional' "
            "and column_name = 'end_reason' group by all order by all"
        ).fetchall()
    )


def test_a_threshold_tolerates_a_partners_small_share_and_counts_it(staged: Staged, expectations_folder: Path) -> None:
    tolerating(staged, expectations_folder, "0.2", "2023-12-31")
    cases(staged, "partner_xx", 1, 9)
    cases(staged, "partner_yy", 2, 8)
    counts = staged.judge()
    assert told(staged) == {"partner_yy": 2}
    assert counts["tolerated_warnings"] >= 1


def test_a_threshold_past_its_expiry_stops_the_run(staged: Staged, expectations_folder: Path) -> None:
    tolerating(staged, expectations_folder, "0.2", "2023-08-14")  # the run's as-of date is the day after
    with pytest.raises(SettingsError, match="threshold of missing_conditional ended on 2023-08-14"):
        staged.judge()


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ('severity = "warning"', 'severity = "warning"\nthreshold = 0.1', "needs the day on which it expires"),
        ('severity = "row"', 'severity = "row"\nthreshold = 0.1\nexpires = 2030-01-01', "only a warning"),
        ('tables = ["service"]', 'tables = ["servis"]', "no table servis"),
        ('column = "sarpo_risk"', 'column = "sarpo"', "no column sarpo in custody_stay"),
        ("expect_column_values_to_be_between", "expect_column_values_to_be_near", "no expectation"),
        ('owner = "data steward"', 'owner = " "', "owner"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_by_name(
    staged: Staged, expectations_folder: Path, wrong: str, right: str, message: str
) -> None:
    own = staged.settings.root / "expectations" / "rules"
    shutil.copytree(expectations_folder / "rules", own)
    path = own / "2_values.toml"
    text = path.read_text("utf-8")
    assert wrong in text
    path.write_text(text.replace(wrong, right, 1), "utf-8")
    (own / "9_more.toml").write_text('[[rule]]\nid = "X"\nseverity = "row"\n', "utf-8")
    with pytest.raises(SettingsError, match=message) as raised:
        load_rules(staged.settings)
    assert "9_more.toml" in str(raised.value)  # all files' problems at once


def custody(staged: Staged) -> None:
    staged.delivery("custody", "custody_source", tables=["person", "custody_stay"])
    staged.row("person", "custody", person_id="held")
    staged.row("custody_stay", "custody", stay_id="s", person_id="held", release_date=date(2022, 3, 1))


def test_agreements_that_custody_data_contradict_are_the_stewards_and_counted_for_the_partner(staged: Staged) -> None:
    custody(staged)
    staged.delivery("d", tables=["person", "case"])
    staged.row("person", "d", person_id="held")
    staged.row("person", "d", person_id="elsewhere")
    for key, person, prison in (("a", "held", "brno"), ("b", "held", "plzen"), ("c", "elsewhere", "brno")):
        staged.row("case", "d", case_id=key, person_id=person, prison=prison)
    staged.row("case", "d", case_id="before", person_id="elsewhere", prison="brno", agreement_date=date(2020, 1, 1))
    staged.row("case", "d", case_id="nowhere", person_id="elsewhere", prison=None)
    staged.judge()
    rule = "rule_id = 'agreement_without_stay'"
    found = [
        staged.con.execute(f"select record_key from validated.{name} where {rule} order by all").fetchall()
        for name in RELATIONS
    ]
    assert found == [[], [("b",), ("c",)]]
    assert staged.con.execute(f"select partner, checked, failed from validated.rule_share where {rule}").fetchall() == [
        ("partner_xx", 3, 2)
    ]


def test_without_custody_data_nothing_is_held_against_them(staged: Staged) -> None:
    staged.delivery("d", tables=["person", "case"])
    staged.row("person", "d", person_id="p")
    staged.row("case", "d", case_id="a", person_id="p", prison="brno")
    staged.judge()
    assert staged.con.execute("select count(*) from validated.rule_share").fetchone() == (0,)
    assert staged.con.execute("select count(*) from validated.steward_note").fetchone() == (0,)


def test_returns_and_meetings_at_the_gate_are_held_against_stays(staged: Staged) -> None:
    custody(staged)
    staged.delivery("d", tables=["person", "case", "service"])
    staged.row("person", "d", person_id="held")
    for key, day in (("true", date(2022, 2, 1)), ("false", date(2022, 9, 1))):
        staged.row("case", "d", case_id=key, person_id="held", end_date=day, end_reason="imprisoned")
    for key, day in (("true", date(2022, 3, 2)), ("false", date(2022, 3, 9))):
        staged.row("service", "d", service_id=key, person_id="held", service_date=day, setting="gate")
    staged.judge()
    found = staged.con.execute("select rule_id, record_key from validated.steward_note order by all").fetchall()
    assert found == [("gate_without_release", "false"), ("imprisoned_without_stay", "false")]
