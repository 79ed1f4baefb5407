"""The sources under `reports/` are Quarto documents: front matter, parameters, options, includes, our look."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jupytext
import pytest
import yaml

from pipeline.disclosure import open_bundle
from pipeline.publication import Report, documents
from pipeline.publication.editions import KINDS
from pipeline.publication.markdown import Table
from pipeline.publication.notebook import options, resolve_includes
from tests.unit.publication.bundle import rich_bundle
from tests.unit.publication.conftest import make_context

REPORTS = Path(__file__).parents[3] / "reports"
SOURCES = sorted({kind.source for kind in KINDS})
Language = Callable[[str], Report]


def cells(source: str) -> list[Any]:
    book = jupytext.reads(resolve_includes(REPORTS / source), fmt="Rmd")
    return [cell for cell in book.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_what_quarto_reads(source: str) -> None:
    text = (REPORTS / source).read_text("utf-8")
    front = yaml.safe_load(text.split("---")[1])
    assert (front["jupyter"], bool(front["title"])) == ("python3", True)
    for block in re.findall(r"```\{python\}\n(.*?)```", text, re.DOTALL):
        for line in (line for line in block.splitlines() if line.startswith("#|")):
            assert re.fullmatch(r"#\| [a-z-]+: \S.*", line), line
    for name in re.findall(r"\{\{< include (\S+) >\}\}", text):
        assert ((REPORTS / source).parent / name).exists()


@pytest.mark.parametrize("source", SOURCES)
def test_parameters_have_defaults_and_every_part_exists(source: str) -> None:
    (parameters,) = [cell for cell in cells(source) if "parameters" in options(cell).get("tags", [])]
    names: dict[str, object] = {}
    exec(parameters.source, names)
    assert {key: names[key] for key in ("bundle", "language", "context", "subject")} == {
        "bundle": "", "language": "cs", "context": "", "subject": "",
    }  # fmt: skip
    printed = [cell for cell in cells(source) if "documents." in cell.source and "import" not in cell.source]
    for cell in printed:
        assert options(cell) == {"output": "asis", "echo": False}
        found = re.search(r"documents\.(\w+)\(", cell.source)
        assert found
        assert found[1] in documents.__all__
    assert "documents.dress(report)" in printed[0].source or "documents.slides(report)" in printed[0].source


def test_the_report_prints_every_part_once() -> None:
    printed = re.findall(r"documents\.(\w+)\(", (REPORTS / "quarterly" / "quarterly.qmd").read_text("utf-8"))
    assert printed == ["dress", *documents.REPORT]


def test_a_document_is_rendered_in_its_own_formats() -> None:
    """Quarto would else make every document in every format, and a page and its slides under one name."""
    named = {"html": "html", "pdf": "typst", "docx": "docx", "slides": "revealjs", "pptx": "pptx"}
    for kind in KINDS:
        front = yaml.safe_load((REPORTS / kind.source).read_text("utf-8").split("---")[1])
        assert set(front["format"]) == {named[form] for form in kind.formats}, kind.source


def test_the_project_renders_every_source() -> None:
    project = yaml.safe_load((REPORTS / "_quarto.yml").read_text("utf-8"))
    assert sorted(project["project"]["render"]) == SOURCES
    assert {"html", "typst", "docx", "revealjs", "pptx"} == set(project["format"])
    assert project["format"]["html"]["embed-resources"]
    assert project["format"]["revealjs"]["embed-resources"]
    assert {project["format"][name]["html-math-method"] for name in ("html", "revealjs")} == {"mathml"}
    numbered = {name for name, form in project["format"].items() if form != "default" and form.get("number-sections")}
    assert numbered == {"html", "typst", "docx"}, "Typst refuses a reference to a section without a number"


def by_hand(report: Report) -> Report:
    return Report(report.bundle, report.language, replace(report.context, figures=""))


def test_by_hand_a_document_brings_its_look_and_its_marks(report: Language, tmp_path: Path) -> None:
    dressed = documents.dress(by_hand(report("cs")))
    web, paper = re.findall(r"```\{=(?:html|typst)\}\n(.*?)```", dressed, re.DOTALL)
    assert ".slots {" in web
    assert '<p class="mark">SYNTHETIC – smyšlená data</p>' in web
    assert "#set page(header:" in paper
    assert "SYNTHETIC" in paper
    assert "NÁVRH" not in dressed
    assert documents.dress(report("cs")) == ""
    draft = Report(open_bundle(rich_bundle(tmp_path, draft=True)), "cs", make_context(tmp_path / "figures"))
    marked = documents.dress(by_hand(draft))
    assert 'class="watermark"' in marked
    assert "background: rotate" in marked


def test_by_hand_the_contents_stand_behind_page_one_on_paper(report: Language) -> None:
    """Quarto's own list would stand before it; the report's front matter turns that off."""
    page = documents.page_one(by_hand(report("cs")))
    assert page.endswith("```{=typst}\n#pagebreak()\n#outline(title: [Obsah], depth: 2, indent: 1em)\n```")
    assert "outline" not in documents.page_one(report("cs"))
    front = yaml.safe_load((REPORTS / "quarterly" / "quarterly.qmd").read_text("utf-8").split("---")[1])
    assert front["format"]["typst"] == {"toc": False}


def test_by_hand_no_slide_stands_before_the_first_heading(
    report: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands before the first heading would be an empty slide; the mark is carried to every slide."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    slides = documents.slides(by_hand(report("cs")))
    assert slides.startswith("# Na co se ptáme {#slide-question}\n")
    first, second = slides.split("\n# ")[:2]
    assert '<div class="on-every-slide"><p class="mark">SYNTHETIC – smyšlená data</p></div><script>' in first
    assert "<style>" not in second
    assert "<style>" not in documents.slides(report("cs"))


def test_a_table_tells_how_wide_its_columns_are() -> None:
    """Quarto's Pandoc gives a table with long lines the widths that the rule beneath the heading has."""
    table = str(
        Table("tbl-a", "A", ["a", "n"], [["x" * 40, '[5]{.cell data-cell="' + "y" * 90 + '"}'], ["z" * 99, "1"]])
    )
    assert f"| :{'-' * 60} | {'-' * 8}: |" in table


