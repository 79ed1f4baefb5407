"""A first contract written from a file: what the headings most likely mean, and what a person has to decide.

Everything that was guessed from a likeness, and everything that could not be, carries a comment; `contract check`
then says what the draft makes of the file.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath

import polars as pl

from pipeline.errors import InputError
from pipeline.landing import UnreadableError, may_be_shown, shown
from pipeline.model import Column, Table, code_list, tables
from pipeline.onboarding.dry_run import COMMON
from pipeline.onboarding.likeness import CERTAIN, Place, is_known, likely_code, places
from pipeline.onboarding.peek import Peek, peek
from pipeline.sources import required_columns

DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d. %m. %Y", "%d/%m/%Y", "%Y%m%d", "%d.%m.%y")
YES_NO = {("ano", "ne"), ("a", "n"), ("true", "false"), ("yes", "no"), ("y", "n"), ("1", "0")}
MOST_WORDS = 60
ASK = "TODO"


@dataclass(frozen=True)
class Draft:
    """A drafted contract: its TOML, and how many columns it fills, guesses and leaves to a person."""

    text: str
    filled: int
    guessed: int
    open: int


def draft_contract(path: Path, partner: str, *, latest: date) -> Draft:
    """Write a first contract for a partner from one of its files; `latest` is the last possible birthday.

    Raises InputError for a file that is missing or cannot be read in any known way, and for one whose headings, sheets
    or name hold identifiers: they would stand in the contract.
    """
    if not path.is_file():
        raise InputError(f"There is no file {path}. Give the path of one file as the partner's system writes it.")
    try:
        kind, settings, sheets = peek(path.read_bytes(), path.name)
    except UnreadableError as problem:
        raise InputError(f"{path.name}: {problem}") from None
    told = [path.name, *(text for sheet in sheets for text in (sheet.name, *sheet.header))]
    if any(shown(text, latest) != text for text in told):
        raise InputError(
            "The file's name, a sheet's or its first row holds what looks like a person's name or number, and it would "
            "stand in the contract. Give a file with a row of headings and a name without people."
        )
    drafted = [_entry(sheet, path.name, kind) for sheet in sheets if sheet.header]
    if not drafted:
        raise InputError(f"{path.name}: no sheet with a heading row was found.")
    head = [
        f"# First contract for {partner}, drafted from one file. Lines with {ASK} and with a likeness need a decision;",
        "# `throughcare contract check` shows what the contract makes of a file.",
        f'partner = "{partner}"',
        f'title = "{partner}"',
        f'format = "{kind}"',
        "",
        "[delivery]",
        'declared_in = "sidecar"  # a file delivery.toml beside the data says extract date, period and kind',
        *settings,
        "",
    ]
    lists = [line for entry in drafted for line in entry.lists]
    head += _written([day for entry in drafted for day in entry.dates])
    lines = head + lists + [line for entry in drafted for line in entry.lines]
    undecided = sum(ASK in line for line in lists) + sum(e.open for e in drafted)
    return Draft("\n".join(lines), sum(e.filled for e in drafted), sum(e.guessed for e in drafted), undecided)


@dataclass
class _Entry:
    """What is drafted for one sheet: its lines, the code lists that they name, dates, and how sure it is."""

    lines: list[str]
    lists: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    filled: int = 0
    guessed: int = 0
    open: int = 0


def _entry(sheet: Peek, file_name: str, kind: str) -> _Entry:
    table, meant = _table_of(sheet.header)
    name, pattern = _name_of(sheet, file_name), _pattern(sheet, file_name, kind)
    entry = _Entry(["[[file]]", f"name = {_quoted(name)}", f"pattern = {_quoted(pattern)}"], filled=len(meant))
    entry.lines += [f"sheet = {_quoted(sheet.name)}"] if kind in ("xlsx", "json") else []
    entry.lines += [f"header_row = {sheet.header_row}"] if sheet.header_row > 1 else []
    entry.lines += [f"total = {{ text = {_quoted(sheet.total[0])}, count = {sheet.total[1]} }}"] if sheet.total else []
    entry.lines.append("")
    if table is None:
        names = _comment(", ".join(h for h in sheet.header if h))
        entry.lines += [f"# {ASK}: which table of the model is this? Its columns: {names}", ""]
        entry.open = 1
        return entry
    entry.lines += ["[[file.produces]]", f'table = "{table.name}"', "", "[file.produces.columns]"]
    for column in (c for c in table.column if c.name != "partner"):
        if column.name in meant:
            heading, likeness = meant[column.name]
            entry.guessed += likeness < CERTAIN
            remark = "" if likeness >= CERTAIN else f"likeness {likeness:.0%}"
            entry.lines.append(_column(entry, table, column, heading, sheet, remark))
        elif column.name in required_columns(table):
            entry.lines.append(_wanting(column))
    unread = [h for h in sheet.header if h and h not in {heading for heading, _ in meant.values()}]
    entry.lines += [f"# not used: {_comment(', '.join(unread))}", ""] if unread else [""]
    entry.open = sum(ASK in line for line in entry.lines)
    return entry


def _wanting(column: Column) -> str:
    """A required column that none of the headings looks like."""
    if column.codes:
        codes = ", ".join(list(code_list(column.codes).codes)[:8])
        return f'{column.name} = {{ value = "{ASK}" }}  # required; one of {codes} for all rows, or a column'
    return f'{column.name} = "{ASK}"  # required; none of the columns looks like it'


def _table_of(header: tuple[str, ...]) -> tuple[Table | None, dict[str, tuple[str, float]]]:
    """The table that a heading row fits best, and for its columns the heading that means them and the likeness."""
    best: tuple[float, str, dict[str, tuple[str, float]]] = (0.0, "", {})
    likely = {heading: places(heading) for heading in header if heading}
    for name, table in tables().items():
        meant = _assign(name, likely)
        needed = required_columns(table)
        score = sum(n for _, n in meant.values()) + sum(c in meant for c in needed) - len(needed) / 2
        if len(meant) >= 2 and score > best[0]:
            best = (score, name, meant)
    return (tables()[best[1]] if best[1] else None), best[2]


def _assign(table: str, likely: dict[str, dict[Place, float]]) -> dict[str, tuple[str, float]]:
    """Each column with at most one heading and each heading with at most one column, best first."""
    pairs = sorted(
        (
            (-n, place[1], heading)
            for heading, found in likely.items()
            for place, n in found.items()
            if place[0] == table
        )
    )
    meant: dict[str, tuple[str, float]] = {}
    for likeness, column, heading in pairs:
        if column not in meant and heading not in {h for h, _ in meant.values()} and column != "partner":
            meant[column] = (heading, -likeness)
    return meant


def _column(entry: _Entry, table: Table, column: Column, heading: str, sheet: Peek, remark: str) -> str:
    values, note = sheet.values(heading), f"  # {remark}" if remark else ""
    settings = []
    if column.codes and (listed := _code_list(column, values)):
        name = f"{table.name}_{column.name}"
        entry.lists += [f"[codelist.{name}]", *listed, ""]
        settings = [f'codes = "{name}"']
    elif column.type == "date":
        entry.dates += values
        if column.name.endswith("_exclusive"):
            settings.append("inclusive_end = true")
            note = f"  # {ASK}: is it the last day, or the day after?"
    elif column.type == "boolean":
        settings = [f"boolean = {{ {_yes_no(values)} }}"]
    elif column.type in ("integer", "decimal") and any(re.fullmatch(r"\d+,\d+", v) for v in values):
        settings = ["decimal_comma = true"]
    if not settings:
        return f"{column.name} = {_quoted(heading)}{note}"
    return f"{column.name} = {{ {', '.join([f'from = {_quoted(heading)}', *settings])} }}{note}"


def _code_list(column: Column, values: list[str]) -> list[str]:
    """A line for each word that others use too or that stands there often enough not to be a person's."""
    counts, name = Counter(values), column.codes or ""
    common = (word for word, n in counts.items() if (n >= COMMON and may_be_shown(word)) or is_known(name, word))
    said = sorted(common)[:MOST_WORDS]
    lines = []
    for word in said:
        code = likely_code(name, word)
        lines.append(f"{_quoted(word)} = {_quoted(code)}" if code else f"# {_quoted(word)} = {ASK}")
    rarer = len(counts) - len(said)
    return lines + ([f"# {rarer} rarer words are not listed"] if rarer and lines else [])


