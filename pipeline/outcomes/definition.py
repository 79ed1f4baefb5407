"""What a measure is: one frozen record, from which the reader's text and the counting are both made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.errors import SettingsError

Kind = Literal["rate", "count", "rate_per_person_time", "median"]
Value = Literal["share", "ratio", "median"]
VALUES: dict[Kind, Value] = {"rate": "share", "count": "ratio", "rate_per_person_time": "ratio", "median": "median"}
LANGUAGES = ("cs", "en")
SUBSETS = ("conditional", "treated_in_prison", "opioid_agonist_in_prison")
"""Parts of a cohort of releases that a measure may be about, each known on day 0."""


@dataclass(frozen=True)
class Text:
    """One text in Czech and English."""

    cs: str
    en: str

    def in_language(self, language: str) -> str:
        """The text in `cs` or `en`; raises SettingsError for another language."""
        if language not in LANGUAGES:
            raise SettingsError(f"There is no text in '{language}'. Choose cs or en.")
        return self.cs if language == "cs" else self.en


@dataclass(frozen=True)
class Part:
    """How one component differs from its measure: another unit below the line, or another kind of value.

    A share has people in it and people outside; a ratio is given per `per` units; a median is of sizes, or with `per`
    the day on which one in so many had the event.
    """

    component: str
    unit: str
    value: Value
    per: int = 1


@dataclass(frozen=True)
class Measure:
    """One definition.

    `windows` are days after day 0 (empty: none), `components` the parts that have cells of their own ('' is the
    whole), `curve` says whether incidence by day is counted, `ladder` whether the windows are also counted side by
    side on the members complete for the longest. Windows longer than `detail_to` are neither on the ladder nor broken
    down but by quarter. `process` cells count workers. `unit` is the denominator's; `subset` names the part of the
    cohort that it consists of ('' is the whole).
    """

    id: str
    kind: Kind
    unit: str
    name: Text
    meaning: Text
    numerator_text: Text
    denominator_text: Text
    cohorts: tuple[str, ...]
    event: str
    day_zero: Text
    tables: tuple[str, ...]
    groups: tuple[str, ...]
    source: str
    source_cs: str
    windows: tuple[int, ...] = ()
    components: tuple[str, ...] = ("",)
    competing: tuple[str, ...] = ()
    proof_lag: int = 0
    owner: str = "evaluation team"
    primary_window: int | None = None
    process: bool = False
    curve: bool = False
    parts: tuple[Part, ...] = ()
    subset: str = ""
    detail_to: int | None = None

    def __post_init__(self) -> None:
        problems = []
        if list(self.windows) != sorted(set(self.windows)):
            problems.append(f"{self.id}: windows must rise and not repeat")
        if self.primary_window is not None and self.primary_window not in self.windows:
            problems.append(f"{self.id}: the primary window is not one of its windows")
        if "romodrom" in self.cohorts and self.event.startswith("return"):
            problems.append(f"{self.id}: no return measure may be crossed with Romodrom")
        if self.subset and self.subset not in SUBSETS:
            problems.append(f"{self.id}: there is no subset '{self.subset}' of releases")
        if "all" not in self.groups:
            problems.append(f"{self.id}: the group 'all' is missing")
        if problems:
            raise SettingsError(problems)

    def part(self, component: str) -> Part:
        """The unit and kind of value of one component; raises KeyError for one that the measure has not."""
        if component not in self.components:
            raise KeyError(f"{self.id} has no component '{component}'")
        own = {p.component: p for p in self.parts}
        return own.get(component) or Part(component, self.unit, VALUES[self.kind])

    @property
    def primary(self) -> bool:
        """Whether one of its windows is a primary outcome, fixed before any data."""
        return self.primary_window is not None

    @property
    def ladder(self) -> bool:
        """Whether its windows are also counted side by side on the same members."""
        return len(self.ladder_windows) > 1

    @property
    def ladder_windows(self) -> tuple[int, ...]:
        """The windows that stand side by side; a much longer one would leave few members complete for all."""
        return tuple(w for w in self.windows if self.detailed(w))

    def detailed(self, window: int | None) -> bool:
        """Whether a window is short enough for breakdowns and the ladder."""
        return self.detail_to is None or window is None or window <= self.detail_to

    def title(self, language: str) -> str:
        """Short title for headings."""
        return self.name.in_language(language)

    def definition(self, language: str) -> str:
        """Plain-language definition, printed under every figure."""
        return self.meaning.in_language(language)

    def numerator(self, language: str) -> str:
        """Who or what is counted above the line."""
        return self.numerator_text.in_language(language)

    def denominator(self, language: str) -> str:
        """Who or what is counted below the line."""
        return self.denominator_text.in_language(language)
