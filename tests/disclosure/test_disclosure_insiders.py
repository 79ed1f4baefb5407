"""Insiders: what a partner or a prison knows of its own people must not give others away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pipeline.disclosure.attack import Problem, Target
from pipeline.disclosure.audit import Auditor
from pipeline.disclosure.curve_audit import add_curve, add_days, own_on_curves
from pipeline.disclosure.curves import Curve, plan_curve
from pipeline.disclosure.followed import OnCurve
from pipeline.disclosure.insiders import read_contributions
from pipeline.disclosure.leaving import leave_out_beside, leave_out_breakdowns
from pipeline.disclosure.planning import Planned, hide, plan_rows
from pipeline.disclosure.profile import load_profile
from pipeline.disclosure.protect import LEVELS, protect
from pipeline.disclosure.rows import MeasureRow
from pipeline.disclosure.series import Series, _Step
from pipeline.disclosure.world import World
from pipeline.outcomes import DayCount
from pipeline.periods import Quarter
from tests.support.measures import cell, margin
from tests.support.outcomes_db import warehouse
from tests.support.sequences import run_sequence

PROFILE = load_profile("publication").model_copy(update={"insiders": ("partner", "prison")})
GROUPS = {
    "a": (100, 12),
    "b": (100, 7),
    "c": (100, 14),
}  # 33 in all: published 35 says 33 to 37
Known = Mapping[tuple[str, str], Mapping[tuple[str, ...], Mapping[str, int]]]


def auditor(known: Known | None = None) -> Auditor:
    return Auditor(PROFILE, lambda plan: {}, known or {})


def weak(planned: Sequence[Planned], known: Known | None = None) -> list[tuple[str, str, int]]:
    found = auditor(known).weak(planned)
    return [(planned[f.target.row].row.group_value, f.target.statistic, f.left) for f in found]


@pytest.mark.parametrize("kind", ["partner", "prison"])
def test_who_subtracts_its_own_pins_down_what_no_reader_can(kind: str) -> None:
    """A reader has 33 - 12 - 17 = 4 to 7 for b; c knows its own 14 and has 33 - 12 - 14 = 7."""
    assert weak(plan_rows(margin(GROUPS, "quarter"), PROFILE)) == []
    planned = plan_rows(margin(GROUPS, kind), PROFILE)
    assert weak(planned) == [("b", "x", 0)]
    protect({"contact_made": planned}, auditor())
    assert weak(planned) == []
    assert "secondary" in {plan.hidden.get("x") for plan in planned}


def test_what_an_insider_adds_to_a_group_that_is_not_its_own_is_known_to_it() -> None:
    """32 in all (28 to 32): with 12 and 18 of its own people in two quarters at most 2 are left for the third."""
    rows = margin({"q1": (100, 12), "q2": (100, 2), "q3": (100, 18)}, "quarter")
    planned = plan_rows(rows, PROFILE)
    own = {("partner", "p"): {row.key: {"n": x, "x": x} for row in rows if (x := row.numerator or 0) > 3}}
    own["partner", "p"].pop(rows[0].key)
    assert weak(planned) == []
    assert ("q2", "x", 2) in weak(planned, own)


def test_a_cell_that_an_insider_shares_stays_as_uncertain_as_its_mark_leaves_it() -> None:
    """5 of the 7 are its own: others are 0 to 2, which no further mark can widen; all its own is nobody else's."""
    rows = margin({"q1": (100, 40), "q2": (100, 7), "q3": (100, 50)}, "quarter")
    planned = plan_rows(rows, PROFILE)
    for own in (5, 7):
        assert weak(planned, {("partner", "p"): {rows[2].key: {"n": own, "x": own}}}) == []


def test_of_few_people_in_a_row_an_insider_knows_that_the_others_are_fewer_still() -> None:
    """6 in the row, 5 its own: two others at most, however much is hidden."""
    rows = margin({"q1": (100, 40), "q2": (6, 3), "q3": (100, 50)}, "quarter")
    planned = plan_rows(rows, PROFILE)
    attack = auditor({("partner", "p"): {rows[2].key: {"n": 5, "x": 2}}}).world(planned)
    asked = {t.statistic: t.width for t in attack.attackers["partner", "p"] if t.row == 2}
    assert asked == {"n": 2, "persons": 2, "x": 2}  # outside the numerator all are its own
    assert attack.weak() == []
    assert {t.width for t in attack.attackers["", ""] if t.row == 2} == {PROFILE.protection_width}


def test_who_has_all_people_of_a_row_knows_that_nobody_else_is_there() -> None:
    """c's 14 are published as 15 (13 to 17). Who has all 100 of c knows them, and 33 - 12 - 14 leaves 7 for b."""
    rows = margin(GROUPS, "quarter")
    planned = plan_rows(rows, PROFILE)
    own = {"n": 100, "x": 14}
    assert weak(planned, {("partner", "p"): {rows[3].key: own | {"n": 99}}}) == []
    assert weak(planned, {("partner", "p"): {rows[3].key: own}}) == [("b", "x", 0)]


