"""Scores as their authors published them, the paired change, and change beyond error of measurement."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.outcomes.instruments import instruments
from pipeline.settings import REPOSITORY
from tests.support.core_rows import cell, measured
from tests.support.drawn import world

RELEASED = "2022-10-01"
LATER = "2023-01-05"
Answers = dict[str, float | None]
CHANGES = ("instrument_change", "instrument_better", "instrument_worse")


def asked(person: str, instrument: str, answers: Answers, *, stage: str = "intake", day: str = "2022-08-01",
          key: str = "", weights: dict[str, float] | None = None) -> list[dict[str, Any]]:  # fmt: skip
    row = {"partner": "a", "assessment_id": key or f"{person}-{stage}", "person_id": person, "instrument": instrument}
    return [
        row
        | {"stage": stage, "assessment_date": day, "item": item, "value": value, "weight": (weights or {}).get(item)}
        for item, value in answers.items()
    ]


def tables(people: list[str], rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    drawn = "\n".join(f"{p} | {RELEASED} | 2022-07-01" for p in people)
    found = world(f"person | released | agreed\n{drawn}")
    found["assessment"] = rows
    found["coverage"] = [
        *found["coverage"],
        {
            "source": "a",
            "table_name": "assessment",
            "prison": "*",
            "covered_from": "2020-01-01",
            "covered_to": "2023-07-31",
        },
    ]
    return found


def scores(rows: list[dict[str, Any]]) -> dict[str, float]:
    con = measured(tables(["one"], rows), measures=CHANGES)
    return {k: round(v, 4) for k, v in con.execute("select scale, score from outcomes.instrument_score").fetchall()}


def whoqol(value: float, **other: float | None) -> Answers:
    return {f"q{n}": other.get(f"q{n}", value) for n in range(1, 27)}


def test_whoqol_reverses_three_items_and_runs_from_0_to_100() -> None:
    best = whoqol(5, q3=1, q4=1, q26=1)
    domains = ("physical", "psychological", "social", "environment")
    assert scores(asked("one", "whoqol_bref", best)) == {f"whoqol_{d}": 100 for d in domains}
    assert set(scores(asked("one", "whoqol_bref", whoqol(3))).values()) == {50.0}
    # physical: 3 and 4 reversed; seven answers of 4, two of which count as 2: mean 24/7, times 4, minus 4, by 16
    assert scores(asked("one", "whoqol_bref", whoqol(4)))["whoqol_physical"] == round((24 / 7 * 4 - 4) * 100 / 16, 4)


def test_whoqol_agrees_with_a_worked_example_of_another_implementation() -> None:
    """The random answers in the tests of awell-score (github.com/awell-health, whoqol_bref), to the digits printed.

    There q3, q4 and q26 are asked the other way round: 2, 1 and 2.
    """
    physical = {"q3": 4, "q4": 5, "q10": 4, "q15": 4, "q16": 3, "q17": 4, "q18": 4}
    psychological = {"q5": 4, "q6": 3, "q7": 4, "q11": 5, "q19": 5, "q26": 4}
    social = {"q20": 4, "q21": 3, "q22": 5}
    environment = {"q8": 5, "q9": 3, "q12": 3, "q13": 4, "q14": 3, "q23": 4, "q24": 3, "q25": 4}
    found = scores(asked("one", "whoqol_bref", whoqol(3, **physical, **psychological, **social, **environment)))
    assert {scale: round(score, 2) for scale, score in found.items()} == {
        "whoqol_physical": 53.57,
        "whoqol_psychological": 70.83,
        "whoqol_social": 75.0,
        "whoqol_environment": pytest.approx(65.63, abs=0.01),  # 65.625, which rounds to either
    }


def test_whoqol_needs_enough_answers_in_the_domain_and_in_all() -> None:
    two_missing = scores(asked("one", "whoqol_bref", whoqol(3, q20=None, q21=None)))
    assert "whoqol_social" not in two_missing  # one of three may be missing, not two
    assert "whoqol_physical" in two_missing
    six_missing = whoqol(3, q1=None, q2=None, q5=None, q8=None, q9=None, q20=None)
    assert scores(asked("one", "whoqol_bref", six_missing)) == {}  # more than a fifth of 26
    five_missing = whoqol(3, q3=None, q5=None, q8=None, q9=None, q20=None)
    assert (
        len(scores(asked("one", "whoqol_bref", five_missing))) == 4
    )  # the two questions of no domain count as answered
    assert "whoqol_social" in scores(asked("one", "whoqol_bref", whoqol(3, q20=7)))  # out of range: not answered


def test_top_scales_are_taken_as_they_are() -> None:
    found = scores(asked("one", "top", {"psychological": 13, "alcohol": 28, "opiates": 29, "unheard_of": 3}))
    assert found == {"top_psychological": 13, "top_alcohol": 28}


def test_gas_is_a_t_score_of_weighted_goals() -> None:
    """Kiresuk and Sherman 1968: goals reached as expected give 50, all much better 72.6 for three equal goals."""
    as_expected = asked("one", "gas", {"g1": 0, "g2": 0, "g3": 0})
    assert scores(as_expected) == {"gas": 50}
    assert scores(asked("one", "gas", {"g1": 1, "g2": 1, "g3": 1}))["gas"] == pytest.approx(63.6931, abs=1e-4)
    weighted = asked("one", "gas", {"g1": 2, "g2": -1}, weights={"g1": 3, "g2": 1})
    assert scores(weighted)["gas"] == pytest.approx(50 + 10 * 5 / (0.7 * 10 + 0.3 * 16) ** 0.5, abs=1e-4)


def test_europasi_composites_are_means_of_shares_and_need_every_item() -> None:
    full: Answers = {"medical_days": 15, "medical_bothered": 2, "medical_importance": 4}
    assert scores(asked("one", "europasi", full)) == {"europasi_medical": round((15 / 90) + (2 / 12) + (4 / 12), 4)}
    assert scores(asked("one", "europasi", full | {"medical_importance": None})) == {}
    assert scores(asked("one", "europasi", {"severity_drug": 7})) == {"europasi_severity_drug": 7}


ALCOHOL: Answers = {"alcohol_days": 15, "alcohol_days_intoxicated": 6, "alcohol_problem_days": 3, "alcohol_bothered": 2,
                    "alcohol_importance": 3, "alcohol_spent_eur": 100}  # fmt: skip
PROBLEMS = (
    "mother",
    "father",
    "siblings",
    "partner",
    "children",
    "other_family",
    "friends",
    "neighbours",
    "colleagues",
)
FAMILY: Answers = {"family_satisfied": 1, "family_conflict_days": 3, "family_troubled": 2, "family_importance": 1,
                   **{f"family_problem_{who}": float(n < 3) for n, who in enumerate(PROBLEMS)}}  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "area", "by_hand"),
    [
        # 15/180 + 6/180 + 3/180 + 2/24 + 3/24 + ln 100 / 44
        (ALCOHOL, "alcohol", 0.0833333 + 0.0333333 + 0.0166667 + 0.0833333 + 0.125 + 0.1046629),
        (ALCOHOL | {"alcohol_spent_eur": 0}, "alcohol", 0.3416667),
        # 1 - (1/4 + 0/4 + 12/120 + ln 500 / 36)
        ({"employment_driving_licence": 1, "employment_car": 0, "employment_days_paid": 12,
          "employment_earned_eur": 500}, "employment", 1 - (0.25 + 0.1 + 0.1726280)),
        # 1/5 + 6/150 + 3/20 + 2/20 + ln 200 / 46
        ({"legal_awaiting_trial": 1, "legal_days_crime": 6, "legal_seriousness": 3, "legal_importance": 2,
          "legal_illegal_income_eur": 200}, "legal", 0.2 + 0.04 + 0.15 + 0.1 + 0.1151808),
        # 1/10 + 3/150 + 2/20 + 1/20 + (3/9)/5
        (FAMILY, "family_social", 0.1 + 0.02 + 0.1 + 0.05 + 0.0666667),
    ],
)  # fmt: skip
def test_europasi_composites_by_hand(answers: Answers, area: str, by_hand: float) -> None:
    """Divisors as printed by McGahan et al. 1986 and coded in the VA's routines YSASCSB and YSASCSC."""
    assert scores(asked("one", "europasi", answers)) == {f"europasi_{area}": pytest.approx(by_hand, abs=1e-4)}
    missing = answers | {next(iter(answers)): None}
    assert scores(asked("one", "europasi", missing)) == {}


