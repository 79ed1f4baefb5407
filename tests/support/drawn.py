"""Drawn tables: histories as text in a test, one line a person, and the verdict per person.

A `stays` cell lists later stays as `day reason`, with `offence DAY` and `until DAY REASON` as needed, separated by `;`.
A `services` cell lists `day setting` with `missed`, `family`, `indirect`, `by b`, `in TREATMENT` as needed, a
`treatments` cell `day type setting` with `until DAY`, a `convictions` cell `day sanction` with `offence DAY`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.support.core_rows import cell, measured

CUSTODY_TO = "2023-07-31"
Verdicts = dict[str, str]


def drawn(text: str) -> list[dict[str, str]]:
    """The rows of a drawn table; the first line names the columns."""
    lines = [[part.strip() for part in line.split("|")] for line in text.strip().splitlines() if "-+-" not in line]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def world(
    text: str,
    custody_to: str = CUSTODY_TO,
    partner_to: dict[str, str] | None = None,
    convictions_to: str | None = CUSTODY_TO,
) -> dict[str, list[Any]]:
    """Core tables from a drawn table: every person is a client of partner a, released from one sentence."""
    tables: dict[str, list[Any]] = {name: [] for name in ("person", "release", "spell", "stay", "case", "service")}
    tables |= {
        "death": [],
        "treatment": [],
        "conviction": [],
        "custody_conflict": [],
        "custody_coverage": [{"covered_to": custody_to}],
    }
    seen = {"a": custody_to, "b": custody_to} | (partner_to or {})
    tables["coverage"] = [coverage("custody", "custody_stay", custody_to)]
    if convictions_to:
        tables["coverage"].append(coverage("custody", "conviction", convictions_to))
    tables["coverage"] += [coverage(p, t, day) for p, day in seen.items() for t in ("case", "service", "treatment")]
    for row in drawn(text):
        add_person(tables, row)
    return tables


def coverage(source: str, table: str, until: str) -> dict[str, Any]:
    return {"source": source, "table_name": table, "prison": "*", "covered_from": "2019-01-01", "covered_to": until}


def add_person(tables: dict[str, list[Any]], row: dict[str, str]) -> None:
    name, day = row["person"], row["released"]
    quarter = f"{day[:4]}Q{(int(day[5:7]) + 2) // 3}"
    tables["person"].append({"person_id": name, "in_custody_data": True})
    tables["release"].append(
        {"release_id": f"{name}-1", "person_id": name, "spell_number": 1, "spell_admission_date": "2019-06-01",
         "release_date": day, "release_quarter": quarter, "release_kind": "sentence", "prison": "brno",
         "planned": row.get("planned", "planned"), "drug_user": "yes", "release_reason": "end_of_sentence",
         "conditional": row.get("conditional") == "yes"}
    )  # fmt: skip
    tables["spell"].append({"person_id": name, "spell_number": 1, "admission_date": "2019-06-01", "release_date": day,
                            "release_kind": "sentence"})  # fmt: skip
    tables["stay"].append(
        {"stay_id": f"{name}s1", "person_id": name, "spell_number": 1, "position": 1, "admission_date": "2019-06-01",
         "admission_reason": "new_sentence", "release_date": day, "release_reason": "end_of_sentence"}
    )  # fmt: skip
    case = {"partner": "a", "case_id": f"{name}c", "programme": "through_the_gate", "person_id": name}
    tables["case"].append(case | {"agreement_date": row.get("agreed") or "2019-07-01", "prison": "brno"})
    if row.get("also agreed with b"):
        tables["case"].append(case | {"partner": "b", "agreement_date": row["also agreed with b"], "prison": "brno"})
    if row.get("died"):
        tables["death"].append({"person_id": name, "death_date": row["died"]})
    if row.get("quarantined stay"):
        tables["custody_conflict"].append({"person_id": name})
    for number, text in enumerate(filter(None, row.get("stays", "").split(";")), start=2):
        tables["stay"].append(stay(name, number, text.split()))
    for number, text in enumerate(filter(None, row.get("services", "").split(";"))):
        tables["service"].append(service(name, number, text.split()))
    for number, text in enumerate(filter(None, row.get("convictions", "").split(";"))):
        words = text.split()
        conviction = {"conviction_id": f"{name}k{number}", "person_id": name, "conviction_date": words[0]}
        conviction["sanction"] = words[1]
        conviction["offence_date"] = words[words.index("offence") + 1] if "offence" in words else None
        tables["conviction"].append(conviction)
    for number, text in enumerate(filter(None, row.get("treatments", "").split(";"))):
        tables["treatment"].append(treatment(name, number, text.split()))


def stay(person: str, number: int, words: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"stay_id": f"{person}s{number}", "person_id": person, "spell_number": number, "position": 1}
    row |= {"admission_date": words[0], "admission_reason": words[1], "regime": "high"}
    if "offence" in words:
        row["offence_date"] = words[words.index("offence") + 1]
    if "until" in words:
        row["release_date"] = words[words.index("until") + 1]
        row["release_reason"] = words[words.index("until") + 2]
    if words[1] == "remand":
        row["regime"] = "remand"
    return row


def service(person: str, number: int, words: list[str]) -> dict[str, Any]:
    partner = words[words.index("by") + 1] if "by" in words else "a"
    row: dict[str, Any] = {"partner": partner, "service_id": f"{person}v{number}", "person_id": person}
    row |= {"service_date": words[0], "setting": words[1], "direct": "indirect" not in words, "case_id": f"{person}c"}
    row |= {"recipient": "family" if "family" in words else "client", "service_code": "counselling"}
    row["attendance"] = "missed" if "missed" in words else "attended"
    row["treatment_id"] = words[words.index("in") + 1] if "in" in words else None
    return row


def treatment(person: str, number: int, words: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"partner": "a", "person_id": person, "start_date": words[0], "treatment_type": words[1]}
    row["end_date_exclusive"] = words[words.index("until") + 1] if "until" in words else None
    return row | {"setting": words[2], "treatment_id": f"{person}t{number}"}


def verdicts(tables: dict[str, list[Any]], measure: str, window: int, as_of: str | date | None = None) -> Verdicts:
    """yes, no, possible, too early or not collected per person, for a window of its own in cohort programme."""
    con = measured(tables, "2023Q2", as_of)
    rows = con.execute(
        "select person_id, state, number, possible from outcomes.unit where measure = ? and window_days = ?"
        " and cohort = 'programme' and cell_set = 'own' and scope = 'groups' order by person_id",
        [measure, window],
    ).fetchall()
    words = {"measured": "no", "too_early": "too early", "not_collected": "not collected"}
    return {
        person: words[state] if state != "measured" else "yes" if number else "possible" if possible else "no"
        for person, state, number, possible in rows
    }


def check(text: str, measure: str, window: int, **options: Any) -> None:
    """Every person's verdict is the one drawn in the column `expected`."""
    as_of = options.pop("as_of", None)
    expected = {row["person"]: row["expected"] for row in drawn(text)}
    assert verdicts(world(text, **options), measure, window, as_of) == expected


__all__ = ["cell", "check", "drawn", "verdicts", "world"]