def followed(last_days: Sequence[int], events: Sequence[int], own: Sequence[int]) -> Curve:
    """A curve of people with their last day, of whom those of `events` have the event on it; p has those of `own`."""
    members = {f"p{number}#1": (day, number in events) for number, day in enumerate(last_days)}
    days = [
        DayCount(
            day, sum(d >= day for d in last_days), sum(m == (day, True) for m in members.values()), 0,
            sum(m == (day, False) for m in members.values()),
        )
        for day in sorted(set(last_days))
    ]  # fmt: skip
    who = OnCurve(members, {("partner", "p"): frozenset(f"p{number}#1" for number in own)})
    return plan_curve(Curve("return_to_prison", "programme", "all", "", days, 365, who=who), PROFILE)


def test_of_every_count_of_a_curve_an_insider_knows_what_its_own_people_add() -> None:
    """20 of 60 people have the event on day 10, ten more on day 30, others are seen to day 365; p has every third."""
    drawn = followed([10] * 20 + [30] * 10 + [365] * 30, range(30), range(0, 60, 3))
    problem = Problem()
    added = add_curve(problem, drawn, 0, PROFILE)
    add_days(problem, added, [20])
    known = own_on_curves([added], PROFILE)
    counts = [added.start, added.everything, *added.at_risk, *(events for _, events in added.events), added.between[20]]
    assert [day for day, _ in added.events] == [10, 30]
    assert [problem.truth[unknown] for unknown in counts] == [60, 30, 60, 40, 20, 10, 20]
    assert [known["partner", "p"][unknown] for unknown in counts] == [20, 10, 20, 13, 7, 3, 7]
    assert [known["partner", ""][unknown] for unknown in counts] == [0] * 7


def test_without_its_own_people_a_partner_finds_out_few_others_on_a_curve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_sequence(tmp_path / "whole", 35, "minimum-3").recovered == ()
    monkeypatch.setattr("pipeline.disclosure.world.own_on_curves", lambda curves, profile: {})
    found = run_sequence(tmp_path / "lost", 35, "minimum-3").recovered
    assert any(line.startswith("('partner'") and "events of the curve" in line for line in found)


EXACT = load_profile("exact").model_copy(update={"insiders": ("partner",)})


def known_to_one_of_two() -> tuple[list[MeasureRow], Known]:
    """o has 7 at most; of the 8 or more of q2 (no mark of few) 2 are p's own, so others have 6 there and 1 in q1."""
    rows = margin({"p": (60, 2), "o": (40, 7)}, "partner") + margin({"q1": (30, 1), "q2": (70, 8)}, "quarter")[1:]
    own = {("quarter", "q1"): (20, 0), ("quarter", "q2"): (40, 2), ("all", ""): (60, 2)}
    parts = {row.key: own[row.key[5:]] for row in rows if row.key[5:] in own}
    known = {("partner", "p"): {key: {"n": n, "x": x} for key, (n, x) in parts.items()}}
    return rows, known


def test_where_hiding_more_does_not_keep_an_insider_off_a_breakdown_is_left_out() -> None:
    rows, known = known_to_one_of_two()
    planned = plan_rows(rows, EXACT)
    attack = Auditor(EXACT, lambda plan: {}, known)
    for plan in planned:
        for statistic in ("n", "x"):
            hide(plan, statistic, EXACT)
    assert ("q1", "x") in {(planned[f.target.row].row.group_value, f.target.statistic) for f in attack.weak(planned)}
    planned = plan_rows(rows, EXACT)
    protect({"contact_made": planned}, attack)
    assert {plan.row.group_by for plan in planned} < {"all", "partner", "quarter"}
    assert attack.weak(planned) == []


def test_it_is_told_how_far_an_attack_by_insiders_is() -> None:
    rows, known = known_to_one_of_two()
    lines: list[str] = []
    protect({"contact_made": plan_rows(rows, EXACT)}, Auditor(EXACT, lambda plan: {}, known, say=lines.append))
    assert lines[0] == "attack 1: 5 rows, by a reader and 2 partners and prisons; this may take minutes"
    assert lines[1].endswith(" counts can be worked out: more is hidden, held or left out")
    assert lines[-1].startswith("attack ")


def test_where_no_breakdown_may_go_the_window_goes_and_the_release_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, known = known_to_one_of_two()
    monkeypatch.setattr("pipeline.disclosure.protect.leave_out_breakdowns", lambda *_: False)
    levels = [level for level in LEVELS if level not in (leave_out_breakdowns, leave_out_beside)]
    monkeypatch.setattr("pipeline.disclosure.protect.LEVELS", levels)
    other = margin({"q1": (100, 40), "q2": (100, 30)}, "quarter", measure="treatment_started")
    tables = {"contact_made": plan_rows(rows, EXACT), "treatment_started": plan_rows(other, EXACT)}
    protect(tables, Auditor(EXACT, lambda plan: {}, known))
    assert {name: len(planned) for name, planned in tables.items()} == {"contact_made": 0, "treatment_started": 3}


