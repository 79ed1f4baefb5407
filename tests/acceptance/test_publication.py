"""A bundle published in every language and format, read as a browser, a screen reader and a printer read it."""

from __future__ import annotations

import html
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline import outcomes, publication
from pipeline.disclosure import Cell, open_bundle
from pipeline.errors import DisclosureError, PublicationError
from pipeline.publication.catalogue import catalogue
from pipeline.publication.cite import format_cell
from pipeline.settings import REPOSITORY, PublicationSettings, Settings
from tests.unit.publication.bundle import HOSTILE, rich_bundle

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
    """A release, beside the one of the quarter before."""
    home = tmp_path_factory.mktemp("bundle")
    rich_bundle(home, quarter="2023Q1")
    return rich_bundle(home)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> dict[str, Path]:
    made = publication.publish(settings(tmp_path_factory.mktemp("published")), bundle)
    return {path.name: path for path in made}


def pages(published: dict[str, Path]) -> list[Path]:
    return [path for name, path in sorted(published.items()) if name.endswith(".html")]


def read(path: Path) -> str:
    """What a reader of a file reads, whatever its format."""
    if path.suffix == ".html":
        return prose(path.read_text("utf-8"))
    if path.suffix == ".pdf":
        import pypdfium2

        with pypdfium2.PdfDocument(str(path)) as document:
            return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    if path.suffix == ".docx":
        return word_text(path)
    return "\n".join(slide_texts(path))


def word_text(path: Path) -> str:
    import docx

    document = docx.Document(str(path))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def slide_texts(path: Path) -> list[str]:
    import pptx

    found = []
    for slide in pptx.Presentation(str(path)).slides:
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        rows = [row for shape in slide.shapes if shape.has_table for row in shape.table.rows]
        notes = [slide.notes_slide.notes_text_frame.text] if slide.has_notes_slide else []
        found.append("\n".join([*texts, *(cell.text for row in rows for cell in row.cells), *notes]))
    return found


DOCUMENTS = [
    *(f"report-{language}-SYNTHETIC.{suffix}" for language in ("cs", "en") for suffix in ("html", "pdf", "docx")),
    *(f"slides-{language}-SYNTHETIC.{suffix}" for language in ("cs", "en") for suffix in ("html", "pptx")),
    *(f"methodology-{language}-SYNTHETIC.{suffix}" for language in ("cs", "en") for suffix in ("html", "pdf")),
    *(f"{name}-{language}-SYNTHETIC.html" for language in ("cs", "en") for name in ("magdalena", "praha_pankrac")),
]


def test_every_document_is_made_and_marked(published: dict[str, Path]) -> None:
    assert {*DOCUMENTS, "annex-SYNTHETIC.xlsx", "index-SYNTHETIC.html", "datapackage.json"} <= set(published)
    root = published["index-SYNTHETIC.html"].parent
    assert all("SYNTHETIC" in path.relative_to(root).as_posix() for path in published.values())
    assert len([name for name in published if name.endswith(".csv")]) > 10
    for page in pages(published):
        assert "SYNTHETIC" in page.read_text("utf-8")
    assert (root / "partners" / "magdalena-cs-SYNTHETIC.html").exists()
    assert not [name for name in published if "script" in name]


def test_the_same_bundle_gives_the_same_bytes(published: dict[str, Path], bundle: Path, tmp_path: Path) -> None:
    again = {path.name: path for path in publication.publish(settings(tmp_path), bundle)}
    assert set(again) == set(published)
    for name, path in again.items():
        assert path.read_bytes() == published[name].read_bytes(), name


LEFTOVER = re.compile(r"\{\{<|@(?:fig|tbl|sec|eq)-|\bNone\b|\bnan\b|<!--|:::|\[\]\{|\{\.cell|\\[-.()_*#]|figures/")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_is_left_over(published: dict[str, Path], name: str) -> None:
    text = read(published[name])
    told = " ".join(text.split()).replace("{{< include y >}}", "").replace("@fig-z", "")
    found = LEFTOVER.search(told)
    assert not found, found and told[max(0, found.start() - 60) : found.end() + 60]
    assert len(text) > 600


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if "-cs-" in name])
def test_czech_documents_are_czech(published: dict[str, Path], name: str) -> None:
    text = read(published[name])
    assert not re.findall(r"\b(?:the|and|with|releases|clients|hidden|within|programme|Figure|Table)\b", text)
    assert "ě" in text


