"""A bundle published in every language and format, read as a browser, a screen reader and a printer read it."""

from __future__ import annotations

import html
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline import publication
from pipeline.disclosure import Cell, open_bundle
from pipeline.errors import DisclosureError, PublicationError
from pipeline.publication.cite import format_cell
from pipeline.settings import REPOSITORY, PublicationSettings, Settings
from tests.unit.publication.bundle import rich_bundle

pytestmark = pytest.mark.slow
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium-family browser on this machine")
TAG = re.compile(r'<span class="(cell|state [a-z-]+)"\s+data-cell="([^"]+)"[^>]*>(.*?)</span>', re.DOTALL)


def settings(data: Path) -> Settings:
    partners = {"magdalena": {"location": "x"}, "sananim": {"location": "x"}, "kotec": {"location": "x"}}
    words = PublicationSettings(renderer="builtin", funder="Norské fondy", contact="ptejte@se.cz")
    return Settings.model_validate({"root": REPOSITORY, "data": data, "partners": partners, "publication": words})


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rich_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> dict[str, Path]:
    made = publication.publish(settings(tmp_path_factory.mktemp("published")), bundle)
    return {path.name: path for path in made}


def pages(published: dict[str, Path]) -> list[Path]:
    return [path for name, path in sorted(published.items()) if name.endswith(".html")]


def test_every_document_is_made_and_marked(published: dict[str, Path]) -> None:
    wanted = {f"report-{language}-SYNTHETIC.{suffix}" for language in ("cs", "en") for suffix in ("html", "pdf")}
    wanted |= {"slides-cs-SYNTHETIC.html", "slides-en-SYNTHETIC.html", "index-SYNTHETIC.html", "datapackage.json"}
    assert wanted <= set(published)
    assert all("SYNTHETIC" in str(path.relative_to(path.parents[2])) for path in published.values())
    assert len([name for name in published if name.endswith(".csv")]) > 10
    for page in pages(published):
        assert "SYNTHETIC" in page.read_text("utf-8")


def test_the_same_bundle_gives_the_same_bytes(published: dict[str, Path], bundle: Path, tmp_path: Path) -> None:
    again = {path.name: path for path in publication.publish(settings(tmp_path), bundle)}
    assert set(again) == set(published)
    for name, path in published.items():
        assert again[name].read_bytes() == path.read_bytes(), name


@pytest.mark.parametrize("name", ["report-cs-SYNTHETIC.html", "report-en-SYNTHETIC.html", "slides-cs-SYNTHETIC.html"])
def test_every_tag_on_the_page_is_its_cell(published: dict[str, Path], bundle: Path, name: str) -> None:
    known: dict[str, Cell] = {cell.id: cell for t in open_bundle(bundle).tables.values() for cell in t.cells}
    language = name.split("-")[1]
    found = TAG.findall(published[name].read_text("utf-8"))
    assert len(found) > 30
    for kind, identifier, content in found:
        cell = known[html.unescape(identifier)]
        shown = html.unescape(re.sub(r"\s*\n\s*|<[^>]+>", "", content))
        if kind == "cell":
            assert shown in {format_cell(cell, language, style) for style in ("", "bare", "decimal")}
        else:
            assert cell.value is None


