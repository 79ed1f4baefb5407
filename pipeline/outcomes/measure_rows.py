"""What the registry says of the measures, as rows that the SQL reads; `sql/registry.sql` says what a row is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.outcomes.define_exposure import return_parts
from pipeline.outcomes.definition import Measure
from pipeline.outcomes.registry import registry_rows

Rows = Sequence[Sequence[object]]
Measures = Sequence[Measure]
DETAIL_GROUPS = (
    "domain", "end_reason", "channel", "reason", "outcome", "sex", "age", "citizenship", "region", "state_before",
    "landmark", "complex_case",
)  # fmt: skip
BREAKDOWNS = frozenset({"partner", "prison", "planned", "drug_user"})
PAIRS = {
    "prison": ("partner", "quarter", "planned", "drug_user", "complex_case", "reason"),
    "partner": ("quarter", "planned", "drug_user", "complex_case", "reason"),
}
"""What is counted by pairs: whatever a prison's or a partner's people add to another group."""
NUMBERED = tuple(enumerate(((a, b) for a, among in PAIRS.items() for b in among), start=1))
NATIONAL_TABLES = ("custody_stay", "conviction", "death")
"""Delivered by the Prison Service for everybody, not by each partner for its clients."""


def measure_rows(measures: Measures) -> Mapping[str, Rows]:
    """Rows by table, of the measures that are to be counted."""
    longest = max((w for m in measures for w in m.windows), default=0)
    return {
        "measure_registry": registry_rows(measures),
        "measure_window": list(_windows(measures)),
        "measure_scope": [(m.id, c, m.subset) for m in measures for c in m.cohorts],
        "measure_table": [(m.id, t, t in NATIONAL_TABLES) for m in measures for t in m.tables],
        "measure_group": list(_groups(measures)),
        "measure_component": list(_parts(measures)),
        "measure_curve": [(m.id, m.event) for m in measures if m.curve],
        "question": list(_questions(measures)),
        "question_group": sorted(_question_groups(measures)),
        "question_pair": sorted(_pairs(measures)),
        "pair_place": list(_places()),
        "return_part": return_parts(),
        "day": [(day,) for day in range(longest + 1)],
    }


def _windows(measures: Measures) -> Iterator[tuple[str, str, str, int | None, int, bool]]:
    for m in measures:
        for window in m.windows or (None,):
            broken_down = m.detailed(window) and not BREAKDOWNS.isdisjoint(m.groups)
            yield m.id, m.event, "own", window, (window or 0) + m.proof_lag, broken_down
            if m.ladder and window in m.ladder_windows:
                yield m.id, m.event, "ladder", window, m.ladder_windows[-1] + m.proof_lag, broken_down


def _groups(measures: Measures) -> Iterator[tuple[str, str, str]]:
    for m in measures:
        for group in m.groups:
            scope = "detail" if group in DETAIL_GROUPS else "groups"
            if m.id == "complaints" and group == "quarter":  # its clients differ from quarter to quarter
                scope = "quarters"
            yield m.id, group, scope


def _questions(measures: Measures) -> Iterator[tuple[str, str, str, str, bool]]:
    """Measures with what they ask for: event, part of the cohort, tables; the first that asks it names the question.

    A count of events counts those after the first too (repeats).
    """
    first: dict[tuple[object, ...], str] = {}
    for m in measures:
        own = tuple(sorted(t for t in m.tables if t not in NATIONAL_TABLES))
        yield m.id, first.setdefault((m.event, m.subset, own), m.id), m.event, m.subset, m.kind == "count"


def _question_groups(measures: Measures) -> set[tuple[str, str]]:
    questions = {m: question for m, question, *_ in _questions(measures)}
    return {(questions[m.id], group) for m in measures for group in m.groups}


def _pairs(measures: Measures) -> set[tuple[str, int, str, str]]:
    """The pairs of groups in which members are counted: a prison or a partner, and another group that is asked for."""
    asked = _question_groups(measures) | {(question, "quarter") for _, question, *_ in _questions(measures)}
    return {(question, number, *pair) for question, group in asked for number, pair in NUMBERED if pair[1] == group}


def _places() -> Iterator[tuple[int, str, int, str, int]]:
    """Which cells, and which parts of cells, a count by a pair of groups gives: each comes from one pair alone.

    The numbers say where part and group are found: 1 is the pair's first group, 2 its second, 0 means all.
    """
    for pair, (first, second) in NUMBERED:
        yield pair, first, 1, second, 2
        if first == "prison":
            yield pair, "", 0, second, 2
        if second == "quarter":
            yield pair, first, 1, "all", 0
        if (first, second) == ("prison", "partner"):
            yield pair, "partner", 2, "prison", 1
        if (first, second) == ("prison", "quarter"):
            yield pair, "", 0, "all", 0
            yield pair, "", 0, "prison", 1


def _parts(measures: Measures) -> Iterator[tuple[str, str, str, str, int, bool]]:
    for m in measures:
        for component in m.components:
            part = m.part(component)
            yield m.id, component, part.unit, part.value, part.per, m.process
