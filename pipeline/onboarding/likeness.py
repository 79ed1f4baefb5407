"""Which model column a sender's heading most likely means, and which code a sender's word.

What the built-in contracts call a column or a code is the best dictionary there is; the model's Czech and English
labels are the rest. A likeness is a proposal for a person to look at, never a mapping.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import cache, lru_cache

from pipeline.model import code_list, tables
from pipeline.sources import ColumnRule, Contract, builtin_contracts, is_template

Place = tuple[str, str]
"""A table and one of its columns."""
BIRTH_NUMBER = ("rodne cislo", "rodne c", "birth number")
LIKELY, CONTAINED, CERTAIN = 0.72, 0.8, 0.999
"""From what likeness on a meaning is proposed, that of a heading with a word too many, and one that needs no remark."""


def plain(text: str) -> str:
    """A heading or word without case, accents, digits and marks: `Datum_Narození 1` is `datum narozeni`."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", bare).lower()).split())


@cache
def headings() -> dict[str, frozenset[Place]]:
    """Plain headings and the columns that they are known to mean."""
    known: dict[str, set[Place]] = {}
    for table in tables().values():
        for column in table.column:
            for text in (column.name, column.cs, column.en, column.cs.split(" (")[0], column.en.split(" (")[0]):
                known.setdefault(plain(text), set()).add((table.name, column.name))
    for table_name, column_name, rule, _ in _builtin_rules():
        for header in rule.headers:
            known.setdefault(plain(header), set()).add((table_name, column_name))
    for table in tables().values():  # what a partner's own export calls a person, before `pseudonymise`
        if "person_id" in table.columns:
            for text in BIRTH_NUMBER:
                known.setdefault(text, set()).add((table.name, "person_id"))
    known.pop("", None)
    return {text: frozenset(places) for text, places in known.items()}


@lru_cache(maxsize=4096)
def places(heading: str) -> dict[Place, float]:
    """Columns that a heading may mean with their likeness (0 to 1), of each column its best."""
    wanted = plain(heading)
    if not wanted:
        return {}
    found: dict[Place, float] = {}
    matcher = SequenceMatcher(b=wanted, autojunk=False)
    for text, meant in headings().items():
        matcher.set_seq1(text)
        likeness = CONTAINED if _contained(text, wanted) else 0.0
        if matcher.real_quick_ratio() >= LIKELY and matcher.quick_ratio() >= LIKELY:
            likeness = max(likeness, matcher.ratio())
        for place in meant:
            found[place] = max(found.get(place, 0.0), likeness)
    return {place: likeness for place, likeness in found.items() if likeness >= LIKELY}


def likely_column(heading: str, among: tuple[str, ...] = ()) -> Place | None:
    """The column that a heading most likely means, in the named tables (in all, when none is named), or None."""
    found = {p: n for p, n in places(heading).items() if not among or p[0] in among}
    return max(sorted(found), key=lambda place: found[place]) if found else None


def _contained(one: str, other: str) -> bool:
    """Whether all words of the shorter stand in the longer: `pohlavi` in `pohlavi klienta`."""
    few, many = sorted((set(one.split()), set(other.split())), key=len)
    return few <= many and max(map(len, few)) >= 5


@cache
def words(list_name: str) -> dict[str, str]:
    """Plain words and the code of a list that they are known to mean; a word that means two is left out."""
    known: dict[str, set[str]] = {}
    for code in code_list(list_name).codes.values():
        for text in (code.code, code.cs, code.en):
            known.setdefault(_word(text), set()).add(code.code)
    for table_name, column_name, rule, contract in _builtin_rules():
        if tables()[table_name].columns[column_name].codes == list_name:
            for source, code_name in _mapped(rule, contract):
                known.setdefault(_word(source), set()).add(code_name)
    return {text: min(codes) for text, codes in known.items() if len(codes) == 1 and text}


def is_known(list_name: str, word: str) -> bool:
    """Whether somebody already uses exactly this word for a code of the list; then it is nobody's name."""
    return _word(word) in words(list_name)


def likely_code(list_name: str, word: str) -> str | None:
    """The code of a list that a sender's word most likely means, or None."""
    known = words(list_name)
    wanted = _word(word)
    if wanted in known:
        return known[wanted]
    scored = [(SequenceMatcher(None, wanted, text, autojunk=False).ratio(), text) for text in known if len(text) > 2]
    best = max(scored, default=(0.0, ""))
    return known[best[1]] if best[0] >= LIKELY else None


def _word(text: str) -> str:
    """A code keeps its digits: 1 and 2 are different."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())


@cache
def _builtin_rules() -> tuple[tuple[str, str, ColumnRule, Contract], ...]:
    return tuple(
        (produces.table, column, rule, contract)
        for contract in builtin_contracts()
        for file in contract.file
        if not is_template(file)
        for produces in file.produces
        for column, rule in produces.columns.items()
    )


def _mapped(rule: ColumnRule, contract: Contract) -> list[tuple[str, str]]:
    if isinstance(rule.codes, dict):
        return list(rule.codes.items())
    return [(row.source, row.code) for row in contract.codelist.get(rule.codes or "", ())]
