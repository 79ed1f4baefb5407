"""Random small worlds of core rows: a few people, custody, cases and services, with days near every edge of a rule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.support.core_rows import COLUMNS

EXTRACT = date(2023, 7, 31)
FIRST = date(2021, 1, 1)
EDGES = [0, 1, 2, 3, 4, 7, 8, 21, 22, 30, 31, 89, 90, 91, 180, 181, 364, 365, 366, 400]
SENTENCE = ["end_of_sentence", "conditional_release", "conditional_release_supervised", "court_order", "pardon"]
NO_RELEASE = ["death", "deportation", "escape", "unknown"]
REASONS = [
    "new_sentence",
    "remand",
    "revocation_of_conditional_release",
    "conversion_of_sanction",
    "earlier_offence",
    "transfer_in",
    "unknown",
]
PARTNER_TABLES = {
    "a": (
        "case",
        "service",
        "treatment",
        "need",
        "complaint",
        "living_status",
        "application",
        "assessment",
        "treatment_entry",
    ),
    "b": ("case", "service", "treatment"),
    "r": ("case", "service", "family_member", "complaint", "need", "application"),
}
World = dict[str, list[dict[str, Any]]]
edges = st.sampled_from(EDGES)
yes = st.sampled_from([True, True, True, False])


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Tables of core rows, all in order and consistent with each other."""
    world: World = {name: [] for name in COLUMNS}
    world["custody_coverage"] = [{"covered_to": EXTRACT}]
    world["coverage"] = [coverage("custody", "custody_stay", FIRST, EXTRACT)]
    if draw(yes):
        world["coverage"].append(
            coverage("custody", "death", draw(st.sampled_from([FIRST, date(2021, 7, 1)])), EXTRACT)
        )
    if draw(yes):
        until = draw(st.sampled_from([EXTRACT, date(2023, 3, 31)]))
        world["coverage"].append(
            coverage("custody", "conviction", draw(st.sampled_from([FIRST, date(2021, 7, 1)])), until)
        )
    world["service_area"] = [area("a", "CZ010", FIRST), area("b", "CZ064", date(2022, 1, 1))]
    world["programme_prison"] = [{"prison": "brno", "valid_from": FIRST}]
    world["programme_prison"].append({"prison": "plzen", "valid_from": FIRST, "valid_to": date(2022, 1, 1)})
    for partner, tables in PARTNER_TABLES.items():
        until = draw(st.sampled_from([EXTRACT, EXTRACT, date(2023, 6, 30), date(2022, 7, 1)]))
        since = draw(st.sampled_from([FIRST, FIRST, FIRST, date(2021, 7, 1)]))
        world["coverage"] += [coverage(partner, name, since, until) for name in tables]
    for number in range(draw(st.integers(1, 4))):
        person(draw, world, f"p{number}")
    for number in range(draw(st.integers(0, 2))):
        complaint(draw, world, f"x{number}")
    for number in range(draw(st.integers(0, 2))):
        application(draw, world, f"y{number}")
    return world


def coverage(source: str, table: str, first: date, last: date) -> dict[str, Any]:
    return {"source": source, "table_name": table, "prison": "*", "covered_from": first, "covered_to": last}


def area(partner: str, region: str, first: date) -> dict[str, Any]:
    return {"partner": partner, "region": region, "valid_from": first, "valid_to": None}


def application(draw: st.DrawFn, world: World, name: str) -> None:
    row: dict[str, Any] = {"partner": draw(st.sampled_from(["a", "r"])), "application_id": name}
    row["person_id"] = draw(st.sampled_from(["p0", "p1", "other", None]))
    row["application_date"] = draw(st.sampled_from([date(2021, 3, 31), date(2022, 5, 5), date(2023, 7, 15)]))
    row["eligible"] = draw(st.sampled_from([True, False, None]))
    row["outcome"] = draw(st.sampled_from(["accepted", "refused", "refused", "waiting", None]))
    world["application"].append(row | {"reason": draw(st.sampled_from(["no_capacity", "other", None]))})