def test_change_is_paired_and_the_missing_second_measurement_is_a_doubt() -> None:
    """Spread at intake 4, reliability 0.75: a change beyond 1.96 * 4 * sqrt(0.5) = 5.54 points is reliable."""
    before = {"up": 6.0, "little": 10.0, "down": 14.0, "lost": 10.0}
    after = {"up": 12.0, "little": 15.0, "down": 8.0}
    rows = [r for p, v in before.items() for r in asked(p, "top", {"psychological": v})]
    rows += [r for p, v in after.items() for r in asked(p, "top", {"psychological": v}, stage="month_3", day=LATER)]
    con = measured(tables(list(before), rows), measures=CHANGES)
    spread = con.execute("select stddev_samp(before) from outcomes.instrument_pair").fetchone()
    assert spread is not None
    assert spread[0] == pytest.approx(3.265986)  # threshold 4.53
    better = cell(con, "instrument_better", component="top_psychological")
    assert (better["numerator"], better["denominator"], better["possible"], better["unobserved"]) == (2, 4, 1, 1)
    worse = cell(con, "instrument_worse", component="top_psychological")
    assert (worse["numerator"], worse["denominator"]) == (1, 4)
    change = cell(con, "instrument_change", component="top_psychological")
    assert (change["denominator"], change["value"]) == (3, 5.0)  # 6, 5 and -6


