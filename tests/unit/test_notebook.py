"""What an analyst types, with its mistakes: each is told with what there is; numbers say what their kind can say."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SettingsError
from pipeline.notebook import Programme, view
from pipeline.notebook.programme import open_programme
from pipeline.outcomes import poisson_exact, wilson_clustered
from pipeline.settings import Settings
from tests.support.core_rows import measured
from tests.support.drawn import world

DRAWN = """
person | released   | services         | stays
p1     | 2022-01-10 | 2022-01-10 gate  | 2022-03-01 new_sentence until 2022-04-01 pardon; 2022-05-01 new_sentence
p2     | 2022-02-10 | 2022-04-01 phone |
p3     | 2022-02-20 |                  | 2022-06-01 new_sentence
"""


@pytest.fixture(scope="module")
def programme() -> Programme:
    tables = world(DRAWN)
    first = next(r for r in tables["release"] if r["person_id"] == "p1")
    again = {"release_id": "p1-2", "spell_number": 2, "spell_admission_date": "2022-03-01"}
    tables["release"].append(first | again | {"release_date": "2022-04-01", "release_quarter": "2022Q2"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view, "open_current", lambda _: measured(tables))
        return Programme(Settings(root=Path("."), data=Path(".")))


def only(frame: Any) -> dict[str, Any]:
    assert len(frame) == 1
    return dict(frame.iloc[0])


def test_a_share_of_persons_has_its_interval_and_bound(programme: Programme) -> None:
    row = only(programme.rate("contact_made", within=7))
    assert (row["numerator"], row["denominator"], round(row["rate"], 1)) == (1, 3, 33.3)
    assert row["low"] < row["rate"] < row["high"]
    assert row["upper_bound"] == row["rate"]


def test_releases_of_one_person_do_not_count_as_two_people(programme: Programme) -> None:
    row = only(programme.rate("return_to_prison", within=365, cohort="all_releases"))
    assert (row["numerator"], row["denominator"]) == (3, 4)
    assert round(row["effective_n"], 2) == 3.43
    assert [row["low"], row["high"]] == [pytest.approx(100 * v) for v in wilson_clustered(3, 4, row["effective_n"])]


def test_a_rate_per_time_has_an_exact_interval_and_no_percentage(programme: Programme) -> None:
    frame = programme.rate("net_exposure")  # the only window needs no naming
    row = dict(frame[frame["component"] == ""].iloc[0])
    low, high = poisson_exact(3, float(row["denominator"]))
    assert [row["low"], row["value"], row["high"]] == [
        pytest.approx(v) for v in (36_525 * low, 36_525 * 3 / row["denominator"], 36_525 * high)
    ]
    assert math.isnan(row["rate"])


def test_a_median_has_the_interval_of_its_values(programme: Programme) -> None:
    whole = programme.rate("lead_time").iloc[0]
    assert [whole["low"], whole["high"]] == [-math.inf, math.inf]  # three values cannot say more
    parts = programme.rate("lead_time", by="planned")
    assert set(parts[parts["component"] == ""]["group_value"]) == {"planned"}


@pytest.mark.parametrize("measure", ["dose", "days_to_return"])
def test_ratios_and_medians_are_no_percentages(programme: Programme, measure: str) -> None:
    whole = programme.rate(measure)
    assert whole["rate"].isna().all()
    assert whole["low"].isna().all()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (lambda p: p.rate("retrun_to_prison", within=365), "did you mean return_to_prison"),
        (lambda p: p.rate("return_to_prison"), "Say within how many days, such as within=730: 90, 180, 365, 730"),
        (lambda p: p.rate("return_to_prison", within=60), "no window .within. '60'. Choose from: 90, 180"),
        (lambda p: p.rate("return_to_custody", within=365, by="prison"), "no group .by. 'prison'. Choose from: all"),
        (lambda p: p.rate("return_to_prison", within=365, cohort="all"), "no cohort 'all'. Choose from: all_releases"),
        (lambda p: p.rate("plan_ready", within=7), "has no window; leave within out"),
        (lambda p: p.curve("plan_ready"), "has no curve. Those that have one: cause_of_return"),
        (lambda p: p.curve("return_to_prison", by="prison"), "no group .by. 'prison'. Choose from: all, planned"),
        (lambda p: p.curve("return_to_prisn"), "did you mean return_to_prison"),
        (lambda p: p.followed("lead_time"), "no measure of first events 'lead_time'. Choose from: cause_of_return"),
        (lambda p: p.followed("return_to_prison", cohort="family"), "no cohort 'family'"),
        (lambda p: p.mean_time("return_to_prison", within=9000), "within=9000: nobody was watched to 9000"),
        (lambda p: p.mean_time("return_to_prison", by="prisn"), "did you mean prison"),
        (lambda p: p.cox("return_to_prison", ["agee"]), "did you mean age"),
        (lambda p: p.cox("return_to_prison", ["age"]), "age is the same for all 3 releases; leave it out"),
        (lambda p: p.weibull("return_to_prison", ["age"]), "age is the same for all 3 releases; leave it out"),
        (lambda p: p.table("cohort_member"), "did you mean outcomes.cohort_member"),
        (lambda p: p.attrition("women"), "no cohort 'women'. Choose from: all_releases"),
        (lambda p: p.tdi(1999), "no year '1999'"),
        (lambda p: p.tdi(kind="detox"), "Choose from: treatment, detoxification"),
    ],
)
def test_mistakes_are_told_with_what_there_is(
    programme: Programme, typed: Callable[[Programme], object], told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        typed(programme)


def test_curves_say_that_they_are_not_released(programme: Programme) -> None:
    chart = programme.curve("return_to_prison").plot()
    assert "NOT RELEASED" in [a.text for a in chart.figure.layout.annotations]


def test_days_free_of_return_end_with_whatever_comes_first(programme: Programme) -> None:
    row = only(programme.mean_time("return_to_prison", within=60))
    assert (row["releases"], round(row["days"], 4)) == (3, round((50 + 60 + 60) / 3, 4))
    assert row["low"] < row["days"] <= row["high"]
    by = programme.mean_time("return_to_prison", within=60, by="release_quarter")
    assert list(by["group_value"]) == ["2022Q1"]
    assert "log_rank" not in by.attrs


def test_repeated_events_are_counted_per_release(programme: Programme) -> None:
    frame = programme.mean_count("return_to_prison")
    assert [(day, round(mean, 4)) for day, mean in zip(frame["day"], frame["mean"], strict=True)] == [
        (50, round(1 / 3, 4)),
        (101, round(2 / 3, 4)),  # the third person's first return
        (111, 1.0),  # the first person's second
    ]


def test_durations_stand_beside_what_was_known_on_day_0(programme: Programme) -> None:
    frame = programme.followed("return_to_prison")
    assert list(zip(frame["person_id"], frame["days"], frame["event"], strict=True)) == [
        ("p1", 50, 1), ("p2", 536, 0), ("p3", 101, 1)
    ]  # fmt: skip
    assert programme.followed("contact_made")["days"].tolist()[:2] == [0, 50]


def test_a_folder_is_opened_with_the_settings_of_its_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[Path, Path]] = []
    monkeypatch.setattr(view, "open_current", lambda settings: opened.append((settings.root, settings.data)))
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "house"
    (home / "data" / "demo").mkdir(parents=True)
    (home / "throughcare.toml").write_text("", "utf-8")
    for name in (home, home / "data", home / "data" / "demo"):
        open_programme(name)
    assert opened == [(home, home / "data"), (home, home / "data"), (home, home / "data" / "demo")]
    with pytest.raises(SettingsError, match="There is no folder"):
        open_programme(home / "nowhere")
    assert not (home / "nowhere").exists()
