"""What several sections share: sentences and tables of rates, comparison, notes beneath a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pipeline.charts import RateRow, forest_chart
from pipeline.disclosure import Cell, Row
from pipeline.publication import numbers
from pipeline.publication.catalogue import has
from pipeline.publication.cite import counted, derived, format_cell, is_shown, number
from pipeline.publication.differences import difference, points, sources
from pipeline.publication.labels import place
from pipeline.publication.markdown import Table, div, paragraphs
from pipeline.publication.report import Figure, Report
from pipeline.publication.strips import strip_marks, strip_tags
from pipeline.publication.wording import DESCRIPTIVE, bounds_key, compare_key, rate_key

COMPARED = 2
"""A figure of fewer groups than that with a rate would show nothing that the table does not."""
FOLDED = {"hidden", "too_early", "not_applicable"}
"""A table of groups without any other state is said in a sentence, which names these reasons."""
RATE_COLUMNS = ("n", "x", "rate", "interval", "bounds", "too_early")


def subject(report: Report, measure: str, window: str) -> str:
    """What a rate is a rate of, as the beginning of a sentence; a measure without one is named by its title."""
    key = f"subject.{measure}"
    if has(key):
        return report.t(key, window=window)
    return report.t("subject.other", title=report.words(measure, "title"))


def rate_sentence(report: Report, measure: str, window: str, row: Row | None) -> str:
    """The sentence for one rate, chosen by the wording table."""
    values = rate_values(report, row)
    sentence = report.t(rate_key(row), subject=subject(report, measure, window), **values)
    bounds = bounds_key(row)
    repeats = repeated_note(report, row)
    return " ".join(part for part in (sentence, report.t(bounds, **values) if bounds else "", repeats) if part)


def repeated_note(report: Report, row: Row | None) -> str:
    """Since when a row's numbers stand, where they repeat an earlier release; else an empty text."""
    days = [cell.published_on for cell in row.cells.values() if cell.published_on and is_shown(cell)] if row else []
    return report.t("repeated.note", day=report.moment(days[0])) if days else ""


def rate_values(report: Report, row: Row | None) -> dict[str, str]:
    """The cited numbers of a rate, for the placeholders of sentences."""
    cells = row.cells if row else {}
    bare = {name: report.cite(cells.get(name), "bare") for name in ("rate", "low", "high", "bound_low", "bound_high")}
    return bare | {name: report.cite(cells.get(name)) for name in ("n", "x", "possible", "too_early")}


def span_cell(report: Report, row: Row, low: str, high: str) -> str:
    """`40–58 %` from two cells; one number when both are the same, one mark when neither is shown."""
    first, last = row.cells.get(low), row.cells.get(high)
    if is_shown(first) == is_shown(last) and (not is_shown(last) or number(first) == number(last)):
        return report.cite(last)
    return f"{report.cite(first, 'bare')}–{report.cite(last)}"


def rate_cells(report: Report, row: Row) -> list[str]:
    """The cells of one line in a table of rates."""
    return [
        report.cite(row.cells.get("n")),
        report.cite(row.cells.get("x")),
        report.cite(row.cells.get("rate")),
        span_cell(report, row, "low", "high"),
        span_cell(report, row, "bound_low", "bound_high"),
        report.cite(row.cells.get("too_early")),
    ]


def rate_table(report: Report, name: str, caption: str, first: str, lines: Sequence[tuple[str, Row]]) -> str:
    """Rates of several groups or windows with interval, bounds and those for whom it is too early.

    Lines in which there was nothing to count, and those that nobody collects, are named beneath the table.
    """
    header = [first, *(report.t(f"column.{column}") for column in RATE_COLUMNS)]
    rows = [[label, *rate_cells(report, row)] for label, row in lines if not (nothing(row) or uncollected(row))]
    notes = folded_notes(report, lines)
    return table_or_notes(f"tbl-{name}", caption, header, rows, notes)


def table_or_notes(
    identifier: str, caption: str, header: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str]
) -> str:
    """A table with its notes beneath, or the notes alone where no line is left."""
    if rows:
        return str(Table(identifier, caption, header, rows, notes=notes))
    return paragraphs(*(div(note, "note", depth=3) for note in notes))


