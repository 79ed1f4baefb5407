"""Ingest of a million services against DuckDB reading the same bytes as text: seconds, ratio and peak memory.

Run by hand: `.venv/bin/python benchmarks/ingest.py` (all shapes, three pairs each) or
`benchmarks/ingest.py --shape csv --rows 1000000 --pairs 5`. Ingest is screen, landing, loading, staging and validation
with Great Expectations; its imports are reported apart. The two are run in turn, each in a process of its own, and the
ratio is taken pair by pair. The rows are made up with a fixed rule, in the shapes that partners deliver.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import ingest_shapes as shapes

ALLOWED_RATIO, ALLOWED_MB = 15.0, 2048


def ingest(folder: Path, partner: str) -> None:
    """One whole ingest of a partner's folder into a new project; seconds per stage."""
    begun = time.perf_counter()
    import great_expectations  # noqa: F401
    import polars  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    from pipeline import flow, landing, sources
    from pipeline.periods import Quarter
    from pipeline.run import Run
    from pipeline.settings import load_settings
    from pipeline.warehouse import open_for_run

    seconds = {"imports": time.perf_counter() - begun}
    begun_with = cpu()
    settings = load_settings(folder)
    run = Run(Quarter(2023, 2), datetime(2023, 8, 15, tzinfo=UTC))
    started = begun = time.perf_counter()
    deliveries = sources.pull(settings, started_at=run.started_at)
    report = landing.land(settings, deliveries, started_at=run.started_at)
    if len(report.new) != 1:
        raise SystemExit("\n".join(report.lines()))
    seconds["screen and landing"] = time.perf_counter() - begun
    run = flow.with_inputs(settings, run)
    con = open_for_run(settings, run.run_id)
    for name in ("landing", "staging", "validated"):
        begun = time.perf_counter()
        con.begin()
        counts = flow.IN_WAREHOUSE[name](con, settings, run)
        con.commit()
        seconds["loading" if name == "landing" else name] = time.perf_counter() - begun
    seconds["total"] = time.perf_counter() - started
    print(json.dumps({"partner": partner, "seconds": seconds, "counts": counts, **used(begun_with)}))


def reference(folder: Path) -> None:
    """DuckDB reading the same bytes as text into a table, and adding up the lengths of all cells."""
    import duckdb

    begun_with, started = cpu(), time.perf_counter()
    con = duckdb.connect(str(folder / "reference.duckdb"), config={"threads": os.cpu_count() or 1})
    for number, relation in enumerate(shapes.as_text(folder)):
        con.execute(f"create table t{number} as select * from {relation}")
        con.execute(f"select sum(length(columns(*))) from t{number}").fetchall()
    con.close()
    print(json.dumps({"seconds": {"total": time.perf_counter() - started}, **used(begun_with)}))


def cpu() -> float:
    """Processor seconds of this process, all threads."""
    now = resource.getrusage(resource.RUSAGE_SELF)
    return now.ru_utime + now.ru_stime


def used(before: float) -> dict[str, float]:
    """Processor seconds since `before`, and the peak resident memory of this process."""
    return {"cpu": cpu() - before, "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}


def child(*arguments: str) -> dict[str, object]:
    """This file in a process of its own; its last line is the result."""
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONHASHSEED": "0"}
    )
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(shape: str, rows: int, pairs: int, folder: Path) -> dict[str, object]:
    """Ingest and reference in turn; medians over the pairs."""
    made = shapes.make(shape, rows, folder / "made")
    ours, ratios, cpus = [], [], []
    for pair in range(pairs):
        place = folder / f"pair{pair}"
        shapes.project(shape, folder / "made", place)
        one = child("--ingest", str(place), "--shape", shape)
        other = child("--reference", str(folder / "made"))
        (folder / "made" / "reference.duckdb").unlink()
        ours.append(one)
        ratios.append(one["seconds"]["total"] / other["seconds"]["total"])  # type: ignore[index]
        cpus.append(one["cpu"] / other["cpu"])  # type: ignore[operator]
        shutil.rmtree(place, ignore_errors=True)
    stages = {name: round(statistics.median(o["seconds"][name] for o in ours), 2) for name in ours[0]["seconds"]}  # type: ignore[index]
    peak = max(int(o["peak_mb"]) for o in ours)  # type: ignore[call-overload]
    result = {"shape": shape, "rows": rows, "mb": round(made / 1e6), "ratio": round(statistics.median(ratios), 1)}
    result |= {
        "ratios": [round(r, 1) for r in ratios],
        "cpu_ratio": round(statistics.median(cpus), 1),
        "peak_mb": peak,
        "seconds": stages,
        "counts": ours[0]["counts"],
    }
    return result | {"within": statistics.median(ratios) <= ALLOWED_RATIO and peak <= ALLOWED_MB}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", choices=shapes.SHAPES)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--ingest", type=Path)
    parser.add_argument("--reference", type=Path)
    given = parser.parse_args()
    if given.ingest:
        ingest(given.ingest, given.shape)
    elif given.reference:
        reference(given.reference)
    else:
        for shape in [given.shape] if given.shape else shapes.SHAPES:
            rows = given.rows or shapes.ROWS.get(shape, 1_000_000)
            with tempfile.TemporaryDirectory() as folder:
                print(json.dumps(measure(shape, rows, given.pairs, Path(folder))), flush=True)


if __name__ == "__main__":
    main()
