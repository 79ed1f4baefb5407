"""A small bundle from literals, for tests that need something released without running the line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.disclosure.store import as_document, table_document, write_bundle
from pipeline.disclosure.types import Row, Status, Value, make_row

DIMS = ("component", "cohort", "cell_set", "window", "group_by", "group_value")
STATISTICS = ("n", "x", "persons", "possible", "too_early", "unobserved", "rate", "low", "high", "bound_low")
STATISTICS += ("bound_high", "value", "period_from", "period_to")
H, NA, S, R = Status.HIDDEN, Status.NOT_APPLICABLE, Status.SHOWN, Status.ROUNDED

Plain = tuple[Value, Status]


def number(value: int | None) -> Plain:
    """A released count as the round method shows it: None stands for a hidden one."""
    return (None, H) if value is None else (value, S if value == 0 else R)


def rate_row(
    table: str,
    group_by: str,
    group_value: str,
    n: int | None,
    x: int | None,
    percents: tuple[int, int, int, int, int] | None,
    *,
    window: str,
    component: str = "",
    cell_set: str = "own",
    cohort: str = "programme",
    possible: int | None = 0,
    too_early: int | None = 0,
    period: tuple[str, str] = ("2021Q1", "2023Q2"),
) -> Row:
    """A row of a rate; `percents` are rate, low, high, bound_low, bound_high, None where n is too small."""
    state = H if x is None else NA
    given = [(None, state)] * 5 if percents is None else [(p, R) for p in percents]
    cells: dict[str, Plain] = {
        "n": number(n),
        "x": number(x),
        "persons": number(n),
        "possible": number(possible),
        "too_early": number(too_early),
        "unobserved": number(0),
        **dict(zip(("rate", "low", "high", "bound_low", "bound_high"), given, strict=True)),
        "value": (None, NA),
        "period_from": (period[0], S),
        "period_to": (period[1], S),
    }
    keys = dict(zip(DIMS, (component, cohort, cell_set, window, group_by, group_value), strict=True))
    return make_row(table, keys, cells)


def status_row(table: str, group_by: str, group_value: str, status: Status, *, window: str) -> Row:
    """A row that has no numbers, and says why."""
    keys = dict(zip(DIMS, ("", "programme", "own", window, group_by, group_value), strict=True))
    return make_row(table, keys, dict.fromkeys(STATISTICS, (None, status)))


def definition(title_cs: str, title_en: str, kind: str, primary: bool = False) -> dict[str, Any]:
    return {
        "title_cs": title_cs,
        "title_en": title_en,
        "definition_cs": f"{title_cs}: definice.",
        "definition_en": f"{title_en}: definition.",
        "kind": kind,
        "primary": primary,
    }


def literal_tables() -> dict[str, dict[str, Any]]:
    """Two primary outcomes, one return measure with its curve, attrition, data quality and coverage."""
    contact, treatment, back = "contact_made", "treatment_started", "return_to_prison"
    rows = {
        contact: [
            rate_row(contact, "all", "", 315, 190, (60, 54, 66, 60, 63), window="7", possible=10),
            rate_row(contact, "all", "", 310, 245, (79, 74, 84, 79, 81), window="30", too_early=None),
            rate_row(contact, "partner", "magdalena", 60, 40, (65, 50, 80, 65, 65), window="7"),
            rate_row(contact, "partner", "sananim", 20, 10, None, window="7"),
            rate_row(contact, "prison", "praha_pankrac", 10, None, None, window="7"),
            status_row(contact, "partner", "kotec", Status.NOT_COLLECTED, window="7"),
        ],
        treatment: [
            rate_row(treatment, "all", "", 315, 110, (35, 29, 41, 34, 38), window="21", possible=None),
            status_row(treatment, "quarter", "2023Q2", Status.TOO_EARLY, window="21"),
        ],
        back: [
            rate_row(back, "all", "", 200, 60, (30, 24, 37, 30, 33), window="365", period=("2021Q1", "2022Q2")),
            rate_row(back, "planned", "planned", 90, 25, (30, 15, 40, 30, 30), window="365"),
        ],
    }
    words = {
        contact: definition("Kontakt po propuštění", "Contact after release", "rate", True),
        treatment: definition("Zahájená léčba", "Treatment started", "rate", True),
        back: definition("Návrat do vězení", "Return to prison", "rate"),
    }
    tables = {name: table_document(DIMS, STATISTICS, rows[name], words[name]) for name in rows}
    return tables | other_tables()


def other_tables() -> dict[str, dict[str, Any]]:
    def plain(name: str, dims: tuple[str, ...], rows: list[tuple[tuple[str, ...], dict[str, Plain]]]) -> dict[str, Any]:
        made = [make_row(name, dict(zip(dims, keys, strict=True)), cells) for keys, cells in rows]
        return table_document(dims, tuple(rows[0][1]), made, {"title_cs": name, "title_en": name})

    steps = [("1", "applied", 700), ("2", "eligible", 520), ("3", "agreed", 400), ("4", "first_release", 315)]
    curve = [((0, 60), 315, 10, 3), ((60, 150), 300, 20, 10), ((150, 365), 260, 30, 21)]
    return {
        "attrition": plain(
            "attrition",
            ("cohort", "step_number", "step", "reason"),
            [(("programme", k, s, ""), {"persons": number(v), "releases": number(v)}) for k, s, v in steps],
        ),
        "curve:return_to_prison": plain(
            "curve:return_to_prison",
            ("cohort", "group_by", "group_value", "day_from", "day_to"),
            [
                (
                    ("programme", "all", "", str(a), str(b)),
                    {
                        "at_risk": number(n),
                        "events": number(d),
                        "incidence": (i, R),
                        "low": (max(i - 3, 0), R),
                        "high": (i + 4, R),
                    },
                )
                for (a, b), n, d, i in curve
            ],
        ),
        "data_quality": plain(
            "data_quality",
            ("partner", "table_name"),
            [
                (
                    ("magdalena", "service"),
                    {
                        "produced": number(900),
                        "accepted": number(880),
                        "quarantined": number(15),
                        "duplicate": number(None),
                    },
                ),
            ],
        ),
        "coverage": plain(
            "coverage",
            ("source", "table_name", "prison"),
            [
                ((source, "service", "*"), {"covered_from": ("2021-01-01", S), "covered_to": (to, S)})
                for source, to in (("magdalena", "2023-06-30"), ("sananim", "2023-07-31"))
            ],
        ),
    }


def literal_meta(*, synthetic: bool, draft: bool) -> dict[str, Any]:
    coverage = [
        {"source": s, "table_name": "service", "prison": "*", "covered_from": "2021-01-01", "covered_to": to}
        for s, to in (("magdalena", "2023-06-30"), ("sananim", "2023-07-31"))
    ]
    return {
        "quarter": "2023Q2",
        "run": {
            "run_id": "2023Q2-0123456789ab",
            "quarter": "2023Q2",
            "as_of": "2023-08-15",
            "known_at": None,
            "covered_to": "2023-07-31",
            "engine": "duckdb",
            "synthetic": synthetic,
            "code_version": "c0de",
            "settings_hash": "5e77",
            "inputs": [{"partner": "magdalena", "delivery_id": "d1", "sha256": "ab" * 32}],
        },
        "releases": {"7": ["2021Q1", "2023Q2"], "21": ["2021Q1", "2023Q2"], "365": ["2021Q1", "2022Q2"]},
        "coverage": coverage,
        "synthetic": synthetic,
        "draft": draft,
        "provisional": True,
        "profile": {"name": "publication", "method": "round", "threshold": 8, "base": 5, "minimum_denominator": 30}
        | {"full_denominator": 100, "coarse_percent": 5},
        "checked_by": None if draft else "demo",
        "audit": {"result": "passed"},
        "revision_reason": None,
        "definitions": {
            "contact_made": definition("Kontakt po propuštění", "Contact after release", "rate", True),
            "treatment_started": definition("Zahájená léčba", "Treatment started", "rate", True),
            "return_to_prison": definition("Návrat do vězení", "Return to prison", "rate"),
        },
    }


def literal_bundle(folder: Path, *, synthetic: bool = True, draft: bool = False) -> Path:
    """Write the literal bundle under `folder`; open it with pipeline.disclosure.open_bundle."""
    document = as_document(literal_meta(synthetic=synthetic, draft=draft), literal_tables())
    name = document["meta"]["run"]["run_id"] if draft else document["meta"]["bundle_id"]
    return write_bundle(folder / name, document)
