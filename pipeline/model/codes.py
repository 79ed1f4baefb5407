"""Code lists: `codelists/<list>.csv` with code, cs, en, valid_from, valid_to and the list's own extra columns."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Code:
    """One code with its labels, validity (inclusive from, exclusive to; None is open) and extra columns."""

    code: str
    cs: str
    en: str
    valid_from: date | None
    valid_to: date | None
    extra: dict[str, str]


@dataclass(frozen=True)
class CodeList:
    """A code list; keys are unique."""

    name: str
    codes: dict[str, Code]

    def label(self, code: str, language: str) -> str:
        """The label of a code in `cs` or `en`; an unknown code raises KeyError."""
        entry = self.codes[code]
        return entry.cs if language == "cs" else entry.en


def _read(name: str, text: str) -> CodeList:
    codes: dict[str, Code] = {}
    for row in csv.DictReader(text.splitlines()):
        key, cs, en = row.pop("code"), row.pop("cs"), row.pop("en")
        start, end = row.pop("valid_from"), row.pop("valid_to")
        if key in codes:
            raise ValueError(f"Code list {name}: the code '{key}' stands twice.")
        codes[key] = Code(key, cs, en, _day(start), _day(end), row)
    return CodeList(name, codes)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def code_lists() -> dict[str, CodeList]:
    """All code lists of the model by name."""
    folder = files("pipeline.model").joinpath("codelists")
    paths = sorted((p for p in folder.iterdir() if p.name.endswith(".csv")), key=lambda p: p.name)
    return {p.name[:-4]: _read(p.name[:-4], p.read_text("utf-8")) for p in paths}


def code_list(name: str) -> CodeList:
    """One code list; raises KeyError for an unknown name."""
    return code_lists()[name]
