"""Charts show what they were given, no finer, and read partner text as text."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from pipeline.charts import (
    BarRow,
    CurveWords,
    FunnelWords,
    Limits,
    Line,
    Mark,
    Place,
    Point,
    RateRow,
    Step,
    Stream,
    curve_chart,
    find_browser,
    flow_chart,
    forest_chart,
    funnel_chart,
    heat_chart,
    incidence_chart,
    render_svgs,
    run_chart,
    steps_chart,
)  # fmt: skip
from pipeline.charts.curve import spaced
from pipeline.charts.static import steady
from pipeline.charts.theme import COLOURS, plain
from pipeline.publication.differences import control_limits

WORDS = CurveWords("dnů", "návrat", "V riziku", "\u00a0%")
STEPS = [Step(0, 60, 5, 3, 8, "190"), Step(60, 80, 9, 5, 12, "180"), Step(80, 365, None, None, None, "●")]


def numbers(text: str) -> set[float]:
    found: set[float] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)
        elif isinstance(value, int | float):
            found.add(value)

    for trace in json.loads(text)["data"]:
        walk({"x": trace.get("x"), "y": trace.get("y")})
    return found


def test_a_curve_holds_only_the_released_steps() -> None:
    text = curve_chart([Line("", STEPS)], WORDS).to_json()
    assert numbers(text) <= {0, 60, 80, 5, 3, 8, 9, 12}
    assert "V riziku" in text


def test_numbers_at_risk_keep_their_distance() -> None:
    assert [step.day_from for step in spaced(STEPS)] == [0, 60]
    assert spaced([]) == []


def test_a_group_without_a_rate_keeps_its_row_and_says_why() -> None:
    chart = forest_chart([RateRow("A", 49, 40, 58, "49 %"), RateRow("B", None, None, None, "●")], "podíl", " %")
    drawn = json.loads(chart.to_json())
    assert len(drawn["data"]) == 1
    assert [note["text"] for note in drawn["layout"]["annotations"]] == ["A", "<b>49 %</b>", "B", "<b>●</b>"]


def test_a_long_name_and_its_number_do_not_meet_on_a_narrow_screen() -> None:
    name = "Centrum protidrogové prevence a terapie"
    drawn = json.loads(forest_chart([RateRow(name, 50, 35, 65, "50 % (35–65), n 40")], "podíl", " %").to_json())
    assert drawn["layout"]["meta"]["least_width"] == 8 * (39 + 18) + 24


def test_partner_text_is_neither_html_nor_tex() -> None:
    assert plain("<a href='x'>$y$</a> & z") == "&lt;a href='x'&gt;&#36;y&#36;&lt;/a&gt; &amp; z"
    assert "<script" not in steps_chart([BarRow("<script>", 1, "1")]).to_json()
    assert "<img" not in heat_chart(["<img>"], ["b"], {(0, 0): 99}, {(0, 0): "99"}).to_json()


HOSTILE = "<img src=x onerror=alert(1)>"
FUNNEL = FunnelWords("lidí", "podíl", "celek", "95 %", "99,8 %", " %")


def test_a_funnel_shows_its_places_and_limits_and_nothing_finer() -> None:
    limits = Limits([10, 20, 40], [(1, 9), (2, 8), (3, 7)], [(0, 12), (1, 11), (2, 10)])
    places = [Place("Plzeň, Kuřim", 30, 10, "10 %, 30", True), Place(HOSTILE, 40, 15, "15 %, 40")]
    text = funnel_chart(places, 11, limits, FUNNEL).to_json()
    assert numbers(text) <= {10, 20, 40, 30, 15, 11, *range(13)}
    assert "<b>Plzeň, Kuřim</b>" in text
    assert "<img" not in text


def test_a_quarter_without_a_number_leaves_a_gap_and_its_mark() -> None:
    points = [Point("1.\n2022", 10, "10 %"), Point("2.\n2022", None, "●"), Point("3.\n2022", 20, HOSTILE)]
    drawn = run_chart(points, 15, [Mark(0.5, "(1)")], "podíl", "medián 15 %", "čtvrtletí", " %")
    figure = json.loads(drawn.to_json())
    assert figure["data"][0]["y"] == [10, None, 20]
    assert figure["data"][0]["connectgaps"] is False
    assert figure["layout"]["xaxis"]["ticktext"] == ["1.<br>2022", "2.<br>2022", "3.<br>2022"]
    said = [note["text"] for note in figure["layout"]["annotations"]]
    assert {"10 %", "●", "medián 15 %", "(1)"} <= set(said)
    assert "<img" not in drawn.to_json()


def test_a_hidden_stream_has_one_width_whatever_it_hides() -> None:
    streams = [Stream(0, 0, 60, "60"), Stream(0, 1, None, "●"), Stream(0, 2, 0, "0")]
    drawn = flow_chart([HOSTILE], ["b", "c", "d"], streams, ("před", "po"))
    (sankey,) = json.loads(drawn.to_json())["data"]
    assert sankey["link"]["value"][:2] == [60, 4]
    assert sankey["link"]["color"][1] == "rgba(89,89,89,0.3)"
    assert sankey["link"]["customdata"][1].endswith("c: ●")
    assert "<img" not in drawn.to_json()


def test_what_one_group_is_compared_with_is_an_open_mark() -> None:
    chart = forest_chart([RateRow("A", 49, 40, 58, "49 %", 55)], "podíl", " %")
    beside, own = json.loads(chart.to_json())["data"]
    assert (beside["x"], beside["marker"]["symbol"]) == ([55], "diamond-open")
    assert own["x"] == [49]


def test_control_limits_narrow_with_people_and_stay_within_a_hundred() -> None:
    # 0.3 ± 1.959964 × sqrt(0.3 × 0.7 / 100): Spiegelhalter (2005), normal limits
    low, high = control_limits(30, 100, 1.959964)
    assert (round(low, 3), round(high, 3)) == (21.018, 38.982)
    assert control_limits(2, 10, 3.09) == (0.0, pytest.approx(15.68, abs=0.01))


def test_for_a_room_the_type_is_larger_and_the_picture_as_a_slide() -> None:
    chart = forest_chart([RateRow("A", 49, 40, 58, "49 %")], "podíl", " %", alternative="slovy")
    page, room = json.loads(chart.to_json()), json.loads(chart.for_a_room().to_json())
    for seen, heard in zip(room["data"], page["data"], strict=True):
        assert [(seen[key], seen["error_x"]["array"]) for key in "xy"] == [
            (heard[key], heard["error_x"]["array"]) for key in "xy"
        ]
    assert room["data"][0]["marker"]["size"] == pytest.approx(1.9 * page["data"][0]["marker"]["size"])
    assert (page["layout"]["font"]["size"], room["layout"]["font"]["size"]) == (13, 24.7)
    assert [note["font"]["size"] for note in room["layout"]["annotations"]] == [24.7, 24.7]
    assert (room["layout"]["width"], room["layout"]["height"], chart.for_a_room().size) == (1040, 462, (1040, 462))
    assert chart.for_a_room().alternative == "slovy"


def test_colours_differ_in_greyscale() -> None:
    light = sorted(0.2126 * int(c[1:3], 16) + 0.7152 * int(c[3:5], 16) + 0.0722 * int(c[5:], 16) for c in COLOURS[:3])
    assert min(b - a for a, b in pairwise(light)) > 15


def test_the_analyst_chart_is_aalen_johansen_and_watermarked() -> None:
    counts = pd.DataFrame(
        {
            "group_value": ["a"] * 2,
            "day": [10, 20],
            "at_risk": [4, 2],
            "events": [1, 1],
            "competing": [1, 0],
            "censored": [0, 1],
        }
    )
    drawn = json.loads(incidence_chart(counts, title="t").to_json())
    assert drawn["data"][2]["y"] == [0, 25.0, 50.0]
    assert any(note["text"] == "NOT RELEASED" for note in drawn["layout"]["annotations"])
    released = json.loads(incidence_chart(counts, title="t", released=True).to_json())
    assert not any(note["text"] == "NOT RELEASED" for note in released["layout"]["annotations"])


def test_random_identifiers_are_taken_out_of_an_svg() -> None:
    first = steady('<g id="clipab12cdxy" class="trace scatter trace0f0f0f"/>', "0123456789")
    assert first == steady('<g id="clip9876fexy" class="trace scatter traceabcdef"/>', "0123456789")


def test_without_a_browser_nothing_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    assert find_browser() is None
    assert render_svgs({"a": "{}"}, tmp_path / "cache") == {}


def test_a_browser_that_dies_costs_only_the_static_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/bin/false")
    figure = steps_chart([BarRow("a", 1, "1")]).to_json()
    with pytest.warns(UserWarning, match="could not draw the figures"):
        assert render_svgs({"a": figure}, tmp_path / "cache") == {}


def test_the_label_of_a_point_behind_another_of_its_height_stands_beneath() -> None:
    limits = Limits([10, 40], [(0, 30), (0, 20)], [(0, 40), (0, 30)])
    words = FunnelWords("n", "share", "whole", "95 %", "99,8 %", " %")
    places = [Place("A", 30, 10, "10 %"), Place("B", 35, 10, "10 %"), Place("C", 36, 20, "20 %")]
    chart = funnel_chart(places, 11, limits, words)
    anchors = {note.text: (note.xanchor, note.yanchor) for note in chart.figure.layout.annotations}
    assert anchors["A"] == anchors["C"] == ("right", "middle")
    assert anchors["B"] == ("center", "top")


def test_words_of_a_point_stand_beneath_where_the_line_comes_down_to_it() -> None:
    points = [Point(str(index), percent, f"{percent} %") for index, percent in enumerate([10, 20, 10, 10, 0, 10])]
    drawn = run_chart(points, None, [], "podíl", "", "čtvrtletí", " %")
    notes = [(note.text, note.yanchor) for note in drawn.figure.layout.annotations]
    assert notes == [
        ("10 %", "top"), ("20 %", "bottom"), ("10 %", "top"), ("10 %", "bottom"),
        ("0 %", "bottom"), ("10 %", "bottom"),
    ]  # fmt: skip
