"""Cohorts and measures that a project declares in `measures.toml`, checked when it is read; no Python, no SQL.

A cohort is a cohort of releases with conditions on what is known on day 0; a measure is like one of the registry, with
windows, groups or cohorts of its own, or with other reasons of admission. All of them are internal unless they say
`publish = true`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.model import code_list
from pipeline.outcomes.definition import Measure, Text
from pipeline.outcomes.registry import MEASURES

FILE = "measures.toml"
BASES = ("programme", "programme_open", "programme_per_release", "all_releases", "comparison")
COLUMNS = ("partner", "prison", "region", "sex", "planned", "drug_user")
COHORT_KEYS = {"id", "of", "cs", "en", "where", "born_from", "born_to"}
MEASURE_KEYS = {"id", "like", "windows", "groups", "cohorts", "reasons", "cs", "en", "publish"}
CODED = {"prison": "prison", "region": "region", "sex": "sex", "drug_user": "yes_no_unknown"}
PLANNED = ("planned", "unplanned", "unknown")


@dataclass(frozen=True)
class Cohort:
    """A part of a cohort of releases: members whose every column in `where` has one of its values."""

    id: str
    base: str
    name: Text
    where: Mapping[str, tuple[str, ...]]
    born_from: int | None = None
    born_to: int | None = None


@dataclass(frozen=True)
class Declared:
    """What a project declares: cohorts, measures, the admission reasons of own kinds of return, what is published."""

    cohorts: tuple[Cohort, ...] = ()
    measures: tuple[Measure, ...] = ()
    reasons: Mapping[str, tuple[str, ...]] | None = None
    published: frozenset[str] = frozenset()

    @property
    def all_measures(self) -> dict[str, Measure]:
        """The registry with the project's own measures after it."""
        return MEASURES | {m.id: m for m in self.measures}

    @property
    def internal(self) -> frozenset[str]:
        """Measures that no release may hold."""
        return frozenset(m.id for m in self.measures) - self.published


def read_declared(root: Path) -> Declared:
    """The project's `measures.toml`, empty where there is none; raises SettingsError with every problem found."""
    path = root / FILE
    if not path.exists():
        return Declared()
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise SettingsError(f"{FILE} is not valid TOML: {problem}") from None
    problems = [f"{name}: write [[cohort]] or [[measure]]" for name in sorted(set(raw) - {"cohort", "measure"})]
    cohorts = [_cohort(entry, problems) for entry in _entries(raw, "cohort", problems)]
    known = (*BASES, *(c.id for c in cohorts))
    measures = [_measure(entry, known, problems) for entry in _entries(raw, "measure", problems)]
    for name in [c.id for c in cohorts] + [m.id for m, *_ in measures]:
        if [c.id for c in cohorts].count(name) + [m.id for m, *_ in measures].count(name) > 1:
            problems.append(f"{name}: the id is there twice; give each its own")
    if problems:
        raise SettingsError([f"{FILE}: {problem}." for problem in dict.fromkeys(problems)])
    return Declared(
        tuple(cohorts),
        tuple(m for m, *_ in measures),
        {m.id: reasons for m, reasons, _ in measures if reasons},
        frozenset(m.id for m, _, publish in measures if publish),
    )


