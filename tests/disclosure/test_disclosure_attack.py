"""The attack itself: exact on published cases, on tables of one to three dimensions, and against brute force."""

from __future__ import annotations

import csv
from itertools import product
from pathlib import Path

import highspy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.disclosure.attack import Attack, Problem, Target, find_narrow
from pipeline.disclosure.sweep import Sweep
from pipeline.errors import DisclosureError

REAL = Path(__file__).parents[3] / "shared" / "realdata" / "disclosure"


def width_left(problem: Problem, terms: dict[int, int], asked: int) -> int | None:
    """The width that the attack leaves when it is below what was asked, else None."""
    problem.targets = [Target(terms, asked, 0, "x")]
    found = find_narrow(problem)
    return found[0].left if found else None


def table_problem(counts: dict[tuple[str, ...], int], hidden: set[tuple[str, ...]]) -> tuple[Problem, dict]:
    """A table of exact counts with hidden cells; 'Total' in a place is the sum over it."""
    problem, unknown = Problem(), {}
    for place, count in counts.items():
        unknown[place] = problem.add_unknown(count, *((0, 10_000) if place in hidden else (count, count)))
    for place in counts:
        for i, part in enumerate(place):
            if part == "Total":
                inner = [p for p in counts if p[i] != "Total" and p[:i] + p[i + 1 :] == place[:i] + place[i + 1 :]]
                problem.add({**{unknown[p]: 1 for p in inner}, unknown[place]: -1}, 0, 0)
    return problem, unknown


def read_four_by_four() -> tuple[dict[tuple[str, ...], int], set[tuple[str, ...]]]:
    path = REAL / "sdctable_4x4_attackable.csv"
    if not path.exists():
        pytest.skip("the folder of published cases is absent")
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    counts = {(r["row"], r["col"]): int(r["value"]) for r in rows}
    return counts, {(r["row"], r["col"]) for r in rows if r["status"] == "u"}


def test_published_case_two_marks_in_every_line_and_still_exactly_recoverable() -> None:
    """sdcTable's 4 x 4 table: (w, b) = 47 follows exactly from the rest."""
    counts, hidden = read_four_by_four()
    problem, unknown = table_problem(counts, hidden)
    assert width_left(problem, {unknown["w", "b"]: 1}, 1) == 0


def test_published_case_one_more_suppression_gives_the_published_interval() -> None:
    """With (x, d) hidden too, (w, b) lies in [0, 78]."""
    counts, hidden = read_four_by_four()
    problem, unknown = table_problem(counts, hidden | {("x", "d")})
    assert width_left(problem, {unknown["w", "b"]: 1}, 78) is None
    assert width_left(problem, {unknown["w", "b"]: 1}, 79) == 78


def test_published_case_linked_groupings_are_safe_alone_and_broken_by_differencing() -> None:
    """sdcTable's linked regions: each table alone needs nothing more; together exactly the region with 7 is added."""
    path = REAL / "sdctable_linked_regions.csv"
    if not path.exists():
        pytest.skip("the folder of published cases is absent")
    rows = [r for r in csv.DictReader(path.open(encoding="utf-8")) if r["county"] == "county-2"]
    counts = {r["region"]: int(r["n"]) for r in rows}
    groups = {g: [r["region"] for r in rows if r["group"] == g] for g in ("small", "BIG")}

    def attack(hidden: set[str], linked: bool) -> list[str]:
        """Regions of 3 or fewer that are recovered exactly."""
        problem = Problem()
        unknown = {
            region: problem.add_unknown(count, *((0, 99) if region in hidden else (count, count)))
            for region, count in counts.items()
        }
        problem.add(dict.fromkeys(unknown.values(), 1), sum(counts.values()), sum(counts.values()))
        for members in groups.values() if linked else []:
            total = sum(counts[region] for region in members)
            problem.add({unknown[region]: 1 for region in members}, total, total)
        return [r for r in counts if counts[r] <= 3 and width_left(problem, {unknown[r]: 1}, 1) == 0]

    small = {region for region, count in counts.items() if count <= 3}
    assert attack(small, linked=False) == []
    assert attack(small, linked=True) == ["K"]
    seven = {region for region, count in counts.items() if count == 7}
    assert attack(small | seven, linked=True) == []


