"""A case story as a timeline: its kind said in words, months counted from release."""

from __future__ import annotations

from pipeline.charts import Moment, timeline_chart
from pipeline.disclosure import ReleasedStory
from pipeline.publication.catalogue import text
from pipeline.publication.cite import setting
from pipeline.publication.markdown import escape
from pipeline.publication.report import Figure, Report
from pipeline.publication.strips import strip_marks

SYNTHETIC = "SYNTHETIC"
MONTHS = {
    (True, False): "story.before",
    (False, False): "story.after",
    (True, True): "story.before_release",
    (False, True): "story.after_release",
}
"""(before release?, for reading aloud?) → key of the catalogue."""


def story_figures(report: Report) -> list[Figure]:
    """A picture for every story of the release."""
    return [story_figure(report, story) for story in report.bundle.stories]


def story_figure(report: Report, story: ReleasedStory) -> Figure:
    """A story's steps one under another; its title says what kind it is, and SYNTHETIC where it is made up."""
    steps = [(step.month, step.text(report.language)) for step in story.steps]
    moments = [Moment(month_label(report, month), what, turning=month == 0) for month, what in steps]
    mark = strip_marks(report.t(f"story.{story.kind}.mark"))
    if story.synthetic:
        mark = f"{mark} · {SYNTHETIC}"
    alternative = " ".join(f"{escape(month_label(report, month, whole=True))}: {escape(what)}" for month, what in steps)
    chart = timeline_chart(moments, mark, report.language, alternative=strip_marks(alternative))
    return report.figure(f"story-{story.id}", story_title(report, story), chart, [], alternative)


def story_title(report: Report, story: ReleasedStory) -> str:
    """The title in bold, then from whose paths the story is made and whom it is about."""
    title = story.title(report.language)
    if story.synthetic and SYNTHETIC not in title:
        title = f"{title} ({SYNTHETIC})"
    said = [
        report.t(f"story.{story.kind}.title", title=escape(title)),
        report.t(f"story.{story.kind}.text", paths=setting(story.paths, "paths")),
    ]
    said += [report.t("story.age", band=escape(story.age_band.replace("-", "–")))] if story.age_band else []
    if story.offence_group:
        said.append(report.t("story.offence", group=report.label("offence_group", story.offence_group)))
    return " ".join(said)


def month_label(report: Report, month: int, *, whole: bool = False) -> str:
    """`5 měsíců před`, `Propuštění`, `1 měsíc po`; `whole` names the release, for reading aloud."""
    if month == 0:
        return report.t("story.release")
    return text(MONTHS[month < 0, whole], report.language, number=str(abs(month)))
