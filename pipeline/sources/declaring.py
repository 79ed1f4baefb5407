"""What a delivery says of itself: partner, extract date, period, kind; from a sidecar, file names or cells."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from pipeline.periods import Quarter
from pipeline.sources.contract import Contract
from pipeline.sources.texts import fold

SIDECAR = "delivery.toml"
KINDS = ("full", "increment", "correction")
FULL_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d. %m. %Y")
"""Ways to write a date that mean one day in every contract."""
EXAMPLES = {
    "extract_date": "2023-07-31",
    "period_from": "2023-04-01",
    "period_to": "2023-06-30",
    "kind": '"full"',
    "lawful_basis": '"…"',
    "keep_until": "2030-12-31",
}
_SIDECAR_TYPES: dict[str, type] = {
    "partner": str,
    "extract_date": date,
    "period_from": date,
    "period_to": date,
    "kind": str,
    "tables": list,
    "prisons": list,
    "lawful_basis": str,
    "keep_until": date,
    "synthetic": bool,
    "keyed": str,
}


@dataclass(frozen=True)
class Problem:
    """Why something cannot be taken: a rule, what to do in words without any name or value, and where."""

    rule_id: str
    message: str
    file: str = ""


@dataclass(frozen=True)
class Declaration:
    """What a delivery declares; None where it does not say. `period_to` is the last day of the period.

    `keyed` is the fingerprint of the pipeline key under which the delivery was exported; partners' own have none.
    """

    partner: str | None = None
    extract_date: date | None = None
    period_from: date | None = None
    period_to: date | None = None
    kind: str | None = None
    tables: tuple[str, ...] = ()
    prisons: tuple[str, ...] = ()
    lawful_basis: str | None = None
    keep_until: date | None = None
    synthetic: bool = False
    keyed: str | None = None

    def missing(self, names: Iterable[str]) -> list[str]:
        """Those of the named fields that are not declared."""
        return [name for name in names if getattr(self, name) is None]


def from_sidecar(content: bytes) -> tuple[Declaration, list[Problem]]:
    """Read a `delivery.toml`; a wrong field is a problem, and so is one that nobody reads."""
    try:
        raw: dict[str, Any] = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        text = f"{SIDECAR} is not valid TOML in UTF-8. Write a line `name = value` per field."
        return Declaration(), [Problem("wrong_declaration", text)]
    problems = [
        Problem("wrong_declaration", f"{SIDECAR}: '{name}' is not a field. Fields are {', '.join(_SIDECAR_TYPES)}.")
        for name in sorted(set(raw) - set(_SIDECAR_TYPES))
    ]
    fields: dict[str, Any] = {}
    for name, kind in _SIDECAR_TYPES.items():
        if name not in raw:
            continue
        value = _iso(raw[name]) if kind is date else raw[name]
        if not _fits(value, kind):
            problems.append(Problem(_rule(name), f"{SIDECAR}: {_advice(name, kind)}"))
        else:
            fields[name] = tuple(value) if kind is list else value
    return Declaration(**fields), problems


def from_texts(texts: Iterable[str], pattern: str, contract: Contract) -> Declaration:
    """What a pattern of the contract finds in texts (file names, rows): the whole span of several periods."""
    found = Declaration()
    for text in texts:
        if match := re.search(pattern, _blanks(text)):
            found = merge(found, _declared(match.groupdict(), contract))
    return found


def merge(one: Declaration, other: Declaration) -> Declaration:
    """Two equal voices as one: the widest period, the latest extract, all prisons, otherwise the first to speak."""
    spans: dict[str, Any] = {
        "extract_date": _extreme(max, one.extract_date, other.extract_date),
        "period_from": _extreme(min, one.period_from, other.period_from),
        "period_to": _extreme(max, one.period_to, other.period_to),
        "prisons": tuple(sorted({*one.prisons, *other.prisons})),
    }
    return replace(prefer(one, other), **spans)


def prefer(one: Declaration, other: Declaration) -> Declaration:
    """What the first says, and for what it does not say, the other (a sidecar before file names and cells)."""
    return Declaration(**{name: getattr(one, name) or getattr(other, name) for name in vars(one)})


def complete(declared: Declaration, contract: Contract) -> tuple[Declaration, list[Problem]]:
    """Add the contract's constants and say what is still missing or does not belong."""
    constants = contract.delivery.constants
    whole = replace(
        declared,
        kind=declared.kind or constants.kind,
        lawful_basis=declared.lawful_basis or constants.lawful_basis,
        keep_until=declared.keep_until or constants.keep_until,
    )
    problems = []
    if whole.partner not in (None, contract.partner):
        text = f'The delivery says it is another partner\'s. Write partner = "{contract.partner}" or move it.'
        problems.append(Problem("wrong_declaration", text))
    dates, legal = ("extract_date", "period_from", "period_to"), ("lawful_basis", "keep_until")
    for rule_id, names in (("missing_period", dates), ("wrong_declaration", ("kind",)), ("no_legal_basis", legal)):
        if missing := whole.missing(names):
            problems.append(Problem(rule_id, _add(missing, contract)))
    problems += _out_of_order(whole)
    if whole.kind not in (None, *KINDS):
        problems.append(Problem("wrong_declaration", f"kind must be one of {', '.join(KINDS)}."))
    if whole.keyed and (contract.format != "native" or not re.fullmatch("[A-Z2-7]{8}", whole.keyed)):
        problems.append(Problem("wrong_declaration", "keyed is only for what `throughcare export` wrote. Remove it."))
    if unknown := sorted(set(whole.tables) - set(contract.tables)):
        problems.append(Problem("wrong_declaration", f"tables: the contract reads no {', '.join(unknown)}."))
    return whole, problems


