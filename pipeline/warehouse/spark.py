"""Core and outcomes on Spark: the same statements, translated, over Parquet on any path that Spark and we both reach.

`SparkWarehouse` answers to the few calls that core and outcomes make of a connection. Every table is a Parquet folder,
known to Spark as a view; a run's tables come back into its DuckDB file, so that all later stages go on unchanged.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, cast

from pipeline.errors import SettingsError
from pipeline.warehouse.connection import Connection
from pipeline.warehouse.translate import Statement, take_apart, view_name

Result = TypeVar("Result")
LOCAL = {
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
"""A Spark of this machine, for this run alone: few pieces, no pages to look at, nobody else may connect."""
FEW_ROWS = 200_000
"""Up to so many rows a stage's time is that of planning two hundred statements, not that of their rows."""
FEW = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.ui.explainMode": "simple",
}
"""Few rows lie in one piece: nothing is exchanged or sent round, no Java is compiled for a statement that runs once."""
FEW_LOCAL = {
    "spark.default.parallelism": "1",
    "spark.driver.memory": "2g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC -Xmn1g",
}
"""The same for a Java that lives a minute: it compiles itself lightly and has room for what it leaves behind."""
DUCKDB_TYPES = {"string": "varchar"}
MISSING = (
    "Spark is not installed here. Install it with `pip install throughcare[spark]` (and Java 17 or later for a Spark of"
    " this machine), or leave out --engine: DuckDB gives the same results."
)


