"""Real records with dates, through our own follow-up: releases, returns and deaths as core tables, then the stage."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.outcomes.curves import CurvePoint, DayCount, aalen_johansen, kaplan_meier, median, value_at
from pipeline.warehouse import Connection
from tests.support.core_rows import cell, measured

YEAR = 365.25


def followed(people: Sequence[tuple[str, date, date | None, date | None]], covered_to: date) -> Connection:
    """The outcomes stage over people with (id, day 0, day of return, day of death), all seen until `covered_to`."""
    release: list[dict[str, Any]] = []
    stay: list[dict[str, Any]] = []
    spell: list[dict[str, Any]] = []
    death = [{"partner": "source", "person_id": key, "death_date": died} for key, _, _, died in people if died]
    for key, start, back, _ in people:
        first = {
            "person_id": key,
            "spell_number": 1,
            "position": 1,
            "prison": "pankrac",
            "admission_reason": "new_sentence",
        }
        stay.append(
            first
            | {
                "stay_id": f"{key}-1",
                "admission_date": start - timedelta(30),
                "release_date": start,
                "release_reason": "end_of_sentence",
            }
        )
        release.append(
            {
                "release_id": f"{key}-1",
                "person_id": key,
                "spell_number": 1,
                "spell_admission_date": start - timedelta(30),
                "release_date": start,
                "release_quarter": f"{start.year}Q{(start.month + 2) // 3}",
                "release_reason": "end_of_sentence",
                "release_kind": "sentence",
                "conditional": False,
                "prison": "pankrac",
                "planned": "unknown",
            }
        )
        spell.append({"person_id": key, "spell_number": 1, "release_date": start})
        if back:
            stay.append(first | {"stay_id": f"{key}-2", "spell_number": 2, "admission_date": back})
            spell.append({"person_id": key, "spell_number": 2, "admission_date": back})
    spans = {"covered_from": date(1700, 1, 1), "covered_to": covered_to}
    tables = {
        "coverage": [{"source": "source", "table_name": t, "prison": "*", **spans} for t in ("custody_stay", "death")],
        "custody_coverage": [{"covered_to": covered_to}],
        "person": [{"person_id": key, "in_custody_data": True, "sources": 1} for key, *_ in people],
        "stay": stay,
        "spell": spell,
        "release": release,
        "death": death,
    }
    last = max(start for _, start, _, _ in people)
    return measured(tables, f"{last.year}Q{(last.month + 2) // 3}")


def broward(path: Path) -> dict[str, Any]:
    """Two-year recidivism with and without the demand that the whole window has been seen.

    Day 0 is the screening. The publisher's clock stands still in custody, which dates alone do not say; so whether
    somebody came back within two years is theirs, and a later day is drawn to the window's last.
    """
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kept = [
        r
        for r in rows
        if r["days_b_screening_arrest"]
        and abs(float(r["days_b_screening_arrest"])) <= 30
        and r["is_recid"] != "-1"
        and r["c_charge_degree"] != "O"
        and r["score_text"] != "N/A"
    ]
    people = []
    for r in rows:
        start = date.fromisoformat(r["compas_screening_date"])
        back = date.fromisoformat(r["r_offense_date"]) if r["two_year_recid"] == "1" else None
        people.append((r["id"], start, min(back, start + timedelta(730)) if back else None, None))
    con = followed(people, date(2014, 4, 1) + timedelta(730))
    counted = (
        "select count(*) filter (where status = 'event' and days <= 730), count(*) from outcomes.follow_up "
        "where cohort = 'all_releases' and kind = 'return_to_prison' and event_number = 1 and "
    )
    x, n = con.execute(counted + "covered_to >= start_date + 730").fetchall()[0]
    back, whole = con.execute(counted + "person_id in (select unnest(?))", [[r["id"] for r in kept]]).fetchall()[0]
    ours = cell(con, "return_to_prison", cohort="all_releases", window_days=730)
    assert ours["denominator"] < n, "a published rate waits besides for the whole quarter of release"
    return {"without": f"{back}/{whole} {100 * back / whole:.5f}", "with": f"{x}/{n} {100 * x / n:.3f}"}


def justices(path: Path) -> dict[str, Any]:
    """Tenure of the justices from long English dates: leaving is the event, death in office competes with it."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    end = date(2018, 2, 22)
    people = []
    for r in rows:
        start, stop = _long(r["startstr"]), _long(r["stopstr"]) if r["stopstr"] else None
        died = r["status"] == "Died"
        people.append((r["number"], start, None if died else stop, stop if died else None))
    con = followed(people, end)
    counts = [
        DayCount(day / YEAR, at_risk, events, competing, censored)
        for day, at_risk, events, competing, censored in con.execute(
            "select day, at_risk, events, competing, censored from outcomes.curve "
            "where measure = 'return_to_prison' and cohort = 'all_releases' and group_by = 'all' order by day"
        ).fetchall()
    ]
    both = [c._replace(events=c.events + c.competing, competing=0) for c in counts]
    death = aalen_johansen([c._replace(events=c.competing, competing=c.events) for c in counts])
    exits = sum(c.events for c in both)
    years = sum(((stop or died or end) - start).days for _, start, stop, died in people) / YEAR
    return {
        "counts": counts,
        "exits": f"{exits} {years:.3f}",
        "median": " ".join(f"{value:.1f}" for value in _median(kaplan_meier(both))),
        "death": " ".join(f"{value_at(death, year, 0.0):.6f}" for year in (10, 20, 30)),
    }


def _median(curve: Sequence[CurvePoint]) -> list[float]:
    """The median with the band that was printed: on the logarithm of survival, R's default, not our log-log."""
    printed = []
    for sign in (0, -1, 1):
        values = [
            p.value * math.exp(sign * 1.959964 * math.sqrt(p.variance) / p.value) if p.value else 0.0 for p in curve
        ]
        printed.append(median([p._replace(value=v) for p, v in zip(curve, values, strict=True)])[0] or 0.0)
    return printed


def _long(text: str) -> date:
    return datetime.strptime(text, "%B %d, %Y").date()
