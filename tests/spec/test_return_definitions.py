"""Definitions of return side by side: one drawn table each, the expected verdict per person."""

from __future__ import annotations

import pytest

from tests.support.core_rows import cell, measured
from tests.support.drawn import check, verdicts, world

STAYS = """
    person     | released   | conditional | stays                                                  | expected
    sentence   | 2022-01-10 | yes | 2022-03-01 new_sentence offence 2022-02-01                     | {}
    old        | 2022-01-10 | yes | 2022-03-01 new_sentence offence 2022-01-10                     | {}
    undated    | 2022-01-10 | yes | 2022-03-01 new_sentence                                        | {}
    revoked    | 2022-01-10 | yes | 2022-03-01 revocation_of_conditional_release                   | {}
    converted  | 2022-01-10 | yes | 2022-03-01 conversion_of_sanction                              | {}
    earlier    | 2022-01-10 | yes | 2022-03-01 earlier_offence                                     | {}
    remand     | 2022-01-10 | yes | 2022-03-01 remand until 2022-05-01 remand_ended                | {}
    held       | 2022-01-10 | yes | 2022-03-01 remand                                              | {}
    moved      | 2022-01-10 | yes | 2022-03-01 transfer_in                                         | {}
    unknown    | 2022-01-10 | yes | 2022-03-01 unknown                                             | {}
    """

# one letter a person: y yes, n no, p possible
EXPECTED = {
    "return_to_custody": "yyyyyyyyny",
    "return_to_prison": "yyyyyynpnp",
    "return_for_new_offence": "ynpnnnnpnp",
    "return_for_earlier_offence": "nypnnynpnp",
    "return_on_revocation": "nnnynnnpnp",
    "return_on_conversion": "nnnnynnpnp",
    "return_on_remand": "nnnnnnyynp",
}


@pytest.mark.parametrize("measure", EXPECTED)
def test_definitions_side_by_side(measure: str) -> None:
    """Ten people, seven definitions: an unknown reason is in doubt everywhere but in the broadest."""
    words = {"y": "yes", "n": "no", "p": "possible"}
    check(STAYS.format(*(words[letter] for letter in EXPECTED[measure])), measure, 365)


def test_only_conditional_releases_can_be_revoked() -> None:
    tables = world(
        """
        person    | released   | conditional | stays
        free      | 2022-01-10 | no          | 2022-03-01 revocation_of_conditional_release
        on_parole | 2022-01-10 | yes         |
        """
    )
    assert verdicts(tables, "return_on_revocation", 365) == {"on_parole": "no"}
    converted = cell(measured(tables, measures=["return_on_conversion"]), "return_on_conversion", window_days=365)
    assert converted["denominator"] == 2


def test_two_years_stand_apart_from_the_ladder() -> None:
    """Whole quarters with 730 days end with 2021Q2; the ladder to one year keeps its own members."""
    tables = world(
        """
        person | released   | stays
        early  | 2021-06-30 | 2023-06-30 new_sentence
        late   | 2021-07-01 | 2021-08-01 new_sentence
        """
    )
    con = measured(tables, measures=["return_to_prison"])
    found = con.execute(
        "select cell_set, window_days, numerator, denominator, too_early from outcomes.measure_cell"
        " where measure = 'return_to_prison' and cohort = 'programme' and group_by = 'all' order by all"
    ).fetchall()
    own = [("own", 90, 1, 2, 0), ("own", 180, 1, 2, 0), ("own", 365, 1, 2, 0), ("own", 730, 1, 1, 1)]
    assert found == [("ladder", 90, 1, 2, 0), ("ladder", 180, 1, 2, 0), ("ladder", 365, 1, 2, 0), *own]
    whose = "select distinct partner, whose_partner, prison, whose_prison from outcomes.unit"
    found = con.execute(f"{whose} where window_days = 730 and cohort = 'programme'").fetchall()
    assert found == [(None, "a", None, "brno")]  # not broken down, and known to those whose people they are
    on_curve = "select distinct partner, prison from outcomes.on_curve where cohort = 'programme'"
    assert con.execute(on_curve).fetchall() == [("a", "brno")]


