"""What the documents say comes from cells, in both languages alike, with nothing left over."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.disclosure import Cell, open_bundle
from pipeline.disclosure.types import Status
from pipeline.publication import Report, documents
from pipeline.publication.cite import format_cell, number
from pipeline.publication.markdown import escape
from pipeline.publication.numbers import format_count
from pipeline.publication.sections import summary
from pipeline.publication.strips import plain
from tests.unit.publication.bundle import HOSTILE, rich_bundle
from tests.unit.publication.conftest import make_context

PRISON = "praha_pankrac"
Language = Callable[[str], Report]
CELL = re.compile(r'\[((?:[^\[\]\\]|\\.)*)\]\{\.cell data-cell="([^"]+)"\}')
STATE = re.compile(r'\[((?:[^\[\]\\]|\\.)*)\]\{\.state \.state-([a-z-]+) title="[^"]*" data-cell="([^"]+)"\}')
DERIVED = re.compile(r'\[((?:[^\[\]\\]|\\.)*)\]\{\.derived data-derived="([a-z_]+)" data-from="([^"]+)"\}')
SETTING = re.compile(r'\[((?:[^\[\]\\]|\\.)*)\]\{\.setting data-setting="([a-z_]+)"\}')


def whole(report: Report) -> str:
    """Everything that any document says: the report, the slides, the methodology, a partner's and a prison's page."""
    parts = [getattr(documents, name)(report) for name in (*documents.REPORT, "slides", "methodology")]
    return "\n\n".join([*parts, documents.partner_page(report, "magdalena"), documents.prison_page(report, PRISON)])


def cells(report: Report) -> dict[str, Cell]:
    return {cell.id: cell for table in report.bundle.tables.values() for cell in table.cells}


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


@pytest.mark.parametrize("language", ["cs", "en"])
def test_every_cited_number_is_its_cell(report: Language, language: str) -> None:
    known, text = cells(report(language)), whole(report(language))
    cited = CELL.findall(text)
    assert len(cited) > 300
    for shown, identifier in cited:
        styles = {format_cell(known[identifier], language, style) for style in ("", "bare", "decimal")}
        assert unescaped(shown) in styles, identifier


@pytest.mark.parametrize("language", ["cs", "en"])
def test_every_mark_is_the_state_of_its_cell(report: Language, language: str) -> None:
    known, found = cells(report(language)), STATE.findall(whole(report(language)))
    assert {state for _, state, _ in found} == {"hidden", "unknown", "too-early", "not-applicable"}
    for _, state, identifier in found:
        assert str(known[identifier].status).replace("_", "-") == state


def test_every_derived_number_follows_from_its_cells(report: Language) -> None:
    known, found = cells(report("en")), DERIVED.findall(whole(report("en")))
    assert {kind for _, kind, _ in found} == {
        "difference", "difference_low", "difference_high", "detectable", "detectable_halves", "accepted_share", "rest",
    }  # fmt: skip
    for shown, kind, identifiers in found:
        sources = [known[identifier] for identifier in identifiers.split()]
        if kind == "difference":
            x1, n1, x2, n2 = (number(cell) for cell in sources)
            assert unescaped(shown).startswith(str(round(100 * (x1 / n1 - x2 / n2))))
        if kind == "rest":
            n, stable, unknown = (number(cell) for cell in sources)
            assert unescaped(shown) == str(round(n - stable - unknown))
        if kind == "accepted_share":
            assert unescaped(shown) == f"{round(100 * number(sources[0]) / number(sources[1]))}%"


@pytest.mark.parametrize("language", ["cs", "en"])
def test_every_setting_is_that_of_the_release_or_a_constant(report: Language, language: str) -> None:
    found = dict(SETTING.findall(whole(report(language))))
    named = {name: shown for shown, name in SETTING.findall(whole(report(language)))}
    fixed = {"level": "95", "outer_level": {"cs": "99,8", "en": "99.8"}[language], "power": "80"}
    fixed |= {"contact_made_window": "7", "treatment_started_window": "21"}
    profile = report(language).bundle.meta.profile
    assert len(found) > 5
    for name, shown in named.items():
        assert unescaped(shown) == fixed.get(name, str(profile.get(name))), name


def shift(tables: dict[str, dict[str, Any]]) -> None:
    """Every number one higher: the words must not notice."""
    for table in tables.values():
        for _, row in table["rows"]:
            for cell in row:
                if isinstance(cell[0], int | float) and cell[0] > 0:
                    cell[0] += 1


def test_no_number_stands_in_the_text_without_its_tag(report: Language, tmp_path: Path) -> None:
    shifted = open_bundle(rich_bundle(tmp_path, change=shift))
    for language in ("cs", "en"):
        other = Report(shifted, language, make_context(tmp_path / "figures"))
        assert untagged(report(language)) == untagged(other)


def untagged(report: Report) -> str:
    text = whole(report)
    text = text.replace(escape(report.bundle.meta.bundle_id), "").replace(report.bundle.meta.bundle_id, "")
    for pattern in (CELL, STATE, DERIVED):
        text = pattern.sub("", text)
    return re.sub(r"^!\[.*$", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("language", ["cs", "en"])
def test_nothing_is_left_over(report: Language, language: str) -> None:
    text = whole(report(language))
    prose = re.sub(r"\{[^{}\n]*\}|`[^`\n]*`|\]\(figures/[^)]*\)", "", text)
    assert not re.search(r"\{\{<|\bNone\b|\bnan\b|\bNaN\b|\{\w+\}", prose)
    assert not re.search(r"\b[a-z]+_[a-z_]+\b", prose.replace("\\_", "_")), "a raw key"


def test_both_languages_have_the_same_structure(report: Language) -> None:
    def skeleton(language: str) -> list[str]:
        text = whole(report(language))
        return re.findall(r"\{#([\w-]+)", text) + cell_ids(text)

    assert skeleton("cs") == skeleton("en")


def cell_ids(text: str) -> list[str]:
    return [identifier for _, identifier in CELL.findall(text)]


def test_no_english_in_the_czech(report: Language) -> None:
    text = re.sub(r"\{[^{}\n]*\}|`[^`\n]*`|\]\([^)]*\)", "", whole(report("cs")))
    found = re.findall(r"\b(?:the|and|with|release|releases|clients|hidden|within|programme|not)\b", text)
    assert not found


def test_partner_text_is_text(report: Language) -> None:
    text = whole(report("cs"))
    assert HOSTILE not in text
    assert not re.search(r"(?<!\\)<script", text)
    assert re.sub(r"\\(.)", r"\1", text).count("<script>alert(1)</script>") > 3


@pytest.mark.parametrize("language", ["cs", "en"])
def test_every_measure_is_defined_where_its_numbers_stand(report: Language, language: str) -> None:
    told = report(language)
    sections = "\n".join(getattr(documents, name)(told) for name in documents.REPORT if name != "method")
    assert [name for name in told.bundle.meta.definitions if told.words(name, "definition") not in sections] == []


def test_definitions_in_the_same_words_share_a_line(report: Language) -> None:
    section = documents.returns(report("en"))
    (line,) = [line for line in section.splitlines() if "the event that the title names" in line]
    assert "; Frequency of returns to prison; Frequency: " in unescaped(line)


def test_a_picture_states_its_finding_to_those_who_do_not_see_it(report: Language) -> None:
    for language in ("cs", "en"):
        pictures = re.findall(r"^!\[(.*)\]\(figures.*\n\n(\*\*.*)$", whole(report(language)), re.MULTILINE)
        assert len(pictures) > 5
        for words, title in pictures:
            assert unescaped(words).startswith(plain(title)), title
    found = re.search(r"!\[(.*)\]\(figures/attrition-en", documents.served(report("en")))
    assert found
    assert unescaped(found[1]).startswith("Of 700 applicants 400 made an agreement, and 315 clients have been released")


def test_marks_and_columns_are_explained_before_the_first_table(report: Language) -> None:
    places = [documents.REPORT.index(name) for name in ("page_one", "reading", "served")]
    assert places == [1, 2, 3]
    assert "\n| " not in documents.page_one(report("cs"))
    for mark in ("●", "brzy", "nesb", "×"):
        assert f"| {escape(mark)}" in documents.reading(report("cs"))


def test_page_one_has_its_fixed_slots(report: Language) -> None:
    slots = re.findall(r"\{#slot-([\w-]+) \.unnumbered \.unlisted\}", documents.page_one(report("cs")))
    assert slots == [
        "releases", "served", "contact-made", "treatment-started", "return", "limits", "changed", "missing", "state",
        "requests", "contact",
    ]  # fmt: skip


def test_the_protection_told_is_that_of_the_profile(report: Language, tmp_path: Path) -> None:
    exact = {"name": "acro", "method": "suppress", "threshold": 10, "minimum_denominator": 20}
    other = rich_bundle(tmp_path, profile=exact)
    hidden = Report(open_bundle(other), "cs", make_context(tmp_path / "figures"))
    told = [re.sub(r"\{[^}]*\}", "", documents.method(each)) for each in (report("cs"), hidden)]
    assert "Počty menší než [8] (kromě nuly) jsou skryty, ostatní zaokrouhleny na násobky [5]" in told[0]
    assert "Počty jsou přesné; menší než [10] (kromě nuly) jsou skryty" in told[1]
    assert "od [20] zaokrouhlené na [5] %" in told[1]
    shown = [str(cell.status) for cell in cells(hidden).values() if cell.status in (Status.SHOWN, Status.ROUNDED)]
    marked = sum(cell.status is Status.HIDDEN for cell in cells(hidden).values())
    for count in (marked, marked + len(shown)):
        assert f"[{format_count(count, 'cs')}]" in told[1]


def test_at_most_three_requests_and_none_that_is_settled(report: Language) -> None:
    text = documents.page_one(report("en"))
    assert text.count("*Owner: ") == 3


def test_draft_and_synthetic_are_said_in_words(report: Language, tmp_path: Path) -> None:
    draft = Report(open_bundle(rich_bundle(tmp_path, draft=True)), "cs", make_context(tmp_path / "figures"))
    assert "NÁVRH" in documents.banners(draft)
    assert "SYNTHETIC" in documents.banners(draft)
    assert "NÁVRH" not in documents.banners(report("cs"))


def test_a_release_without_the_way_of_clients_says_so_in_a_sentence(
    report: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = Report.rows
    monkeypatch.setattr(
        Report, "rows", lambda self, table, **keys: [] if table == "attrition" else every(self, table, **keys)
    )
    made = report("en")
    assert summary.served(made).startswith("This release holds no such result.\n\nPrisons: ")
    section = documents.served(made)
    assert "This release holds no such table." in section
    assert "{#sec-reach" in section
