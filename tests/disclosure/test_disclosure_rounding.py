"""The method `round`, cell by cell: what is shown, hidden and rounded."""

from __future__ import annotations

import pytest

from pipeline.disclosure import audit
from pipeline.disclosure.planning import plan_rows
from pipeline.disclosure.profile import load_profile
from pipeline.disclosure.rounding import round_to_base
from pipeline.disclosure.rows import MeasureRow, check
from pipeline.disclosure.types import Status, Value
from pipeline.errors import DisclosureError
from tests.support.measures import cell

PROFILE = load_profile("publication")
HIDDEN, SHOWN, ROUNDED, NA = Status.HIDDEN, Status.SHOWN, Status.ROUNDED, Status.NOT_APPLICABLE


def published(row: MeasureRow) -> dict[str, tuple[Value, Status]]:
    (plan,) = plan_rows([row], PROFILE)
    return plan.cells


@pytest.mark.parametrize(
    ("count", "rounded"), [(8, 10), (12, 10), (13, 15), (17, 15), (18, 20), (100, 100), (102, 100), (103, 105)]
)
def test_counts_go_to_the_nearest_five(count: int, rounded: int) -> None:
    assert round_to_base(count, 5) == rounded


@pytest.mark.parametrize(
    ("n", "x", "expected"),
    [
        (100, 0, (0, SHOWN)),  # zero is an honest number for everybody together
        (100, 1, (None, HIDDEN)),
        (100, 7, (None, HIDDEN)),
        (100, 8, (10, ROUNDED)),
        (100, 92, (90, ROUNDED)),
        (100, 93, (None, HIDDEN)),  # 7 without the event
        (30, 28, (None, HIDDEN)),  # 28 of 30 discloses two
        (100, 100, (100, ROUNDED)),
    ],
)
def test_numerators_by_threshold_and_complement(n: int, x: int, expected: tuple[Value, Status]) -> None:
    assert published(cell(n, x))["x"] == expected


@pytest.mark.parametrize("x", [0, 40])
def test_none_or_all_of_an_identifiable_group_is_hidden(x: int) -> None:
    assert published(cell(40, x, "prison", "a"))["x"] == (None, HIDDEN)
    assert published(cell(40, x))["x"][1] in (SHOWN, ROUNDED)
    assert published(cell(40, x, "end_reason", "completed"))["x"][1] in (SHOWN, ROUNDED)


def test_a_grouping_that_no_profile_knows_counts_as_identifiable() -> None:
    assert published(cell(40, 0, "street", "a"))["x"] == (None, HIDDEN)


def test_a_small_group_hides_all_its_counts() -> None:
    cells = published(cell(7, 0, "partner", "a"))
    assert [cells[name] for name in ("n", "x", "persons", "rate")] == [(None, HIDDEN)] * 4


def test_the_threshold_is_on_persons_not_on_things() -> None:
    """60 cancelled visits of 5 people are 5 people."""
    cells = published(cell(400, 60, numerator_persons=5, complement_persons=90, persons=95, denominator_unit="visits"))
    assert cells["x"] == (None, HIDDEN)
    assert cells["n"] == (400, ROUNDED)


@pytest.mark.parametrize(("workers", "hidden"), [(0, True), (1, True), (2, False)])
def test_process_cells_need_two_workers(workers: int, hidden: bool) -> None:
    cells = published(cell(100, 50, "partner", "a", process=True, workers=workers))
    assert [cells[name][1] is HIDDEN for name in ("n", "x", "persons", "rate")] == [hidden] * 4


def test_too_early_possible_and_unobserved_are_cells_too() -> None:
    cells = published(cell(100, 50, too_early=3, possible=7, unobserved=1))
    assert [cells[name] for name in ("too_early", "possible", "unobserved")] == [(None, HIDDEN)] * 3


def test_a_row_without_numbers_says_why_and_still_counts_the_too_early() -> None:
    row = cell(0, 0, status="too_early", too_early=23)
    cells = published(row)
    assert cells["x"] == (None, Status.TOO_EARLY)
    assert cells["too_early"] == (25, ROUNDED)


def test_a_dominated_magnitude_is_hidden_and_an_unknown_share_counts_as_dominated() -> None:
    ratio = {"kind": "ratio", "complement_persons": None, "numerator_persons": 40, "persons": 50}
    assert published(cell(500, 2000, **ratio, share=0.86))["x"] == (None, HIDDEN)
    assert published(cell(500, 2000, **ratio, share=None))["value"] == (None, HIDDEN)
    assert published(cell(500, 2002, **ratio, share=0.2))["value"] == (4.0, ROUNDED)  # 2000 / 500, not 2002 / 500


def test_medians_need_the_threshold_and_lose_their_last_digit_in_small_groups() -> None:
    median = {"kind": "median", "numerator": None, "numerator_persons": None, "complement_persons": None}
    assert published(cell(7, 0, **median, value=33.0))["value"] == (None, HIDDEN)
    assert published(cell(40, 0, **median, value=33.0))["value"] == (35, ROUNDED)
    assert published(cell(120, 0, **median, value=33.4))["value"] == (33, ROUNDED)


def test_whether_a_tenth_had_an_event_is_only_said_where_a_tenth_are_not_few() -> None:
    day = {"kind": "median", "numerator": None, "numerator_persons": None, "complement_persons": None, "per": 10}
    assert published(cell(79, 0, **day, value=33.0))["value"] == (None, HIDDEN)
    assert published(cell(79, 0, **day, value=None))["value"] == (None, HIDDEN)  # not reached: fewer than 8 of 79
    assert published(cell(80, 0, **day, value=33.0))["value"] == (35, ROUNDED)
    assert published(cell(80, 0, **day, value=None))["value"] == (None, Status.NOT_APPLICABLE)


def test_days_of_a_measure_that_nobody_collects_say_so() -> None:
    row = cell(0, 0, kind="median", per=10, status="not_collected", persons=None, numerator=None, denominator=None)
    (planned,) = plan_rows([row], PROFILE)
    assert planned.cells["value"] == (None, Status.NOT_COLLECTED)
    assert audit.broken(planned, PROFILE) is None


@pytest.mark.parametrize(
    "broken",
    [
        {"persons": None},
        {"numerator_persons": None},
        {"complement_persons": None},
        {"numerator": 120},
        {"too_early": -1},
        {"status": "fine"},
        {"process": True, "workers": None},
        {"group_by": "partner*prison"},
    ],
)
def test_a_cell_that_lacks_what_control_needs_stops_the_release(broken: dict[str, object]) -> None:
    with pytest.raises(DisclosureError, match="Table contact_made has"):
        check(cell(100, 50, **broken))
