"""Publishing a bundle: every document in every language and format, the tables, and one page that leads to them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.charts import find_browser
from pipeline.disclosure import Bundle, open_bundle
from pipeline.errors import PublicationError, StorageError
from pipeline.publication import builtin, index, quarto
from pipeline.publication.annex import write_workbook
from pipeline.publication.catalogue import LANGUAGES
from pipeline.publication.context import Context, project_context
from pipeline.publication.editions import FORMATS, Edition, editions, variables
from pipeline.settings import REPOSITORY, Settings


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
    context = project_context(job.settings, str(job.work / "figures"), job.bundle)
    wanted = editions(job.bundle, context.partners, job.languages, job.formats)
    made = list(_by_quarto(job, wanted, context) if quarto.wanted(job.settings) else _builtin(job, wanted, context))
    made += index.copy_tables(job.bundle, job.target, job.mark)
    made.append(_write(job.target / f"annex{job.mark}.xlsx", write_workbook(job.bundle, context.partners)))
    made.append(index.write_index(job.bundle, wanted, context.partners, job.target, job.mark))
    return made


def _builtin(job: Job, wanted: Sequence[Edition], context: Context) -> Iterator[Path]:
    Path(context.figures).mkdir()
    context.save(job.work / "context.json")
    cache = job.settings.folder("publication") / ".figures"
    sources, reveal = job.settings.resource("reports"), reveal_folder(job.settings)
    shop = builtin.Workshop(job.bundle, sources, context.partners, job.work, cache, reveal)
    parameters = {"bundle": str(job.bundle.path.resolve()), "context": str(job.work / "context.json")}
    for edition, form, content in builtin.render(shop, wanted, job.formats, parameters, Path(context.figures)):
        yield _write(job.target / edition.file(form, job.mark), content)


def _by_quarto(job: Job, wanted: Sequence[Edition], context: Context) -> Iterator[Path]:
    replace(context, figures="").save(job.work / "context.json")
    parameters = {"bundle": str(job.bundle.path.resolve()), "context": str(job.work / "context.json")}
    for edition in wanted:
        words = variables(job.bundle, edition, context.partners)
        for form in (form for form in edition.kind.formats if form in job.formats):
            target = job.target / edition.file(form, job.mark)
            target.parent.mkdir(parents=True, exist_ok=True)
            yield quarto.render(job.settings.resource("reports"), edition, form, parameters, words, target)


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_name(f".{path.name}.writing")
    waiting.write_bytes(content)
    return waiting.replace(path)
