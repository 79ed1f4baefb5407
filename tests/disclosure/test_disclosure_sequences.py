"""Proof by attack: from random sequences of quarterly releases an independent attacker recovers nothing.

A few sequences here; `python -m benchmarks.sequences` runs as many as one likes (docs/benchmarks.md). What "recovers"
means is said in tests/support/attacker.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.attacker import Key, Release, Rules, recovered
from tests.support.sequences import run_sequence

EXACT = Rules(threshold=8, base=1, width=4, rounds=False)
PROFILES = ("publication", "exact", "minimum-3")


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", range(3))
def test_nobody_recovers_anything_where_every_insider_is_tried(tmp_path: Path, seed: int, profile: str) -> None:
    outcome = run_sequence(tmp_path, seed, profile)
    assert outcome.recovered == ()
    assert outcome.released > 0


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", range(3, 6))
def test_a_reader_recovers_nothing_from_a_sequence_of_releases(tmp_path: Path, seed: int, profile: str) -> None:
    outcome = run_sequence(tmp_path, seed, profile, insiders=False)
    assert outcome.recovered == ()
    assert outcome.released > 0


# -- an attacker who finds nothing must be one who can find something -----------------------------------------------


def place(group_by: str = "all", group_value: str = "") -> Key:
    return ("contact_made", "", "programme", "own", "7", group_by, group_value)


def world(groups: Mapping[str, range], hidden: set[str], own: Mapping[str, int] | None = None) -> Release:
    """One release of exact n by partner; nobody is in a numerator. `own`: prison r's part of a partner's people."""
    members = {place("partner", name): people for name, people in groups.items()}
    members[place()] = [person for people in groups.values() for person in people]
    printed = {
        key: {"n": (None, "hidden") if key[6] in hidden else (len(people), "shown")} for key, people in members.items()
    }
    mine = {place("partner", name): counts(number) for name, number in (own or {}).items()}
    return Release(
        printed,
        frozenset(),
        {key: counts(len(people)) for key, people in members.items()},
        {(key, role): frozenset(who) for key, who in members.items() for role in ("n", "rest")},
        {("prison", "r"): mine},
        {},
    )


def counts(n: int) -> dict[str, int]:
    return {"n": n, "x": 0, "possible": 0, "unobserved": 0, "too_early": 0}


def test_too_early_people_of_others_are_no_insiders_to_know_where_all_complete_are_its_own() -> None:
    """All who are complete are prison r's; 3 others wait in b, and 43 in all are printed beside the 40 of a."""
    complete = {place(): 25, place("partner", "a"): 20, place("partner", "b"): 5}
    waiting = {place(): 43, place("partner", "a"): 40, place("partner", "b"): 3}
    truth = {key: counts(n) | {"too_early": waiting[key]} for key, n in complete.items()}
    printed = {key: {"too_early": (n, "shown") if n > 7 else (None, "hidden")} for key, n in waiting.items()}
    own = {("prison", "r"): {key: counts(n) for key, n in complete.items()}}
    release = Release(printed, frozenset(), truth, {}, own, {})
    assert [line for line in recovered([release], EXACT, ("prison", "r")) if "too_early of" in line] != []


def told(found: list[str]) -> list[str]:
    """What is found of n alone; that nobody is in the numerator is no part of these examples."""
    return [line for line in found if " n of " in line]


def test_the_attacker_subtracts_what_is_shown_from_the_total() -> None:
    groups = {"a": range(100), "b": range(100, 105), "c": range(200, 300)}
    assert told(recovered([world(groups, {"b"})], EXACT)) == [
        "release 0: n of contact_made//programme/own/7/partner/b lies in 5 to 5 (width 4 asked)"
    ]
    assert told(recovered([world(groups, {"b", "c"})], EXACT)) == []


def test_the_attacker_subtracts_one_release_from_another() -> None:
    """Two come to a and ten to c: hidden or not, the total's growth gives the two away when a is printed again."""
    before = world({"a": range(100), "b": range(200, 290)}, set())
    after = world({"a": range(102), "b": range(200, 300)}, set())
    assert len(told(recovered([before, after], EXACT))) == 1
    assert "lies in 2 to 2" in told(recovered([before, after], EXACT))[0]


def test_the_attacker_goes_back_to_what_an_earlier_release_hid() -> None:
    """b has 5 beside a, who is hidden for its sake; when b has grown, a is shown, and nobody of a has moved."""
    first = world({"a": range(100), "b": range(200, 205), "c": range(300, 400)}, {"a", "b"})
    second = world({"a": range(100), "b": range(200, 215), "c": range(300, 400)}, set())
    assert told(recovered([first], EXACT)) == []
    assert told(recovered([first, second], EXACT)) == [
        "release 0: n of contact_made//programme/own/7/partner/b lies in 5 to 5 (width 4 asked)"
    ]


def test_an_insider_subtracts_its_own() -> None:
    """All 40 of c, hidden beside b, are known to prison r as all there are: to a reader b has 1 to 7, to it 3."""
    groups = {"a": range(100), "b": range(100, 103), "c": range(200, 240)}
    release = world(groups, {"b", "c"}, own={"c": 40})
    assert told(recovered([release], EXACT)) == []
    assert told(recovered([release], EXACT, ("prison", "r"))) == [
        "release 0: n of contact_made//programme/own/7/partner/b lies in 3 to 3 (width 4 asked)"
    ]