def test_what_is_printed_by_hand_is_quarto_s_own_markdown(
    report: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    text = documents.served(by_hand(report("en")))
    assert re.search(r"^:+ \{#fig-attrition \.figure\}$", text, re.MULTILINE)
    assert re.search(r"^: .* \{#tbl-attrition\}$", text, re.MULTILINE)
    assert text.count(":::::") % 2 == 0


@pytest.mark.slow
@pytest.mark.parametrize("source", ["quarterly/quarterly.qmd", "partner/prison.qmd"])
def test_a_source_runs_as_quarto_runs_it(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Quarto does: parameters put in by papermill behind their cell, options taken away, cells run in the folder
    of the document, what they print kept."""
    from nbclient import NotebookClient
    from papermill.translators import translate_parameters

    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    given = {"bundle": str(rich_bundle(tmp_path)), "language": "en"}
    book = jupytext.reads(resolve_includes(REPORTS / source), fmt="Rmd")
    book.cells = [cell for cell in book.cells if cell.cell_type == "code"]
    (place,) = [i for i, cell in enumerate(book.cells) if "parameters" in options(cell).get("tags", [])]
    filled = translate_parameters("python3", "python", given, "Injected Parameters")
    book.cells.insert(place + 1, type(book.cells[0])(book.cells[0] | {"source": filled}))
    for cell in book.cells:
        cell.source = re.sub(r"^(#\|.*\n?)+", "", cell.source)
    where = {"metadata": {"path": str((REPORTS / source).parent)}}
    NotebookClient(book, kernel_name="python3", resources=where).execute()
    printed = "".join(o.text for cell in book.cells for o in cell.outputs if o.output_type == "stream")
    assert "SYNTHETIC" in printed
    assert "| Mark " in printed or "Definitions" in printed
    assert "Značka" not in printed
