"""One statement in DuckDB's SQL, read by SQLGlot: what it does, to which table, and its query in Spark SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlglot
from sqlglot import exp

Action = Literal["create", "declare", "view", "insert", "values", "drop", "query", "set"]
_TYPES = {
    "VARCHAR": "string",
    "TEXT": "string",
    "INTEGER": "int",
    "INT": "int",
    "BIGINT": "bigint",
    "UBIGINT": "bigint",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}


@dataclass(frozen=True)
class Statement:
    """A statement taken apart: `target` is `schema.table` (or a bare view), `sql` the query in Spark SQL.

    `columns` are a declared table's names with Spark types, or the columns that an insert names; `rows` the literal
    rows of `insert … values`; `lasting` is false for temporary views.
    """

    action: Action
    target: str = ""
    sql: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    lasting: bool = True


def take_apart(sql: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> Statement:
    """The statement with its parameters filled in; raises ValueError for a kind that no engine needs."""
    if isinstance(parameters, Mapping):
        for name, value in parameters.items():
            sql = re.sub(rf"\${name}\b", literal(value), sql)
    tree = sqlglot.parse_one(sql, read="duckdb")
    if isinstance(tree, exp.Insert) and isinstance(tree.expression, exp.Values):
        return _values(tree, list(parameters or ()))
    if parameters and not isinstance(parameters, Mapping):
        given = iter(parameters)
        tree = tree.transform(
            lambda n: sqlglot.parse_one(literal(next(given))) if isinstance(n, exp.Placeholder) else n
        )
    if isinstance(tree, exp.Insert):
        return Statement("insert", _name(tree.this), spark_sql(tree.expression), _named(tree.this))
    if isinstance(tree, exp.Create):
        return _create(tree)
    if isinstance(tree, exp.Drop):
        return Statement("drop", _name(tree.args["tables"][0] if tree.args.get("tables") else tree.this))
    if isinstance(tree, exp.Set):
        return Statement("set")
    if isinstance(tree, exp.Query):
        return Statement("query", sql=spark_sql(tree))
    raise ValueError(f"no engine runs {tree.key}")


def spark_sql(query: Any) -> str:
    """A query in Spark SQL, its tables under the names of views: `schema__table`."""

    def renamed(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Table) and node.db:
            table = exp.to_table(view_name(f"{node.db}.{node.name}"))
            table.set("joins", node.args.get("joins"))
            table.set("alias", exp.TableAlias(this=exp.to_identifier(node.alias or node.name)))
            return table
        if isinstance(node, exp.Column) and node.args.get("db"):
            return exp.column(node.this, table=node.args["table"])
        return node

    return str(query.copy().transform(renamed).sql(dialect="spark", identify=True))


def view_name(table: str) -> str:
    """The view under which a table is known to Spark: `core.stay` is `core__stay`."""
    return table.replace(".", "__")


def literal(value: Any) -> str:
    """A value as SQL text; numbers, text, days and nothing else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"timestamp '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value).replace("'", "''")
    return f"'{text}'"


def _name(node: exp.Expression) -> str:
    table = node.this if isinstance(node, exp.Schema) else node
    assert isinstance(table, exp.Table)
    return f"{table.db}.{table.name}" if table.db else str(table.name)


def _named(node: exp.Expression) -> tuple[tuple[str, str], ...]:
    return tuple((c.name, "") for c in node.expressions) if isinstance(node, exp.Schema) else ()


def _values(tree: exp.Insert, parameters: list[Any]) -> Statement:
    given = iter(parameters)
    rows = tuple(tuple(_value(cell, given) for cell in row.expressions) for row in tree.expression.expressions)
    return Statement("values", _name(tree.this), columns=_named(tree.this), rows=rows)


def _value(cell: exp.Expression, given: Any) -> Any:
    if isinstance(cell, exp.Placeholder):
        return next(given)
    if isinstance(cell, exp.Null):
        return None
    if isinstance(cell, exp.Literal):
        return cell.this if cell.is_string else int(cell.this)
    raise ValueError(f"a literal row holds {cell.key}")


def _create(tree: exp.Create) -> Statement:
    target = _name(tree.this)
    lasting = not any(
        isinstance(p, exp.TemporaryProperty) for p in (tree.args.get("properties") or exp.Properties()).expressions
    )
    if tree.kind == "VIEW":
        return Statement("view", target, spark_sql(tree.expression), lasting=lasting and "." in target)
    if tree.expression is not None:
        return Statement("create", target, spark_sql(tree.expression), lasting=lasting)
    columns = tuple((c.name, _spark_type(c.args["kind"])) for c in tree.this.expressions)
    return Statement("declare", target, columns=columns)


def _spark_type(kind: exp.Expression) -> str:
    return _TYPES[kind.sql(dialect="duckdb").upper()]
