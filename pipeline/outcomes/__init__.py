"""Outcomes: cohorts, follow-up and every measure, counted in the database from `core`."""

from pipeline.outcomes.curves import CurvePoint, DayCount, aalen_johansen, kaplan_meier, log_rank
from pipeline.outcomes.definition import Measure, Text
from pipeline.outcomes.labels import COHORTS, COMPONENTS, GROUPS, REASONS, STEPS, UNITS
from pipeline.outcomes.registry import MEASURES, definitions_version, explain
from pipeline.outcomes.stage import measure
from pipeline.outcomes.statistics import minimum_detectable_difference, newcombe, poisson_exact, wilson

__all__ = [
    "COHORTS",
    "COMPONENTS",
    "GROUPS",
    "MEASURES",
    "REASONS",
    "STEPS",
    "UNITS",
    "CurvePoint",
    "DayCount",
    "Measure",
    "Text",
    "aalen_johansen",
    "definitions_version",
    "explain",
    "kaplan_meier",
    "log_rank",
    "measure",
    "minimum_detectable_difference",
    "newcombe",
    "poisson_exact",
    "wilson",
]