def _yes_no(values: list[str]) -> str:
    said = {v.lower() for v in values}
    pair = next((p for p in sorted(YES_NO) if said <= set(p)), (ASK, ASK))
    return f"true = {_quoted(pair[0])}, false = {_quoted(pair[1])}"


def _written(dates: list[str]) -> list[str]:
    """The `[values]` of the contract: the formats in which the file's dates are written, the commonest first."""
    texts = pl.Series(dates, dtype=pl.String)
    serial = any(re.fullmatch(r"[34]\d{4}(\.0)?", v) for v in dates)
    forms: list[str] = []
    while len(texts):
        read = {form: int(texts.str.to_date(form, strict=False).is_not_null().sum()) for form in DATES}
        best = max(DATES, key=lambda form: (read[form], -DATES.index(form)))
        if read[best] <= len(dates) / 50:
            break
        forms.append(best)
        texts = texts.filter(texts.str.to_date(best, strict=False).is_null())
    lines = [f"date = [{', '.join(map(_quoted, forms))}]"] if forms else []
    lines += ["pivot_year = 30"] if any("%y" in f for f in forms) else []
    lines += ["excel_serial = true"] if serial else []
    return ["[values]", *lines, ""] if lines else []


def _name_of(sheet: Peek, file_name: str) -> str:
    return (
        re.sub(r"\W+", "_", sheet.name or PurePosixPath(_pattern(sheet, file_name, "")).stem.strip("*_-. "))
        .strip("_")
        .lower()
    )


def _pattern(sheet: Peek, file_name: str, kind: str) -> str:
    """The name with everything that changes from one delivery to the next as `*`."""
    name = PurePosixPath(sheet.name).name if kind == "zip" else file_name
    varying = re.sub(r"(?i)[-_. ]*(synthetic|\d[-\d_. Qq]*)(?=[-_. ]|$)", "*", name)
    return re.sub(r"\*+", "*", varying)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _comment(text: str) -> str:
    return " ".join(text.split())
