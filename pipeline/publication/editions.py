"""What a publication consists of: kinds of documents, their sources and formats, an edition of each per language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.disclosure import Bundle
from pipeline.model import code_list
from pipeline.publication.catalogue import text
from pipeline.publication.labels import label
from pipeline.publication.numbers import format_quarter

PROGRAMME = "programme"
SUFFIXES = {"html": "html", "pdf": "pdf", "docx": "docx", "slides": "html", "pptx": "pptx"}
"""Our format → the suffix of its file."""
FORMATS = tuple(SUFFIXES)


@dataclass(frozen=True)
class Kind:
    """A sort of document: its source under `reports/`, the formats it is made in, the folder it goes to."""

    name: str
    source: str
    formats: tuple[str, ...]
    folder: str = ""
    group_by: str = ""


REPORT = Kind("report", "quarterly/quarterly.qmd", ("html", "pdf", "docx"))
SLIDES = Kind("slides", "slides/webinar.qmd", ("slides", "pptx"))
METHODOLOGY = Kind("methodology", "methodology/methodology.qmd", ("html", "pdf"))
PARTNER = Kind("partner", "partner/partner.qmd", ("html",), "partners", "partner")
PRISON = Kind("prison", "partner/prison.qmd", ("html",), "prisons", "prison")
KINDS = (REPORT, SLIDES, METHODOLOGY, PARTNER, PRISON)


@dataclass(frozen=True)
class Edition:
    """One document in one language, about one subject (a partner's or prison's code) where its kind has subjects."""

    kind: Kind
    language: str
    subject: str = ""

    @property
    def name(self) -> str:
        """A name that no other edition of the publication has."""
        return "-".join(part for part in (self.kind.name, self.subject, self.language) if part)

    def file(self, form: str, mark: str) -> str:
        """Where its file goes in the publication's folder."""
        stem = self.subject or self.kind.name
        path = f"{stem}-{self.language}{mark}.{SUFFIXES[form]}"
        return f"{self.kind.folder}/{path}" if self.kind.folder else path

    def title(self, partners: dict[str, str]) -> str:
        """The document's title: its kind's, or the name of its subject."""
        if not self.subject:
            return text(f"document.{self.kind.name}", self.language)
        name = partners.get(self.subject) or label(self.kind.group_by, self.subject, self.language)
        return text(f"document.{self.kind.name}", self.language, name=name)


def editions(
    bundle: Bundle, partners: Iterable[str], languages: Sequence[str], formats: Sequence[str]
) -> list[Edition]:
    """Every document that is to be made in these languages and formats, the pages of partners and prisons last."""
    wanted = [kind for kind in KINDS if set(kind.formats) & set(formats)]
    known = {"partner": set(partners), "prison": set(code_list("prison").codes)}
    return [
        Edition(kind, language, subject)
        for kind in wanted
        for subject in (subjects(bundle, kind.group_by, known[kind.group_by]) if kind.group_by else [""])
        for language in languages
    ]


def subjects(bundle: Bundle, group_by: str, known: set[str]) -> list[str]:
    """The organisations or prisons that this release has rows of and that the project knows, sorted.

    A prison counts where programme clients were; one that only another programme's workers visited has no page.
    """
    found = set()
    for table in bundle.tables.values():
        if "group_by" in table.dims and "component" in table.dims:
            rows = table.rows(group_by=group_by)
            found |= {
                row.keys["group_value"] for row in rows if group_by == "partner" or row.keys["cohort"] == PROGRAMME
            }
    return sorted(found & known)


def variables(bundle: Bundle, edition: Edition, partners: dict[str, str]) -> dict[str, str]:
    """What fills the templates: title, marks, words around the document."""
    meta, language = bundle.meta, edition.language
    quarter = format_quarter(meta.quarter, language)
    title = edition.title(partners)
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
