"""The data-quality pages: an overview by partner and quarter, a page per table and a page per rule; all offline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from pipeline.model import Table, tables
from pipeline.validated.checks import Check
from pipeline.validated.feedback_page import document
from pipeline.validated.feedback_words import Words
from pipeline.validated.quality_source import Quality, Record
from pipeline.validated.rules import Rule

NUMBER = ' class="n"'


def index_page(quality: Quality, about: Sequence[tuple[str, str]], rules: Mapping[str, Rule], words: Words) -> str:
    """The overview: `about` the run, partners now and by quarter, custody data, the way to tables and rules."""
    facts = "".join(f"<dt>{escape(words(key))}</dt><dd>{escape(value)}</dd>" for key, value in about)
    parts = [
        f"<h1>{escape(words('quality'))}</h1><dl>{facts}</dl>",
        _section("now", _partners(quality, words), words, note="now_note"),
        _section("by_quarter", _quarters(quality, words), words, note="by_quarter_note"),
        _section("against", _against(quality, rules, words), words, note="against_note"),
        _section("tables", _tables(quality, words), words),
        _section("rules", _rules(quality, rules, words), words),
    ]
    return _page(words("quality"), parts, quality, words)


def table_page(table: Table, checks: Sequence[Check], quality: Quality, words: Words) -> str:
    """One table: what a row is, how complete its columns are by partner, and its checks."""
    partners = sorted({p for t, _, p in quality.completeness if t == table.name})
    rows = [
        [
            escape(_said(column, words)),
            words(column.presence),
            *(_share(quality.completeness.get((table.name, column.name, p)), words) for p in partners),
        ]
        for column in table.column
        if column.presence != "required"
    ]
    results = {(r["rule_id"], r["column_name"]): r for r in quality.results if r["table_name"] == table.name}
    asked = [
        [
            _link(f"rule-{c.rule.id}", c.rule.words(words.language).title, words),
            escape(_said(table.columns.get(c.column), words) or c.column),
            *_result(results.get((c.rule.id, c.column)), words),
        ]
        for c in checks
    ]
    parts = [
        _home(words),
        f"<h1>{escape(words.table(table.name))}</h1>",
        f"<p>{escape(words('row_is'))}: {escape(table.cs if words.language == 'cs' else table.en)}.</p>",
        _section("columns", _table(words, ["column", "presence"], rows, 2, more=partners), words, note="columns_note"),
        _section("checks", _table(words, ["rule", "column", "outcome", "checked", "failed_rows"], asked, 3), words),
    ]
    return _page(words.table(table.name), parts, quality, words)


def rule_page(rule: Rule, checks: Sequence[Check], quality: Quality, words: Words) -> str:
    """One rule: why it is asked, how it is judged, advice to sender and reader, what it found by partner."""
    said = rule.words(words.language)
    facts = [("severity", words(f"{rule.severity}_severity")), ("hears", words(f"{rule.tell}_hears"))]
    facts.append(("owner", words.known(rule.owner)))
    if rule.threshold:
        until = words("threshold_until").format(share=words.percent(rule.threshold), day=words.day(rule.expires))
        facts.append(("threshold", until))
    listed = "".join(f"<dt>{escape(words(key))}</dt><dd>{escape(value)}</dd>" for key, value in facts)
    texts = (("reason", said.reason), ("use", said.use), ("advice", said.mend))
    found = [
        [
            escape(f["partner"]),
            escape(words.table(f["table_name"])),
            words.number(f["number"]),
            _number(f["waiting"], words),
        ]
        for f in quality.findings.get(rule.id, [])
    ]
    shown = _table(words, ["partner", "table", "told", "open_now"], found, 2) if found else f"<p>{words('none')}</p>"
    parts = [
        _home(words),
        f'<h1>{escape(said.title)}</h1><p class="note"><code>{escape(rule.id)}</code></p><dl>{listed}</dl>',
        *(f"<h2>{escape(words(key))}</h2><p>{escape(text)}</p>" for key, text in texts),
        _section("definition", _definition(rule, checks, quality, words), words),
        _section("by_partner", shown, words),
    ]
    return _page(said.title, parts, quality, words)


def _definition(rule: Rule, checks: Sequence[Check], quality: Quality, words: Words) -> str:
    """The predicates of the rule with what they found, table by table."""
    if rule.delivery:
        return f"<p>{escape(words('delivery_where'))}</p>{_code(rule.delivery)}"
    if not checks:
        return f"<p>{escape(words('definition_words'))}</p>"
    results = {(r["table_name"], r["column_name"]): r for r in quality.results if r["rule_id"] == rule.id}
    parts = []
    for check in checks:
        column = tables()[check.table].columns.get(check.column)
        where = f"{words.table(check.table)} – {_said(column, words) or check.column}"
        outcome, checked, failed = _result(results.get((check.table, check.column)), words)
        parts.append(
            f"<h3>{escape(where)}</h3><p>{outcome}; {escape(words('checked'))}: {checked}; "
            f"{escape(words('failed_rows'))}: {failed}</p>"
            f"<details><summary>{escape(words('query'))}</summary><p>{escape(words('judged_where'))}</p>"
            f"{_code(check.applies)}<p>{escape(words('wrong_where'))}</p>{_code(check.fails)}</details>"
        )
    return "".join(parts)


def _code(sql: str) -> str:
    return f'<pre tabindex="0"><code>{escape(sql)}</code></pre>'


def _partners(quality: Quality, words: Words) -> str:
    names = ("covered_to", "days_short", "delay", "open_rows", "open_warnings", "drift", "filled", "k")
    rows = [
        [
            escape(p["partner"]),
            escape(words.day(p["extract_date"])),
            escape(words.day(p["covered_to"])),
            *(_number(p[name], words) for name in ("days_short", "delay", "open_rows", "open_warnings", "drift")),
            _share(p["filled"], words),
            _share(p["k"], words),
        ]
        for p in quality.partners
    ]
    return _table(words, ["partner", "last_extract", *names], rows, 3)


def _quarters(quality: Quality, words: Words) -> str:
    counts = ("refused", "produced", "accepted", "quarantined", "duplicate", "row_findings", "warnings")
    heads = ["partner", "quarter", "deliveries", "refused_deliveries", *counts[1:], "filled", "k"]
    rows = [
        [
            escape(q["partner"]),
            escape(q["quarter"]),
            _number(q["deliveries"], words) if q["deliveries"] else escape(words("nothing")),
            *(_number(q[name], words) if q["deliveries"] else "–" for name in counts),
            _share(q["filled"], words),
            _share(q["k"], words),
        ]
        for q in quality.quarters
    ]
    return _table(words, heads, rows, 2)


def _against(quality: Quality, rules: Mapping[str, Rule], words: Words) -> str:
    rows = [
        [
            _link(f"rule-{a['rule_id']}", rules[a["rule_id"]].words(words.language).title, words),
            escape(a["partner"]),
            words.number(a["persons"]),
            words.number(a["failed_persons"]),
        ]
        for a in quality.against
        if a["rule_id"] in rules
    ]
    return _table(words, ["rule", "partner", "persons", "differ"], rows, 2) if rows else f"<p>{words('none')}</p>"


def _tables(quality: Quality, words: Words) -> str:
    rows = []
    for table in tables().values():
        own = [r for r in quality.results if r["table_name"] == table.name]
        failed = sum(r["outcome"] == "failed" for r in own)
        passed = sum(r["outcome"] == "passed" for r in own)
        empty = len(own) - failed - passed
        rows.append(
            [_link(f"table-{table.name}", words.table(table.name), words), *map(words.number, (passed, failed, empty))]
        )
    return _table(words, ["table", "passed", "failed", "not_applicable"], rows, 1)


def _rules(quality: Quality, rules: Mapping[str, Rule], words: Words) -> str:
    rows = []
    for rule in rules.values():
        told = sum(f["number"] for f in quality.findings.get(rule.id, []))
        waiting = sum(f["waiting"] or 0 for f in quality.findings.get(rule.id, []))
        title = _link(f"rule-{rule.id}", rule.words(words.language).title, words)
        rows.append([title, escape(words(f"{rule.severity}_severity")), words.number(told), words.number(waiting)])
    return _table(words, ["rule", "severity", "told", "open_now"], rows, 2)


def _result(result: Record | None, words: Words) -> tuple[str, str, str]:
    if result is None:
        return words("not_applicable"), "–", "–"
    return escape(words(result["outcome"])), _number(result["checked"], words), _number(result["failed"], words)


def _said(column: object, words: Words) -> str:
    return str(getattr(column, words.language, "")) if column else ""


def _number(value: int | None, words: Words) -> str:
    return "–" if value is None else words.number(int(value))


def _share(value: float | None, words: Words) -> str:
    return "–" if value is None else words.percent(float(value))


def _link(name: str, text: str, words: Words) -> str:
    return f'<a href="{escape(file_name(name, words.language))}">{escape(text)}</a>'


def file_name(name: str, language: str) -> str:
    """The file of a page: `rule-unknown_code.html`, in English `rule-unknown_code.en.html`."""
    return f"{name}.html" if language == "cs" else f"{name}.{language}.html"


def _home(words: Words) -> str:
    return f"<nav>{_link('index', words('home'), words)}</nav>"


def _section(key: str, content: str, words: Words, note: str = "") -> str:
    said = f'<p class="note">{escape(words(note))}</p>' if note else ""
    return f"<h2>{escape(words(key))}</h2>{said}{content}"


def _table(
    words: Words, heads: Sequence[str], rows: Iterable[Sequence[str]], texts: int, more: Sequence[str] = ()
) -> str:
    """A table whose cells are HTML; the first names the row, all after the first `texts` hold numbers.

    `heads` are keys of the catalogue, `more` headings as they stand.
    """
    named = [*map(words, heads), *more]
    head = "".join(f'<th scope="col"{NUMBER if n >= texts else ""}>{escape(h)}</th>' for n, h in enumerate(named))
    body = ""
    for first, *rest in rows:
        cells = "".join(f"<td{NUMBER if n >= texts else ''}>{cell}</td>" for n, cell in enumerate(rest, 1))
        body += f'<tr><th scope="row">{first}</th>{cells}</tr>'
    return f'<div class="wide" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _page(title: str, parts: Sequence[str], quality: Quality, words: Words) -> str:
    mark = f'<p class="synthetic" role="note">{escape(words("synthetic"))}</p>' if quality.synthetic else ""
    note = f'<p class="note">{escape(words("quality_note"))}</p>'
    return document(title, [mark, *parts, note, mark], words, synthetic=quality.synthetic)
