"""One delivery's feedback as one HTML page: no request to anywhere, readable on paper and by a screen reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from pipeline.validated.feedback_content import Accounted, Batch, Feedback, Group, Place, row_ranges
from pipeline.validated.feedback_sections import changes, completeness, custody, rule_title
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


def render(feedback: Feedback, rules: dict[str, Rule], words: Words, name: str = "") -> str:
    """The whole page; every text that came with the data is escaped. `name` is that of its files."""
    mark = f'<p class="synthetic" role="note">{escape(words("synthetic"))}</p>' if feedback.synthetic else ""
    title = f"{words('title')} – {feedback.title}"
    parts = [
        mark,
        f"<h1>{escape(words('title'))}</h1>",
        _head(feedback, words),
        _verdict(feedback, words),
        f'<p class="note">{escape(words("internal"))} {escape(words("book").format(name=f"{name}.xlsx"))}</p>',
        _accounting(feedback, words),
        _findings(feedback, rules, words),
        changes(feedback, rules, words),
        custody(feedback.custody, rules, words),
        completeness(feedback.trends, words),
        _listed_places(feedback.ignored, "ignored", ("file", "sheet", "column"), words),
        _listed_places(feedback.unread, "unread", ("file", "sheet"), words),
        mark,
    ]
    return document(title, parts, words, synthetic=feedback.synthetic)


def document(title: str, parts: Iterable[str], words: Words, *, synthetic: bool) -> str:
    """A whole page from the HTML of its parts."""
    style = files("pipeline.validated").joinpath("feedback.css").read_text("utf-8")
    return PAGE.format(
        language=words.language,
        title=escape((f"{words('synthetic_title')} – " if synthetic else "") + title),
        data="SYNTHETIC" if synthetic else "partner",
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


def verdict(feedback: Feedback) -> str:
    """The key of the sentence that says whether the delivery was accepted."""
    if feedback.refused:
        return "refused"
    if feedback.sum("quarantined"):
        return "accepted_part"
    return "accepted_warned" if feedback.groups else "accepted_all"


def _verdict(feedback: Feedback, words: Words) -> str:
    key = verdict(feedback)
    style = {"refused": " refused", "accepted_part": " part"}.get(key, "")
    return f'<p class="verdict{style}"><strong>{escape(words(key))}</strong></p>'


def _accounting(feedback: Feedback, words: Words) -> str:
    if not feedback.accounting:
        return ""
    names = ("produced", "accepted", "quarantined", "parent_refused", "duplicate")
    heads = "".join(f'<th scope="col" class="n">{escape(words(name))}</th>' for name in names)
    lines = "".join(_line(words.table(a.table), a, names, words) for a in feedback.accounting)
    sums = (feedback.sum(name) for name in names)
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
        f'<li><a href="#{escape(g.rule_id)}">{escape(rule_title(g.rule_id, rules, words))}</a> '
        f'<span class="severity">{words.number(g.total)} × {escape(words(g.severity + "_severity"))}</span></li>'
        for g in feedback.groups
    )
    sections = "".join(_section(group, rules, words) for group in feedback.groups)
    return f"<h2>{escape(words('findings'))}</h2><nav><ol>{contents}</ol></nav>{sections}"


def _section(group: Group, rules: dict[str, Rule], words: Words) -> str:
    rule = rules.get(group.rule_id)
    mend = rule.words(words.language).mend if rule else words("unknown_mend")
    head = (
        f'<h3 id="{escape(group.rule_id)}">{escape(rule_title(group.rule_id, rules, words))} <span class="severity">'
        f"({escape(words('count'))}: {words.number(group.total)}; {escape(words(group.severity + '_severity'))})"
        "</span></h3>"
        f"<p><strong>{escape(words('mend'))}:</strong> {escape(mend)}</p>"
    )
    head += "".join(f"<p>{escape(line)}</p>" for line in code_lines(group, words))
    listed: list[Place] = []
    rest: list[str] = []
    for batch in group.batches:
        listed += batch.places[:LISTED]
        rest += [_ranges(batch, words)] if batch.total > LISTED else []
    if group.unlisted:
        rest.append(f"<p>{escape(words('more_hidden'))}: {words.number(group.unlisted)}</p>")
    return f"<section>{head}{_place_table(listed, words)}{''.join(rest)}</section>"


def code_lines(group: Group, words: Words) -> list[str]:
    """Which codes are unknown in which column, and how often each occurs: a line per column."""
    found: dict[str, dict[str, int]] = {}
    for batch in group.batches:
        counted = found.setdefault(words.known(batch.places[0].column), {}) if batch.codes else {}
        for code, number in batch.codes:
            counted[code] = counted.get(code, 0) + number
    return [
        f"{words('codes')} ({column}): "
        + ", ".join(
            f"{words.quoted(code)} {words.number(n)}×" for code, n in sorted(codes.items(), key=lambda c: (-c[1], c[0]))
        )
        for column, codes in found.items()
    ]


def _ranges(batch: Batch, words: Words) -> str:
    first = batch.places[0]
    where = " · ".join(p for p in (words.table(first.table), first.file, first.sheet, first.column) if p)
    rows = row_ranges([p.row for p in batch.places[LISTED:] if p.row is not None], batch.ranges)
    return f"<p>{escape(words('more'))} ({escape(where)}): {escape(rows)}</p>"


def _place_table(places: Sequence[Place], words: Words) -> str:
    """Places as a table of only those columns that any of them fills."""
    cells = [place_words(place, words) for place in places]
    shown = [name for name in PLACE_COLUMNS if any(c[name] for c in cells)]
    return _table(shown, cells, words) if shown else ""


PLACE_COLUMNS = ("table", "key", "file", "sheet", "row", "column", "detail", "state")


def place_words(place: Place, words: Words) -> dict[str, str]:
    """A place as the reader sees it, by column."""
    return {
        "table": words.table(place.table),
        "key": place.key,
        "file": words.known(place.file),
        "sheet": words.known(place.sheet),
        "row": "" if place.row is None else str(place.row),
        "column": words.known(place.column),
        "detail": ", ".join(words.known(part) for part in place.detail.split("|")),
        "state": words(place.state) if place.state else "",
    }


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