def test_return_dated_to_the_first_day_of_custody() -> None:
    """Remand on day 80, sentence on day 100: a return within 90 days only by the day on which custody began."""
    tables = world(
        """
        person   | released   | stays
        remanded | 2022-01-10 | 2022-03-31 remand until 2022-04-20 status_change; 2022-04-20 new_sentence
        apart    | 2022-01-10 | 2022-03-31 remand until 2022-04-10 remand_ended; 2022-04-20 new_sentence
        """
    )
    (sentence,) = (row for row in tables["stay"] if row["stay_id"] == "remandeds3")
    sentence |= {"spell_number": 2, "position": 2}  # the sentence continues the same time in custody
    assert verdicts(tables, "return_to_prison", 90) == {"remanded": "no", "apart": "no"}
    assert verdicts(tables, "return_to_prison_by_spell", 90) == {"remanded": "yes", "apart": "no"}


def test_causes_compete_and_add_up() -> None:
    """Only the first return has a cause; the causes add up to all returns, in counts and in incidences."""
    tables = world(
        """
        person  | released   | stays
        new     | 2022-01-10 | 2022-03-01 new_sentence offence 2022-02-01
        twice   | 2022-01-10 | 2022-02-01 conversion_of_sanction until 2022-03-01 pardon; 2022-05-01 earlier_offence
        undated | 2022-01-10 | 2022-03-01 new_sentence
        revoked | 2022-01-10 | 2022-03-01 revocation_of_conditional_release
        never   | 2022-01-10 |
        """
    )
    con = measured(tables, measures=["cause_of_return", "return_frequency"])
    found = con.execute(
        "select group_value, numerator, denominator from outcomes.measure_cell where measure = 'cause_of_return'"
        " and cohort = 'programme' and cell_set = 'own' and window_days = 365 order by 1"
    ).fetchall()
    causes = [("conversion", 1, 5), ("earlier_offence", 0, 5), ("new_offence", 1, 5), ("not_known", 1, 5)]
    assert found == [("", 4, 5), *causes, ("revocation", 1, 5)]
    curve = con.execute(
        "select group_value, sum(events) from outcomes.curve where measure = 'cause_of_return' and cohort = 'programme'"
        " group by 1 order by 1"
    ).fetchall()
    assert [events for _, events in curve] == [4, 1, 0, 1, 1, 1]
    frequency = cell(con, "return_frequency", window_days=365)
    assert (frequency["numerator"], frequency["denominator"], frequency["value"]) == (5, 5, 100.0)


def test_reconviction_within_a_year() -> None:
    """Day 365 after 2021-06-30 is 2022-06-30; 183 days later is 2022-12-30."""
    check(
        """
        person       | released   | convictions                              | expected
        in_time      | 2021-06-30 | 2022-01-15 fine offence 2021-07-01       | yes
        last_offence | 2021-06-30 | 2022-12-30 fine offence 2022-06-30       | yes
        proven_late  | 2021-06-30 | 2022-12-31 fine offence 2022-06-30       | no
        offence_late | 2021-06-30 | 2022-09-01 fine offence 2022-07-01       | no
        old_offence  | 2021-06-30 | 2021-09-01 prison offence 2021-06-30     | no
        undated      | 2021-06-30 | 2021-09-01 prison                        | possible
        never        | 2021-06-30 |                                          | no
        """,
        "reconviction_1y",
        365,
    )


def test_reconviction_by_the_nordic_definition() -> None:
    """Day 730 after 2021-06-30 is 2023-06-30; only some sanctions count."""
    check(
        """
        person      | released   | convictions                                        | expected
        prison      | 2021-06-30 | 2022-01-15 prison offence 2021-07-01               | yes
        last_day    | 2021-06-30 | 2023-06-30 community_service offence 2023-06-01    | yes
        too_late    | 2021-06-30 | 2023-07-01 prison offence 2023-06-01               | no
        supervised  | 2021-06-30 | 2022-01-15 suspended_supervised offence 2021-07-01 | yes
        suspended   | 2021-06-30 | 2022-01-15 suspended offence 2021-07-01            | no
        fined       | 2021-06-30 | 2022-01-15 fine                                    | no
        """,
        "reconviction_2y_nordic",
        730,
    )


def test_proof_takes_time() -> None:
    """A year and 183 days of convictions are needed: the quarter 2021Q2 counts when they were seen to 2022-12-30."""
    table = """
        person | released   | convictions | expected
        one    | 2021-04-01 |             | {}
        """
    check(table.format("no"), "reconviction_1y", 365, convictions_to="2022-12-30")
    check(table.format("too early"), "reconviction_1y", 365, convictions_to="2022-12-29")


def test_convictions_that_nobody_delivers_are_not_collected() -> None:
    tables = world("person | released\none | 2021-04-01", convictions_to=None)
    found = cell(measured(tables, measures=["reconviction_1y"]), "reconviction_1y", window_days=365)
    assert (found["status"], found["numerator"], found["denominator"]) == ("not_collected", None, None)
