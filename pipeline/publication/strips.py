"""Markdown taken back to plain text: for alternative texts and charts, which cannot carry tags."""

from __future__ import annotations

import re


def strip_tags(markdown: str) -> str:
    """Markdown without the tags of cells: for alternative texts, which cannot carry them."""
    return re.sub(r"\[((?:[^\[\]\\]|\\.)*)\]\{[^}]*\}", r"\1", markdown)


def strip_marks(markdown: str) -> str:
    """Markdown as plain text: escapes and emphasis taken away."""
    return re.sub(r"\\([^\w\s])", r"\1", markdown.replace("**", ""))


def plain(markdown: str) -> str:
    """A sentence as it is read: no tags, escapes or emphasis."""
    return strip_marks(strip_tags(markdown))