def _entries(raw: dict[str, Any], kind: str, problems: list[str]) -> list[dict[str, Any]]:
    entries = raw.get(kind, [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        problems.append(f"{kind}: write each as [[{kind}]]")
        return []
    return entries


def _cohort(entry: dict[str, Any], problems: list[str]) -> Cohort:
    name = _id(entry, COHORT_KEYS, "cohort", problems)
    if name in (*BASES, "romodrom", "family"):
        problems.append(f"cohort {name}: there is such a cohort already; choose another id")
    base = _one(entry, "of", BASES, f"cohort {name}", problems)
    where = entry.get("where", {})
    where = {c: [v] if isinstance(v, str) else v for c, v in where.items()} if isinstance(where, dict) else {}
    if not where and not {"born_from", "born_to"} & set(entry):
        problems.append(f"cohort {name}: give it a condition, such as where = {{ sex = ['female'] }}")
    for column, values in where.items():
        if column not in COLUMNS:
            problems.append(f"cohort {name}: where.{column} is not known on day 0; choose from {', '.join(COLUMNS)}")
            continue
        allowed = PLANNED if column == "planned" else tuple(code_list(CODED[column]).codes) if column in CODED else ()
        wrong = [str(v) for v in values if allowed and v not in allowed]
        if wrong or not values:
            problems.append(
                f"cohort {name}: where.{column} has no {', '.join(wrong)}; choose from {', '.join(allowed)}"
            )
    years = [entry.get(key) for key in ("born_from", "born_to")]
    if any(y is not None and not isinstance(y, int) for y in years):
        problems.append(f"cohort {name}: born_from and born_to are years, such as 1990")
    return Cohort(name, base, _text(entry, "title", f"cohort {name}", problems),
                  {c: tuple(map(str, v)) for c, v in sorted(where.items())}, *years)  # fmt: skip


def _measure(
    entry: dict[str, Any], cohorts: tuple[str, ...], problems: list[str]
) -> tuple[Measure, tuple[str, ...], bool]:
    name = _id(entry, MEASURE_KEYS, "measure", problems)
    where = f"measure {name}"
    if name in MEASURES:
        problems.append(f"{where}: the registry has such a measure; choose another id")
    followed = [m.id for m in MEASURES.values() if m.windows and m.kind == "rate" and set(m.cohorts) <= set(BASES)]
    base = MEASURES[_one(entry, "like", tuple(followed), where, problems)]
    reasons = tuple(entry.get("reasons", ()))
    known = tuple(code_list("admission_reason").codes)
    if reasons and base.event != "return_to_prison":
        problems.append(f"{where}: reasons are for measures like return_to_prison")
    _among(where, "reasons", reasons, known, problems)
    groups = tuple(entry.get("groups", base.groups))
    _among(where, "groups", groups, base.groups, problems)
    chosen = tuple(entry.get("cohorts", base.cohorts))
    _among(where, "cohorts", chosen, (*(c for c in base.cohorts if c in cohorts), *cohorts[len(BASES) :]), problems)
    windows = tuple(entry.get("windows", base.windows))
    if (
        not windows
        or not all(isinstance(w, int) and 0 <= w <= 3653 for w in windows)
        or list(windows) != sorted(set(windows))
    ):
        problems.append(f"{where}: windows are days that rise, such as [90, 365]")
        windows = base.windows
    if not isinstance(entry.get("publish", False), bool):
        problems.append(f"{where}: publish is true or false")
    made = replace(
        base, id=name, windows=windows, groups=tuple(dict.fromkeys(("all", *groups))), cohorts=chosen,
        event=name if reasons else base.event, name=_text(entry, "title", where, problems),
        meaning=_text(entry, "definition", where, problems), primary_window=None, curve=False,
        source="declared by the project", source_cs="stanoveno projektem", owner="project",
    )  # fmt: skip
    return made, reasons, bool(entry.get("publish", False))


def _id(entry: dict[str, Any], keys: set[str], kind: str, problems: list[str]) -> str:
    name = entry.get("id")
    if not isinstance(name, str) or not name.isidentifier() or not name.islower():
        problems.append(f"{kind}: give each an id in lower case, such as id = 'return_of_women'")
        name = f"{kind}_without_id"
    unknown = sorted(set(entry) - keys)
    if unknown:
        problems.append(f"{kind} {name}: there is no {', '.join(unknown)}; its keys are {', '.join(sorted(keys))}")
    return name


def _one(entry: dict[str, Any], key: str, allowed: tuple[str, ...], where: str, problems: list[str]) -> str:
    if entry.get(key) in allowed:
        return str(entry[key])
    problems.append(f"{where}: {key} must be one of {', '.join(allowed)}")
    return allowed[0]


def _among(where: str, key: str, values: tuple[str, ...], allowed: tuple[str, ...], problems: list[str]) -> None:
    wrong = [str(v) for v in values if v not in allowed]
    if wrong:
        problems.append(f"{where}: {key} has no {', '.join(wrong)}; choose from {', '.join(allowed)}")


def _text(entry: dict[str, Any], key: str, where: str, problems: list[str]) -> Text:
    said = {
        lang: (entry.get(lang) or {}).get(key, "") for lang in ("cs", "en") if isinstance(entry.get(lang, {}), dict)
    }
    if not all(isinstance(said.get(lang), str) and said[lang].strip() for lang in ("cs", "en")):
        problems.append(
            f"{where}: say its {key} in both languages, such as cs = {{ {key} = '…' }} and en = {{ {key} = '…' }}"
        )
    return Text(str(said.get("cs", "")), str(said.get("en", "")))
