"""Bank accounts: IBAN, and the Czech `prefix-number/code` with its weights and the codes of banks."""

from __future__ import annotations

import re

from stdnum import iban
from stdnum.cz import bankaccount
from stdnum.exceptions import ValidationError

CANDIDATE = (
    r"[0-9]{2,10}[ \u00a0]?/[ \u00a0]?(?:0[1-8][0-9]{2}|20(?:10|20|30|60|70)|2[1-9][0-9]{2}|[3-9][0-9]{3})"
    r"|(?:^|[^0-9A-Za-z])[A-Z]{2}[0-9]{2}[ \u00a0]?(?:[0-9A-Z]{4}[ \u00a0]?){2}[0-9A-Z]{3}"
)
"""What may be an account, for a first look; codes of banks that are years of case numbers too are few."""

_CZECH = re.compile(r"(?<![0-9A-Za-z/\-])(?:(\d{1,6})\s?-\s?)?(\d{2,10})\s?/\s?(\d{4})(?![0-9A-Za-z/]|-\d)")
_IBAN = re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}\d{2}(?:[ \u00a0\-]?[0-9A-Z]{1,4}){3,8}(?![0-9A-Za-z])")
_COUNTRIES = re.compile(
    "A[DELTZ]|B[AEGHRY]|C[HRYZ]|D[EKO]|E[EGS]|F[IOR]|G[BEILRT]|H[RU]|I[ELQST]|JO|K[WZ]|L[BCITUVY]|M[CDEKRTU]|N[LO]"
    "|P[KLST]|QA|R[OS]|S[ACEIKMTV]|T[LNR]|U[A]|V[AG]|XK"
)
_WORDS = re.compile(r"\b(?:[úu][čc][eě]?t\w*|č\.?\s?ú\.?|c\.?\s?u\.|iban|bank\w*|account)", re.IGNORECASE)
_YEARS = range(1990, 2040)
_LONG = 8
"""`1234567/2020` is how a case is numbered; from eight digits on, or with a prefix or a word, it is an account."""


def has_account(text: str, *, said: bool = False) -> bool:
    """Whether a text holds a bank account; `said` when its heading speaks for one."""
    if any(_is_iban(match[0]) for match in _IBAN.finditer(text)):
        return True
    said = said or bool(_WORDS.search(text))
    return any(_is_czech(*match.groups(), said=said) for match in _CZECH.finditer(text))


def _is_iban(text: str) -> bool:
    digits = re.sub(r"[ \u00a0\-]", "", text)
    if not _COUNTRIES.match(digits):
        return False
    lengths = range(len(digits), 14, -1)  # words may follow that look like a part of it
    return any(iban.is_valid(digits[:length]) for length in lengths)


def _is_czech(prefix: str | None, number: str, code: str, *, said: bool) -> bool:
    if int(code) in _YEARS and not (said or prefix or len(number) >= _LONG):
        return False
    try:
        bankaccount.validate(f"{prefix or '0'}-{number}/{code}")
    except (ValidationError, ValueError):
        return False
    return int(number) > 0
