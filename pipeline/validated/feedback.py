"""Writing the feedback: a page and a workbook per delivery, in `data/validated/feedback/<partner>/`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from duckdb import CatalogException

from pipeline.errors import InputError, StorageError
from pipeline.landing import refusals
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.validated.feedback_book import render_book
from pipeline.validated.feedback_content import Feedback, of_refusal
from pipeline.validated.feedback_page import render
from pipeline.validated.feedback_source import gather, partner_title
from pipeline.validated.feedback_words import Words
from pipeline.validated.rules import load_rules
from pipeline.warehouse import Connection


def write_feedback(con: Connection, settings: Settings, run: Run, *, language: str = "cs") -> list[Path]:
    """Write page and workbook of each delivery of the run and each refused one known to it; the files, sorted.

    Reads `validated`, `staging` and `landing` of a finished run. Equal inputs give equal bytes.
    Raises StorageError when a file cannot be written.
    """
    return write_answers(settings, read_feedback(con, settings, known_at=run.known_at, language=language), language)


def read_feedback(
    con: Connection | None,
    settings: Settings,
    *,
    known_at: date | None = None,
    language: str = "cs",
    partner: str | None = None,
) -> list[Feedback]:
    """What the feedback of each delivery (of one partner) says, those that landing refused last.

    Without a warehouse only refusals are known.
    Raises InputError for a warehouse that an earlier version of the program filled.
    """
    rules = load_rules(settings)
    known = [
        of_refusal(r, partner_title(settings, r.partner), rules)
        for r in refusals(settings)
        if partner in (None, r.partner) and (known_at is None or r.received_at.date() <= known_at)
    ]
    try:
        return ([] if con is None else gather(con, settings, rules, language, partner)) + known
    except CatalogException:
        raise InputError(
            "The newest run was made by an earlier version of the program. Run the quarter again, then ask again."
        ) from None


def write_answers(settings: Settings, answers: Iterable[Feedback], language: str = "cs") -> list[Path]:
    """Write page and workbook of each answer; the files, sorted. Raises StorageError."""
    rules, words = load_rules(settings), Words(language)
    written = []
    for feedback in answers:
        path = feedback_path(settings, feedback, language)
        page = render(feedback, rules, words, path.name).encode("utf-8")
        written += [_write(path.with_name(f"{path.name}.html"), page)]
        written += [_write(path.with_name(f"{path.name}.xlsx"), render_book(feedback, rules, words))]
    return sorted(written)


def summary(feedback: Feedback) -> str:
    """One delivery in one line for whoever sends the feedback on."""
    day = feedback.extract_date.isoformat() if feedback.extract_date else "unknown day"
    head = f"extract of {day}, delivery {feedback.delivery_id}"
    if feedback.refused:
        return f"{head}: refused ({', '.join(sorted({g.rule_id for g in feedback.groups}))}); nothing of it is used"
    told = [f"{feedback.sum('produced')} rows", *(f"{feedback.sum(fate)} {word}" for fate, word in SAID)]
    found = sum(g.total for g in feedback.groups)
    compared = feedback.compared
    since = ", ".join(f"{compared.total(s)} {w}" for s, w in SINCE) if compared else "nothing to compare it with yet"
    return f"{head}: {', '.join(told)}; findings: {found}; {since}"


SAID = (("accepted", "accepted"), ("quarantined", "to be mended"), ("duplicate", "unchanged"))
SINCE = (("new", "new"), ("open", "still open"), ("mended", "mended"), ("gone", "gone with their records"))


def feedback_path(settings: Settings, feedback: Feedback, language: str) -> Path:
    """Where a delivery's feedback lies, without the suffix of its form."""
    day = feedback.extract_date.isoformat() if feedback.extract_date else "undated"
    suffix = "" if language == "cs" else f".{language}"
    folder = settings.folder("validated") / "feedback" / feedback.partner
    return folder / f"{day}-{feedback.delivery_id}{suffix}"


def _write(path: Path, content: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as problem:
        advice = "Check free disk space and access rights, then run the same command again."
        raise StorageError(f"The feedback {path.name} cannot be written ({problem.strerror}). {advice}") from None
    return path