def test_fewer_days_of_use_are_better() -> None:
    rows = [r for p, v in {"a1": 28.0, "a2": 20.0}.items() for r in asked(p, "top", {"opiates": v})]
    rows += asked("a1", "top", {"opiates": 0}, stage="month_3", day=LATER)
    con = measured(tables(["a1", "a2"], rows), measures=CHANGES)
    assert cell(con, "instrument_better", component="top_opiates")["numerator"] == 1


def test_measurements_at_other_times_do_not_count() -> None:
    rows = asked("one", "top", {"physical": 5}, day="2022-10-02")  # called intake, but after release
    rows += asked("one", "top", {"physical": 9}, stage="month_3", day="2022-09-30")  # called later, but before
    con = measured(tables(["one"], rows), measures=CHANGES)
    assert con.execute("select * from outcomes.instrument_pair").fetchall() == []


def test_nobody_is_counted_before_three_months_have_been_seen() -> None:
    rows = asked("one", "top", {"physical": 5})
    con = measured(tables(["one"], rows), quarter="2022Q4", as_of="2023-01-15", measures=CHANGES)
    assert cell(con, "instrument_change", component="top_physical")["status"] in ("too_early", "not_applicable")
    assert con.execute("select distinct state from outcomes.unit where measure = 'instrument_better'").fetchall() == []


def test_every_scale_says_its_source_and_has_sound_items() -> None:
    scales = instruments().scale
    assert len({s.id for s in scales}) == len(scales)
    assert all(instruments().instrument[s.instrument].source for s in scales)
    assert all(0 < s.answered <= len(s.items) and all(i.low < i.high for i in s.items) for s in scales if s.id != "gas")
    assert sorted(i.item for s in scales if s.instrument == "whoqol_bref" for i in s.items) == sorted(
        f"q{n}" for n in range(3, 27)
    )  # each of the 24 items of domains once; the first two stand alone


def test_the_page_for_partners_names_every_item() -> None:
    page = (REPOSITORY / "docs" / "instruments.md").read_text("utf-8")
    missing = [i.item for s in instruments().scale for i in s.items if f"`{i.item}`" not in page]
    assert missing == []
    assert all(f"| {s.en} | {s.answered} of {len(s.items)} |" in page for s in instruments().scale if s.items)
