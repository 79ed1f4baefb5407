"""Text for spreadsheets: what a partner wrote into a cell is shown there and never run."""

from __future__ import annotations

FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""Signs a formula begins with, and their wide forms, which spreadsheets in East Asian settings take for the same."""
BREAKS = ("\t", "\r", "\n")
"""Signs that end a cell of pasted text or CSV, so that what follows would begin a cell of its own."""


def inert(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that might be gets an apostrophe in front."""
    risky = text.startswith(BREAKS) or text.lstrip().startswith(FORMULAS)
    return f"'{text}" if risky else text