def _out_of_order(declared: Declaration) -> list[Problem]:
    """A period that ends before it begins covers no day, and one that begins after the extract was not seen."""
    begin, end, extract = declared.period_from, declared.period_to, declared.extract_date
    if begin and end and begin > end:
        text = f"period_from = {begin} lies after period_to = {end}. Correct the one that is wrong."
        return [Problem("wrong_declaration", text)]
    if begin and extract and begin > extract:
        text = f"period_from = {begin} lies after extract_date = {extract}. Correct the one that is wrong."
        return [Problem("wrong_declaration", text)]
    return []


def _add(missing: list[str], contract: Contract) -> str:
    lines = ", ".join(f"{name} = {EXAMPLES[name]}" for name in missing)
    place = {
        "sidecar": f"Add a file {SIDECAR} beside the data (or complete it) with: {lines}",
        "filename": f"Write it in the file names as the contract's pattern says, or add {SIDECAR} with: {lines}",
        "cell": f"Write it in the title rows as the contract's pattern says, or add {SIDECAR} with: {lines}",
    }[contract.delivery.declared_in]
    return f"The delivery does not say its {', '.join(missing)}. {place}."


def _declared(groups: dict[str, str | None], contract: Contract) -> Declaration:
    said = {name: text.strip() for name, text in groups.items() if text and text.strip()}
    start, end = _period(said.get("period", ""))
    formats = (*contract.delivery.date, *FULL_DATES)
    day = {name: _day(said.get(name, ""), formats) for name in ("extract", "period_from", "period_to", "keep_until")}
    return Declaration(
        extract_date=day["extract"],
        period_from=day["period_from"] or start,
        period_to=day["period_to"] or end,
        kind=_kind(said.get("kind"), contract),
        prisons=tuple(sorted(filter(None, re.split(r"[,;\s]+", said.get("prisons", ""))))),
        lawful_basis=said.get("lawful_basis"),
        keep_until=day["keep_until"],
    )


def _kind(word: str | None, contract: Contract) -> str | None:
    known = {fold(name): kind for name, kind in contract.delivery.kinds.items()}
    return None if word is None else known.get(fold(word), word)


def _day(text: str, formats: Iterable[str]) -> date | None:
    for form in formats:
        for candidate in (text, text.rstrip(" .,;")):
            try:
                return datetime.strptime(candidate, form).date()
            except ValueError:
                continue
    return None


def _period(text: str) -> tuple[date | None, date | None]:
    """First and last day of `2023-06`, `202306`, `2023Q2` or `2023`."""
    if match := re.fullmatch(r"(\d{4})-?[Qq]([1-4])", text):
        quarter = Quarter(int(match[1]), int(match[2]))
        return quarter.first_day, quarter.last_day
    if match := re.fullmatch(r"(\d{4})-?(0[1-9]|1[0-2])", text):
        start = date(int(match[1]), int(match[2]), 1)
        return start, (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if re.fullmatch(r"\d{4}", text):
        return date(int(text), 1, 1), date(int(text), 12, 31)
    return None, None


def _extreme(choose: Any, *days: date | None) -> date | None:
    known = [day for day in days if day]
    return choose(known) if known else None


def _iso(value: Any) -> Any:
    """TOML dates are dates; a date in quotation marks is meant as one."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            return value
    return value


def _fits(value: Any, kind: type) -> bool:
    if kind is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    if kind is list:
        return isinstance(value, list) and all(isinstance(v, str) for v in value)
    return isinstance(value, kind) and value != ""


def _rule(name: str) -> str:
    if name in ("extract_date", "period_from", "period_to"):
        return "missing_period"
    return "no_legal_basis" if name in ("lawful_basis", "keep_until") else "wrong_declaration"


def _advice(name: str, kind: type) -> str:
    if kind is date:
        return f"{name} is not a date; write it as {name} = {EXAMPLES[name]}"
    if kind is list:
        return f'{name} is not a list; write it as {name} = ["…", "…"]'
    return f"{name} is not true or false" if kind is bool else f'{name} is empty or not text; write {name} = "…"'


def _blanks(text: str) -> str:
    return re.sub(r"\s+", " ", text)
