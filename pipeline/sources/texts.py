"""How texts that senders write by hand are compared: headers, codes, names of files."""

from __future__ import annotations

from difflib import get_close_matches


def fold(text: str) -> str:
    """A header or code as it is compared: case, stray and non-breaking blanks do not count."""
    return " ".join(text.replace("\ufeff", "").split()).lower()


def likeliest(name: str, candidates: list[str]) -> str | None:
    """The candidate most like a name, or None when nothing is near."""
    folded = {fold(c): c for c in reversed(candidates)}
    near = get_close_matches(fold(name), list(folded), n=1, cutoff=0.5)
    return folded[near[0]] if near else None
