"""Accepted rows, quarantined rows with reasons, and an answer to every partner in its own words."""

from pipeline.validated.decisions import Acceptance, LinkageDecision, read_acceptances, read_decisions, same_persons
from pipeline.validated.feedback import feedback_path, read_feedback, summary, write_answers, write_feedback
from pipeline.validated.quality import write_quality
from pipeline.validated.rows import record_key
from pipeline.validated.rules import Rule, load_rules
from pipeline.validated.steward import write_linkage
from pipeline.validated.validate import validate

__all__ = [
    "Acceptance",
    "LinkageDecision",
    "Rule",
    "feedback_path",
    "load_rules",
    "read_acceptances",
    "read_decisions",
    "read_feedback",
    "record_key",
    "same_persons",
    "summary",
    "validate",
    "write_answers",
    "write_feedback",
    "write_linkage",
    "write_quality",
]
