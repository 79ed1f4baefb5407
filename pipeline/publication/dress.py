"""What Quarto cannot know by itself: our look and the marks, as raw blocks that each format takes its own of."""

from __future__ import annotations

import html

from pipeline.publication.markdown import paragraphs
from pipeline.publication.pandoc import guarded, template
from pipeline.publication.report import Report

EVERY_SLIDE = 'document.querySelectorAll(".on-every-slide").forEach(function (m) { document.body.appendChild(m); });'


def dress(report: Report) -> str:
    """Style and marks for HTML, running head and watermark for PDF; empty for the built-in renderer, whose templates
    hold them. Word and PowerPoint take theirs from a reference document."""
    if report.context.figures:
        return ""
    return paragraphs(_raw("html", _for_html(report)), _raw("typst", _for_typst(report)))


def contents_on_paper(report: Report) -> str:
    """The list of contents behind page one of Quarto's PDF, which would else set it before; empty for the built-in
    renderer, whose template does the same."""
    if report.context.figures:
        return ""
    title = guarded(report.t("page.contents"), "pdf")
    return _raw("typst", f"#pagebreak()\n#outline(title: [{title}], depth: 2, indent: 1em)")


def dress_slides(report: Report) -> str:
    """The same for slides, as a part of the first one: what stands before it would be an empty slide.

    A mark is carried to every slide, as one that stands on a slide is seen on that slide alone.
    """
    if report.context.figures:
        return ""
    marks = "".join(f'<p class="mark">{html.escape(words)}</p>' for words in _marks(report))
    frame = f'<div class="on-every-slide">{marks}</div>' if marks else ""
    return _raw("html", f"<style>\n{template('parts.css')}</style>\n{frame}<script>{EVERY_SLIDE}</script>")


def _marks(report: Report) -> list[str]:
    meta = report.bundle.meta
    synthetic = [report.t("page.synthetic_mark")] if meta.synthetic else []
    return synthetic + ([] if meta.signed else [report.t("page.draft_mark")])


def _for_html(report: Report) -> str:
    marks = "".join(f'<p class="mark">{html.escape(words)}</p>' for words in _marks(report))
    water = html.escape(report.t("page.draft_mark"))
    mark = "" if report.bundle.meta.signed else f'<div class="watermark" aria-hidden="true">{water}</div>'
    return f"<style>\n{template('parts.css')}</style>\n{marks}{mark}"


def _for_typst(report: Report) -> str:
    head = " · ".join(guarded(words, "pdf") for words in _marks(report))
    lines = [f'#set page(header: align(right, text(size: 8pt, weight: "bold", fill: rgb("#8a2300"))[{head}]))']
    if not report.bundle.meta.signed:
        words = guarded(report.t("page.draft_mark"), "pdf")
        look = 'size: 96pt, fill: rgb(120, 120, 120, 40), weight: "bold"'
        lines.append(f"#set page(background: rotate(-35deg, text({look})[{words}]))")
    return "\n".join(lines)


def _raw(form: str, text: str) -> str:
    return f"```{{={form}}}\n{text}\n```"
