"""Complementary suppression: published cases as printed, the optimum equal to brute force, every insider held off."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.disclosure import suppression
from pipeline.disclosure.tables import (
    LinkedTables,
    TableCell,
    count_table,
    cross_sums,
    needs_hiding,
    protect_tables,
    weak_cells,
)
from pipeline.errors import DisclosureError

REAL = Path(__file__).parents[3] / "shared" / "realdata" / "disclosure"
Place = tuple[str, ...]


def rows_of(name: str) -> list[dict[str, str]]:
    path = REAL / name
    if not path.exists():
        pytest.skip("the folder of published cases is absent")
    return list(csv.DictReader(path.open(encoding="utf-8")))


def crossed(inner: dict[Place, int], threshold: int, *, zeros: bool = False, **options: int) -> LinkedTables:
    """A table with one total for each dimension; cells below the threshold must be hidden."""
    levels = [{place[i]: "Total" for place in inner} for i in range(len(next(iter(inner))))]
    return count_table(inner, levels, threshold=threshold, zeros=zeros, **options)


# -- published cases ----------------------------------------------------------------------------------------------


def test_published_4x4_needs_exactly_one_more() -> None:
    """sdcTable: two or more hidden in every line, and (w, b) is exact; one more is needed."""
    found = rows_of("sdctable_4x4_attackable.csv")
    tables = LinkedTables(
        {(r["row"], r["col"]): TableCell(int(r["value"]), "given" if r["status"] == "u" else "") for r in found}
    )
    levels = [dict.fromkeys("wxyz", "Total"), dict.fromkeys("abcd", "Total")]
    for total, parts in cross_sums(tables.cells, levels):
        tables.add_sum(total, parts)
    keys = list(tables.cells)
    given_marks = frozenset(i for i, key in enumerate(keys) if tables.cells[key].reason)
    assert ("w", "b") in {keys[next(iter(target.terms))] for _, target in weak_cells(tables, given_marks)}
    safe = protect_tables(tables)
    assert safe.found.optimal
    assert len(safe.secondary) == 1
    assert not weak_cells(tables, given_marks | {keys.index(("x", "d"))})


def test_published_microdata_three_secondary_and_eleven_of_fifteen_publishable() -> None:
    counts = Counter((r["region"], r["gender"]) for r in rows_of("sdctable_microdata1.csv"))
    assert counts["A", "female"] == 2
    tables = crossed(dict(counts), 3)
    safe = protect_tables(tables)
    assert (len(tables.cells), len(safe.primary), len(safe.secondary)) == (15, 1, 3)
    assert len(tables.cells) - len(safe.hidden) == 11


def test_published_magnitudes_frequency_and_dominance() -> None:
    """rtauargus: fewer than 3 contributors, or one with more than 85 %."""
    found = rows_of("rtauargus_act_size.csv")
    tables = crossed({(r["ACTIVITY"], r["SIZE"]): int(r["VAL"]) for r in found}, 0)
    for r in found:
        value, largest = int(r["VAL"]), int(r["MAX"])
        reason = needs_hiding(int(r["N_OBS"]), 3, value=value, largest=largest, percent=85)
        tables.cells[r["ACTIVITY"], r["SIZE"]] = TableCell(value, reason)
    safe = protect_tables(tables)
    assert {p: c.reason for p, c in tables.cells.items() if c.reason} == {
        ("02", "tr1"): "threshold",
        ("06", "tr2"): "dominance",
    }
    assert safe.secondary == {("02", "tr2"), ("06", "tr1")}


def test_published_z1_six_in_all() -> None:
    tables = crossed({(r["region"], r["hovedint"]): int(r["ant"]) for r in rows_of("ssb_z1_input.csv")}, 4)
    safe = protect_tables(tables)
    assert (len(tables.cells), len(safe.primary), len(safe.hidden)) == (45, 3, 6)


@pytest.mark.parametrize("largest", [1, 2])
def test_published_example_four_for_both_thresholds(largest: int) -> None:
    inner = {(r["age"], r["geo"]): int(r["freq"]) for r in rows_of("ssb_example1_input.csv") if r["year"] == "2014"}
    printed = rows_of(f"ssb_example1_2014_age_geo_maxN{largest}.csv")
    safe = protect_tables(crossed(inner, largest + 1, zeros=True))
    assert {(r["age"], r["geo"]) for r in printed if r["primary"] == "TRUE"} == safe.primary
    assert len(safe.hidden) == sum(r["suppressed"] == "TRUE" for r in printed) == 4
    assert {(r["age"], r["geo"]) for r in printed if r["suppressed"] == "TRUE"} == safe.hidden


def test_published_linked_groupings_add_exactly_the_region_with_seven() -> None:
    found = rows_of("sdctable_linked_regions.csv")

    def linked(*groupings: tuple[str, ...]) -> LinkedTables:
        cells: dict[object, TableCell] = {}
        sums: dict[str, list[str]] = defaultdict(list)
        for r in found:
            cells[r["region"]] = TableCell(int(r["n"]), needs_hiding(int(r["n"]), 4))
            for grouping in groupings:
                sums[" ".join(r[name] for name in grouping)].append(r["region"])
        tables = LinkedTables(cells)  # type: ignore[arg-type]
        for total, parts in sums.items():
            tables.cells[total] = TableCell(sum(tables.cells[p].value for p in parts))
            tables.add_sum(total, parts)
        return tables

    for grouping in (("county",), ("group",)):
        alone = protect_tables(linked(grouping))
        assert (len(alone.primary), len(alone.secondary)) == (5, 0)
    for second in (("group",), ("county", "group")):
        together = linked(("county",), second)
        marks = frozenset(i for i, cell in enumerate(together.cells.values()) if cell.reason)
        assert [list(together.cells)[next(iter(t.terms))] for _, t in weak_cells(together, marks)] == ["K"]
        assert protect_tables(together).secondary == {"N"}
    assert next(r["n"] for r in found if r["region"] == "N") == "7"


def test_published_singleton_beside_an_unsafe_cell_needs_the_pair_protected() -> None:
    """tau-ARGUS: (A, X2) has one contributor, (A, X4) is unsafe; together 32, so he would know his neighbour."""
    inner = {(r["row"], r["col"]): int(r["value"]) for r in rows_of("tauargus_manual_singleton.csv")}
    assert inner["A", "X2"] + inner["A", "X4"] == 32

    def protected(known: dict[str, int]) -> frozenset[object]:
        tables = crossed(inner, 0)
        tables.cells["A", "X2"] = TableCell(15, "threshold", known=known)
        tables.cells["A", "X4"] = TableCell(17, "threshold")
        return protect_tables(tables).hidden

    row = {("A", "X1"), ("A", "X3"), ("A", "Total")}
    assert not protected({}) & row
    assert protected({"contributor": 15}) & row


# -- properties -----------------------------------------------------------------------------------------------------


def fewest(tables: LinkedTables) -> int | None:
    """By trying every choice: the least number of hidden cells that the audit passes."""
    cells = list(tables.cells.values())
    forced = [i for i, cell in enumerate(cells) if cell.reason]
    others = [i for i in range(len(cells)) if i not in forced]
    for more in range(len(others) + 1):
        if any(not weak_cells(tables, {*forced, *extra}) for extra in combinations(others, more)):
            return len(forced) + more
    return None


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_the_optimum_equals_brute_force_on_random_small_tables(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from([(4,), (2, 2), (2, 3)]))
    places = [tuple(f"{d}{i}" for d, i in enumerate(at)) for at in _grid(shape)]
    inner = {place: data.draw(st.integers(0, 9)) for place in places}
    tables = crossed(inner, 4, width=data.draw(st.integers(1, 4)))
    if data.draw(st.booleans()):
        knower = data.draw(st.sampled_from(places))
        cell = tables.cells[knower]
        tables.cells[knower] = TableCell(cell.value, cell.reason, width=cell.width, known={"p": cell.value})
    expected = fewest(tables)
    if expected is None:
        with pytest.raises(DisclosureError, match="Even with every cell hidden"):
            protect_tables(tables)
        return
    safe = protect_tables(tables)
    assert safe.found.optimal
    assert len(safe.hidden) == expected


def _grid(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    places: list[tuple[int, ...]] = [()]
    for size in shape:
        places = [(*place, i) for place in places for i in range(size)]
    return places


def hierarchy() -> LinkedTables:
    """Prisons in regions in all, by months in quarters in a year."""
    prisons = [{"p1": "r1", "p2": "r1", "p3": "r2", "p4": "r2", "r1": "all", "r2": "all"}]
    months = [{f"m{i}": f"q{(i - 1) // 3 + 1}" for i in range(1, 7)} | {"q1": "y", "q2": "y"}]
    inner = {(f"p{p}", f"m{m}"): 5 + (7 * p + 3 * m) % 11 for p in range(1, 5) for m in range(1, 7)}
    inner |= {("p1", "m1"): 2, ("p3", "m5"): 1}
    levels = [*prisons, *months]
    return count_table(inner, levels, threshold=4, width=3)


def test_hierarchies_of_places_and_times_are_one_problem() -> None:
    tables = hierarchy()
    keys = list(tables.cells)
    assert tables.cells["all", "y"].value == sum(c.value for k, c in tables.cells.items() if k[0][0] + k[1][0] == "pm")
    safe = protect_tables(tables)
    assert safe.found.optimal
    assert not weak_cells(tables, {keys.index(key) for key in safe.hidden})
    assert ("p1", "m1") in safe.primary


def test_at_the_limit_of_the_search_the_best_audited_choice_is_used_and_said_so() -> None:
    tables = hierarchy()
    keys = list(tables.cells)
    exact = protect_tables(tables)
    quick = protect_tables(tables, steps=0)
    assert quick.found == protect_tables(tables, steps=0).found
    assert quick.found.method == "heuristic"
    assert quick.found.bound <= exact.found.cost + 1e-6 <= quick.found.cost + 1e-3
    assert not weak_cells(tables, {keys.index(key) for key in quick.hidden})
    for decision in quick.found.hidden - {keys.index(key) for key in quick.primary}:
        assert weak_cells(tables, quick.found.hidden - {decision})


def test_a_sum_that_does_not_add_up_stops() -> None:
    tables = LinkedTables({"a": TableCell(3), "all": TableCell(4)})
    with pytest.raises(DisclosureError, match="not the sum"):
        tables.add_sum("all", ["a"])


def test_cuts_that_see_nothing_do_not_pass_what_whole_numbers_pin_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a single cut from the linear programs the audit in whole numbers still decides."""
    monkeypatch.setattr(suppression.Separator, "cuts", lambda *_: [])
    tables = crossed({("a", "x"): 2, ("a", "y"): 9, ("b", "x"): 9, ("b", "y"): 9}, 4)
    safe = protect_tables(tables)
    assert len(safe.hidden) == 4
    assert safe.found.optimal


def test_the_example_of_the_documentation_runs_and_hides_the_least(capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parents[2] / "docs" / "disclosure.md").read_text("utf-8")
    exec(text.split("```python")[1].split("```")[0], {})
    assert capsys.readouterr().out == "[('a', 'x')] [('a', 'z'), ('b', 'x'), ('b', 'z')] exact\n"
