"""Page one: fixed slots, so that a reader finds the same answer in the same place every quarter."""

from __future__ import annotations

from pipeline.disclosure import Row
from pipeline.publication.cite import is_shown, number
from pipeline.publication.constants import PRIMARY
from pipeline.publication.context import Proposal
from pipeline.publication.differences import detectable_halves, points, sources
from pipeline.publication.dress import contents_on_paper
from pipeline.publication.labels import bare
from pipeline.publication.markdown import bullets, div, escape, paragraphs
from pipeline.publication.report import RETURN, YEAR, Report
from pipeline.publication.sections.parts import rate_sentence, rate_values, repeated_note
from pipeline.publication.sections.programme import change_brief
from pipeline.publication.sections.served import agreements_delivered
from pipeline.publication.wording import rate_key

REQUESTS = 3
FINAL_STATES = ("in_force", "declined")


def banners(report: Report) -> str:
    """SYNTHETIC and DRAFT, in words, at the head of the document."""
    meta = report.bundle.meta
    found = ["banner.synthetic"] if meta.synthetic else []
    found += ["banner.draft"] if not meta.signed else []
    found += ["banner.revision"] if meta.revision_reason else []
    values = {"reason": escape(meta.revision_reason or "")}
    return paragraphs(*(div(report.t(key, **values), "banner", key.split(".")[1]) for key in found))


def page_one(report: Report) -> str:
    """The fixed slots of page one."""
    slots = [
        slot(report, "releases", releases(report)),
        slot(report, "served", served(report)),
        *(slot(report, measure, headline(report, measure, window), "key") for measure, window in PRIMARY),
        slot(report, "return", paragraphs(returned(report), report.t("slot.return.see"))),
        slot(report, "limits", limits(report)),
        slot(report, "changed", paragraphs(change_brief(report), report.t("slot.changed.see")), "wide"),
        slot(report, "missing", missing(report)),
        slot(report, "state", state(report)),
        slot(report, "requests", requests(report), "wide"),
        slot(report, "contact", contact(report), "wide"),
    ]
    head = report.heading(1, "heading.summary", "sec-summary")
    return paragraphs(head, div(paragraphs(*slots), "slots", depth=6), contents_on_paper(report))


def slot(report: Report, name: str, content: str, *classes: str) -> str:
    """One slot: its fixed heading and what there is to say."""
    title = report.heading(2, f"slot.{name}", f"slot-{name.replace('_', '-')}", "unnumbered", "unlisted")
    return div(paragraphs(title, content), "slot", *classes, depth=5)


def releases(report: Report) -> str:
    """From when to when the releases are that each outcome speaks of."""
    lines = []
    for measure, window in (*PRIMARY, (RETURN, YEAR)):
        span = report.span(window)
        whole = report.pooled(measure, window)
        if whole and str(whole["n"].status) == "not_collected":
            lines.append(report.t("none.collected", title=report.words(measure, "title")))
            continue
        key = "slot.releases.line" if span else "slot.releases.none"
        lines.append(report.t(key, title=report.words(measure, "title"), window=window, span=span))
    return bullets(lines)


def attrition_step(report: Report, step: str) -> Row | None:
    """A step of the programme cohort's attrition."""
    return report.row("attrition", cohort="programme", step=step, reason="")


def served(report: Report) -> str:
    """Served how many of how many eligible, in which prisons."""
    if not agreements_delivered(report):
        return report.t("wording.rate.not_collected")
    eligible, agreed = attrition_step(report, "eligible"), attrition_step(report, "agreed")
    if agreed is None or eligible is None:
        first = report.t("wording.rate.absent")
    elif not any(is_shown(row.cells.get("persons")) for row in (agreed, eligible)):
        first = report.t("slot.served.hidden")
    else:
        persons = [report.cite(row.cells.get("persons")) for row in (agreed, eligible)]
        first = report.t("slot.served.text", agreed=persons[0], eligible=persons[1])
        first = " ".join(part for part in (first, repeated_note(report, agreed)) if part)
    names = prisons(report)
    where = report.t("slot.served.prisons", prisons=", ".join(names)) if names else report.t("slot.served.nowhere")
    return paragraphs(first, where)


