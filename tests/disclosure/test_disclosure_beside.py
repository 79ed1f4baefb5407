"""Tables, attrition and curves of the same people laid side by side: what a reader then works out is withheld."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.disclosure.audit import Auditor, check_release
from pipeline.disclosure.beside import Beside
from pipeline.disclosure.curve_audit import protect_curves
from pipeline.disclosure.curves import Curve, plan_curve
from pipeline.disclosure.plain import PlainTable, protect_plain
from pipeline.disclosure.planning import plan_rows
from pipeline.disclosure.process import ATTRITION_DIMS
from pipeline.disclosure.profile import load_profile
from pipeline.disclosure.protect import protect
from pipeline.disclosure.rows import MeasureRow
from pipeline.disclosure.types import Status
from pipeline.errors import DisclosureError
from pipeline.outcomes import DayCount
from tests.support.measures import cell

EXACT = load_profile("exact").model_copy(update={"insiders": ()})
ROUND = load_profile("publication").model_copy(update={"insiders": ()})
RETURNS = {"measure": "return_to_prison", "denominator_unit": "releases"}


def told(rows: Sequence[MeasureRow], beside: Beside | None) -> list[tuple[int, str]]:
    """Row and count that a reader works out."""
    weak = Auditor(EXACT, lambda plan: {}, beside=beside).weak(plan_rows(rows, EXACT))
    return sorted((finding.target.row, finding.target.statistic) for finding in weak)


def attrition(*steps: tuple[str, int], early: int) -> PlainTable:
    """The last steps of the programme's attrition; `early` are lost before the last of them."""
    names = [*steps[:-1], ("too_early", early), steps[-1]]
    keys, counts = [], []
    for number, (name, releases) in enumerate(names):
        reason, step = (name, steps[-1][0]) if name == "too_early" else ("", name)
        keys.append(dict(zip(ATTRITION_DIMS, ("programme", str(number), step, reason), strict=True)))
        counts.append({"releases": releases})
    table = PlainTable("attrition", ATTRITION_DIMS, ("releases",), keys, counts, [{} for _ in keys])
    table.relations.append({(0, "releases"): 1, (1, "releases"): -1, (2, "releases"): -1})
    table.differences.append(((0, "releases"), (2, "releases")))
    return table


def test_a_step_of_the_attrition_and_the_members_of_a_table_are_the_same_people() -> None:
    """142 were released; the attrition hides that 137 are complete, the table that 5 are too early: 142 - 137 = 5."""
    table = attrition(("first_release", 142), ("window_365_complete", 137), early=5)
    protect_plain(table, EXACT)
    assert [table.cell((row, "releases"), EXACT)[0] for row in range(3)] == [142, None, None]
    rows = [cell(137, 40, window="365", too_early=5, **RETURNS)]
    assert told(rows, None) == []
    assert (0, "too_early") in told(rows, Beside(EXACT, table))
    planned, beside = plan_rows(rows, EXACT), Beside(EXACT, table)
    with pytest.raises(DisclosureError, match="audit stopped the release: hidden counts of table return_to_prison"):
        check_release({"return_to_prison": planned}, Auditor(EXACT, lambda plan: {}, beside=beside))
    protect({"return_to_prison": planned}, Auditor(EXACT, lambda plan: {}, beside=beside))
    assert planned[0].cells["n"] == (137, Status.SHOWN)  # the table is worth more than a step
    assert table.cell((0, "releases"), EXACT)[1] is Status.HIDDEN


def test_at_risk_on_a_curve_are_the_members_and_those_who_wait() -> None:
    """100 are at risk first and 93 complete, so at least 7 are too early, and a mark says at most 7."""
    days = [DayCount(5 * i + 5, 100 - 2 * i, 2) for i in range(20)]
    curve = plan_curve(Curve("return_to_prison", "programme", "all", "", days, 90), EXACT)
    protect_curves([curve], EXACT)
    assert curve.cells[0]["at_risk"] == (100, Status.SHOWN)
    rows = [cell(93, 36, window="90", too_early=7, **RETURNS)]
    assert told(rows, None) == []
    assert told(rows, Beside(EXACT, curves=[curve])) == [(0, "too_early")]
    planned, beside = plan_rows(rows, EXACT), Beside(EXACT, curves=[curve])
    protect({"return_to_prison": planned}, Auditor(EXACT, lambda plan: {}, beside=beside))
    assert planned[0].cells["n"] == (93, Status.SHOWN)
    assert {cells["at_risk"][1] for cells in curve.cells} == {Status.HIDDEN}


