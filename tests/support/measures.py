"""Literal measure cells for disclosure tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.disclosure.rows import MeasureRow

PLAIN = MeasureRow(
    measure="contact_made",
    component="",
    cohort="programme",
    cell_set="own",
    window="7",
    group_by="all",
    group_value="",
    period_from="2021Q1",
    period_to="2023Q2",
    persons=0,
    numerator=0,
    numerator_persons=0,
    complement_persons=0,
    denominator=0,
    denominator_unit="persons",
    possible=0,
    too_early=0,
    unobserved=0,
    value=None,
    workers=None,
    status="measured",
)


def cell(n: int, x: int, group_by: str = "all", group_value: str = "", **changes: Any) -> MeasureRow:
    """A measured proportion of persons; name only what differs from a plain one."""
    counts = {"persons": n, "denominator": n, "numerator": x, "numerator_persons": x, "complement_persons": n - x}
    return replace(PLAIN, **(counts | {"group_by": group_by, "group_value": group_value} | changes))


def margin(groups: Mapping[str, tuple[int, int]], group_by: str = "partner", **changes: Any) -> list[MeasureRow]:
    """One grouping with its total: group → (n, x)."""
    total_n, total_x = (sum(pair[i] for pair in groups.values()) for i in (0, 1))
    parts = [cell(n, x, group_by, name, **changes) for name, (n, x) in groups.items()]
    return [cell(total_n, total_x, **changes), *parts]
