"""One delivery's feedback as a workbook: the same content as the page, to be sorted, filtered and worked through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from pipeline.spreadsheets import inert
from pipeline.validated.feedback_content import Feedback, Group, row_ranges
from pipeline.validated.feedback_page import PLACE_COLUMNS, code_lines, place_words, verdict
from pipeline.validated.feedback_sections import STATES, custody_number, rule_title
from pipeline.validated.feedback_words import Words
from pipeline.validated.rules import Rule

Cell = str | int | float | None

LONGEST_CELL = 32_000
FATES = ("produced", "accepted", "quarantined", "parent_refused", "duplicate")
WIDTHS = {"wrong": 60, "mend": 60, "finding": 60, "key": 28, "file": 30, "column": 26, "detail": 40, "table": 22}


def render_book(feedback: Feedback, rules: dict[str, Rule], words: Words) -> bytes:
    """The workbook's bytes; equal content gives equal bytes."""
    import xlsxwriter

    held = BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    made = datetime.combine(feedback.extract_date or date(2000, 1, 1), time())
    mark = f"{words('synthetic_title')} – " if feedback.synthetic else ""
    book.set_properties({"title": f"{mark}{words('title')} – {feedback.title}", "created": made})
    writer = _Book(book, words)
    writer.sheet("summary", (), _summary(feedback, rules, words))
    writer.sheet("findings", ("severity", "wrong", "mend", *PLACE_COLUMNS), _findings(feedback.groups, rules, words))
    if feedback.compared:
        writer.sheet("changes_sheet", ("finding", *(f"{s}_count" for s in STATES)), _changes(feedback, rules, words))
        if feedback.compared.waiting:
            writer.sheet("open_count", ("finding", "table", "key", "column", "since"), _waiting(feedback, rules, words))
    if feedback.trends:
        writer.sheet("completeness_sheet", *_trends(feedback, words))
    if feedback.ignored or feedback.unread:
        places = (*feedback.ignored, *feedback.unread)
        writer.sheet("unread_sheet", ("file", "sheet", "column"), [(p.file, p.sheet, p.column) for p in places])
    book.close()
    return held.getvalue()


class _Book:
    """Sheets of texts and numbers with a frozen, filtered heading; a text is never written as anything else."""

    def __init__(self, book: Any, words: Words) -> None:
        self.book, self.words = book, words
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.percent = book.add_format({"num_format": "0 %", "valign": "top"})

    def sheet(self, title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
        """One sheet; headings are keys of the catalogue or days as they stand."""
        page = self.book.add_worksheet(self.words(title))
        page.set_landscape()
        page.fit_to_pages(1, 0)
        top = 1 if heads else 0
        for column, head in enumerate(heads):
            page.write_string(0, column, inert(self.words.known(head)), self.head)
            page.set_column(column, column, WIDTHS.get(head, 16))
        last = top
        for last, row in enumerate(rows, top):
            for column, cell in enumerate(row):
                self._write(page, last, column, cell, bold=not heads and not column)
        if heads:
            page.freeze_panes(1, 0)
            page.repeat_rows(0)
            page.autofilter(0, 0, max(last, 1), len(heads) - 1)
        else:
            page.set_column(0, 0, 44)
            page.set_column(1, 6, 18)

    def _write(self, page: Any, row: int, column: int, cell: Cell, *, bold: bool) -> None:
        if isinstance(cell, float):
            page.write_number(row, column, cell, self.percent)
        elif isinstance(cell, int):
            page.write_number(row, column, cell, self.text)
        elif cell:
            page.write_string(row, column, inert(cell[:LONGEST_CELL]), self.head if bold else self.text)


def _summary(feedback: Feedback, rules: dict[str, Rule], words: Words) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = [(words("synthetic"),)] if feedback.synthetic else []
    rows += [
        (words("title"), feedback.title),
        (words("extract"), words.day(feedback.extract_date)),
        *([(words("period"), " – ".join(map(words.day, feedback.period)))] if feedback.period else []),
        *([(words("kind"), words.known(feedback.kind))] if feedback.kind else []),
        (words("files"), ", ".join(feedback.files)),
        (words("delivery"), feedback.delivery_id),
        (words("verdict"), words(verdict(feedback))),
        (words("internal"),),
        (),
    ]
    if feedback.accounting:
        rows.append((words("records"), feedback.records or 0))
        rows.append((words("table"), *(words(fate) for fate in FATES)))
        rows += [(words.table(a.table), *(getattr(a, fate) for fate in FATES)) for a in feedback.accounting]
        rows += [(words("total"), *(feedback.sum(fate) for fate in FATES)), (words("rows_note"),), ()]
    if feedback.custody:
        rows += [(words("custody"),), (words("custody_note"),)]
        rows += [(rule_title(a.rule_id, rules, words), custody_number(a, words)) for a in feedback.custody]
    return rows


def _findings(groups: Sequence[Group], rules: dict[str, Rule], words: Words) -> Iterable[Sequence[Cell]]:
    for group in groups:
        rule = rules.get(group.rule_id)
        codes = "; ".join(code_lines(group, words))
        said = (
            words(f"{group.severity}_severity"),
            rule_title(group.rule_id, rules, words),
            f"{rule.words(words.language).mend if rule else words('unknown_mend')} {codes}".strip(),
        )
        for batch in group.batches:
            for place in batch.places:
                shown = place_words(place, words)
                yield (*said, *(place.row if name == "row" else shown[name] for name in PLACE_COLUMNS))
            if batch.ranges:
                shown = place_words(batch.places[0], words) | {"key": "", "state": "", "row": ""}
                shown["detail"] = words("rows_named").format(rows=row_ranges((), batch.ranges))
                yield (*said, *(shown[name] for name in PLACE_COLUMNS))
        if group.unlisted:
            yield (*said, *[None] * (len(PLACE_COLUMNS) - 2), f"{words('more_hidden')}: {group.unlisted}", None)


def _changes(feedback: Feedback, rules: dict[str, Rule], words: Words) -> list[Sequence[Cell]]:
    assert feedback.compared is not None
    return [
        (rule_title(c.rule_id, rules, words), *(int(getattr(c, state)) for state in STATES))
        for c in feedback.compared.changes
    ]


def _waiting(feedback: Feedback, rules: dict[str, Rule], words: Words) -> list[Sequence[Cell]]:
    assert feedback.compared is not None
    return [
        (rule_title(w.rule_id, rules, words), words.table(w.table), w.key, words.known(w.column), words.day(w.since))
        for w in feedback.compared.waiting
    ]


def _trends(feedback: Feedback, words: Words) -> tuple[Sequence[str], list[Sequence[Cell]]]:
    """Headings and lines: a column of the table per delivery, newest last."""
    days = sorted({day for trend in feedback.trends for day, _, _ in trend.points})
    rows: list[Sequence[Cell]] = []
    for trend in feedback.trends:
        shares: dict[date, float] = {day: filled / asked for day, asked, filled in trend.points}
        rows.append((words.table(trend.table), trend.column, *(shares.get(day) for day in days)))
    return ("table", "column", *map(words.day, days)), rows