def person(draw: st.DrawFn, world: World, name: str) -> None:
    withdrawn = date(2023, 1, 1) if draw(st.integers(0, 12)) == 0 else None
    row = {
        "person_id": name,
        "sex": draw(st.sampled_from(["male", "female", None])),
        "in_custody_data": True,
        "consent_withdrawn_date": withdrawn,
    }
    row |= {"birth_year": draw(st.sampled_from([None, 1986, 1999])), "citizenship": draw(st.sampled_from(["cz", None]))}
    world["person"].append(row)
    spells(draw, world, name)
    if draw(st.integers(0, 8)) == 0:
        world["custody_conflict"].append({"person_id": name})
    if draw(st.integers(0, 6)) == 0 and world["release"]:
        day = draw(st.sampled_from(world["release"]))["release_date"] + timedelta(draw(edges))
        world["death"].append({"person_id": name, "death_date": day})
    for number in range(draw(st.integers(0, 2))):
        conviction(draw, world, name, f"{name}k{number}")
    for number in range(draw(st.integers(0, 3))):
        case(draw, world, name, f"{name}c{number}")


def conviction(draw: st.DrawFn, world: World, name: str, number: str) -> None:
    anchor = draw(st.sampled_from([r["release_date"] for r in world["release"]] or [date(2021, 3, 1)]))
    day = anchor + timedelta(draw(st.sampled_from([0, 1, 30, 365, 366, 547, 548, 549, 730, 731])))
    offence = draw(st.sampled_from([None, anchor, anchor + timedelta(1), anchor + timedelta(365), day - timedelta(1)]))
    row: dict[str, Any] = {"conviction_id": number, "person_id": name, "conviction_date": day}
    row["offence_date"] = offence and min(offence, day)
    row["sanction"] = draw(st.sampled_from(["prison", "community_service", "fine", "suspended", "other", None]))
    world["conviction"].append(row)


def spells(draw: st.DrawFn, world: World, name: str) -> None:
    day = draw(st.sampled_from([date(2020, 11, 3), date(2021, 2, 1), date(2021, 12, 31)]))
    for number in range(1, draw(st.integers(1, 4)) + 1):
        begun, position, left = day, 0, None
        while True:
            position += 1
            stay: dict[str, Any] = {
                "stay_id": f"{name}s{number}{position}",
                "person_id": name,
                "spell_number": number,
                "position": position,
                "prison": draw(st.sampled_from(["brno", "plzen"])),
                "regime": draw(st.sampled_from(["remand", "high"])),
                "admission_date": day,
                "admission_reason": draw(st.sampled_from(REASONS)),
                "offence_date": draw(st.sampled_from([None, date(2020, 5, 1), day - timedelta(1), day])),
                "drug_user": draw(st.sampled_from(["yes", "no", "unknown"])),
            }
            world["stay"].append(stay)
            left = day + timedelta(draw(edges) or 1)
            if left > EXTRACT:
                left = None
                break
            stay["release_date"] = left
            if draw(st.booleans()):
                break
            stay["release_reason"], day = "transfer_out", left
        reason = draw(st.sampled_from(SENTENCE * 3 + ["remand_ended", *NO_RELEASE])) if left else None
        stay["release_reason"] = reason
        close(draw, world, name, number, begun, left, reason, stay)
        if left is None:
            return
        day = left + timedelta(max(1, draw(edges)))
        if day > EXTRACT:
            return


def close(draw: st.DrawFn, world: World, name: str, number: int, begun: date, left: date | None, reason: str | None,
          stay: dict[str, Any]) -> None:  # fmt: skip
    kind = (
        "open"
        if left is None
        else "sentence"
        if reason in SENTENCE
        else "remand"
        if reason == "remand_ended"
        else "none"
    )
    spell = {"person_id": name, "spell_number": number, "admission_date": begun, "release_date": left}
    world["spell"].append(spell | {"release_reason": reason, "release_kind": kind})
    if left and kind in ("sentence", "remand"):
        release = {"release_id": f"{name}-{number}", "person_id": name, "spell_number": number, "release_kind": kind}
        release |= {"spell_admission_date": begun, "release_date": left, "release_reason": reason}
        release |= {"release_quarter": f"{left.year}Q{(left.month + 2) // 3}", "prison": stay["prison"]}
        release["conditional"] = (reason or "").startswith("conditional")
        release |= {"planned": draw(st.sampled_from(["planned", "unplanned", "unknown"]))}
        release |= {"prior_terms": draw(st.sampled_from([None, 0, 3])), "prison_region": "CZ064"}
        world["release"].append(release | {"drug_user": draw(st.sampled_from(["yes", "yes", "no", None]))})


