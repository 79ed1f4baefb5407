"""Curves and plain tables: what is merged, cut and hidden, and what the differences between numbers give away."""

from __future__ import annotations

import pytest

from pipeline.disclosure.curve_audit import attack_curves, protect_curves
from pipeline.disclosure.curves import Curve, Interval, fill_curve, last_day, merge_days, plan_curve
from pipeline.disclosure.plain import PlainTable, attack_plain, protect_plain
from pipeline.disclosure.process import read_data_quality
from pipeline.disclosure.profile import load_profile
from pipeline.disclosure.types import Status
from pipeline.errors import DisclosureError
from pipeline.outcomes import DayCount, aalen_johansen
from tests.support.outcomes_db import warehouse

PROFILE = load_profile("publication")
HIDDEN = Status.HIDDEN


def days(start: int, events: list[tuple[int, int]], competing: int = 0) -> list[DayCount]:
    """Days with events, from a number at risk."""
    made, left = [], start
    for day, number in events:
        made.append(DayCount(day, left, number, competing))
        left -= number + competing
    return made


def curve(counts: list[DayCount], group_by: str = "all", group_value: str = "") -> Curve:
    return plan_curve(Curve("return_to_prison", "programme", group_by, group_value, counts), PROFILE)


def test_intervals_hold_eight_events_and_end_on_the_grid_of_days() -> None:
    merged = merge_days(days(100, [(3, 4), (11, 3), (12, 2), (31, 8), (44, 5)]), PROFILE)
    assert merged == [Interval(0, 15, 100, 9, 0), Interval(15, 35, 91, 8, 0)]


def test_a_few_late_events_do_not_put_a_step_at_the_end_of_follow_up() -> None:
    """318 people, the last 3 events by day 820 of 730: the curve ends where its last eight events do."""
    counts = [*days(318, [(20, 9), (118, 9)]), DayCount(700, 200, 3, 0, 40), DayCount(820, 150, 9)]
    made = plan_curve(Curve("return_to_prison", "programme", "all", "", counts, 730), PROFILE)
    assert made.intervals == [Interval(0, 20, 318, 9, 0), Interval(20, 120, 309, 9, 0)]
    assert (made.events, made.persons) == (21, 318)
    protect_curves([made], PROFILE)


def test_a_curve_ends_on_the_grid_within_its_longest_window() -> None:
    assert last_day((90, 730), PROFILE) == 730
    assert last_day((7, 33), PROFILE) == 30
    assert last_day((), PROFILE) is None
    late = Curve("return_to_prison", "programme", "all", "", [DayCount(800, 60, 12)], 730)
    assert plan_curve(late, PROFILE).intervals == [Interval(0, 730, 60, 0, 0)]
    late.intervals = [Interval(0, 735, 60, 0, 0)]
    with pytest.raises(DisclosureError, match="longest window"):
        protect_curves([late], PROFILE)


def test_without_an_event_the_curve_goes_on_while_ten_are_followed() -> None:
    quiet = [DayCount(40, 60, 0, 0, 45), DayCount(298, 15, 0, 0, 6), DayCount(500, 9, 0, 0, 9)]
    assert merge_days(quiet, PROFILE) == [Interval(0, 300, 60, 0, 0)]


def test_the_tail_is_cut_where_fewer_than_ten_are_at_risk() -> None:
    merged = merge_days(days(30, [(5, 8), (10, 8), (15, 5), (20, 8)]), PROFILE)  # 9 at risk on day 20
    assert merged == [Interval(0, 5, 30, 8, 0), Interval(5, 10, 22, 8, 0)]


@pytest.mark.parametrize(
    ("counts", "group_by", "hidden"),
    [
        (days(100, [(10, 7)]), "all", "threshold"),
        (days(40, [(10, 20), (20, 15)]), "all", "threshold"),  # 5 without the event
        (days(7, [(10, 7)]), "all", "threshold"),
        ([DayCount(30, 60, 0, 0, 60)], "planned", "whole_group"),
        ([DayCount(30, 60, 0, 0, 60)], "all", ""),
        (days(100, [(10, 20), (20, 30)]), "planned", ""),
    ],
)
def test_a_curve_of_few_or_of_a_whole_group_is_hidden_whole(counts: list[DayCount], group_by: str, hidden: str) -> None:
    made = curve(counts, group_by, "" if group_by == "all" else "planned")
    assert made.hidden == hidden
    if hidden:
        assert len(made.cells) == 1
        assert {made.cells[0][name] for name in ("events", "incidence", "low", "high")} == {(None, HIDDEN)}


def test_incidence_comes_from_the_rounded_counts() -> None:
    """101 at risk, 12 and 13 events: 10 of 100, then 15 of 90."""
    made = curve(days(101, [(10, 12), (20, 13), (300, 1)]))
    points = aalen_johansen([DayCount(10, 100, 10), DayCount(20, 90, 15)])
    assert [c["at_risk"][0] for c in made.cells] == [100, 90]
    assert [c["events"][0] for c in made.cells] == [10, 15]
    assert [c["incidence"][0] for c in made.cells] == [round(100 * p.value) for p in points]


