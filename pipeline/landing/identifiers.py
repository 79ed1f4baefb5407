"""What a direct identifier looks like in a piece of text; birth numbers, e-mail addresses and telephones are here.

A number counts as a birth number by its date and, with ten digits, its check digit (python-stdnum, with the
rule on months made exact). A bare nine-digit number is no telephone unless something else says so: grouping, a
prefix, a heading, a word.
"""

from __future__ import annotations

import re
from datetime import date

from stdnum.cz import rc
from stdnum.exceptions import ValidationError

from pipeline.landing import accounts, addresses, birthdates, documents, names
from pipeline.landing.headings import ACCOUNT, ADDRESS, BIRTH_DATE, BIRTH_NUMBER, DOCUMENT, EMAIL, NAME, PHONE, promised

_BLANK = "[ \t\u00a0\u2009\u202f]"
CANDIDATE = (
    rf"@|(?:^|[^0-9ABD-Zabd-z])[0-9]{{6}}{_BLANK}?[/\-–]?{_BLANK}?[0-9]{{3,4}}(?:$|[^0-9A-Za-z])"
    r"|(?i:tel|mobil|volat|gsm|phone)[^\x1f]*[0-9]{3}"
    rf"|(?:\+|(?:^|[^0-9A-Za-z])00){_BLANK}?[0-9]{{1,3}}[ \u00a0\u202f\-]?[0-9]{{3}}"
    r"|[0-9]{3}[ \u00a0\u2009\u202f.\-/][0-9]{3}[ \u00a0\u2009\u202f.\-/][0-9]{3}"
    rf"|[0-9]{{2}}{_BLANK}[0-9]{{2,3}}{_BLANK}[0-9]{{2}}{_BLANK}[0-9]{{2}}"
    rf"|{accounts.CANDIDATE}|{documents.CANDIDATE}|{addresses.CANDIDATE}|{birthdates.CANDIDATE}"
)
"""Any text that may hold an identifier other than a name matches this (for Rust and Python alike; spelt-out classes are
30 times faster there than Unicode's). A birth number may follow `rč` at once, no other letter: `V123456789` is none."""

_LEFT, _RIGHT = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_EMAIL = re.compile(r"[^\s@;,<>\"'()]+@[^\s@;,<>\"'()]+\.[^\W\d_]{2,}")
_BIRTH = re.compile(rf"{_LEFT}(?:r\.?\s?[cč]\.?:?\s?)?(\d{{6}})(\s?[/\-–]\s?|\s)?(\d{{3,4}}){_RIGHT}", re.IGNORECASE)
_FOREIGN = re.compile(r"(?<![0-9A-Za-z])(?:\+\s?\d{1,3}|0042[01]|00\d{1,3}[\s\-])(?:[\s\-./]?\(?\d\)?){6,13}(?![0-9])")
_GROUPED = re.compile(r"(?<![0-9+])(?<!\d[\s.,\-/])[2-9]\d{2}([\s.\-/])\d{3}\1\d{3}(?![0-9]|[\s.,\-/]\d)")
_TWOS = re.compile(r"(?<![0-9])(?<!\d[\s.,])[2-9]\d{2}\s\d{2}\s\d{2}\s\d{2}(?![0-9]|[\s.,]\d)")
_NAMED = re.compile(
    r"\b(?:tel|telefon\w*|mobil\w*|volat|gsm|phone)\b\D{0,12}\d{3}\s?\d{3}\s?\d{3}(?!\d)", re.IGNORECASE
)
_NOT_DIGITS = re.compile(r"[\s./\-–]")


def kinds(text: str, latest: date, *, heading: str = "") -> list[str]:
    """Kinds of identifier that a text holds, under a heading that may speak for one; `latest` is the last birthday."""
    said = promised(heading) if heading else frozenset[str]()
    found = numbers(text, latest, said)
    if names.has_name(text) or (NAME in said and names.is_under_name_heading(text)):
        found.append(NAME)
    return found


