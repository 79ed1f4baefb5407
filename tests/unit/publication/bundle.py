"""A bundle with every measure, every state and one hostile name, for what publication must show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.disclosure.store import as_document, table_document, write_bundle
from pipeline.disclosure.types import Row, Status, make_row
from pipeline.outcomes import MEASURES
from tests.support.bundles import DIMS, STATISTICS, literal_meta, literal_tables, rate_row, status_row

HOSTILE = '<script>alert(1)</script> =1+1 | **x** {{< include y >}} $a$ @fig-z "q"'
Percents = tuple[int, int, int, int, int]


def outcome_rows(name: str, window: str, ladder: tuple[str, ...]) -> list[Row]:
    """A measure for everybody, its ladder, planned against unplanned, and three breakdowns with every state."""
    rows = [
        rate_row(name, "all", "", 315, 190, (60, 54, 66, 60, 63), window=window, possible=10, too_early=25),
        rate_row(name, "planned", "planned", 160, 110, (69, 61, 76, 68, 70), window=window),
        rate_row(name, "planned", "unplanned", 120, 55, (46, 37, 55, 45, 48), window=window),
        rate_row(name, "partner", "magdalena", 60, 40, (65, 50, 80, 65, 70), window=window),
        rate_row(name, "partner", "sananim", 20, 10, None, window=window),
        rate_row(name, "partner", HOSTILE, 105, 60, (57, 47, 67, 57, 60), window=window),
        status_row(name, "partner", "kotec", Status.NOT_COLLECTED, window=window),
        rate_row(name, "prison", "praha_pankrac", 10, None, None, window=window),
        status_row(name, "prison", "brno", Status.UNKNOWN, window=window),
        rate_row(name, "quarter", "2023Q1", 40, 0, (0, 0, 10, 0, 5), window=window),
        status_row(name, "quarter", "2023Q2", Status.TOO_EARLY, window=window),
    ]
    for step, days in enumerate(ladder):
        percents: Percents = (40 + 10 * step, 35 + 10 * step, 46 + 10 * step, 40 + 10 * step, 44 + 10 * step)
        rows.append(rate_row(name, "all", "", 300, 120 + 30 * step, percents, window=days, cell_set="ladder"))
    return rows


def process_rows(name: str) -> list[Row]:
    """A measure without a window, for everybody and in one group for each of its groupings and parts."""
    measure = MEASURES[name]
    cohort = measure.cohorts[0]
    window = str(measure.windows[0]) if measure.windows else ""
    rows = [rate_row(name, "all", "", 240, 60, (25, 20, 31, 25, 27), window=window, cohort=cohort)]
    samples = {"domain": "housing", "end_reason": "completed", "channel": "oral", "reason": "escort", "sex": "female"}
    samples |= {"state_before": "stable", "landmark": "by_then", "complex_case": "yes"}
    for group, value in samples.items():
        if group in measure.groups:
            rows.append(rate_row(name, group, value, 110, 45, (41, 32, 50, 41, 43), window=window, cohort=cohort))
    if "partner" in measure.groups:
        rows.append(rate_row(name, "partner", "magdalena", 60, 40, (65, 50, 80, 65, 70), window=window, cohort=cohort))
    for component in measure.components:
        if component:
            rows.append(with_component(rows[0], name, component))
    if "state_before" in measure.groups:
        rows += [with_component(row, name, measure.components[-1]) for row in rows if row.keys["group_by"] != "all"]
    known = [row for row in rows if row.keys["component"] in measure.components]
    return [row if measure.part(row.keys["component"]).value == "share" else with_value(row, name) for row in known]


def with_value(row: Row, name: str) -> Row:
    """The row of a median or a ratio: a value and no share."""
    cells = {key: (cell.value, cell.status) for key, cell in row.cells.items()}
    cells |= dict.fromkeys(("rate", "low", "high", "bound_low", "bound_high"), (None, Status.NOT_APPLICABLE))
    return make_row(name, dict(row.keys), cells | {"value": (12.5, Status.ROUNDED)})


def with_component(row: Row, name: str, component: str) -> Row:
    """The same numbers as a part of a measure."""
    cells = {key: (cell.value, cell.status) for key, cell in row.cells.items()}
    return make_row(name, dict(row.keys) | {"component": component}, cells)


def rich_tables() -> dict[str, dict[str, Any]]:
    """Every measure of the registry."""
    tables = literal_tables()
    curve = tables.pop("curve:return_to_prison")
    for name, measure in MEASURES.items():
        window = main_window(measure.primary_window, measure.windows)
        ladder = tuple(str(days) for days in measure.windows) if measure.ladder else ()
        rows = outcome_rows(name, window, ladder) if window and measure.ladder else process_rows(name)
        if name == "return_to_prison":
            rows.append(rate_row(name, "all", "", 900, 400, (44, 41, 48, 44, 47), window=window, cohort="all_releases"))
        tables[name] = table_document(DIMS, STATISTICS, rows, words(name))
    return tables | {"curve:return_to_prison": curve}


def main_window(primary: int | None, windows: Sequence[int]) -> str:
    """The window that the rows are about: the primary one, else a year where there is one, else the longest."""
    if primary is None and 365 in windows:
        return "365"
    return str(primary or (windows[-1] if windows else ""))


def words(name: str) -> dict[str, Any]:
    """A measure's row of the registry as a bundle carries it."""
    measure = MEASURES[name]
    found: dict[str, Any] = {"kind": measure.kind, "primary": measure.primary, "source": measure.source}
    for language in ("cs", "en"):
        found |= {
            f"title_{language}": measure.title(language),
            f"definition_{language}": measure.definition(language),
            f"numerator_{language}": measure.numerator(language),
            f"denominator_{language}": measure.denominator(language),
        }
    return found


def rich_bundle(
    folder: Path,
    *,
    synthetic: bool = True,
    draft: bool = False,
    profile: Mapping[str, object] | None = None,
    quarter: str = "2023Q2",
    change: Callable[[dict[str, Any]], None] = lambda tables: None,
) -> Path:
    """Write the bundle under `folder`; `change` may alter the plain tables, `profile` some settings."""
    tables = rich_tables()
    change(tables)
    meta = literal_meta(synthetic=synthetic, draft=draft)
    meta["profile"] |= profile or {}
    meta["quarter"] = quarter
    meta["definitions"] = {name: words(name) for name in MEASURES}
    meta["coverage"] = [*meta["coverage"], {**meta["coverage"][0], "source": HOSTILE}]
    document = as_document(meta, tables)
    name = document["meta"]["run"]["run_id"] if draft else document["meta"]["bundle_id"]
    return write_bundle(folder / name, document)