@dataclass
class Answer:
    """Rows of a query, as DuckDB's connection gives them."""

    names: list[str]
    rows: list[tuple[Any, ...]]

    @property
    def description(self) -> list[tuple[str]]:
        """Names of the columns."""
        return [(name,) for name in self.names]

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows."""
        return self.rows

    def fetchone(self) -> tuple[Any, ...] | None:
        """The first row, or None."""
        return self.rows[0] if self.rows else None


@dataclass
class SparkWarehouse:
    """Tables as Parquet under `folder`, statements run by `session`; `views` are those that must come back as views.

    With `few` rows every table is read as one piece.
    """

    session: Any
    folder: str
    few: bool = False
    parts: dict[str, list[str]] = field(default_factory=dict)
    small: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    shapes: dict[str, Any] = field(default_factory=dict)
    views: list[tuple[str, str]] = field(default_factory=list)
    defined: dict[str, str] = field(default_factory=dict)
    outdated: set[str] = field(default_factory=set)

    def execute(self, sql: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> Answer:
        """Run one statement written in DuckDB's SQL; a query's rows are collected, everything else has none."""
        for text in filter(None, (part.strip() for part in sql.split(";\n"))):
            answer = self._run(take_apart(text.rstrip(";"), parameters), text)
        return answer

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> Answer:
        """Insert literal rows, all at once."""
        whole = take_apart(sql, rows[0])
        return self._run(Statement("values", whole.target, rows=tuple(map(tuple, rows))), sql)

    def read(self, table: str, path: str) -> None:
        """Make a Parquet file or folder known as a table."""
        self.parts[table], self.small[table] = [path], []
        frame = self.session.read.parquet(path)
        self.shapes[table] = frame.schema
        self._name(table, frame)

    def tables(self, schema: str) -> list[str]:
        """The tables of a schema that are there now."""
        return [name for name in self.parts if name.startswith(f"{schema}.")]

    def _run(self, statement: Statement, sql: str) -> Answer:
        target = statement.target
        self._refresh(statement.sql)
        match statement.action:
            case "query":
                frame = self.session.sql(statement.sql)
                return Answer(frame.columns, [tuple(row) for row in frame.collect()])
            case "view":
                self._define(view_name(target), statement.sql)
                if statement.lasting:
                    self.views.append((target, sql))
            case "create":
                frame = self.session.sql(statement.sql)
                self._begin(target)
                self._append(target, frame)
            case "declare":
                ddl = ", ".join(f"`{name}` {kind}" for name, kind in statement.columns)
                self._begin(target)
                self.shapes[target] = self.session.createDataFrame([], ddl).schema
                self._show(target)
            case "insert":
                self._append(target, self._fitted(statement))
            case "values":
                self.small[target] += self._typed(target, statement)
                self._show(target)
            case "drop":
                self.session.catalog.dropTempView(view_name(target))
                self.parts.pop(target, None)
                self.small.pop(target, None)
            case "set":
                pass  # how DuckDB writes is nothing to Spark
        return Answer([], [])

    def _define(self, view: str, sql: str) -> None:
        """Give a query a name; what reads that name is to be made anew."""
        self.session.sql(sql).createOrReplaceTempView(view)
        self.defined[view] = sql
        self._outdate(view)
        self.outdated.discard(view)

    def _name(self, table: str, frame: Any) -> None:
        """Make a table's rows visible under its name; what reads that name is to be made anew."""
        whole = frame.coalesce(1) if self.few else frame
        whole.createOrReplaceTempView(view_name(table))
        self._outdate(view_name(table))

    def _outdate(self, changed: str) -> None:
        """Spark keeps a view's tables as they were when the view was made: mark those that read a changed one."""
        for view, sql in self.defined.items():
            if f"`{changed}`" in sql and view not in self.outdated:
                self.outdated.add(view)
                self._outdate(view)

    def _refresh(self, sql: str) -> None:
        """Make the outdated views that a query reads anew, after those that they read themselves."""
        for view in [view for view in self.defined if view in self.outdated and f"`{view}`" in sql]:
            self.outdated.discard(view)
            self._refresh(self.defined[view])
            self.session.sql(self.defined[view]).createOrReplaceTempView(view)

    def _append(self, table: str, frame: Any) -> None:
        """Write a frame as one more part of a table and show the table with it."""
        parts = self.parts[table]
        path = f"{self.folder}/{table.replace('.', '/')}/{len(parts)}"
        frame.write.mode("overwrite").parquet(path)
        parts.append(path)
        self.shapes.setdefault(table, frame.schema)
        self._show(table)

    def _show(self, table: str) -> None:
        """Make a table's rows visible: its Parquet folders and the few literal rows that are kept here."""
        shape, small = self.shapes[table], self.small[table]
        frames = [self.session.read.schema(shape).parquet(*parts)] if (parts := self.parts[table]) else []
        if small or not frames:
            frames.append(self.session.createDataFrame(small, shape))
        whole = frames[0]
        for frame in frames[1:]:
            whole = whole.unionAll(frame)
        self._name(table, whole)

    def _begin(self, table: str) -> None:
        """An empty table, whatever was there."""
        self.parts[table], self.small[table] = [], []
        self.shapes.pop(table, None)

    def _fitted(self, statement: Statement) -> Any:
        """The query's columns, in place, with names and types of the table; those that it does not name are null."""
        fields = self.shapes[statement.target].fields
        named = [name for name, _ in statement.columns] or [f.name for f in fields]
        given = {name: f"`c{i}`" for i, name in enumerate(named)}
        cells = [f"cast({given.get(f.name, 'null')} as {f.dataType.simpleString()}) as `{f.name}`" for f in fields]
        return self.session.sql(
            f"select {', '.join(cells)} from ({statement.sql}) as given ({', '.join(given.values())})"
        )

    def _typed(self, table: str, statement: Statement) -> list[tuple[Any, ...]]:
        """Literal rows in the order of the table's columns; a whole number in a column of fractions is a fraction."""
        fields = self.shapes[table].fields
        named = [name for name, _ in statement.columns] or [f.name for f in fields]
        rows = [dict(zip(named, row, strict=True)) for row in statement.rows]
        return [tuple(_as_type(row.get(f.name), f.dataType.typeName()) for f in fields) for row in rows]


def _as_type(value: Any, kind: str) -> Any:
    """A literal as the column holds it: DuckDB reads days from text and fractions from whole numbers, Spark not."""
    if value is None:
        return None
    if kind == "double":
        return float(value)
    if kind == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    return value


def run_on_spark(
    con: Connection,
    session: Any,
    folder: str,
    *,
    reads: Sequence[str],
    fills: str,
    work: Callable[[Connection], Result],
) -> Result:
    """Do a stage's work on Spark: its inputs go out as Parquet, the schema that it fills comes back into `con`.

    `folder` is a path that both sides reach (`/shared/…`, `s3://…`); nothing is left in it.
    `reads` are schemas or tables.
    """
    import fsspec

    files, root = fsspec.core.url_to_fs(folder)
    try:
        few = few_rows(con, reads)
        engine = SparkWarehouse(session, folder.rstrip("/"), few)
        _set(session, FEW if few else {})
        for schema, table in _named(con, reads):
            engine.read(f"{schema}.{table}", _send(con, files, root, folder, schema, table))
        result = work(cast(Connection, engine))
        for table in engine.tables(fills):
            _fetch(con, files, table, engine)
        for name, sql in engine.views:
            con.execute(f"drop view if exists {name}")
            con.execute(sql)
    finally:
        if files.exists(root):
            files.rm(root, recursive=True)
    return result


