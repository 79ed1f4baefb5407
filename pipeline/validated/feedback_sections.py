"""The parts of the feedback page that look over several deliveries: changes, completeness, custody data."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from pipeline.validated.feedback_content import AgainstCustody, Compared, Feedback, Trend
from pipeline.validated.feedback_words import Words
from pipeline.validated.rules import Rule

STATES = ("new", "open", "mended", "gone")
LISTED_WAITING = 100
WIDTH, HEIGHT = 84, 18


def rule_title(rule_id: str, rules: dict[str, Rule], words: Words) -> str:
    """What is wrong, in the page's language; a rule without words is named."""
    rule = rules.get(rule_id)
    return rule.words(words.language).title if rule else f"{words('unknown_rule')}: {rule_id}"


def changes(feedback: Feedback, rules: dict[str, Rule], words: Words) -> str:
    """New, still open, mended and gone findings by rule, and what is open from before; nothing for a refused one."""
    if feedback.refused:
        return ""
    head = f"<h2>{escape(words('compared'))}</h2>"
    if feedback.compared is None:
        return f"{head}<p>{escape(words('compared_first'))}</p>"
    compared = feedback.compared
    before = words("compared_with").format(day=words.day(compared.before))
    if not compared.changes:
        return f"{head}<p>{escape(before)} {escape(words('compared_nothing'))}</p>"
    heads = "".join(f'<th scope="col" class="n">{escape(words(f"{state}_count"))}</th>' for state in STATES)
    lines = "".join(
        f'<tr><th scope="row">{escape(rule_title(c.rule_id, rules, words))}</th>'
        + "".join(f'<td class="n">{words.number(getattr(c, state))}</td>' for state in STATES)
        + "</tr>"
        for c in compared.changes
    )
    sums = "".join(f'<td class="n">{words.number(compared.total(state))}</td>' for state in STATES)
    return (
        f'{head}<p>{escape(before)}</p><table><thead><tr><th scope="col">{escape(words("finding"))}</th>{heads}</tr>'
        f'</thead><tbody>{lines}</tbody><tfoot><tr><th scope="row">{escape(words("total"))}</th>{sums}</tr></tfoot>'
        f'</table><p class="note">{escape(words("compared_note"))}</p>{_waiting(compared, rules, words)}'
    )


def _waiting(compared: Compared, rules: dict[str, Rule], words: Words) -> str:
    if not compared.waiting:
        return ""
    names = ("finding", "table", "key", "column", "since")
    heads = "".join(f'<th scope="col">{escape(words(name))}</th>' for name in names)
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape(cell)}</td>"
            for cell in (
                rule_title(w.rule_id, rules, words),
                words.table(w.table),
                w.key,
                words.known(w.column),
                words.day(w.since),
            )
        )
        + "</tr>"
        for w in compared.waiting[:LISTED_WAITING]
    )
    more = compared.waiting_total - min(len(compared.waiting), LISTED_WAITING)
    rest = f"<p>{escape(words('more_hidden'))}: {words.number(more)}</p>" if more else ""
    return (
        f'<h3>{escape(words("waiting"))}</h3><p class="note">{escape(words("waiting_note"))}</p>'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{rest}"
    )


def completeness(trends: Sequence[Trend], words: Words) -> str:
    """A line per column that is filled in part; columns that are always or never filled are named."""
    if not trends:
        return ""
    never = [t for t in trends if not any(t.shares)]
    whole = [t for t in trends if t.shares[-1] == 1 and not t.drop]
    partly = [t for t in trends if t not in never and t not in whole]
    advice = f"<p><strong>{escape(words('drop_advice'))}</strong></p>" if any(t.drop for t in partly) else ""
    return (
        f'<h2>{escape(words("completeness"))}</h2><p class="note">{escape(words("completeness_note"))}</p>{advice}'
        f"{_trend_table(partly, words)}{_named(whole, 'complete', words)}{_named(never, 'never', words)}"
    )


def _trend_table(trends: Sequence[Trend], words: Words) -> str:
    if not trends:
        return ""
    several = any(len(t.points) > 1 for t in trends)
    names = ["table", "column", "asked", "this", *(["before", "trend"] if several else [])]
    heads = "".join(
        f'<th scope="col"{"" if n in ("table", "column", "trend") else NUMBER}>{escape(words(n))}</th>' for n in names
    )
    rows = "".join(_trend_row(t, several, words) for t in trends)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


NUMBER = ' class="n"'


def _trend_row(trend: Trend, several: bool, words: Words) -> str:
    cells = [
        f"<td>{escape(words.table(trend.table))}</td>",
        f'<th scope="row">{escape(trend.column)}</th>',
        f"<td{NUMBER}>{words.number(trend.points[-1][1])}</td>",
        f"<td{NUMBER}>{escape(words.percent(trend.shares[-1]))}</td>",
    ]
    if several:
        before = words.percent(trend.shares[-2]) if len(trend.shares) > 1 else "–"
        cells += [f"<td{NUMBER}>{escape(before)}</td>", f"<td>{sparkline(trend.shares)}{_fall(trend, words)}</td>"]
    return f"<tr>{''.join(cells)}</tr>"


def _fall(trend: Trend, words: Words) -> str:
    if not trend.drop:
        return ""
    return f' <strong class="drop">{escape(words("drop").format(points=round(100 * trend.drop)))}</strong>'


def sparkline(shares: Sequence[float]) -> str:
    """A line from 0 to 1 over the deliveries, for the eye alone: the table beside it holds the figures."""
    if len(shares) < 2:
        return ""
    step = (WIDTH - 4) / (len(shares) - 1)
    points = [(2 + n * step, HEIGHT - 2 - share * (HEIGHT - 4)) for n, share in enumerate(shares)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return (
        f'<svg class="spark" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">'
        f'<polyline points="{line}" fill="none" stroke="currentColor" stroke-width="1.5"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="currentColor"/></svg>'
    )


def _named(trends: Sequence[Trend], key: str, words: Words) -> str:
    if not trends:
        return ""
    by_table: dict[str, list[str]] = {}
    for trend in trends:
        by_table.setdefault(trend.table, []).append(trend.column)
    parts = "; ".join(f"{words.table(table)} – {', '.join(columns)}" for table, columns in by_table.items())
    return f"<p><strong>{escape(words(key))}:</strong> {escape(parts)}.</p>"


def custody(told: Sequence[AgainstCustody], rules: dict[str, Rule], words: Words) -> str:
    """How many clients custody data contradict, roughly, and what to look at."""
    if not told:
        return ""
    items = "".join(
        f"<li>{escape(rule_title(a.rule_id, rules, words))} <strong>{escape(custody_number(a, words))}</strong>"
        + (f" {escape(rules[a.rule_id].words(words.language).mend)}" if a.low else "")
        + "</li>"
        for a in told
    )
    return f'<h2>{escape(words("custody"))}</h2><p class="note">{escape(words("custody_note"))}</p><ul>{items}</ul>'


def custody_number(told: AgainstCustody, words: Words) -> str:
    """The band in words: at most four of 58 clients, or 10 to 14 of 58."""
    key = "custody_differs" if told.low else "custody_agrees"
    return words(key).format(
        low=words.number(told.low), high=words.number(told.high), persons=words.number(told.persons)
    )
