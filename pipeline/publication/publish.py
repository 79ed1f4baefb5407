"""Publishing a bundle: every document in every language and format, the tables, and one page that leads to them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.charts import find_browser, render_svgs
from pipeline.disclosure import Bundle, open_bundle
from pipeline.errors import PublicationError, StorageError
from pipeline.publication import index, quarto
from pipeline.publication.catalogue import LANGUAGES, text
from pipeline.publication.context import project_context
from pipeline.publication.html import finish_page, finish_slides
from pipeline.publication.notebook import Document, run_documents
from pipeline.publication.numbers import format_quarter
from pipeline.publication.pandoc import convert
from pipeline.publication.pdf import compile_pdf
from pipeline.settings import REPOSITORY, Settings

FORMATS = ("html", "pdf", "slides")
SOURCES = {"report": "quarterly/quarterly.qmd", "slides": "slides/webinar.qmd"}
"""Document → its source under `reports/`; `html` and `pdf` are made from the report, `slides` from the slides."""


@dataclass(frozen=True)
class Job:
    """All that a publication needs while it is being made: the bundle, where it goes, a folder for the making."""

    settings: Settings
    bundle: Bundle
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    target: Path
    work: Path

    @property
    def mark(self) -> str:
        """`-SYNTHETIC` in every file name when the data are."""
        return "-SYNTHETIC" if self.bundle.meta.synthetic else ""

    def path(self, document: str, language: str, suffix: str) -> Path:
        """Where a document goes."""
        return self.target / f"{document}-{language}{self.mark}.{suffix}"


def publish(
    settings: Settings,
    bundle_path: Path,
    *,
    languages: Sequence[str] = LANGUAGES,
    formats: Sequence[str] = FORMATS,
) -> list[Path]:
    """Render a bundle to `publication/<quarter>/<bundle>/` and return the files made, the index last.

    Raises DisclosureError when the bundle is not what was released, PublicationError when a document cannot be made
    or a language or format is unknown, and StorageError when the disk refuses.
    """
    _check(languages, LANGUAGES, "language")
    _check(formats, FORMATS, "format")
    bundle = open_bundle(Path(bundle_path))
    name = bundle.meta.bundle_id + ("" if bundle.meta.signed else "-draft")
    target = settings.folder("publication") / bundle.meta.quarter / name
    try:
        with tempfile.TemporaryDirectory(prefix="throughcare-") as work:
            target.mkdir(parents=True, exist_ok=True)
            return _make(Job(settings, bundle, tuple(languages), tuple(formats), target, Path(work)))
    except OSError as problem:
        raise StorageError(f"The publication cannot be written ({problem.strerror}); check free disk space.") from None


def missing_tools(settings: Settings, formats: Sequence[str] = FORMATS) -> list[str]:
    """One plain sentence for each tool that is not there: what is missing, what that means, how to get it."""
    lines = []
    if find_browser() is None:
        lines.append(
            "No Chromium, Chrome or Edge was found, so static figures are missing in PDF and slides; the HTML is "
            "complete. Install one of them (Debian: apt-get install chromium) and publish again."
        )
    if "slides" in formats and reveal_folder(settings) is None:
        lines.append(
            "reveal.js is missing, so the slides are one long page. Run `npm ci` (or `make setup`) and publish again."
        )
    return lines


def reveal_folder(settings: Settings) -> Path | None:
    """Where reveal.js lies: the project's or the repository's node_modules."""
    for root in (settings.root, REPOSITORY):
        folder = root / "node_modules" / "reveal.js" / "dist"
        if (folder / "reveal.js").exists():
            return folder
    return None


def _check(given: Sequence[str], known: Sequence[str], what: str) -> None:
    unknown = [item for item in given if item not in known]
    if unknown or not given:
        raise PublicationError(f"Unknown {what} {', '.join(unknown) or '(none)'}. Choose from: {', '.join(known)}.")


def _make(job: Job) -> list[Path]:
    if quarto.wanted(job.settings):
        made = quarto.render(_parameters(job, ""), _documents(job), job.formats, job.path)
    else:
        made = _builtin(job)
    made += index.copy_tables(job.bundle, job.target, job.mark)
    made.append(index.write_index(job.bundle, job.target, job.mark))
    return made


def _documents(job: Job) -> list[tuple[str, Path, str]]:
    wanted = [name for name, forms in (("report", {"html", "pdf"}), ("slides", {"slides"})) if forms & set(job.formats)]
    folder = job.settings.resource("reports")
    return [(name, folder / SOURCES[name], language) for name in wanted for language in job.languages]


def _parameters(job: Job, figures: str) -> dict[str, str]:
    context = job.work / "context.json"
    project_context(job.settings, figures).save(context)
    return {"bundle": str(job.bundle.path.resolve()), "context": str(context)}


def _builtin(job: Job) -> list[Path]:
    figures_folder = job.work / "figures"
    figures_folder.mkdir()
    parameters = _parameters(job, str(figures_folder))
    documents = [
        Document(f"{name}-{language}", source, parameters | {"language": language})
        for name, source, language in _documents(job)
    ]
    markdown = run_documents(documents, job.work)
    figures = {path.stem: path.read_text("utf-8") for path in sorted(figures_folder.glob("*.json"))}
    drawn = render_svgs(figures, job.settings.folder("publication") / ".figures")
    return [made for language in job.languages for made in _language(job, language, markdown, figures, drawn)]


def _language(
    job: Job, language: str, markdown: Mapping[str, str], figures: Mapping[str, str], drawn: Mapping[str, Path]
) -> list[Path]:
    made = []
    if "html" in job.formats:
        page = convert(
            markdown[f"report-{language}"], "html", language, variables(job, "quarterly", language), job.work
        )
        made.append(_write(job.path("report", language, "html"), finish_page(page, figures, drawn, language).encode()))
    if "pdf" in job.formats:
        typst = convert(
            markdown[f"report-{language}"], "pdf", language, variables(job, "quarterly", language), job.work
        )
        made.append(_write(job.path("report", language, "pdf"), compile_pdf(typst, drawn, language, job.work)))
    if "slides" in job.formats:
        page = convert(markdown[f"slides-{language}"], "slides", language, variables(job, "slides", language), job.work)
        reveal = reveal_folder(job.settings)
        page = finish_slides(page, figures, drawn, language, reveal)
        made.append(_write(job.path("slides", language, "html"), page.encode()))
    return made


def variables(job: Job, document: str, language: str) -> dict[str, str]:
    """What fills the templates: title, marks, words around the document."""
    meta = job.bundle.meta
    quarter = format_quarter(meta.quarter, language)
    title = text(f"document.{document}", language)
    found = {
        "title": title,
        "plain-title": title,
        "pagetitle": ("SYNTHETIC: " if meta.synthetic else "") + f"{title}, {quarter}",
        "subtitle": text("document.subtitle", language, quarter=quarter),
        "lang": language,
        "bundle": meta.bundle_id,
        "skip": text("page.skip", language),
        "contents": text("page.contents", language),
        "footer": text("page.footer", language, bundle=meta.bundle_id),
        "page-of": text("page.of", language),
        "synthetic-mark": text("page.synthetic_mark", language),
        "draft-mark": text("page.draft_mark", language),
    }
    return found | ({"synthetic": "1"} if meta.synthetic else {}) | ({} if meta.signed else {"draft": "1"})


def _write(path: Path, content: bytes) -> Path:
    waiting = path.with_name(f".{path.name}.writing")
    waiting.write_bytes(content)
    return waiting.replace(path)
