"""Drawn tables: histories as text in a test, one line a person, and the verdict per person.

A `stays` cell lists later stays as `day reason`, with `offence DAY` and `until DAY REASON` as needed, separated by `;`.
A `services` cell lists `day setting` with `missed`, `family`, `both`, `authority`, `for RELATIVE`, `indirect`,
`by b` and `in TREATMENT` as needed, a `treatments` cell `day type setting` with `until DAY REASON` and `by b`, a
`convictions` cell `day sanction` with `offence DAY`. Further columns stand in drawn_rows.py.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.support.core_rows import cell, measured
from tests.support.drawn_rows import add_circumstances, add_moves, after, case_details, parts

CUSTODY_TO = "2023-07-31"
TABLES = ("case", "service", "treatment")
ALL_TABLES = (*TABLES, "living_status", "need", "complaint", "application", "family_member", "assessment")
RECIPIENTS = {"both": "client_and_family", "family": "family", "authority": "authority"}
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
    delivered: tuple[str, ...] = TABLES,
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
    tables["coverage"] += [coverage(p, t, day) for p, day in seen.items() for t in delivered]
    for row in drawn(text):
        add_person(tables, row)
    return tables


def coverage(source: str, table: str, until: str) -> dict[str, Any]:
    return {"source": source, "table_name": table, "prison": "*", "covered_from": "2019-01-01", "covered_to": until}


def add_person(tables: dict[str, list[Any]], row: dict[str, str]) -> None:
    name, day = row["person"], row["released"]
    quarter = f"{day[:4]}Q{(int(day[5:7]) + 2) // 3}"
    partner, programme = ("r", "romodrom") if row.get("programme") == "romodrom" else ("a", "through_the_gate")
    tables["person"].append(
        {"person_id": name, "in_custody_data": True, "sex": row.get("sex") or None,
         "birth_year": row.get("born") or None, "citizenship": row.get("citizenship") or None,
         "consent_withdrawn_date": row.get("consent withdrawn") or None}
    )  # fmt: skip
    tables["release"].append(
        {"release_id": f"{name}-1", "person_id": name, "spell_number": 1, "spell_admission_date": "2019-06-01",
         "release_date": day, "release_quarter": quarter, "release_kind": "sentence", "prison": "brno",
         "planned": row.get("planned", "planned"), "drug_user": row.get("drug user", "yes"),
         "release_reason": "end_of_sentence", "conditional": row.get("conditional") == "yes", "prison_region": "CZ064",
         "prior_terms": row.get("prior terms") or None}
    )  # fmt: skip
    tables["spell"].append({"person_id": name, "spell_number": 1, "admission_date": "2019-06-01", "release_date": day,
                            "release_kind": "sentence"})  # fmt: skip
    tables["stay"].append(
        {"stay_id": f"{name}s1", "person_id": name, "spell_number": 1, "position": 1, "admission_date": "2019-06-01",
         "admission_reason": "new_sentence", "prison": "brno", "release_date": day,
         "release_reason": "end_of_sentence"}
    )  # fmt: skip
    case = {"partner": partner, "case_id": f"{name}c", "programme": programme, "person_id": name, "prison": "brno"}
    if row.get("agreed") != "never":
        tables["case"].append(case | {"agreement_date": row.get("agreed") or "2019-07-01"} | case_details(row))
    if partner == "r":
        for relative in [words[0] for words in parts(row.get("relatives"))] or ["f"]:
            family = {"partner": "r", "family_member_id": name + relative, "person_id": name}
            tables.setdefault("family_member", []).append(family)
    if row.get("also agreed with b"):
        tables["case"].append(case | {"partner": "b", "agreement_date": row["also agreed with b"]})
    if row.get("died"):
        tables["death"].append({"person_id": name, "death_date": row["died"]})
    if row.get("quarantined stay"):
        tables["custody_conflict"].append({"person_id": name})
    for number, text in enumerate(filter(None, row.get("stays", "").split(";")), start=2):
        tables["stay"].append(stay(name, number, text.split()))
    for number, text in enumerate(filter(None, row.get("services", "").split(";"))):
        tables["service"].append(service(name, number, text.split(), partner))
    for number, text in enumerate(filter(None, row.get("convictions", "").split(";"))):
        words = text.split()
        conviction = {"conviction_id": f"{name}k{number}", "person_id": name, "conviction_date": words[0]}
        conviction["sanction"] = words[1]
        conviction["offence_date"] = words[words.index("offence") + 1] if "offence" in words else None
        tables["conviction"].append(conviction)
    for number, text in enumerate(filter(None, row.get("treatments", "").split(";"))):
        tables["treatment"].append(treatment(name, number, text.split()))
    add_circumstances(tables, row, partner)
    add_moves(tables, row)


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


def service(person: str, number: int, words: list[str], partner: str = "a") -> dict[str, Any]:
    partner = after(words, "by") or partner
    row: dict[str, Any] = {"partner": partner, "service_id": f"{person}v{number}", "person_id": person}
    row |= {"service_date": words[0], "setting": words[1], "direct": "indirect" not in words, "case_id": f"{person}c"}
    others = [name for word, name in RECIPIENTS.items() if word in words]
    row["recipient"] = others[0] if others else "client"
    row["family_member_id"] = person + str(after(words, "for")) if "for" in words else None
    row["service_code"] = "fieldwork_in_family" if "visit" in words else "counselling"
    row |= {"minutes": after(words, "minutes"), "cancel_reason": after(words, "cancelled")}
    row["attendance"] = "missed" if "missed" in words else "cancelled_by_prison" if "cancelled" in words else "attended"
    row["treatment_id"] = words[words.index("in") + 1] if "in" in words else None
    return row


def treatment(person: str, number: int, words: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"partner": after(words, "by") or "a", "person_id": person, "treatment_type": words[1]}
    row |= {"start_date": words[0], "end_date_exclusive": after(words, "until")}
    last = words[words.index("until") + 2 :] if "until" in words else []
    row["end_reason"] = last[0] if last and last[0] != "by" else None
    return row | {"setting": words[2], "treatment_id": f"{person}t{number}"}


def verdicts(tables: dict[str, list[Any]], measure: str, window: int, as_of: str | date | None = None) -> Verdicts:
    """yes, no, possible, too early or not collected per person, for a window of its own in cohort programme."""
    con = measured(tables, "2023Q2", as_of, measures=[measure])
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