def test_events_up_to_the_end_of_a_window_bound_its_numerator() -> None:
    """Of 60 who are complete 6 are without an event, which a mark calls 1 to 7; the curve has 54 events: 6 or more."""
    curve = plan_curve(Curve("return_to_prison", "programme", "all", "", [DayCount(90, 65, 54)], 90), EXACT)
    assert curve.cells[0]["events"] == (54, Status.SHOWN)
    rows = [cell(60, 54, window="90", too_early=5, **RETURNS)]
    assert told(rows, None) == []
    assert (0, "c") in told(rows, Beside(EXACT, curves=[curve]))


def test_what_is_tied_to_no_table_says_nothing_of_it() -> None:
    table = attrition(("first_release", 142), ("window_365_complete", 137), early=5)
    protect_plain(table, EXACT)
    assert told([cell(137, 40, window="180", too_early=5, **RETURNS)], Beside(EXACT, table)) == []


def test_attrition_that_tells_too_much_though_hidden_is_left_out_and_the_table_stays() -> None:
    """Six reasons are six people at least, and the mark on the 7 who were released says that they are 7 at most."""
    keys = [dict.fromkeys(ATTRITION_DIMS, "") | {"cohort": "programme", "reason": reason} for reason in ("", *"abcdef")]
    table = PlainTable(
        "attrition", ATTRITION_DIMS, ("releases",), keys, [{"releases": n} for n in (7, 2, *[1] * 5)], []
    )
    table.persons = [{} for _ in keys]
    table.relations.append({(0, "releases"): 1} | {(row, "releases"): -1 for row in range(1, 7)})
    table.hidden = dict.fromkeys(table.places(), "threshold")
    planned, beside = plan_rows([cell(137, 40, window="365", too_early=0, **RETURNS)], EXACT), Beside(EXACT, table)
    protect({"return_to_prison": planned}, Auditor(EXACT, lambda plan: {}, beside=beside))
    assert table.rows(EXACT) == []
    assert planned[0].cells["n"] == (137, Status.SHOWN)


def way(*steps: tuple[str, str, str, int]) -> PlainTable:
    """Attrition by cohort, step, reason and releases; of each step those lost at the next make up the difference."""
    keys = [dict(zip(ATTRITION_DIMS, (c, str(i), step, why), strict=True)) for i, (c, step, why, _) in enumerate(steps)]
    counts = [{"releases": number} for *_, number in steps]
    return PlainTable("attrition", ATTRITION_DIMS, ("releases",), keys, counts, [{} for _ in keys])


def test_before_the_way_into_the_programme_the_tables_of_a_cohort_beside_it_go() -> None:
    """228 releases of 221 people print as 230 and 220, six apart at least, and a mark says that at most 7 are later."""
    rows = [
        cell(221, 80, window="365", **RETURNS),
        cell(228, 85, window="365", cohort="programme_per_release", **RETURNS),
    ]
    table = way(
        ("programme", "released_from_sentence", "", 228),
        ("programme", "first_release", "later_release", 7),
        ("programme", "window_365_complete", "", 221),
        ("programme_per_release", "released_from_sentence", "", 228),
        ("programme_per_release", "window_365_complete", "", 228),
    )
    table.relations.append({(0, "releases"): 1, (1, "releases"): -1, (2, "releases"): -1})
    table.relations.append({(3, "releases"): 1, (4, "releases"): -1})
    table.hidden = {(0, "releases"): "secondary", (1, "releases"): "threshold"}
    planned, beside = plan_rows(rows, ROUND), Beside(ROUND, table)
    assert Auditor(ROUND, lambda plan: {}, beside=beside).weak(planned)
    assert not Auditor(ROUND, lambda plan: {}).weak(planned)
    measures = {"return_to_prison": planned}
    protect(measures, Auditor(ROUND, lambda plan: {}, beside=beside))
    assert [plan.row.cohort for plan in planned] == ["programme"]
    assert table.cell((2, "releases"), ROUND) == (220, Status.ROUNDED)
