"""The `throughcare` command. The only place that reads a clock."""

from __future__ import annotations

import sys
import traceback
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.errors import SettingsError, ThroughcareError
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import REPOSITORY, Settings, load_settings

app = typer.Typer(
    name="throughcare",
    help="Partner exports in, safe evaluation reports for the Prison Service out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
QUARTER = Annotated[str, typer.Option("--quarter", help="The quarter, written 2023Q2.")]
JSON = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
LANGUAGES = ("cs", "en")
FORMATS = ("html", "pdf", "slides")


class Context:
    """What the options before the command decide."""

    root: Path = Path()
    debug: bool = False


@app.callback()
def options(
    project: Annotated[Path, typer.Option(help="Project folder with throughcare.toml.")] = Path(),
    debug: Annotated[bool, typer.Option(help="Show tracebacks; they may contain personal data.")] = False,
) -> None:
    """Options of every command."""
    Context.root, Context.debug = project, debug


@app.command()
def demo(as_json: JSON = False) -> None:
    """Sample exports to a published quarter, wholly in data/demo; signed `demo`, marked SYNTHETIC."""
    from pipeline import flow
    from pipeline.console import ConsoleReporter

    root = Context.root if (Context.root / "throughcare.toml").exists() else REPOSITORY
    settings = load_settings(root, data=root / "data" / "demo")
    reporter = ConsoleReporter(quiet=as_json)
    run = _run("2023Q2", "2023-08-15", None)
    flow.pull(settings, run, reporter)
    outcome = flow.run_quarter(settings, run, reporter)
    flow.release_and_publish(
        settings,
        outcome,
        reporter,
        checked_by="demo",
        reason="demo",
        languages=LANGUAGES,
        formats=FORMATS,
    )
    _show_outcome(settings, outcome, as_json)


@app.command()
def run(
    quarter: QUARTER,
    as_of: Annotated[str | None, typer.Option(help="Observe nothing after this day.")] = None,
    known_at: Annotated[str | None, typer.Option(help="Use only what had been received by this day.")] = None,
    as_json: JSON = False,
) -> None:
    """The whole quarter to an unsigned draft, resuming where it stopped."""
    from pipeline import flow
    from pipeline.console import ConsoleReporter

    settings = load_settings(Context.root)
    reporter = ConsoleReporter(quiet=as_json)
    wanted = _run(quarter, as_of, known_at)
    flow.pull(settings, wanted, reporter)
    outcome = flow.run_quarter(settings, wanted, reporter)
    _show_outcome(settings, outcome, as_json)


@app.command()
def pull(as_json: JSON = False) -> None:
    """Fetch, screen and land what is new."""
    from pipeline import flow
    from pipeline.console import ConsoleReporter, show_json

    settings = load_settings(Context.root)
    report = flow.pull(settings, _run("2000Q1", None, None), ConsoleReporter(stages=1, quiet=as_json))
    if as_json:
        show_json(report.counts())


@app.command()
def status(as_json: JSON = False) -> None:
    """Partners, deliveries, coverage, quarantine and the last runs."""
    from pipeline.status import show_status

    show_status(_finished_settings(), as_json=as_json)


@app.command()
def feedback(partner: str) -> None:
    """Where the feedback for a partner lies: what was refused and how to mend it."""
    from pipeline.status import show_feedback

    show_feedback(_finished_settings(), partner)


@app.command()
def release(
    quarter: QUARTER,
    checked_by: Annotated[str, typer.Option(help="Who has checked the draft.")],
    revision: Annotated[str | None, typer.Option(help="Why an already published quarter is released again.")] = None,
) -> None:
    """Freeze the newest draft of a quarter as an immutable bundle."""
    from pipeline import disclosure
    from pipeline.console import show_files

    settings = load_settings(Context.root)
    bundle = disclosure.release(settings, _newest_draft(settings, quarter), checked_by=checked_by, reason=revision)
    show_files(settings.root, [bundle])


@app.command()
def publish(
    quarter: QUARTER,
    language: Annotated[list[str] | None, typer.Option(help="cs or en; both when left out.")] = None,
    format: Annotated[list[str] | None, typer.Option(help="html, pdf or slides; all when left out.")] = None,
) -> None:
    """Render the newest released bundle of a quarter."""
    from pipeline import flow
    from pipeline.console import ConsoleReporter, show_files

    settings = load_settings(Context.root)
    languages, formats = _chosen(language, LANGUAGES, "language"), _chosen(format, FORMATS, "format")
    outcome = flow.Outcome(_run(quarter, None, None))
    bundle = _newest_bundle(settings, quarter)
    flow.publish(settings, bundle, outcome, ConsoleReporter(stages=1), languages=languages, formats=formats)
    show_files(settings.root, outcome.files)


@app.command()
def explain(measure: str, language: Annotated[str, typer.Option(help="cs or en.")] = "en") -> None:
    """Definition, cohort, windows and source of a measure."""
    from pipeline import outcomes
    from pipeline.console import out

    out.print(outcomes.explain(measure, language), markup=False)


@app.command()
def dictionary(language: Annotated[str, typer.Option(help="cs or en.")] = "en") -> None:
    """The data dictionary: every table, column and code list, as Markdown."""
    from pipeline.model.dictionary import dictionary_markdown

    print(dictionary_markdown("cs" if language == "cs" else "en"))


@app.command()
def export(
    stage: Annotated[str, typer.Option(help="validated, core or outcomes.")],
    to: Annotated[Path, typer.Option(help="Folder to write into.")],
) -> None:
    """Write a stage's tables: validated in the native form that can be delivered again, others as Parquet."""
    from pipeline.console import show_files
    from pipeline.export import export_stage

    settings = _finished_settings()
    show_files(settings.root, export_stage(settings, stage, to))


@app.command()
def pseudonymise(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Folder or file as the partner's system exports it.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="New folder for the delivery.")],
    partner: Annotated[str, typer.Option(help="Whose contract reads the export.")],
    key_file: Annotated[
        Path | None, typer.Option(help="File with the project key; else THROUGHCARE_PROJECT_KEY.")
    ] = None,
    contract: Annotated[Path | None, typer.Option(help="A contract other than the built-in one.")] = None,
) -> None:
    """On a partner's machine, offline: an export with birth numbers to a delivery with pseudonyms."""
    import os

    from pipeline import pseudonyms
    from pipeline.console import out
    from pipeline.sources import load_contract, read_contract

    key = pseudonyms.read_key(key_file, os.environ)
    own = Settings(root=Path(), data=Path())
    known = read_contract(contract, partner) if contract else load_contract(own, partner)
    report = pseudonyms.pseudonymise(source, target, known, key, latest=datetime.now(UTC).date())
    for line in report.lines():
        out.print(line, markup=False)


@app.command()
def synthesize(
    to: Annotated[Path, typer.Option(help="Folder to write into.")],
    people: Annotated[int, typer.Option(min=100, help="People in custody data.")] = 5000,
    seed: Annotated[int, typer.Option(help="Equal seeds write equal bytes.")] = 1,
) -> None:
    """A made-up programme in all partners' own shapes, with planted effects and faults."""
    from pipeline.console import out
    from pipeline.synthetic import synthesize as make

    make(people, seed, to)
    out.print(f"{to}: eight partners' deliveries and the manifest of what was planted.", markup=False)


def main() -> None:
    """Run the command; an expected error is one plain message and an exit code, never a traceback."""
    try:
        app(standalone_mode=True)
    except ThroughcareError as problem:
        print(f"throughcare: {problem}", file=sys.stderr)
        sys.exit(problem.exit_code)
    except KeyboardInterrupt:
        print("throughcare: stopped. Run the same command again; it goes on where it stopped.", file=sys.stderr)
        sys.exit(130)
    except Exception as problem:
        if Context.debug:
            raise
        print(_without_values(problem), file=sys.stderr)
        sys.exit(70)


def _without_values(problem: Exception) -> str:
    """An unforeseen error without its message: the message of a failed conversion quotes the cell."""
    frames = [f for f in traceback.extract_tb(problem.__traceback__) if "pipeline" in Path(f.filename).parts]
    where = " ← ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-3:]))
    return (
        f"throughcare: an error of ours, {type(problem).__name__} at {where}. Nothing is lost. "
        "Report that line; `--debug` shows more, and may show personal data."
    )


def _run(quarter: str, as_of: str | None, known_at: str | None) -> Run:
    now = datetime.now(UTC).replace(tzinfo=None)
    return Run(Quarter.parse(quarter), now, _day(as_of, "--as-of"), _day(known_at, "--known-at"))


def _day(text: str | None, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise SettingsError(f"{option}: '{text}' is not a day. Write it as 2023-08-15.") from None


def _chosen(given: list[str] | None, allowed: tuple[str, ...], name: str) -> tuple[str, ...]:
    wrong = sorted(set(given or ()) - set(allowed))
    if wrong:
        raise SettingsError(f"Unknown {name} {', '.join(wrong)}. Choose from {', '.join(allowed)}.")
    return tuple(given or allowed)


def _finished_settings() -> Settings:
    """The project's settings; in a fresh project that only has the demo, the demo's."""
    settings = load_settings(Context.root)
    demo = settings.data / "demo"
    if not (settings.data / "warehouse" / "current").exists() and (demo / "warehouse" / "current").exists():
        return load_settings(Context.root, data=demo)
    return settings


def _newest_draft(settings: Settings, quarter: str) -> str:
    drafts = _newest_first(settings.folder("disclosure") / "draft", quarter)
    if not drafts:
        raise SettingsError(f"There is no draft of {quarter}. Run `throughcare run --quarter {quarter}` first.")
    return drafts[0].name


def _newest_bundle(settings: Settings, quarter: str) -> Path:
    bundles = _newest_first(settings.folder("disclosure"), quarter)
    if not bundles:
        raise SettingsError(f"{quarter} has not been released. Run `throughcare release --quarter {quarter}` first.")
    return bundles[0]


def _newest_first(folder: Path, quarter: str) -> list[Path]:
    found = [p for p in folder.glob(f"{Quarter.parse(quarter)}-*") if (p / "checksums.sha256").exists()]
    return sorted(found, key=lambda p: (p.stat().st_mtime_ns, p.name), reverse=True)


def _show_outcome(settings: Settings, outcome: Any, as_json: bool) -> None:
    from pipeline.console import err, show_files, show_json

    if as_json:
        files = [str(p) for p in outcome.files or [outcome.draft]]
        show_json(outcome.run.manifest() | {"counts": outcome.counts, "reused": outcome.reused, "files": files})
        return
    if len(outcome.reused) == len(outcome.seconds):
        err.print("Nothing is new: every stage was reused.")
    show_files(settings.root, outcome.files or [outcome.draft])
