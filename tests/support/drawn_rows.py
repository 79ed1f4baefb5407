"""Further columns of drawn tables: what a cell of text says, as rows of core.

A `cell` lists things separated by `;`, each a day and words, for instance `2022-01-05 intake street unemployed`.
"""

from __future__ import annotations

from typing import Any

Tables = dict[str, list[Any]]
NONE = "-"


def parts(text: str | None) -> list[list[str]]:
    """The things listed in a cell, each as its words."""
    return [one.split() for one in (text or "").split(";") if one.strip()]


def after(words: list[str], name: str) -> str | None:
    """The word that follows a name; None where the name is missing."""
    return words[words.index(name) + 1] if name in words else None


def case_details(row: dict[str, str]) -> dict[str, Any]:
    """What the columns about the agreement say."""
    details: dict[str, Any] = {}
    names = {"region": "region_after_release", "plan": "release_plan_date", "first contact": "first_contact_date",
             "told": "complaints_explained_date", "worker": "case_manager_id"}  # fmt: skip
    for column, name in names.items():
        if row.get(column):
            details[name] = row[column]
    if row.get("agreed to"):
        details["agreement_end_planned"] = row["agreed to"]
    for words in parts(row.get("case ended")):
        details |= {"end_date": words[0], "end_reason": words[1], "handed_over_to": after(words, "to")}
    return details


def add_circumstances(tables: Tables, row: dict[str, str], partner: str) -> None:
    """Needs, complaints, applications, situations and answers to questionnaires of one person."""
    name = row["person"]
    for number, words in enumerate(parts(row.get("needs"))):
        need = {"partner": partner, "need_id": f"{name}n{number}", "case_id": f"{name}c", "raised_date": words[0]}
        tables.setdefault("need", []).append(need | {"domain": words[1], "outcome": words[2]})
    for number, words in enumerate(parts(row.get("complaints"))):
        complaint = {"partner": partner, "complaint_id": f"{name}m{number}", "received_date": words[0]}
        complaint |= {"channel": words[1], "resolved_date": after(words, "until")}
        tables.setdefault("complaint", []).append(complaint)
    for number, words in enumerate(parts(row.get("applied"))):
        applied = {"partner": partner, "application_id": f"{name}y{number}", "person_id": name}
        applied |= {"application_date": words[0], "outcome": None if words[1] == NONE else words[1]}
        reason = next((word for word in words[2:] if word != "eligible"), None)
        applied |= {"reason": reason, "eligible": words[1] == "accepted" or "eligible" in words}
        tables.setdefault("application", []).append(applied)
    for number, words in enumerate(parts(row.get("situation"))):
        known = [None if word == NONE else word for word in (*words, NONE, NONE, NONE)]
        status = {"partner": partner, "status_id": f"{name}l{number}", "person_id": name, "status_date": words[0]}
        status |= {"stage": known[1], "housing": known[2], "work": known[3], "documents": after(words, "documents")}
        tables.setdefault("living_status", []).append(status)
    for words in parts(row.get("answers")):
        asked = {"partner": partner, "assessment_id": "-".join([name, *words[:3]]), "person_id": name}
        asked |= dict(zip(("assessment_date", "stage", "instrument", "item", "value"), words, strict=True))
        tables.setdefault("assessment", []).append(asked)


def add_moves(tables: Tables, row: dict[str, str]) -> None:
    """Transfers within the first time in custody: each ends the stay before and begins one in another prison."""
    name = row["person"]
    for number, (day, prison, *_) in enumerate(parts(row.get("moved")), start=2):
        last = next(s for s in reversed(tables["stay"]) if s["person_id"] == name and s["spell_number"] == 1)
        new = last | {"stay_id": f"{name}s1{number}", "position": number, "admission_date": day, "prison": prison}
        last |= {"release_date": day, "release_reason": "transfer_out"}
        tables["stay"].append(new | {"admission_reason": "transfer_in"})
