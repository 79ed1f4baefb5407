"""Every rule with a row that breaks it and one that does not: literals in, reasons out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.validated.conftest import Staged

STAY = {"stay_id": "s", "person_id": "p"}
CASE = {"case_id": "c", "person_id": "p"}
SERVICE = {"service_id": "v", "person_id": "p", "case_id": "c"}
TREATMENT = {"treatment_id": "t", "person_id": "p"}
ENTRY = {
    "entry_id": "e",
    "person_id": "p",
    "entry_date": date(2022, 5, 2),
    "ever_treated": "unknown",
    "primary_drug": "heroin",
}

BROKEN: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    # rule, table, values that break it, values that do not
    ("missing_required", "custody_stay", STAY | {"prison": None}, STAY),
    ("unknown_code", "custody_stay", STAY | {"prison": "alcatraz"}, STAY | {"prison": "valdice"}),
    (
        "unknown_code",
        "treatment_entry",
        ENTRY | {"secondary_drugs": "heroin pervitin"},
        ENTRY | {"secondary_drugs": " heroin, mdma;other "},
    ),
    ("value_out_of_range", "custody_stay", STAY | {"sarpo_risk": 100.5}, STAY | {"sarpo_risk": 100.0}),
    ("value_out_of_range", "custody_stay", STAY | {"prior_terms": -1}, STAY | {"prior_terms": 0}),
    ("value_out_of_range", "custody_stay", STAY | {"sentence_days": 0}, STAY | {"sentence_days": 1}),
    ("value_out_of_range", "service", SERVICE | {"minutes": 1441}, SERVICE | {"minutes": 1440}),
    (
        "release_before_admission",
        "custody_stay",
        STAY | {"admission_date": date(2022, 5, 2), "release_date": date(2022, 5, 1)},
        STAY | {"admission_date": date(2022, 5, 2), "release_date": date(2022, 5, 2)},
    ),
    (
        "end_before_start",
        "case",
        CASE | {"agreement_date": date(2022, 5, 2), "end_date": date(2022, 5, 1)},
        CASE | {"agreement_date": date(2022, 5, 2), "end_date": date(2022, 5, 2)},
    ),
    (
        "end_before_start",
        "treatment",
        TREATMENT | {"start_date": date(2022, 5, 2), "end_date_exclusive": date(2022, 5, 1)},
        TREATMENT | {"start_date": date(2022, 5, 2), "end_date_exclusive": date(2022, 5, 3)},
    ),
    (
        "closed_before_raised",
        "need",
        {"need_id": "n", "case_id": "c", "raised_date": date(2022, 5, 2), "closed_date": date(2022, 5, 1)},
        {"need_id": "n", "case_id": "c", "raised_date": date(2022, 5, 2), "closed_date": date(2022, 5, 2)},
    ),
    (
        "resolved_before_received",
        "complaint",
        {"complaint_id": "x", "received_date": date(2022, 5, 2), "resolved_date": date(2022, 5, 1)},
        {"complaint_id": "x", "received_date": date(2022, 5, 2), "resolved_date": date(2022, 5, 2)},
    ),
    # p is born in 1985
    (
        "birth_after_admission",
        "custody_stay",
        STAY | {"admission_date": date(1984, 12, 31)},
        STAY | {"admission_date": date(2000, 1, 1)},
    ),
    (
        "age_out_of_range",
        "custody_stay",
        STAY | {"admission_date": date(1999, 12, 31)},
        STAY | {"admission_date": date(2000, 1, 1)},
    ),
    ("age_out_of_range", "person", {"person_id": "q", "birth_year": 2009}, {"person_id": "q", "birth_year": 2008}),
    ("age_out_of_range", "person", {"person_id": "q", "birth_year": 1921}, {"person_id": "q", "birth_year": 1922}),
    # the extract is of 31 July 2023
    (
        "after_extract_date",
        "service",
        SERVICE | {"service_date": date(2023, 8, 1)},
        SERVICE | {"service_date": date(2023, 7, 31)},
    ),
    (
        "after_extract_date",
        "treatment",
        TREATMENT | {"end_date_exclusive": date(2023, 8, 2)},
        TREATMENT | {"end_date_exclusive": date(2023, 8, 1)},
    ),
    ("unknown_person", "treatment", TREATMENT | {"person_id": "nobody"}, TREATMENT),
    ("unknown_case", "service", SERVICE | {"case_id": "none"}, SERVICE | {"case_id": None}),
    ("unknown_treatment", "service", SERVICE | {"treatment_id": "none"}, SERVICE),
    ("unknown_family_member", "service", SERVICE | {"family_member_id": "none"}, SERVICE),
]


@pytest.mark.parametrize(("rule", "table", "wrong", "right"), BROKEN)
def test_a_row_that_breaks_a_rule_is_quarantined_for_it_and_its_neighbour_is_not(
    staged: Staged, rule: str, table: str, wrong: dict[str, Any], right: dict[str, Any]
) -> None:
    staged.delivery("d")
    staged.row("person", "d", person_id="p")
    if table != "case":
        staged.row("case", "d", **CASE)
    key = next(iter(wrong))
    staged.row(table, "d", **(wrong | {key: "wrong"}))
    staged.row(table, "d", **(right | {key: "right"}))
    staged.judge()
    assert staged.reasons() == {f"{table}:wrong": rule}
    assert (rule, "wrong") in staged.findings()


def test_plans_may_lie_after_the_extract(staged: Staged) -> None:
    later = date(2025, 1, 1)
    staged.delivery("d")
    staged.row("person", "d", person_id="p")
    staged.row("custody_stay", "d", **STAY, planned_release_date=later)
    staged.row("case", "d", **CASE, agreement_end_planned=later, expected_release_date=later)
    staged.judge()
    assert staged.reasons() == {}


def test_the_first_rule_is_the_reason_and_every_rule_is_a_finding(staged: Staged) -> None:
    staged.delivery("d")
    staged.row("custody_stay", "d", **STAY | {"person_id": "nobody"}, prison="alcatraz", release_date=date(2020, 1, 1))
    staged.judge()
    assert staged.reasons() == {"custody_stay:s": "unknown_code"}
    assert {rule for rule, _ in staged.findings()} == {"unknown_code", "release_before_admission", "unknown_person"}


WARNED: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "service_outside_case",
        "service",
        SERVICE | {"service_date": date(2022, 12, 16)},
        SERVICE | {"service_date": date(2022, 12, 15)},
    ),
    (
        "service_outside_case",
        "service",
        SERVICE | {"service_date": date(2021, 11, 16)},
        SERVICE | {"service_date": date(2021, 11, 17)},
    ),
    ("person_differs", "service", SERVICE | {"person_id": "q"}, SERVICE),
    (
        "after_death",
        "service",
        SERVICE | {"person_id": "dead", "case_id": None, "service_date": date(2022, 6, 2)},
        SERVICE | {"person_id": "dead", "case_id": None, "service_date": date(2022, 6, 2), "recipient": "family"},
    ),
    ("missing_conditional", "service", SERVICE | {"setting": None}, SERVICE | {"setting": None, "direct": False}),
]


@pytest.mark.parametrize(("rule", "table", "odd", "right"), WARNED)
def test_a_warning_is_told_and_the_row_stays(
    staged: Staged, rule: str, table: str, odd: dict[str, Any], right: dict[str, Any]
) -> None:
    staged.delivery("d")
    for person in ("p", "q", "dead"):
        staged.row("person", "d", person_id=person)
    staged.row("death", "d", person_id="dead")
    ended = {"referral_date": date(2021, 12, 1), "end_date": date(2022, 12, 1), "end_reason": "completed"}
    staged.row("case", "d", **CASE, **ended)
    key = next(iter(odd))
    staged.row(table, "d", **(odd | {key: "odd"}))
    staged.row(table, "d", **(right | {key: "right"}))
    staged.judge()
    assert staged.reasons() == {}
    assert staged.findings() == {(rule, "odd")}


def test_overlapping_stays_are_a_warning_and_touching_ones_are_not(staged: Staged) -> None:
    staged.delivery("d")
    staged.row("person", "d", person_id="p")
    days = [("a", 1, 10), ("b", 9, 20), ("c", 20, 25)]
    for stay, first, last in days:
        dates = {"admission_date": date(2022, 3, first), "release_date": date(2022, 3, last)}
        staged.row("custody_stay", "d", stay_id=stay, person_id="p", **dates, release_reason="transfer_out")
    staged.judge()
    assert staged.findings() == {("overlapping_stays", "a"), ("overlapping_stays", "b")}
    assert staged.reasons() == {}


def test_what_compares_two_partners_goes_to_the_steward_alone(staged: Staged) -> None:
    staged.delivery("d", "partner_xx")
    staged.delivery("e", "partner_yy")
    staged.row("person", "d", person_id="p", sex="male", birth_year=1980)
    staged.row("person", "e", person_id="p", sex="female", birth_year=1982)
    staged.row("person", "d", person_id="near", birth_year=1980)
    staged.row("person", "e", person_id="near", birth_year=1981)
    staged.row("death", "e", person_id="p", death_date=date(2022, 6, 1))
    staged.row("treatment", "d", treatment_id="t", person_id="p", start_date=date(2022, 7, 1))
    staged.judge()
    assert staged.findings() == set()
    notes = staged.con.execute(
        "select rule_id, partner, record_key from validated.steward_note order by 1, 2"
    ).fetchall()
    assert notes == [
        ("after_death_elsewhere", "partner_xx", "t"),
        ("birth_year_differs", "partner_xx", "p"),
        ("birth_year_differs", "partner_yy", "p"),
        ("sex_differs", "partner_xx", "p"),
        ("sex_differs", "partner_yy", "p"),
    ]
