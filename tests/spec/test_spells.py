"""Spells and releases, one drawn history per rule: literal stays in, literal spells out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.core_tables import build, deliver, insert, rows, warehouse

SPELLS = "select admission_date, release_date, release_kind, release_reason from core.spell order by spell_number"
STAYS = """select stay_id, spell_number, joined_by, release_date, release_reason, closed_by_rule
    from core.stay order by spell_number, position"""
NUMBERS = "select what, number from core.joined_counts where number > 0 and what not like 'prisons%' order by what"


def custody(drawing: str) -> Any:
    """Build core from lines `stay prison admission reason -> release reason` of one person (`…` is open)."""
    con = warehouse()
    deliver(con, "d1")
    stays = []
    for line in drawing.strip().splitlines():
        before, after = (part.split() for part in line.split("->"))
        stay, prison, admission, reason = before
        release, ending = (None, None) if after == ["…"] else after
        stays.append(
            {
                "stay_id": stay,
                "person_id": "p",
                "prison": prison,
                "admission_date": admission,
                "admission_reason": reason,
                "release_date": release,
                "release_reason": ending,
            }
        )
    insert(con, "custody_stay", "d1", stays)
    build(con)
    return con


def test_one_stay_is_one_spell_and_one_release() -> None:
    con = custody("a kurim 2021-01-05 new_sentence -> 2021-06-30 conditional_release_supervised")
    assert rows(con, SPELLS) == [("2021-01-05", "2021-06-30", "sentence", "conditional_release_supervised")]
    columns = "release_id, release_date, release_quarter, release_kind, conditional, prison, prison_region, planned"
    assert rows(con, f"select {columns} from core.release") == [
        ("p-1", "2021-06-30", "2021Q2", "sentence", True, "kurim", "CZ064", "unknown")
    ]


def test_readmission_on_the_day_of_release_is_continuing_custody() -> None:
    con = custody(
        """
        a kurim 2021-01-05 new_sentence -> 2021-03-01 end_of_sentence
        b plzen 2021-03-01 new_sentence -> 2021-05-01 end_of_sentence
        """
    )
    assert rows(con, SPELLS) == [("2021-01-05", "2021-05-01", "sentence", "end_of_sentence")]
    assert rows(con, NUMBERS) == [("same_day_readmissions", 1)]


def test_readmission_from_day_one_is_a_return() -> None:
    con = custody(
        """
        a kurim 2021-01-05 new_sentence -> 2021-03-01 end_of_sentence
        b plzen 2021-03-02 new_sentence -> 2021-05-01 remand_ended
        """
    )
    assert rows(con, SPELLS) == [
        ("2021-01-05", "2021-03-01", "sentence", "end_of_sentence"),
        ("2021-03-02", "2021-05-01", "remand", "remand_ended"),
    ]
    assert rows(con, NUMBERS) == []


def test_transfer_joins_after_twenty_days() -> None:
    con = custody(
        """
        a kurim 2021-01-05 new_sentence -> 2021-03-01 transfer_out
        b plzen 2021-03-21 transfer_in  -> 2021-05-01 end_of_sentence
        """
    )
    assert rows(con, SPELLS) == [("2021-01-05", "2021-05-01", "sentence", "end_of_sentence")]
    assert rows(con, NUMBERS) == []


def test_absence_of_months_joins_and_is_counted() -> None:
    con = custody(
        """
        a kurim 2021-01-05 new_sentence        -> 2021-03-01 temporary_absence
        b kurim 2021-09-01 return_from_absence -> 2021-12-01 end_of_sentence
        """
    )
    assert rows(con, SPELLS) == [("2021-01-05", "2021-12-01", "sentence", "end_of_sentence")]
    assert rows(con, NUMBERS) == [("transfer_gaps_over_30_days", 1)]


def test_transfer_in_after_a_release_begins_a_new_spell_with_unknown_reason() -> None:
    con = custody(
        """
        a kurim 2021-01-05 new_sentence -> 2021-03-01 end_of_sentence
        b plzen 2021-03-21 transfer_in  -> 2021-05-01 end_of_sentence
        """
    )
    assert rows(con, "select admission_date, admission_reason from core.spell order by 1") == [
        ("2021-01-05", "new_sentence"),
        ("2021-03-21", "unknown"),
    ]
    assert rows(con, NUMBERS) == [("reasons_taken_as_unknown", 1)]


def test_transfer_in_on_the_day_of_release_joins() -> None:
    con = custody(
        """
        a kurim 2021-01-05 new_sentence -> 2021-03-01 end_of_sentence
        b plzen 2021-03-01 transfer_in  -> 2021-05-01 end_of_sentence
        """
    )
    assert len(rows(con, SPELLS)) == 1
    assert rows(con, "select admission_reason from core.stay where stay_id = 'b'") == [("transfer_in",)]


def test_a_first_stay_that_is_a_transfer_keeps_its_reason() -> None:
    con = custody("a kurim 2021-01-05 transfer_in -> 2021-03-01 end_of_sentence")
    assert rows(con, "select admission_reason from core.spell") == [("transfer_in",)]


def test_change_of_status_is_one_spell() -> None:
    con = custody(
        """
        a kurim 2021-01-05 remand       -> 2021-03-01 status_change
        b kurim 2021-03-01 new_sentence -> 2022-03-01 end_of_sentence
        """
    )
    columns = "admission_date, admission_reason, release_date, last_position"
    assert rows(con, f"select {columns} from core.spell") == [("2021-01-05", "remand", "2022-03-01", 2)]


def test_open_stay_is_closed_as_transfer_when_the_next_joins_by_its_reason() -> None:
    con = custody(
        """
        a kurim 2021-01-05 new_sentence -> …
        b plzen 2021-03-21 transfer_in  -> 2021-05-01 end_of_sentence
        """
    )
    assert rows(con, STAYS)[0] == ("a", 1, "first", "2021-03-21", "transfer_out", True)
    assert rows(con, SPELLS) == [("2021-01-05", "2021-05-01", "sentence", "end_of_sentence")]
    assert rows(con, NUMBERS) == [("open_stays_closed_as_transfer", 1)]


def test_open_stay_is_closed_as_transfer_when_the_next_joins_by_an_earlier_release() -> None:
    con = custody(
        """
        a kurim 2021-01-05 new_sentence -> 2021-06-30 end_of_sentence
        b plzen 2021-03-01 new_sentence -> …
        c brno  2021-04-01 new_sentence -> 2021-05-01 end_of_sentence
        """
    )
    assert rows(con, STAYS)[1] == ("b", 1, "continuing", "2021-04-01", "transfer_out", True)
    assert rows(con, SPELLS) == [("2021-01-05", "2021-06-30", "sentence", "end_of_sentence")]


def test_open_stay_is_closed_as_change_of_status_when_the_next_begins_the_same_day() -> None:
    con = custody(
        """
        a kurim 2021-01-05 remand       -> …
        b kurim 2021-01-05 new_sentence -> 2021-05-01 end_of_sentence
        """
    )
    assert rows(con, STAYS) == [
        ("a", 1, "first", "2021-01-05", "status_change", True),
        ("b", 1, "same_day", "2021-05-01", "end_of_sentence", False),
    ]
    assert rows(con, NUMBERS) == [("open_stays_closed_as_status_change", 1)]


def test_of_three_stays_on_one_day_the_second_joins_a_known_release() -> None:
    con = custody(
        """
        a kurim 2021-01-05 remand       -> …
        b kurim 2021-01-05 new_sentence -> …
        c kurim 2021-01-05 new_sentence -> 2021-05-01 end_of_sentence
        """
    )
    assert [row[4] for row in rows(con, STAYS)] == ["status_change", "transfer_out", "end_of_sentence"]
    assert len(rows(con, SPELLS)) == 1


def test_open_stay_is_closed_the_day_before_a_stay_that_does_not_join() -> None:
    con = custody(
        """
        a kurim 2021-01-05 new_sentence -> …
        b plzen 2021-03-21 new_sentence -> 2021-05-01 end_of_sentence
        """
    )
    assert rows(con, SPELLS) == [
        ("2021-01-05", "2021-03-20", "none", "unknown"),
        ("2021-03-21", "2021-05-01", "sentence", "end_of_sentence"),
    ]
    assert rows(con, "select spell_number from core.release") == [(2,)]
    assert rows(con, NUMBERS) == [("open_stays_closed_as_unknown", 1)]


def test_the_last_stay_may_stay_open() -> None:
    con = custody(
        """
        a kurim 2021-01-05 new_sentence -> 2021-03-01 transfer_out
        b plzen 2021-03-01 transfer_in  -> …
        """
    )
    assert rows(con, SPELLS) == [("2021-01-05", None, "open", None)]
    assert rows(con, "select prison, last_position from core.spell") == [("plzen", 2)]
    assert rows(con, "select * from core.release") == []


@pytest.mark.parametrize("ending", ["escape", "death", "deportation", "transfer_out", "temporary_absence", "unknown"])
def test_other_ends_are_no_release(ending: str) -> None:
    con = custody(f"a kurim 2021-01-05 new_sentence -> 2021-03-01 {ending}")
    assert rows(con, SPELLS) == [("2021-01-05", "2021-03-01", "none", ending)]
    assert rows(con, "select * from core.release") == []


@pytest.mark.parametrize("ending", ["end_of_sentence", "court_order", "pardon", "conditional_release"])
def test_ends_that_are_a_release_from_sentence(ending: str) -> None:
    con = custody(f"a kurim 2021-01-05 new_sentence -> 2021-03-01 {ending}")
    assert rows(con, "select release_kind, conditional from core.release") == [
        ("sentence", ending == "conditional_release")
    ]


def test_return_from_escape_by_new_sentence_is_a_new_spell() -> None:
    con = custody(
        """
        a kurim 2021-01-05 new_sentence        -> 2021-03-01 escape
        b kurim 2021-04-01 new_sentence        -> 2021-05-01 end_of_sentence
        c kurim 2021-06-01 return_from_absence -> 2021-07-01 end_of_sentence
        """
    )
    assert [row[2] for row in rows(con, STAYS)] == ["first", "new", "new_after_release"]


def test_overlapping_stays_join_and_the_longest_decides() -> None:
    con = custody(
        """
        a kurim 2021-01-05 new_sentence -> 2021-06-30 end_of_sentence
        b plzen 2021-02-01 remand       -> 2021-03-01 remand_ended
        c brno  2021-06-15 new_sentence -> 2021-07-15 pardon
        """
    )
    assert rows(con, SPELLS) == [("2021-01-05", "2021-07-15", "sentence", "pardon")]
    assert rows(con, NUMBERS) == [("overlapping_stays", 2)]


def test_nested_stay_does_not_end_the_spell() -> None:
    con = custody(
        """
        a kurim 2021-01-05 new_sentence -> 2021-06-30 temporary_absence
        b plzen 2021-02-01 remand       -> 2021-03-01 remand_ended
        c kurim 2021-08-01 transfer_in  -> 2021-09-01 end_of_sentence
        """
    )
    assert rows(con, SPELLS) == [("2021-01-05", "2021-09-01", "sentence", "end_of_sentence")]


@pytest.mark.parametrize(("admitted", "last"), [("2021-01-05", "a"), ("2021-02-01", "b")])
def test_ties_go_to_the_later_admission_then_the_later_stay(admitted: str, last: str) -> None:
    con = custody(
        f"""
        a kurim 2021-02-01 new_sentence -> 2021-06-30 end_of_sentence
        b plzen {admitted} remand       -> 2021-06-30 remand_ended
        """
    )
    last_stay = "select stay_id from core.stay as s inner join core.spell as p on p.last_position = s.position"
    assert rows(con, last_stay) == [(last,)]


def test_equal_stays_are_one_and_counted() -> None:
    con = custody(
        """
        b kurim 2021-01-05 new_sentence -> 2021-06-30 end_of_sentence
        a kurim 2021-01-05 new_sentence -> 2021-06-30 end_of_sentence
        """
    )
    assert rows(con, "select stay_id from core.stay") == [("a",)]
    assert rows(con, NUMBERS) == [("equal_stays_merged", 1)]


def test_release_after_the_last_day_covered_does_not_exist_yet() -> None:
    con = custody("a kurim 2021-01-05 new_sentence -> 2021-06-30 end_of_sentence")
    build(con, as_of="2021-06-29")
    assert rows(con, "select * from core.release") == []
    build(con, as_of="2021-06-30")
    assert rows(con, "select release_date from core.release") == [("2021-06-30",)]


def test_leap_day_is_a_day() -> None:
    con = custody(
        """
        a kurim 2020-01-05 new_sentence -> …
        b plzen 2020-03-01 new_sentence -> 2020-05-01 end_of_sentence
        """
    )
    assert rows(con, SPELLS)[0][1] == "2020-02-29"