def case(draw: st.DrawFn, world: World, name: str, case_id: str) -> None:
    partner = draw(st.sampled_from(["a", "a", "a", "b", "r"]))
    own = [s for s in world["spell"] if s["person_id"] == name]
    spell = draw(st.sampled_from(own))
    anchor = spell["release_date"] or EXTRACT
    day = max(anchor - timedelta(draw(edges)), date(2020, 10, 1))
    day = draw(st.sampled_from([day, spell["admission_date"]]))
    row: dict[str, Any] = {"partner": partner, "case_id": case_id, "person_id": name, "agreement_date": day}
    row |= {"programme": "romodrom" if partner == "r" else "through_the_gate", "prison": "brno"}
    row["case_manager_id"] = draw(st.sampled_from(["w1", "w2", None]))
    row["first_contact_date"] = draw(st.sampled_from([None, day - timedelta(9), day + timedelta(2)]))
    row["release_plan_date"] = draw(st.sampled_from([None, anchor, anchor + timedelta(1), day]))
    row["agreement_end_planned"] = draw(st.sampled_from([None, day + timedelta(60), day + timedelta(366)]))
    row["end_date"] = draw(st.sampled_from([None, None, anchor, min(anchor + timedelta(9), EXTRACT)]))
    row["end_date"] = row["end_date"] and max(row["end_date"], day)
    why = st.sampled_from(["completed", "deported", "transferred_to_partner", "transferred_to_partner", None])
    row["end_reason"] = row["end_date"] and draw(why)
    row["handed_over_to"] = draw(st.sampled_from([None, "B", "outside_provider"]))
    row["region_after_release"] = draw(st.sampled_from([None, "CZ010", "CZ064", "unknown"]))
    row["complaints_explained_date"] = draw(st.sampled_from([None, day, day + timedelta(1)]))
    world["case"].append(row)
    if partner == "r" and draw(yes):
        world["family_member"].append({"partner": "r", "family_member_id": f"f{case_id}", "person_id": name})
    moves = [s["admission_date"] for s in world["stay"] if s["person_id"] == name and s["position"] > 1]
    for number in range(draw(st.integers(0, 4))):
        service(draw, world, row, f"{case_id}v{number}", draw(st.sampled_from([anchor, *moves])))
    if row["end_reason"] == "transferred_to_partner" and draw(yes):
        contact(world, draw(st.sampled_from(["a", "b"])), name, f"{case_id}h",
                row["end_date"] + timedelta(draw(st.sampled_from([0, 14, 15]))))  # fmt: skip
    if partner == "a":
        questionnaires(draw, world, row, anchor)
        treatment(draw, world, row, anchor)
        if draw(yes):
            entry(draw, world, row, anchor)
        prison_treatment(draw, world, row, anchor)
        for number, choice in enumerate(([-400, -1, 0, 7, 8], [0, 7, 30, 31], [0, 7, 91, 121, 122, 365])):
            seen = anchor + timedelta(draw(st.sampled_from(choice)))
            status = {"partner": "a", "status_id": f"{case_id}l{number}", "person_id": name, "status_date": seen}
            status["documents"] = draw(st.sampled_from(["yes", "no", "unknown", None]))
            later = draw(st.sampled_from(["month_3", "month_3", "month_6"]))
            status["stage"] = ("intake", "release", later)[number]
            status["housing"] = draw(st.sampled_from(["with_family", "street", "prison", None]))
            status["work"] = draw(st.sampled_from(["regular", "unemployed", "unknown", None]))
            world["living_status"].append(status)
    if partner != "b" and draw(yes):
        need = {"partner": partner, "need_id": f"{case_id}n", "case_id": case_id, "raised_date": day}
        need["domain"] = draw(st.sampled_from(["housing", "work"]))
        world["need"].append(need | {"outcome": draw(st.sampled_from(["met", "partly_met", "open", "unmet", None]))})


