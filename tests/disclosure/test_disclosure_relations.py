"""What holds between tables by definition is known to every attacker, and stops the release where it is not true."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.disclosure.audit import Auditor
from pipeline.disclosure.planning import Planned, plan_rows
from pipeline.disclosure.profile import load_profile
from pipeline.disclosure.protect import protect
from pipeline.disclosure.relations import hold
from pipeline.errors import DisclosureError
from tests.support.measures import cell

EXACT = load_profile("exact")


def auditor() -> Auditor:
    return Auditor(EXACT, lambda plan: {})


def returns(narrow: int, wide: int) -> dict[str, list[Planned]]:
    """Returns for a new offence (hidden when few) beside all returns to prison, of the same 200 releases."""
    counts = {"return_for_new_offence": narrow, "return_to_prison": wide}
    rows = {name: cell(200, x, measure=name, window="365", denominator_unit="releases") for name, x in counts.items()}
    return {name: plan_rows([row], EXACT) for name, row in rows.items()}


def test_a_return_for_a_new_offence_is_known_to_be_a_return_to_prison() -> None:
    """Row 1 (all returns) less row 0 (for a new offence) is never negative; another window is another matter."""
    rows = [plan.row for planned in returns(3, 12).values() for plan in planned]
    name = "a return for a new offence is a return to prison"
    assert list(hold(rows)) == [(name, [((1, "x"), 1), ((0, "x"), -1)])]
    assert list(hold([rows[0], replace(rows[1], window="90")])) == []


def test_a_relation_that_the_counts_deny_stops_the_release_loudly() -> None:
    with pytest.raises(DisclosureError, match="it is not true that a return for a new offence is a return to prison"):
        protect(returns(30, 12), auditor())
