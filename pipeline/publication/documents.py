"""The parts that the sources under `reports/` print, by name."""

from pipeline.publication.dress import dress
from pipeline.publication.sections.casework import casework, romodrom
from pipeline.publication.sections.continuity import complex_cases, continuity
from pipeline.publication.sections.cooperation import cooperation
from pipeline.publication.sections.life import needs
from pipeline.publication.sections.method import method, proposals, provenance, reading
from pipeline.publication.sections.methodology import methodology
from pipeline.publication.sections.others import others
from pipeline.publication.sections.page import partner_page, prison_page
from pipeline.publication.sections.programme import changes, programme
from pipeline.publication.sections.quality import coverage, quality
from pipeline.publication.sections.returns import returns
from pipeline.publication.sections.served import served
from pipeline.publication.sections.summary import banners, page_one
from pipeline.publication.slides import slides

REPORT = (
    "banners", "page_one", "reading", "served", "continuity", "returns", "complex_cases", "casework", "needs",
    "cooperation", "romodrom", "others", "programme", "changes", "proposals", "quality", "coverage", "method",
    "provenance",
)  # fmt: skip
"""The parts of the quarterly report in their order, as `reports/quarterly/quarterly.qmd` prints them."""

__all__ = [
    "banners",
    "casework",
    "changes",
    "complex_cases",
    "continuity",
    "cooperation",
    "coverage",
    "dress",
    "method",
    "methodology",
    "needs",
    "others",
    "page_one",
    "partner_page",
    "prison_page",
    "programme",
    "proposals",
    "provenance",
    "quality",
    "reading",
    "returns",
    "romodrom",
    "served",
    "slides",
]