def folded_notes(report: Report, lines: Sequence[tuple[str, Row]]) -> list[str]:
    """Sentences that name the lines in which there was nothing to count, and those that nobody collects."""
    found = (("note.folded", nothing), ("note.uncollected", uncollected))
    named = [(key, list(dict.fromkeys(label for label, row in lines if test(row)))) for key, test in found]
    return [report.t(key, names="; ".join(names)) for key, names in named if names]


def uncollected(row: Row) -> bool:
    """Whether a line is of what nobody collects or delivers."""
    cells = [row.cells[name] for name in ("n", "x", "rate", "value") if name in row.cells]
    applying = {str(cell.status) for cell in cells} - {"not_applicable"}
    return applying == {"not_collected"}


def nothing(row: Row) -> bool:
    """Whether a line has nothing to count, not even nobody: none of its numbers applies."""
    return all(str(row.cells[name].status) == "not_applicable" for name in ("n", "x", "rate", "value"))


def grouped(
    report: Report, measure: str, window: str, group_by: str, cohort: str = "programme"
) -> list[tuple[str, Row]]:
    """A measure's rows by a group known on day 0, with the groups' names."""
    found = report.rows(measure, window=window, group_by=group_by, cohort=cohort, cell_set="own", component="")
    found = sorted(found, key=lambda row: place(group_by, row.keys["group_value"]))
    return [(report.label(group_by, row.keys["group_value"]), row) for row in found]


def group_table(report: Report, measure: str, window: str, group_by: str) -> str:
    """A table of one measure by group; a sentence where all that it could show is how many people there are."""
    lines = grouped(report, measure, window, group_by)
    caption = report.t(f"caption.by_{group_by}", title=report.words(measure, "title"), window=window)
    states = {str(cell.status) for _, row in lines for name in ("x", "rate") if (cell := row.cells.get(name))}
    if lines and states <= FOLDED:
        groups = counted(len(lines), report.language, "groups without a count or a rate")
        return report.t("note.all_hidden", title=caption, groups=groups)
    return rate_table(report, f"{measure}-{group_by}", caption, report.t(f"column.{group_by}"), lines)


def ladder_lines(report: Report, measure: str, cohort: str = "programme") -> list[tuple[str, Row]]:
    """A measure's windows one under another: the ladder on the same people where it was counted, else own cells."""
    keys = {"group_by": "all", "cohort": cohort, "component": ""}
    found = report.rows(measure, cell_set="ladder", **keys) or report.rows(measure, cell_set="own", **keys)
    ordered = sorted((row for row in found if row.keys["window"]), key=lambda row: int(row.keys["window"]))
    return [(report.days(row.keys["window"]), row) for row in ordered]


def windows_table(report: Report, measure: str) -> str:
    """A measure by length of follow-up, saying whether its rows count the same people; empty when not released."""
    lines = ladder_lines(report, measure)
    if not lines:
        return ""
    ladder = lines[0][1].keys.get("cell_set") == "ladder"
    caption = report.t("caption.ladder" if ladder else "caption.windows", title=report.words(measure, "title"))
    table = rate_table(report, f"{measure}-windows", caption, report.t("column.window"), lines)
    return paragraphs(table, report.t("note.ladder") if ladder else "")


def comparison_sentence(
    report: Report, one: Row | None, other: Row | None, names: tuple[str, str], what: str, balance: str = DESCRIPTIVE
) -> str:
    """The sentence for two groups with the smallest difference they could have shown, chosen by the wording table."""
    key = compare_key(one, other, difference(one, other), balance)
    if key.endswith("lower"):
        one, other = other, one  # "lower by 23" is said with the difference the right way up
    found = difference(one, other)
    values = {"one": names[0], "other": names[1], "what": what}
    if found and one and other:
        cells = sources(one, other)
        values |= {
            "points": points(found.points, "difference", cells, report.language),
            "low": derived(numbers.format_count(found.low, report.language), "difference_low", cells),
            "high": points(found.high, "difference_high", cells, report.language),
            "least": points(found.detectable, "detectable", cells, report.language),
        }
    return report.t(key, **values)


