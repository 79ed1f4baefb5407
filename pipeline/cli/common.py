"""What all commands share: the options before the command, the clock, and finding drafts and bundles."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import SettingsError
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import Settings, load_settings

app = typer.Typer(
    name="throughcare",
    help="Partner exports in, safe evaluation reports for the Prison Service out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
QUARTER = Annotated[str, typer.Option("--quarter", help="The quarter, written 2023Q2.")]
JSON = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
LANGUAGE = Annotated[str, typer.Option(help="cs or en.")]
LANGUAGES = ("cs", "en")
ENGINES = ("duckdb", "spark")
FORMATS = ("html", "pdf", "docx", "slides", "pptx")
LANGUAGES_WANTED = Annotated[
    list[str] | None, typer.Option("--language", help="cs or en, may be repeated; both when left out.")
]
FORMATS_WANTED = Annotated[
    list[str] | None, typer.Option("--format", help="html, pdf, docx, slides, pptx, may be repeated; else all.")
]


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


def now() -> datetime:
    """The one clock of the program, in UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def new_run(quarter: str, as_of: str | None, known_at: str | None, engine: str = "duckdb") -> Run:
    """The run that the options describe."""
    (engine,) = chosen([engine], ENGINES, "engine")
    return Run(Quarter.parse(quarter), now(), day(as_of, "--as-of"), day(known_at, "--known-at"), engine=engine)


def with_spark(settings: Settings, url: str | None) -> Settings:
    """The settings with another address of Spark, where one is given."""
    engine = settings.engine.model_copy(update={"url": url}) if url else settings.engine
    return settings.model_copy(update={"engine": engine})


def day(text: str | None, option: str) -> date | None:
    """The day that an option gives. Raises SettingsError when it is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise SettingsError(f"{option}: '{text}' is not a day. Write it as 2023-08-15.") from None


def chosen(given: list[str] | None, allowed: tuple[str, ...], name: str) -> tuple[str, ...]:
    """What was given, or everything. Raises SettingsError on a value that is not allowed."""
    wrong = sorted(set(given or ()) - set(allowed))
    if wrong:
        raise SettingsError(f"Unknown {name} {', '.join(wrong)}. Choose from {', '.join(allowed)}.")
    return tuple(given or allowed)


def finished_settings() -> Settings:
    """The project's settings; in a fresh project that only has the demo, the demo's."""
    settings = load_settings(Context.root)
    demo = settings.data / "demo"
    if not _begun(settings.data) and (demo / "warehouse" / "current").exists():
        return load_settings(Context.root, data=demo)
    return settings


def _begun(data: Path) -> bool:
    """Whether anything of a project's own has been landed or computed, also where no run has come to its end."""
    return any(any((data / kept).glob("*.*")) for kept in ("landing/receipts", "landing/refused", "warehouse"))


def newest_draft(settings: Settings, quarter: str) -> str:
    """The run id of the newest draft of a quarter. Raises SettingsError when there is none."""
    drafts = _whole(settings.folder("disclosure") / "draft", quarter)
    if not drafts:
        raise SettingsError(f"There is no draft of {quarter}. Run `throughcare run --quarter {quarter}` first.")
    return max(drafts, key=lambda p: (p.stat().st_mtime_ns, p.name)).name


def newest_bundle(settings: Settings, quarter: str) -> Path:
    """The newest released bundle of a quarter. Raises SettingsError when there is none."""
    from pipeline.disclosure import in_order

    bundles = in_order(_whole(settings.folder("disclosure"), quarter))
    if not bundles:
        raise SettingsError(f"{quarter} has not been released. Run `throughcare release --quarter {quarter}` first.")
    return bundles[-1]


def _whole(folder: Path, quarter: str) -> list[Path]:
    return [p for p in folder.glob(f"{Quarter.parse(quarter)}-*") if (p / "checksums.sha256").exists()]
