"""Great Expectations' counts by SQL, for tests that judge rows and do not test the library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from pipeline.model import Table
from pipeline.validated.predicates import twin
from pipeline.validated.results import Result, result_of
from pipeline.validated.rows import has_rows


def count_in_sql(con: duckdb.DuckDBPyConnection, table: Table, suite: Mapping[str, Any]) -> dict[str, Result]:
    """What Great Expectations would count, by the SQL twins."""
    found = dict.fromkeys((e["meta"]["check"] for e in suite["expectations"]), Result("not_applicable"))
    if not has_rows(con, f"staging.{table.quoted}"):
        return found
    for expectation in suite["expectations"]:
        applies, fails = twin(expectation["type"], expectation["kwargs"])
        checked, failed = con.execute(
            f"select count(*) filter (where {applies}), count(*) filter (where ({applies}) and ({fails})) "
            f"from staging.{table.quoted} r"
        ).fetchall()[0]
        found[expectation["meta"]["check"]] = result_of(checked, failed)
    return found
