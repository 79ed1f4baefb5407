"""What kind of identifier a column's heading speaks for, in Czech and English, whatever its spelling."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

BIRTH_NUMBER = "birth_number"
BIRTH_DATE = "date_of_birth"
EMAIL = "e_mail"
PHONE = "phone"
DOCUMENT = "document_number"
ACCOUNT = "bank_account"
ADDRESS = "address"
NAME = "name"

_SPEAKS = {
    BIRTH_NUMBER: r"\b(?:rc|r c|rod(?:ne|neho|na)? c(?:islo|isla)?|birth ?(?:number|no|nr))\b",
    BIRTH_DATE: r"\b(?:narozen\w*|nar|d nar|dob|birth ?da(?:te|y)|date of birth|born)\b",
    PHONE: r"\b(?:tel|telefon\w*|mobil\w*|phone|gsm)\b",
    DOCUMENT: r"\b(?:op|c op|obcansk\w* prukaz\w*|obcanka|(?:cislo|c|cestovni) (?:\w+ )?(?:pasu|dokladu)|pas"
    r"|passport(?: ?(?:no|nr|number))?|id ?card(?: ?(?:no|nr|number))?|identity card\w*)\b",
    ACCOUNT: r"\b(?:ucet|uctu|bankovni spojeni|iban|account)\b",
    ADDRESS: r"\b(?:ulice|adres[ay]|bydliste|street|address)\b",
    NAME: r"\b(?:jmen[oa]|prijmeni|surname|(?:first|last|given|full|family|maiden) ?name)\b",
}
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in _SPEAKS.items()}
_BARE = {code: unicodedata.normalize("NFD", chr(code))[0] for code in range(0xC0, 0x250)}
_OTHER_NAME = re.compile(
    r"\b(?:organizac\w*|zarizeni|program\w*|projekt\w*|veznic\w*|soubor\w*|sluzb\w*|tabulk\w*|sloup\w*|file|column|table)"
)


@lru_cache(maxsize=4096)
def promised(heading: str) -> frozenset[str]:
    """Kinds of identifier for which a heading speaks; a name of something other than a person is none."""
    text = plain(heading)
    found = {kind for kind, pattern in _PATTERNS.items() if pattern.search(text)}
    return frozenset(found - {NAME} if _OTHER_NAME.search(text) else found)


def plain(text: str) -> str:
    """Lower case without diacritics, with `_`, `.` and `-` as blanks: how headings are compared."""
    return re.sub(r"[\s_.\-]+", " ", without_accents(text.casefold())).strip()


def without_accents(text: str) -> str:
    """The same letters without diacritics."""
    return text if text.isascii() else unicodedata.normalize("NFC", text).translate(_BARE)
