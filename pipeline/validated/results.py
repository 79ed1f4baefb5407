"""What a check found, in four outcomes: passed, failed, error, not_applicable.

Great Expectations calls an empty frame a success and a crash a failure, and keeps offending values. Here nothing
to check is `not_applicable`, a crash is `error` and stops the run, and only counts are taken over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.errors import ExpectationError
from pipeline.validated.checks import Check

State = Literal["passed", "failed", "error", "not_applicable"]


@dataclass(frozen=True)
class Result:
    """Rows that could be judged, rows that are wrong, and the outcome."""

    state: State
    checked: int = 0
    failed: int = 0


def result_of(checked: int, failed: int) -> Result:
    """The outcome of plain counts; nothing checked is not a pass."""
    if not checked:
        return Result("not_applicable")
    return Result("failed" if failed else "passed", checked, failed)


def added(parts: Sequence[Result]) -> Result:
    """The outcome over all parts of a table; an error in one is an error of the whole, and so is no part at all."""
    if not parts or any(part.state == "error" for part in parts):
        return Result("error")
    return result_of(sum(part.checked for part in parts), sum(part.failed for part in parts))


def from_expectation(found: Mapping[str, Any]) -> Result:
    """The outcome of one Great Expectations result as plain data; exceptions and missing counts are errors."""
    raised = found.get("exception_info") or {}
    details = raised.values() if all(isinstance(v, Mapping) for v in raised.values()) else [raised]
    counts = found.get("result") or {}
    if any(detail.get("raised_exception") for detail in details) or "unexpected_count" not in counts:
        return Result("error")
    checked = int(counts["element_count"]) - int(counts.get("missing_count") or 0)
    return result_of(checked, int(counts["unexpected_count"]))


def agreed(checks: Sequence[Check], counted: Mapping[str, Result], named: Sequence[Result]) -> list[Result]:
    """The results of SQL, once Great Expectations' counts of the same checks are seen to be equal.

    `counted` is by name of check, `named` in the order of `checks`.
    Raises ExpectationError for an outcome `error`, a check that was not run, and for counts that differ.
    """
    for check, own in zip(checks, named, strict=True):
        if not check.expectation:
            continue
        other = counted.get(check.name, Result("error"))
        where = f"Rule {check.rule.id} on {check.table}.{check.column}"
        if other.state == "error":
            raise ExpectationError(
                f"{where} could not be evaluated, so nothing is known about these rows. Correct its expectation and "
                "arguments in expectations/rules, make the suites anew (python -m pipeline.validated), run again."
            )
        if other != own:
            raise ExpectationError(
                f"{where}: Great Expectations finds {other.failed} of {other.checked} rows wrong, "
                f"SQL {own.failed} of {own.checked}. Make the two forms in validated/predicates.py mean the same."
            )
    return list(named)
