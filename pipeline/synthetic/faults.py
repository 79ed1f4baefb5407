"""Planted faults: rows made wrong on purpose, each with the rule that must refuse it; and what must only be noticed.

Cells are changed in the sender's own words, after the true rows were written down. Only people whom nobody
but the Prison Service knows are touched there, so that the planted rates stay true.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from pipeline.synthetic.deliveries import Delivery
from pipeline.synthetic.fault_plans import Plan, filled, plans
from pipeline.synthetic.shapes import shape


@dataclass(frozen=True)
class Fault:
    """One row that must be refused."""

    delivery: str
    table: str
    key: str
    column: str
    rule_id: str


@dataclass
class Planted:
    """Everything that was planted: refusals, duplicates (delivery, table, rows), children, warnings, conflicts."""

    faults: list[Fault] = field(default_factory=list)
    duplicates: list[tuple[str, str, int]] = field(default_factory=list)
    children: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    conflicts: list[dict[str, str]] = field(default_factory=list)


class Spoiler:
    """Spoils rows of deliveries, each row at most once, nobody's children or parents twice."""

    def __init__(self, rng: np.random.Generator, deliveries: list[Delivery]) -> None:
        self.rng, self.deliveries = rng, {d.title: d for d in deliveries}
        self.planted = Planted()
        self.used: set[tuple[str, str, str]] = set()
        self.touched: set[str] = self._known_elsewhere()
        self.cases: set[str] = set()

    def _known_elsewhere(self) -> set[str]:
        frames = [f for d in self.deliveries.values() if d.partner != "vscr" for f in d.tables.values()]
        return {person for f in frames for person in f["_person"].drop_nulls().to_list()}

    def choose(self, delivery: str, table: str, where: pl.Expr | None, count: int) -> list[dict[str, Any]]:
        """Rows that nothing else was done to (at the Prison Service of persons otherwise untouched)."""
        frame = self.deliveries[delivery].tables[table]
        frame = frame.filter(where) if where is not None else frame
        chosen: list[dict[str, Any]] = []
        for place in self.rng.permutation(frame.height).tolist():
            row = frame.row(place, named=True)
            if len(chosen) == count:
                break
            if self._free(delivery, table, row):
                self.used.add((delivery, table, row["_key"]))
                self.touched |= {row["_person"]} if delivery.startswith("vscr/") else set()
                chosen.append(row)
        return chosen

    def _free(self, delivery: str, table: str, row: dict[str, Any]) -> bool:
        if (delivery, table, row["_key"]) in self.used or row["_parent"] in self.cases:
            return False
        return not delivery.startswith("vscr/") or row["_person"] not in self.touched

    def put(self, delivery: str, table: str, key: str, cells: dict[str, Any]) -> None:
        """Write cells into the row with this key."""
        frame = self.deliveries[delivery].tables[table]
        here = pl.col("_key") == key
        changes = [
            pl.when(here).then(pl.lit(value, dtype=frame.schema[heading])).otherwise(pl.col(heading)).alias(heading)
            for heading, value in cells.items()
        ]
        self.deliveries[delivery].tables[table] = frame.with_columns(changes)

    def spoil(self, plan: Plan) -> None:
        """Plant the rows of one plan."""
        heading = shape(plan.delivery.split("/")[0]).heading(plan.table, plan.column)
        for row in self.choose(plan.delivery, plan.table, plan.where, plan.count):
            cells = plan.value(row) if callable(plan.value) else {heading: plan.value}
            self.put(plan.delivery, plan.table, row["_key"], cells)
            self.planted.faults.append(Fault(plan.delivery, plan.table, row["_key"], heading, plan.rule_id))
            if plan.table in ("case", "person"):
                self._count_children(plan, row["_key"])

    def _count_children(self, plan: Plan, key: str) -> None:
        """Rows that refer to a refused person or case; later faults leave them alone."""
        link = "_person" if plan.table == "person" else "_parent"
        self.cases |= {key} if plan.table == "case" else set()
        tables = self.deliveries[plan.delivery].tables
        counts = {
            name: frame.filter(pl.col(link) == key).height for name, frame in tables.items() if name != plan.table
        }
        counts = {name: number for name, number in counts.items() if number}
        parent = {"delivery": plan.delivery, "parent_table": plan.table, "parent_key": key}
        self.planted.children.append({**parent, "children": counts})

    def append(self, delivery: str, table: str, rows: list[dict[str, Any]]) -> None:
        """Add rows at the end of a table."""
        frame = self.deliveries[delivery].tables[table]
        more = pl.DataFrame(rows, schema=frame.schema)
        self.deliveries[delivery].tables[table] = pl.concat([frame, more])


