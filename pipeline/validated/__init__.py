"""Accepted rows, quarantined rows with reasons, and an answer to every partner in its own words."""

from pipeline.validated.decisions import Acceptance, read_acceptances
from pipeline.validated.feedback import write_feedback
from pipeline.validated.rules import Rule, load_rules
from pipeline.validated.validate import validate

__all__ = ["Acceptance", "Rule", "load_rules", "read_acceptances", "validate", "write_feedback"]
