"""Pieces of Pandoc Markdown. Whatever comes from outside the catalogue goes through `escape` first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

BLANKS = re.compile(r"[ \t\r\n\f\v\x85\u2028\u2029]+")
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~^$@\"'&/:=%])")


def escape(text: object) -> str:
    """Text as text: nothing in it is Markdown, HTML, a shortcode, mathematics or a new line."""
    return SPECIAL.sub(r"\\\1", BLANKS.sub(" ", str(text)).strip(" "))


def attribute(text: object) -> str:
    """Text inside a quoted attribute of a span or a div."""
    plain = BLANKS.sub(" ", str(text)).strip(" ")
    return plain.replace("\\", "\\\\").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def heading(level: int, text: str, identifier: str = "") -> str:
    """A heading; the identifier is the same in both languages."""
    return "#" * level + f" {text}" + (f" {{#{identifier}}}" if identifier else "")


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
        rules = ["---" if i < self.numeric_from else "--:" for i in range(len(self.header))]
        lines = [_line(self.header), _line(rules), *(_line(row) for row in self.rows)]
        table = "\n".join(lines) + f"\n\n: {self.caption} {{#{self.identifier}}}"
        return paragraphs(table, *(div(note, "note", depth=3) for note in self.notes))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell or " " for cell in cells) + " |"