@pytest.mark.parametrize("name", ["report-cs-SYNTHETIC", "report-en-SYNTHETIC", "methodology-cs-SYNTHETIC"])
def test_every_cross_reference_leads_somewhere(published: dict[str, Path], name: str) -> None:
    page = published[f"{name}.html"].read_text("utf-8")
    body = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    targets = set(re.findall(r'\bid="([^"]+)"', body))
    links = re.findall(r'href="#([^"]+)"', body)
    assert len(links) > 10
    assert [link for link in links if html.unescape(link) not in targets] == []


def test_partner_text_stays_text_in_every_format(published: dict[str, Path]) -> None:
    for name in ("report-cs-SYNTHETIC.docx", "report-cs-SYNTHETIC.pdf", "report-en-SYNTHETIC.html"):
        assert "<script>alert(1)</script> =1+1" in read(published[name]).replace("\r\n", " "), name
    for page in pages(published):
        assert "<script>alert(1)" not in page.read_text("utf-8").replace("&lt;", "§"), page.name


def test_word_has_real_styles_and_says_its_language(published: dict[str, Path]) -> None:
    import docx

    def skeleton(language: str) -> list[str]:
        document = docx.Document(str(published[f"report-{language}-SYNTHETIC.docx"]))
        return [paragraph.style.name for paragraph in document.paragraphs if paragraph.style]

    document = docx.Document(str(published["report-cs-SYNTHETIC.docx"]))
    used = skeleton("cs")
    assert {
        "Title",
        "Heading 1",
        "Heading 2",
        "Table Caption",
        "Image Caption",
        "Figure Notes",
        "Banner",
        "Callout",
        "Callout Title",
        "Slot Text",
    } <= {*used}
    assert used == skeleton("en")
    assert {table.style.name for table in document.tables if table.style} == {"Table"}
    assert all("w:tblHeader" in table._tbl.xml for table in document.tables)
    assert all("w:cantSplit" in row._tr.xml for table in document.tables for row in table.rows)
    assert all("w:keepNext" in table.rows[0]._tr.xml for table in document.tables)
    assert [section._sectPr.xml.count('w:num="2"') for section in document.sections] == [0, 1, 0]
    assert used.count("Slot Heading") == 11
    head, foot = document.sections[0].header.paragraphs[0].text, document.sections[0].footer.paragraphs[0].text
    assert "SYNTHETIC" in head
    assert published["report-cs-SYNTHETIC.docx"].parent.name in foot
    assert (document.core_properties.title, document.core_properties.language) == (
        "Práce za mřížemi: čtvrtletní zpráva", "cs-CZ",
    )  # fmt: skip
    assert 'w:lang w:val="cs-CZ"' in document.styles.element.xml
    fields = re.findall(r'w:fldCharType="(\w+)"|<w:instrText[^>]*>([^<]*)<', document.element.xml)
    assert [kind or text for kind, text in fields] == ["begin", ' TOC \\o "1-2" \\h \\z \\u ', "separate", "end"]
    assert used.count("toc 1") == used.count("Heading 1")
    drawn = re.findall(r"<wp:docPr [^>]*>", document.element.xml)
    assert "figures/" not in document.element.xml
    assert len(drawn) >= 5
    assert all(re.search(r'descr="[^"]{20,}"', picture) for picture in drawn)


def test_slides_have_native_titles_and_one_picture_each(published: dict[str, Path]) -> None:
    import pptx

    for language, locale in (("cs", "cs-CZ"), ("en", "en-GB")):
        deck = pptx.Presentation(str(published[f"slides-{language}-SYNTHETIC.pptx"]))
        pictures = 0
        for slide in deck.slides:
            assert slide.shapes.title is not None
            assert slide.shapes.title.text.strip()
            drawn = [shape for shape in slide.shapes if shape.shape_type == 13]
            assert len(drawn) <= 1
            pictures += len(drawn)
            assert all('descr="' in shape._element.xml and 'descr=""' not in shape._element.xml for shape in drawn)
            assert not drawn or slide.has_notes_slide
            words = sum(len(shape.text_frame.text) for shape in slide.shapes if shape.has_text_frame)
            assert words < 800, slide.shapes.title.text
            assert set(re.findall(r'<a:rPr[^>]* lang="([^"]+)"', slide._element.xml)) <= {locale}
        assert pictures >= 4
        assert "SYNTHETIC" in deck.slide_master._element.xml


