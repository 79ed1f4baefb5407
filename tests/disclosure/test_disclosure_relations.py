"""What holds between tables by definition is known to every attacker, and stops the release where it is not true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline.disclosure.audit import Auditor
from pipeline.disclosure.leaving import leave_out_breakdowns
from pipeline.disclosure.never import allowed
from pipeline.disclosure.planning import Planned, plan_rows
from pipeline.disclosure.profile import load_profile
from pipeline.disclosure.protect import protect
from pipeline.disclosure.relations import hold, relations
from pipeline.disclosure.rows import MeasureRow
from pipeline.errors import DisclosureError
from tests.support.measures import cell

EXACT = load_profile("exact")


def auditor() -> Auditor:
    return Auditor(EXACT, lambda plan: {})


def weak(rows: Sequence[MeasureRow]) -> set[tuple[str, str]]:
    """Cohort or component, and count, that a reader works out from these rows as the primary rules leave them."""
    planned = plan_rows(rows, EXACT)
    return {
        (planned[f.target.row].row.component or planned[f.target.row].row.cohort, f.target.statistic)
        for f in auditor().weak(planned)
    }


def safe(rows: Sequence[MeasureRow]) -> dict[tuple[str, str], dict[str, int | None]]:
    """What is printed of n and x in the end, by cohort and component."""
    tables = {name: plan_rows([r for r in rows if r.measure == name], EXACT) for name in {r.measure for r in rows}}
    protect(tables, auditor())
    assert weak(rows)
    assert not auditor().weak([plan for planned in tables.values() for plan in planned])
    return {
        (plan.row.cohort, plan.row.component): {name: plan.cells[name][0] for name in ("n", "x")}  # type: ignore[misc]
        for planned in tables.values()
        for plan in planned
    }


def returns(narrow: int, wide: int) -> dict[str, list[Planned]]:
    """Returns for a new offence (hidden when few) beside all returns to prison, of the same 200 releases."""
    counts = {"return_for_new_offence": narrow, "return_to_prison": wide}
    rows = {name: cell(200, x, measure=name, window="365", denominator_unit="releases") for name, x in counts.items()}
    return {name: plan_rows([row], EXACT) for name, row in rows.items()}


def test_a_return_for_a_new_offence_is_known_to_be_a_return_to_prison() -> None:
    """Row 1 (all returns) less row 0 (for a new offence) is never negative; another window is another matter."""
    rows = [plan.row for planned in returns(3, 12).values() for plan in planned]
    held = [(one.relation.name, one.terms) for one in hold(rows)]
    assert held == [("a return for a new offence is a return to prison", [((1, "x"), 1), ((0, "x"), -1)])]
    assert list(hold([rows[0], replace(rows[1], window="90")])) == []


def how_often(returned: int, times: int) -> list[MeasureRow]:
    """Who of 100 releases returned, and how often they did altogether."""
    shared = {"window": "365", "denominator_unit": "releases"}
    times_of = cell(
        100, times, measure="return_frequency", persons=100, kind="ratio", per=100, value=times, share=0.1, **shared
    )
    return [cell(100, returned, measure="return_to_prison", **shared), times_of]


def test_how_often_people_returned_says_how_many_did_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """6 of 100 did not return: 93 to 99 did; but 94 returns are of 94 people at most, so 93 or 94 did."""
    assert weak(how_often(94, 94)) == {("programme", "c")}
    assert safe(how_often(94, 94))
    known = [relation for relation in relations() if relation.more.get("measure") != "return_frequency"]
    monkeypatch.setattr("pipeline.disclosure.relations.relations", lambda: known)
    assert weak(how_often(94, 94)) == set()


def test_few_further_returns_are_not_told() -> None:
    """33 returns of 31 people: two were further ones of one or two of them. Twenty more are many."""
    assert weak(how_often(31, 33)) == {("programme", "x")}
    assert weak(how_often(31, 51)) == set()


def test_a_relation_that_the_counts_deny_stops_the_release_loudly() -> None:
    with pytest.raises(DisclosureError, match="it is not true that a return for a new offence is a return to prison"):
        protect(returns(30, 12), auditor())


def test_who_is_in_one_cohort_and_not_in_the_other_is_a_cell_that_nobody_prints() -> None:
    """249 clients, of whom 242 had an open case: 249 - 242 = 7 whose case was closed, 2 of them treated."""
    rows = [cell(249, 75), cell(242, 73, cohort="programme_open")]
    assert weak(rows) == {("programme_open", "n"), ("programme_open", "x"), ("programme_open", "c")}
    printed = safe(rows)
    assert printed["programme", ""] == {"n": 249, "x": 75}
    assert printed["programme_open", ""] == {"n": None, "x": None}


def test_many_with_a_closed_case_may_be_known() -> None:
    """249 - 200 = 49 with a closed case, 20 of them treated and 29 not."""
    assert weak([cell(249, 75), cell(200, 55, cohort="programme_open")]) == set()


def test_later_releases_of_few_who_had_returned_are_not_told() -> None:
    """254 releases of 249 clients: five had returned and were released again."""
    rows = [cell(249, 75), cell(254, 80, cohort="programme_per_release")]
    assert weak(rows) == {("programme_per_release", "n"), ("programme_per_release", "x")}
    assert safe(rows)["programme", ""] == {"n": 249, "x": 75}


def test_a_cohort_beside_the_programme_is_left_out_where_no_mark_helps() -> None:
    """The programme itself stays: its whole is never left out."""
    rows = [cell(n, x, cohort=c) for c, n, x in (("programme", 249, 75), ("programme_per_release", 254, 80))]
    planned = plan_rows(rows, EXACT)
    leave_out_breakdowns({"contact_made": planned}, planned, auditor())
    assert [plan.row.cohort for plan in planned] == ["programme"]


def test_all_releases_less_two_cohorts_leave_a_third() -> None:
    """Of 400 releases 250 are clients' and 147 the comparison's: three are neither, and two of them returned."""
    cohorts = {"all_releases": (400, 120), "programme_per_release": (250, 70), "comparison": (147, 48)}
    rows = [cell(*counts, measure="return_to_prison", window="365", cohort=c) for c, counts in cohorts.items()]
    assert {count for _, count in weak(rows)} == {"n", "x", "c"}
    safe(rows)


def test_needs_met_and_partly_met_leave_the_unmet() -> None:
    """Of 60 needs 40 were met and 17 in part: 60 - 40 - 17 = 3 were not, though 20 and 43 outside are many."""
    rows = [
        cell(60, x, measure="needs", component=part, denominator_unit="needs", window="", workers=3, process=True)
        for part, x in (("met", 40), ("partly_met", 17))
    ]
    assert weak(rows) == {("met", "x <= n")}
    safe(rows)


def test_clients_less_those_whose_needs_are_counted_raised_none() -> None:
    """158 clients, of whom 157 stand behind the needs that were met or not: 158 - 157 = 1 raised none."""
    shared = {"measure": "needs", "window": "", "workers": 3, "process": True}
    rows = [
        cell(390, 166, component="met", persons=157, denominator_unit="needs", **shared),
        cell(166, 150, component="raised", persons=158, **shared),
    ]
    assert ("met", "persons") in weak(rows)
    safe(rows)


def test_cohorts_that_share_nearly_everybody_are_published_as_a_whole_only() -> None:
    whole, part = cell(242, 73, cohort="programme_open"), cell(60, 20, "prison", "a", cohort="programme_open")
    assert allowed([whole, part, cell(62, 21, "prison", "a")]) == [whole, cell(62, 21, "prison", "a")]
