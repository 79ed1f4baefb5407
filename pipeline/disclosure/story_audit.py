"""The audit of stories: what will be printed is judged word by word, by other code than what refuses it."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipeline.errors import DisclosureError

FEWEST = 3
TEN_YEARS = ("18-24", "25-34", "35-44", "45-54", "55+", "")
YEARS_OF_AGE = ("let", "lety", "leta", "rok", "roku", "roky", "year", "years")
MARKS = ".,;:!?()„“\"'"


def check_stories(stories: Sequence[Mapping[str, Any]], written: Path, names: Iterable[str]) -> None:
    """Raise DisclosureError for a story that points to somebody, or that nobody may publish.

    `stories` are as they will be printed, `written` is the file that they come from, `names` places and partners.
    """
    if not stories:
        return
    records = {record["id"]: record for record in tomllib.loads(written.read_text("utf-8-sig"))["story"]}
    beginnings = {_letters(word)[:5] for name in names for word in name.split("_") if len(word) > 4}
    for story in stories:
        problem = _unfounded(story, records[story["id"]]) or _pointed(story, beginnings)
        if problem:
            raise DisclosureError(
                f"The audit stopped the release: story {story['id']} {problem}. Nothing was released."
            )


def _unfounded(story: Mapping[str, Any], record: Mapping[str, Any]) -> str | None:
    """Too few paths for a composite; for one person's path no consent that stands, or one pair of eyes only."""
    if story["kind"] != "consented":
        return "is made of too few paths" if record["paths"] < FEWEST or story["paths"] < FEWEST else None
    consent = record.get("consent") or {}
    if consent.get("story") != story["id"] or "revoked_on" in consent:
        return "is one person's, without a consent that stands"
    people = {str(record.get(name) or "").strip().lower() for name in ("written_by", "second_sign_off")}
    return None if len(people - {""}) == 2 else "is one person's, and no second person signed it"


def _pointed(story: Mapping[str, Any], beginnings: set[str]) -> str | None:
    if story["age_band"] not in TEN_YEARS:
        return "says an age more finely than in bands"
    texts = [story["title_cs"], story["title_en"], *(step[lang] for step in story["steps"] for lang in ("cs", "en"))]
    words = [word for text in texts for word in text.split()]
    for word, following in pairwise([*words, ""]):
        number, after = word.strip(MARKS), _letters(following.strip(MARKS))
        if number.isdigit() and (len(number) == 4 or (word.endswith(".") and after.isdigit())):
            return "says a day or a year"
        if number.isdigit() and after in YEARS_OF_AGE:
            return "says an age"
        if word.startswith("§"):
            return "says an offence by its section"
        if _letters(number)[:5] in beginnings:
            return "says a place or a partner"
    return None


def _letters(word: str) -> str:
    marked = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in marked if letter.isalnum())
