"""Outcomes: cohorts, follow-up and every measure, counted in the database from `core`."""

from pipeline.outcomes.curves import CurvePoint, DayCount, aalen_johansen, kaplan_meier, log_rank
from pipeline.outcomes.declared import Declared, read_declared
from pipeline.outcomes.definition import Measure, Text
from pipeline.outcomes.labels import COHORTS, COMPONENTS, GROUP_VALUES, GROUPS, REASONS, STEPS, UNITS
from pipeline.outcomes.models import CoxFit, cox
from pipeline.outcomes.reading import FOLLOWED, READ, compare, free_time, mean_count, read_cell
from pipeline.outcomes.recurrent import Watched, mean_cumulative_count
from pipeline.outcomes.registry import MEASURES, definitions_version, explain, nearest
from pipeline.outcomes.stage import measure
from pipeline.outcomes.statistics import (
    median_of_counts,
    minimum_detectable_difference,
    newcombe,
    overdispersion,
    poisson_exact,
    wilson,
    wilson_clustered,
)
from pipeline.outcomes.tdi import tdi_title
from pipeline.outcomes.tracing import ROWS as TRACE_COLUMNS
from pipeline.outcomes.tracing import Trace, read_cell_id, trace
from pipeline.outcomes.weibull import WeibullFit, weibull

__all__ = [
    "COHORTS",
    "COMPONENTS",
    "FOLLOWED",
    "GROUPS",
    "GROUP_VALUES",
    "MEASURES",
    "READ",
    "REASONS",
    "STEPS",
    "TRACE_COLUMNS",
    "UNITS",
    "CoxFit",
    "CurvePoint",
    "DayCount",
    "Declared",
    "Measure",
    "Text",
    "Trace",
    "Watched",
    "WeibullFit",
    "aalen_johansen",
    "compare",
    "cox",
    "definitions_version",
    "explain",
    "free_time",
    "kaplan_meier",
    "log_rank",
    "mean_count",
    "mean_cumulative_count",
    "measure",
    "median_of_counts",
    "minimum_detectable_difference",
    "nearest",
    "newcombe",
    "overdispersion",
    "poisson_exact",
    "read_cell",
    "read_cell_id",
    "read_declared",
    "tdi_title",
    "trace",
    "weibull",
    "wilson",
    "wilson_clustered",
]
