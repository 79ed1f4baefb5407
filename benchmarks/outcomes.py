"""Core and outcomes at the size of a country, against a sort of the same tables, pandas and Polars.

Run by hand: `.venv/bin/python -m benchmarks.outcomes 2000000 FOLDER`. The register is made in FOLDER when it is not
there. Each way is a process of its own; printed are its processor seconds (user + system), wall seconds, peak memory,
and ratios. Cells of all ways must be equal; those that are `kept` leave tables behind as ours does. `--only sort ours`
leaves the comparators out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

MEASURES = ("return_to_prison", "contact_made", "treatment_started")
WAYS = ("sort", "ours", "part", "polars", "polars_kept", "pandas", "pandas_kept")
COHORTS = {"return_to_prison": ("all_releases", "programme"), "contact_made": ("programme",),
           "treatment_started": ("programme",)}  # fmt: skip
STEPS = ("partner_table", "case_period", "release_seen", "cohort_member", "release_subset", "declared_cohort",
         "return_per_release", "conviction_per_release", "continuity_per_release", "event_per_release", "follow_up",
         "unit_complex", "cell_series", "group_number", "member_count", "cell_part")  # fmt: skip
"""What the compared cells are made of: no attrition, activity, curves, people, finished cells."""
SORTED = {"custody_stay": "admission_date", "service": "service_date", "case": "agreement_date",
          "treatment": "start_date", "person": "birth_year"}  # fmt: skip
CELLS = """
select c.measure, c.cohort, c.window_days as window, p.part as prison, p.group_value as quarter,
    cast(sum(case when p.state = 'measured' then p.n else 0 end) as bigint) as n,
    cast(sum(case when p.state = 'measured' then p.x else 0 end) as bigint) as x,
    cast(sum(case when p.state = 'measured' then p.possible else 0 end) as bigint) as possible,
    cast(sum(case when p.state = 'too_early' then p.n else 0 end) as bigint) as too_early
from outcomes.cell_part as p
inner join outcomes.cell_series as c on c.series = p.series
where c.cell_set = 'own' and p.part_by = 'prison' and p.group_by = 'quarter'
    and (c.cohort = 'programme' or c.cohort = 'all_releases' and c.measure = 'return_to_prison')
group by all
order by all
"""


def sort(folder: Path) -> None:
    """The yardstick: every table written once more in order of person and day."""
    con = _copy(folder, "sort")
    for name, day in SORTED.items():
        con.execute(f'create table core."{name}" as select * from validated."{name}" order by person_id, {day}')


def ours(folder: Path) -> None:
    """Core and the outcomes of three measures."""
    from pipeline import outcomes

    _run(folder, "ours", outcomes.measure)


def part(folder: Path) -> None:
    """Core whole, of the outcomes only the cells that are compared: no other cohort, group or step."""
    from dataclasses import replace

    from pipeline.outcomes.prepare import prepare
    from pipeline.outcomes.registry import find_measure
    from pipeline.warehouse import run_sql_folder

    def count(con: Any, _: Any, run: Any, chosen: tuple[str, ...]) -> None:
        groups = ("all", "prison", "quarter")
        slim = {m: replace(find_measure(m), cohorts=COHORTS[m], groups=groups, curve=False) for m in chosen}
        prepare(con, run, slim)
        run_sql_folder(con, "pipeline.outcomes", [f"sql/{step}" for step in STEPS], {})

    _run(folder, "part", count)


def _run(folder: Path, name: str, count: Callable[..., Any]) -> None:
    """Core, then the counting of the three measures, then the cells that are compared."""
    from datetime import date, datetime

    from pipeline import core
    from pipeline.periods import Quarter
    from pipeline.run import Run
    from pipeline.settings import Settings
    from pipeline.warehouse import by_statement

    con = _copy(folder, name)
    settings = Settings(root=folder, data=folder)
    run = Run(Quarter(2023, 2), datetime(2023, 8, 15), as_of=date(2023, 8, 15))
    begun = time.process_time()
    with by_statement(con, "core"):
        core.build(con, settings, run)
    print(f"  core {time.process_time() - begun:.1f} s", flush=True)
    with by_statement(con, "outcomes"):
        count(con, settings, run, MEASURES)
    con.execute(f"copy ({CELLS}) to '{folder / f'{name}.csv'}' (header)")


def polars(folder: Path) -> None:
    """The same cells in Polars."""
    from benchmarks.outcomes_polars import main

    main(folder).write_csv(folder / "polars.csv")


def pandas(folder: Path) -> None:
    """The same cells in pandas."""
    from benchmarks.outcomes_pandas import main

    main(folder).to_csv(folder / "pandas.csv", index=False)


def polars_kept(folder: Path) -> None:
    """The same cells in Polars, and the tables on the way to them written as Parquet."""
    from benchmarks.outcomes_polars import keep

    with TemporaryDirectory(dir=folder) as kept:
        keep(folder, Path(kept)).write_csv(folder / "polars_kept.csv")


def pandas_kept(folder: Path) -> None:
    """The same cells in pandas, and the tables on the way to them written as Parquet."""
    from benchmarks.outcomes_pandas import keep

    with TemporaryDirectory(dir=folder) as kept:
        keep(folder, Path(kept)).to_csv(folder / "pandas_kept.csv", index=False)


def _copy(folder: Path, name: str) -> Any:
    """A run's warehouse over the register's tables, so that each way starts from the same file."""
    from pipeline.warehouse import open_run

    (folder / f"{name}.duckdb").unlink(missing_ok=True)
    con = open_run(folder, name)
    con.execute(f"set memory_limit = '{os.environ.get('BENCH_MEMORY', '3GB')}'")
    con.execute(f"attach '{folder / 'register.duckdb'}' as register (read_only)")
    tables = con.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'register'"
    ).fetchall()
    for schema, table in tables:
        con.execute(f'create view {schema}."{table}" as from register.{schema}."{table}"')
    return con


def timed(way: str, folder: Path) -> dict[str, float]:
    """One way in a process of its own: processor and wall seconds, peak memory in GiB."""
    begun = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-m", "benchmarks.outcomes", "--way", way, "0", str(folder)])
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{way} failed")
    return {
        "cpu": used.ru_utime + used.ru_stime,
        "wall": time.perf_counter() - begun,
        "gib": used.ru_maxrss / 2**20,
    }


def compare(folder: Path, way: str) -> None:
    """Equal cells, or stop."""
    import polars as pl

    mine, theirs = (pl.read_csv(folder / f"{name}.csv") for name in ("ours", way))
    keys = ["measure", "cohort", "window", "prison", "quarter"]
    if not mine.sort(keys).equals(theirs.select(mine.columns).sort(keys)):
        raise SystemExit(f"{way} counts other cells than we do")
    print(f"  {way}: the same {len(mine)} cells")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("people", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", default=list(WAYS))
    parser.add_argument("--way")
    given = parser.parse_args()
    if given.way:
        globals()[given.way](given.folder)
        return
    if not (given.folder / "register.duckdb").exists():
        from benchmarks.register import make

        make(given.people, given.folder, comparators=not set(given.only) <= {"sort", "ours", "part"})
    found: dict[str, dict[str, float]] = {}
    for way in given.only:
        found[way] = timed(way, given.folder)
        base = found.get("sort", found[way])
        row = {key: round(value, 2) for key, value in found[way].items()}
        print(json.dumps({"way": way, **row, "cpu / sort": round(found[way]["cpu"] / base["cpu"], 2)}), flush=True)
        if way not in ("sort", "ours") and "ours" in found:
            compare(given.folder, way)


if __name__ == "__main__":
    main()