@contextmanager
def spark_session(url: str | None, *, few: bool = False) -> Iterator[Any]:
    """A session: `sc://host:port` is a Connect server (Spark or Sail), `spark://…` a cluster, None runs here.

    A Spark of this machine can be started for `few` rows.
    Raises SettingsError when Spark is not installed or not reached.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise SettingsError(MISSING) from None
    builder = SparkSession.builder.appName("throughcare")
    builder = builder.remote(url) if url and url.startswith("sc://") else builder.master(url or "local[*]")
    for name, value in ({} if url else LOCAL | (FEW_LOCAL if few else {})).items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
        session.sql("select 1").collect()
        _set(session, {"spark.sql.ansi.enabled": "false", "spark.sql.session.timeZone": "UTC"})
    except Exception as problem:
        where = url or "on this machine (Java 17 or later is needed)"
        raise SettingsError(f"Spark cannot be reached at {where}: {type(problem).__name__}.") from None
    try:
        yield session
    finally:
        session.stop()
        os.environ.pop("SPARK_CONNECT_MODE_ENABLED", None)  # PySpark sets it, and then starts no Spark of this machine


def few_rows(con: Connection, reads: Sequence[str]) -> bool:
    """Whether a stage's inputs (schemas or tables) are so small that planning is most of the work."""
    counts = [f'(select count(*) from {schema}."{table}")' for schema, table in _named(con, reads)]
    return int(con.execute(f"select {' + '.join(counts)}").fetchall()[0][0]) <= FEW_ROWS


def _set(session: Any, settings: Mapping[str, str]) -> None:
    for name, value in settings.items():
        with suppress(Exception):  # Sail does not know them; it behaves so by itself
            session.conf.set(name, value)


def _named(con: Connection, reads: Sequence[str]) -> list[tuple[str, str]]:
    """Schema and name of every table that is meant by schemas or tables."""
    parts = [read.partition(".") for read in reads]
    return [(schema, table) for schema, _, only in parts for table in ([only] if only else _tables(con, schema))]


def _tables(con: Connection, schema: str) -> list[str]:
    """Tables and views of a schema by name."""
    found = con.execute(
        "select table_name from information_schema.tables where table_schema = ?"
        " and table_catalog = current_database() order by 1",
        [schema],
    ).fetchall()
    return [name for (name,) in found]


def _send(con: Connection, files: Any, root: str, folder: str, schema: str, table: str) -> str:
    """Write one table out as Parquet and return the path under which Spark finds it."""
    import io

    files.makedirs(f"{root}/in/{schema}", exist_ok=True)
    place = f"in/{schema}/{table}.parquet"
    if _is_local(files):
        con.execute(f"copy {schema}.\"{table}\" to '{root}/{place}' (format parquet)")
    else:
        import pyarrow.parquet as pq

        buffer = io.BytesIO()
        pq.write_table(con.execute(f'select * from {schema}."{table}"').to_arrow_table(), buffer)
        files.pipe_file(f"{root}/{place}", buffer.getvalue())
    return f"{folder.rstrip('/')}/{place}"


def _fetch(con: Connection, files: Any, table: str, engine: SparkWarehouse) -> None:
    """Read a table's Parquet folders and literal rows into `con`, in place of what is there."""
    schema, _, name = table.partition(".")
    target = f'{schema}."{name}"'
    con.execute(f"drop table if exists {target}")
    kinds = [(f.name, f.dataType.simpleString()) for f in engine.shapes[table].fields]
    columns = ", ".join(f'"{name}" {DUCKDB_TYPES.get(kind, kind)}' for name, kind in kinds)
    con.execute(f"create table {target} ({columns})")
    for part in engine.parts[table]:
        paths = _parquet(files, part)
        if paths and _is_local(files):
            listed = ", ".join(f"'{path}'" for path in paths)
            con.execute(f"insert into {target} select * from read_parquet([{listed}])")
        elif paths:
            import pyarrow.dataset as ds

            con.register("fetched", ds.dataset(paths, filesystem=files, format="parquet"))
            con.execute(f"insert into {target} select * from fetched")
            con.unregister("fetched")
    if rows := engine.small[table]:
        marks = f"({', '.join('?' * len(rows[0]))})"
        everything = [value for row in rows for value in row]
        con.execute(f"insert into {target} values {', '.join([marks] * len(rows))}", everything)


def _parquet(files: Any, part: str) -> list[str]:
    return sorted(
        p for p in files.find(files._strip_protocol(part)) if p.endswith(".parquet") and Path(p).name[0] not in "._"
    )


def _is_local(files: Any) -> bool:
    return "file" in (files.protocol if isinstance(files.protocol, tuple | list) else (files.protocol,))
