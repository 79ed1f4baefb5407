"""Exact complementary suppression of 400 cells: seconds, and their ratio to the 10 s that it may take.

Run by hand: `.venv/bin/python benchmarks/suppression.py`. A flat table of 20 x 20 cells with margins, and prisons in
regions by quarters in years; counts are drawn with a fixed seed, 1 to 7 must be hidden with a width of 4.
"""

from __future__ import annotations

import json
import random
import time
from itertools import product

from pipeline.disclosure.tables import LinkedTables, TableCell, cross, cross_sums, needs_hiding, protect_tables

ALLOWED_SECONDS = 10.0


def linked(inner: dict[tuple[str, ...], int], levels: list[dict[str, str]]) -> LinkedTables:
    counts = cross(inner, levels)
    cells = {place: TableCell(count, needs_hiding(count, 8), width=4) for place, count in sorted(counts.items())}
    tables = LinkedTables(cells)  # type: ignore[arg-type]
    for total, parts in cross_sums(counts, levels):
        tables.add_sum(total, parts)
    return tables


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


def main() -> None:
    for name, make in (("flat", flat), ("nested", nested)):
        tables = make(random.Random(5))
        begun = time.perf_counter()
        safe = protect_tables(tables)
        taken = time.perf_counter() - begun
        result = {"table": name, "cells": len(tables.cells), "primary": len(safe.primary)}
        result |= {"secondary": len(safe.secondary), "method": safe.found.method, "optimal": safe.found.optimal}
        print(json.dumps(result | {"seconds": round(taken, 2), "ratio": round(taken / ALLOWED_SECONDS, 2)}))


if __name__ == "__main__":
    main()
