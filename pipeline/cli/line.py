"""The commands of a quarter: fetch, run, look, release, publish."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pipeline.cli.audited import audited, note
from pipeline.cli.common import (
    FORMATS,
    FORMATS_WANTED,
    JSON,
    LANGUAGE,
    LANGUAGES,
    LANGUAGES_WANTED,
    QUARTER,
    Context,
    app,
    chosen,
    finished_settings,
    new_run,
    newest_bundle,
    newest_draft,
    now,
    with_spark,
)
from pipeline.errors import BacktestError, PartnerUnavailableError
from pipeline.settings import REPOSITORY, Settings, load_settings


@app.command()
@audited
def demo(language: LANGUAGES_WANTED = None, format: FORMATS_WANTED = None, as_json: JSON = False) -> None:
    """Sample exports to a published quarter, wholly in data/demo; signed `demo`, marked SYNTHETIC."""
    from pipeline import flow
    from pipeline.console import ConsoleReporter
    from pipeline.keeping.steward import write_steward_files

    languages, formats = chosen(language, LANGUAGES, "language"), chosen(format, FORMATS, "format")
    root = Context.root if (Context.root / "throughcare.toml").exists() else REPOSITORY
    settings = load_settings(root, data=root / "data" / "demo")
    note(settings)
    reporter = ConsoleReporter(quiet=as_json)
    run = new_run("2023Q2", "2023-08-15", None)
    flow.pull(settings, run, reporter)
    outcome = flow.run_quarter(settings, run, reporter)
    write_steward_files(settings, now().date())
    flow.release_and_publish(
        settings,
        outcome,
        reporter,
        checked_by="demo",
        reason="demo",
        languages=languages,
        formats=formats,
    )
    _show_outcome(settings, outcome, as_json)


@app.command()
@audited
def run(
    quarter: QUARTER,
    as_of: Annotated[str | None, typer.Option(help="Observe nothing after this day.")] = None,
    known_at: Annotated[str | None, typer.Option(help="Use only what had been received by this day.")] = None,
    engine: Annotated[str, typer.Option(help="duckdb, or spark for core and outcomes.")] = "duckdb",
    spark_url: Annotated[str | None, typer.Option(help="spark://… or sc://…; else [engine] url, else here.")] = None,
    as_json: JSON = False,
) -> None:
    """The whole quarter to an unsigned draft, resuming where it stopped."""
    from pipeline import flow
    from pipeline.console import ConsoleReporter
    from pipeline.keeping.steward import write_steward_files

    settings = with_spark(load_settings(Context.root), spark_url)
    reporter = ConsoleReporter(quiet=as_json)
    wanted = new_run(quarter, as_of, known_at, engine)
    flow.pull(settings, wanted, reporter)
    outcome = flow.run_quarter(settings, wanted, reporter)
    write_steward_files(settings, now().date())
    _show_outcome(settings, outcome, as_json)


@app.command()
@audited
def pull(as_json: JSON = False) -> None:
    """Fetch, screen and land what is new; ends with code 12 when a partner could not be fetched."""
    from pipeline import flow
    from pipeline.console import ConsoleReporter, show_json

    settings = load_settings(Context.root)
    report = flow.pull(settings, new_run("2000Q1", None, None), ConsoleReporter(stages=1, quiet=as_json))
    note(deliveries=sorted(d.delivery_id for d in report.new), refused=sorted(d.delivery_id for d in report.refused))
    if as_json:
        show_json(report.counts() | {"failed": sorted({d.partner for d in report.failed})})
    if report.failed:
        partners = ", ".join(sorted({d.partner for d in report.failed}))
        raise PartnerUnavailableError(
            f"Not fetched: {partners} (the reasons stand above). What the others delivered was landed. "
            "Run `throughcare pull` again when it is mended."
        )


@app.command()
def status(as_json: JSON = False) -> None:
    """Partners, deliveries, coverage, quarantine and the last runs."""
    from pipeline.status import show_status

    show_status(finished_settings(), now().date(), as_json=as_json)


@app.command()
def feedback(partner: str, language: LANGUAGE = "cs") -> None:
    """What a partner is told of its deliveries, in Czech or English, and where the files lie."""
    from pipeline.status import show_feedback

    show_feedback(finished_settings(), partner, chosen([language], LANGUAGES, "language")[0])


@app.command()
@audited
def release(
    quarter: QUARTER,
    checked_by: Annotated[str, typer.Option(help="Who has checked the draft.")],
    revision: Annotated[str | None, typer.Option(help="Why an already published quarter is released again.")] = None,
) -> None:
    """Freeze the newest draft of a quarter as an immutable bundle."""
    from pipeline import disclosure
    from pipeline.console import show_files

    settings = load_settings(Context.root)
    draft = newest_draft(settings, quarter)
    bundle = disclosure.release(settings, draft, checked_by=checked_by, reason=revision)
    note(run=draft, bundle=bundle.name)
    show_files(settings.root, [bundle])


@app.command()
@audited
def publish(
    quarter: QUARTER,
    language: LANGUAGES_WANTED = None,
    format: FORMATS_WANTED = None,
) -> None:
    """Render the newest released bundle of a quarter."""
    from pipeline import flow
    from pipeline.console import ConsoleReporter, show_files

    settings = load_settings(Context.root)
    languages, formats = chosen(language, LANGUAGES, "language"), chosen(format, FORMATS, "format")
    outcome = flow.Outcome(new_run(quarter, None, None))
    bundle = newest_bundle(settings, quarter)
    note(bundle=bundle.name)
    flow.publish(settings, bundle, outcome, ConsoleReporter(stages=1), languages=languages, formats=formats)
    show_files(settings.root, outcome.files)


@app.command()
@audited
def backtest(quarter: QUARTER, as_json: JSON = False) -> None:
    """Compute a published quarter again with today's code; every cell that differs, with cause. Exit code 14 if any."""
    from pipeline import backtest as again
    from pipeline.console import ConsoleReporter, show_files, show_json

    settings = finished_settings()
    bundle = newest_bundle(settings, quarter)
    reporter = ConsoleReporter(stages=6, quiet=as_json)
    result = again.backtest(settings, bundle, reporter, started_at=now())
    if as_json:
        show_json(again.as_json(result))
    else:
        for line in result.lines():
            reporter.say(line)
    if result.differences:
        if not as_json:
            show_files(settings.root, [again.write_differences(settings, result)])
        raise BacktestError(f"{len(result.differences)} published cells are computed differently today.")


def _show_outcome(settings: Settings, outcome: Any, as_json: bool) -> None:
    from pipeline.console import err, show_files, show_json

    note(run=outcome.run.run_id, deliveries=sorted(i.delivery_id for i in outcome.run.inputs))
    if as_json:
        files = [str(p) for p in outcome.files or [outcome.draft]]
        show_json(outcome.run.manifest() | {"counts": outcome.counts, "reused": outcome.reused, "files": files})
        return
    if len(outcome.reused) == len(outcome.seconds):
        err.print("Nothing is new: every stage was reused.")
    show_files(settings.root, outcome.files or [outcome.draft])
