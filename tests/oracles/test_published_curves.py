"""Curves and tests against printed results that nobody here computed; each test names its source.

Data from the folder of real data (never copied here) skip, saying so, where it is absent; Rossi is in lifelines.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.outcomes import aalen_johansen, kaplan_meier, log_rank
from pipeline.outcomes.curves import DayCount, daily_counts, median, rmst, value_at

REAL = Path(__file__).resolve().parents[3] / "shared" / "realdata"


def read(name: str) -> list[dict[str, str]]:
    path = REAL / name
    if not path.exists():
        pytest.skip(f"the real data ({name}) are not on this machine")
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def reference(name: str) -> dict[str, Any]:
    path = REAL / name
    if not path.exists():
        pytest.skip(f"the reference values ({name}) are not on this machine")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def rossi(aid: int | None = None) -> list[DayCount]:
    from lifelines.datasets import load_rossi

    frame = load_rossi()
    frame = frame if aid is None else frame[frame["fin"] == aid]
    return daily_counts(zip(frame["week"].astype(int), frame["arrest"].astype(int), strict=True))


def test_rossi_survival() -> None:
    """432 men released from Maryland prisons (Rossi, Berk & Lenihan 1980); values by R survival."""
    curve = kaplan_meier(rossi())
    printed = {13: 0.953704, 26: 0.875000, 39: 0.812500, 52: 0.736111}
    assert {week: round(value_at(curve, week, 1.0), 6) for week in printed} == printed
    assert (round(curve[-1].low, 6), round(curve[-1].high, 6)) == (0.691860, 0.775063)


def test_rossi_by_financial_aid() -> None:
    """RMST and log-rank by aid; values by R survival and survRM2."""
    groups = {str(aid): rossi(aid) for aid in (0, 1)}
    assert [sum(row.events for row in rows) for rows in groups.values()] == [66, 48]
    assert [round(rmst(rows, 52)[0], 4) for rows in groups.values()] == [44.8333, 46.8750]
    statistic, p = log_rank(groups)
    assert (round(statistic, 5), round(p, 6)) == (3.83757, 0.050116)


def test_curves_agree_with_lifelines() -> None:
    """lifelines 0.30: Kaplan–Meier with log-log bands at every week, log-rank, RMST."""
    from lifelines import KaplanMeierFitter
    from lifelines.datasets import load_rossi
    from lifelines.utils import restricted_mean_survival_time

    frame = load_rossi()
    fitted = KaplanMeierFitter().fit(frame["week"], frame["arrest"])
    theirs = fitted.confidence_interval_
    for point in kaplan_meier(rossi()):
        assert point.value == pytest.approx(fitted.predict(point.day), abs=1e-12)
        assert point.low == pytest.approx(theirs.loc[point.day].iloc[0], abs=1e-9)
        assert point.high == pytest.approx(theirs.loc[point.day].iloc[1], abs=1e-9)
    assert rmst(rossi(), 40)[0] == pytest.approx(restricted_mean_survival_time(fitted, t=40), abs=1e-9)


def test_aids_and_si_compete() -> None:
    """Putter, Fiocco & Geskus 2007: incidence at 12 years; 1 − KM of the two would add up to more than 1."""
    rows = read("competing_aidssi.csv")
    expected = reference("competing_aidssi.reference.json")["cif"]
    code = {"event-free": 0, "AIDS": 1, "SI": 2}
    swap = {0: 0, 1: 2, 2: 1}
    durations = [(float(r["time"]), code[r["cause"]]) for r in rows]
    causes = [aalen_johansen(daily_counts(d)) for d in (durations, [(t, swap[k]) for t, k in durations])]
    for position, time in enumerate(expected["times"]):
        for cause, name in zip(causes, ("cause1", "cause2"), strict=True):
            assert value_at(cause, time, 0.0) == pytest.approx(expected[name][position], abs=1e-12)
    assert [round(value_at(c, 12, 0.0), 6) for c in causes] == [0.403571, 0.365195]
    naive = []
    for event in (1, 2):
        alone = daily_counts((time, int(what == event)) for time, what in durations)
        naive.append(1 - value_at(kaplan_meier(alone), 12, 1.0))
    assert [round(v, 6) for v in naive] == [0.559751, 0.474616]
    last = [p for p in causes[0] if p.day <= 12][-1]
    assert last.variance == pytest.approx(expected["var1"][-1], rel=0.02)  # R's is Aalen's, ours the delta method


def test_help_linkage() -> None:
    """Samet et al. 2003 (HELP): days from detoxification to first primary care; 22 people lack the status."""
    rows = [r for r in read("help_linkage.csv") if r["link"]]
    groups = {
        arm: daily_counts((float(r["dayslink"]), int(r["link"] == "yes")) for r in rows if r["treat"] == arm)
        for arm in ("no", "yes")
    }
    within = {
        arm: [sum(row.events for row in counts if row.day <= w) for w in (7, 14, 21, 30, 90, 180, 365)]
        for arm, counts in groups.items()
    }
    assert within == {"no": [0, 1, 4, 5, 19, 26, 35], "yes": [7, 17, 31, 46, 103, 119, 127]}
    assert {arm: counts[0].at_risk for arm, counts in groups.items()} == {"no": 209, "yes": 222}
    assert round(log_rank(groups)[0], 6) == 84.787828


def test_residential_treatment_relapse() -> None:
    """UIS (Hosmer & Lemeshow): median days to return to drug use, short against long programme."""
    rows = read("uis_relapse.csv")
    assert sum(int(r["censor"]) for r in rows) == 508
    medians = [
        median(kaplan_meier(daily_counts((float(r["time"]), int(r["censor"])) for r in rows if r["treat"] == arm)))[0]
        for arm in ("0", "1")
    ]
    assert medians == [131.5, 192]  # printed as 132 and 192: flat at one half, the middle, rounded up


def test_methadone_retention() -> None:
    """Caplehorn & Bell 1991: exits per 30 days, log-rank by clinic, retention at one year."""
    rows = read("methadone_retention.csv")
    days, exits = sum(float(r["time"]) for r in rows), sum(int(r["status"]) for r in rows)
    assert (exits, days, round(30 * exits / days, 8)) == (150, 95812, 0.04696698)
    clinics = {
        c: daily_counts((float(r["time"]), int(r["status"])) for r in rows if r["clinic"] == c) for c in ("1", "2")
    }
    assert round(log_rank(clinics)[0], 1) == 27.9
    assert [round(value_at(kaplan_meier(counts), 365, 1.0), 3) for counts in clinics.values()] == [0.554, 0.716]


def test_maintained_leukaemia() -> None:
    """Miller 1981 (aml): small enough to check by hand."""
    rows = read("aml.csv")
    groups = {
        x: daily_counts((float(r["time"]), int(r["status"])) for r in rows if r["x"] == x)
        for x in ("Maintained", "Nonmaintained")
    }
    curve = kaplan_meier(groups["Maintained"])
    printed = {13: 0.818, 18: 0.716, 23: 0.614, 31: 0.491, 34: 0.368, 48: 0.184}
    assert {day: round(value_at(curve, day, 1.0), 3) for day in printed} == printed
    assert round(log_rank(groups)[0], 1) == 3.4


def test_iowa_return_to_prison() -> None:
    """Iowa releases: 3-year return by reporting year; for 2015 by month and by cause (events on day 0 count)."""
    rows = read("iowa_return.csv")
    returned: dict[str, list[int]] = {}
    for r in rows:
        returned.setdefault(r["Recidivism Reporting Year"], []).append(int(r["Return to Prison"] == "Yes"))
    rates = {year: round(100 * sum(v) / len(v), 2) for year, v in sorted(returned.items())}
    assert {y: rates[y] for y in ("2013", "2015", "2016", "2017", "2018")} == {
        "2013": 30.33, "2015": 31.86, "2016": 34.24, "2017": 35.39, "2018": 37.81,
    }  # fmt: skip
    days = {
        cause: [
            (
                float(r["Days to Return"] or 1096),
                0 if r["Return to Prison"] != "Yes" else 1 + (r["Recidivism Type"] != cause),
            )
            for r in rows
            if r["Recidivism Reporting Year"] == "2015"
        ]
        for cause in ("New", "Tech")
    }
    incidence = {cause: round(value_at(aalen_johansen(daily_counts(d)), 1095, 0.0), 6) for cause, d in days.items()}
    assert incidence == {"New": 0.208439, "Tech": 0.110127}
    survival = kaplan_meier(daily_counts((day, int(what > 0)) for day, what in days["New"]))
    returned_by = [round(1 - value_at(survival, day, 1.0), 6) for day in (365, 730, 1095)]
    assert returned_by == [0.136287, 0.250211, 0.318565]
