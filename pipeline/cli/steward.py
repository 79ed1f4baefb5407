"""The commands of the data steward: how good the data are, and who may be one person under two pseudonyms."""

from __future__ import annotations

from pipeline.cli.common import LANGUAGE, LANGUAGES, app, chosen, finished_settings


@app.command()
def quality(language: LANGUAGE = "cs") -> None:
    """The data-quality pages of the newest run: partners by quarter, tables, rules; for the evaluation team alone."""
    from pipeline.status import show_quality

    show_quality(finished_settings(), chosen([language], LANGUAGES, "language")[0])