def service(draw: st.DrawFn, world: World, case: dict[str, Any], name: str, anchor: date) -> None:
    sign = draw(st.sampled_from([1, 1, -1]))
    day = min(anchor + sign * timedelta(draw(edges)), EXTRACT)
    row: dict[str, Any] = {"partner": case["partner"], "service_id": name, "service_date": day}
    row["case_id"] = draw(st.sampled_from([case["case_id"], case["case_id"], None]))
    row["person_id"] = draw(st.sampled_from([case["person_id"], None])) if row["case_id"] else case["person_id"]
    row["service_code"] = draw(st.sampled_from(["counselling", "fieldwork_in_family", "family_contact", "gate_pickup"]))
    row["setting"] = draw(st.sampled_from(["prison", "prison", "gate", "community", "phone", "letter"]))
    row["recipient"] = draw(st.sampled_from(["client", "client", "client", "client_and_family", "family", "authority"]))
    row["attendance"] = draw(st.sampled_from(["attended"] * 4 + ["missed", "cancelled_by_prison", None]))
    row["cancel_reason"] = draw(st.sampled_from(["escort", "lockdown", None]))
    row["direct"] = draw(st.sampled_from([True, True, False, None]))
    row["minutes"] = draw(st.sampled_from([None, 0, 30, 45]))
    row["prison"] = draw(st.sampled_from(["plzen", None]))
    row["treatment_id"] = draw(st.sampled_from([None, f"{case['case_id']}t"]))
    world["service"].append(row)


def contact(world: World, partner: str, name: str, key: str, day: date, treatment_id: str | None = None) -> None:
    """A direct contact with a client in the community."""
    world["service"].append(
        {"partner": partner, "service_id": key, "person_id": name, "service_date": day, "treatment_id": treatment_id,
         "service_code": "counselling", "setting": "community", "recipient": "client", "attendance": "attended",
         "direct": True}
    )  # fmt: skip


def treatment(draw: st.DrawFn, world: World, case: dict[str, Any], anchor: date) -> None:
    if not draw(yes):
        return
    row = {"partner": case["partner"], "treatment_id": f"{case['case_id']}t", "person_id": case["person_id"]}
    kinds = st.sampled_from(
        ["outpatient", "outpatient", "residential_short", "aftercare", "prison_unit", "detoxification"]
    )
    row["treatment_type"] = draw(kinds)
    row["setting"] = draw(st.sampled_from(["community", "community", "community", "prison"]))
    day = min(anchor + draw(st.sampled_from([1, 1, -1])) * timedelta(draw(edges)), EXTRACT)
    end = draw(st.sampled_from([None, 0, 13, 14, 90, 91, 300]))
    row |= {"start_date": day, "end_date_exclusive": None if end is None else day + timedelta(end)}
    row["end_reason"] = draw(st.sampled_from(["dropped_out", "completed", "transferred", None]))
    world["treatment"].append(row)
    for number, after in enumerate(draw(st.sampled_from([[], [0, 1], [1, 30], [1, 30], [1, 31]]))):
        key, person = f"{row['treatment_id']}{number}", case["person_id"]
        contact(world, row["partner"], person, key, day + timedelta(after), row["treatment_id"])
    if end is not None and draw(yes):
        again = row | {"treatment_id": f"{case['case_id']}t2", "end_date_exclusive": None}
        again["partner"] = draw(st.sampled_from(["a", "b"]))
        world["treatment"].append(again | {"start_date": day + timedelta(end + draw(st.sampled_from([0, 7, 8])))})


