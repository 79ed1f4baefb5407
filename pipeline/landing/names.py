"""Names of people in Czech text: a given name beside a surname, in any case, with or without diacritics.

A single listed word is no name (Svoboda is freedom too). Two are, when they stand side by side and either begins
with a capital, or nothing else stands in the cell, or the given name is no ordinary word. A title before a surname,
and a woman's surname after a given name, tell as well.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from pipeline.landing.declension import feminine_given, feminine_surname, masculine
from pipeline.landing.headings import without_accents

CANDIDATE = r"[A-Za-zÀ-ž]{2,}[.,]?[ \u00a0\n_,.\-]{1,2}(?:[A-Za-zÀ-ž]\.?[ \u00a0]?)?[A-Za-zÀ-ž]{2,}"
"""Two words side by side (for a first look, in Rust and Python alike)."""

_WORD = re.compile(r"[^\W\d_]+")
_BETWEEN = re.compile(r"(?:\s{1,2}|\s?[,\-_]\s?|\.\s?)")
_TITLES = re.compile(r"p[aá]n(?:[aiuí]|em)?|slečn[ayeou]|slecn[aye]|bc|mgr|ing|[mpj]udr|phdr|mvdr|rndr|dis")
_ABSENT = re.compile(
    r"neuveden[oáýa]?|nezji[sš]t[eě]no|nezn[aá]m[oýáya]|anonym\w*|nezad[aá]no|nen[ií]|[zž][aá]dn[eéý]|ano|ne|none|null"
    r"|unknown|anonymous|missing|test|synthetic|x+"
)
_LIST = tuple[frozenset[str], frozenset[str]]
_WOMAN = re.compile(r"[^\W\d_]{3,}(?:ov[aáeé]|ovou|sk[áé]|skou)")


def has_name(text: str) -> bool:
    """Whether a text holds a person's name: a given name and a surname side by side, or a title and a surname."""
    words = list(_WORD.finditer(text))
    if len(words) < 2:
        return False
    alone = len(words) <= 3
    given = [_is(m[0], given_names()) for m in words]
    if not any(given) and not any(_TITLES.fullmatch(m[0].casefold()) for m in words):
        return False
    return any(
        _pair(words, given, i, j, text, alone) for i in range(len(words)) for j in _beside(words, given, i, text)
    )


def is_listed(word: str) -> bool:
    """Whether a word is a given name or a surname, in any case."""
    return _is(word, given_names()) or _is(word, surnames())


def is_under_name_heading(text: str) -> bool:
    """Whether a cell under a heading such as `Příjmení` holds a name: letters, and no word for `not known`."""
    words = text.replace(".", " ").replace("-", " ").replace(",", " ").split()
    letters = all(w.isalpha() and len(w) <= 24 for w in words)
    return bool(words) and len(words) <= 6 and letters and any(len(w) > 1 for w in words) and not _absent(words)


@cache
def given_names() -> _LIST:
    """All forms of the listed given names: as written, and without diacritics."""
    men, women = _read("given_names.txt").split("[women]")
    forms = {f for name in men.replace("[men]", "").split() for f in masculine(name)}
    return _both(forms | {f for name in women.split() for f in feminine_given(name)})


@cache
def surnames() -> _LIST:
    """All forms of the listed surnames, men's and women's: as written, and without diacritics."""
    names = _read("surnames.txt").split()
    return _both({f for name in names for f in masculine(name) | feminine_surname(name)})


@cache
def ordinary_words() -> frozenset[str]:
    """Forms of given names that are words too, without diacritics: in lower case within a text they do not count."""
    return frozenset(_read("ordinary_words.txt").split())


def _read(name: str) -> str:
    text = files("pipeline.landing").joinpath(name).read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def _both(forms: set[str]) -> _LIST:
    exact = frozenset(f.casefold() for f in forms if len(f) > 1)
    return exact, frozenset(map(without_accents, exact))


def _is(word: str, known: _LIST) -> bool:
    """A word with diacritics must match them; one without may be a form from which they were left out."""
    small = word.casefold()
    return small in known[1 if small.isascii() else 0]


def _beside(words: list[re.Match[str]], given: list[bool], i: int, text: str) -> list[int]:
    """Words beside the i-th, over one initial or further given name between them."""
    found = []
    for step in (-1, 1):
        j = i + step
        if 0 <= j < len(words) and _touch(words, i, j, text):
            found.append(j)
            k = j + step
            if 0 <= k < len(words) and (given[j] or len(words[j][0]) == 1) and _touch(words, j, k, text):
                found.append(k)
    return found


def _touch(words: list[re.Match[str]], i: int, j: int, text: str) -> bool:
    first, second = sorted((i, j))
    between = text[words[first].end() : words[second].start()]
    if between.startswith(".") and between != "." and len(words[first][0]) > 4:
        return False  # the end of a sentence
    return bool(_BETWEEN.fullmatch(between))


def _pair(words: list[re.Match[str]], given: list[bool], i: int, j: int, text: str, alone: bool) -> bool:
    first, second = words[i][0], words[j][0]
    plain = without_accents(first.casefold())
    capital = second[0].isupper()
    if _TITLES.fullmatch(first.casefold()):
        return j > i and capital and _is(second, surnames())
    if not given[i]:
        return False
    if _is(second, surnames()):
        return capital or first[0].isupper() or alone or plain not in ordinary_words()
    return j > i and capital and first[0].isupper() and bool(_WOMAN.fullmatch(second.casefold()))


def _absent(words: list[str]) -> bool:
    return all(_ABSENT.fullmatch(w.casefold()) for w in words)
