"""The data steward's report: conflicting records, suspected second pseudonyms, decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.errors import StorageError
from pipeline.model import tables
from pipeline.settings import Settings
from pipeline.validated.decisions import LinkageDecision, read_decisions
from pipeline.validated.feedback_page import document
from pipeline.validated.feedback_sections import rule_title
from pipeline.validated.feedback_words import Words
from pipeline.validated.linkage import SUSPECTED_FROM, Suspicion, suspect
from pipeline.validated.rows import make_newest_view
from pipeline.validated.rules import Rule, load_rules
from pipeline.validated.steward_words import STEWARD
from pipeline.warehouse import Connection

CONFLICTS = ("sex_differs", "birth_year_differs")
EXAMPLE = """[[linkage]]
persons = ["…", "…"]
decision = "same"        # same | different
reason = "…"
owner = "…"
date = 2023-09-01"""


def write_linkage(
    con: Connection, settings: Settings, *, language: str = "cs", threshold: float = SUSPECTED_FROM
) -> tuple[Path, int]:
    """Write the report on the run in the warehouse; returns the page and how many pairs are newly suspected.

    Pairs that `decisions.toml` has decided are not suspected again. Raises StorageError when it cannot be written and
    SettingsError for decisions that cannot be used.
    """
    words, rules = Words(language, STEWARD), load_rules(settings)
    decided = read_decisions(settings).linkage
    known = {frozenset(d.persons) for d in decided}
    pairs = [s for s in suspect(con, threshold=threshold) if frozenset(s.persons) not in known]
    parts = [
        f'<h1>{escape(words("steward"))}</h1><p class="verdict part">{escape(words("steward_note"))}</p>',
        _section("conflicts", _conflicts(con, words), words, words("conflicts_note")),
        _section("suspected", _suspected(pairs, words), words, _threshold_note(threshold, words)),
        _section("decided", _decided(con, decided, words), words),
        f'<p>{escape(words("how"))}</p><pre tabindex="0"><code>{escape(EXAMPLE)}</code></pre>',
        _section("other_notes", _others(con, rules, words), words),
    ]
    synthetic = bool(con.execute("select coalesce(bool_or(synthetic), false) from validated.delivery").fetchall()[0][0])
    mark = f'<p class="synthetic" role="note">{escape(words("synthetic"))}</p>' if synthetic else ""
    page = document(words("steward"), [mark, *parts, mark], words, synthetic=synthetic)
    return _write(settings, f"linkage{'' if language == 'cs' else f'.{language}'}.html", page), len(pairs)


def _write(settings: Settings, name: str, page: str) -> Path:
    path = settings.folder("validated") / "steward" / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, "utf-8")
    except OSError as problem:
        advice = "Check free disk space and access rights, then run the same command again."
        raise StorageError(f"The steward's report cannot be written ({problem.strerror}). {advice}") from None
    return path


def _threshold_note(threshold: float, words: Words) -> str:
    return words("suspected_note").format(threshold=words.percent(threshold))


def _conflicts(con: Connection, words: Words) -> str:
    """What each source says of the persons in conflict."""
    make_newest_view(con, tables()["person"])
    rows = con.execute(
        "select person_id, partner, sex, birth_year from newest_person where person_id in ("
        "select person_id from validated.steward_note where list_contains(?, rule_id)) order by person_id, partner",
        [list(CONFLICTS)],
    ).fetchall()
    con.execute("drop view temp.newest_person")
    said = [[person, partner, words(sex), str(year or "–")] for person, partner, sex, year in rows]
    return _table(["person", "source", "sex", "birth_year"], said, words)


def _suspected(pairs: Sequence[Suspicion], words: Words) -> str:
    heads = ["persons", "probability", "sources"]
    rows = [
        [
            "\n".join(pair.persons),
            words.percent(pair.probability),
            "\n".join(", ".join(sources) for sources in pair.sources),
            "; ".join(f"{words(name)}: {words(level)}" for name, level in pair.agrees),
        ]
        for pair in pairs
    ]
    return _table([*heads, "agrees"], rows, words)


def _decided(con: Connection, decided: Sequence[LinkageDecision], words: Words) -> str:
    known = {row[0] for row in con.execute("select distinct person_id from validated.person").fetchall()}
    rows = [
        [
            *d.persons,
            words(d.decision),
            d.reason,
            d.owner,
            words.day(d.date),
            words("yes" if known.issuperset(d.persons) else "no"),
        ]
        for d in decided
    ]
    return _table(["person", "other_person", "decision", "reason", "owner", "date", "in_data"], rows, words)


def _others(con: Connection, rules: dict[str, Rule], words: Words) -> str:
    """Notes that compare a partner's record with another source's, by rule."""
    rows: list[Any] = con.execute(
        "select n.rule_id, n.partner, n.table_name, n.record_key, coalesce(f.name, ''), n.row_number "
        "from validated.steward_note n left join landing.file f on f.file_id = n.file_id "
        "where not list_contains(?, n.rule_id) order by all",
        [list(CONFLICTS)],
    ).fetchall()
    parts = []
    for rule, same in groupby(rows, key=lambda row: str(row[0])):
        said = [[partner, words.table(table), key, file, str(row or "")] for _, partner, table, key, file, row in same]
        parts.append(f"<h3>{escape(rule_title(rule, rules, words))} ({words.number(len(said))})</h3>")
        parts.append(_table(["source", "table", "key", "file", "row"], said, words))
    return "".join(parts) or f"<p>{escape(words('nothing'))}</p>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], words: Words) -> str:
    """A table of plain texts; the words for nothing where there is no row."""
    listed = list(rows)
    if not listed:
        return f"<p>{escape(words('nothing'))}</p>"
    head = "".join(f'<th scope="col">{escape(words(h))}</th>' for h in heads)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in listed)
    return f'<div class="wide" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(text: str) -> str:
    long = ' class="text"' if len(text) > 60 else ""
    return f"<td{long}>{escape(text).replace(chr(10), '<br>')}</td>"


def _section(key: str, content: str, words: Words, note: str = "") -> str:
    said = f'<p class="note">{escape(note)}</p>' if note else ""
    return f"<h2>{escape(words(key))}</h2>{said}{content}"
