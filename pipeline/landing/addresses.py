"""Street addresses: a street with a house number, and a postal code beside it."""

from __future__ import annotations

import re

CANDIDATE = (
    r"[1-7][0-9]{2}[ \u00a0]?[0-9]{2}[ \u00a0,\-–]{1,3}[A-ZÀ-Ž]"
    r"|[A-Za-zÀ-ž]\.?[ \u00a0][0-9]{1,4}[a-z/0-9]*[ ,\n][^\x1f]*[1-7][0-9]{2}[ \u00a0]?[0-9]{2}"
    r"|(?:PS[CČ]|ps[cč])[^0-9\x1f]{0,3}[1-7]"
)
_HOUSE = r"(?:č\.\s?p\.\s?|čp\.?\s?)?\d{1,4}[a-z]?(?:/\d{1,4}[a-z]?)?"
_STREET = r"[^\W\d_][^\W\d_.]*\.?(?:[ \u00a0]+[^\W\d_][^\W\d_.]*\.?){0,4}"
_HOUSED = re.compile(
    rf"(?<![^\W_]){_STREET}[ \u00a0]+{_HOUSE}(?![^\W_]|[.:]\d|[ \u00a0]*(?:%|Kč|min|hod|dn))", re.IGNORECASE
)
_CODE = re.compile(
    r"(?<![\dA-Za-z/.,\-])(?<!\d[ \u00a0])[1-7]\d{2}(?P<gap>[ \u00a0])?\d{2}(?![\d/.:%]|[ \u00a0]\d|,\d)"
)
_TOWN = r"[ \u00a0,\-–]{1,3}[A-ZÁ-Ž][^\W\d_]{2,}"
_NAMED_CODE = re.compile(r"(?:PSČ|psč|PSC|ZIP)[ :.]{0,3}$")
_TOWN_BEFORE = re.compile(
    r",[ \u00a0]*[A-ZÁ-Ž][^\W\d_]{2,}(?:[ \u00a0][^\W\d_]+){0,3}(?:[ \u00a0]\d{1,2})?[, \u00a0]+$"
)
_AMOUNT = re.compile(r"[ \u00a0]?(?:Kč|kč|CZK|,-|EUR|€)")


def has_address(text: str, *, said: bool = False) -> bool:
    """Whether a text holds an address; under a heading that says so, a street with a house number is one."""
    if said and _HOUSED.search(text):
        return True
    return any(_is_code(match, text) and _street_beside(match, text) for match in _CODE.finditer(text))


def _is_code(match: re.Match[str], text: str) -> bool:
    """`602 00` with a town after it or before it, or with the word; an amount has neither."""
    rest = text[match.end() :]
    if _AMOUNT.match(rest):
        return False
    before = text[: match.start()]
    return bool(match["gap"] or re.match(_TOWN, rest) or _NAMED_CODE.search(before) or _TOWN_BEFORE.search(before))


def _street_beside(match: re.Match[str], text: str) -> bool:
    """A street and number that ends a part of the text before the code, or begins one after it."""
    before, after = text[: match.start()], text[match.end() :]
    return any(_HOUSED.search(side) for side in (before, after))
