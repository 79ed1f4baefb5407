"""Running suites on frames with Great Expectations, kept at arm's length.

It is imported only here and only when there is a row to judge (the import takes seconds), sends nothing home,
shows no bars, and only its counts leave this module. Every expectation asks each row by itself, so a long table is
judged part by part and the counts added up: memory does not grow with the table.
"""

from __future__ import annotations

import os
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipeline.model import Table
from pipeline.validated.results import Result, added, from_expectation
from pipeline.validated.rows import has_rows
from pipeline.warehouse import Connection

Counter = Callable[[Connection, Table, Mapping[str, Any]], dict[str, Result]]
"""Counts a table's suite over its staged rows: results by name of check."""

VECTORS = 60
"""Rows of a part, in vectors of 2,048."""
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
    rows = con.execute(f"select {selected} from staging.{table.quoted}")
    found: dict[str, list[Result]] = defaultdict(list)
    for part in _validate(_frames(rows), suite):
        for name in names:
            found[name].append(from_expectation(part[name]) if name in part else Result("error"))
    return {name: added(found[name]) for name in names}


def _frames(rows: Connection) -> Iterator[Any]:
    """The rows of a query in parts."""
    while len(frame := rows.fetch_df_chunk(VECTORS)):
        yield frame


def _columns(table: Table, suite: Mapping[str, Any]) -> list[str]:
    used = {
        str(value)
        for expectation in suite["expectations"]
        for key, value in expectation["kwargs"].items()
        if key.startswith("column")
    }
    return [c for c in ["partner", *table.columns] if c in used]


def _library() -> tuple[Any, Any]:
    """Great Expectations, and its switch for progress bars."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when the library is imported
    with warnings.catch_warnings():  # it imports Spark where that is installed, which warns of pandas
        warnings.filterwarnings("ignore", "PySpark does not yet fully support", FutureWarning)
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig
    return gx, ProgressBarsConfig


def _validate(frames: Iterator[Any], suite: Mapping[str, Any]) -> Iterator[dict[str, dict[str, Any]]]:
    """What a suite finds in each frame: results as plain data by name of check."""
    gx, progress_bars = _library()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = progress_bars(globally=False)
    asset = context.data_sources.add_pandas(suite["name"]).add_dataframe_asset("staged")
    whole = asset.add_batch_definition_whole_dataframe("all")
    made = gx.ExpectationSuite(name=suite["name"], expectations=[dict(e) for e in suite["expectations"]])
    for frame in frames:
        found = {}
        for result in whole.get_batch({"dataframe": frame}).validate(made, result_format=COUNTS_ONLY).results:
            meta = result.expectation_config.meta if result.expectation_config else None
            found[str((meta or {}).get("check"))] = {"result": result.result, "exception_info": result.exception_info}
        yield found