def test_few_competing_events_between_two_intervals_do_not_follow_from_them() -> None:
    """102 - 13 - 88 leaves 1 person who died or left; published 100, 15, 90 would leave 0 or 1."""
    made = curve([DayCount(5, 102, 13, 1), DayCount(40, 88, 20)])
    assert [c["at_risk"][0] for c in made.cells] == [100, 90]
    assert attack_curves([made], PROFILE)
    protect_curves([made], PROFILE)
    assert not attack_curves([made], PROFILE)
    assert len(made.cells) == 1


def test_a_hidden_curve_does_not_follow_from_the_total_and_its_sibling() -> None:
    """17 events in all and 10 in the sibling leave 7; published 15 and 10 leave 1 to 7, published 20 and 10 do not."""
    total = curve(days(318, [(10, 18)]))
    sibling = curve(days(200, [(10, 12)]), "planned", "planned")
    small = curve(days(118, [(10, 6)]), "planned", "unplanned")
    assert small.hidden == "threshold"
    members = [total, sibling, small]
    protect_curves(members, PROFILE)
    assert not attack_curves(members, PROFILE)


def test_curves_whose_mere_list_counts_their_people_are_left_out() -> None:
    """Three hidden curves have an event and somebody without one each, so six people; the hidden total is at most 7."""
    total = curve(days(7, [(10, 3)]))
    quarters = [curve(days(n, [(10, 1)]), "quarter", f"2021Q{i}") for i, n in enumerate((2, 2, 3), start=1)]
    members = [total, *quarters]
    assert attack_curves(members, PROFILE)
    protect_curves(members, PROFILE)
    assert members == [total]


def test_a_secondary_hidden_curve_shows_nothing() -> None:
    made = curve(days(100, [(10, 20)]))
    made.hidden = "secondary"
    fill_curve(made, PROFILE)
    assert made.cells[0]["at_risk"] == (None, HIDDEN)


def test_a_cohort_whose_mere_list_counts_its_people_is_left_out() -> None:
    """Five reasons and those who stay are six people at least; the hidden number of all is at most 7."""
    lost = [{"cohort": "comparison", "reason": reason} for reason in "abcde"]
    keys = [{"cohort": "comparison", "reason": ""}, *lost, {"cohort": "comparison", "reason": ""}]
    counts = [{"releases": n} for n in (7, 1, 1, 1, 1, 1, 2)]
    whole = {"cohort": "programme", "reason": ""}
    table = PlainTable(
        "attrition", ("cohort", "reason"), ("releases",), [*keys, whole], [*counts, {"releases": 40}], [{}] * 8
    )
    table.relations.append({(0, "releases"): 1} | {(row, "releases"): -1 for row in range(1, 7)})
    protect_plain(table, PROFILE)
    assert [row.keys["cohort"] for row in table.rows(PROFILE)] == ["programme"]
    assert not attack_plain(table, PROFILE)[1]


def plain(produced: int, accepted: int, quarantined: int, persons: int | None = None) -> PlainTable:
    counts = {"produced": produced, "accepted": accepted, "quarantined": quarantined}
    relation = {(0, "produced"): 1, (0, "accepted"): -1, (0, "quarantined"): -1}
    known = {"quarantined": quarantined if persons is None else persons}
    return PlainTable("data_quality", ("partner",), tuple(counts), [{"partner": "xx"}], [counts], [known], [relation])


def test_rows_held_back_do_not_follow_from_rows_produced_and_accepted() -> None:
    """903 - 897 = 6: published 905 and 895 leave 6 or 7."""
    table = plain(903, 897, 6)
    table.hidden = {(0, "quarantined"): "threshold"}
    assert attack_plain(table, PROFILE)[1]
    table.hidden = {}
    protect_plain(table, PROFILE)
    assert table.hidden == {(0, "quarantined"): "threshold", (0, "accepted"): "secondary"}


def test_twenty_rows_of_one_person_are_one_person() -> None:
    table = plain(500, 480, 20, persons=1)
    protect_plain(table, PROFILE)
    assert table.hidden[0, "quarantined"] == "threshold"


@pytest.mark.parametrize(("before", "after"), [(322, 318), (318, 317), (317, 313), (15, 8)])
def test_people_lost_between_two_steps_do_not_follow_from_the_steps(before: int, after: int) -> None:
    keys = [{"step": "1"}, {"step": "2"}]
    counts = [{"persons": before}, {"persons": after}]
    table = PlainTable("attrition", ("step",), ("persons",), list(keys), list(counts), [{}, {}])
    table.differences = [((0, "persons"), (1, "persons"))]
    assert protect_plain(table, PROFILE) == 1
    assert attack_plain(table, PROFILE)[1] == []


def test_data_quality_is_read_by_quarter_and_few_rows_more_than_before_stay_hidden() -> None:
    """897 rows, then 903: shown exactly, the six more would be known; one of the two is hidden."""
    con = warehouse([])
    con.execute(
        "insert into validated.quality values ('partner_zz', 'service', '2023Q2', 903, 903, 0, 0, 0),"
        "('partner_zz', 'service', '2023Q1', 897, 897, 0, 0, 0)"
    )
    table = read_data_quality(con)
    assert table.dims == ("partner", "table_name", "quarter")
    assert table.keys[-1] == {"partner": "partner_zz", "table_name": "service", "quarter": "2023Q2"}
    assert table.persons[0] == {"quarantined": 12}
    assert table.differences == [((3, "accepted"), (2, "accepted"))]
    protect_plain(table, load_profile("exact"))
    assert {place for place in table.hidden if place[0] > 1} & {(2, "accepted"), (3, "accepted")}
