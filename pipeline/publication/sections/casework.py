"""Case management before release, and the Romodrom programme: services, families, agreements, complaints."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.disclosure import Row
from pipeline.publication.catalogue import has
from pipeline.publication.markdown import Table, bullets, div, paragraphs
from pipeline.publication.report import Report
from pipeline.publication.sections.parts import folded_notes, nothing, rate_table, table_or_notes, uncollected

PROGRAMME, ROMODROM = "programme", "romodrom"
SHARES = (
    ("plan_ready", ""),
    ("pre_release_contacts", ""),
    ("documents_at_release", ""),
    ("unplanned_release_share", ""),
    ("lead_time", "under_30"),
    ("missed_share", ""),
    ("planned_date_changed", ""),
)
DEFINED = ("plan_ready", "pre_release_contacts", "documents_at_release", "unplanned_release_share", "lead_time",
           "missed_share", "dose", "agreements", "applications", "caseload")  # fmt: skip
FAMILY = (("family_contact", ""), ("family_visit_7d", ""), ("cancelled_by_prison_share", ""), ("missed_share", ""))
COUNTED = "complaints"
"""A measure with a table of counts of its own, which says by itself when nobody collects it."""
VALUES = (("lead_time", ("",)), ("dose", None), ("caseload", None), (COUNTED, ("days_to_resolve",)))
BROKEN_DOWN = (
    "partner",
    "prison",
    "quarter",
    "planned",
    "drug_user",
    "complex_case",
    "state_before",
    "sex",
    "age",
    "citizenship",
    "region",
)


def casework(report: Report) -> str:
    """Plans, lead time, planning of releases, amount of work, how agreements ended."""
    return paragraphs(
        report.heading(1, "heading.casework", "sec-casework"),
        report.t("casework.intro"),
        shares_table(report, "casework", SHARES, PROGRAMME),
        values_table(report, "casework-values", PROGRAMME),
        parts_table(report, "agreements", PROGRAMME),
        components_table(report, "applications", PROGRAMME),
        counts_table(report, COUNTED, PROGRAMME),
        definitions(report, DEFINED),
    )


def romodrom(report: Report) -> str:
    """Romodrom: agreements, contact with the family, complaints. Never a measure of return."""
    return paragraphs(
        report.heading(1, "heading.romodrom", "sec-romodrom"),
        report.t("romodrom.intro"),
        shares_table(report, "families", FAMILY, ROMODROM),
        values_table(report, "romodrom-values", ROMODROM),
        parts_table(report, "agreements", ROMODROM),
        counts_table(report, COUNTED, ROMODROM),
        definitions(report, ("family_contact", "family_visit_7d", "complaints")),
    )


def rows_of(report: Report, name: str, cohort: str, component: str) -> list[Row]:
    """Rows of a measure for everybody and by what happened; breakdowns by who and where are other tables."""
    rows = report.rows(name, cohort=cohort, component=component, cell_set="own")
    return [row for row in rows if row.keys["group_by"] not in BROKEN_DOWN]


def components_table(report: Report, name: str, cohort: str) -> str:
    """A measure's parts one under another, for everybody; an empty text when the release has none of it."""
    rows = report.rows(name, cohort=cohort, cell_set="own", group_by="all")
    lines = [(part_title(report, name, row.keys["component"]), row) for row in rows]
    if not lines:
        return ""
    caption = report.t(f"caption.cohort_{cohort}", title=report.words(name, "title"))
    return rate_table(report, f"{name}-{cohort}-parts", caption, report.t("column.measure"), lines)


def shares_table(
    report: Report, identifier: str, measures: Sequence[tuple[str, str]], cohort: str, missing: str = "none.table"
) -> str:
    """One line a measure, for everybody in a cohort; the sentence `missing` when none is released."""
    lines = []
    for name, component in measures:
        rows = report.rows(name, cohort=cohort, component=component, cell_set="own", group_by="all")
        lines += [(part_title(report, name, component), row) for row in rows[:1]]
    if not lines:
        return report.t(missing)
    return rate_table(report, identifier, report.t(f"caption.{identifier}"), report.t("column.measure"), lines)


