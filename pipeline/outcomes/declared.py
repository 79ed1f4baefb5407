"""Cohorts and measures that a project declares in `measures.toml`, checked when it is read; no Python, no SQL.

A cohort is a cohort of releases with conditions on what is known on day 0; a measure is like one of the registry, with
windows, groups or cohorts of its own, or with other reasons of admission. All of them are internal unless they say
`publish = true`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.model import code_list
from pipeline.outcomes.definition import Measure, Text
from pipeline.outcomes.registry import MEASURES, nearest
from pipeline.settings import read_toml

FILE = "measures.toml"
BASES = ("programme", "programme_open", "programme_per_release", "all_releases", "comparison")
COLUMNS = ("partner", "prison", "region", "sex", "planned", "drug_user")
COHORT_KEYS = {"id", "of", "cs", "en", "where", "born_from", "born_to"}
MEASURE_KEYS = {"id", "like", "windows", "groups", "cohorts", "reasons", "cs", "en", "publish"}
CODED = {"prison": "prison", "region": "region", "sex": "sex", "drug_user": "yes_no_unknown"}
PLANNED = ("planned", "unplanned", "unknown")
NAMELESS = "_without_id"
FROM_RELEASE = ("return_", "contact", "treatment", "opioid_agonist")
"""Events counted from any release, in any cohort of releases; others have a day 0 of their own."""
PROVEN = "reconviction_"
"""Events whose window is part of their definition, since it also limits when a conviction must be final."""


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
    raw = read_toml(path, FILE)
    problems = [f"{name}: write [[cohort]] or [[measure]]" for name in sorted(set(raw) - {"cohort", "measure"})]
    cohorts = [_cohort(entry, problems) for entry in _entries(raw, "cohort", problems)]
    known = (*BASES, *(c.id for c in cohorts))
    measures = [_measure(entry, known, problems) for entry in _entries(raw, "measure", problems)]
    names = [c.id for c in cohorts] + [m.id for m, *_ in measures]
    twice = sorted({n for n in names if names.count(n) > 1 and not n.endswith(NAMELESS)})
    problems += [f"{name}: the id is there twice; give each its own" for name in twice]
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
    conditions = entry.get("where", {})
    if not isinstance(conditions, dict):
        problems.append(f"cohort {name}: write where as a table, such as where = {{ sex = ['female'] }}")
        conditions = {}
    elif not conditions and not {"born_from", "born_to"} & set(entry):
        problems.append(f"cohort {name}: give it a condition, such as where = {{ sex = ['female'] }}")
    where = {c: _condition(name, c, values, problems) for c, values in sorted(conditions.items())}
    return Cohort(name, base or BASES[0], _text(entry, "title", f"cohort {name}", problems), where,
                  *_years(entry, f"cohort {name}", problems))  # fmt: skip


def _condition(cohort: str, column: str, given: Any, problems: list[str]) -> tuple[str, ...]:
    if column not in COLUMNS:
        problems.append(f"cohort {cohort}: where.{column} is not known on day 0; choose from {', '.join(COLUMNS)}")
        return ()
    values = _strings({column: given}, column, f"cohort {cohort}: where.", problems)
    allowed = PLANNED if column == "planned" else tuple(code_list(CODED[column]).codes) if column in CODED else ()
    if allowed:
        _among(f"cohort {cohort}", f"where.{column}", values, allowed, problems)
    return values


def _years(entry: dict[str, Any], where: str, problems: list[str]) -> tuple[int | None, int | None]:
    first, last = (entry.get(key) for key in ("born_from", "born_to"))
    if any(y is not None and (not isinstance(y, int) or isinstance(y, bool)) for y in (first, last)):
        problems.append(f"{where}: born_from and born_to are years, such as 1990")
        return None, None
    if first is not None and last is not None and first > last:
        problems.append(f"{where}: born_from lies after born_to; write the earlier year as born_from")
    return first, last


def _measure(
    entry: dict[str, Any], cohorts: tuple[str, ...], problems: list[str]
) -> tuple[Measure, tuple[str, ...], bool]:
    name = _id(entry, MEASURE_KEYS, "measure", problems)
    where = f"measure {name}"
    if name in MEASURES:
        problems.append(f"{where}: the registry has such a measure; choose another id")
    elif name in {m.event for m in MEASURES.values()}:
        problems.append(f"{where}: the registry uses this word for an event; choose another id")
    like = _one(entry, "like", _models(), where, problems)
    reasons = _strings(entry, "reasons", f"{where}: ", problems)
    _among(where, "reasons", reasons, tuple(code_list("admission_reason").codes), problems)
    base = MEASURES[like or "return_to_prison"]
    windows = _windows(entry, base, where, problems)
    groups = tuple(dict.fromkeys(("all", *_strings(entry, "groups", f"{where}: ", problems, base.groups))))
    among = _strings(entry, "cohorts", f"{where}: ", problems, base.cohorts)
    if like:  # without it nobody can say what would be right
        if reasons and base.event != "return_to_prison":
            problems.append(f"{where}: reasons are for measures like return_to_prison; leave them out")
        if base.event.startswith(PROVEN) and windows != base.windows:
            problems.append(f"{where}: the window is part of the definition of {base.id}; leave windows out")
        own = cohorts[len(BASES) :] if base.event.startswith((*FROM_RELEASE, PROVEN)) else ()
        _among(where, "groups", groups, base.groups, problems)
        _among(where, "cohorts", among, (*base.cohorts, *own), problems)
    if not isinstance(entry.get("publish", False), bool):
        problems.append(f"{where}: publish is true or false, without quotation marks")
    made = replace(
        base, id=name, windows=windows, groups=groups, cohorts=among, event=name if reasons else base.event,
        name=_text(entry, "title", where, problems), meaning=_text(entry, "definition", where, problems),
        primary_window=None, curve=False, source="declared by the project", source_cs="stanoveno projektem",
        owner="project",
    )  # fmt: skip
    return made, reasons, entry.get("publish") is True


def _models() -> tuple[str, ...]:
    """Measures that others may be like: shares within windows after a release. A cause is a part of another measure."""
    return tuple(
        m.id for m in MEASURES.values()
        if m.windows and m.kind == "rate" and set(m.cohorts) <= set(BASES) and m.id != "cause_of_return"
    )  # fmt: skip


def _windows(entry: dict[str, Any], base: Measure, where: str, problems: list[str]) -> tuple[int, ...]:
    given = entry.get("windows", list(base.windows))
    first = 1 if base.event.startswith(("return_", PROVEN)) else 0
    whole = isinstance(given, list) and given and all(isinstance(w, int) and not isinstance(w, bool) for w in given)
    if not whole or given != sorted(set(given)) or not first <= given[0] <= given[-1] <= 3653:
        problems.append(f"{where}: windows are days from {first} to 3653 that rise, such as [90, 365]")
        return base.windows
    return tuple(given)


def _id(entry: dict[str, Any], keys: set[str], kind: str, problems: list[str]) -> str:
    name = entry.get("id")
    if not isinstance(name, str) or not name.isidentifier() or not name.islower() or not name.isascii():
        problems.append(f"{kind}: give each an id of lower-case letters and _, such as id = 'return_of_women'")
        name = kind + NAMELESS
    unknown = sorted(set(entry) - keys)
    if unknown:
        problems.append(f"{kind} {name}: there is no {', '.join(unknown)}; its keys are {', '.join(sorted(keys))}")
    return name


def _one(entry: dict[str, Any], key: str, allowed: tuple[str, ...], where: str, problems: list[str]) -> str:
    """The value where it is one of those allowed, else ''."""
    if entry.get(key) in allowed:
        return str(entry[key])
    near = nearest(str(entry.get(key, "")), allowed)
    problems.append(f"{where}: {key} must be one of {', '.join(allowed)}{near}")
    return ""


def _strings(
    entry: Mapping[str, Any], key: str, where: str, problems: list[str], usual: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """A list of texts, one text as a list of one; `usual` where the key is not there."""
    if key not in entry:
        return usual
    given = [entry[key]] if isinstance(entry[key], str) else entry[key]
    if not isinstance(given, list) or not given or not all(isinstance(v, str) for v in given):
        problems.append(f"{where}{key} is a list of texts, such as {key} = ['…']")
        return usual
    return tuple(dict.fromkeys(given))


def _among(where: str, key: str, values: Sequence[str], allowed: tuple[str, ...], problems: list[str]) -> None:
    wrong = [v for v in values if v not in allowed]
    if wrong:
        near = nearest(wrong[0], allowed)
        problems.append(f"{where}: {key} has no {', '.join(wrong)}; choose from {', '.join(allowed)}{near}")


def _text(entry: dict[str, Any], key: str, where: str, problems: list[str]) -> Text:
    said = {lang: entry[lang].get(key) for lang in ("cs", "en") if isinstance(entry.get(lang), dict)}
    if not all(isinstance(said.get(lang), str) and said[lang].strip() for lang in ("cs", "en")):
        problems.append(
            f"{where}: say its {key} in both languages, such as cs = {{ {key} = '…' }} and en = {{ {key} = '…' }}"
        )
    return Text(str(said.get("cs", "")), str(said.get("en", "")))
