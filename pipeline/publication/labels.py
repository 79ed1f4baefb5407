"""Names of groups: from the catalogue, the outcomes stage's words, the model's code lists, or the code itself."""

from __future__ import annotations

import re

from pipeline import outcomes
from pipeline.model import code_list
from pipeline.publication import numbers
from pipeline.publication.catalogue import has, text

LISTS = {
    "prison": ("prison",),
    "domain": ("need_domain", "service_domain"),
    "end_reason": ("case_end_reason",),
    "channel": ("complaint_channel",),
    "reason": ("cancel_reason",),
}
"""The code lists that name the values of a grouping; others are tried under their own name."""
WORDS = {
    "cohort": outcomes.COHORTS,
    "component": outcomes.COMPONENTS,
    "step": outcomes.STEPS,
    "reason": outcomes.REASONS,
    "unit": outcomes.UNITS,
    **outcomes.GROUP_VALUES,
}


def label(group_by: str, value: str, language: str) -> str:
    """A group's name as plain text; quarters and days are written out."""
    if group_by == "quarter":
        return numbers.format_moment(value, language)
    key = f"value.{group_by}.{value}"
    if has(key):
        return text(key, language)
    listed = _from_lists(group_by, value, language)
    if not listed and value in WORDS.get(group_by, {}):
        listed = WORDS[group_by][value].in_language(language)
    return listed or value.replace("_", " ")


def place(group_by: str, value: str) -> tuple[int, str]:
    """Where a group stands among the others: in its natural order where it has one, else by its code."""
    known = list(outcomes.GROUP_VALUES.get(group_by, ()))
    return (known.index(value) if value in known else len(known), value)


def bare(prison: str) -> str:
    """A prison's name without the word prison, where nothing else can be meant."""
    return re.sub(r"^(Vazební )?[Vv]ěznice | (Remand )?Prison$", "", prison)


def _from_lists(group_by: str, value: str, language: str) -> str:
    for name in LISTS.get(group_by, (group_by,)):
        try:
            return code_list(name).label(value, language)
        except KeyError:
            continue
    return ""
