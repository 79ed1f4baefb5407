"""Further hiding: unsafe tables become safe, the same way every time, and brute force agrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.disclosure.audit import Auditor, check_table
from pipeline.disclosure.leaving import leave_out_same_windows, leave_out_whole_cohorts
from pipeline.disclosure.ledger import Ledger
from pipeline.disclosure.planning import HELD, Planned, plan_rows
from pipeline.disclosure.profile import load_profile
from pipeline.disclosure.protect import protect
from pipeline.disclosure.rows import MeasureRow
from pipeline.disclosure.types import Status
from pipeline.errors import DisclosureError
from tests.support.measures import cell, margin

PROFILE = load_profile("publication").model_copy(
    update={"insiders": ()}
)  # any reader; insiders have tests of their own


def auditor() -> Auditor:
    return Auditor(PROFILE, lambda plan: {})


def marks(planned: Sequence[Planned], statistic: str = "x") -> dict[str, str]:
    return {p.row.group_value or "all": p.hidden[statistic] for p in planned if statistic in p.hidden}


def protected(rows: Sequence[MeasureRow]) -> list[Planned]:
    planned = plan_rows(rows, PROFILE)
    protect({"contact_made": planned}, auditor())
    return planned


def of_two_measures() -> dict[str, list[Planned]]:
    """Two measures of the programme with two windows each, and one of them in another cohort too."""
    rows = {
        name: [cell(100, 40, window=window, measure=name) for window in ("21", "90")]
        for name in ("contact_made", "treatment_started")
    }
    rows["contact_made"].append(cell(100, 40, window="21", cohort="comparison"))
    return {name: plan_rows(found, PROFILE) for name, found in rows.items()}


def left(tables: Mapping[str, Sequence[Planned]]) -> dict[str, list[tuple[str, str]]]:
    return {name: [(plan.row.cohort, plan.row.window) for plan in planned] for name, planned in tables.items()}


def test_at_last_a_weak_window_goes_in_every_measure_of_its_cohort_and_then_the_cohort() -> None:
    """What was published before is held instead: it stands again, and nothing is said of it today."""
    tables = of_two_measures()
    weak = tables["contact_made"][:1]
    leave_out_same_windows(tables, weak, auditor())
    assert left(tables) == {
        "contact_made": [("programme", "90"), ("comparison", "21")],
        "treatment_started": [("programme", "90")],
    }
    tables = of_two_measures()
    held: list[Planned] = []
    published = Auditor(PROFILE, lambda plan: {"n": ((1, 200),)}, hold=lambda plan: bool(held.append(plan) or True))
    leave_out_whole_cohorts(tables, tables["contact_made"][:1], published)
    assert [(plan.row.measure, plan.row.cohort) for plan in held] == [
        *[("contact_made", "programme")] * 2,
        *[("treatment_started", "programme")] * 2,
    ]
    assert left(tables) == left(of_two_measures())
    leave_out_whole_cohorts(tables, tables["contact_made"][:1], auditor())
    assert left(tables) == {"contact_made": [("comparison", "21")], "treatment_started": []}


def cube(x: Mapping[tuple[str, ...], int], dimensions: Sequence[str], n: int = 60) -> list[MeasureRow]:
    """All margins of a table of numerators by two or three groupings; each inner cell has n people."""
    rows = []
    for kept in product([True, False], repeat=len(dimensions)):
        names = [d for d, keep in zip(dimensions, kept, strict=True) if keep]
        sums: dict[tuple[str, ...], tuple[int, int]] = {}
        for place, count in x.items():
            key = tuple(p for p, keep in zip(place, kept, strict=True) if keep)
            old = sums.get(key, (0, 0))
            sums[key] = (old[0] + n, old[1] + count)
        for key, (total, count) in sums.items():
            rows.append(cell(total, count, "*".join(names) or "all", "*".join(key)))
    return rows


def test_one_dimension_a_mark_that_rounding_gives_away_takes_its_sibling_with_it() -> None:
    """20 together, 10 beside it: the hidden one is 6 or 7. Hiding the sibling too leaves 1 to 7."""
    rows = margin({"f": (100, 12), "g": (100, 7)})
    with pytest.raises(DisclosureError, match="worked out too closely"):
        check_table("contact_made", plan_rows(rows, PROFILE), auditor())
    assert marks(protected(rows)) == {"f": "secondary", "g": "threshold"}


def test_two_dimensions_safe_in_each_margin_and_unsafe_together() -> None:
    """Rows alone leave the small cell wide; the columns close it from the other side."""
    x = {("a", "q"): 7, ("a", "r"): 12, ("b", "q"): 12, ("b", "r"): 30}
    rows = cube(x, ("partner", "quarter"))
    planned = plan_rows(rows, PROFILE)
    assert auditor().weak(planned)
    safe = protected(rows)
    assert not auditor().weak(safe)
    assert "secondary" in marks(safe).values()


def test_what_helps_from_afar_is_found_when_nothing_near_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """A neighbourhood of nothing: the sibling is found among everything, and nothing is left out or withheld whole."""
    monkeypatch.setattr("pipeline.disclosure.widening.REACH", 0)
    rows = margin({"f": (100, 12), "g": (100, 7)})
    assert marks(protected(rows)) == {"f": "secondary", "g": "threshold"}


def test_three_dimensions_are_protected_through_all_their_margins() -> None:
    parts = ["p", "q"]
    x = dict.fromkeys(product(parts, repeat=3), 12) | {("p", "p", "p"): 7}
    rows = cube(x, ("partner", "quarter", "planned"))
    planned = plan_rows(rows, PROFILE)
    assert auditor().weak(planned)
    assert not auditor().weak(protected(rows))


def test_the_total_of_parts_that_were_never_published_together_is_still_known_to_add_up() -> None:
    """Two groupings of the same people without their total: what one says of the sum limits the other."""
    rows = margin({"f": (100, 12), "g": (100, 7)})[1:] + margin({"h": (100, 8), "i": (100, 11)}, "quarter")[1:]
    planned = plan_rows(rows, PROFILE)
    alone = auditor().weak([p for p in planned if p.row.group_by == "partner"])
    assert alone == []
    safe = protected(rows)
    assert not auditor().weak(safe)


def test_windows_too_early_is_not_the_difference_of_two_denominators() -> None:
    """98 at day 0 and 92 at day 30 of the same people: rounded to 100 and 90 they leave 6 or 7 too early."""
    rows = [cell(98, 40, window="0"), cell(92, 40, window="30", too_early=6)]
    planned = plan_rows(rows, PROFILE)
    assert [p.cells["n"][0] for p in planned] == [100, 90]
    assert auditor().weak(planned)
    safe = protected(rows)
    assert not auditor().weak(safe)
    assert [p.hidden.get("n") for p in safe].count("secondary") == 1


def test_a_denominator_hidden_in_one_table_is_hidden_in_its_twin() -> None:
    rows = [cell(98, 40, window="0"), cell(92, 40, window="30", too_early=6)]
    twins = [replace(row, measure="treatment_started") for row in rows]
    tables = {part[0].measure: plan_rows(part, PROFILE) for part in (rows, twins)}
    protect(tables, auditor())
    hidden = [[plan.cells["n"][1] is Status.HIDDEN for plan in planned] for planned in tables.values()]
    assert hidden[0] == hidden[1]
    assert hidden[0].count(True) == 1
    shown = [plan.cells["rate"][1] is Status.HIDDEN for plan in tables["treatment_started"]]
    assert shown == hidden[1]


def test_the_number_of_marks_says_nothing_where_the_total_is_small() -> None:
    """5 too early in all, one in each of five groups: marks on the five alone would say 1 to 3 each."""
    rows = margin(dict.fromkeys("abcde", (40, 20)))
    rows = [cell(200, 100, too_early=5), *(cell(40, 20, "partner", name, too_early=1) for name in "abcde")]
    rows.append(cell(40, 20, "partner", "f", too_early=0))
    rows[0] = cell(240, 120, too_early=5)
    safe = protected(rows)
    assert marks(safe, "too_early")["f"] == "secondary"
    assert not auditor().weak(safe)


def test_one_doubtful_person_in_each_group_is_withheld_with_zeros_and_total() -> None:
    """Seven groups with one unobserved each and seven in all: marks that said 1 to 7 would say exactly 1."""
    rows = [cell(700, 350, unobserved=7), *(cell(100, 50, "quarter", f"2022Q{i}", unobserved=1) for i in range(7))]
    safe = protected(rows)
    assert len(safe) == 8
    assert all(plan.cells["unobserved"][1] is Status.HIDDEN for plan in safe)
    assert safe[0].cells["x"][1] is Status.ROUNDED


def test_a_breakdown_that_only_lists_single_people_is_left_out() -> None:
    """Five people in five quarters: that a quarter is listed says that somebody is in it, whatever is marked."""
    rows = [cell(5, 5), *(cell(1, 1, "quarter", f"2022Q{i}") for i in range(5))]
    planned = plan_rows(rows, PROFILE)
    protect({"contact_made": planned}, auditor())
    assert [plan.row.group_by for plan in planned] == ["all"]
    assert planned[0].cells["n"] == (None, Status.HIDDEN)


def test_what_was_once_published_stays_and_what_tells_beside_it_goes() -> None:
    rows = [cell(5, 5), *(cell(1, 1, "quarter", f"2022Q{i}") for i in range(5))]
    before = Auditor(PROFILE, lambda plan: {"n": ((1.0, 7.0),)} if plan.row.group_by == "quarter" else {})
    planned = plan_rows(rows, PROFILE)
    protect({"contact_made": planned}, before)
    assert {plan.row.group_by for plan in planned} == {"quarter"}


def test_what_nothing_makes_safe_stands_as_it_was_where_it_was_published_before() -> None:
    """Earlier 20 and 10 were published for total and sibling, so that hiding the sibling today would not help."""
    rows = margin({"f": (100, 12), "g": (100, 7)})
    given_away = Auditor(PROFILE, lambda plan: {"x": ((plan.row.numerator or 0, plan.row.numerator or 0),)})
    held = []

    def hold(plan: Planned) -> bool:
        new = not plan.repeats
        plan.repeats = HELD
        held.extend([plan.row.key] * new)
        return new

    planned = plan_rows(rows, PROFILE)
    protect({"contact_made": planned}, replace(given_away, hold=hold))
    assert len(planned) == 3
    assert set(held) == {row.key for row in rows if row.group_by != "all"}


def test_what_an_earlier_release_said_of_the_same_cell_is_known_too() -> None:
    """Earlier 20 and 10 were published for total and sibling; hiding the sibling now does not unsay it."""
    rows = margin({"f": (100, 12), "g": (100, 7)})
    ledger = Ledger(path=None)  # type: ignore[arg-type]
    sibling = rows[1]
    cells = {name: [None, "not_applicable"] for name in ("n", "x", "persons", "possible", "too_early", "unobserved")}
    key = ("contact_made", *sibling.keys.values(), sibling.period_from, sibling.period_to)
    ledger.published[key] = [{"cells": cells | {"x": [10, "rounded"]}, "base": 5, "threshold": 8}]
    planned = protected(rows)
    assert not auditor().weak(planned)
    assert Auditor(PROFILE, ledger.earlier).weak(planned)


def test_what_cannot_be_made_safe_stops_and_names_the_table() -> None:
    """Nothing is left to hide: an earlier release gave away every neighbour."""
    rows = margin({"f": (100, 12), "g": (100, 7)})
    given_away = Auditor(PROFILE, lambda plan: {"x": ((plan.row.numerator or 0, plan.row.numerator or 0),)})
    with pytest.raises(DisclosureError, match="Table contact_made cannot be made safe") as stopped:
        protect({"contact_made": plan_rows(rows, PROFILE)}, given_away)
    assert "12" not in str(stopped.value)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 24), min_size=2, max_size=3), st.randoms(use_true_random=False))
def test_brute_force_finds_no_narrow_cell_and_the_order_of_rows_does_not_matter(xs: list[int], dice: object) -> None:
    """Every world that would be published like this one, for a reader told which marks are primary."""
    n = 40
    assume(any(0 < x < 8 or x == 0 for x in xs))
    rows = margin({f"g{i}": (n, x) for i, x in enumerate(xs)})
    planned = protected(rows)
    shuffled = list(rows)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert marks(protected(shuffled)) == marks(planned)
    by_group = {p.row.group_value: p for p in planned}

    def primary(count: int) -> bool:
        return count < 8 or n - count < 8

    def fits(plan: Planned, count: int, is_primary: bool) -> bool:
        value, status = plan.cells["x"]
        if status is Status.HIDDEN:
            return plan.hidden["x"] == "secondary" or is_primary
        return not is_primary and value == (count + 2) // 5 * 5

    total_n = n * len(xs)
    worlds = [
        world
        for world in product(range(n + 1), repeat=len(xs))
        if all(fits(by_group[f"g{i}"], count, primary(count)) for i, count in enumerate(world))
        and fits(by_group[""], sum(world), 0 < sum(world) < 8 or 0 < total_n - sum(world) < 8)
    ]
    assert tuple(xs) in worlds
    for i, x in enumerate(xs):
        if primary(x):
            seen = {world[i] for world in worlds}
            assert max(seen) - min(seen) >= PROFILE.protection_width
