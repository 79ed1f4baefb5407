"""The parts that the sources under `reports/` print, by name."""

from pipeline.publication.sections.casework import casework, cooperation, needs, romodrom
from pipeline.publication.sections.continuity import continuity
from pipeline.publication.sections.method import method, proposals, provenance
from pipeline.publication.sections.quality import coverage, quality
from pipeline.publication.sections.returns import returns
from pipeline.publication.sections.served import served
from pipeline.publication.sections.summary import banners, page_one
from pipeline.publication.slides import slides

__all__ = [
    "banners",
    "casework",
    "continuity",
    "cooperation",
    "coverage",
    "method",
    "needs",
    "page_one",
    "proposals",
    "provenance",
    "quality",
    "returns",
    "romodrom",
    "served",
    "slides",
]