def forest(report: Report, measure: str, window: str, group_by: str, title: str) -> Figure | None:
    """Dots with intervals by group, its definition, n, coverage and state beneath; None when not released."""
    lines = grouped(report, measure, window, group_by)
    pooled = report.pooled(measure, window)
    if pooled is None or sum(is_shown(row.cells.get("rate")) for _, row in lines) < COMPARED:
        return None
    suffix = numbers.NBSP + "%" if report.language == "cs" else "%"
    together = strip_marks(report.t("group.all"))
    rows = [rate_row(report, strip_marks(label), row) for label, row in [*lines, (together, pooled)]]
    words = subject_axis(report, measure, window)
    alternative = report.t(
        "alternative.forest",
        title=report.words(measure, "title"),
        pairs="; ".join(pair(report, *line) for line in lines),
    )
    chart = forest_chart(rows, words, suffix, report.language, alternative=strip_marks(strip_tags(alternative)))
    least = least_difference(report, lines)
    notes = [*figure_notes(report, measure, window), least, *repeated_lines(report, lines)]
    return report.figure(f"{measure}-{group_by}", title, chart, notes, alternative, [least])


def least_difference(report: Report, lines: Sequence[tuple[str, Row]]) -> str:
    """Beneath a figure: the smallest difference that its two largest groups could show; empty when they are small."""
    largest = sorted((row for _, row in lines if is_shown(row.cells.get("rate"))), key=lambda row: -number(row["n"]))
    found = difference(*largest[:COMPARED]) if len(largest) >= COMPARED else None
    if found is None:
        return ""
    least = points(found.detectable, "detectable", sources(*largest[:COMPARED]), report.language)
    return report.t("figure.least", points=least)


def repeated_lines(report: Report, lines: Sequence[tuple[str, Row]]) -> list[str]:
    """Beneath a figure: which of its groups repeat an earlier release, a line for each day."""
    names: dict[str, list[str]] = {}
    for label, row in lines:
        note = repeated_note(report, row)
        if note:
            names.setdefault(note, []).append(label)
    return [f"{', '.join(labels)}: {note}" for note, labels in names.items()]


def subject_axis(report: Report, measure: str, window: str) -> str:
    """The axis title of a rate."""
    return strip_marks(report.t("axis.rate", title=report.words(measure, "title"), window=window))


def rate_row(report: Report, label: str, row: Row) -> RateRow:
    """A group's line in a dot plot; without a rate it says by its mark why."""
    rate, low, high = (shown(row.cells.get(name)) for name in ("rate", "low", "high"))
    text = cell_text(report, row.cells.get("rate"))
    if low is not None:
        limits = "–".join(cell_text(report, row.cells.get(name), "bare") for name in ("low", "high"))
        text = f"{text} ({limits}), n\u00a0{cell_text(report, row.cells.get('n'))}"
    return RateRow(label, rate, low, high, text)


def pair(report: Report, label: str, row: Row) -> str:
    """`group: number`, for text alternatives; a state is named, not marked."""
    return f"{label}: {said(report, row.cells.get('rate'))}"


def said(report: Report, cell: Cell | None) -> str:
    """A cell for reading aloud: its cited number or the name of its state."""
    if cell is not None and is_shown(cell):
        return report.cite(cell)
    return report.t(f"state.{cell.status if cell else 'not_applicable'}.name")


def figure_notes(report: Report, measure: str, window: str, people: Cell | None = None) -> list[str]:
    """Beneath a figure: definition, n (`people`, else the measure's), coverage, provisional or final."""
    row = report.pooled(measure, window)
    base = report.cite(people or (row.cells.get("n") if row else None))
    unit = str(report.bundle.meta.definitions.get(measure, {}).get("unit", "releases"))
    day, span = report.moment(report.observed), report.span(window) if window else ""
    people_line = report.t("figure.n", n=base)
    if unit not in ("releases", "persons"):
        people_line = report.t("figure.base", n=base, unit=report.label("unit", unit))
    coverage = report.t("figure.coverage", span=span, day=day) if span else report.t("figure.periods", day=day)
    final = report.t("figure.provisional" if report.bundle.meta.provisional else "figure.final")
    return [report.t("figure.definition", text=report.words(measure, "definition")), people_line, coverage, final]


def shown(cell: Cell | None) -> float | None:
    """A cell's number, or None when it has none to show."""
    value = number(cell)
    return None if math.isnan(value) else value


def cell_text(report: Report, cell: Cell | None, style: str = "") -> str:
    """A cell as plain text for a chart: its number or the mark of its state."""
    if cell is not None and is_shown(cell):
        return format_cell(cell, report.language, style)
    return report.t(f"state.{cell.status if cell else 'not_applicable'}.mark")
