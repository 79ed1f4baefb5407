"""What counts as a return: a small drawn table, one measure, the expected verdict per person."""

from __future__ import annotations

from tests.support.drawn import check


def test_days_of_a_return() -> None:
    """A return counts from day 1 to day w; 2022-01-10 + 90 = 2022-04-10."""
    check(
        """
        person     | released   | stays                   | expected
        day_1      | 2022-01-10 | 2022-01-11 new_sentence | yes
        day_90     | 2022-01-10 | 2022-04-10 new_sentence | yes
        day_91     | 2022-01-10 | 2022-04-11 new_sentence | no
        never      | 2022-01-10 |                         | no
        """,
        "return_to_prison",
        90,
    )


def test_leap_day() -> None:
    """Days are counted, not calendar years: a leap day shifts day 365."""
    check(
        """
        person       | released   | stays                   | expected
        before_leap  | 2019-12-31 | 2020-12-30 new_sentence | yes
        after_leap   | 2019-12-31 | 2020-12-31 new_sentence | no
        from_leap    | 2020-02-29 | 2021-02-28 new_sentence | yes
        """,
        "return_to_prison",
        365,
    )


def test_reasons_of_a_return_to_prison() -> None:
    """The penological reading: remand alone is no return; an unknown reason can be neither confirmed nor ruled out."""
    check(
        """
        person     | released   | stays                                                                | expected
        sentence   | 2022-01-10 | 2022-03-01 new_sentence                                              | yes
        revoked    | 2022-01-10 | 2022-03-01 revocation_of_conditional_release                         | yes
        converted  | 2022-01-10 | 2022-03-01 conversion_of_sanction                                    | yes
        old        | 2022-01-10 | 2022-03-01 earlier_offence                                           | yes
        remand     | 2022-01-10 | 2022-03-01 remand until 2022-05-01 remand_ended                      | no
        moved      | 2022-01-10 | 2022-03-01 transfer_in                                               | no
        unknown    | 2022-01-10 | 2022-03-01 unknown                                                   | possible
        then_known | 2022-01-10 | 2022-03-01 unknown until 2022-04-01 pardon; 2022-06-01 new_sentence  | yes
        """,
        "return_to_prison",
        365,
    )


def test_new_offence_needs_its_date() -> None:
    """The offence lies after the release, not on it; without a date a new sentence is unclassifiable."""
    check(
        """
        person    | released   | stays                                        | expected
        after     | 2022-01-10 | 2022-03-01 new_sentence offence 2022-01-11   | yes
        same_day  | 2022-01-10 | 2022-03-01 new_sentence offence 2022-01-10   | no
        before    | 2022-01-10 | 2022-03-01 new_sentence offence 2018-05-05   | no
        undated   | 2022-01-10 | 2022-03-01 new_sentence                      | possible
        revoked   | 2022-01-10 | 2022-03-01 revocation_of_conditional_release | no
        unknown   | 2022-01-10 | 2022-03-01 unknown                           | possible
        """,
        "return_for_new_offence",
        365,
    )


def test_remand_pending_on_day_365() -> None:
    """Day 365 of a release on 2022-01-10 is 2023-01-10; the day of leaving remand counts as free."""
    check(
        """
        person      | released   | stays                                                             | expected
        covers      | 2022-01-10 | 2022-12-01 remand                                                 | possible
        to_day_365  | 2022-01-10 | 2022-12-01 remand until 2023-01-10 remand_ended                   | no
        to_day_366  | 2022-01-10 | 2022-12-01 remand until 2023-01-11 remand_ended                   | possible
        from_365    | 2022-01-10 | 2023-01-10 remand                                                 | possible
        from_366    | 2022-01-10 | 2023-01-11 remand                                                 | no
        sentenced   | 2022-01-10 | 2022-12-01 remand until 2023-03-01 remand_ended; 2023-03-05 new_sentence | no
        """,
        "return_to_prison",
        365,
    )


def test_death_and_deportation_stay_in_the_denominator() -> None:
    """After death or deportation nothing is counted; on the same day the event comes first."""
    check(
        """
        person | released | died | stays | expected
        died | 2022-01-10 | 2022-02-01 | | no
        same_day | 2022-01-10 | 2022-03-01 | 2022-03-01 new_sentence | yes
        too_late | 2022-01-10 | 2022-02-28 | 2022-03-01 new_sentence | no
        deported | 2022-01-10 | | 2022-03-01 remand until 2022-04-01 deportation; 2022-06-01 new_sentence | no
        """,
        "return_to_prison",
        365,
    )


def test_windows_need_whole_quarters() -> None:
    """Custody was seen to 2023-07-31: for 90 days whole quarters end with 2023Q1, for 365 days with 2022Q2."""
    table = """
        person    | released   | stays                   | expected
        first     | 2023-03-31 | 2023-04-01 new_sentence | yes
        last      | 2023-04-01 | 2023-04-02 new_sentence | too early
        """
    check(table, "return_to_prison", 90)
    check(table.replace("2023-03-31", "2022-06-30").replace("2023-04-01 |", "2022-07-01 |"), "return_to_prison", 365)


def test_as_of_caps_observation() -> None:
    """What happens after the as-of date has not happened yet; what happened before it stays."""
    table = """
        person    | released   | stays                                     | expected
        known     | 2022-01-10 | 2022-03-01 new_sentence                   | yes
        later     | 2022-01-10 | 2022-04-08 new_sentence                   | no
        """
    check(table.replace("| no", "| yes"), "return_to_prison", 90)
    check(
        table.replace("| yes", "| too early").replace("| no", "| too early"), "return_to_prison", 90, as_of="2022-04-07"
    )


def test_open_stay_at_the_extract() -> None:
    """A stay that is still open is seen as far as custody was seen."""
    check(
        """
        person    | released   | stays                   | expected
        inside    | 2022-01-10 | 2023-01-09 new_sentence | yes
        held      | 2022-01-10 | 2023-01-05 remand       | possible
        """,
        "return_to_prison",
        365,
    )


def test_quarantined_stay_leaves_a_doubt() -> None:
    """A person with a quarantined custody row is unobserved: never excluded, possible where no event is confirmed."""
    check(
        """
        person    | released   | quarantined stay | stays                   | expected
        doubtful  | 2022-01-10 | yes              |                         | possible
        confirmed | 2022-01-10 | yes              | 2022-03-01 new_sentence | yes
        """,
        "return_to_prison",
        365,
    )
