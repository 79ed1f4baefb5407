"""How we count: day 0, who is in, definitions, worked examples, checks, protection of people, rules, wording, limits.

Generated from the registry as the bundle carries it and from the project's rules; nothing is typed a second time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline import outcomes
from pipeline.publication.cite import setting
from pipeline.publication.markdown import Table, bullets, div, escape, heading, paragraphs
from pipeline.publication.report import Report
from pipeline.publication.sections.method import BOUNDS, LIMITS, legend
from pipeline.publication.wording import COMPARISONS, RATES, SENTENCES

EXAMPLES = "_spec_examples"
TRUTH = "_truth_checks"
STEPS = ("sources", "screen", "checks", "joining", "counting", "protection", "signing", "publishing")
PROFILE = (
    "method",
    "base",
    "threshold",
    "minimum_denominator",
    "full_denominator",
    "coarse_percent",
    "minimum_workers",
    "curve_minimum_at_risk",
    "caseload_workers",
    "protection_width",
    "insiders",
    "refresh_breakdowns",
)
COHORTS = ("programme", "programme_open", "programme_per_release", "all_releases", "comparison", "romodrom", "family")


def methodology(report: Report, folder: str = "") -> str:
    """The whole methodology; `folder` holds the files that tests write, by default the source's own."""
    return paragraphs(
        report.heading(1, "heading.how", "sec-how"),
        report.t("how.intro"),
        bullets([report.t(f"how.step.{name}") for name in STEPS]),
        time_and_people(report),
        report.heading(1, "heading.measures", "sec-measures"),
        report.t("how.measures"),
        *(definition(report, name) for name in sorted(report.bundle.meta.definitions, key=_order(report))),
        fragment(report, EXAMPLES, "examples", folder),
        fragment(report, TRUTH, "truth", folder),
        statistics(report),
        wording_table(report),
        protection(report),
        rules(report),
        report.heading(1, "heading.limits", "sec-limits"),
        bullets([report.t(f"limit.{name}") for name in LIMITS]),
    )


def time_and_people(report: Report) -> str:
    """Day 0, windows, who is too early, bounds, and the groups of people."""
    groups = [f"**{report.label('cohort', name)}**: {report.t(f'how.cohort.{name}')}" for name in COHORTS]
    return paragraphs(
        report.heading(1, "heading.time", "sec-time"),
        report.t("how.time"),
        report.t("how.too_early"),
        report.t("how.bounds"),
        BOUNDS,
        report.heading(1, "heading.people", "sec-people"),
        bullets(groups),
    )


def _order(report: Report) -> Any:
    rows = report.bundle.meta.definitions
    return lambda name: (not rows[name].get("primary"), name)


def definition(report: Report, name: str) -> str:
    """One measure: everything that the registry says of it."""
    row = report.bundle.meta.definitions[name]
    facts = [(key, text) for key, text in _facts(report, name, row) if text]
    lines = [f"**{report.t(f'fact.{key}')}:** {text}" for key, text in facts]
    title = heading(2, report.words(name, "title"), f"def-{name.replace('_', '-')}")
    return paragraphs(title, report.words(name, "definition"), div("\n\n".join(lines), "definition"))


