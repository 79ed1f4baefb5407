"""Sheets of a workbook: a title, notes, then one table with a heading that stays in sight; texts are never run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pipeline.spreadsheets import inert

Cells = Sequence[object]
LOOKS: dict[str, dict[str, object]] = {
    "head": {"bold": True, "bottom": 2, "bg_color": "#EEF3F8", "text_wrap": True, "valign": "top"},
    "title": {"bold": True, "font_size": 16, "font_color": "#0B4F8A"},
    "mark": {"bold": True, "font_color": "#8A2300", "text_wrap": True},
    "text": {"text_wrap": True, "valign": "top"},
    "note": {"font_color": "#595959"},
    "state": {"font_color": "#595959", "align": "right"},
}


class Mark(str):
    """What stands in a cell without a number."""

    __slots__ = ()


class Sheets:
    """Writes sheets into an xlsxwriter book, all in one look."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.looks = {name: book.add_format(look) for name, look in LOOKS.items()}

    def sheet(
        self, name: str, title: str, notes: Sequence[str], header: Sequence[str], rows: Sequence[Cells],
        *, keys: int = 1, width: int = 28, look: str = "",
    ) -> None:  # fmt: skip
        """A sheet: title, a line for each note, an empty line, the table; its first `keys` columns stay in sight.

        `look` is that of the table's cells.
        """
        page = self.book.add_worksheet(name)
        for line, (words, look) in enumerate([(title, "title"), *((note, "note") for note in notes)]):
            self.put(page, line, 0, words, look)
        top = len(notes) + 2
        page.freeze_panes(top + 1, keys)
        page.set_column(0, len(header) - 1, width)
        heads = [{"header": inert(words), "header_format": self.looks["head"]} for words in header]
        if rows:
            label = f"t_{re.sub(r'[^A-Za-z0-9]', '_', name)}"
            size = (top, 0, top + len(rows), len(header) - 1)
            page.add_table(*size, {"columns": heads, "style": None, "name": label})
        for column, words in enumerate(header):
            self.put(page, top, column, words, "head")
        for line, cells in enumerate(rows, start=top + 1):
            for column, value in enumerate(cells):
                self.put(page, line, column, value, "state" if isinstance(value, Mark) else look)

    def put(self, page: Any, row: int, column: int, value: object, look: str = "") -> None:
        """A value into a cell; of text nothing is ever a formula or a link."""
        if isinstance(value, str):
            page.write_string(row, column, inert(value), self.looks.get(look))
        elif value is not None:
            page.write(row, column, value, self.looks.get(look))
