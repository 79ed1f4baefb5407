"""Definitions of change by instruments (TOP, WHOQOL-BREF, EuropASI, GAS)."""

from __future__ import annotations

from pipeline.outcomes.definition import Measure

MEASURES: tuple[Measure, ...] = ()