def seen_until(published: dict[str, Path], language: str) -> str:
    """The last day that counts, as page one says it."""
    page = prose(published[f"report-{language}-SYNTHETIC.html"].read_text("utf-8"))
    found = re.search({"cs": r"Sledováno do ([^;]*);", "en": r"Observed to ([^;]*);"}[language], page)
    assert found
    return found[1]


def test_the_annex_says_what_it_is_and_runs_nothing(published: dict[str, Path], bundle: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(published["annex-SYNTHETIC.xlsx"])
    cover = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert cover[0].startswith("SYNTHETIC")
    assert open_bundle(bundle).meta.bundle_id in cover
    assert f"{seen_until(published, 'cs')} / {seen_until(published, 'en')}" in cover
    assert [sheet.title for sheet in book.worksheets][:6] == [
        "Titul, Cover", "Značky, Marks", "Sloupce, Columns", "Kódy, Codes", "Ukazatele, Measures", "Pokrytí, Coverage",
    ]  # fmt: skip
    assert len(book.worksheets) == 6 + len(open_bundle(bundle).tables)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not (isinstance(cell.value, str) and cell.value.lstrip().startswith(("=", "+", "-", "@")))
    contact = [[cell.value for cell in row] for row in book["contact_made"].iter_rows()]
    assert str(contact[0][0]).startswith("Kontakt po propuštění / Contact after release")
    (top,) = (place for place, line in enumerate(contact) if line[0] == "component")
    header = contact[top]
    statuses = {row[header.index("n_status")] for row in contact[top + 1 :]}
    assert {"rounded", "not_collected", "too_early", "unknown"} <= statuses


def test_the_data_package_is_valid(published: dict[str, Path]) -> None:
    import frictionless

    path = published["datapackage.json"]
    report = frictionless.validate(str(path.name), basepath=str(path.parent), type="package")
    assert report.valid, report.flatten(["fieldName", "type", "note"])[:5]
    assert len(report.tasks) > 10


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name.endswith("html") and "methodology" not in name])
def test_every_tag_on_the_page_is_its_cell(published: dict[str, Path], bundle: Path, name: str) -> None:
    known: dict[str, Cell] = {cell.id: cell for t in open_bundle(bundle).tables.values() for cell in t.cells}
    language = name.split("-")[1]
    found = TAG.findall(published[name].read_text("utf-8"))
    assert len(found) > 10
    for kind, identifier, content in found:
        cell = known[html.unescape(identifier)]
        shown = html.unescape(re.sub(r"\s*\n\s*|<[^>]+>", "", content))
        if kind == "cell":
            assert shown in {format_cell(cell, language, style) for style in ("", "bare", "decimal")}
        else:
            assert cell.value is None


TAGGED = re.compile(
    r'<span\b[^>]*\sdata-(?:cell|derived|cell-earlier|counted|setting)="[^>]*>(?:<span\b[^>]*>.*?</span>)*.*?</span>',
    re.DOTALL,
)
DATES = re.compile(
    r"\b\d{1,2}\. \d{1,2}\. \d{4}\b|\b\d\. čtvrtletí \d{4}\b|\bQ\d \d{4}\b"
    r"|\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}\b"
)
IDENTIFIERS = re.compile(r"\b\d{4}Q\d-[0-9a-f]+\b|\b[0-9a-f]{6,}\b")


TAG_HERE, END_HERE = "TAGHERE", "ENDHERE"
"""Words for a tagged number, and for the end of a paragraph or cell: what stands on its other side is no neighbour."""


