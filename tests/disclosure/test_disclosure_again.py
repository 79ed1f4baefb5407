"""Curves, attrition and data quality from release to release: what few moved repeats whole, with its day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from pipeline.disclosure import Bundle
from pipeline.disclosure.curve_audit import attack_curves, protect_curves
from pipeline.disclosure.curves import Curve, fill_curve, plan_curve
from pipeline.disclosure.followed import Movers, OnCurve, lost_at, people_between
from pipeline.disclosure.plain import PlainTable, attack_plain, protect_plain
from pipeline.disclosure.process import ATTRITION_DIMS, lost_between
from pipeline.disclosure.profile import load_profile
from pipeline.errors import DisclosureError
from pipeline.outcomes import DayCount
from pipeline.warehouse import Connection
from tests.support.releases import counted, released
from tests.support.sequences import run_sequence

PEOPLE = {"a": range(150), "b": range(150, 300)}
EXACT = "exact"
PROFILE = load_profile(EXACT)
Days = Mapping[int, int]  # person → day of the event


def leaving(events: Days, others: Sequence[int], day: int = 200) -> dict[int, tuple[int, bool]]:
    """Who is on a curve: some with an event on a day, the others followed to `day`."""
    return {person: (at, True) for person, at in events.items()} | dict.fromkeys(others, (day, False))


def curve(
    con: Connection, members: Mapping[int, tuple[int, bool]], group_by: str = "all", group_value: str = ""
) -> Connection:
    """The warehouse with one curve of these people."""
    place = ["return_to_prison", "programme", group_by, group_value]
    days = sorted(day for day, _ in members.values())
    for day in sorted(set(days)):
        events = sum(member == (day, True) for member in members.values())
        at_risk, others = sum(other >= day for other in days), days.count(day) - events
        con.execute(
            "insert into outcomes.curve values (?, ?, ?, ?, ?, ?, ?, 0, ?)", [*place, day, at_risk, events, others]
        )
    con.executemany(
        "insert into outcomes.on_curve values (?, ?, ?, ?, ?, ?, ?, '', null, null)",
        [[*place, day, "event" if event else "censored", f"c{p}"] for p, (day, event) in members.items()],
    )
    return con


def way(con: Connection, lost: Mapping[str, Sequence[int]], left: Sequence[int]) -> Connection:
    """The warehouse with a way into the programme of two steps: lost before the second for a reason, and left."""
    con.execute("delete from outcomes.attrition; delete from outcomes.on_way")
    total = sum(map(len, lost.values())) + len(left)
    rows = [(1, "applied", total, ""), (2, "agreed", len(left), "")]
    rows += [(2, "agreed", len(who), reason) for reason, who in lost.items()]
    con.executemany("insert into outcomes.attrition values ('programme', ?, ?, ?, null, ?, 0)", rows)
    people = [(f"w{p}", 2, reason) for reason, who in lost.items() for p in who] + [(f"w{p}", 99, "") for p in left]
    con.executemany("insert into outcomes.on_way values ('programme', 'persons', ?, ?, ?)", people)
    return con


def steps(bundle: Bundle, **group: str) -> list[tuple[str, object, object, str]]:
    """The printed intervals of a curve: last day, at risk, events, and since when they stand."""
    rows = bundle.table("curve:return_to_prison").rows(**({"group_by": "all"} | group))
    return [(r.keys["day_to"], r["at_risk"].value, r["events"].value, r["events"].published_on) for r in rows]


FIRST = leaving({p: 10 if p < 10 else 40 for p in range(20)}, range(20, 100))  # 10 by day 10, 10 more by day 40


def test_a_curve_that_few_moved_repeats_whole_with_its_day_and_is_listed(tmp_path: Path) -> None:
    """Three more events by day 10 and 20 people more at risk: no interval that holds the three can be printed."""
    before = released(tmp_path, curve(counted(PEOPLE), FIRST), "2023Q1", profile=EXACT)
    assert steps(before) == [("10", 100, 10, ""), ("40", 90, 10, "")]
    now = leaving(
        {p: 10 if p < 10 or p > 90 else 40 for p in [*range(20), 97, 98, 99]}, [*range(20, 97), *range(200, 220)]
    )
    second = released(tmp_path, curve(counted(PEOPLE), now), "2023Q2", profile=EXACT)
    assert steps(second) == [("10", 100, 10, "2023-08-15"), ("40", 90, 10, "2023-08-15")]
    changes = [c for c in second.changes if c["table"] == "curve:return_to_prison"]
    assert {(c["why"], c["keys"]["day_to"]) for c in changes} == {("few_moved", "10"), ("few_moved", "40")}
    events = [c for c in changes if c["statistic"] == "events"]
    assert [(c["before"], c["quarter"]) for c in events] == [(10, "2023Q1"), (10, "2023Q1")]


def test_intervals_go_on_until_they_fit_what_was_printed(tmp_path: Path) -> None:
    """Three more by day 10, nine more by day 40, so that day 40 may stand, on a curve that had two intervals."""
    released(tmp_path, curve(counted(PEOPLE), FIRST), "2023Q1", profile=EXACT)
    more = {97: 10, 98: 10, 99: 10} | dict.fromkeys(range(200, 206), 40)
    now = leaving({p: day for p, (day, event) in FIRST.items() if event} | more, [*range(20, 97), *range(206, 230)])
    second = released(tmp_path, curve(counted(PEOPLE), now), "2023Q2", profile=EXACT)
    assert steps(second) == [("40", 130, 29, "")]


def test_two_releases_do_not_cut_an_interval_in_pieces_of_few(tmp_path: Path) -> None:
    """The same hundred; two have the event on day 12 of an interval to day 15; eight alone would end it on day 10."""
    first = leaving({p: 5 if p < 6 else 12 for p in range(10)}, range(10, 100))
    released(tmp_path, curve(counted(PEOPLE), first), "2023Q1", profile=EXACT)
    corrected = first | dict.fromkeys((6, 7), (5, True))
    second = released(tmp_path, curve(counted(PEOPLE), corrected), "2023Q2", profile=EXACT)
    assert steps(second) == [("15", 100, 10, "")]


def test_a_curve_that_many_moved_is_printed_anew(tmp_path: Path) -> None:
    released(tmp_path, curve(counted(PEOPLE), FIRST), "2023Q1", profile=EXACT)
    more = dict.fromkeys(range(200, 208), 10) | dict.fromkeys(range(208, 216), 40)
    now = leaving({p: day for p, (day, event) in FIRST.items() if event} | more, [*range(20, 100), *range(300, 310)])
    second = released(tmp_path, curve(counted(PEOPLE), now), "2023Q2", profile=EXACT)
    assert steps(second) == [("10", 126, 18, ""), ("40", 108, 18, "")]


def test_a_curve_on_which_none_of_those_who_are_new_had_an_event_repeats(tmp_path: Path) -> None:
    """Thirty more are at risk and the events are the same: printed anew it would say so of all thirty."""
    released(tmp_path, curve(counted(PEOPLE), FIRST), "2023Q1", profile=EXACT)
    events = {p: day for p, (day, event) in FIRST.items() if event}
    now = leaving(events, [*range(20, 100), *range(300, 330)])
    second = released(tmp_path, curve(counted(PEOPLE), now), "2023Q2", profile=EXACT)
    assert [day for *_, day in steps(second)] == ["2023-08-15", "2023-08-15"]


def test_a_curve_without_events_repeats_where_others_joined_it(tmp_path: Path) -> None:
    """That there is no event yet would say of the fifty who are new that none had one."""
    released(tmp_path, curve(counted(PEOPLE), leaving({}, range(100))), "2023Q1", profile=EXACT)
    second = released(tmp_path, curve(counted(PEOPLE), leaving({}, range(150))), "2023Q2", profile=EXACT)
    assert steps(second) == [("200", 100, 0, "2023-08-15")]


@pytest.mark.parametrize(("quarter", "repeats"), [("2023Q4", True), ("2024Q1", False)])
def test_curves_by_partner_refresh_once_a_year(tmp_path: Path, quarter: str, repeats: bool) -> None:
    released(tmp_path, curve(counted(PEOPLE), FIRST, "partner", "x"), "2023Q1", profile=EXACT)
    now = leaving(dict.fromkeys(range(200, 230), 10), range(230, 400))
    second = released(tmp_path, curve(counted(PEOPLE), now, "partner", "x"), quarter, profile=EXACT)
    assert steps(second, group_by="partner")[0][3] == ("2023-08-15" if repeats else "")
    assert {c["why"] for c in second.changes if c["table"] == "curve:return_to_prison"} == (
        {"calendar"} if repeats else {"refreshed"}
    )


def printed(bundle: Bundle) -> list[tuple[str, object, str]]:
    """The attrition: step or reason, persons, and since when they stand."""
    return [(r.keys["reason"] or r.keys["step"], r["persons"].value, r["persons"].published_on)
            for r in bundle.table("attrition").all_rows]  # fmt: skip


WAY = {"refused": range(20), "waiting": range(20, 40)}


def test_a_swap_of_three_holds_the_whole_way_into_a_cohort_back(tmp_path: Path) -> None:
    """Three who waited are refused, and three others wait: no number differs, and 30 more agreed."""
    released(tmp_path, way(counted(PEOPLE), WAY, range(40, 140)), "2023Q1", profile=EXACT)
    lost = {"refused": range(23), "waiting": [*range(23, 40), 900, 901, 902]}
    second = released(tmp_path, way(counted(PEOPLE), lost, range(40, 170)), "2023Q2", profile=EXACT)
    day = "2023-08-15"
    expected = [("applied", 140, day), ("agreed", 100, day), ("refused", 20, day), ("waiting", 20, day)]
    assert sorted(printed(second), key=str) == sorted(expected, key=str)
    assert {c["why"] for c in second.changes if c["table"] == "attrition"} == {"few_moved"}


def test_a_way_that_many_moved_is_printed_anew(tmp_path: Path) -> None:
    released(tmp_path, way(counted(PEOPLE), WAY, range(40, 140)), "2023Q1", profile=EXACT)
    second = released(tmp_path, way(counted(PEOPLE), WAY, range(40, 170)), "2023Q2", profile=EXACT)
    assert ("agreed", 130, "") in printed(second)


@pytest.mark.parametrize(("more", "value", "day"), [(3, 470, "2023-08-15"), (9, 479, ""), (0, 470, "")])
def test_few_records_more_of_a_quarter_that_was_printed_repeat_its_row(
    tmp_path: Path, more: int, value: int, day: str
) -> None:
    released(tmp_path, counted(PEOPLE), "2023Q1", profile=EXACT)
    con = counted(PEOPLE)
    con.execute(f"update validated.quality set produced = produced + {more}, accepted = accepted + {more} "
                "where partner = 'partner_xx'")  # fmt: skip
    second = released(tmp_path, con, "2023Q2", profile=EXACT)
    cell = second.table("data_quality").cell("accepted", partner="partner_xx")
    assert (cell.value, cell.published_on) == (value, day)
    assert second.table("data_quality").cell("accepted", partner="partner_yy").published_on == ""


# -- the rule taken away, and the record of it ----------------------------------------------------------------------


def moved_by_three(con: Connection) -> Connection:
    now = leaving(
        {p: 10 if p < 10 or p > 90 else 40 for p in [*range(20), 97, 98, 99]}, [*range(20, 97), *range(200, 220)]
    )
    curve(con, now, "planned", "planned")
    return way(con, {"refused": range(23), "waiting": [*range(23, 40), 900, 901, 902]}, range(40, 170))


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("pipeline.disclosure.again.Again.settle_curve", "the curve of return_to_prison refreshes a count that few"),
        ("pipeline.disclosure.again.Again.settle_plain", "table attrition refreshes a count that few moved"),
    ],
)
def test_without_the_rule_the_audit_stops_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, says: str
) -> None:
    first = way(curve(counted(PEOPLE), FIRST, "planned", "planned"), WAY, range(40, 140))
    released(tmp_path, first, "2023Q1", profile=EXACT)
    if "curve" in where:  # else intervals would be found that fit
        monkeypatch.setattr("pipeline.disclosure.again.Again.fits", lambda *_: None)
    monkeypatch.setattr(where, lambda *_: None)
    with pytest.raises(DisclosureError, match=f"audit stopped the release: {says}"):
        released(tmp_path, moved_by_three(counted(PEOPLE)), "2023Q2", profile=EXACT)


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_text("{}", "utf-8")], ids=["old", "damaged"])
def test_a_bundle_that_does_not_say_who_was_on_its_curves_stops_the_next(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    bundle = released(tmp_path, curve(counted(PEOPLE), FIRST), "2023Q1")
    damage(tmp_path / "data" / "disclosure" / "internal" / f"{bundle.meta.bundle_id}.beside.json")
    with pytest.raises(DisclosureError, match="Restore it from a copy"):
        released(tmp_path, curve(counted(PEOPLE), FIRST), "2023Q2")


@pytest.mark.parametrize("table", ["outcomes.on_curve", "outcomes.on_way"])
def test_who_is_remembered_must_be_who_is_counted(tmp_path: Path, table: str) -> None:
    con = curve(counted(PEOPLE), FIRST)
    con.execute(f"delete from {table} where person_id in (select min(person_id) from {table})")
    with pytest.raises(DisclosureError, match="counts others than are on"):
        released(tmp_path, con, "2023Q1")


# -- counting who moved -----------------------------------------------------------------------------------------------


def test_people_on_a_curve_several_times_count_in_parts() -> None:
    """Nine units more by day 10, of three people who are on the curve three times each."""
    then = OnCurve({f"p{n}#1": (50, False) for n in range(40)})
    thrice = {f"q{n}#{k}": (10, True) for n in range(3) for k in range(3)}
    others = {f"r{n}#1": (50, False) for n in range(9)}
    now = OnCurve(dict(then.members) | thrice | others)
    assert Movers(now, then, [20], (1, 1)).few([10], 8)
    once = OnCurve(dict(then.members) | others | {f"q{n}#1": (10, True) for n in range(9)})
    assert not Movers(once, then, [20], (1, 1)).few([10], 8)


def test_tokens_say_who_reached_a_step_and_who_was_lost_why() -> None:
    roles = {"persons": frozenset({"a#1@99/", "b#1@2/waiting", "c#1@2/refused", "c#2@99/"})}
    assert lost_at(roles, "persons", "2", "waiting") == {"b#1"}
    assert lost_at(roles, "persons", "2", "") == {"a#1", "c#2"}
    assert lost_at(roles, "persons", "1", "") == {"a#1", "b#1", "c#1", "c#2"}
    assert people_between(frozenset({"a#1", "c#1"}), frozenset({"c#2"})) == 2


# -- earlier printings in the attack --------------------------------------------------------------------------------


def on_curve(people: Sequence[int], events: Sequence[int], group_value: str = "", hidden: str = "") -> Curve:
    """A curve of these people; those with an event have it on day 10, the others are followed to day 50."""
    who = OnCurve({f"p{p}#1": (10, True) if p in events else (50, False) for p in people})
    days = [DayCount(10, len(people), len(events)), DayCount(50, len(people) - len(events), 0, 0)]
    group_by = "planned" if group_value else "all"
    made = plan_curve(Curve("return_to_prison", "programme", group_by, group_value, days), PROFILE)
    made.who, made.hidden = who, hidden or made.hidden
    return fill_curve(made, PROFILE)


def test_a_group_that_nobody_moved_tells_what_an_earlier_release_hid_beside_it() -> None:
    """Five events of x and twenty of y were hidden beside 25 of all; y stands today as it was: x had 5 to 7."""
    y = (range(100, 200), range(100, 120))
    x, total = (range(60), range(5)), ([*range(60), *range(100, 200)], [*range(5), *range(100, 120)])
    then = [on_curve(*total), on_curve(*x, "x"), on_curve(*y, "y", hidden="threshold")]
    grown = (range(80), [*range(5), *range(60, 75)])
    now = [on_curve([*grown[0], *y[0]], [*grown[1], *y[1]]), on_curve(*grown, "x"), on_curve(*y, "y")]
    assert attack_curves(then, PROFILE) == []
    assert attack_curves(now, PROFILE) == []
    assert attack_curves(now, PROFILE, [then]) != []
    protect_curves(now, PROFILE, [then])
    assert attack_curves(now, PROFILE, [then]) == []
    assert now[2].hidden == "secondary"


def lost_before(waiting: Sequence[int], refused: Sequence[int]) -> PlainTable:
    """A way of two steps to a hundred people who agreed."""
    steps = (("1", "applied", ""), ("2", "agreed", ""), ("2", "agreed", "waiting"), ("2", "agreed", "refused"))
    keys = [dict(zip(ATTRITION_DIMS, ("programme", *step), strict=True)) for step in steps]
    counts = [{"persons": 100 + len(waiting) + len(refused)}, {"persons": 100}]
    counts += [{"persons": len(who)} for who in (waiting, refused)]
    table = PlainTable("attrition", ATTRITION_DIMS, ("persons",), keys, counts, [{}, {}, {}, {}])
    table.relations.append({(0, "persons"): 1} | {(row, "persons"): -1 for row in (1, 2, 3)})
    left = [*range(1000, 1100)]
    who = ([*waiting, *refused, *left], left, waiting, refused)
    table.who = {(row, "persons"): frozenset(f"p{p}#1" for p in people) for row, people in enumerate(who)}
    return table


def test_a_reason_that_nobody_moved_tells_what_an_earlier_release_hid_beside_it() -> None:
    """3 waited and 20 were refused, hidden for their sake; the 20 are shown beside 15 today: 123 - 100 - 20 = 3."""
    then, now = lost_before(range(3), range(20, 40)), lost_before(range(15), range(20, 40))
    protect_plain(then, PROFILE)
    assert then.hidden == {(2, "persons"): "threshold", (3, "persons"): "secondary"}
    assert attack_plain(now, PROFILE)[1] == []
    assert attack_plain(now, PROFILE, [then], lost_between)[1] != []
    protect_plain(now, PROFILE, [then], lost_between)
    assert (3, "persons") in now.hidden


def without_ties(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.disclosure.beside.Joined.tie", lambda *_: None)
    monkeypatch.setattr("pipeline.disclosure.curve_audit.tie_curve", lambda *_: None)
    monkeypatch.setattr("pipeline.disclosure.plain.tie_plain", lambda *_: 0)


def without_rule_for_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("fits", "settle_curve", "check"):
        monkeypatch.setattr(f"pipeline.disclosure.again.Again.{name}", lambda *_: None)


def without_rule_for_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("settle_plain", "check"):
        monkeypatch.setattr(f"pipeline.disclosure.again.Again.{name}", lambda *_: None)


def without_margins_of_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.disclosure.curve_audit._add_margins", lambda *_: None)


@pytest.mark.parametrize(
    ("lost", "seed", "profile", "finds"),
    [
        (without_ties, 7, "minimum-3", "release 0: 2/waiting of the way"),
        (without_rule_for_curves, 1, "exact", "change 1 to 2: by 5 and 5 of contact_made/all"),
        (without_rule_for_steps, 0, "exact", "change 1 to 2: 2/refused of the way"),
        (without_margins_of_curves, 0, "exact", "people of the curve contact_made/planned/unknown"),
    ],
)
def test_what_a_lost_control_gives_away_the_attacker_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: Callable[..., None], seed: int, profile: str, finds: str
) -> None:
    """With every control in place nothing is recovered from these sequences either."""
    assert run_sequence(tmp_path / "whole", seed, profile, insiders=False).recovered == ()
    lost(monkeypatch)
    found = run_sequence(tmp_path / "lost", seed, profile, insiders=False).recovered
    assert any(finds in line for line in found)
