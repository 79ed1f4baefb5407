"""Writing the feedback: one page per delivery, in `data/validated/feedback/<partner>/`."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import StorageError
from pipeline.landing import refusals
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.validated.feedback_content import Feedback, of_refusal
from pipeline.validated.feedback_page import render
from pipeline.validated.feedback_source import gather, partner_title
from pipeline.validated.feedback_words import Words
from pipeline.validated.rules import load_rules
from pipeline.warehouse import Connection


def write_feedback(con: Connection, settings: Settings, run: Run, *, language: str = "cs") -> list[Path]:
    """Write a page for each delivery of the run and each refused one known to it; returns the files, sorted.

    Reads `validated`, `staging` and `landing` of a finished run. Equal inputs give equal bytes.
    Raises StorageError when a page cannot be written.
    """
    rules, words = load_rules(settings), Words(language)
    known = [r for r in refusals(settings) if run.known_at is None or r.received_at.date() <= run.known_at]
    all_feedback = gather(con, settings, rules, language) + [
        of_refusal(r, partner_title(settings, r.partner), rules) for r in known
    ]
    folder = settings.folder("validated") / "feedback"
    return sorted(_write(folder, f, render(f, rules, words), language) for f in all_feedback)


def _write(folder: Path, feedback: Feedback, page: str, language: str) -> Path:
    day = feedback.extract_date.isoformat() if feedback.extract_date else "undated"
    suffix = "" if language == "cs" else f".{language}"
    path = folder / feedback.partner / f"{day}-{feedback.delivery_id}{suffix}.html"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, "utf-8")
    except OSError as problem:
        advice = "Check free disk space and access rights, then run the same command again."
        raise StorageError(f"The feedback page {path.name} cannot be written ({problem.strerror}). {advice}") from None
    return path
