"""What counts as contact and as the start of treatment: drawn tables with the expected verdict per person."""

from __future__ import annotations

import pytest

from tests.support.core_rows import cell, measured
from tests.support.drawn import check, world


def test_contact_counts_from_the_day_of_release() -> None:
    check(
        """
        person    | released   | services                      | expected
        gate      | 2022-01-10 | 2022-01-10 gate               | yes
        day_7     | 2022-01-10 | 2022-01-17 phone              | yes
        day_8     | 2022-01-10 | 2022-01-18 community          | no
        before    | 2022-01-10 | 2022-01-09 community          | no
        prison    | 2022-01-10 | 2022-01-12 prison             | no
        letter    | 2022-01-10 | 2022-01-12 letter             | no
        missed    | 2022-01-10 | 2022-01-12 community missed   | no
        family    | 2022-01-10 | 2022-01-12 community family   | no
        indirect  | 2022-01-10 | 2022-01-12 community indirect | no
        other     | 2022-01-10 | 2022-01-12 community by b     | yes
        """,
        "contact_made",
        7,
    )


def test_day_0_counts_for_contact_and_not_for_return() -> None:
    """The ladder starts on day 0; a stay that begins on the day of release is continuing custody and no return."""
    table = """
        person | released   | services        | stays                   | expected
        both   | 2022-01-10 | 2022-01-10 gate | 2022-01-10 new_sentence | {}
        """
    check(table.format("yes"), "contact_made", 0)
    check(table.format("no"), "return_to_prison", 90)


def test_two_partners_on_one_day_are_one_contact() -> None:
    tables = world(
        """
        person | released   | services
        twice  | 2022-01-10 | 2022-01-12 community; 2022-01-12 phone by b; 2022-01-13 phone
        """
    )
    con = measured(tables, measures=["contact_made"])
    found = con.execute(
        "select event_number, days, status from outcomes.follow_up where cohort = 'programme' and kind = 'contact'"
        " order by event_number"
    ).fetchall()
    assert found == [(1, 2, "event"), (2, 3, "event"), (3, 567, "censored")]
    assert cell(con, "contact_made", window_days=3)["numerator"] == 1


def test_treatment_started() -> None:
    """A community treatment that is not aftercare starts, or a service of one opened earlier is attended."""
    check(
        """
        person    | released   | treatments                       | services                          | expected
        day_0     | 2022-01-10 | 2022-01-10 outpatient community  |                                   | yes
        day_21    | 2022-01-10 | 2022-01-31 residential_short community |                             | yes
        day_22    | 2022-01-10 | 2022-02-01 outpatient community  |                                   | no
        aftercare | 2022-01-10 | 2022-01-15 aftercare community   |                                   | no
        in_prison | 2022-01-10 | 2022-01-15 outpatient prison     |                                   | no
        went_on   | 2022-01-10 | 2021-12-01 outpatient community  | 2022-01-20 community in went_ont0 | yes
        stopped   | 2022-01-10 | 2021-12-01 outpatient community  | 2022-01-20 community              | no
        missed    | 2022-01-10 | 2021-12-01 outpatient community  | 2022-01-20 community in missedt0 missed | no
        """,
        "treatment_started",
        21,
    )


def test_one_partner_seen_for_a_shorter_time() -> None:
    """Partner b was seen to 2023-03-05 only: its clients without an event are possible, nobody is left out."""
    table = """
        person     | released   | also agreed with b | services                  | expected
        only_a     | 2023-03-01 |                    |                           | no
        also_b     | 2023-03-01 | 2022-06-01         |                           | possible
        contacted  | 2023-03-01 | 2022-06-01         | 2023-03-04 phone by b     | yes
        later_b    | 2023-03-01 | 2023-03-02         |                           | no
        in_time    | 2023-02-20 | 2022-06-01         |                           | no
        """
    check(table, "contact_made", 7, partner_to={"b": "2023-03-05"})
    con = measured(world(table, partner_to={"b": "2023-03-05"}), measures=["contact_made"])
    found = cell(con, "contact_made", window_days=7)
    assert (found["denominator"], found["numerator"], found["possible"], found["unobserved"]) == (5, 1, 1, 1)


def test_a_partner_that_does_not_deliver_is_not_collected() -> None:
    """Never zero: its clients stand neither above nor below the line."""
    tables = world(
        """
        person | released   | services
        client | 2022-01-10 | 2022-01-12 community
        """
    )
    tables["coverage"] = [row for row in tables["coverage"] if row["table_name"] != "treatment"]
    con = measured(tables, measures=["contact_made", "treatment_started"])
    for group in ({"group_by": "all"}, {"group_by": "partner", "group_value": "a"}):
        found = cell(con, "treatment_started", window_days=21, **group)
        assert (found["status"], found["denominator"], found["numerator"]) == ("not_collected", None, None)
    assert cell(con, "contact_made", window_days=7)["numerator"] == 1


@pytest.mark.parametrize(("day", "answer"), [("2022-01-12", "yes"), ("2022-01-10", "yes"), ("2022-01-09", "no")])
def test_contact_until_death(day: str, answer: str) -> None:
    """A contact on the day of death still counts; a person who died stays in the denominator."""
    check(
        f"""
        person | released   | died       | services       | expected
        client | 2022-01-10 | 2022-01-12 | {day} gate     | {answer}
        late   | 2022-01-10 | 2022-01-12 | 2022-01-13 gate | no
        """,
        "contact_made",
        7,
    )
