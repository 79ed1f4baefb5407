"""What numbers of one pattern in a column (`MAG-123456/2023`, nine bare digits) tell together about each of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from pipeline.landing.headings import ACCOUNT, BIRTH_NUMBER
from pipeline.landing.identifiers import front_of_birth_number

CHECKED = (BIRTH_NUMBER, ACCOUNT)
MANY = 20
"""From so many cells of one pattern a share can be told: when less than a quarter of them could be birth numbers or
accounts, they are case numbers, some of which are valid by chance."""
FEW, ENOUGH = 3, 1000
"""So many different days of birth, for most of the numbers another one, are no running number; nor are a thousand."""
_PATTERN = str.maketrans("0123456789", "9999999999")


@dataclass
class Crowd:
    """The cells of one pattern in a column: how many, how many are valid by kind, the day in front of each number."""

    cells: int = 0
    valid: Counter[str] = field(default_factory=Counter)
    fronts: dict[str, str] = field(default_factory=dict)
    are_birth_numbers: bool = False

    def add(self, text: str, kinds: list[str], latest: date) -> None:
        """Count a cell with the kinds that were found in it; `latest` is the last birthday."""
        self.cells += 1
        self.valid.update(kind for kind in kinds if kind in CHECKED)
        if text not in self.fronts:
            self.fronts[text] = front_of_birth_number(text, latest)

    def kinds(self, text: str, found: list[str]) -> list[str]:
        """The kinds of a cell, of those that were found in it alone and of what the others make of it."""
        if self.are_birth_numbers and self.fronts[text]:
            return [BIRTH_NUMBER, *(kind for kind in found if kind != BIRTH_NUMBER)]
        return [kind for kind in found if not self._is_chance(kind)]

    def _is_chance(self, kind: str) -> bool:
        """Whether a number that passes its check is one of many that do not."""
        return kind in CHECKED and self.cells >= MANY and 4 * self.valid[kind] < self.cells

    def judge(self) -> None:
        """Once all are counted: when most begin with an adult's day of birth they are birth numbers, whether or not the
        check digit is right: a mistyped one still tells who. Of numbers drawn at random one of fifteen begins so."""
        dated = [front for front in self.fronts.values() if front]
        different = len(set(dated))
        spread = different >= FEW and (2 * different > len(dated) or different >= ENOUGH)
        self.are_birth_numbers = spread and 3 * len(dated) >= 2 * len(self.fronts)


def pattern(text: str) -> str:
    """The text with every digit as 9."""
    return text.strip().translate(_PATTERN)
