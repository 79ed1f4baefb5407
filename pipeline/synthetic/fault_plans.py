"""Which rows are spoilt, how, and the rule that must refuse each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

NOBODY = "NOBODYKNOWSTHISPSEUDONYM22"
Change = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class Plan:
    """How many rows of a table to spoil: the column (of the model), what to write, why it must be refused.

    `where` chooses among the sender's rows; `value` is a cell, or a function of the row.
    """

    delivery: str
    table: str
    column: str
    rule_id: str
    value: Any
    where: pl.Expr | None = None
    count: int = 1


def _swap(first: str, second: str) -> Change:
    return lambda row: {first: row[second], second: row[first]}


def filled(heading: str) -> pl.Expr:
    """Rows in which the sender's cell holds something."""
    return pl.col(heading).is_not_null() & (pl.col(heading).cast(pl.String) != "")


def plans() -> list[Plan]:
    """All planted refusals."""
    vscr, cppt, kotec = "vscr/2023-07-31", "cppt/2023-07-31", "kotec/2023-04-30"
    laxus, magdalena, sananim = "laxus/2023-07-31", "magdalena/2023-06-30", "sananim/2022-12"
    podane, romodrom = "podane_ruce/2023-07-31", "romodrom/2023-07-31"
    admitted, released, reason = "Datum přijetí", "Datum propuštění", "Důvod propuštění"
    out = filled(released) & (pl.col(released) != pl.col(admitted))
    remand = filled(released) & (pl.col("Typ výkonu") == "vazba")  # a code that every year knows
    by_mistake = _swap(admitted, released)
    adidata = pl.col("datum").str.starts_with("2022-") & (pl.col("kod_vykonu") == "B.1.1")
    backwards = _swap("Zahájení", "Poslední den")
    apart = filled("Poslední den") & (pl.col("Zahájení") != pl.col("Poslední den"))
    needs = filled("do") & (pl.col("od") != pl.col("do"))
    complaints = filled("vyřízena")
    ended = filled("Ukončeno dne")
    return [
        Plan(vscr, "custody_stay", "release_reason", "unknown_code", "PP s dohledem úředníka", filled(reason), 3),
        Plan(vscr, "custody_stay", "prison", "unknown_code", "XYZ"),
        Plan(vscr, "custody_stay", "admission_date", "impossible_date", "31.2.2022", None, 2),
        Plan(vscr, "custody_stay", "sentence_days", "not_a_number", "dva roky"),
        Plan(vscr, "custody_stay", "admission_reason", "missing_required", ""),
        Plan(vscr, "custody_stay", "release_date", "release_before_admission", by_mistake, out, 3),
        Plan(vscr, "custody_stay", "admission_date", "birth_after_admission", "1.3.1951", remand),
        Plan(vscr, "custody_stay", "sarpo_risk", "value_out_of_range", "137"),
        Plan(vscr, "custody_stay", "person_id", "unknown_person", NOBODY),
        Plan(vscr, "custody_stay", "release_date", "after_extract_date", "15.9.2023", filled(released)),
        Plan(vscr, "person", "birth_year", "age_out_of_range", "1890"),
        Plan(vscr, "person", "birth_year", "age_out_of_range", "2014"),
        Plan(vscr, "conviction", "person_id", "unknown_person", NOBODY),
        Plan(vscr, "conviction", "conviction_date", "after_extract_date", "2.8.2023"),
        Plan(vscr, "treatment", "end_inclusive", "end_before_start", backwards, apart),
        Plan(cppt, "service", "service_code", "unknown_code", "arteterapie", None, 2),
        Plan(cppt, "service", "service_code", "missing_required", None),
        Plan(cppt, "service", "service_date", "after_extract_date", 45200),
        Plan(cppt, "service", "treatment_id", "unknown_treatment", "CP-L9999"),
        Plan(
            cppt,
            "case",
            "end_date",
            "end_before_start",
            lambda row: {"Ukončeno dne": row["Dohoda uzavřena"] - 9},
            ended,
        ),
        Plan(kotec, "service", "service_code", "unknown_code", "UD10", adidata, 3),
        Plan("kotec/2023-07-31", "application", "person_id", "unknown_person", NOBODY, pl.col("datum") > "2023-04-30"),
        Plan(laxus, "service", "service_code", "unknown_code", "joga", None, 2),
        Plan(laxus, "need", "raised_date", "impossible_date", "2022-02-30T00:00:00+01:00"),
        Plan(laxus, "treatment_entry", "ever_treated", "missing_required", None),
        Plan(magdalena, "service", "service_date", "impossible_date", "30.02.22"),
        Plan(magdalena, "service", "hours", "not_a_number", "dvě", filled("Hodin"), 2),
        Plan(sananim, "service", "service_code", "unknown_code", "YOGA"),
        Plan(sananim, "service", "attendance", "missing_required", None),
        Plan("sananim/2023-07", "service", "service_date", "after_extract_date", date(2023, 8, 3)),
        Plan(podane, "service", "service_code", "unknown_code", "arteterapie", None, 2),
        Plan(podane, "need", "closed_date", "closed_before_raised", _swap("od", "do"), needs, 2),
        Plan(podane, "need", "case_id", "unknown_case", "PR-D9999"),
        Plan(podane, "living_status", "stage", "missing_required", ""),
        Plan(romodrom, "case", "agreement_date", "missing_required", ""),
        Plan(romodrom, "service", "service_date", "after_extract_date", "5. 8. 2023"),
        Plan(romodrom, "service", "family_member_id", "unknown_family_member", NOBODY, filled("kód příbuzného")),
        Plan(romodrom, "service", "direct", "not_a_boolean", "možná"),
        Plan(romodrom, "living_status", "person_id", "unknown_person", NOBODY),
        Plan(
            romodrom, "complaint", "resolved_date", "resolved_before_received", _swap("přijata", "vyřízena"), complaints
        ),
    ]