def neighbours(text: str) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Each number with the word before it and with the word behind it."""
    words = [END_HERE, *re.findall(r"\w+", text), END_HERE]
    found = [index for index, word in enumerate(words) if word[:1].isdigit()]
    return [((words[i - 1], words[i]), (words[i], words[i + 1])) for i in found]


def untagged(page: str) -> str:
    """What a page says beside its tagged numbers, headings, numbers of figures and tables, dates and identifiers."""
    text = re.sub(r"<(script|style|head|nav|footer|h[1-6]|code|math)\b.*?</\1>", " ", page, flags=re.DOTALL)
    text = re.sub(r'<div class="equation".*?</div>|<table id="tbl-legend".*?</table>', " ", text, flags=re.DOTALL)
    text = re.sub(r"<(?!/?(?:span|strong|em|a|b|i)\b)[^>]+>", f" {END_HERE} ", TAGGED.sub(f" {TAG_HERE} ", text))
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    text = re.sub(r"\b(?:Obrázek|Tabulka|vzorec|Figure|Table|equation) \d+", "", " ".join(text.split()))
    return IDENTIFIERS.sub("", DATES.sub("", text))


def fixed_texts(bundle: Path, language: str) -> Iterator[str]:
    """Every text that is the same whatever was counted: the catalogue, names, definitions, registers."""
    for forms in catalogue().values():
        yield from (words for form, words in forms.items() if form.startswith(language))
    for words in (
        *outcomes.COMPONENTS.values(),
        *(w for group in outcomes.GROUP_VALUES.values() for w in group.values()),
    ):
        yield words.in_language(language)
    for words in open_bundle(bundle).meta.definitions.values():
        yield from (str(value) for key, value in words.items() if key.endswith(language))
    yield from (path.read_text("utf-8") for path in sorted((REPOSITORY / "data" / "reference").glob("*.toml")))


Words = tuple[set[tuple[str, str]], set[str]]
DAYS = {"days", "day", "dnů", "dny", "den", "dne"}


@pytest.fixture(scope="module")
def fixed(bundle: Path) -> dict[str, Words]:
    """By language: numbers of fixed texts with a word beside them, and every length of follow-up."""
    tables = open_bundle(bundle).tables.values()
    lengths = {row.keys.get(key, "") for t in tables for row in t.all_rows for key in ("window", "day_from", "day_to")}
    return {language: (set(known_pairs(bundle, language)), lengths) for language in ("cs", "en")}


def known_pairs(bundle: Path, language: str) -> Iterator[tuple[str, str]]:
    for text in (*fixed_texts(bundle, language), HOSTILE):
        for pairs in neighbours(re.sub(r"\{\w+\}", TAG_HERE, text)):
            yield from pairs


def unexplained(page: str, fixed: Words) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Numbers outside tags that are neither in a fixed text nor a length of follow-up."""
    known, lengths = fixed
    return [
        (before, behind)
        for before, behind in neighbours(untagged(page))
        if not from_fixed_words(before, behind, known)
        and not (behind[0] in lengths and (behind[1] in DAYS or before[0] in DAYS))
    ]


def from_fixed_words(before: tuple[str, str], behind: tuple[str, str], known: set[tuple[str, str]]) -> bool:
    """Whether a number stands as in some fixed text: beside the same word, or between the same ends and tags."""
    places = {TAG_HERE, END_HERE}
    beside = (before in known and before[0] not in places) or (behind in known and behind[1] not in places)
    return beside or (before in known and behind in known)


@pytest.mark.parametrize("language", ["cs", "en"])
@pytest.mark.parametrize("name", ["report", "slides", "magdalena", "praha_pankrac"])
def test_no_number_stands_on_a_page_without_its_tag(
    published: dict[str, Path], fixed: dict[str, Words], name: str, language: str
) -> None:
    """Digits outside tags belong to fixed words, to lengths of follow-up or to what a partner wrote; nothing else."""
    page = published[f"{name}-{language}-SYNTHETIC.html"].read_text("utf-8")
    assert len(neighbours(untagged(page))) > 5
    assert unexplained(page, fixed[language]) == []


