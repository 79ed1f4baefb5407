"""Outcomes: cohorts, follow-up and every measure, counted in the database from `core`."""

from pipeline.outcomes.definition import Measure, Text
from pipeline.outcomes.labels import COHORTS, COMPONENTS, GROUPS, REASONS, STEPS, UNITS
from pipeline.outcomes.registry import MEASURES, definitions_version, explain
from pipeline.outcomes.stage import measure

__all__ = [
    "COHORTS",
    "COMPONENTS",
    "GROUPS",
    "MEASURES",
    "REASONS",
    "STEPS",
    "UNITS",
    "Measure",
    "Text",
    "definitions_version",
    "explain",
    "measure",
]
