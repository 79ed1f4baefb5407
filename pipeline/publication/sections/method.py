"""Method and limits from the registry; proposals; the last page with everything needed to make it again."""

from __future__ import annotations

from pipeline.publication.cite import SHOWN, counted, setting
from pipeline.publication.markdown import Table, bullets, escape, paragraphs
from pipeline.publication.report import Report
from pipeline.publication.sections.summary import no_requests

STATES = ("hidden", "unknown", "too_early", "not_collected", "not_applicable")
BOUNDS = "$$\\left[\\frac{x}{n},\\; \\frac{x + m}{n}\\right]$$ {#eq-bounds}"
SETTINGS = {
    "threshold": "threshold", "base": "base", "full": "full_denominator", "least": "minimum_denominator",
    "step": "coarse_percent",
}  # fmt: skip
"""Placeholder of a sentence → setting of a profile."""
COLUMNS = ("base", "of_them", "rate", "bounds", "too_early")
LIMITS = ("observational", "small", "linkage", "elsewhere", "recording")


def proposals(report: Report) -> str:
    """Every proposal to the Prison Service with its state."""
    head = report.heading(1, "heading.proposals", "sec-proposals")
    items = report.context.proposals
    if not items:
        return paragraphs(head, no_requests(report))
    header = [report.t(f"column.{name}") for name in ("proposal", "raised", "owner", "state", "since")]
    rows = [
        [
            escape(getattr(item, report.language)),
            report.moment(item.raised),
            escape(getattr(item, f"owner_{report.language}")),
            report.t(f"proposal.{item.state}"),
            report.moment(item.date),
        ]
        for item in items
    ]
    return paragraphs(head, str(Table("tbl-proposals", report.t("caption.proposals"), header, rows, numeric_from=5)))


def legend(report: Report) -> str:
    """What the marks in tables mean: six states that are not the same, and the star of a repeated number."""
    rows = [[escape(report.t(f"state.{name}.mark")), report.t(f"state.{name}.meaning")] for name in STATES]
    rows.append(["0", report.t("state.zero.meaning")])
    rows.append(["\\*", report.t("repeated.meaning")])
    header = [report.t("column.mark"), report.t("column.meaning")]
    return str(Table("tbl-legend", report.t("caption.legend"), header, rows, numeric_from=2))


def reading(report: Report) -> str:
    """How to read a table, before the first one: its columns, its marks, what was done to keep people safe."""
    return paragraphs(
        report.heading(1, "heading.reading", "sec-reading"),
        report.t("reading.intro"),
        bullets([report.t(f"reading.{column}") for column in COLUMNS]),
        legend(report),
        report.t("reading.safe"),
    )


def method(report: Report) -> str:
    """How numbers are made safe and computed, the definitions, what they cannot say."""
    return paragraphs(
        report.heading(1, "heading.method", "sec-method"),
        report.t("method.intro"),
        report.heading(2, "heading.bounds", "sec-bounds"),
        report.t("method.bounds"),
        BOUNDS,
        report.t("method.intervals"),
        report.t("method.comparisons"),
        report.heading(2, "heading.safe", "sec-safe"),
        protection(report),
        report.heading(2, "heading.limits", "sec-limits"),
        bullets([report.t(f"limit.{name}") for name in LIMITS]),
        report.heading(2, "heading.measures", "sec-measures"),
        report.t("method.see"),
    )


def protection(report: Report) -> str:
    """How this release hides or rounds, and which rates it gives: the settings of its profile in a sentence each."""
    profile = report.bundle.meta.profile
    values = {name: setting(profile[key], key) for name, key in SETTINGS.items()}
    counts = report.t(f"method.disclosure.{profile['method']}", profile=escape(profile["name"]), **values)
    return paragraphs(counts, report.t("method.rates", **values), hidden(report))


def hidden(report: Report) -> str:
    """How many of the release's numbers are hidden: a count of numbers, not of people."""
    cells = [cell for table in report.bundle.tables.values() for cell in table.cells]
    cells = [cell for cell in cells if str(cell.status) in (*SHOWN, "hidden")]
    marked = sum(str(cell.status) == "hidden" for cell in cells)
    found = {"hidden": counted(marked, report.language, "hidden"), "all": counted(len(cells), report.language, "cells")}
    return report.t("method.hidden", **found)


def provenance(report: Report) -> str:
    """The last page: bundle, versions, inputs by hash."""
    meta = report.bundle.meta
    facts = [
        ("bundle", meta.bundle_id),
        ("run", meta.run.get("run_id", "")),
        ("code_version", meta.run.get("code_version", "")),
        ("definitions_version", meta.run.get("definitions_version", "")),
        ("profile", meta.profile.get("name", "")),
        ("checked_by", meta.checked_by or report.t("slot.state.unsigned")),
    ]
    header = [report.t("column.what"), report.t("column.value")]
    rows = [
        [report.t(f"provenance.{key}"), escape(value) if value else report.t("provenance.none")] for key, value in facts
    ]
    rows.append([report.t("provenance.as_of"), report.moment(report.observed)])
    return paragraphs(
        report.heading(1, "heading.provenance", "sec-provenance"),
        report.t("provenance.intro"),
        str(Table("tbl-provenance", report.t("caption.provenance"), header, rows, numeric_from=2)),
        _inputs(report),
    )


def _inputs(report: Report) -> str:
    """Every delivery by the beginning of its hash, which is also its name in the project's records."""
    found: dict[str, list[str]] = {}
    for item in report.bundle.meta.run.get("inputs", []):
        found.setdefault(item["partner"], []).append(f"`{item['sha256'][:16]}`")
    if not found:
        return ""
    header = [report.t(f"column.{name}") for name in ("partner", "sha256")]
    rows = [[report.label("partner", partner), ", ".join(hashes)] for partner, hashes in found.items()]
    return str(Table("tbl-inputs", report.t("caption.inputs"), header, rows, numeric_from=2))
