"""The commands that explain: definitions, the data dictionary, and a stage's tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.audited import audited, note
from pipeline.cli.common import JSON, LANGUAGE, LANGUAGES, Context, app, chosen, finished_settings, now
from pipeline.errors import SettingsError


@app.command()
@audited
def explain(
    measure: Annotated[str | None, typer.Argument(help="A measure; --cell-id names one by itself.")] = None,
    cell: Annotated[list[str] | None, typer.Option(help="prison=…, quarter=…, window=365, cohort=…")] = None,
    cell_id: Annotated[str | None, typer.Option(help="The id of a released cell, from bundle.json.")] = None,
    language: LANGUAGE = "en",
    as_json: JSON = False,
) -> None:
    """Definition, cohort, windows and source of a measure; with --cell its numbers and, internally, its rows."""
    from pipeline import outcomes
    from pipeline.console import out, show_json
    from pipeline.tracing import show_trace, split_keys

    name, keys = outcomes.read_cell_id(cell_id) if cell_id else (measure, split_keys(cell or []))
    if name is None:
        raise SettingsError("Name a measure, or a released cell with --cell-id.")
    definition = outcomes.explain(name, language, outcomes.read_declared(Context.root).all_measures)
    if not as_json:
        out.print(definition, markup=False)
    if keys or cell_id:
        show_trace(finished_settings(), name, keys, as_json=as_json)
    elif as_json:
        show_json({"measure": name, "definition": definition})


@app.command()
def doctor(as_json: JSON = False) -> None:
    """What of the settings and the machine is right, what is wrong and how to mend it; works offline."""
    from pipeline.doctor import show_doctor

    if not show_doctor(finished_settings(), now().date(), as_json=as_json):
        raise typer.Exit(SettingsError.exit_code)


@app.command()
def dictionary(language: LANGUAGE = "en") -> None:
    """The data dictionary: every table, column and code list, as Markdown."""
    from pipeline.model.dictionary import dictionary_markdown

    (wanted,) = chosen([language], LANGUAGES, "language")
    print(dictionary_markdown("cs" if wanted == "cs" else "en"))


@app.command()
@audited
def export(
    stage: Annotated[str, typer.Option(help="validated, core or outcomes.")],
    to: Annotated[Path, typer.Option(help="Folder to write into.")],
) -> None:
    """Write a stage's tables: validated in the native form that can be delivered again, others as Parquet."""
    from pipeline.console import show_files
    from pipeline.export import export_stage

    settings = finished_settings()
    note(settings, options={"stage": stage, "to": str(to.resolve())})
    show_files(settings.root, export_stage(settings, stage, to))
