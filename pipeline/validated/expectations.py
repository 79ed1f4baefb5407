"""Running suites on frames with Great Expectations, kept at arm's length.

It is imported only here and only when there is a row to judge (the import takes seconds), sends nothing home,
shows no bars, and only its counts leave this module.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.model import Table
from pipeline.validated.results import Result, from_expectation
from pipeline.validated.rows import has_rows
from pipeline.warehouse import Connection

Counter = Callable[[Connection, Table, Mapping[str, Any]], dict[str, Result]]
"""Counts a table's suite over its staged rows: results by name of check."""

COUNTS_ONLY = {"result_format": "SUMMARY", "partial_unexpected_count": 0}


def count_with_expectations(con: Connection, table: Table, suite: Mapping[str, Any]) -> dict[str, Result]:
    """Results of a suite on a staged table, by name of check; an empty table is `not_applicable` throughout."""
    names = [expectation["meta"]["check"] for expectation in suite["expectations"]]
    if not has_rows(con, f"staging.{table.quoted}"):
        return dict.fromkeys(names, Result("not_applicable"))
    columns = _columns(table, suite)
    if not columns:
        return {}
    selected = ", ".join(f'"{c}"' for c in columns)
    frame = con.execute(f"select {selected} from staging.{table.quoted}").df()
    found = _validate(frame, suite)
    return {name: from_expectation(found[name]) if name in found else Result("error") for name in names}


def _columns(table: Table, suite: Mapping[str, Any]) -> list[str]:
    used = {
        str(value)
        for expectation in suite["expectations"]
        for key, value in expectation["kwargs"].items()
        if key.startswith("column")
    }
    return [c for c in ["partner", *table.columns] if c in used]


def _validate(frame: Any, suite: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when the library is imported
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas(suite["name"]).add_dataframe_asset("staged")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    made = gx.ExpectationSuite(name=suite["name"], expectations=[dict(e) for e in suite["expectations"]])
    found = {}
    for result in batch.validate(made, result_format=COUNTS_ONLY).results:
        meta = result.expectation_config.meta if result.expectation_config else None
        found[str((meta or {}).get("check"))] = {"result": result.result, "exception_info": result.exception_info}
    return found
