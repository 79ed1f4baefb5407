"""The registry: complete in both languages, fixed primary outcomes, refusals that say what is wrong."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pipeline import outcomes
from pipeline.errors import SettingsError
from pipeline.model import tables
from pipeline.outcomes import MEASURES, explain
from pipeline.outcomes.registry import find_measure
from pipeline.outcomes.ways import ATTRITION


def test_two_primary_outcomes_fixed_before_any_data() -> None:
    primary = {m.id: m.primary_window for m in MEASURES.values() if m.primary}
    assert primary == {"contact_made": 7, "treatment_started": 21}


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_is_complete(name: str) -> None:
    m = MEASURES[name]
    for language in ("cs", "en"):
        texts = [m.title(language), m.definition(language), m.numerator(language), m.denominator(language)]
        assert all(texts)
        assert m.definition(language).endswith(".")
        assert m.title(language) in explain(name, language)
        assert not re.search(r"\b(outcomes|denominator)\.md|TODO", explain(name, language))
    assert m.definition("cs") != m.definition("en")
    assert set(m.cohorts) <= set(outcomes.COHORTS)
    assert set(m.groups) <= set(outcomes.GROUPS)
    assert set(m.components) <= set(outcomes.COMPONENTS)
    assert {m.part(c).unit for c in m.components} <= set(outcomes.UNITS)
    assert set(m.tables) <= set(tables())


def test_czech_has_no_english_left() -> None:
    words = re.compile(r"\b(the|and|release|with|client|of)\b")
    for m in MEASURES.values():
        assert not words.search(explain(m.id, "cs")), m.id


def test_every_step_has_words() -> None:
    assert {step for steps in ATTRITION.values() for step, _ in steps} <= set(outcomes.STEPS)


def test_unknown_measure_and_language() -> None:
    with pytest.raises(SettingsError, match="contact_made"):
        find_measure("contacts")
    with pytest.raises(SettingsError, match="cs or en"):
        explain("contact_made", "de")


def test_romodrom_is_never_crossed_with_return() -> None:
    with pytest.raises(SettingsError, match="Romodrom"):
        replace(MEASURES["return_to_prison"], cohorts=("programme", "romodrom"))


@pytest.mark.parametrize(
    ("change", "message"),
    [({"windows": (30, 7)}, "rise"), ({"primary_window": 8}, "primary"), ({"groups": ("partner",)}, "'all'")],
)
def test_a_measure_that_contradicts_itself(change: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        replace(MEASURES["contact_made"], **change)  # type: ignore[arg-type]


def test_definitions_version_changes_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    before = outcomes.definitions_version()
    changed = replace(MEASURES["dose"], source="somebody else")
    monkeypatch.setitem(MEASURES, "dose", changed)
    assert outcomes.definitions_version() != before
