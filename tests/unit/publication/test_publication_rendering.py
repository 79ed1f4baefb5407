"""From `.qmd` to HTML: includes, parameters, cell options, and what the filter adds to Pandoc."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from pipeline.errors import PublicationError
from pipeline.publication.html import finish_page
from pipeline.publication.markdown import Table, attribute, escape
from pipeline.publication.notebook import Document, resolve_includes, run_documents
from pipeline.publication.pandoc import convert, run_pandoc

REPORTS = Path(__file__).parents[3] / "reports"
PAGE = {"title": "T", "pagetitle": "T", "lang": "cs"}


def to_html(markdown: str, folder: Path) -> str:
    return convert(markdown, "html", "cs", PAGE, folder)


def to_typst(markdown: str, folder: Path) -> str:
    return convert(markdown, "pdf", "cs", PAGE | {"plain-title": "T"}, folder)


def test_cross_references_are_numbered_links(tmp_path: Path) -> None:
    text = (
        f"# Oddíl {{#sec-a}}\n\n{Table('tbl-a', 'Popis', ['a', 'b'], [['1', '2']])}\n\nViz @tbl-a, @sec-a, @eq-a.\n\n"
    )
    page = to_html(text + "$$x$$ {#eq-a}\n", tmp_path)
    assert '<a href="#tbl-a">Tabulka\u00a01</a>' in page
    assert '<a href="#sec-a">oddíl\u00a0„Oddíl“</a>' in page
    assert '<a href="#eq-a">vzorec\u00a01</a>' in page
    assert "Tabulka\u00a01: Popis" in page
    assert "{#eq-a}" not in page


def test_a_reference_to_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PublicationError, match="leads nowhere: fig-missing"):
        to_html("Viz @fig-missing.", tmp_path)


def test_table_headers_have_their_scope(tmp_path: Path) -> None:
    page = to_html(str(Table("tbl-a", "Popis", ["a", "b"], [["řádek", "2"]])), tmp_path)
    assert page.count('scope="col"') == 2
    assert page.count('scope="row"') == 1
    assert 'role="region"' in page
    assert 'tabindex="0"' in page


def test_tabs_become_tabs_in_html_and_headings_in_print(tmp_path: Path) -> None:
    text = "::: {.panel-tabset}\n### Jedna {#tab-1}\n\nPrvní.\n\n### Dvě {#tab-2}\n\nDruhá.\n:::"
    page = to_html(text, tmp_path)
    assert page.count('type="radio"') == 2
    assert '<label for="tab-2">Dvě</label>' in page
    assert "=== Jedna" in to_typst(text, tmp_path)


def test_an_interval_in_a_sentence_of_word_has_no_dash_behind_which_it_could_break(tmp_path: Path) -> None:
    span = "[49]{.cell}–[63]{.cell}"
    text = f"Interval {span} ze 100.\n\n{Table('tbl-a', 'Popis', ['a', 'b'], [['řádek', span]])}"
    target = tmp_path / "made.docx"
    run_pandoc(text, "docx", "cs", ["-t", "docx", "-o", str(target), "--metadata=title:T"], tmp_path)
    made = docx.Document(str(target))
    assert "Interval 49\u00a0až\u00a063 ze\u00a0100." in [p.text for p in made.paragraphs]
    assert made.tables[0].rows[1].cells[1].text == "49–63"
    assert '<span class="interval">' in to_html(text, tmp_path)


def test_boxes_and_formats(tmp_path: Path) -> None:
    text = '::: {.comparison}\nPozor.\n:::\n\n::: {.content-visible when-format="html"}\nWeb.\n:::\n\n'
    text += '::: {.content-visible unless-format="html"}\nTisk.\n:::'
    assert 'class="comparison"' in to_html(text, tmp_path)
    assert "Tisk." not in to_html(text, tmp_path)
    print_version = to_typst(text, tmp_path)
    assert '#box-comparison(("comparison",))[' in print_version
    assert "Web." not in print_version


def test_short_words_stay_with_the_next_in_czech(tmp_path: Path) -> None:
    assert "s\u00a0klientem a\u00a0k\u00a0tomu" in to_html("práce s klientem a k tomu", tmp_path)


def test_a_state_is_marked_for_the_eye_and_named_for_the_ear(tmp_path: Path) -> None:
    page = to_html('[●]{.state .hidden title="skryto" data-cell="a/b"}', tmp_path)
    assert '<span aria-hidden="true">●</span><span class="unseen">skryto</span>' in page
    assert 'data-cell="a/b"' in page


@pytest.mark.parametrize(
    "text", ["<b>x</b>", "{{< x >}}", "$a$ @fig-b [c](d)", "2. x", "# y", "a|b", "*c* _d_ `e`", "&lt;"]
)
def test_escaped_text_comes_out_as_it_went_in(text: str, tmp_path: Path) -> None:
    import html

    page = to_html(str(Table("tbl-a", "Popis", ["a"], [[escape(text)]])), tmp_path)
    cell = page.split('scope="row"')[1].split("</t")[0].split(">", 1)[1]
    assert html.unescape(cell) == text


def test_attributes_cannot_be_left(tmp_path: Path) -> None:
    page = to_html(f'[x]{{.cell data-cell="{attribute(chr(34) + "><script>")}"}}', tmp_path)
    assert "<script>" not in page


def test_page_has_language_landmarks_and_a_skip_link(tmp_path: Path) -> None:
    page = finish_page(to_html("# A {#sec-a}\n\nText.", tmp_path), {}, {}, "cs")
    for part in (
        '<html lang="cs">',
        '<a class="skip" href="#content">',
        "<header",
        "<main",
        "<footer",
        "default-src 'none'",
    ):
        assert part in page
    assert "plotly" not in page


def test_includes_count_from_their_source() -> None:
    text = resolve_includes(REPORTS / "quarterly" / "quarterly.qmd")
    assert "{{<" not in text
    assert "Report.open(bundle, language, context)" in text


@pytest.mark.slow
def test_parameters_are_reset_between_documents_in_one_kernel(tmp_path: Path) -> None:
    source = tmp_path / "a.qmd"
    source.write_text(
        '```{python}\n#| tags: [parameters]\nlanguage = "cs"\n```\n\nText.\n\n```{python}\n#| output: asis\n'
        "#| echo: false\nimport os\nprint(language, os.getpid(), 'left' in globals())\nleft = 1\n```\n",
        "utf-8",
    )
    made = run_documents(
        [Document("a", source, {"language": "cs"}), Document("b", source, {"language": "en"})], tmp_path
    )
    first, second = (made[name].split()[1:] for name in "ab")
    assert (first[0], first[2], second[0], second[2]) == ("cs", "False", "en", "False")
    assert first[1] == second[1]


def test_a_failing_cell_is_one_plain_message(tmp_path: Path) -> None:
    source = tmp_path / "bad.qmd"
    source.write_text(
        "```{python}\n#| tags: [parameters]\nx = 1\n```\n\n```{python}\n#| output: asis\n#| echo: false\n1 / 0\n```\n",
        "utf-8",
    )
    with pytest.raises(PublicationError, match="ZeroDivisionError"):
        run_documents([Document("bad", source, {})], tmp_path)


def test_a_source_without_parameters_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "none.qmd"
    source.write_text("```{python}\n#| output: asis\n#| echo: false\nprint(1)\n```\n", "utf-8")
    with pytest.raises(PublicationError, match=r"none\.qmd has no cell tagged `parameters`"):
        run_documents([Document("none", source, {})], tmp_path)
