"""Courses of treatment and hand-overs in core: drawn tables with the expected rows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.core_rows import core_warehouse
from tests.support.drawn import drawn

EPISODES = """
    person   | partner | start      | end        | type              | reason      | courses
    apart    | a       | 2022-01-01 | 2022-02-01 | outpatient        | dropped_out | 2
    apart    | a       | 2022-02-09 | 2022-03-01 | outpatient        | completed   | 2
    seven    | a       | 2022-01-01 | 2022-02-01 | outpatient        | transferred | 1
    seven    | b       | 2022-02-08 | 2022-03-01 | residential_short | completed   | 1
    overlap  | a       | 2022-01-01 | 2022-06-01 | opioid_agonist    | completed   | 1
    overlap  | b       | 2022-02-08 | 2022-03-01 | outpatient        | dropped_out | 1
    open     | a       | 2022-01-01 |            | outpatient        |             | 1
    open     | a       | 2023-01-01 | 2023-02-01 | outpatient        | completed   | 1
    aside    | a       | 2022-01-01 | 2022-02-01 | outpatient        | completed   | 1
    aside    | a       | 2022-02-02 | 2022-08-01 | aftercare         | completed   | 1
    """


def test_episodes_join_when_the_next_starts_within_seven_days() -> None:
    """The end is the first day without treatment; 7 days after it still joins, 8 do not; partners do not matter."""
    rows = drawn(EPISODES)
    treatments = [
        {"partner": r["partner"], "treatment_id": str(n), "person_id": r["person"], "treatment_type": r["type"],
         "setting": "community", "start_date": r["start"], "end_date_exclusive": r["end"] or None,
         "end_reason": r["reason"] or None}
        for n, r in enumerate(rows)
    ]  # fmt: skip
    found = core_warehouse({"treatment": treatments}).execute(
        "select person_id, cast(end_date_exclusive as varchar), end_reason, episodes, partners"
        " from core.treatment_course order by person_id, course_number"
    )
    assert found.fetchall() == [
        ("apart", "2022-02-01", "dropped_out", 1, 1),
        ("apart", "2022-03-01", "completed", 1, 1),
        ("aside", "2022-02-01", "completed", 1, 1),
        ("open", None, None, 2, 1),
        ("overlap", "2022-06-01", "completed", 2, 2),
        ("seven", "2022-03-01", "completed", 2, 2),
    ]


CASES = """
    case     | ended      | end_reason             | to               | released   | region | expected
    passed   | 2022-01-05 | transferred_to_partner | B                |            | CZ010  | 2022-01-05 case_transferred b
    outside  | 2022-01-05 | transferred_to_partner | outside_provider |            | CZ010  | 2022-01-05 case_transferred outside_provider
    finished | 2022-01-05 | completed              |                  |            | CZ010  |
    at_home  |            |                        |                  | 2022-03-01 | CZ010  |
    away     |            |                        |                  | 2022-03-01 | CZ064  | 2022-03-01 moved_away None
    moved_on | 2022-03-20 | transferred_to_partner | b                | 2022-03-01 | CZ064  | 2022-03-01 moved_away b
    closed   | 2022-02-01 | completed              |                  | 2022-03-01 | CZ064  |
    not_said |            |                        |                  | 2022-03-01 |        |
    later    |            |                        |                  | 2021-06-01 | CZ020  | 2021-06-01 moved_away None
    """  # noqa: E501


@pytest.mark.parametrize("row", drawn(CASES), ids=lambda row: row["case"])
def test_hand_overs_due(row: dict[str, str]) -> None:
    """Partner a serves CZ010, and CZ020 from 2022 on; one hand-over a case, on the earlier day."""
    area = [("a", "CZ010", "2021-01-01", None), ("a", "CZ020", "2022-01-01", None), ("b", "CZ064", "2021-01-01", None)]
    names = ("partner", "region", "valid_from", "valid_to")
    tables: dict[str, list[dict[str, Any]]] = {"service_area": [dict(zip(names, a, strict=True)) for a in area]}
    tables["case"] = [
        {"partner": "a", "case_id": "c", "person_id": "p", "programme": "through_the_gate",
         "agreement_date": "2021-01-02", "end_date": row["ended"] or None, "end_reason": row["end_reason"] or None,
         "handed_over_to": row["to"] or None, "region_after_release": row["region"] or None}
    ]  # fmt: skip
    if row["released"]:
        tables["release"] = [
            {"release_id": "p-1", "person_id": "p", "release_date": row["released"], "release_kind": "sentence"}
        ]
    found = core_warehouse(tables).execute("select due_date, due_reason, to_partner from core.hand_over").fetchall()
    assert [" ".join(map(str, line)) for line in found] == ([row["expected"]] if row["expected"] else [])


def test_a_later_case_that_has_ended_does_not_hide_the_open_one() -> None:
    """b's case, agreed last, ended before the release; a's is open, and a does not serve where the client goes."""
    served = [{"partner": p, "region": r, "valid_from": "2021-01-01"} for p, r in (("a", "CZ010"), ("b", "CZ064"))]
    case = {"person_id": "p", "programme": "through_the_gate", "region_after_release": "CZ064"}
    of_a = case | {"partner": "a", "case_id": "older", "agreement_date": "2021-01-02"}
    of_b = case | {"partner": "b", "case_id": "newer", "agreement_date": "2021-06-01", "end_date": "2022-02-01"}
    out = {"release_id": "p-1", "person_id": "p", "release_date": "2022-03-01", "release_kind": "sentence"}
    con = core_warehouse({"service_area": served, "case": [of_a, of_b | {"end_reason": "completed"}], "release": [out]})
    found = con.execute("select partner, case_id, cast(due_date as varchar), due_reason from core.hand_over").fetchall()
    assert found == [("a", "older", "2022-03-01", "moved_away")]
