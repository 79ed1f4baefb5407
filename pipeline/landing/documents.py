"""Numbers of identity cards and passports: they have no check digit, so a heading or a word must speak for them."""

from __future__ import annotations

import re

CANDIDATE = r"(?:[Oo][Pp]|[Oo]b[cč]an|OB[CČ]AN|[Pp]as|PAS|[Dd]oklad|DOKLAD|[Cc]ard|CARD)[^0-9\x1f]{0,25}[0-9]|<<"
_NUMBER = r"(?:\d{8,9}|\d{6}\s?[A-Z]{2}|[A-Z]{1,2}\s?\d{6,8}|\d{3}\s\d{3}\s\d{3})"
_NAMED = re.compile(
    r"\b(?:č\.?\s?op|op|ob[cč]ansk\w* pr[uů]kaz\w*|ob[cč]ank\w+|(?:cestovn\w* )?pas(?:u|em)?|passport|doklad\w*"
    r"|id card|identity card)\b[^\d\n]{0,20}?(?<![\dA-Za-z])" + _NUMBER + r"(?![\dA-Za-z])",
    re.IGNORECASE,
)
_BARE = re.compile(_NUMBER)
_MACHINE_READABLE = re.compile(r"(?:P[A-Z<]|I[D<])[A-Z]{3}[A-Z0-9<]{20,}")


def has_document(text: str, *, said: bool = False) -> bool:
    """Whether a text holds a document's number; `said` when its heading speaks for one."""
    if said and _BARE.fullmatch(text.strip().upper()):
        return True
    return bool(_NAMED.search(text)) or ("<<" in text and bool(_MACHINE_READABLE.search(text)))
