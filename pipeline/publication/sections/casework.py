"""Case management, cooperation with the prisons, needs, and the Romodrom programme with families and complaints."""

from __future__ import annotations

from pipeline.disclosure import Row
from pipeline.publication.markdown import Table, paragraphs
from pipeline.publication.report import Report
from pipeline.publication.sections.parts import RATE_COLUMNS, rate_cells, rate_table

SHARES = ("plan_ready", "unplanned_release_share")
VALUES = ("lead_time", "dose")
ROMODROM = ("family_contact", "family_visit_7d")


def casework(report: Report) -> str:
    """Plans, lead time, planning of releases and dose."""
    lines = [(report.words(name, "title"), row) for name in SHARES if (row := _anybody(report, name))]
    early = report.row("lead_time", group_by="all", cell_set="own", component="under_30")
    lines += [(part_title(report, "lead_time", early), early)] if early else []
    shares = (
        rate_table(report, "casework", report.t("caption.casework"), report.t("column.measure"), lines) if lines else ""
    )
    return paragraphs(
        report.heading(1, "heading.casework", "sec-casework"),
        report.t("casework.intro"),
        shares or report.t("none.table"),
        values_table(report, "casework-values", VALUES),
        definitions(report, (*SHARES, *VALUES)),
    )


def cooperation(report: Report) -> str:
    """Cooperation with the prisons: cancelled visits with reasons."""
    name = "cancelled_by_prison_share"
    head = paragraphs(report.heading(1, "heading.cooperation", "sec-cooperation"), report.t("cooperation.intro"))
    if report.table(name) is None:
        return paragraphs(head, report.t("none.table"))
    by_prison = group_table_any(report, name, "prison")
    return paragraphs(head, parts_table(report, name), by_prison, definitions(report, (name,)))


def needs(report: Report) -> str:
    """Needs that clients brought, and which were met, by domain."""
    head = paragraphs(report.heading(1, "heading.needs", "sec-needs"), report.t("needs.intro"))
    body = parts_table(report, "needs") if report.table("needs") else report.t("none.table")
    return paragraphs(head, body, definitions(report, ("needs",)))


def romodrom(report: Report) -> str:
    """Romodrom: agreements, contact with the family, complaints. Never a measure of return."""
    lines = [(report.words(name, "title"), row) for name in ROMODROM if (row := _anybody(report, name))]
    families = (
        rate_table(report, "families", report.t("caption.families"), report.t("column.measure"), lines) if lines else ""
    )
    others = [part for name in ("agreements", "complaints") if (part := parts_table(report, name))]
    return paragraphs(
        report.heading(1, "heading.romodrom", "sec-romodrom"),
        report.t("romodrom.intro"),
        families,
        *(others or ([] if families else [report.t("none.table")])),
        definitions(report, (*ROMODROM, "agreements", "complaints")),
    )


def _anybody(report: Report, name: str) -> Row | None:
    rows = report.rows(name, group_by="all", cell_set="own", component="")
    return next((row for row in rows if row.keys["cohort"] == "programme"), rows[0] if rows else None)


def values_table(report: Report, identifier: str, names: tuple[str, ...]) -> str:
    """Measures that are no shares (medians, doses): value, how many it rests on, by part."""
    lines = []
    for name in names:
        for row in report.rows(name, group_by="all", cell_set="own"):
            if str(row["value"].status) != "not_applicable":
                title = part_title(report, name, row)
                lines.append([title, report.cite(row["value"]), report.cite(row.cells.get("n"))])
    if not lines:
        return ""
    header = [report.t("column.measure"), report.t("column.value"), report.t("column.n")]
    return str(Table(f"tbl-{identifier}", report.t("caption.values"), header, lines))


def part_title(report: Report, name: str, row: Row) -> str:
    """A measure's title with the part it stands for."""
    component = row.keys.get("component", "")
    title = report.words(name, "title")
    return f"{title}: {report.label('component', component)}" if component else title


def parts_table(report: Report, name: str) -> str:
    """All released groups and parts of a measure that is not broken down by organisation, prison or quarter."""
    skipped = ("partner", "prison", "quarter")
    rows = [row for row in report.rows(name, cell_set="own") if row.keys["group_by"] not in skipped]
    if not rows:
        return ""
    header = [report.t("column.group"), *(report.t(f"column.{column}") for column in RATE_COLUMNS)]
    lines = [[_group_name(report, row), *rate_cells(report, row)] for row in rows]
    return str(Table(f"tbl-{name}", report.t("caption.all", title=report.words(name, "title")), header, lines))


def _group_name(report: Report, row: Row) -> str:
    group, component = row.keys["group_by"], row.keys.get("component", "")
    name = report.t("group.all") if group == "all" else report.label(group, row.keys["group_value"])
    return f"{name}: {report.label('component', component)}" if component else name


def group_table_any(report: Report, name: str, group_by: str) -> str:
    """A breakdown of a process measure, whichever cohort it was counted on."""
    rows = report.rows(name, group_by=group_by, cell_set="own", component="")
    if not rows:
        return ""
    lines = [(report.label(group_by, row.keys["group_value"]), row) for row in rows]
    caption = report.t(f"caption.by_{group_by}_all", title=report.words(name, "title"))
    return rate_table(report, f"{name}-{group_by}", caption, report.t(f"column.{group_by}"), lines)


def definitions(report: Report, names: tuple[str, ...]) -> str:
    """The definition of each measure that this release holds, as a line each."""
    known = [name for name in names if name in report.bundle.meta.definitions]
    lines = [f"- **{report.words(name, 'title')}:** {report.words(name, 'definition')}" for name in known]
    return "\n".join(lines)
