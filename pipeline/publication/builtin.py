"""The built-in renderer: one warm kernel, one browser for figures, Pandoc beside it on the second core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pipeline.charts import render_svgs
from pipeline.disclosure import Bundle
from pipeline.publication.editions import Edition, variables
from pipeline.publication.html import finish_page, finish_slides
from pipeline.publication.notebook import Document, run_documents
from pipeline.publication.office import OFFICE, make_office, to_pngs
from pipeline.publication.pandoc import convert
from pipeline.publication.pdf import compile_pdf

WORKERS = 2


@dataclass(frozen=True)
class Workshop:
    """What is shared while documents are made: a folder for the making, one that keeps drawn figures, reveal.js."""

    bundle: Bundle
    sources: Path
    partners: dict[str, str]
    work: Path
    cache: Path
    reveal: Path | None


@dataclass(frozen=True)
class Figures:
    """Every figure of a publication: as plotly reads it, drawn as SVG, and as PNG for formats that need one."""

    plain: Mapping[str, str]
    svg: Mapping[str, Path]
    png: Mapping[str, Path]


def render(
    shop: Workshop, editions: Sequence[Edition], formats: Sequence[str], parameters: Mapping[str, str], folder: Path
) -> Iterator[tuple[Edition, str, bytes]]:
    """Every edition in every wanted format it has, as bytes.

    `parameters` name bundle and context for the sources; documents leave their figures in `folder`.
    """
    documents = [
        Document(
            edition.name,
            shop.sources / edition.kind.source,
            {**parameters, "language": edition.language, "subject": edition.subject},
        )
        for edition in editions
    ]
    markdown = run_documents(documents, shop.work)
    wanted = [(edition, form) for edition in editions for form in edition.kind.formats if form in formats]
    with ThreadPoolExecutor(WORKERS) as pool:
        drawing = pool.submit(_draw, shop, folder, bool({*OFFICE} & {*formats}))
        texts: dict[tuple[str, str], Future[str]] = {
            (edition.name, form): pool.submit(
                convert, markdown[edition.name], form, edition.language, _words(shop, edition), shop.work
            )
            for edition, form in wanted
            if form not in OFFICE
        }
        figures = drawing.result()
        made = {
            (edition.name, form): pool.submit(
                _finish, shop, edition, form, markdown[edition.name], texts.get((edition.name, form)), figures
            )
            for edition, form in wanted
        }
        for edition, form in wanted:
            yield edition, form, made[edition.name, form].result()


def _words(shop: Workshop, edition: Edition) -> dict[str, str]:
    return variables(shop.bundle, edition, shop.partners)


def _draw(shop: Workshop, folder: Path, office: bool) -> Figures:
    plain = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.json"))}
    svg = render_svgs(plain, shop.cache)
    return Figures(plain, svg, to_pngs(svg, shop.cache, shop.work / "png") if office else {})


def _finish(
    shop: Workshop, edition: Edition, form: str, markdown: str, text: Future[str] | None, figures: Figures
) -> bytes:
    language = edition.language
    if text is None:
        return make_office(markdown, form, language, _words(shop, edition), figures.png, shop.work / edition.name)
    page = text.result()
    if form == "html":
        return finish_page(page, figures.plain, figures.svg, language, static=bool(edition.subject)).encode()
    if form == "slides":
        return finish_slides(page, figures.plain, figures.svg, language, shop.reveal).encode()
    return compile_pdf(page, figures.svg, language, shop.work / edition.name)