def test_before_a_window_goes_the_breakdown_that_makes_its_whole_weak_goes() -> None:
    """p has 4 of the 5, all of them planned; that an unplanned one is listed leaves 1 to 3 others instead of 0 to 3."""
    rows = margin({"planned": (4, 2), "unplanned": (1, 1)}, "planned")
    known = {("partner", "p"): {row.key: {"n": 4, "x": 2} for row in rows[:2]}}
    planned, attack = plan_rows(rows, EXACT), Auditor(EXACT, lambda plan: {}, known)
    assert attack.world(planned).hopeless({rows[0].key}) == {rows[0].key}
    leave_out_beside({"contact_made": planned}, planned[:1], attack)
    assert [plan.row.group_by for plan in planned] == ["all"]
    assert attack.world(planned).hopeless({rows[0].key}) == set()


def test_worlds_outlive_the_rows_that_are_left_out() -> None:
    """Found on all rows, they show on fewer what they showed before, and what is known better undoes them."""
    planned = plan_rows(margin({"q1": (100, 40), "q2": (100, 7), "q3": (100, 50)}, "quarter"), PROFILE)
    more = planned + plan_rows(margin({"u": (150, 47), "v": (150, 50)}, "drug_user")[1:], PROFILE)
    before = auditor().world(more)
    assert before.weak() == []
    world = World(planned, PROFILE, lambda plan: {}, {}, None, None, before)
    (asked,) = [target.key for target in world.attackers["", ""] if target.row == 2 and target.statistic == "x"]
    assert world.attack.moves.count == before.attack.moves.count > 0
    least, greatest = world.attack.moves.seen(world.view(("", "")), [asked])[asked]
    assert greatest - least >= PROFILE.protection_width
    known = world.view(("", ""))
    known.lower[asked[0][0]] = known.upper[asked[0][0]] = 7
    assert world.attack.moves.seen(known, [asked])[asked] == (0, 0)


def test_own_parts_are_counted_from_the_units() -> None:
    con = warehouse([cell(3, 2)])
    for person, prison, number in (("1", "r", 1), ("2", "r", 0), ("3", "s", 1)):
        con.execute(
            "insert into outcomes.unit_row (measure, component, cohort, cell_set, window_days, scope, person_id, "
            "state, amount, number, possible, unobserved, partner, prison, quarter) values "
            "('contact_made', '', 'programme', 'own', 7, 'groups', ?, 'measured', 1, ?, 0, 0, 'p', ?, '2022Q1')",
            [person, number, prison],
        )
    known = read_contributions(con)
    key = ("contact_made", "", "programme", "own", "7")
    none = {"possible": 0, "unobserved": 0, "too_early": 0}
    assert known["partner", "p"][*key, "prison", "r"] == {"n": 2, "x": 1, **none}
    assert known["partner", "p"][*key, "all", ""] == {"n": 3, "x": 2, **none}
    assert known["prison", "s"][*key, "partner", "p"] == {"n": 1, "x": 1, **none}
    assert (*key, "prison", "s") not in known["prison", "s"]


def test_own_parts_of_all_partners_add_up_to_what_is_published() -> None:
    """Everybody belongs to one partner here, so what the partners know of a cell together is the cell."""
    con = warehouse([])
    rows = [cell(5, 3), cell(3, 2, "prison", "r"), cell(2, 1, "prison", "s")]
    for person, partner, prison, number in (
        ("1", "p", "r", 1),
        ("2", "p", "r", 0),
        ("3", "q", "r", 1),
        ("4", "q", "s", 1),
        ("5", "p", "s", 0),
    ):
        con.execute(
            "insert into outcomes.unit_row (measure, component, cohort, cell_set, window_days, scope, person_id, "
            "state, amount, number, possible, unobserved, partner, prison, quarter) values "
            "('contact_made', '', 'programme', 'own', 7, 'groups', ?, 'measured', 1, ?, 0, 0, ?, ?, '2022Q1')",
            [person, number, partner, prison],
        )
    known = read_contributions(con)
    for row in rows:
        parts = [known["partner", name].get(row.key, {}) for name in ("p", "q")]
        assert sum(part.get("n", 0) for part in parts) == row.denominator
        assert sum(part.get("x", 0) for part in parts) == row.numerator


def test_which_changes_are_asked_is_known_for_each_attack_anew() -> None:
    """The same number is another unknown in another selection of rows: no change of an earlier one excuses it."""
    series = Series([], {}, PROFILE, Quarter(2023, 2))
    step = _Step({}, frozenset(), frozenset(), frozenset(), {})
    series.changes[((4, 1),)] = (step, step, ("contact_made", "", "programme", "own", "7", "prison", "p"), "x")
    assert series.width(Target({4: 1}, 3, 0, "x"), ("prison", "p")) == 0
    series.join([], Problem(), {})
    assert series.width(Target({4: 1}, 3, 0, "x"), ("prison", "p")) is None
