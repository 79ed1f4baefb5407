"""Case stories: a composite of at least three paths by default; a real path only with consent and a second sign-off.

Read from the project's `data/reference/stories.toml`, whose texts people write. What would point to somebody is
refused with reasons: places, partners, days, ages and offences finer than their groups.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from pipeline.disclosure.types import check_seal
from pipeline.errors import DisclosureError
from pipeline.settings import Settings, Strict, list_problems, read_toml

NAME = "data/reference/stories.toml"
FEWEST_PATHS = 3
LANGUAGES = ("cs", "en")
DAY = re.compile(r"\b\d{1,2}\.\s?\d{1,2}\.|\b\d{4}-\d{2}-\d{2}\b|\b(?:19|20)\d{2}\b")  # days, dates and calendar years
AGE = re.compile(r"\b\d{1,2}\s*(?:let|letý|letá|roků|years?)\b|\baged?\s+\d|\bve?\s+věku\s+\d", re.IGNORECASE)
PARAGRAPH = re.compile(r"§\s*\d|\bparagraf\w*\s+\d|\bsection\s+\d", re.IGNORECASE)
BANDS = ("18-24", "25-34", "35-44", "45-54", "55+")


class Consent(Strict):
    """A client's consent to one story, revocable at any time."""

    recorded_on: date
    story: str
    revoked_on: date | None = None


class Step(Strict):
    """What happens in one month after the story begins (0 is its first; before release months are negative)."""

    month: int = Field(ge=-60, le=60)
    cs: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Story(Strict):
    """A story as written: its kind, from how many paths it is made, and who answers for it."""

    id: str = Field(pattern="^[a-z0-9-]+$")
    kind: Literal["composite", "consented"] = "composite"
    synthetic: bool
    title_cs: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    paths: int = Field(ge=1)
    age_band: str | None = None
    offence_group: str | None = None
    written_by: str = Field(min_length=1)
    second_sign_off: str | None = None
    consent: Consent | None = None
    step: tuple[Step, ...] = Field(min_length=2)


@dataclass(frozen=True)
class StoryStep:
    """One step of a released story: the month counted from release (0), and what happens."""

    month: int
    cs: str
    en: str

    def text(self, language: str) -> str:
        """What happens, in one language."""
        return self.cs if language == "cs" else self.en


@dataclass(frozen=True)
class ReleasedStory:
    """A story that passed disclosure control; `paths` is from how many people's paths it is made (1 when consented).

    Only pipeline.disclosure can make one; raises DisclosureError otherwise.
    """

    id: str
    title_cs: str
    title_en: str
    kind: str
    synthetic: bool
    paths: int
    age_band: str
    offence_group: str
    steps: tuple[StoryStep, ...]
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        check_seal(seal, "story")

    def title(self, language: str) -> str:
        """The title in one language."""
        return self.title_cs if language == "cs" else self.title_en


def read_stories(settings: Settings, *, synthetic: bool, names: Iterable[str]) -> list[dict[str, Any]]:
    """The plain form of every story of the project, of the release's kind of data; none where there is no file.

    `names` are words that point to a place or a partner. Raises DisclosureError that lists every reason to refuse.
    """
    path = settings.root / NAME  # never another project's: a story belongs to the people of this one
    if not path.is_file():
        return []
    stories = [story for story in parse_stories(path) if story.synthetic == synthetic]
    words = sorted({word for name in names for word in _stems(name)})
    problems = [f"{NAME}: {story.id}: {reason}" for story in stories for reason in reasons_to_refuse(story, words)]
    if problems:
        raise DisclosureError("\n".join([*problems, "Nothing was released."]))
    return [_plain(story) for story in sorted(stories, key=lambda story: story.id)]


def parse_stories(path: Path) -> list[Story]:
    """The stories of a file; raises DisclosureError for what cannot be read."""
    plain = read_toml(path, NAME)
    try:
        stories = [Story.model_validate(entry) for entry in plain.pop("story", [])]
    except ValidationError as problems:
        raise DisclosureError("\n".join(list_problems(NAME, problems))) from None
    if plain or len({story.id for story in stories}) < len(stories):
        raise DisclosureError(f"{NAME} holds something besides [[story]], or two stories with one id.")
    return stories


def reasons_to_refuse(story: Story, words: Iterable[str]) -> list[str]:
    """Why a story must not be published, in words that repeat nothing of it."""
    found = _unsigned(story)
    texts = [story.title_cs, story.title_en, *(text for step in story.step for text in (step.cs, step.en))]
    whole = " ".join(texts)
    for pattern, reason in (
        (DAY, "names a day or a year; say how many months have passed"),
        (AGE, "names an age; give an age band"),
        (PARAGRAPH, "names an offence; give its group"),
    ):
        if pattern.search(whole):
            found.append(reason)
    folded = _plain_letters(whole)
    if any(re.search(rf"\b{re.escape(word)}", folded) for word in words):
        found.append("names a prison, a partner or a place")
    if story.age_band is not None and story.age_band not in BANDS:
        found.append(f"its age band is none of {', '.join(BANDS)}")
    months = [step.month for step in story.step]
    if months != sorted(months):
        found.append("its steps are not in the order of months")
    return found


def _unsigned(story: Story) -> list[str]:
    """What a composite lacks in paths, and a real path in consent and sign-off."""
    if story.kind == "composite":
        few = story.paths < FEWEST_PATHS
        return [f"is a composite of fewer than {FEWEST_PATHS} paths"] if few else []
    found = []
    if story.paths != 1:
        found.append("is one person's path, so its number of paths is 1")
    if story.consent is None or story.consent.story != story.id:
        found.append("has no recorded consent of the client to this very story")
    elif story.consent.revoked_on is not None:
        found.append("its consent was revoked")
    second = (story.second_sign_off or "").strip().casefold()
    if not second or second == story.written_by.strip().casefold():
        found.append("lacks the sign-off of a second person")
    return found


def _stems(name: str) -> list[str]:
    """Words of a name as they begin in every case: Czech endings change, beginnings do not."""
    words = re.findall(r"\w+", _plain_letters(name).replace("_", " "))
    return [word[: max(len(word) - 2, 5)] for word in words if len(word) > 4 or (len(words) == 1 and len(word) > 3)]


def _plain_letters(text: str) -> str:
    """Small letters without their marks, so that a name is found however it is written."""
    marked = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in marked if not unicodedata.combining(letter))


def _plain(story: Story) -> dict[str, Any]:
    return {
        "id": story.id,
        "title_cs": story.title_cs,
        "title_en": story.title_en,
        "kind": story.kind,
        "synthetic": story.synthetic,
        "paths": story.paths,
        "age_band": story.age_band or "",
        "offence_group": story.offence_group or "",
        "steps": [step.model_dump() for step in story.step],
    }


def open_story(plain: Mapping[str, Any], seal: object) -> ReleasedStory:
    """A released story from its plain form."""
    steps = tuple(StoryStep(**step) for step in plain["steps"])
    return ReleasedStory(**{**plain, "steps": steps}, seal=seal)