def test_one_dimension_a_single_mark_beside_its_total_is_the_difference() -> None:
    problem, unknown = table_problem({("a",): 4, ("b",): 20, ("Total",): 24}, {("a",)})
    assert width_left(problem, {unknown[("a",)]: 1}, 3) == 0


def test_three_dimensions_a_hidden_cube_moves_by_one_common_amount() -> None:
    """Eight hidden corners of a cube leave one degree of freedom: width = the smallest of each parity class added."""
    parts = ["p", "q", "r"]
    counts = dict.fromkeys(product(parts, repeat=3), 9)
    for place, small in {("p", "p", "p"): 2, ("q", "q", "p"): 5, ("p", "p", "q"): 3}.items():
        counts[place] = small
    for place in product([*parts, "Total"], repeat=3):
        if "Total" in place:
            choices = product(*(parts if part == "Total" else [part] for part in place))
            counts[place] = sum(counts[inner] for inner in choices)
    hidden = set(product(["p", "q"], repeat=3))
    problem, unknown = table_problem(counts, hidden)
    even = min(counts[p] for p in hidden if p.count("p") % 2 == 1)
    odd = min(counts[p] for p in hidden if p.count("p") % 2 == 0)
    assert width_left(problem, {unknown["p", "p", "p"]: 1}, even + odd) is None
    assert width_left(problem, {unknown["p", "p", "p"]: 1}, even + odd + 1) == even + odd


def test_whole_numbers_decide_where_the_relaxed_interval_is_too_wide() -> None:
    """An odd cycle: halves would leave the sum 1.5 wide, whole numbers leave 1."""
    problem = Problem()
    a, b, c = (problem.add_unknown(value, 0, 1) for value in (0, 0, 1))
    for one, other in ((a, b), (b, c), (a, c)):
        problem.add({one: 1, other: 1}, 0, 1)
    assert width_left(problem, {a: 1, b: 1, c: 1}, 2) == 1


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_intervals_equal_brute_force_on_random_small_tables(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 4))
    truth = data.draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))
    problem = Problem()
    for value in truth:
        problem.add_unknown(value, 0, 4)
    for _ in range(data.draw(st.integers(1, 3))):
        weights = data.draw(st.lists(st.integers(-2, 2), min_size=n, max_size=n))
        terms = {i: w for i, w in enumerate(weights) if w}
        if terms:
            slack = data.draw(st.integers(0, 2))
            problem.add(terms, problem.value(terms) - slack, problem.value(terms))
    feasible = [
        point
        for point in product(range(5), repeat=n)
        if all(lo <= sum(w * point[i] for i, w in terms.items()) <= hi for terms, lo, hi in problem.constraints)
    ]
    exact = max(p[0] for p in feasible) - min(p[0] for p in feasible)
    for few in (10, -1):  # one by one, and in sweeps first
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pipeline.disclosure.attack.FEW", few)
            assert width_left(problem, {0: 1}, exact + 1) == exact
            assert width_left(problem, {0: 1}, exact) is None


