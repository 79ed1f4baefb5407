"""Exact complementary suppression of 400 cells (10 s allowed), and the audit of a release with 500 hidden cells (60 s).

Run by hand: `.venv/bin/python benchmarks/suppression.py`. Seconds are those of the processor. A flat table of 20 x 20
cells with margins, and prisons in regions by quarters in years, where 1 to 7 must be hidden with a width of 4; then
measures by prison and quarter under the profile `publication`. Counts are drawn with a fixed seed.
"""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict
from itertools import product

from pipeline.disclosure.audit import Auditor, check_table
from pipeline.disclosure.planning import plan_rows
from pipeline.disclosure.profile import load_profile
from pipeline.disclosure.protect import protect
from pipeline.disclosure.rows import MeasureRow
from pipeline.disclosure.tables import LinkedTables, count_table, protect_tables

ALLOWED_SECONDS = 10.0
ALLOWED_FOR_AUDIT = 60.0
MEASURES_OF_RELEASE = 10


def linked(inner: dict[tuple[str, ...], int], levels: list[dict[str, str]]) -> LinkedTables:
    return count_table(inner, levels, threshold=8, width=4)


def flat(dice: random.Random) -> LinkedTables:
    levels = [{f"{name}{i}": "all" for i in range(19)} for name in "rc"]
    inner = {place: draw(dice) for place in product(*levels)}
    return linked(inner, levels)


def nested(dice: random.Random) -> LinkedTables:
    prisons = {f"p{i}": f"r{i % 4}" for i in range(16)} | {f"r{i}": "all" for i in range(4)}
    quarters = {f"q{i}": f"y{i % 3}" for i in range(15)} | {f"y{i}": "ever" for i in range(3)}
    inner = {(p, q): draw(dice) for p in prisons if p[0] == "p" for q in quarters if q[0] == "q"}
    return linked(inner, [prisons, quarters])


def draw(dice: random.Random) -> int:
    """One cell in twelve is small, as in the programme's tables by prison and quarter once pooled."""
    return dice.randint(1, 7) if dice.random() < 1 / 12 else dice.randint(8, 120)


def released(dice: random.Random) -> dict[str, list[MeasureRow]]:
    """Measures by prison and quarter with all their margins, as small as the programme's."""
    return {name: rows_of(name, dice) for name in (f"measure_{i}" for i in range(MEASURES_OF_RELEASE))}


def rows_of(name: str, dice: random.Random) -> list[MeasureRow]:
    counts = {
        (f"p{p}", f"q{q}"): (n := dice.randint(8, 60), dice.randint(1, n - 1)) for p in range(12) for q in range(8)
    }
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for (prison, quarter), (n, x) in counts.items():
        for place in product(("", prison), ("", quarter)):
            sums[place] = [sums[place][0] + n, sums[place][1] + x]
    return [row(name, prison, quarter, n, x) for (prison, quarter), (n, x) in sorted(sums.items())]


def row(name: str, prison: str, quarter: str, n: int, x: int) -> MeasureRow:
    group_by = "*".join(dim for dim, value in (("prison", prison), ("quarter", quarter)) if value) or "all"
    return MeasureRow(
        measure=name, component="", cohort="programme", cell_set="own", window="30", group_by=group_by,
        group_value="*".join(value for value in (prison, quarter) if value), period_from="2023-01-01",
        period_to="2024-12-31", persons=n, numerator=x, numerator_persons=x, complement_persons=n - x, denominator=n,
        denominator_unit="persons", possible=None, too_early=0, unobserved=0, value=x / n, workers=9,
        status="measured",
    )  # fmt: skip


def hide_cells() -> None:
    """The cheapest choice in two tables of 400 cells."""
    for name, make in (("flat", flat), ("nested", nested)):
        tables = make(random.Random(5))
        begun = time.process_time()
        safe = protect_tables(tables)
        result = {"table": name, "cells": len(tables.cells), "primary": len(safe.primary)}
        result |= {"secondary": len(safe.secondary), "method": safe.found.method, "optimal": safe.found.optimal}
        tell(result, time.process_time() - begun, ALLOWED_SECONDS)


def audit_release() -> None:
    """The audit of a whole release that was made safe before."""
    profile = load_profile("publication")
    measures = {name: plan_rows(rows, profile) for name, rows in released(random.Random(5)).items()}
    begun = time.process_time()
    protect(measures, Auditor(profile, lambda plan: {}))
    made_safe = time.process_time() - begun
    begun = time.process_time()
    auditor = Auditor(profile, lambda plan: {})
    audits = [check_table(name, planned, auditor) for name, planned in measures.items()]
    hidden = sum("x" in plan.hidden or "n" in plan.hidden for planned in measures.values() for plan in planned)
    result = {"tables": len(audits), "rows": sum(map(len, measures.values())), "hidden": hidden}
    result |= {"attacked": sum(audit.attacked for audit in audits), "made_safe_seconds": round(made_safe, 2)}
    tell(result, time.process_time() - begun, ALLOWED_FOR_AUDIT)


def tell(result: dict[str, object], seconds: float, allowed: float) -> None:
    print(json.dumps(result | {"cpu_seconds": round(seconds, 2), "ratio": round(seconds / allowed, 2)}))


def main() -> None:
    hide_cells()
    audit_release()


if __name__ == "__main__":
    main()
