"""Between releases: what only few people moved is repeated with its day; breakdowns refresh once a year."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.disclosure import draft, is_current
from pipeline.disclosure.types import Status
from pipeline.errors import DisclosureError
from tests.support.outcomes_db import project, run_of
from tests.support.releases import counted, released

PEOPLE = {"a": range(150), "b": range(150, 300)}


def test_a_swap_of_three_people_is_repeated_with_its_day_and_said_so(tmp_path: Path) -> None:
    """Three leave and three come: 150 again, and the six are too few to show."""
    first = released(tmp_path, counted(PEOPLE), "2023Q1")
    swapped = {"a": [*range(3, 150), *range(400, 403)], "b": range(150, 300)}
    second = released(tmp_path, counted(swapped), "2023Q2")
    table = second.table("contact_made")
    cell = table.cell("x", group_value="a")
    assert (cell.value, cell.published_on) == (
        first.table("contact_made").cell("x", group_value="a").value,
        "2023-08-15",
    )
    assert table.cell("x", group_value="b").published_on == ""
    assert {(c["keys"]["group_value"], c["why"]) for c in second.changes} == {("a", "few_moved"), ("", "few_moved")}


def test_many_who_move_refresh_the_cell(tmp_path: Path) -> None:
    released(tmp_path, counted(PEOPLE), "2023Q1")
    second = released(tmp_path, counted({"a": range(20, 150), "b": range(150, 300)}), "2023Q2")
    cell = second.table("contact_made").cell("n", group_value="a")
    assert (cell.value, cell.published_on) == (130, "")
    changed = [c for c in second.changes if c["statistic"] == "n" and c["keys"]["group_value"] == "a"]
    assert [(c["before"], c["quarter"], c["why"]) for c in changed] == [(150, "2023Q1", "refreshed")]


@pytest.mark.parametrize(("quarter", "value"), [("2023Q2", 150), ("2023Q4", 150), ("2024Q1", 130)])
def test_breakdowns_by_partner_refresh_once_a_year(tmp_path: Path, quarter: str, value: int) -> None:
    released(tmp_path, counted(PEOPLE, "partner"), "2023Q1")
    later = {"a": range(20, 150), "b": range(150, 320)}
    second = released(tmp_path, counted(later, "partner"), quarter)
    assert second.table("contact_made").cell("n", group_value="a").value == value
    assert bool(second.table("contact_made").cell("n", group_value="a").published_on) == (value == 150)


def test_a_repeated_value_keeps_its_first_day_and_its_year(tmp_path: Path) -> None:
    """Repeating is no new publication: the year runs from the day the value was new."""
    released(tmp_path, counted(PEOPLE, "partner"), "2023Q1")
    released(tmp_path, counted({"a": range(20, 150), "b": range(150, 320)}, "partner"), "2023Q3")
    third = released(tmp_path, counted({"a": range(20, 150), "b": range(150, 320)}, "partner"), "2024Q1")
    assert third.table("contact_made").cell("n", group_value="a").value == 130


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param([*range(150), *range(401, 421, 2), 400, 402], id="twelve come and two of them are counted"),
        pytest.param([*range(10, 150), 401, 403], id="five counted leave, five others leave, two come"),
        pytest.param([*range(3, 150), 401, 403, 404], id="three for three"),
        pytest.param(range(1, 150), id="one is erased"),
        pytest.param([*range(150), *range(401, 441, 2)], id="twenty come, none of whom is counted"),
        pytest.param([*range(150), *range(400, 440, 2)], id="twenty come, all of whom are counted"),
    ],
)
def test_few_who_move_any_count_of_a_row_hold_the_row_back(tmp_path: Path, changed: list[int]) -> None:
    released(tmp_path, counted(PEOPLE), "2023Q1")
    second = released(tmp_path, counted({"a": changed, "b": range(150, 300)}), "2023Q2")
    row = second.table("contact_made").rows(group_value="a")[0]
    assert {cell.published_on for cell in row.cells.values()} == {"2023-08-15"}
    assert (row["n"].value, row["x"].value) == (150, 75)


def test_a_row_is_held_against_every_earlier_printing_and_not_only_the_last(tmp_path: Path) -> None:
    """40 come and go again, and two others come: two more than at first, which 152 beside 150 would say."""
    crowd = range(400, 440)
    for quarter, who in (("2023Q1", PEOPLE["a"]), ("2023Q2", [*PEOPLE["a"], *crowd])):
        latest = released(tmp_path, counted({"a": who, "b": range(150, 300)}), quarter)
        assert latest.table("contact_made").cell("n", group_value="a").published_on == ""
    third = released(tmp_path, counted({"a": [*PEOPLE["a"], 500, 501], "b": range(150, 300)}), "2023Q3")
    cell = third.table("contact_made").cell("n", group_value="a")
    assert (cell.value, bool(cell.published_on)) == (190, True)


@pytest.mark.parametrize("profile", ["publication", "exact"])
def test_a_new_group_all_of_whom_are_counted_goes_out_and_holds_the_whole_back(tmp_path: Path, profile: str) -> None:
    """Printed anew, the whole would say that nobody outside its numerator came: of a group that all of it is in it."""
    released(tmp_path, counted(PEOPLE), "2023Q1", profile=profile)
    second = released(tmp_path, counted(PEOPLE | {"c": range(400, 440, 2)}), "2023Q2", profile=profile)
    table = second.table("contact_made")
    assert table.cell("n", group_value="").published_on == "2023-08-15"
    assert table.cell("n", group_value="c").value == 20
    assert table.cell("x", group_value="c").status is Status.HIDDEN
    assert table.cell("n", group_value="a").published_on == ""


def test_where_nobody_was_counted_yet_the_first_to_be_counted_are_printed(tmp_path: Path) -> None:
    """The change is the count itself, so that the row is protected like a new one."""
    empty = counted(PEOPLE | {"c": ()}, early={"c": range(400, 420)})
    released(tmp_path, empty, "2023Q1")
    second = released(tmp_path, counted(PEOPLE | {"c": range(400, 420, 2)}), "2023Q2")
    cell = second.table("contact_made").cell("n", group_value="c")
    assert (cell.value, cell.published_on) == (10, "")


@pytest.mark.parametrize(("come", "shown"), [(3, False), (9, True)])
def test_exact_counts_beside_the_denominator_are_hidden_while_few_moved_them(
    tmp_path: Path, come: int, shown: bool
) -> None:
    def early(number: int) -> dict[str, range]:
        return {"a": range(1000, 1000 + number), "b": range(2000, 2020)}

    released(tmp_path, counted(PEOPLE, early=early(20)), "2023Q1", profile="exact")
    second = released(tmp_path, counted(PEOPLE, early=early(20 + come)), "2023Q2", profile="exact")
    cell = second.table("contact_made").cell("too_early", group_value="a")
    assert (cell.value is not None) is shown
    assert cell.published_on == ""


def test_an_erasure_reaches_a_yearly_breakdown_when_its_year_is_over_and_others_went_with_it(tmp_path: Path) -> None:
    released(tmp_path, counted(PEOPLE, "partner"), "2023Q1")
    for quarter, left, value in (("2023Q2", range(1, 150), 150), ("2024Q1", range(1, 150), 150)):
        latest = released(tmp_path, counted({"a": left, "b": range(150, 300)}, "partner"), quarter)
        assert latest.table("contact_made").cell("n", group_value="a").value == value
    last = released(tmp_path, counted({"a": range(20, 150), "b": range(150, 300)}, "partner"), "2024Q2")
    assert last.table("contact_made").cell("n", group_value="a").value == 130


def test_a_revision_holds_back_what_few_moved_and_leaves_the_first_bundle_as_it_was(tmp_path: Path) -> None:
    first = released(tmp_path, counted(PEOPLE), "2023Q1")
    before = {path: path.read_bytes() for path in sorted(first.path.rglob("*")) if path.is_file()}
    revised = released(tmp_path, counted({"a": range(2, 150), "b": range(130, 300)}), "2023Q1", reason="late delivery")
    table = revised.table("contact_made")
    assert [table.cell("n", group_value=g).value for g in "ab"] == [150, 170]
    assert revised.meta.revision_reason == "late delivery"
    assert revised.path != first.path
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("record", ["members.parquet", "rows.parquet", "own.parquet"])
@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"x")], ids=["lost", "damaged"])
def test_nothing_is_released_when_the_record_of_an_earlier_release_is_lost(
    tmp_path: Path, record: str, damage: Callable[[Path], object]
) -> None:
    bundle = released(tmp_path, counted(PEOPLE), "2023Q1")
    damage(tmp_path / "data" / "disclosure" / "internal" / f"{bundle.meta.bundle_id}.{record}")
    with pytest.raises(DisclosureError, match="Restore it from a copy"):
        released(tmp_path, counted(PEOPLE), "2023Q2")


@pytest.mark.parametrize("other", [None, b"x" * 32])
def test_with_another_key_nobody_would_be_known_again_so_it_stops(tmp_path: Path, other: bytes | None) -> None:
    released(tmp_path, counted(PEOPLE), "2023Q1")
    key = tmp_path / "data" / "disclosure" / "internal" / "members.key"
    key.unlink() if other is None else key.write_bytes(other)
    with pytest.raises(DisclosureError, match="Restore it from a copy"):
        released(tmp_path, counted(PEOPLE), "2023Q2")


@pytest.mark.parametrize("profile", ["exact", "minimum-3"])
def test_a_series_keeps_its_base_and_threshold(tmp_path: Path, profile: str) -> None:
    """5 hidden in one release and shown in the next would be no secret."""
    released(tmp_path, counted(PEOPLE), "2023Q1")
    with pytest.raises(DisclosureError, match="another base or threshold"):
        released(tmp_path, counted(PEOPLE), "2023Q2", profile=profile)


def test_a_signed_bundle_that_the_ledger_does_not_list_stops_the_next(tmp_path: Path) -> None:
    bundle = released(tmp_path, counted(PEOPLE), "2023Q1")
    (tmp_path / "data" / "disclosure" / "ledger.jsonl").unlink()
    with pytest.raises(DisclosureError, match=f"{bundle.meta.bundle_id} is signed and not in the ledger"):
        released(tmp_path, counted(PEOPLE), "2023Q2")


def test_who_was_in_a_cell_is_kept_in_the_house_and_only_as_keyed_digests(tmp_path: Path) -> None:
    bundle = released(tmp_path, counted(PEOPLE), "2023Q1")
    internal = tmp_path / "data" / "disclosure" / "internal"
    assert (internal / "members.key").stat().st_mode & 0o077 == 0
    assert (internal / f"{bundle.meta.bundle_id}.members.parquet").exists()
    assert not list(bundle.path.glob("*.parquet"))


def test_a_draft_is_made_again_when_something_was_released_since(tmp_path: Path) -> None:
    waiting = run_of(quarter="2023Q3")
    draft(counted(PEOPLE), project(tmp_path), waiting)
    assert is_current(project(tmp_path), waiting)
    released(tmp_path, counted(PEOPLE), "2023Q1")
    assert not is_current(project(tmp_path), waiting)
    draft(counted(PEOPLE), project(tmp_path), waiting)
    assert is_current(project(tmp_path), waiting)
