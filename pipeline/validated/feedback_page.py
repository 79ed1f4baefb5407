"""One delivery's feedback as one HTML page: no request to anywhere, readable on paper and by a screen reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from itertools import groupby

from pipeline.validated.feedback_content import Accounted, Feedback, Group, Place, row_ranges
from pipeline.validated.feedback_words import Words
from pipeline.validated.rules import Rule

LISTED = 100
"""So many places of one rule in one column of one sheet are listed with their keys; the rest as ranges of rows."""


PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="data" content="{data}">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def render(feedback: Feedback, rules: dict[str, Rule], words: Words) -> str:
    """The whole page; every text that came with the data is escaped."""
    mark = f'<p class="synthetic" role="note">{escape(words("synthetic"))}</p>' if feedback.synthetic else ""
    title = f"{words('title')} – {feedback.title}"
    parts = [
        mark,
        f"<h1>{escape(words('title'))}</h1>",
        _head(feedback, words),
        _verdict(feedback, words),
        f'<p class="note">{escape(words("internal"))}</p>',
        _accounting(feedback, words),
        _findings(feedback, rules, words),
        _listed_places(feedback.ignored, "ignored", ("file", "sheet", "column"), words),
        _listed_places(feedback.unread, "unread", ("file", "sheet"), words),
        mark,
    ]
    style = files("pipeline.validated").joinpath("feedback.css").read_text("utf-8")
    return PAGE.format(
        language=words.language,
        title=escape((f"{words('synthetic_title')} – " if feedback.synthetic else "") + title),
        data="SYNTHETIC" if feedback.synthetic else "partner",
        style=style,
        body="\n".join(part for part in parts if part),
    )


def _head(feedback: Feedback, words: Words) -> str:
    rows = [("partner", feedback.title), ("extract", words.day(feedback.extract_date))]
    if feedback.period:
        rows.append(("period", f"{words.day(feedback.period[0])} – {words.day(feedback.period[1])}"))
    if feedback.kind:
        rows.append(("kind", words.known(feedback.kind)))
    if feedback.files:
        rows.append(("files", ", ".join(feedback.files)))
    rows.append(("delivery", feedback.delivery_id))
    cells = "".join(f"<dt>{escape(words(key))}</dt><dd>{escape(value)}</dd>" for key, value in rows)
    return f"<dl>{cells}</dl>"


def _verdict(feedback: Feedback, words: Words) -> str:
    waiting = any(line.quarantined for line in feedback.accounting)
    if feedback.refused:
        key, style = "refused", "refused"
    elif waiting:
        key, style = "accepted_part", "part"
    else:
        key, style = ("accepted_warned" if feedback.groups else "accepted_all"), ""
    return f'<p class="verdict {style}"><strong>{escape(words(key))}</strong></p>'


def _accounting(feedback: Feedback, words: Words) -> str:
    if not feedback.accounting:
        return ""
    names = ("produced", "accepted", "quarantined", "parent_refused", "duplicate")
    heads = "".join(f'<th scope="col" class="n">{escape(words(name))}</th>' for name in names)
    lines = "".join(_line(words.table(a.table), a, names, words) for a in feedback.accounting)
    sums = (sum(getattr(a, name) for a in feedback.accounting) for name in names)
    total = "".join(f'<td class="n">{words.number(n)}</td>' for n in sums)
    records = f"<p>{escape(words('records'))}: {words.number(feedback.records or 0)}</p>"
    return (
        f'<h2>{escape(words("rows"))}</h2>{records}<table><thead><tr><th scope="col">{escape(words("table"))}</th>'
        f"{heads}</tr></thead><tbody>{lines}</tbody>"
        f'<tfoot><tr><th scope="row">{escape(words("total"))}</th>{total}</tr></tfoot></table>'
        f'<p class="note">{escape(words("rows_note"))}</p>'
    )


def _line(label: str, line: Accounted, names: Iterable[str], words: Words) -> str:
    cells = "".join(f'<td class="n">{words.number(getattr(line, name))}</td>' for name in names)
    return f'<tr><th scope="row">{escape(label)}</th>{cells}</tr>'


def _findings(feedback: Feedback, rules: dict[str, Rule], words: Words) -> str:
    if not feedback.groups:
        return ""
    contents = "".join(
        f'<li><a href="#{escape(g.rule_id)}">{escape(_title(g, rules, words))}</a> '
        f'<span class="severity">{words.number(g.total)} × {escape(words(g.severity + "_severity"))}</span></li>'
        for g in feedback.groups
    )
    sections = "".join(_section(group, rules, words) for group in feedback.groups)
    return f"<h2>{escape(words('findings'))}</h2><nav><ol>{contents}</ol></nav>{sections}"


def _title(group: Group, rules: dict[str, Rule], words: Words) -> str:
    rule = rules.get(group.rule_id)
    return rule.words(words.language).title if rule else f"{words('unknown_rule')}: {group.rule_id}"


def _section(group: Group, rules: dict[str, Rule], words: Words) -> str:
    rule = rules.get(group.rule_id)
    mend = rule.words(words.language).mend if rule else words("unknown_mend")
    head = (
        f'<h3 id="{escape(group.rule_id)}">{escape(_title(group, rules, words))} <span class="severity">'
        f"({escape(words('count'))}: {words.number(group.total)}; {escape(words(group.severity + '_severity'))})"
        "</span></h3>"
        f"<p><strong>{escape(words('mend'))}:</strong> {escape(mend)}</p>"
    )
    listed: list[Place] = []
    rest: list[str] = []
    for _, same in groupby(group.places, key=lambda p: (p.table, p.column, p.file, p.sheet)):
        places = list(same)
        listed += places[:LISTED]
        rest += [_ranges(places[LISTED:], words)] if len(places) > LISTED else []
    if unlisted := group.total - len(group.places):
        rest.append(f"<p>{escape(words('more_hidden'))}: {words.number(unlisted)}</p>")
    return f"<section>{head}{_place_table(listed, words)}{''.join(rest)}</section>"


def _ranges(places: Sequence[Place], words: Words) -> str:
    where = " · ".join(
        p for p in (words.table(places[0].table), places[0].file, places[0].sheet, places[0].column) if p
    )
    rows = row_ranges([p.row for p in places if p.row is not None])
    return f"<p>{escape(words('more'))} ({escape(where)}): {escape(rows)}</p>"


def _place_table(places: Sequence[Place], words: Words) -> str:
    """Places as a table of only those columns that any of them fills."""
    cells = [
        {
            "table": words.table(p.table),
            "key": p.key,
            "file": words.known(p.file),
            "sheet": words.known(p.sheet),
            "row": "" if p.row is None else str(p.row),
            "column": words.known(p.column),
            "detail": ", ".join(words.known(part) for part in p.detail.split("|")),
        }
        for p in places
    ]
    shown = [
        name for name in ("table", "key", "file", "sheet", "row", "column", "detail") if any(c[name] for c in cells)
    ]
    return _table(shown, cells, words) if shown else ""


def _table(shown: Sequence[str], cells: Sequence[dict[str, str]], words: Words) -> str:
    number = ' class="n"'
    heads = "".join(f'<th scope="col"{number if n == "row" else ""}>{escape(words(n))}</th>' for n in shown)
    rows = "".join(
        "<tr>" + "".join(f"<td{number if n == 'row' else ''}>{escape(c[n])}</td>" for n in shown) + "</tr>"
        for c in cells
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _listed_places(places: Sequence[Place], name: str, shown: Sequence[str], words: Words) -> str:
    if not places:
        return ""
    cells = [{"file": p.file, "sheet": p.sheet, "column": p.column} for p in places]
    used = [n for n in shown if any(c[n] for c in cells)]
    note = f'<p class="note">{escape(words(name + "_note"))}</p>'
    return f"<h2>{escape(words(name))}</h2>{note}{_table(used, cells, words)}"
