"""Keying a second time: the partners' pseudonyms under a key that no partner has.

Every partner could make the pseudonym of any birth number with the project key. Under the pipeline's own key what
lies in the warehouse tells a partner nothing, and what a partner holds finds nobody in the warehouse.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from pipeline.keys.pseudonym import from_digest, is_by_birth_number, is_pseudonym

PERSON, WORKER = "person", "worker"


@dataclass
class Keyer:
    """Second pseudonyms under one key; equal for equal pseudonyms whoever sent them, except members of staff."""

    key: bytes = field(repr=False)
    _known: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    def person(self, pseudonym: str) -> str:
        """The second pseudonym of a client or relative, in the key domain of the first."""
        return self._made(PERSON, "", pseudonym)

    def worker(self, pseudonym: str, partner: str) -> str:
        """The second pseudonym of a member of staff, different at each partner."""
        return self._made(WORKER, partner, pseudonym)

    @property
    def originals(self) -> dict[str, str]:
        """The first pseudonym of each second one made so far."""
        return {made: pseudonym for (_, pseudonym), made in self._known.items()}

    def _made(self, domain: str, scope: str, pseudonym: str) -> str:
        found = self._known.get((domain + scope, pseudonym))
        if found is None:
            digest = _digest(self.key, "second", domain, scope, pseudonym)
            linked = is_by_birth_number(pseudonym) if is_pseudonym(pseudonym) else domain == PERSON
            found = self._known[domain + scope, pseudonym] = from_digest(digest, by_birth_number=linked)
        return found


def keyed_digest(key: bytes, *parts: str) -> str:
    """Thirty-two hex digits that recognise a value to whoever holds the key and say nothing of it to anybody else."""
    return _digest(key, "digest", *parts).hex()[:32]


def _digest(key: bytes, *parts: str) -> bytes:
    return hmac.digest(key, "\x00".join(("throughcare keeping 1", *parts)).encode("utf-8", "surrogatepass"), "sha256")