def prisons(report: Report) -> list[str]:
    """The prisons that the programme's releases come from: names, no numbers."""
    rows = [row for measure, window in PRIMARY for row in report.rows(measure, window=window, group_by="prison")]
    values = {row.keys["group_value"] for row in rows if row.keys["cohort"] == "programme"}
    known = {report.plain_label("prison", value) for value in values if value not in ("", "unknown")}
    return [escape(name) for name in sorted(bare(name) for name in known)]


def headline(report: Report, measure: str, window: str) -> str:
    """A primary outcome: the number large, then its sentence."""
    row = report.pooled(measure, window)
    sentence = rate_sentence(report, measure, window, row)
    if rate_key(row) not in ("wording.rate.many", "wording.rate.some"):
        return sentence
    big = report.t("slot.big", rate=rate_values(report, row)["rate"])
    return paragraphs(div(big, "big", depth=3), sentence)


def returned(report: Report) -> str:
    """Our definition of return beside the two numbers that readers know."""
    row = report.pooled(RETURN, YEAR)
    return paragraphs(rate_sentence(report, RETURN, YEAR, row), report.t("slot.return.beside"))


def limits(report: Report) -> str:
    """What cannot be said, and the smallest difference this many people could show."""
    row = report.pooled(*PRIMARY[1])
    least = detectable_halves(row)
    texts = [report.t("slot.limits.cause")]
    if least is not None and row is not None:
        texts.append(
            report.t("slot.limits.least", points=points(least, "detectable_halves", sources(row), report.language))
        )
    else:
        texts.append(report.t("slot.limits.too_few"))
    too_early = report.pooled(RETURN, YEAR)
    if too_early and is_shown(too_early.cells.get("too_early")) and number(too_early["too_early"]) > 0:
        texts.append(report.t("slot.limits.early", n=report.cite(too_early["too_early"])))
    texts.append(report.t("slot.limits.hidden"))
    return bullets(texts)


def missing(report: Report) -> str:
    """Organisations without data, and those whose data end before the others'."""
    quarter_end = last_days(report)
    absent = sorted(set(report.context.partners) - set(quarter_end))
    latest = max(quarter_end.values(), default="")
    late = sorted(partner for partner, day in quarter_end.items() if day < latest)
    lines = [report.t("slot.missing.absent", partner=report.label("partner", name)) for name in absent]
    lines += [
        report.t("slot.missing.late", partner=report.label("partner", name), day=report.moment(quarter_end[name]))
        for name in late
    ]
    return bullets(lines) if lines else report.t("slot.missing.nobody")


def last_days(report: Report) -> dict[str, str]:
    """The last day seen from each source, ISO."""
    days: dict[str, str] = {}
    for row in report.bundle.meta.coverage:
        source, day = row["source"], str(row["covered_to"])
        days[source] = max(days.get(source, ""), day)
    return days


def state(report: Report) -> str:
    """Provisional or final, data until when, signed by whom."""
    meta = report.bundle.meta
    texts = [
        report.t(
            "slot.state.provisional" if meta.provisional else "slot.state.final", day=report.moment(report.observed)
        )
    ]
    if meta.signed:
        texts.append(report.t("slot.state.signed", name=escape(meta.checked_by or "")))
    else:
        texts.append(report.t("slot.state.unsigned"))
    return paragraphs(*texts)


def requests(report: Report) -> str:
    """At most three open requests to the Prison Service, with owner and state."""
    still_open = [item for item in report.context.proposals if item.state not in FINAL_STATES][:REQUESTS]
    if not still_open:
        return no_requests(report)
    return bullets([request(report, item) for item in still_open])


def no_requests(report: Report) -> str:
    """Why there is no request: nothing is asked, or no register of proposals is kept."""
    return report.t("none.proposals" if "proposals" in report.context.missing else "slot.requests.none")


def request(report: Report, item: Proposal) -> str:
    """One request on one line."""
    wording = escape(getattr(item, report.language))
    owner = escape(getattr(item, f"owner_{report.language}"))
    status = report.t(f"proposal.{item.state}")
    return report.t("slot.requests.line", text=wording, owner=owner, state=status, day=report.moment(item.date))


def contact(report: Report) -> str:
    """Who pays and whom to ask."""
    funder = escape(report.context.funder) or report.t("slot.contact.unknown")
    whom = escape(report.context.contact) or report.t("slot.contact.unknown")
    return report.t("slot.contact.text", funder=funder, contact=whom)
