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
    Line,
    RateRow,
    Step,
    curve_chart,
    find_browser,
    forest_chart,
    heat_chart,
    incidence_chart,
    render_svgs,
    steps_chart,
)  # fmt: skip
from pipeline.charts.curve import spaced
from pipeline.charts.static import steady
from pipeline.charts.theme import COLOURS, plain

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


def test_partner_text_is_neither_html_nor_tex() -> None:
    assert plain("<a href='x'>$y$</a> & z") == "&lt;a href='x'&gt;&#36;y&#36;&lt;/a&gt; &amp; z"
    assert "<script" not in steps_chart([BarRow("<script>", 1, "1")]).to_json()
    assert "<img" not in heat_chart(["<img>"], ["b"], {(0, 0): 99}, {(0, 0): "99"}).to_json()


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