def test_a_number_that_lost_its_tag_is_noticed(published: dict[str, Path], fixed: dict[str, Words]) -> None:
    """The check above can fail: numbers freed of their tags are found, but for the few that read like a fixed text."""
    page = re.sub(
        r"<(script|style)\b.*?</\1>", "", published["report-en-SYNTHETIC.html"].read_text("utf-8"), flags=re.DOTALL
    )
    tagged = [found for found in TAGGED.finditer(page) if 'class="cell"' in found[0] and re.search(r">\d", found[0])]
    chosen = tagged[:: len(tagged) // 40]
    freed = [page[: f.start()] + re.sub(r"<[^>]+>", "", f[0]) + page[f.end() :] for f in chosen]
    assert sum(bool(unexplained(text, fixed["en"])) for text in freed) >= 0.9 * len(chosen)


@pytest.mark.parametrize("language", ["cs", "en"])
@pytest.mark.parametrize(
    ("name", "other"), [("report", "pdf"), ("report", "docx"), ("methodology", "pdf"), ("slides", "pptx")]
)
def test_every_format_says_the_same_numbers(published: dict[str, Path], name: str, other: str, language: str) -> None:
    """Tags stand in the HTML alone; a number of it that another format lost or changed would be missing there."""
    page = published[f"{name}-{language}-SYNTHETIC.html"].read_text("utf-8")
    body = re.sub(r"<title>.*?</title>|<(nav|footer)\b.*?</\1>", "", page, flags=re.DOTALL)
    here = Counter(re.findall(r"\d+", prose(body)))
    there = Counter(re.findall(r"\d+", read(published[f"{name}-{language}-SYNTHETIC.{other}"])))
    assert here.total() > 40
    assert here - there == Counter()
    if other != "pdf":  # which has numbers of pages
        assert there - here == Counter()


def prose(page: str) -> str:
    """What a reader sees: no scripts, styles, tags."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


@pytest.mark.parametrize("name", ["report", "slides", "methodology", "magdalena", "praha_pankrac"])
def test_both_languages_have_the_same_structure(published: dict[str, Path], name: str) -> None:
    def skeleton(language: str) -> list[str]:
        page = published[f"{name}-{language}-SYNTHETIC.html"].read_text("utf-8")
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
    assert {"Na jedné stránce", "Návrat do vězení", "Z čeho zpráva vznikla"} <= set(bookmarks)
    assert "60 ze\u00a0100" in first
    assert "Kdo program platí" in first
    assert "SYNTHETIC" in first
    assert path.parent.name in last
    assert b"/StructTreeRoot" in path.read_bytes()


ANSWERS = {
    "cs": (
        "Dohodu o spolupráci uzavřelo 400 z 520 zájemců, kteří splnili podmínky programu.",
        "60 ze 100 klientů zahájilo do 21 dnů po propuštění léčbu u partnera projektu nebo v ní pokračovalo (190 z "
        "315; 95% interval spolehlivosti 54–66 ze 100). Započtou-li se i ti, o nichž to nelze potvrdit ani vyloučit, "
        "leží podíl mezi 60 a 63 ze 100.",
        "60 ze 100 klientů se do 365 dnů po propuštění vrátilo do vězení",
        "Zde: propuštění klienti programu, rok od propuštění, bez samotné vazby.",
        "Jak dopadne rok po propuštění u 25 klientů, u nichž rok ještě neuplynul.",
        "Malé počty: nahrazuje je značka ●, aby nikdo nebyl poznán; není to nula.",
        "Minulá zpráva je za 1. čtvrtletí 2023",
        "Návrat do vězení, do 365 dnů: 60 % (minule 60 %).",
        "Zavést pro dlouhodobé sociální pracovníky status „poučené osoby“ s omezeným volným pohybem ve věznici. "
        "Odpovídá: Generální ředitelství Vězeňské služby. Stav: projednává se",
    ),
    "en": (
        "400 of 520 eligible applicants made an agreement.",
        "60 of 100 clients started or continued treatment at a project partner within 21 days of release (190 of 315; "
        "95% confidence interval 54–66 of 100). Counting those for whom it can be neither confirmed nor ruled out, the "
        "rate lies between 60 and 63 of 100.",
        "60 of 100 clients returned to prison within 365 days of release",
        "Here: released programme clients, one year, remand alone not counted.",
        "How the year after release will end for the 25 clients whose year has not passed yet.",
        "Small counts: the mark ● stands for them, so that nobody is recognised; it is not zero.",
        "The last report is for Q1 2023",
        "Return to prison, within 365 days: 60% (last time 60%).",
        "Introduce the status of an “instructed person” with limited free movement in the prison for long-term social "
        "workers. Owner: Prison Service, General Directorate. State: under discussion",
    ),
}  # fmt: skip
FURTHER = {
    "cs": ("● skryto kvůli ochraně osob; není to nula", "Počty menší než 8 (kromě nuly) jsou skryty",
           "Samotná vazba se za návrat nepovažuje", "Hlavní čísla této a minulé zprávy"),
    "en": ("● hidden to protect people; not zero", "Counts below 8 (but not zero) are hidden",
           "Remand alone is not a return", "Headline numbers of this and the last report"),
}  # fmt: skip


@pytest.mark.parametrize("language", ["cs", "en"])
def test_a_reader_who_has_only_the_pdf_can_answer(published: dict[str, Path], language: str) -> None:
    """How many clients, treated and how sure, returned and what that means, too early, hidden and why, new, asked."""
    import pypdfium2

    def flowing(text: str) -> str:
        return " ".join(text.replace("\ufffe", "").replace("\x02", "").replace("\u00a0", " ").split())

    with pypdfium2.PdfDocument(str(published[f"report-{language}-SYNTHETIC.pdf"])) as document:
        pages = [flowing(page.get_textpage().get_text_bounded()) for page in document]
    assert [answer for answer in ANSWERS[language] if answer not in pages[0]] == []
    assert [answer for answer in FURTHER[language] if answer not in " ".join(pages[1:])] == []


def test_an_unsigned_draft_is_watermarked_on_every_page(tmp_path: Path) -> None:
    import pypdfium2

    draft = rich_bundle(tmp_path / "draft", draft=True, synthetic=False)
    made = {
        p.name: p
        for p in publication.publish(
            settings(tmp_path), draft, languages=("cs",), formats=("html", "pdf", "docx", "pptx")
        )
    }
    assert 'data-mark="NÁVRH"' in made["report-cs.html"].read_text("utf-8")
    assert "NÁVRH" in made["index.html"].read_text("utf-8")
    assert "SYNTHETIC" not in made["report-cs.html"].read_text("utf-8")
    with pypdfium2.PdfDocument(str(made["report-cs.pdf"])) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    assert all("NÁVRH" in text for text in texts)
    import docx
    import pptx

    head = docx.Document(str(made["report-cs.docx"])).sections[0].header
    assert "NÁVRH" in head.paragraphs[0].text
    assert 'string="NÁVRH"' in head._element.xml
    assert "NÁVRH" in pptx.Presentation(str(made["slides-cs.pptx"])).slide_master._element.xml


def test_without_a_browser_the_html_is_made_and_the_rest_says_what_is_missing(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "no-browser"))
    monkeypatch.setattr(sys.modules["pipeline.publication.publish"], "reveal_folder", lambda _: None)
    made = {path.name: path for path in publication.publish(settings(tmp_path), bundle, languages=("cs",))}
    assert "Obrázek zde chybí" in word_text(made["report-cs-SYNTHETIC.docx"])
    assert "Obrázek zde chybí" in "".join(slide_texts(made["slides-cs-SYNTHETIC.pptx"]))
    assert made["magdalena-cs-SYNTHETIC.html"].read_text("utf-8").count('class="plot"') == 1
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


REACHED = """[...document.querySelectorAll('a[href], summary, input:checked, [tabindex="0"]')]
.filter(element => element.getClientRects().length).length"""
"""How many elements the tabulator key must reach: those of a panel that is not open are not among them."""
WIDTHS = (320, 768, 1920)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
"""What is asked; details of what passes are not, which spares more than half of the time."""
LONG = ("report", "methodology")
"""Printed, one language of these is judged, as both have the same structure (tested) and judging takes long."""
KINDS = ["index", "report", "slides", "methodology", "partners", "prisons"]


@needs_browser
@pytest.mark.parametrize("kind", KINDS)
def test_pages_are_quiet_accessible_and_fit_every_window(browser: Any, published: dict[str, Path], kind: str) -> None:
    """Each page is opened once: no message, no request, nothing that axe finds, no width at which it overflows."""
    axe = REPOSITORY / "node_modules" / "axe-core" / "axe.min.js"
    root = published["index-SYNTHETIC.html"].parent
    chosen = [path for path in pages(published) if path.relative_to(root).as_posix().startswith(kind)]
    for path in chosen:
        page, complaints, requests = browser.new_page(bypass_csp=True), [], []
        page.on("console", lambda message, found=complaints: found.append(message.text))
        page.on("pageerror", lambda error, found=complaints: found.append(str(error)))
        page.on("request", lambda request, found=requests: found.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_timeout(120)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(30)
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, (path.name, width)
        if axe.exists():
            page.add_script_tag(path=str(axe))
            for slide in range(page.evaluate("window.Reveal ? Reveal.getTotalSlides() : 1")):
                page.evaluate("slide => window.Reveal && Reveal.slide(slide)", slide)
                found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
                told = [(item["id"], [node["html"][:120] for node in item["nodes"][:3]]) for item in found]
                assert told == [], (path.name, slide)
            if kind != "slides" and (path == chosen[0] or kind not in LONG):
                page.emulate_media(media="print")
                found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
                # on paper nothing is pointed at, so that no target is too small
                assert [item["id"] for item in found if item["id"] != "target-size"] == [], f"{path.name}, printed"
        foreign = [url for url in requests if not url.startswith(("file:", "data:", "blob:"))]
        assert (complaints, foreign) == ([], []), path.name
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
@pytest.mark.parametrize("name", ["index", "methodology-cs", "report-en", "magdalena-cs", "praha_pankrac-en"])
def test_everything_that_reacts_is_reached_by_keyboard(browser: Any, published: dict[str, Path], name: str) -> None:
    page = browser.new_page()
    page.goto(published[f"{name}-SYNTHETIC.html"].as_uri())
    wanted = page.evaluate(REACHED)
    seen = set()
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("Array.from(document.querySelectorAll('*')).indexOf(document.activeElement)"))
    assert len(seen - {-1}) >= wanted
    page.close()


@needs_browser
def test_print_shows_everything_on_every_page(browser: Any, published: dict[str, Path]) -> None:
    for path in (path for path in pages(published) if not path.name.startswith("slides")):
        page = browser.new_page(viewport={"width": 660, "height": 900})
        page.emulate_media(media="print")
        page.goto(path.as_uri())
        hidden = page.evaluate(
            "[...document.querySelectorAll('main table, main h3, main p')].filter(e => !e.offsetParent).length"
        )
        clipped = page.evaluate(
            "[...document.querySelectorAll('.table-box, .plot-box')].filter(e => e.scrollWidth > e.clientWidth + 1)"
            ".filter(e => getComputedStyle(e).overflowX != 'visible').length"
        )
        assert (hidden, clipped) == (0, 0), path.name
        page.close()


@needs_browser
@pytest.mark.parametrize("language", ["cs", "en"])
def test_page_one_is_one_page_when_printed(
    browser: Any, published: dict[str, Path], language: str, tmp_path: Path
) -> None:
    import pypdfium2

    page = browser.new_page()
    page.goto(published[f"report-{language}-SYNTHETIC.html"].as_uri())
    page.pdf(path=tmp_path / "printed.pdf", prefer_css_page_size=True)
    page.close()
    with pypdfium2.PdfDocument(str(tmp_path / "printed.pdf")) as document:
        assert "ptejte@se.cz" in document[0].get_textpage().get_text_bounded()


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
@pytest.mark.parametrize("language", ["cs", "en"])
def test_no_slide_runs_over_its_edge(browser: Any, published: dict[str, Path], language: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(published[f"slides-{language}-SYNTHETIC.html"].as_uri())
    page.wait_for_timeout(250)
    for index in range(page.evaluate("Reveal.getTotalSlides()")):
        assert page.evaluate("Reveal.getIndices().h") == index, "the right arrow leads to every slide"
        height, width = page.evaluate(
            "(() => { const s = Reveal.getCurrentSlide(); return [s.scrollHeight, s.scrollWidth] })()"
        )
        assert (height <= 700, width <= 1125) == (True, True), (index, height, width)
        page.keyboard.press("ArrowRight")
    page.close()
