"""The programme itself: its prisons, its milestones; what changed since the last report; releases of this quarter."""

from __future__ import annotations

from pathlib import Path

from pipeline.disclosure import Bundle, Row
from pipeline.model import code_list
from pipeline.periods import Quarter
from pipeline.publication.cite import MOMENTS, counted, earlier, is_shown
from pipeline.publication.constants import PRIMARY
from pipeline.publication.markdown import Table, escape, paragraphs
from pipeline.publication.report import RETURN, YEAR, Report, opened

HEADLINES = (*PRIMARY, (RETURN, YEAR))
WHY = ("refreshed", "revised", "calendar", "few_moved")


def programme(report: Report) -> str:
    """Where the programme works and what happened when."""
    return paragraphs(
        report.heading(1, "heading.programme", "sec-programme"),
        report.t("programme.intro"),
        prisons_table(report),
        milestones_table(report),
    )


def prisons_table(report: Report) -> str:
    """The programme's prisons with their region and since when, from the register."""
    end = Quarter.parse(report.bundle.meta.quarter).last_day.isoformat()
    works = [item for item in report.context.prisons if item.valid_from <= end]
    if not works:
        return report.t("none.prisons")
    known = code_list("prison").codes
    header = [report.t(f"column.{name}") for name in ("prison", "region", "since_day", "until_day")]
    lines = [
        [
            report.label("prison", item.prison),
            report.label("region", known[item.prison].extra.get("region", "")) if item.prison in known else " ",
            report.moment(item.valid_from),
            report.moment(item.valid_to) if item.valid_to and item.valid_to <= end else report.t("programme.still"),
        ]
        for item in sorted(works, key=lambda item: report.label("prison", item.prison))
    ]
    return str(Table("tbl-programme-prisons", report.t("caption.programme_prisons"), header, lines, numeric_from=4))


def milestones_table(report: Report) -> str:
    """Days that readers should know of when they compare quarters."""
    end = Quarter.parse(report.bundle.meta.quarter).last_day.isoformat()
    found = [item for item in report.context.milestones if item.date <= end]
    if not found:
        return report.t("none.register_of_milestones" if "milestones" in report.context.missing else "none.milestones")
    header = [report.t("column.day"), report.t("column.milestone")]
    lines = [[report.moment(item.date), escape(getattr(item, report.language))] for item in found]
    return str(Table("tbl-milestones", report.t("caption.milestones"), header, lines, numeric_from=2))


def changes(report: Report) -> str:
    """The headline numbers beside those of the last report, and every release of this quarter with its reason."""
    before = earlier_bundle(report)
    return paragraphs(
        report.heading(1, "heading.changes", "sec-changes"),
        change_sentence(report),
        _counts(report),
        _headlines(report, before) if before else "",
        report.t("changes.note") if before else "",
        report.heading(2, "heading.revisions", "sec-revisions"),
        revisions(report),
    )


def earlier_bundle(report: Report) -> Bundle | None:
    """The newest release of an earlier quarter, verified; None when there is none."""
    folder = report.context.earlier
    if not folder:
        return None
    return opened(folder, (Path(folder) / "checksums.sha256").stat().st_mtime_ns)


def change_sentence(report: Report) -> str:
    """Beside which report this one stands, or that it is the first."""
    before = earlier_bundle(report)
    found = change_counts(report)
    if before is None and not any(found.values()):
        return report.t("changes.first")
    since = ""
    if before is not None:
        name = escape(before.meta.bundle_id)
        since = report.t("changes.since", quarter=report.moment(before.meta.quarter), bundle=name)
    if not any(found.values()):
        return since
    new, old = found["refreshed"] + found["revised"], found["calendar"] + found["few_moved"]
    values = {key: counted(n, report.language, key) for key, n in (("renewed", new), ("repeated", old))}
    return f"{since} {report.t('changes.counts', **values)}".strip()


def change_brief(report: Report) -> str:
    """What is new in two sentences, for page one and a slide: figures that moved, headline numbers now and then."""
    before = earlier_bundle(report)
    return paragraphs(change_sentence(report), _now_and_then(report, before) if before else "")