def prison_treatment(draw: st.DrawFn, world: World, case: dict[str, Any], anchor: date) -> None:
    """Treatment in prison that ends around a release, and opioid agonist treatment after it."""
    if not draw(yes):
        return
    kind = draw(st.sampled_from(["opioid_agonist", "opioid_agonist", "prison_unit"]))
    row = {"partner": "a", "person_id": case["person_id"], "treatment_type": kind, "setting": "prison"}
    end = draw(st.sampled_from([None, anchor, anchor - timedelta(2), anchor - timedelta(29), anchor - timedelta(30)]))
    row |= {"treatment_id": f"{case['case_id']}u", "start_date": anchor - timedelta(90), "end_date_exclusive": end}
    world["treatment"].append(row)
    after = row | {"treatment_id": f"{case['case_id']}w", "setting": "community", "treatment_type": "opioid_agonist"}
    after["start_date"] = anchor + timedelta(draw(st.sampled_from([-3, 0, 1, 3, 4, 7, 8])))
    after["end_date_exclusive"] = draw(st.sampled_from([None, anchor, anchor + timedelta(9)]))
    if draw(yes):
        world["treatment"].append(after)


ALCOHOL = ("days", "days_intoxicated", "problem_days", "bothered", "importance", "spent_eur")


def questionnaires(draw: st.DrawFn, world: World, case: dict[str, Any], anchor: date) -> None:
    """Instruments before and after a release, with answers missing or out of range now and then."""
    asked = draw(st.sampled_from([(), ("top", "whoqol_bref"), ("gas", "europasi"), ("top", "gas")]))
    for stage, days in (("intake", [-400, -1, -1, 0, 1]), ("month_3", [0, 1, 91, 121, 122])) if asked else ():
        day = anchor + timedelta(draw(st.sampled_from(days)))
        level, gone = draw(st.integers(0, 4)), draw(st.sampled_from([0, 0, 3, 5, 6]))
        answers: dict[str, dict[str, float]] = {
            "top": {"psychological": 4.0 * level, "alcohol": 28.0 if level else 29.0},
            "whoqol_bref": {f"q{n}": 1.0 + (level + n) % (5 if level else 6) for n in range(1 + gone, 27)},
            "gas": {"g1": level - 2.0, "g2": float(level), "g3": 0.0},
            "europasi": {f"alcohol_{name}": float(level) for name in ALCOHOL[min(gone, 1) :]},
        }
        for name in asked:
            key = {"partner": "a", "assessment_id": f"{case['case_id']}{stage}{name}", "person_id": case["person_id"]}
            key |= {"stage": stage, "assessment_date": day, "instrument": name}
            world["assessment"] += [
                key | {"item": item, "value": value, "weight": 3.0 if item == "g1" else None}
                for item, value in answers[name].items()
            ]


def entry(draw: st.DrawFn, world: World, case: dict[str, Any], anchor: date) -> None:
    """What is asked of somebody who enters treatment, at or before a release."""
    row: dict[str, Any] = {"partner": "a", "entry_id": f"{case['case_id']}e", "person_id": case["person_id"]}
    row["entry_date"] = anchor - timedelta(draw(st.sampled_from([0, 1, 30, 365])))
    row["treatment_id"] = draw(st.sampled_from([None, f"{case['case_id']}t", f"{case['case_id']}t"]))
    row["ever_treated"] = draw(st.sampled_from(["never", "previously", "unknown", None]))
    row["secondary_drugs"] = draw(
        st.sampled_from([None, "", "heroin; mdma", "other cocaine", "crack,unheard_of", "unknown"])
    )
    row["age_first_use"] = draw(st.sampled_from([None, 0, 14, 15, 64, 65, 200]))
    world["treatment_entry"].append(row | {"primary_drug": draw(st.sampled_from(["heroin", "unheard_of", None]))})


def complaint(draw: st.DrawFn, world: World, name: str) -> None:
    day = draw(st.sampled_from([date(2021, 3, 31), date(2022, 5, 5), date(2023, 7, 15)]))
    row: dict[str, Any] = {"partner": draw(st.sampled_from(["a", "r"])), "complaint_id": name, "received_date": day}
    row["channel"] = draw(st.sampled_from(["oral", "written"]))
    world["complaint"].append(row | {"resolved_date": draw(st.sampled_from([None, day, day + timedelta(20)]))})
