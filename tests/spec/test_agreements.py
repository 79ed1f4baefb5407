"""When an agreement is open, and what is said where agreements are not delivered at all."""

from __future__ import annotations

from typing import Any

from tests.support.core_rows import cell, measured
from tests.support.drawn import world

RELEASED = "2022-10-01"


def open_on_release(tables: dict[str, list[Any]]) -> set[str]:
    con = measured(tables, measures=["return_to_prison"])
    found = con.execute("select person_id from outcomes.cohort_member where cohort = 'programme_open'")
    return {person for (person,) in found.fetchall()}


def test_a_case_stays_open_for_180_days_after_the_last_direct_contact() -> None:
    tables = world(
        f"""
        person  | released   | agreed     | services
        recent  | {RELEASED} | 2022-04-04 |
        lapsed  | {RELEASED} | 2022-04-03 |
        kept    | {RELEASED} | 2022-01-03 | 2022-04-04 prison
        missed  | {RELEASED} | 2022-01-03 | 2022-04-04 prison missed
        family  | {RELEASED} | 2022-01-03 | 2022-04-04 prison family
        """
    )
    assert open_on_release(tables) == {"recent", "kept"}


def test_a_contact_that_names_no_case_is_the_clients_since_the_agreement() -> None:
    tables = world(
        f"""
        person  | released   | agreed     | services
        kept    | {RELEASED} | 2022-01-03 | 2022-04-04 prison
        other   | {RELEASED} | 2022-01-03 | 2022-04-04 prison by b
        """
    )
    tables["service"] = [row | {"case_id": None} for row in tables["service"]]
    assert open_on_release(tables) == {"kept"}


def test_a_partner_without_services_does_not_lose_its_cases_by_silence() -> None:
    """Where services are not collected nothing says that contact has ceased."""
    tables = world(f"person | released | agreed\nlong | {RELEASED} | 2021-01-03")
    assert open_on_release(tables) == set()
    tables["coverage"] = [row for row in tables["coverage"] if row["table_name"] != "service"]
    assert open_on_release(tables) == {"long"}


def test_a_client_of_two_case_managers_in_a_month_is_a_client_of_both() -> None:
    """January: Adam, then Beata have the one client; February: Beata has two. Four clients in three worker-months."""
    tables = world("person | released | agreed\nfirst | 2022-03-01 | 2022-01-05\nsecond | 2022-03-01 | 2022-02-01")
    handed = tables["case"][0]
    tables["case"][0] = handed | {"case_manager_id": "adam", "end_date": "2022-01-20", "end_reason": "completed"}
    tables["case"][1] |= {"case_manager_id": "beata", "end_date": "2022-02-20", "end_reason": "completed"}
    again = {"case_id": "again", "agreement_date": "2022-01-21", "case_manager_id": "beata"}
    tables["case"].append(handed | again | {"end_date": "2022-02-20", "end_reason": "completed"})
    found = cell(measured(tables, measures=["caseload"]), "caseload")
    assert (found["numerator"], found["denominator"]) == (4, 3)


def test_without_agreements_the_programme_is_not_collected() -> None:
    tables = world(f"person | released\nalone | {RELEASED}")
    tables["case"] = []
    tables["release"] = [row | {"drug_user": "no"} for row in tables["release"]]
    con = measured(tables)
    assert cell(con, "return_to_prison", window_days=90)["status"] == "not_applicable"
    tables["coverage"] = [row for row in tables["coverage"] if row["source"] == "custody"]
    con = measured(tables)
    assert cell(con, "return_to_prison", window_days=90)["status"] == "not_collected"
    assert cell(con, "contact_made", window_days=7)["status"] == "not_collected"
    assert cell(con, "return_to_prison", window_days=90, cohort="comparison")["status"] == "not_applicable"
    assert cell(con, "return_to_prison", window_days=90, cohort="all_releases")["denominator"] == 1


def test_a_release_of_long_ago_is_counted() -> None:
    con = measured(world("person | released\nold | 1949-12-31"), measures=["return_to_prison"])
    assert cell(con, "return_to_prison", window_days=365, cohort="all_releases")["denominator"] == 1