def values_table(report: Report, identifier: str, cohort: str) -> str:
    """Measures that are no shares (medians, doses): value, unit, how many it rests on; empty when there are none."""
    found = [
        (name, row)
        for name, parts in VALUES
        for row in report.rows(name, group_by="all", cell_set="own", cohort=cohort)
        if (parts is None or row.keys["component"] in parts)
        and str(row["value"].status) != "not_applicable"
        and not (name == COUNTED and uncollected(row))
    ]
    lines = [
        [
            part_title(report, name, row.keys["component"]),
            report.cite(row["value"]),
            unit_words(report, name, row.keys["component"]),
            report.cite(row["n"]),
        ]
        for name, row in found
        if not uncollected(row)
    ]
    notes = folded_notes(report, [(part_title(report, name, row.keys["component"]), row) for name, row in found])
    header = [report.t(f"column.{key}") for key in ("measure", "value", "unit", "n")]
    return table_or_notes(f"tbl-{identifier}", report.t("caption.values"), header, lines, notes)


def unit_words(report: Report, name: str, component: str) -> str:
    """The unit of a measure's value: that of its part, else the measure's; empty where its title says it."""
    keys = (f"unit.{name}.{component}", f"unit.{name}")
    return next((report.t(key) for key in keys if has(key)), "")


def part_title(report: Report, name: str, component: str) -> str:
    """A measure's title with the part it stands for."""
    title = report.words(name, "title")
    return f"{title}: {report.label('component', component)}" if component else title


def group_name(report: Report, row: Row) -> str:
    """The name of a row's group."""
    group = row.keys["group_by"]
    return report.t("group.all") if group == "all" else report.label(group, row.keys["group_value"])


def parts_table(report: Report, name: str, cohort: str, component: str = "") -> str:
    """A measure for everybody and by what happened (reason, domain); a sentence where nothing is collected."""
    rows = rows_of(report, name, cohort, component)
    title = part_title(report, name, component)
    if not rows:
        return report.t("none.table")
    if all(str(row["n"].status) == "not_collected" for row in rows):
        return report.t("none.collected", title=title)
    if all(nothing(row) for row in rows):
        return div(report.t("note.folded", names=title), "note", depth=3)
    lines = [(group_name(report, row), row) for row in rows]
    identifier = "-".join(part for part in (name, cohort, component) if part)
    caption = report.t(f"caption.cohort_{cohort}", title=title)
    return rate_table(report, identifier, caption, report.t("column.group"), lines)


def counts_table(report: Report, name: str, cohort: str) -> str:
    """A count by what happened, with its base and how many per hundred; a sentence where nothing is collected."""
    rows = rows_of(report, name, cohort, "")
    if not rows:
        return report.t("none.table")
    if all(str(row["n"].status) == "not_collected" for row in rows):
        return report.t("none.collected", title=report.words(name, "title"))
    header = [report.t(f"column.{key}") for key in ("group", "clients", "count", "per_hundred")]
    lines = [
        [group_name(report, row), report.cite(row["n"]), report.cite(row["x"]), report.cite(row["value"])]
        for row in rows
    ]
    caption = report.t(f"caption.cohort_{cohort}", title=report.words(name, "title"))
    return str(Table(f"tbl-{name}-{cohort}", caption, header, lines))


def group_table_any(report: Report, name: str, group_by: str, cohort: str) -> str:
    """A breakdown of a process measure in one cohort; an empty text when it is not released."""
    rows = report.rows(name, group_by=group_by, cell_set="own", component="", cohort=cohort)
    if not rows:
        return ""
    lines = [(report.label(group_by, row.keys["group_value"]), row) for row in rows]
    caption = report.t(f"caption.by_{group_by}_all", title=report.words(name, "title"))
    return rate_table(report, f"{name}-{group_by}", caption, report.t(f"column.{group_by}"), lines)


def definitions(report: Report, names: Sequence[str]) -> str:
    """The definition of each measure that this release holds, as a line each; those in the same words share one."""
    found: dict[str, list[str]] = {}
    for name in (name for name in names if name in report.bundle.meta.definitions):
        found.setdefault(report.words(name, "definition"), []).append(report.words(name, "title"))
    return bullets([f"**{'; '.join(titles)}:** {words}" for words, titles in found.items()])
