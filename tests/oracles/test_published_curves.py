"""Every published number, to the printed digit, and whole curves against references in full precision.

What is checked stands in `truth.py`; the same list writes the page of checks. Where the folder of real data is absent,
its checks skip, saying so; data that are in packages are checked everywhere.
"""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.outcomes.curves import kaplan_meier, rmst
from pipeline.outcomes.recurrent import Watched, count_by, mean_cumulative_count
from pipeline.outcomes.weibull import weibull
from tests.oracles import page
from tests.oracles.truth import BROWARD, CHECKS, Check, MissingDataError, recid, rossi


def _marked(check: Check) -> object:
    slow = [pytest.mark.slow] if check.source == BROWARD else []  # seven thousand people through the stage
    return pytest.param(check, id=check.id, marks=slow)


@pytest.mark.parametrize("check", [_marked(c) for c in CHECKS])
def test_ours_is_what_was_published(check: Check) -> None:
    try:
        ours = check.ours()
    except MissingDataError as missing:
        pytest.skip(str(missing))
    assert ours == check.published, check.source


@pytest.mark.slow
@pytest.mark.parametrize("language", ["cs", "en"])
def test_the_page_of_checks_is_current(language: str) -> None:
    try:
        fresh = page.written(language)
    except MissingDataError as missing:
        pytest.skip(str(missing))
    assert page.path(language).read_text("utf-8") == fresh, "run `PYTHONPATH=. python tools/truth_checks.py`"


def test_checks_say_what_they_are_in_both_languages() -> None:
    assert len(CHECKS) > 50
    assert len({c.id for c in CHECKS}) == len(CHECKS)
    assert all(c.source and c.en and c.cs and c.published for c in CHECKS)


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


def test_weibull_is_where_no_direction_is_likelier() -> None:
    """lifelines 0.30: the same model as accelerated time, so that coefficients are -p times its own."""
    from lifelines import WeibullAFTFitter

    frame = recid().select("durat", "returned", "priors", "age").to_pandas()
    ours = weibull(frame, duration="durat", event="returned", covariates=["priors", "age"])
    theirs = WeibullAFTFitter().fit(frame, "durat", "returned")
    scale = theirs.params_["lambda_"][["priors", "age", "Intercept"]]
    assert list(ours.table["coefficient"]) == pytest.approx(list(-ours.shape * scale), rel=1e-3)
    log_shape_error = theirs.standard_errors_["rho_", "Intercept"]
    assert ours.shape_error == pytest.approx(ours.shape * log_shape_error, rel=1e-3)
    assert (ours.people, ours.events) == (1445, 552)


def test_people_drawn_twice_do_not_make_a_weibull_model_surer() -> None:
    fields = {"duration": "durat", "event": "returned", "covariates": ["priors"]}
    once = recid().with_row_index("man")
    single = weibull(once, **fields, cluster="man").table["standard_error"]
    double = weibull(pl.concat([once, once]), **fields, cluster="man").table["standard_error"]
    assert list(double) == pytest.approx(list(single), rel=1e-9)
    taken_for_two = weibull(pl.concat([once, once]), **fields).table["standard_error"]
    assert list(taken_for_two * 2**0.5) == pytest.approx(list(weibull(once, **fields).table["standard_error"]))


def test_weibull_has_no_likelihood_at_zero() -> None:
    people = {"days": [0, 0, 5, 9, 12, 20], "event": [0, 1, 1, 1, 1, 0], "age": [1.0, 2.0, 3.0, 2.0, 3.0, 2.0]}
    frame = pl.DataFrame(people)
    fields = {"duration": "days", "event": "event", "covariates": ["age"]}
    with pytest.raises(ValueError, match="1 of the events happen at once"):
        weibull(frame, **fields)
    assert weibull(frame.remove(days=0, event=1), **fields).people == 4  # who left at once without it says nothing
    with pytest.raises(ValueError, match="no column agee"):
        weibull(frame, **(fields | {"covariates": ["agee"]}))


def test_mean_count_by_hand() -> None:
    """Three people: A has events on days 1 and 3, B dies on day 2, C is watched to day 4."""
    rows = [
        Watched("A", 0, 1, event=True), Watched("A", 1, 3, event=True), Watched("A", 3, 4),
        Watched("B", 0, 2, ended=True), Watched("C", 0, 4),
    ]  # fmt: skip
    curve = mean_cumulative_count(rows)
    assert [(p.day, p.at_risk) for p in curve] == [(1, 3), (3, 2)]
    assert count_by(curve, 2) == pytest.approx(1 / 3)
    assert count_by(curve, 4) == pytest.approx(1 / 3 + 2 / 3 * 1 / 2)  # two of three are alive after day 2
    with pytest.raises(ValueError, match="ends after it starts"):
        mean_cumulative_count([Watched("A", 1, 1)])


def test_mean_count_of_single_events_is_the_sum_of_hazards() -> None:
    rows = [Watched(str(n), 0, day, event=True) for n, day in enumerate((1, 2, 2, 5))]
    assert [round(p.value, 6) for p in mean_cumulative_count(rows)] == [0.25, 0.916667, 1.916667]
