"""Twin of the TDI tables: the first entry of each person and year, detoxification alone apart, answer by answer."""

from __future__ import annotations

import re
from collections import Counter

from pipeline.outcomes.tdi import TdiTable, tdi_tables
from tests.support.twin_cohorts import Row, World

Cell = tuple[int, str, int, str, str]
"""Year, kind of entry, table, sex, category."""


def tables(world: World) -> dict[Cell, tuple[int, int]]:
    """Persons in each category and entrants of each cell."""
    found: Counter[Cell] = Counter()
    entrants: Counter[tuple[int, str, str]] = Counter()
    for year, person, entry in first_entries(world):
        kind = "detoxification" if is_detoxification(world, entry) else "treatment"
        for sex in ("all", person["sex"]) if person.get("sex") in ("male", "female") else ("all",):
            entrants[year, kind, sex] += 1
            for table in tdi_tables():
                found.update((year, kind, table.number, sex, c) for c in answers(table, entry, person, year))
    return {
        (year, kind, table.number, sex, category): (found[year, kind, table.number, sex, category], n)
        for (year, kind, sex), n in entrants.items()
        for table in tdi_tables()
        for category, _, _ in table.categories()
    }


def first_entries(world: World) -> list[tuple[int, Row, Row]]:
    last = min(world.seen_to, world.quarter.last_day)
    by_year: dict[tuple[str, int], list[Row]] = {}
    for e in world.rows("treatment_entry"):
        if e["entry_date"] <= last and not world.withdrawn(e["person_id"]):
            by_year.setdefault((e["person_id"], e["entry_date"].year), []).append(e)
    chosen = []
    for (who, year), entries in by_year.items():
        entries.sort(key=lambda e: (is_detoxification(world, e), e["entry_date"], e["partner"], e["entry_id"]))
        chosen.append((year, next(iter(world.rows("person", person_id=who)), {}), entries[0]))
    return chosen


def is_detoxification(world: World, entry: Row) -> bool:
    found = world.rows("treatment", partner=entry["partner"], treatment_id=entry["treatment_id"])
    return any(t["treatment_type"] == "detoxification" for t in found) if entry["treatment_id"] else False


def answers(table: TdiTable, entry: Row, person: Row, year: int) -> set[str]:
    if table.bands:
        born = person.get("birth_year")
        number = (year - born if born else None) if table.item == "age_group" else entry.get(table.item)
        return {c for c, low, high in table.categories() if None not in (number, low) and low <= number <= high} or {  # type: ignore[operator]
            "unknown"
        }
    said = entry.get(table.item) or ""
    given = set(re.split("[,; ]+", said)) if table.several else {said}
    return given & {c for c, _, _ in table.categories()} or {"unknown"}
