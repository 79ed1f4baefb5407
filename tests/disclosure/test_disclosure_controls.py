"""Take away one control at a time: each time the audit stops the release, and names a table and no value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import pytest

from pipeline.disclosure import curves, draft, open_bundle, planning, protect, rounding
from pipeline.disclosure.curves import Interval
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.rows import MeasureRow
from pipeline.disclosure.types import Status
from pipeline.errors import DisclosureError
from pipeline.outcomes import DayCount
from pipeline.settings import DisclosureSettings
from pipeline.warehouse import Connection
from tests.support.measures import cell, margin
from tests.support.outcomes_db import project, run_of, warehouse
from tests.support.releases import counted, released

MEDIAN = {"kind": "median", "numerator": None, "numerator_persons": None, "complement_persons": None}
MANY = {
    "persons": 45,
    "numerator_persons": 45,
    "complement_persons": None,
    "denominator_unit": "client_months",
    "too_early": 0,
}
RATIO = {"persons": 50, "numerator_persons": 50, "complement_persons": None, "denominator_unit": "client_months"}


def every_kind_of_cell() -> list[MeasureRow]:
    """Cells that need every control: small, nearly all, none, one worker, one contributor, a fine median."""
    groups = {"a": (150, 70), "b": (120, 5), "c": (48, 44), "d": (30, 0), "e": (6, 3)}
    return [
        *margin(groups, possible=0, too_early=0),
        *margin({"f": (100, 12), "g": (100, 7)}, measure="treatment_started"),  # 20 - 10: g is 6 or 7
        cell(60, 30, measure="plan_ready", workers=1, process=True),
        cell(20, 10, measure="treatment_continued"),
        cell(52, 24, measure="return_to_custody", window="90"),
        cell(60, 240, measure="caseload", workers=2, process=True, **RATIO),
        cell(400, 2000, measure="dose", component="minutes_direct", workers=3, **RATIO),
        cell(360, 450, measure="dose", component="contacts_direct", workers=3, window="", **MANY),
        cell(52, 0, measure="lead_time", workers=4, value=33.0, **MEDIAN),
        cell(200, 80, measure="unplanned_release_share", too_early=3, possible=5),
    ]


def every_kind_of_curve() -> list[tuple[str, str, str, str, int, int, int, int, int]]:
    """A long curve of single events down to few at risk, a group with few events, and one person lost between two."""
    long = [("return_to_prison", "programme", "all", "", 3 * i + 1, 60 - i, 1, 0, 0) for i in range(52)]
    short = [("return_to_prison", "comparison", "all", "", 30 * i + 5, 90 - i, 1, 0, 0) for i in range(4)]
    most = [("return_to_prison", "comparison", "planned", "x", 5 * i, 90 - 2 * i, 2, 0, 0) for i in range(43)]
    lost = [("return_to_custody", "programme", "all", "", *day, 0) for day in ((5, 102, 13, 1), (40, 88, 20, 0))]
    return [*long, *short, *most, *lost]


def make(tmp_path: Path) -> Path:
    con = warehouse(every_kind_of_cell(), every_kind_of_curve())
    add_doses(con)
    return draft(con, project(tmp_path), run_of())


def add_doses(con: Connection) -> None:
    """The units that contacts are made of: ten for each of 45 people, so that none of them dominates."""
    con.executemany(
        "insert into outcomes.unit_row (measure, component, cohort, cell_set, scope, person_id, state, amount, number, "
        "possible, unobserved) values ('dose', 'contacts_direct', 'programme', 'own', 'groups', ?, 'measured', 8, 10, "
        "0, 0)",
        [[str(person)] for person in range(45)],
    )


def each_day_alone(days: Sequence[DayCount], profile: Profile, *_: object) -> list[Interval]:
    return [Interval(int(d.day) // 5 * 5, int(d.day) // 5 * 5 + 5, d.at_risk, d.events, d.competing) for d in days]


def own_days(days: Sequence[DayCount], profile: Profile, *_: object) -> list[Interval]:
    return [Interval(0, int(days[7].day), days[0].at_risk, 8, 0)] if len(days) > 7 else []


def to_the_last(days: Sequence[DayCount], profile: Profile, *_: object) -> list[Interval]:
    merged = ORIGINAL["merge"](days, profile)
    return [*merged, Interval(merged[-1].day_to, merged[-1].day_to + 50, 9, 9, 0)] if merged else []


ORIGINAL = {
    "merge": curves.merge_days,
    "value": planning.value_cell,
    "percent": planning.percent_cells,
    "numerator": rounding.numerator_reason,
    "counts": rounding.released_counts,
}


def exact_percents(counts: dict, kind: str, profile: Profile, **more: int) -> dict:
    cells = ORIGINAL["percent"](counts, kind, profile, **more)
    return cells | ({"rate": (cells["rate"][0] + 1, Status.ROUNDED)} if cells["rate"][0] else {})


def percents_by(**lost: object) -> Callable[..., object]:
    """Percentages under a profile that lost a setting."""
    return lambda counts, kind, profile, **more: ORIGINAL["percent"](
        counts, kind, profile.model_copy(update=lost), **more
    )


def limits_inward(counts: dict, kind: str, profile: Profile, **more: int) -> dict:
    cells = ORIGINAL["percent"](counts, kind, profile, **more)
    return cells | ({"low": (cells["low"][0] + 1, Status.ROUNDED)} if cells["low"][0] is not None else {})


def exact_ratio(kind: str, exact: float | None, *rest: object) -> object:
    value = ORIGINAL["value"](kind, exact, *rest)
    return (value[0] + 0.1, Status.ROUNDED) if kind == "ratio" and value[0] else value


def without_few_in_the_numerator(row: MeasureRow, profile: Profile) -> str | None:
    reason = ORIGINAL["numerator"](row, profile)
    return None if reason == "threshold" else reason


def two_workers_everywhere(row: MeasureRow, profile: Profile) -> bool:
    return row.process and (row.workers or 0) < profile.minimum_workers


def exact_totals(row: MeasureRow, hidden: Collection[str], profile: Profile) -> dict:
    counts = ORIGINAL["counts"](row, hidden, profile)
    exact = {name: (number + number % 5 // 4 - 1, Status.ROUNDED) for name, number in row.counts().items() if number}
    return counts | ({n: c for n, c in exact.items() if n not in hidden} if row.group_by == "all" else {})


def exact_value(kind: str, exact: float | None, *rest: object) -> object:
    return (exact, Status.ROUNDED) if kind == "median" and exact else ORIGINAL["value"](kind, exact, *rest)


def exact_incidence(curve: curves.Curve, profile: Profile) -> list[dict]:
    return [dict.fromkeys(("incidence", "low", "high"), (1, Status.ROUNDED)) for _ in curve.intervals]


CONTROLS = {
    "the threshold": ("pipeline.disclosure.rounding.is_small", lambda *_: False),
    "the complement": ("pipeline.disclosure.rounding.small_complement", lambda *_: False),
    "the whole group": ("pipeline.disclosure.rounding.whole_group", lambda *_: False),
    "two workers": ("pipeline.disclosure.rounding.few_workers", lambda *_: False),
    "dominance": ("pipeline.disclosure.rounding.dominated", lambda *_: False),
    "rounding": ("pipeline.disclosure.rounding.round_to_base", lambda count, base: count),
    "a coarser base": ("pipeline.disclosure.rounding.round_to_base", lambda count, base: (count + 1) // 3 * 3),
    "the threshold in the numerator": ("pipeline.disclosure.rounding.numerator_reason", without_few_in_the_numerator),
    "three workers for the caseload": ("pipeline.disclosure.rounding.few_workers", two_workers_everywhere),
    "rounding of totals": ("pipeline.disclosure.rounding.released_counts", exact_totals),
    "no percentage of few": ("pipeline.disclosure.planning.percent_cells", percents_by(minimum_denominator=10)),
    "coarse percentages below 100": ("pipeline.disclosure.planning.percent_cells", percents_by(full_denominator=30)),
    "limits outward": ("pipeline.disclosure.planning.percent_cells", limits_inward),
    "ratios from released counts": ("pipeline.disclosure.planning.value_cell", exact_ratio),
    "percentages from released counts": ("pipeline.disclosure.planning.percent_cells", exact_percents),
    "rounded medians": ("pipeline.disclosure.planning.value_cell", exact_value),
    "further hiding": ("pipeline.disclosure.protect._strengthen", lambda *_: None),
    "further hiding of curves": ("pipeline.disclosure.curve_audit._give_up", lambda *_: True),
    "merged intervals": ("pipeline.disclosure.curves.merge_days", each_day_alone),
    "intervals on the grid of days": ("pipeline.disclosure.curves.merge_days", own_days),
    "the cut tail": ("pipeline.disclosure.curves.merge_days", to_the_last),
    "the threshold of curves": ("pipeline.disclosure.curves.is_small", lambda *_: False),
    "incidence from released counts": ("pipeline.disclosure.curves.incidence_cells", exact_incidence),
    "the threshold of attrition": ("pipeline.disclosure.plain.is_small", lambda *_: False),
    "rounding of attrition": ("pipeline.disclosure.plain.released", lambda count, hide, _: (count, Status.ROUNDED)),
}


def test_with_every_control_in_place_the_release_passes_and_says_how(tmp_path: Path) -> None:
    bundle = open_bundle(make(tmp_path))
    assert bundle.meta.audit["result"] == "passed"
    hidden = bundle.table("treatment_started").cell("x", group_value="g")
    assert hidden.status is Status.HIDDEN
    assert bundle.table("treatment_started").audit["attacked"] == 1
    assert bundle.table("contact_made").audit["fewest_pairs"] >= 25


@pytest.mark.parametrize("control", CONTROLS)
def test_without_one_control_the_audit_stops_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, control: str
) -> None:
    monkeypatch.setattr(*CONTROLS[control])
    with pytest.raises(DisclosureError) as stopped:
        make(tmp_path)
    message = str(stopped.value)
    assert re.search("audit stopped the release|cannot be made safe|does not fit its true counts", message)
    assert not re.search(r"\d", message)
    assert not (tmp_path / "data" / "disclosure" / "draft").exists()


EXACT = {
    "further hiding": ("pipeline.disclosure.protect._strengthen", lambda *_: None),
    "exact": ("pipeline.disclosure.rounding.released", lambda count, hide, _: rounded(count, hide)),
    "further hiding of attrition": ("pipeline.disclosure.plain._next_to_hide", lambda _, weak, __: weak[0]),
}


@pytest.mark.parametrize("control", ["the threshold", "the complement", "the whole group", *EXACT])
def test_without_one_control_exact_counts_stop_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, control: str
) -> None:
    """With every control in place attrition hides a step, since 400 - 318 - 79 are few."""
    settings = project(tmp_path).model_copy(update={"disclosure": DisclosureSettings(profile="exact")})
    con = warehouse(every_kind_of_cell())
    draft(con, settings, run_of())
    monkeypatch.setattr(*(EXACT | {k: v for k, v in CONTROLS.items() if k not in EXACT})[control])
    if control == "further hiding":  # by the steps, and the search for the cheapest choice before them
        monkeypatch.setattr("pipeline.disclosure.protect._hide_optimally", lambda *_: None)
    with pytest.raises(DisclosureError, match=r"audit stopped the release|cannot be made safe"):
        draft(con, settings, run_of())


def rounded(count: int, hide: bool) -> tuple[int | None, Status]:
    return (None, Status.HIDDEN) if hide else (count + 1, Status.SHOWN)


def test_without_the_list_of_what_is_never_published_the_audit_stops_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.disclosure.drafting.allowed", list)
    row = cell(60, 30, measure="return_to_prison", cohort="romodrom")
    with pytest.raises(DisclosureError, match="never published"):
        draft(warehouse([row]), project(tmp_path), run_of())


def test_what_is_broken_is_found_by_other_code_than_what_hides() -> None:
    """The audit must not share the rules it checks."""
    import inspect

    from pipeline.disclosure import audit, knowledge, sensitive

    for module in (audit, knowledge, sensitive):
        text = inspect.getsource(module)
        assert "rounding import is_small" not in text
        assert not re.search(r"rounding\.(is_small|whole_group|few_workers|dominated|small_complement)", text)
    assert protect.check_release is audit.check_release
    assert rounding.is_small.__module__ == "pipeline.disclosure.rounding"


PEOPLE = {"a": range(150), "b": range(150, 300)}
BETWEEN = {
    "refresh by gross change": (
        "pipeline.disclosure.refresh.Refresh._few_moved",
        lambda *_: False,
        "few people moved",
    ),
    "counts beside the denominator": (
        "pipeline.disclosure.refresh.Refresh._hide_beside",
        lambda *_: None,
        "few people",
    ),
    "the year of breakdowns": ("pipeline.disclosure.refresh.quarters_between", lambda *_: 4, "before its year"),
    "repeats of what was printed": ("pipeline.disclosure.refresh.Refresh._repeat", lambda *_: None, "few people moved"),
    "old cells in a repeat": ("pipeline.disclosure.refresh.Refresh._latest", lambda *_: ALTERED, "never printed"),
}
ALTERED = {
    "quarter": "2023Q1",
    "cells": dict.fromkeys(planning.STATISTICS, (None, "hidden")) | {"n": (149, "shown")},
}


@pytest.mark.parametrize("control", BETWEEN)
def test_without_one_control_between_releases_the_audit_stops_the_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, control: str
) -> None:
    """In the second quarter three people leave a and 30 come to b; two more wait for their window in a."""
    where, lost, words = BETWEEN[control]
    group_by = "partner" if "year" in control else "planned"
    second = {"a": range(3, 150), "b": range(150, 330)}
    early = {"a": range(1000, 1012), "b": range(2000, 2020)}
    if control == "counts beside the denominator":
        second = {"a": range(40, 150), "b": range(150, 330)}
    released(tmp_path, counted(PEOPLE, group_by, early), "2023Q1", profile="exact")
    con = counted(second, group_by, early | {"a": range(1000, 1014)})
    monkeypatch.setattr(where, lost)
    with pytest.raises(DisclosureError, match=words) as stopped:
        released(tmp_path, con, "2023Q2", profile="exact")
    assert "contact_made" in str(stopped.value)
    assert not re.search(r"\d", str(stopped.value))


def test_with_every_control_between_releases_the_second_passes(tmp_path: Path) -> None:
    released(tmp_path, counted(PEOPLE), "2023Q1", profile="exact")
    second = released(tmp_path, counted({"a": range(3, 150), "b": range(150, 330)}), "2023Q2", profile="exact")
    table = second.table("contact_made")
    assert (table.cell("n", group_value="a").value, table.cell("n", group_value="b").value) in ((150, 180), (150, None))
