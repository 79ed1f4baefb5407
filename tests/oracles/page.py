"""The page of checks for the methodology report: ours, published, source; written from the list in `truth.py`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from tests.oracles.truth import CHECKS, IN_CZECH, Check

FOLDER = Path(__file__).parents[2] / "reports" / "methodology"
WORDS = {
    "cs": (
        "Co se ověřuje",
        "Vychází nám",
        "Bylo zveřejněno",
        "Zdroj",
        "ověřeno {n} výsledků; na všechna uvedená místa se shoduje {same}",
    ),
    "en": (
        "What is checked",
        "Ours",
        "Published",
        "Source",
        "{n} results checked; {same} agree to every digit shown",
    ),
}


def path(language: str) -> Path:
    """Where the page of one language is kept."""
    return FOLDER / f"_truth_checks_{language}.md"


def written(language: str) -> str:
    """The page, computed anew. Raises MissingDataError without the real data."""
    what, ours, published, source, sum_up = WORDS[language]
    found = [(check, check.ours()) for check in CHECKS]
    same = sum(value == check.published for check, value in found)
    lines = [sum_up.format(n=len(found), same=same).capitalize() + ".", ""]
    for name, group in groupby(found, key=lambda pair: pair[0].source):
        title, about = name.removesuffix(")").split(" (")
        about = IN_CZECH[name] if language == "cs" else about
        lines += [f"### {title}", "", f"{source}: {title} ({about})", ""]
        lines += [f"| {what} | {ours} | {published} |", "|---|---|---|"]
        lines += [
            f"| {_text(check, language)} | {_number(value, language)} | {_number(check.published, language)} |"
            for check, value in group
        ]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _text(check: Check, language: str) -> str:
    return check.cs if language == "cs" else check.en


def _number(text: str, language: str) -> str:
    """Numbers as they are written in the language; several are parted by semicolons."""
    several = "; ".join(text.split(" ")).replace("; of; ", " of ").replace("; (", " (")
    plain = several.replace("-", "−")
    return plain.replace(".", ",").replace(" of ", " z ") if language == "cs" else plain
