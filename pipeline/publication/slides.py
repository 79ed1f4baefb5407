"""One finding a slide: the same sentences and cells as the report, in large type."""

from __future__ import annotations

from dataclasses import replace

from pipeline.publication.constants import PRIMARY
from pipeline.publication.differences import difference
from pipeline.publication.dress import dress_slides
from pipeline.publication.markdown import heading, paragraphs
from pipeline.publication.report import RETURN, Figure, Report
from pipeline.publication.sections.continuity import by_partner, planned_rows, planned_sentence
from pipeline.publication.sections.cooperation import CANCELLED, funnel, run
from pipeline.publication.sections.curves import curve_figure
from pipeline.publication.sections.method import legend
from pipeline.publication.sections.programme import change_brief
from pipeline.publication.sections.served import attrition_figure
from pipeline.publication.sections.story import story_figures
from pipeline.publication.sections.summary import (
    banners,
    contact,
    headline,
    limits,
    releases,
    requests,
    returned,
    served,
    state,
)
from pipeline.publication.wording import compare_key

DECIDED = ("wording.compare.higher", "wording.compare.lower")
"""Comparisons with a finding."""


def slides(report: Report) -> str:
    """All slides; a level-one heading begins each."""
    room, bundle = replace(report, room=True), report.bundle.meta.bundle_id
    return paragraphs(
        slide(
            report, "slide.question", "question", report.t("slide.question.text"), banners(report), dress_slides(report)
        ),
        slide(report, "slot.served", "served", served(report)),
        slide(report, "slot.releases", "releases", releases(report), state(report)),
        figure_slide(attrition_figure(room)),
        *(slide(report, f"slot.{measure}", measure, headline(report, measure, window)) for measure, window in PRIMARY),
        *(figure_slide(by_partner(room, measure, window)) for measure, window in PRIMARY),
        *(planned_slide(report, measure, window) for measure, window in PRIMARY),
        slide(report, "slot.return", "return", returned(report)),
        figure_slide(curve_figure(room, RETURN)),
        figure_slide(run(room, CANCELLED)),
        figure_slide(funnel(room, CANCELLED)),
        changed_slide(report),
        *(figure_slide(figure) for figure in story_figures(report)),
        slide(report, "slot.limits", "limits", limits(report)),
        slide(report, "slot.requests", "requests", requests(report)),
        slide(report, "slide.states", "states", legend(report)),
        slide(report, "slide.thanks", "thanks", report.t("slide.thanks.text", bundle=bundle), contact(report)),
    )


def slide(report: Report, key: str, name: str, *content: str) -> str:
    """One slide with a heading from the catalogue."""
    return paragraphs(report.heading(1, key, f"slide-{name.replace('_', '-')}"), *content)


def planned_slide(report: Report, measure: str, window: str) -> str:
    """Planned beside unplanned releases, with what a difference would have had to be to show.

    Its title is the finding, or the question where the data give no answer.
    """
    key = compare_key(*(rows := planned_rows(report, measure, window)), difference(*rows))
    found = key.rpartition(".")[2] if key in DECIDED else "open"
    title = report.t(f"slide.planned_{found}", title=report.words(measure, "title"), window=window)
    name = f"slide-planned-{measure.replace('_', '-')}"
    return paragraphs(heading(1, title, name), planned_sentence(report, measure, window))


def changed_slide(report: Report) -> str:
    """What is new since the last report; an empty text where this is the first."""
    said = change_brief(report)
    return "" if said == report.t("changes.first") else slide(report, "slot.changed", "changed", said)


def figure_slide(figure: Figure | None) -> str:
    """A slide that is one picture under its finding; an empty text when there is none."""
    return figure.slide() if figure else ""
