"""Whole curves, mean times and models against R survival and cmprsk in full precision, of all data that have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.outcomes.curves import CurvePoint, DayCount, aalen_johansen, kaplan_meier, log_rank, rmst
from pipeline.outcomes.models import CoxFit
from tests.oracles.truth import (
    MissingDataError,
    _aids,
    _clinics,
    _help,
    _iowa,
    _justices,
    _methadone_cox,
    _recid_counts,
    recid_cox,
    reference,
)

YEARS = ("2013", "2014", "2015", "2016", "2017", "2018")
R_COUNTS_VARIANCE_OTHERWISE = 0.03
"""cmprsk takes Aalen's variance, ours is the delta method's: so far they lie apart, as a share, unless FEW are left."""
FEW = 10
R_STOPS = 1e-7
"""R ends its search when the log-likelihood moves by less than a billionth of itself."""


@pytest.fixture(autouse=True)
def skip_without_data(request: pytest.FixtureRequest) -> None:
    try:
        reference("iowa_return.reference.json")
    except MissingDataError as missing:
        pytest.skip(str(missing))


def _survival() -> Iterator[tuple[str, list[DayCount], list[dict[str, float]]]]:
    yield "prisoners", _recid_counts(), reference("wooldridge_recid.reference.json")["km"]["log-log"]
    leaving = [c._replace(events=c.events + c.competing, competing=0) for c in _justices()["counts"]]
    yield "justices", leaving, reference("justices_competing.reference.json")["km"]["log-log"]
    clinics, by_clinic = _clinics(), reference("methadone_retention.reference.json")["km_clinic"]
    yield from ((f"clinic {c}", clinics[c], by_clinic[c]) for c in "12")
    by_arm = reference("help_linkage.reference.json")["by_treat"]
    yield from ((f"arm {arm}", _help(arm), by_arm[arm]["km"]) for arm in ("no", "yes"))
    by_year = reference("iowa_return.reference.json")
    yield from ((f"year {year}", _iowa(year, None), by_year[year]["km"]) for year in YEARS)


def test_survival_with_its_error_and_band() -> None:
    checked = 0
    for name, counts, expected in _survival():
        curve = kaplan_meier(counts)
        for row in expected:
            there = _after(curve, row["t"], 1.0)
            ours = (there.value, there.variance**0.5, there.low, there.high)
            assert ours == pytest.approx([row[k] for k in ("surv", "se", "lo", "hi")], abs=1e-10), (name, row["t"])
            checked += 1
    assert checked == 7 + 9 + 2 * 5 + 2 * 7 + 6 * 5


def _incidence() -> Iterator[tuple[str, list[DayCount], dict[str, Any], int]]:
    aids = reference("competing_aidssi.reference.json")["cif"]
    yield from ((f"virus {cause}", _aids(cause), aids, n) for n, cause in enumerate(("AIDS", "SI"), start=1))
    by_year = reference("iowa_return.reference.json")
    for year in YEARS:
        yield from ((f"{year} {c}", _iowa(year, c), by_year[year]["cif"], n) for n, c in enumerate(("New", "Tech"), 1))
    died = [c._replace(events=c.competing, competing=c.events) for c in _justices()["counts"]]
    office = reference("justices_competing.reference.json")["cif"]
    yield from ((f"office {n}", counts, office, n) for n, counts in ((1, died), (2, _justices()["counts"])))


def test_incidence_of_each_cause_and_its_variance() -> None:
    """Aids and syncytium (Putter, Fiocco and Geskus 2007), Iowa's new crimes and violations, and justices who died."""
    checked = 0
    for name, counts, expected, number in _incidence():
        curve = aalen_johansen(counts)
        for position, time in enumerate(expected["times"]):
            there = _after(curve, time, 0.0)
            assert there.value == pytest.approx(expected[f"cause{number}"][position], abs=1e-11), (name, time)
            theirs = expected[f"var{number}"][position]
            if there.at_risk >= FEW:
                assert there.variance == pytest.approx(theirs, rel=R_COUNTS_VARIANCE_OTHERWISE), (name, time)
            checked += 1
    assert checked == 2 * 6 + 2 * 6 * 5 + 2 * 6


def _after(curve: list[CurvePoint], time: float, start: float) -> CurvePoint:
    return next((p for p in reversed(curve) if p.day <= time), CurvePoint(0, 0, start, start, start, 0.0))


def test_counts_within_a_window() -> None:
    by_year = reference("iowa_return.reference.json")
    for year in YEARS:
        counts, expected = _iowa(year, None), by_year[year]
        assert counts[0].at_risk == expected["n"]
        for day, returned in expected["within"].items():
            assert sum(row.events for row in counts if row.day <= int(day)) == returned, (year, day)
        for cause, column in (("New", "new"), ("Tech", "tech")):
            assert sum(row.events for row in _iowa(year, cause)) == expected[column]
    for month, expected in reference("wooldridge_recid.reference.json")["fixed_horizon"].items():
        assert sum(r.events for r in _recid_counts() if r.day <= int(month)) == expected["returned"], month


def test_restricted_means() -> None:
    by_clinic = reference("methadone_retention.reference.json")["rmst365"]
    means = [(_clinics()[c], 365, by_clinic[c]) for c in "12"]
    means.append((_recid_counts(), 60, reference("wooldridge_recid.reference.json")["rmst60"]))
    for counts, horizon, expected in means:
        mean, (low, high) = rmst(counts, horizon)
        assert mean == pytest.approx(expected["rmean"], abs=1e-10)
        assert (high - low) / 2 / 1.959963984540054 == pytest.approx(expected["se(rmean)"], rel=1e-9)


def test_log_rank_of_clinics() -> None:
    assert log_rank(_clinics())[0] == pytest.approx(
        reference("methadone_retention.reference.json")["logrank"], abs=1e-9
    )


@pytest.mark.parametrize(("name", "fit"), [("wooldridge_recid", recid_cox), ("methadone_retention", _methadone_cox)])
def test_every_coefficient_of_a_cox_model(name: str, fit: Any) -> None:
    expected, ours = reference(f"{name}.reference.json")["cox_efron"], fit()
    assert isinstance(ours, CoxFit)
    assert list(ours.table["coefficient"]) == pytest.approx(list(expected["coef"].values()), abs=R_STOPS)
    assert list(ours.table["standard_error"]) == pytest.approx(list(expected["se"].values()), abs=R_STOPS)
    assert ours.log_likelihood == pytest.approx(expected["loglik"][1], abs=1e-8)
    assert (ours.people, ours.events) == (expected["n"], expected["nevent"])