def plant(rng: np.random.Generator, deliveries: list[Delivery]) -> Planted:
    """Spoil the deliveries' rows in place, and say what was done."""
    spoiler = Spoiler(rng, deliveries)
    # Parents first: what hangs on them must not be spoilt again.
    for plan in sorted(plans(), key=lambda p: p.table not in ("person", "case")):
        spoiler.spoil(plan)
    _duplicates(spoiler)
    _overlaps(spoiler)
    _outside_case(spoiler)
    _conflicts(spoiler)
    return spoiler.planted


def _duplicates(spoiler: Spoiler) -> None:
    vscr = "vscr/2023-07-31"
    released = filled("Datum propuštění")
    equal = spoiler.choose(vscr, "custody_stay", released, 2)
    number = 9_000_001
    for row in equal:
        row["Číslo pobytu"] = row["_key"] = f"VS{number}"
        number += 1
    spoiler.append(vscr, "custody_stay", equal)
    spoiler.planted.duplicates.append((vscr, "custody_stay", len(equal)))
    for title, table, count in (
        (vscr, "custody_stay", 3),
        ("cppt/2023-07-31", "service", 2),
        ("romodrom/2023-07-31", "living_status", 1),
    ):
        rows = spoiler.choose(title, table, None, count)
        spoiler.append(title, table, rows)
        spoiler.planted.duplicates.append((title, table, len(rows)))


def _overlaps(spoiler: Spoiler) -> None:
    """A stay recorded within another one: noticed, joined, and no spell changes."""
    vscr = "vscr/2023-07-31"
    frame = spoiler.deliveries[vscr].tables["custody_stay"]
    days = [pl.col(c).str.to_date("%d.%m.%Y", strict=False) for c in ("Datum přijetí", "Datum propuštění")]
    long = (days[1] - days[0]).dt.total_days() > 60
    for number, row in enumerate(spoiler.choose(vscr, "custody_stay", long, 2)):
        whole = frame.filter(pl.col("_key") == row["_key"]).select(a=days[0], b=days[1]).row(0)
        inner = {"Datum přijetí": whole[0].toordinal() + 10, "Datum propuštění": whole[1].toordinal() - 10}
        texts = {c: "{0.day}.{0.month}.{0.year}".format(date.fromordinal(n)) for c, n in inner.items()}
        key = f"VS{9_100_001 + number}"
        reasons = {"Důvod přijetí": "přemístění – příjem", "Důvod propuštění": "přemístění – výdej"}
        spoiler.append(vscr, "custody_stay", [{**row, **texts, **reasons, "Číslo pobytu": key, "_key": key}])
        spoiler.planted.warnings.append(Fault(vscr, "custody_stay", key, "Datum přijetí", "overlapping_stays"))
        spoiler.planted.warnings.append(Fault(vscr, "custody_stay", row["_key"], "Datum přijetí", "overlapping_stays"))


def _outside_case(spoiler: Spoiler) -> None:
    """Indirect work three weeks after the agreement's end."""
    cppt = "cppt/2023-07-31"
    ended = spoiler.deliveries[cppt].tables["case"].filter(pl.col("Ukončeno dne") <= 45_110)  # before July 2023
    ends = dict(ended.select("_key", "Ukončeno dne").iter_rows())
    indirect = (pl.col("Výkon") == "nepřímá práce") & pl.col("_parent").is_in(list(ends))
    for row in spoiler.choose(cppt, "service", indirect, 3):
        spoiler.put(cppt, "service", row["_key"], {"Datum": ends[row["_parent"]] + 21})
        spoiler.planted.warnings.append(Fault(cppt, "service", row["_key"], "Datum", "service_outside_case"))


def _conflicts(spoiler: Spoiler) -> None:
    """People whom two partners describe differently: for the data steward alone."""
    known = set(spoiler.deliveries["vscr/2023-07-31"].tables["person"]["_key"].to_list())
    linked = pl.col("_key").is_in(sorted(known))
    cppt, laxus = "cppt/2023-07-31", "laxus/2023-07-31"
    for row in spoiler.choose(cppt, "person", linked, 1):
        spoiler.put(cppt, "person", row["_key"], {"Pohlaví": "žena" if row["Pohlaví"] == "muž" else "muž"})
        spoiler.planted.conflicts.append({"person_id": row["_key"], "delivery": cppt, "rule_id": "sex_differs"})
    for row in spoiler.choose(laxus, "person", linked, 1):
        spoiler.put(laxus, "person", row["_key"], {"rokNarozeni": row["rokNarozeni"] - 7})
        spoiler.planted.conflicts.append({"person_id": row["_key"], "delivery": laxus, "rule_id": "birth_year_differs"})