def _facts(report: Report, name: str, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    days = row.get("day_zero_" + report.language) or ""
    rank = "fact.primary" if row.get("primary") else "fact.secondary"
    unit, parts = str(row.get("unit", "")), list(row.get("components", {}))
    competing = ", ".join(report.label("reason", reason) for reason in row.get("competing", ()))
    return [
        ("id", f"`{name}`"),
        ("rank", report.t(rank)),
        ("numerator", escape(row.get(f"numerator_{report.language}", ""))),
        ("denominator", escape(row.get(f"denominator_{report.language}", ""))),
        ("unit", report.label("unit", unit) if unit else ""),
        ("day_zero", escape(days)),
        ("windows", ", ".join(report.days(str(window)) for window in row.get("windows", ()))),
        ("parts", "; ".join(report.label("component", part) for part in parts if part)),
        ("competing", competing),
        ("tables", ", ".join(report.label("table_name", table) for table in row.get("tables", ()))),
        ("source", escape(_source(name, row, report.language))),
    ]


def _source(name: str, row: Mapping[str, Any], language: str) -> str:
    known = outcomes.MEASURES.get(name)
    if language == "cs":
        return str(row.get("source_cs") or (known.source_cs if known else ""))
    return str(row.get("source", ""))


def fragment(report: Report, stem: str, name: str, folder: str = "") -> str:
    """What the tests wrote for readers (worked examples, checks against published numbers), or that it is missing."""
    path = Path(folder or Path(report.context.sources) / "methodology") / f"{stem}_{report.language}.md"
    head = paragraphs(report.heading(1, f"heading.{name}", f"sec-{name}"), report.t(f"how.{name}"))
    text = path.read_text("utf-8").strip() if path.exists() else ""
    return paragraphs(head, one_level_up(text) if text else div(report.t(f"how.{name}_missing"), "comparison"))


def one_level_up(markdown: str) -> str:
    """Headings of a fragment, which begin at level three, as parts of a chapter of level one."""
    return re.sub(r"^#(#{2,} )", r"\1", markdown, flags=re.MULTILINE)


def statistics(report: Report) -> str:
    """Which interval belongs to which number."""
    names = ("rates", "units", "differences", "curves", "funnel", "rounding")
    return paragraphs(
        report.heading(1, "heading.statistics", "sec-statistics"),
        bullets([report.t(f"how.statistics.{name}") for name in names]),
    )


def wording_table(report: Report) -> str:
    """The fixed table from which sentences are chosen, as readers will meet them."""
    header = [report.t(f"column.{name}") for name in ("when", "sentence")]
    keys = [*RATES, *SENTENCES, *dict.fromkeys(COMPARISONS.values())]
    lines = [[report.t(f"when.{key.removeprefix('wording.')}"), blanks(report, key)] for key in keys]
    table = Table("tbl-wording", report.t("caption.wording"), header, lines, numeric_from=2)
    return paragraphs(report.heading(1, "heading.wording", "sec-wording"), report.t("how.wording"), str(table))


def blanks(report: Report, key: str) -> str:
    """A sentence with its places for numbers left open."""
    from pipeline.publication.catalogue import placeholders

    return report.t(key, **dict.fromkeys(placeholders(key, report.language), "…"))


def protection(report: Report) -> str:
    """The profile's settings, the marks, and what is never published."""
    profile = report.bundle.meta.profile
    header = [report.t("column.setting"), report.t("column.value")]
    lines = [[report.t(f"profile.{name}"), _value(report, name, profile[name])] for name in PROFILE if name in profile]
    never = [report.t(f"never.{name}") for name in ("rows", "workers", "romodrom", "partners")]
    return paragraphs(
        report.heading(1, "heading.safe", "sec-safe"),
        report.t("how.safe"),
        str(Table("tbl-profile", report.t("caption.profile"), header, lines)),
        legend(report),
        report.t("how.never"),
        bullets(never),
    )


def _value(report: Report, name: str, value: object) -> str:
    if isinstance(value, str):
        return report.t(f"profile.value.{value}")
    if name == "insiders":
        return report.t(f"profile.value.{'insiders' if value else 'no_insiders'}")
    return setting(value, name)


def rules(report: Report) -> str:
    """What is asked of every row: the rule, what a breach does, what it means for the figures."""
    head = report.heading(1, "heading.rules", "sec-rules")
    if not report.context.rules:
        return paragraphs(head, report.t("none.rules"))
    header = [report.t(f"column.{name}") for name in ("rule", "severity", "use")]
    lines = [
        [
            escape(getattr(rule, f"title_{report.language}")),
            report.t(f"severity.{rule.severity}"),
            escape(getattr(rule, f"use_{report.language}")),
        ]
        for rule in report.context.rules
    ]
    table = Table("tbl-rules", report.t("caption.rules"), header, lines, numeric_from=3)
    return paragraphs(head, report.t("how.rules"), str(table))
