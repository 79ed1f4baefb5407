"""The SQL stays portable: every file says what a row is, and SQLGlot turns it into Spark SQL without a complaint."""

from importlib.resources import files

import pytest
import sqlglot
from sqlglot.errors import ErrorLevel

from pipeline.core.build import TABLES, newest_version
from pipeline.model import tables
from pipeline.warehouse import load_sql, split_statements

FILES = sorted(p.name[:-4] for p in files("pipeline.core").iterdir() if p.name.endswith(".sql"))
NOT_PORTABLE = ("qualify", "asof", "recursive", "exclude (", "using sample", "list_", "::")


def test_every_file_is_run() -> None:
    assert sorted({*TABLES, "delivery_rank", "newest_version"}) == FILES


@pytest.mark.parametrize("name", FILES)
def test_every_file_says_what_a_row_is(name: str) -> None:
    first = load_sql("pipeline.core", name).splitlines()[0]
    assert first.startswith(("-- A row is ", "-- The one row is "))


@pytest.mark.parametrize("name", [n for n in FILES if n != "newest_version"])
def test_every_statement_becomes_spark_sql(name: str) -> None:
    for statement in split_statements(load_sql("pipeline.core", name)):
        (spark,) = sqlglot.transpile(statement, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE)
        assert sqlglot.parse_one(spark, read="spark")
        code = "\n".join(line for line in statement.lower().splitlines() if not line.startswith("--"))
        assert not [word for word in NOT_PORTABLE if word in code]


def test_views_of_the_model_become_spark_sql() -> None:
    for table in tables().values():
        for statement in newest_version(table):
            sqlglot.transpile(statement, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE)
