"""Showing what one number is made of: its cell, the way into its cohort, and internally its rows."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.console import out, show_json
from pipeline.errors import SettingsError
from pipeline.outcomes import TRACE_COLUMNS, Trace, read_declared, trace
from pipeline.settings import Settings
from pipeline.warehouse import open_current

NUMBERS = ("denominator", "numerator", "persons", "possible", "too_early", "unobserved", "value", "status",
           "period_from", "period_to", "covered_to")  # fmt: skip
LISTED = 50
"""So many rows are printed; --json has them all."""


def split_keys(given: list[str]) -> dict[str, str]:
    """`prison=brno` and the like as a mapping; raises SettingsError that says how to write it."""
    wrong = [text for text in given if "=" not in text]
    if wrong:
        raise SettingsError([f"--cell {text}: write it as name=value, such as prison=brno." for text in wrong])
    return dict(text.split("=", 1) for text in given)


def show_trace(settings: Settings, measure: str, keys: Mapping[str, str], *, as_json: bool) -> None:
    """Print a cell with its rows, or all of it as JSON. Names people: for the house alone."""
    con = open_current(settings)
    try:
        found = trace(con, measure, keys, read_declared(settings.root).all_measures)
    finally:
        con.close()
    if as_json:
        rows = [dict(zip(TRACE_COLUMNS, map(_plain, row), strict=True)) for row in found.rows]
        cell = {name: _plain(value) for name, value in (found.cell or {}).items()}
        show_json({"internal": True, "measure": measure, "keys": dict(found.keys), "cell": cell, "rows": rows})
        return
    for line in _lines(found):
        out.print(line, markup=False)


def _lines(found: Trace) -> list[str]:
    keys = ", ".join(f"{name}={value}" for name, value in found.keys.items())
    lines = ["", f"INTERNAL: the following names people and may not leave the house. Cell: {keys}", ""]
    if found.cell is None:
        lines.append("No single cell has these keys; the rows below are those that fit them all.")
    else:
        lines += [f"{name}: {found.cell[name]}" for name in NUMBERS if found.cell[name] is not None]
    lines += ["", "The way into the cohort (persons, releases):"]
    lines += [
        f"  {step}: {persons}" + ("" if units is None else f", {units}") for step, persons, units in found.attrition
    ]
    lines += ["", f"Rows: {len(found.rows)}", " | ".join(TRACE_COLUMNS)]
    lines += [" | ".join("" if v is None else str(v) for v in row) for row in found.rows[:LISTED]]
    if len(found.rows) > LISTED:
        lines.append(f"… and {len(found.rows) - LISTED} more: --json has all of them.")
    return lines


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int | float | str) else str(value)
