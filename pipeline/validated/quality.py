"""Writing the data-quality pages into `data/validated/quality/`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipeline.errors import StorageError
from pipeline.model import tables
from pipeline.periods import Quarter
from pipeline.settings import Settings
from pipeline.validated.checks import Check, checks_of
from pipeline.validated.feedback_words import Words
from pipeline.validated.quality_page import file_name, index_page, rule_page, table_page
from pipeline.validated.quality_source import read_quality
from pipeline.validated.quality_words import QUALITY
from pipeline.validated.rules import load_rules
from pipeline.warehouse import Connection


def write_quality(
    con: Connection, settings: Settings, *, run_id: str, quarter: Quarter, as_of: date | None, language: str = "cs"
) -> Path:
    """Write the overview of a run, a page per table and a page per rule; returns the overview.

    Reads `validated` of a finished run; the pages hold counts alone. Equal inputs give equal bytes.
    Raises StorageError when a page cannot be written.
    """
    rules, words = load_rules(settings), Words(language, QUALITY)
    quality = read_quality(con, quarter.last_day)
    about = [("run", run_id), ("quarter", str(quarter)), ("as_of", words.day(as_of))]
    checks: dict[str, list[Check]] = {table.name: checks_of(rules, table) for table in tables().values()}
    pages = {"index": index_page(quality, about, rules, words)}
    for table in tables().values():
        pages[f"table-{table.name}"] = table_page(table, checks[table.name], quality, words)
    for rule in rules.values():
        own = [check for found in checks.values() for check in found if check.rule.id == rule.id]
        pages[f"rule-{rule.id}"] = rule_page(rule, own, quality, words)
    folder = settings.folder("validated") / "quality"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, page in pages.items():
            (folder / file_name(name, language)).write_text(page, "utf-8")
    except OSError as problem:
        advice = "Check free disk space and access rights, then run the same command again."
        raise StorageError(f"The data-quality pages cannot be written ({problem.strerror}). {advice}") from None
    return folder / file_name("index", language)
