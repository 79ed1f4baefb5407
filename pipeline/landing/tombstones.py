"""Tombstones: who must not come back, as keyed digests that say nothing to whoever has no pipeline key."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.keys import Keyer, fingerprint, keyed_digest, read_keys
from pipeline.landing.receipts import write_whole
from pipeline.settings import Settings

PERSON = "person"
RELATIVE = "family_member_id"
Reference = tuple[str, str, str, str]
"""Partner, column, value, and the mark of the delivery in which it stands so."""


@dataclass
class Tombstones:
    """Digests by the fingerprint of the key they were made with, and those keys. Empty where nobody was forgotten."""

    path: Path
    keys: dict[str, bytes] = field(repr=False)
    current: str
    digests: dict[str, dict[str, str]]

    def __bool__(self) -> bool:
        return any(self.digests.values())

    @cached_property
    def _keyers(self) -> dict[str, Keyer]:
        return {mark: Keyer(self.keys[mark]) for mark in self.digests}

    def holds_person(self, value: str, keyed: str) -> bool:
        """Whether a person is forgotten; `keyed` is the delivery's mark, '' for a pseudonym as partners make it."""
        return any(
            self._digest(mark, PERSON, value if keyed == mark else keyer.person(value)) in self.digests[mark]
            for mark, keyer in self._keyers.items()
            if keyed in ("", mark)
        )

    def holds_reference(self, partner: str, column: str, value: str, keyed: str) -> bool:
        """Whether a key (of a case, a relative, a treatment) belonged to somebody who is forgotten."""
        return any(
            self._digest(mark, partner, column, _in_one_form(keyer, mark, column, value, keyed)) in self.digests[mark]
            for mark, keyer in self._keyers.items()
        )

    def add(self, people: Iterable[str], references: Iterable[Reference], *, at: datetime) -> None:
        """Remember second pseudonyms and references, under the key of today, on disk at once."""
        made = [self._digest(self.current, PERSON, person) for person in people]
        keyer = Keyer(self.keys[self.current])
        for partner, column, value, keyed in references:
            known_as = _in_one_form(keyer, self.current, column, value, keyed)
            made.append(self._digest(self.current, partner, column, known_as))
        known = self.digests.setdefault(self.current, {})
        for digest in made:
            known.setdefault(digest, at.isoformat(timespec="seconds"))
        self.__dict__.pop("_keyers", None)
        text = json.dumps({mark: dict(sorted(d.items())) for mark, d in sorted(self.digests.items())}, indent=1)
        write_whole(self.path, text.encode("ascii"))

    def _digest(self, mark: str, *parts: str) -> str:
        return keyed_digest(self.keys[mark], *parts)


def _in_one_form(keyer: Keyer, mark: str, column: str, value: str, keyed: str) -> str:
    """A relative's key is a pseudonym, and so may have been keyed before it came; other keys are the partner's own."""
    return value if column != RELATIVE or keyed == mark else keyer.person(value)


def read_tombstones(settings: Settings) -> Tombstones:
    """The project's tombstones.

    Raises SettingsError when some were made with a pipeline key that is neither the present one nor named as a former
    one: people who are to stay forgotten could not be recognised.
    """
    path = settings.data / "landing" / "tombstones.json"
    digests: dict[str, dict[str, str]] = json.loads(path.read_text("ascii")) if path.exists() else {}
    held = read_keys(settings)
    keys = {fingerprint(key): key for key in (*held.former, *([held.pipeline] if held.pipeline else []))}
    if unknown := sorted(mark for mark, known in digests.items() if known and mark not in keys):
        raise SettingsError(
            f"People were forgotten under the pipeline key {', '.join(unknown)}, which is not set: they would come "
            "back. Give it as THROUGHCARE_FORMER_PIPELINE_KEYS, or name its file in throughcare.toml "
            "(keeping.former_pipeline_key_files)."
        )
    return Tombstones(path, keys, held.mark, digests)