def test_a_sweep_moves_many_quantities_in_one_program() -> None:
    """30 pairs of 5 and 5 that add up to 10: one program moves one of each pair as far as it goes."""
    problem = Problem()
    for _ in range(30):
        a, b = problem.add_unknown(5, 0, 10), problem.add_unknown(5, 0, 10)
        problem.add({a: 1, b: 1}, 10, 10)
    attack = Attack(problem)
    keys = [((2 * pair, 1),) for pair in range(30)]
    worlds = Sweep(attack, attack.view(), keys).worlds(0, [(0, 0)] * 30, [5] * 30)
    assert len(worlds) == 30
    for world in worlds:
        (one, up), (other, down) = world.items()
        assert (one // 2, abs(up), up + down) == (other // 2, 5, 0)


def test_a_model_that_contradicts_the_true_counts_stops_the_release() -> None:
    problem = Problem()
    problem.add_unknown(3, 0, 9)
    problem.add({0: 1}, 4, 9)
    problem.targets = [Target({0: 1}, 3, 0, "x")]
    with pytest.raises(DisclosureError, match="does not fit its true counts"):
        find_narrow(problem)


def test_what_a_solver_cannot_answer_is_not_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither shown nor refuted is not safe: an odd cycle that mending cannot settle, and no branches to settle it."""
    monkeypatch.setattr("highspy.Highs.getModelStatus", lambda _: highspy.HighsModelStatus.kSolutionLimit)
    problem = Problem()
    a, b = problem.add_unknown(3, 0, 9), problem.add_unknown(4, 0, 9)
    problem.add({a: 1, b: 1}, 7, 7)
    problem.targets = [Target({a: 1}, 3, 0, "x")]
    assert [finding.target for finding in find_narrow(problem)] == problem.targets


def odd_cycle(first: int = 0) -> tuple[Problem, Target]:
    """Three counts of which every two add up to 10: each is 5, which no single sum says; the first of all the counts
    stand after `first` others."""
    problem = Problem()
    for _ in range(first):
        problem.add_unknown(3, 0, 9)
    x, y, z = (problem.add_unknown(5, 0, 100, name) for name in "xyz")
    for pair in ((x, y), (y, z), (x, z)):
        problem.add(dict.fromkeys(pair, 1), 10, 10)
    problem.targets = [Target({x: 1}, 1, 0, "x")]
    return problem, problem.targets[0]


def test_what_was_proven_narrow_needs_no_second_proof_as_long_as_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, target = odd_cycle()
    attack = Attack(problem)
    assert [found.left for found in attack.narrow(attack.view(), [target])] == [0]
    monkeypatch.setattr("pipeline.disclosure.attack.Search.run", lambda self: dict.fromkeys(self.widths, -1))
    assert [found.left for found in attack.narrow(attack.view(), [target])] == [0]
    later, again = odd_cycle(first=2)
    other = Attack(later)
    other.adopt(attack, {attack.problem.names[name]: later.names[name] for name in "xyz"})
    assert [found.left for found in other.narrow(other.view(), [again])] == [0]
    loose = other.view()
    loose.high[0] = 20
    assert [found.left for found in other.narrow(loose, [again])] == [-1]  # sought anew


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=6, max_size=6), st.lists(st.integers(0, 4), min_size=3, max_size=3))
def test_no_price_proves_what_is_not_so(prices: list[float], truth: list[int]) -> None:
    """Three counts of 0 to 4, two sums of which are known to one: whatever the prices, all that may be is within."""
    problem = Problem()
    a, b, c = (problem.add_unknown(count, 0, 4) for count in truth)
    known = ({a: 1, b: 1}, {b: 1, c: -1}, {a: 1, c: 2})
    limits = [(problem.value(terms) - 1, problem.value(terms) + 1) for terms in known[:2]]
    limits.append((0, float("inf")))
    for terms, ends in zip(known, limits, strict=True):
        problem.add(terms, *ends)
    attack = Attack(problem)
    key = ((a, 1), (c, 1))
    numbers = range(3)
    attack.proofs.keep(key, (numbers, numbers), (prices[:3], prices[3:]))
    possible = [
        world[0] + world[2]
        for world in product(range(5), repeat=3)
        if all(low <= sum(w * world[u] for u, w in terms.items()) <= high
               for terms, (low, high) in zip(known, limits, strict=True))
    ]  # fmt: skip
    room = max(possible) - min(possible)
    assert attack.proofs.left(attack, attack.view(), {key: room}) == {}
    assert all(left >= room for left in attack.proofs.left(attack, attack.view(), {key: 1_000}).values())