def prose(page: str) -> str:
    """What a reader sees: no scripts, styles, tags."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


def test_nothing_is_left_over(published: dict[str, Path]) -> None:
    for page in pages(published):
        raw = page.read_text("utf-8")
        text = prose(raw).replace("{{< include y >}}", "").replace("@fig-z", "")
        assert not re.search(r"\{\{<|@(fig|tbl|sec|eq)-|\bNone\b|\bnan\b|<!--|:::", text), page.name
        assert "<!--figure" not in raw
        assert "<script>alert(1)" not in raw


def test_both_languages_have_the_same_structure(published: dict[str, Path]) -> None:
    def skeleton(language: str) -> list[str]:
        page = published[f"report-{language}-SYNTHETIC.html"].read_text("utf-8")
        body = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
        return re.findall(r"<(?:h\d|table|figure|input|section)\b", body) + re.findall(r'data-cell="([^"]+)"', body)

    assert skeleton("cs") == skeleton("en")


def test_pdf_is_a4_tagged_titled_with_bookmarks(published: dict[str, Path]) -> None:
    import pypdfium2

    path = published["report-cs-SYNTHETIC.pdf"]
    with pypdfium2.PdfDocument(str(path)) as document:
        width, height = document[0].get_size()
        assert (round(width), round(height)) == (595, 842)
        bookmarks = [item.get_title().replace("\u00a0", " ") for item in document.get_toc()]
        first = document[0].get_textpage().get_text_bounded()
        last = document[len(document) - 1].get_textpage().get_text_bounded()
        title = document.get_metadata_value("Title")
    assert title == "Práce za mřížemi: čtvrtletní zpráva"
    assert {"Na jedné straně", "Návrat do vězení", "Z čeho zpráva vznikla"} <= set(bookmarks)
    assert "60 ze 100" in first
    assert "Kdo program platí" in first
    assert "SYNTHETIC" in first
    assert path.parent.name in last
    assert b"/StructTreeRoot" in path.read_bytes()


def test_an_unsigned_draft_is_watermarked_on_every_page(tmp_path: Path) -> None:
    import pypdfium2

    draft = rich_bundle(tmp_path / "draft", draft=True, synthetic=False)
    made = {
        p.name: p for p in publication.publish(settings(tmp_path), draft, languages=("cs",), formats=("html", "pdf"))
    }
    assert 'data-mark="NÁVRH"' in made["report-cs.html"].read_text("utf-8")
    assert "NÁVRH" in made["index.html"].read_text("utf-8")
    assert "SYNTHETIC" not in made["report-cs.html"].read_text("utf-8")
    with pypdfium2.PdfDocument(str(made["report-cs.pdf"])) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    assert all("NÁVRH" in text for text in texts)


def test_without_a_browser_the_html_is_made_and_the_rest_says_what_is_missing(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "no-browser"))
    monkeypatch.setattr(sys.modules["pipeline.publication.publish"], "reveal_folder", lambda _: None)
    made = {path.name: path for path in publication.publish(settings(tmp_path), bundle, languages=("cs",))}
    assert made["report-cs-SYNTHETIC.html"].read_text("utf-8").count('class="plot"') >= 5
    assert "v node_modules chybí reveal.js" in made["slides-cs-SYNTHETIC.html"].read_text("utf-8")
    assert made["report-cs-SYNTHETIC.pdf"].stat().st_size > 30_000
    told = publication.missing_tools(settings(tmp_path))
    assert len(told) == 2
    assert "apt-get install chromium" in told[0]
    assert "make setup" in told[1]


def test_a_changed_bundle_is_not_published(bundle: Path, tmp_path: Path) -> None:
    copy = tmp_path / bundle.name
    shutil.copytree(bundle, copy)
    path = copy / "bundle.json"
    path.write_text(path.read_text("utf-8").replace("315", "316"), "utf-8")
    with pytest.raises(DisclosureError, match="changed since it was made"):
        publication.publish(settings(tmp_path), copy)


@pytest.mark.parametrize(
    ("languages", "formats", "told"), [(("de",), ("html",), "language de"), (("cs",), ("odt",), "format odt")]
)
def test_unknown_language_or_format(
    bundle: Path, tmp_path: Path, languages: tuple[str, ...], formats: tuple[str, ...], told: str
) -> None:
    with pytest.raises(PublicationError, match=told):
        publication.publish(settings(tmp_path), bundle, languages=languages, formats=formats)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield started
        started.close()


@needs_browser
def test_no_page_asks_for_anything_or_complains(browser: Any, published: dict[str, Path]) -> None:
    for path in pages(published):
        page, complaints, requests = browser.new_page(), [], []
        page.on("console", lambda message, found=complaints: found.append(message.text))
        page.on("pageerror", lambda error, found=complaints: found.append(str(error)))
        page.on("request", lambda request, found=requests: found.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_timeout(500)
        foreign = [url for url in requests if not url.startswith(("file:", "data:", "blob:"))]
        assert (complaints, foreign) == ([], []), path.name
        page.close()


@needs_browser
@pytest.mark.parametrize("width", [320, 768, 1280, 1920])
def test_no_page_is_wider_than_its_window(browser: Any, published: dict[str, Path], width: int) -> None:
    for path in pages(published):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(path.as_uri())
        page.wait_for_timeout(300)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, path.name
        page.close()


@needs_browser
def test_axe_finds_no_violation(browser: Any, published: dict[str, Path]) -> None:
    axe = REPOSITORY / "node_modules" / "axe-core" / "axe.min.js"
    if not axe.exists():
        pytest.skip("axe-core is not installed; run npm ci")
    for path in pages(published):
        page = browser.new_page(bypass_csp=True)
        page.goto(path.as_uri())
        page.add_script_tag(path=str(axe))
        rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
        found = page.evaluate("rules => axe.run(document, rules)", rules)["violations"]
        assert [(item["id"], [node["html"][:120] for node in item["nodes"][:3]]) for item in found] == [], path.name
        page.close()


@needs_browser
def test_tabs_are_reached_and_changed_by_keyboard(browser: Any, published: dict[str, Path]) -> None:
    page = browser.new_page()
    page.goto(published["report-cs-SYNTHETIC.html"].as_uri())
    page.locator("#tab-contact-made-partner").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#tbl-contact_made-prison").is_visible()
    assert not page.locator("#tbl-contact_made-partner").is_visible()
    page.close()


@needs_browser
def test_print_shows_every_tab_and_the_static_figures(browser: Any, published: dict[str, Path]) -> None:
    page = browser.new_page()
    page.goto(published["report-cs-SYNTHETIC.html"].as_uri())
    page.emulate_media(media="print")
    assert page.locator("#tbl-contact_made-prison").is_visible()
    assert page.locator("img.print-only").first.is_visible()
    assert not page.locator(".plot").first.is_visible()
    page.close()


@needs_browser
def test_no_slide_runs_over_its_edge(browser: Any, published: dict[str, Path]) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(published["slides-cs-SYNTHETIC.html"].as_uri())
    page.wait_for_timeout(500)
    for index in range(page.evaluate("Reveal.getTotalSlides()")):
        page.evaluate(f"Reveal.slide({index})")
        height, width = page.evaluate(
            "(() => { const s = Reveal.getCurrentSlide(); return [s.scrollHeight, s.scrollWidth] })()"
        )
        assert (height <= 700, width <= 1125) == (True, True), (index, height, width)
    page.close()
