"""The SQL twin of each Great Expectations type that rules may use.

Great Expectations counts, SQL names the rows; both must find the same number (see `results`).
"""

from __future__ import annotations

from typing import Any

from pipeline.errors import SettingsError

PREFIX = "expect_column_"


def sql_literal(value: object) -> str:
    """A text or a number as an SQL literal."""
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def _not_null(column: str) -> tuple[str, str]:
    return "true", f"r.{column} is null"


def _in_set(column: str, value_set: list[Any]) -> tuple[str, str]:
    values = ", ".join(map(sql_literal, value_set))
    return f"r.{column} is not null", f"r.{column} not in ({values})"


def _between(column: str, min_value: float | None = None, max_value: float | None = None) -> tuple[str, str]:
    low = [f"r.{column} < {sql_literal(min_value)}"] if min_value is not None else []
    high = [f"r.{column} > {sql_literal(max_value)}"] if max_value is not None else []
    return f"r.{column} is not null", " or ".join(low + high)


def _a_greater_than_b(column_A: str, column_B: str, or_equal: bool, ignore_row_if: str) -> tuple[str, str]:  # noqa: N803
    if ignore_row_if != "either_value_is_missing":
        raise TypeError(ignore_row_if)
    both = f"r.{column_A} is not null and r.{column_B} is not null"
    return both, f"r.{column_A} {'<' if or_equal else '<='} r.{column_B}"


TWINS = {
    "expect_column_values_to_not_be_null": _not_null,
    "expect_column_values_to_be_in_set": _in_set,
    "expect_column_values_to_be_between": _between,
    "expect_column_pair_values_a_to_be_greater_than_b": _a_greater_than_b,
}


def twin(expectation: str, kwargs: dict[str, Any]) -> tuple[str, str]:
    """Two predicates over `r`: the row can be judged, and the row is wrong.

    Raises SettingsError for a type or arguments that have no twin.
    """
    try:
        return TWINS[expectation](**kwargs)  # type: ignore[operator, no-any-return]
    except (KeyError, TypeError):
        raise SettingsError(
            f"The expectation {expectation}({', '.join(sorted(kwargs))}) has no SQL twin in validated/predicates.py. "
            f"Use one of {', '.join(sorted(TWINS))} with the arguments given there, or write the rule as sql."
        ) from None
