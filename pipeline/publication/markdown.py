"""Pieces of Pandoc Markdown. Whatever comes from outside the catalogue goes through `escape` first."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.publication.strips import plain

BLANKS = re.compile(r"[ \t\r\n\f\v\x85\u2028\u2029]+")
REPEATED = re.compile(r'\{\.cell data-cell="[^"]*" title="([^"]*)"\}')
"""A number that repeats an earlier release, as `cite` tags it; the title says since when it stands."""
LEAST, MOST = 8, 60
"""Letters that a column is wide at least and at most."""
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~^$@\"'&/:=%])")


def escape(text: object) -> str:
    """Text as text: nothing in it is Markdown, HTML, a shortcode, mathematics or a new line."""
    return SPECIAL.sub(r"\\\1", BLANKS.sub(" ", str(text)).strip(" "))


def attribute(text: object) -> str:
    """Text inside a quoted attribute of a span or a div."""
    plain = BLANKS.sub(" ", str(text)).strip(" ")
    return plain.replace("\\", "\\\\").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def heading(level: int, text: str, identifier: str = "", *classes: str) -> str:
    """A heading; the identifier is the same in both languages."""
    marks = " ".join([f"#{identifier}"] * bool(identifier) + [f".{name}" for name in classes])
    return "#" * level + f" {text}" + (f" {{{marks}}}" if marks else "")


def paragraphs(*blocks: str) -> str:
    """Blocks with an empty line between them; empty blocks fall away."""
    return "\n\n".join(block for block in blocks if block)


def bullets(items: Sequence[str]) -> str:
    """A bullet list."""
    return "\n".join(f"- {item}" for item in items)


def div(content: str, *classes: str, identifier: str = "", depth: int = 4, **attributes: str) -> str:
    """A fenced div; `depth` is the number of colons, larger than that of any div inside."""
    parts = ([f"#{identifier}"] if identifier else []) + [f".{name}" for name in classes]
    parts += [f'{key.replace("_", "-")}="{attribute(value)}"' for key, value in attributes.items()]
    fence = ":" * depth
    return f"{fence} {{{' '.join(parts)}}}\n{content}\n{fence}"


@dataclass(frozen=True)
class Table:
    """A table: header texts, rows of Markdown cells, a caption and an identifier that begins with `tbl-`."""

    identifier: str
    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric_from: int = 1
    notes: Sequence[str] = field(default_factory=tuple)

    def __str__(self) -> str:
        rules = [
            _rule(column, i >= self.numeric_from) for i, column in enumerate(zip(self.header, *self.rows, strict=True))
        ]
        said = list(dict.fromkeys(REPEATED.findall("".join(cell for row in self.rows for cell in row))))
        stars = {title: "\\*" * place for place, title in enumerate(said, start=1)}
        lines = [_line(self.header), _line(rules), *(_line(_starred(row, stars)) for row in self.rows)]
        table = "\n".join(lines) + f"\n\n: {self.caption} {{#{self.identifier}}}"
        notes = [*self.notes, *(f"{star} {escape(html.unescape(title))}" for title, star in stars.items())]
        return paragraphs(table, *(div(note, "note", depth=3) for note in notes))


def _starred(row: Sequence[str], stars: Mapping[str, str]) -> list[str]:
    """A star on every cell that repeats an earlier number; a line that repeats as a whole has it once, on its name."""
    found = [list(dict.fromkeys(REPEATED.findall(cell))) for cell in row]
    cited = [titles for cell, titles in zip(row, found, strict=True) if "{.cell " in cell]
    if cited and cited[0] and all(titles == cited[0] for titles in cited) and not found[0] and len(cited[0]) == 1:
        return [f"{row[0]} {stars[cited[0][0]]}", *row[1:]]
    return [" ".join([cell, *(stars[title] for title in titles)]) for cell, titles in zip(row, found, strict=True)]


def _rule(column: Sequence[str], numeric: bool) -> str:
    """The line beneath a heading: where lines are long, Pandoc takes the columns' widths from its length."""
    length = min(max(LEAST, *(len(plain(cell)) for cell in column)), MOST)
    return "-" * length + ":" if numeric else ":" + "-" * length


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell or " " for cell in cells) + " |"