def numbers(text: str, latest: date, said: frozenset[str] = frozenset()) -> list[str]:
    """Kinds of identifier other than names that a text holds; `said` are those for which its heading speaks."""
    found = []
    if "@" in text and _EMAIL.search(text):
        found.append(EMAIL)
    if _has_birth_number(text, latest, BIRTH_NUMBER in said):
        found.append(BIRTH_NUMBER)
    elif accounts.has_account(text, said=ACCOUNT in said):
        found.append(ACCOUNT)
    elif documents.has_document(text, said=DOCUMENT in said):
        found.append(DOCUMENT)
    elif _has_phone(text, PHONE in said):
        found.append(PHONE)
    if addresses.has_address(text, said=ADDRESS in said):
        found.append(ADDRESS)
    if birthdates.has_birth_date(text, said=BIRTH_DATE in said):
        found.append(BIRTH_DATE)
    return found


def is_birth_number(digits: str, latest: date, *, lost_zero: bool = True) -> bool:
    """Whether nine or ten digits are a birth number of somebody born up to `latest`.

    Ten digits: divisible by 11, or remainder 10 written as 0 (given out up to 1985, and now and then later); month
    +50 for women, +20 (+70) since 2004. Nine digits: born before 1954, or, with `lost_zero`, ten digits that lost a
    leading zero.
    """
    if _as_written(digits, latest):
        return True
    return lost_zero and len(digits) == 9 and _as_written("0" + digits, latest)


def _as_written(digits: str, latest: date) -> bool:
    try:
        rc.validate(digits)
        return _exact(digits, latest)
    except (ValidationError, ValueError):
        return False


def _exact(digits: str, latest: date) -> bool:
    born = rc.get_birth_date(digits)
    month = int(digits[2:4]) % 50
    return born <= latest and (1 <= month <= 12 or (21 <= month <= 32 and born.year >= 2004))


def _has_birth_number(text: str, latest: date, said: bool) -> bool:
    for match in _BIRTH.finditer(text):
        front, separator, back = match[1], match[2] or "", match[3]
        if len(back) == 3 and separator and "/" not in separator:
            continue
        if is_birth_number(front + back, latest):
            return True
    return said and _dated(_NOT_DIGITS.sub("", text))


def _dated(digits: str) -> bool:
    """Under a heading that promises birth numbers, a date in front is enough: a mistyped one still tells who."""
    if not (digits.isdigit() and len(digits) in (9, 10)):
        return False
    month, day = int(digits[2:4]) % 50 % 20, int(digits[4:6])
    return 1 <= month <= 12 and 1 <= day <= 31


def front_of_birth_number(text: str, latest: date) -> str:
    """The six digits in front of a cell that is nothing but nine or ten digits written as a birth number and dated by
    the birth of an adult, whatever its check digit; '' for any other. A year behind is the year of a case number.
    """
    match = _BIRTH.fullmatch(text.strip())
    if match is None or re.fullmatch("(?:19[89]|20[0-3])[0-9]", match[3]):
        return ""
    ten = match[1] + match[3]
    written = (ten, "0" + ten) if len(ten) == 9 and not match[2] else (ten,)
    return match[1] if any(_is_dated(digits, latest) for digits in written) else ""


def _is_dated(digits: str, latest: date) -> bool:
    """Whether nine or ten digits begin with the day on which somebody was born who is an adult now."""
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    year += 1900 if len(digits) == 9 or year >= 54 else 2000
    month %= 50
    try:
        born = date(year, month - 20 if month > 20 and year >= 2004 else month, day)
    except ValueError:
        return False
    return birthdates.AGES[0] <= latest.year - born.year <= birthdates.AGES[1]


def _has_phone(text: str, said: bool) -> bool:
    if any(9 <= sum(c.isdigit() for c in match[0]) <= 15 for match in _FOREIGN.finditer(text)):
        return True
    if _GROUPED.search(text) or _TWOS.search(text) or _NAMED.search(text):
        return True
    digits = _NOT_DIGITS.sub("", text)
    return said and digits.isdigit() and len(digits) == 9