def _now_and_then(report: Report, before: Bundle) -> str:
    past, parts = Report(before, report.language, report.context), []
    for name, window in HEADLINES:
        new, old = (one.pooled(name, window) for one in (report, past))
        values = {
            "what": report.t("axis.rate", title=report.words(name, "title"), window=window),
            "now": report.cite(new.cells.get("rate") if new else None),
            "then": earlier(old.cells.get("rate") if old else None, report.language, before.meta.bundle_id),
        }
        parts.append(report.t("changes.headline", **values))
    return f"{'; '.join(parts)}."


def change_counts(report: Report) -> dict[str, int]:
    """Why → how many released figures with a number, now or before, it moved or held; periods are no figures."""
    found = dict.fromkeys(WHY, 0)
    for change in report.bundle.changes:
        row = report.row(change["table"], **change["keys"])
        shown = change["before"] is not None or (row is not None and is_shown(row.cells.get(change["statistic"])))
        if shown and change["statistic"] not in MOMENTS:
            found[change["why"]] += 1
    return found


def _counts(report: Report) -> str:
    """How many figures that had been published before read otherwise or repeat, and why, as the release itself says."""
    found = {why: number for why, number in change_counts(report).items() if number}
    if not found:
        return ""
    reason = escape(report.bundle.meta.revision_reason or "") or report.t("change.no_reason")
    lines = [
        [report.t(f"change.{why}", reason=reason), counted(number, report.language, why)]
        for why, number in found.items()
    ]
    header = [report.t("column.why"), report.t("column.figures")]
    return str(Table("tbl-change-counts", report.t("caption.change_counts"), header, lines))


def _headlines(report: Report, before: Bundle) -> str:
    header = [report.t("column.measure"), report.t("column.now"), report.t("column.before"), report.t("column.why")]
    past = Report(before, report.language, report.context)
    lines = []
    for name, window in HEADLINES:
        new, old = report.pooled(name, window), past.pooled(name, window)
        title = report.t("axis.rate", title=report.words(name, "title"), window=window)
        lines.append([title, _now(report, new), _then(past, old), _why(report, before, name, window, new, old)])
    return str(Table("tbl-changes", report.t("caption.changes"), header, lines, numeric_from=4))


def _now(report: Report, row: Row | None) -> str:
    cells = row.cells if row else {}
    return report.t("cell.rate", rate=report.cite(cells.get("rate")), x=report.cite(cells.get("x")),
                    n=report.cite(cells.get("n")))  # fmt: skip


def _then(past: Report, row: Row | None) -> str:
    cells = row.cells if row else {}
    said = {name: earlier(cells.get(name), past.language, past.bundle.meta.bundle_id) for name in ("rate", "x", "n")}
    return past.t("cell.rate", **said)


def _why(report: Report, before: Bundle, name: str, window: str, new: Row | None, old: Row | None) -> str:
    """Why the number is what it is beside the last report's: as the release says, then by what differs in the two."""
    said = {change["why"] for change in report.bundle.changes
            if new and change["table"] == name and dict(change["keys"]) == dict(new.keys)}  # fmt: skip
    for why in ("calendar", "few_moved", "revised"):
        if why in said:
            return report.t(f"why.{why}")
    if new is None or old is None:
        return report.t("why.new")
    numbers = ("n", "x", "rate")
    same = all(new.cells[key].value == old.cells[key].value for key in numbers if key in new.cells and key in old.cells)
    if same:
        return report.t("why.same")
    now, then = report.bundle.meta, before.meta
    if now.definitions[name] != then.definitions.get(name):
        return report.t("why.definition")
    if now.releases.get(window) != then.releases.get(window) and is_shown(new.cells.get("n")):
        return report.t("why.releases")
    return report.t("why.data")


def revisions(report: Report) -> str:
    """Every release of this quarter up to this one, with the reason of each revision."""
    found = report.context.revisions
    if len(found) < 2:
        return report.t("revisions.none")
    header = [report.t("column.release"), report.t("column.reason")]
    lines = [[f"`{item.bundle}`", escape(item.reason) or report.t("revisions.first")] for item in found]
    return str(Table("tbl-revisions", report.t("caption.revisions"), header, lines, numeric_from=2))
