"""The command with everything that it needs: all subcommands, and what becomes of an error."""

from __future__ import annotations

import io
import os
import sys
import traceback
from pathlib import Path

from pipeline.cli import STOPPED, STOPPED_WORDS, line, look, partner, steward  # noqa: F401  importing registers their commands
from pipeline.cli.common import Context, app
from pipeline.errors import StorageError, ThroughcareError

# isort: split
from pipeline.cli import keeping  # noqa: F401  commands that destroy come last in the list


def run() -> None:
    """Run the command that was typed; ends in SystemExit, but for an interruption that nobody has taken."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that knows no Czech still gets every line
            stream.reconfigure(errors="replace")
    os.umask(0o077)  # whatever is written, nobody else of this machine may read it
    try:
        app(standalone_mode=True)
    except ThroughcareError as problem:
        print(f"throughcare: {problem}", file=sys.stderr)
        sys.exit(problem.exit_code)
    except SystemExit as end:
        if end.code == STOPPED:  # Typer has taken the interruption for itself, without a word
            print(STOPPED_WORDS, file=sys.stderr)
        raise
    except OSError as problem:
        if Context.debug:
            raise
        print(f"throughcare: {_refused(problem)}", file=sys.stderr)
        sys.exit(StorageError.exit_code)
    except Exception as problem:
        if Context.debug:
            raise
        print(_without_values(problem), file=sys.stderr)
        sys.exit(70)


def _refused(problem: OSError) -> str:
    """What the system did not let us do, with the path alone."""
    where = f"{problem.filename}: " if problem.filename else ""
    return (
        f"{where}{problem.strerror or 'cannot be used'}. Check the path, access rights and free space; nothing is lost."
    )


def _without_values(problem: Exception) -> str:
    """An unforeseen error without its message: the message of a failed conversion quotes the cell."""
    frames = [f for f in traceback.extract_tb(problem.__traceback__) if "pipeline" in Path(f.filename).parts]
    where = " ← ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-3:]))
    return (
        f"throughcare: an error of ours, {type(problem).__name__} at {where}. Nothing is lost. "
        "Report that line; `--debug` shows more, and may show personal data."
    )
