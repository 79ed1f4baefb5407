"""Spreadsheets: what a partner wrote is shown there and never run; what stands in them where a formula has failed."""

from __future__ import annotations

FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""Signs a formula begins with, and their wide forms, which spreadsheets in East Asian settings take for the same."""
BREAKS = ("\t", "\r", "\n")
"""Signs that end a cell of pasted text or CSV, so that what follows would begin a cell of its own."""

FAILED = (
    *("#n/a", "#ref!", "#value!", "#name?", "#null!", "#num!", "#div/0!"),
    *("#není_k_dispozici", "#odkaz!", "#hodnota!", "#název?", "#číslo!", "#dělení_nulou!"),
)
"""What stands, in English and Czech, where a formula or a look-up has failed; as an id it would join strangers."""


def has_failed(text: str) -> bool:
    """Whether a cell holds a failed formula in place of a value."""
    return text.startswith("#") and text.casefold() in FAILED


def inert(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that might be gets an apostrophe in front."""
    risky = text.startswith(BREAKS) or text.lstrip().startswith(FORMULAS)
    return f"'{text}" if risky else text
