"""The rich bundle in both languages, without a kernel: documents are functions that give Markdown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.disclosure import open_bundle
from pipeline.publication import Report
from pipeline.publication.context import PROPOSALS, Context, read_proposals
from pipeline.publication.registers import Access, Milestone, RuleWords, Works
from tests.unit.publication.bundle import rich_bundle

ROOT = Path(__file__).parents[3]
PARTNERS = {"magdalena": "Magdaléna", "sananim": "SANANIM", "kotec": "KOTEC"}


def make_context(figures: Path) -> Context:
    figures.mkdir(parents=True, exist_ok=True)
    return Context(
        funder="Fond",
        contact="ptejte@se.cz",
        partners=PARTNERS,
        proposals=read_proposals(ROOT / PROPOSALS) or (),
        milestones=(Milestone("2022-01-01", "Nový systém", "New system"),),
        prisons=(Works("praha_pankrac", "2021-01-01", ""),),
        access=(Access("praha_pankrac", "permitted", "2021-01-01", ""),),
        rules=(RuleWords("r", "row", "Špatně.", "Wrong.", "Nepočítá se.", "Not counted."),),
        figures=str(figures),
    )


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Report]:
    folder = tmp_path_factory.mktemp("rich")
    bundle = open_bundle(rich_bundle(folder))
    context = make_context(folder / "figures")
    return lambda language: Report(bundle, language, context)
