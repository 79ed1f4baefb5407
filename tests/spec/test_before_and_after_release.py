"""Treatment that goes on, work before release, documents, deaths: drawn tables with the expected number per person."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.disclosure.never import allowed
from tests.support.core_rows import cell, measured
from tests.support.drawn import coverage, verdicts, world
from tests.support.measures import cell as literal


def test_treatment_continued_is_about_those_treated_in_prison() -> None:
    """Treatment in prison counts when open in the last 30 days: 30 days before 2022-01-31 is 2022-01-01."""
    tables = world(
        """
        person  | released   | treatments
        went_on | 2022-01-31 | 2021-10-01 prison_unit prison until 2022-01-02; 2022-02-21 outpatient community
        late    | 2022-01-31 | 2021-10-01 prison_unit prison; 2022-02-22 outpatient community
        ended   | 2022-01-31 | 2021-10-01 prison_unit prison until 2022-01-01; 2022-02-01 outpatient community
        outside | 2022-01-31 | 2022-02-01 outpatient community
        """
    )
    assert verdicts(tables, "treatment_continued", 21) == {"went_on": "yes", "late": "no"}


OAT = """
    person   | released   | treatments
    same_day | 2022-01-31 | 2021-10-01 opioid_agonist prison until 2022-01-31; 2022-01-31 opioid_agonist community
    in_three | 2022-01-31 | 2021-10-01 opioid_agonist prison; 2022-02-03 opioid_agonist community
    in_four  | 2022-01-31 | 2021-10-01 opioid_agonist prison; 2022-02-04 opioid_agonist community
    stopped  | 2022-01-31 | 2021-10-01 opioid_agonist prison until 2022-01-27; 2022-02-01 opioid_agonist community
    other    | 2022-01-31 | 2021-10-01 opioid_agonist prison; 2022-02-01 outpatient community
    """


@pytest.mark.parametrize(("gap", "expected"), [(3, ("yes", "yes", "no", "no", "no")), (7, ("yes",) * 4 + ("no",))])
def test_gap_in_opioid_agonist_treatment(gap: int, expected: tuple[str, ...]) -> None:
    """The gap runs from the end in prison, at the latest from release; treatment stopped four days before counts."""
    names = ("same_day", "in_three", "in_four", "stopped", "other")
    assert verdicts(world(OAT), "oat_continued", gap) == dict(zip(names, expected, strict=True))


def readings(tables: dict[str, list[Any]], measure: str) -> dict[str, str]:
    rows = measured(tables, measures=[measure]).execute(
        "select person_id, number, possible from outcomes.unit where measure = ? order by 1", [measure]
    )
    return {person: "yes" if x else "possible" if possible else "no" for person, x, possible in rows.fetchall()}


def test_two_direct_contacts_in_sixty_days_before_release() -> None:
    """60 days before 2022-03-02 is 2022-01-01; the day of release does not count."""
    text = """
        person  | released   | services
        twice   | 2022-03-02 | 2022-01-01 prison; 2022-03-01 phone
        once    | 2022-03-02 | 2022-01-10 prison; 2021-12-31 prison
        on_day  | 2022-03-02 | 2022-01-10 prison; 2022-03-02 gate
        missed  | 2022-03-02 | 2022-01-10 prison; 2022-01-11 prison missed; 2022-01-12 prison family
        """
    expected = {"twice": "yes", "once": "no", "on_day": "no", "missed": "no"}
    assert readings(world(text), "pre_release_contacts") == expected
    shorter = world(text, partner_to={"a": "2022-02-28"})
    assert readings(shorter, "pre_release_contacts") == {k: v.replace("no", "possible") for k, v in expected.items()}


def test_documents_at_release_by_the_last_record() -> None:
    """Records to seven days after release; no record or no answer leaves a doubt."""
    tables = world("person | released\nhas | 2022-03-02\nlost | 2022-03-02\nlater | 2022-03-02\nnone | 2022-03-02")
    tables["coverage"].append(coverage("a", "living_status", "2023-07-31"))
    rows = [("has", "2022-03-09", "yes"), ("has", "2021-03-01", "no"), ("lost", "2022-03-01", "no")]
    rows += [("lost", "2022-02-01", "yes"), ("later", "2022-03-10", "yes")]
    tables["living_status"] = [
        {"partner": "a", "status_id": str(n), "person_id": name, "status_date": day, "documents": answer}
        for n, (name, day, answer) in enumerate(rows)
    ]
    found = {"has": "yes", "later": "possible", "lost": "no", "none": "possible"}
    assert readings(tables, "documents_at_release") == found


def test_missed_appointments_leave_out_what_was_cancelled() -> None:
    tables = world(
        """
        person | released   | services
        one    | 2022-03-02 | 2022-01-01 prison; 2022-03-20 phone missed; 2022-03-21 phone
        """
    )
    tables["service"][2]["attendance"] = "cancelled_by_partner"
    found = cell(measured(tables, measures=["missed_share"]), "missed_share")
    assert (found["numerator"], found["denominator"]) == (1, 2)


def test_only_the_client_can_miss_an_appointment() -> None:
    """Work at the desk, with an authority or with the family alone is no appointment with the client."""
    tables = world(
        """
        person | released   | services
        one    | 2022-03-02 | 2022-03-20 phone missed; 2022-03-21 phone; 2022-03-22 phone indirect
        two    | 2022-03-02 | 2022-03-23 phone; 2022-03-24 phone family; 2022-03-25 community family missed
        """
    )
    tables["service"][3]["recipient"] = "authority"
    tables["service"][0]["direct"] = False  # nobody came, so a partner that counts heads writes 0
    found = cell(measured(tables, measures=["missed_share"]), "missed_share")
    assert (found["numerator"], found["denominator"]) == (1, 2)


def test_deaths_per_thousand_person_years_at_liberty() -> None:
    """Days 0 to 6 are seven days; who returns on day 3 was free for three; a death in prison does not count."""
    tables = world(
        """
        person   | released   | died       | stays
        alive    | 2021-06-30 |            |
        day_6    | 2021-06-30 | 2021-07-06 |
        returned | 2021-06-30 | 2021-07-06 | 2021-07-03 remand
        """
    )
    tables["coverage"].append(coverage("custody", "death", "2023-07-31"))
    con = measured(tables, measures=["post_release_death"])
    week = cell(con, "post_release_death", component="days_0_6")
    assert (week["numerator"], week["denominator"]) == (1, 7 + 7 + 3)
    assert week["value"] == pytest.approx(1000 * 1 / (17 / 365.25))
    assert cell(con, "post_release_death", component="days_7_13")["denominator"] == 7


def test_deaths_are_never_released() -> None:
    inside = literal(400, 40, measure="post_release_death", component="days_0_6", kind="ratio")
    kept = literal(400, 40)
    assert allowed([inside, kept]) == [kept]


def test_treatment_of_another_kind_of_data_is_not_collected() -> None:
    """A partner that delivers no treatments leaves its clients out of what needs them, and never as a zero."""
    tables = world(OAT)
    tables["coverage"] = [row for row in tables["coverage"] if row["table_name"] != "treatment"]
    found = cell(measured(tables, measures=["oat_continued"]), "oat_continued", window_days=3)
    assert found["status"] == "not_collected"
