"""The registry of measures, where alone their definitions stand; texts, counting and checks are made from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from difflib import get_close_matches

from pipeline.errors import SettingsError
from pipeline.outcomes import (
    define_access,
    define_care,
    define_case,
    define_continuity,
    define_exposure,
    define_frequency,
    define_instruments,
    define_return,
)
from pipeline.outcomes.definition import Measure, Text
from pipeline.outcomes.labels import COHORTS, COMPONENTS, GROUPS, REASONS, UNITS

MEASURES: dict[str, Measure] = {
    m.id: m
    for module in (
        define_continuity,
        define_care,
        define_return,
        define_frequency,
        define_exposure,
        define_case,
        define_access,
        define_instruments,
    )
    for m in module.MEASURES
}
"""All measures by id, the primary outcomes first."""

REGISTRY_COLUMNS = (
    "measure", "kind", "unit", "is_primary", "windows", "components", "cohorts", "groups", "tables", "event",
    "day_zero", "competing", "title_cs", "title_en", "definition_cs", "definition_en", "numerator_cs",
    "numerator_en", "denominator_cs", "denominator_en", "source", "source_cs", "owner",
)  # fmt: skip

_PHRASES = {
    "unit": Text("Jednotka", "Unit"),
    "competing": Text("Konkurující události", "Competing events"),
    "cohorts": Text("Skupiny osob", "Cohorts"),
    "groups": Text("Členění", "Breakdowns"),
    "window": Text("Sledovaná období (dny)", "Windows (days)"),
    "numerator": Text("Čitatel", "Numerator"),
    "denominator": Text("Jmenovatel", "Denominator"),
    "day_zero": Text("Den 0", "Day 0"),
    "parts": Text("Části", "Parts"),
    "rank": Text("Postavení", "Standing"),
    "source": Text("Původ definice", "Source of the definition"),
}


def find_measure(name: str, known: Mapping[str, Measure] = MEASURES) -> Measure:
    """One measure; raises SettingsError that lists what there is."""
    if name not in known:
        raise SettingsError(f"There is no measure '{name}'. Choose one of: {', '.join(known)}{nearest(name, known)}.")
    return known[name]


def nearest(name: str, known: Iterable[str]) -> str:
    """' (did you mean …?)' for a word like one of those known, else ''."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.7)
    return f" (did you mean {found[0]}?)" if found else ""


def explain(name: str, language: str = "cs", known: Mapping[str, Measure] = MEASURES) -> str:
    """A measure's definition as plain text in `cs` or `en`, from the registry alone."""
    m = find_measure(name, known)
    parts = "; ".join(COMPONENTS[c].in_language(language) for c in m.components if c)
    rows = {
        "numerator": m.numerator(language),
        "denominator": m.denominator(language),
        "unit": UNITS[m.unit].in_language(language),
        "window": ", ".join(map(str, m.windows)),
        "day_zero": m.day_zero.in_language(language),
        "competing": ", ".join(REASONS[reason].in_language(language) for reason in m.competing),
        "parts": parts,
        "cohorts": "; ".join(_cohort(cohort, language) for cohort in m.cohorts),
        "groups": ", ".join(GROUPS[group].in_language(language) for group in m.groups),
        "rank": _standing(m).in_language(language),
        "source": m.source if language == "en" else m.source_cs,
    }
    lines = [f"{_PHRASES[key].in_language(language)}: {text}" for key, text in rows.items() if text]
    return "\n".join([m.title(language), "", m.definition(language), "", *lines])


def _cohort(name: str, language: str) -> str:
    """A cohort in words; one that the project declares by its name."""
    return COHORTS[name].in_language(language) if name in COHORTS else name


def definitions_version(known: Mapping[str, Measure] = MEASURES) -> str:
    """Eight hex digits over every definition; it changes whenever a word of the registry does."""
    text = repr([asdict(m) for m in known.values()])
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def registry_rows(measures: Iterable[Measure]) -> list[tuple[object, ...]]:
    """Measures as rows for `outcomes.measure_registry`, in the order of REGISTRY_COLUMNS."""
    return [_registry_row(m) for m in measures]


def _standing(m: Measure) -> Text:
    if m.primary_window is None:
        return Text("vedlejší ukazatel", "secondary")
    days = m.primary_window
    return Text(
        f"hlavní ukazatel pro období do {days} dnů, stanovený před sběrem údajů; ostatní období jsou vedlejší",
        f"primary outcome at {days} days, fixed before any data; the other windows are secondary",
    )


def _registry_row(m: Measure) -> tuple[object, ...]:
    lists = (m.windows, m.components, m.cohorts, m.groups, m.tables)
    texts = (m.name, m.meaning, m.numerator_text, m.denominator_text)
    return (
        m.id, m.kind, m.unit, m.primary, *(",".join(map(str, items)) for items in lists), m.event,
        m.day_zero.en, ",".join(m.competing), *(t for pair in texts for t in (pair.cs, pair.en)), m.source,
        m.source_cs, m.owner,
    )  # fmt: skip
