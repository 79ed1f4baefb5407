"""A pseudonym: HMAC-SHA-256 over the normalised birth number, 25 base-32 characters and a check character.

Whoever has the key can try all birth numbers within minutes: a pseudonym protects against everybody else, and is
never anonymous. The first character records the key domain: A to P for a birth number, Q to 7 for anything else,
which only the partner who used it can use again.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from pipeline.keys import ALPHABET, LENGTH, from_digest, is_by_birth_number, is_pseudonym
from pipeline.landing import is_birth_number
from pipeline.spreadsheets import has_failed

__all__ = ["ALPHABET", "LENGTH", "NotAPersonError", "Pseudonymiser", "is_by_birth_number", "is_pseudonym", "normalise"]

BIRTH_NUMBER, OTHER, WORKER = "birth_number", "other", "worker"
_SEPARATORS = re.compile(r"[\s/.\-–—]")
_OTHER = re.compile(r"\s*ID\s*:\s*", re.IGNORECASE)
_REMEMBERED = 200_000


class NotAPersonError(Exception):
    """An identifier of which no pseudonym can be made; the message says why, without the value."""


@dataclass
class Pseudonymiser:
    """Makes pseudonyms under one key for one partner; `latest` is the last possible birthday.

    `made` holds the pseudonyms made, by key domain; `doubtful` counts nine digits that are a number given before 1954
    and would also be valid with a lost zero in front.
    """

    key: bytes = field(repr=False)
    partner: str
    latest: date
    made: dict[str, set[str]] = field(default_factory=dict, repr=False)
    doubtful: Counter[str] = field(default_factory=Counter)
    _known: dict[str, str] = field(default_factory=dict, repr=False)

    def person(self, text: str) -> str:
        """The pseudonym of a client or relative, '' for an empty cell.

        Raises NotAPersonError for a wrong birth number and for what already is a pseudonym.
        """
        if not text.strip():
            return ""
        if text in self._known:
            return self._known[text]
        domain, value, doubtful = normalise(text, self.latest)
        made = self._make(domain, value)
        self.doubtful.update([made] if doubtful else [])
        if len(self._known) < _REMEMBERED:
            self._known[text] = made
        return made

    def worker(self, text: str) -> str:
        """The pseudonym of a member of staff, in a key domain of its own; '' for an empty cell."""
        return self._make(WORKER, " ".join(text.split()).casefold()) if text.strip() else ""

    def _make(self, domain: str, value: str) -> str:
        scope = "" if domain == BIRTH_NUMBER else self.partner
        message = "\x00".join(("throughcare 1", domain, scope, value)).encode("utf-8")
        digest = hmac.digest(self.key, message, "sha256")
        made = from_digest(digest, by_birth_number=domain == BIRTH_NUMBER)
        self.made.setdefault(domain, set()).add(made)
        return made


def normalise(text: str, latest: date) -> tuple[str, str, bool]:
    """Key domain, normalised identifier, and whether nine digits could be read in another way too.

    A birth number may have a slash, blanks, or have lost its leading zero (nine digits that are none from before
    1954). Anything that is not nine or ten digits, and anything after `ID:`, is another identifier.
    Raises NotAPersonError for nine or ten digits that are no birth number, a pseudonym, and a failed formula.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if marked := _OTHER.match(plain):
        return OTHER, " ".join(plain[marked.end() :].split()).casefold(), False
    if has_failed(plain):
        raise NotAPersonError("is a failed formula; mend it in the spreadsheet")
    if is_pseudonym(plain):
        raise NotAPersonError("is a pseudonym already; give the export as your system writes it")
    digits = _SEPARATORS.sub("", re.sub(r"(?<=\d{8})\.0$", "", plain))
    if not (digits.isascii() and digits.isdigit() and len(digits) in (9, 10)):
        return OTHER, " ".join(plain.split()).casefold(), False
    return _birth_number(plain, digits, latest)


def _birth_number(plain: str, digits: str, latest: date) -> tuple[str, str, bool]:
    padded = "0" + digits
    lost = len(digits) == 9 and is_birth_number(padded, latest)
    split_at_five = bool(re.match(r"\d{5}\s*/", plain))
    if len(digits) == 9 and split_at_five and lost:
        return BIRTH_NUMBER, padded, False
    valid = is_birth_number(digits, latest, lost_zero=False)
    if valid:
        return BIRTH_NUMBER, digits, lost and "/" not in plain
    if lost:
        return BIRTH_NUMBER, padded, False
    raise NotAPersonError(
        "is no valid birth number (date or check digit); correct it, or write ID: before an identifier of another kind"
    )
