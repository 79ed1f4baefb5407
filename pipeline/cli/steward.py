"""The commands of the data steward: how good the data are, and who may be one person under two pseudonyms."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.audited import audited, note
from pipeline.cli.common import LANGUAGE, LANGUAGES, app, chosen, finished_settings


@app.command()
def quality(language: LANGUAGE = "cs") -> None:
    """The data-quality pages of the newest run: partners by quarter, tables, rules; for the evaluation team alone."""
    from pipeline.status import show_quality

    show_quality(finished_settings(), chosen([language], LANGUAGES, "language")[0])


@app.command()
@audited
def linkage(
    language: LANGUAGE = "cs",
    threshold: Annotated[float, typer.Option(min=0.01, max=1, help="Tell pairs from this probability on.")] = 0.1,
) -> None:
    """For the data steward alone: conflicting records of a person, and who may stand under two pseudonyms."""
    from pipeline.status import show_linkage

    settings = finished_settings()
    note(settings)
    show_linkage(settings, chosen([language], LANGUAGES, "language")[0], threshold)
