"""What a person sees while the line works: progress on a terminal, plain lines elsewhere, JSON on request."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

WIDE = 1000
"""Columns where nobody's terminal has an end: in a file or a pipe no line is broken."""
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)
LISTED = 12
"""So many files of one folder are listed one by one."""


class ConsoleReporter:
    """Tells each stage once: a progress bar over the stages on a terminal, then one line with time and counts."""

    def __init__(self, *, stages: int = 8, quiet: bool = False) -> None:
        self._quiet = quiet
        self._bar = Progress(
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=err,
            transient=True,
            disable=quiet or not err.is_terminal,
        )
        self._task = self._bar.add_task("", total=stages)

    def stage(self, name: str) -> None:
        """Show that a stage works, on a terminal only."""
        self._bar.update(self._task, description=name)
        self._bar.start()

    def stop(self) -> None:
        """Take the bar away, so that what is printed next stands alone."""
        self._bar.stop()

    def done(self, name: str, seconds: float, counts: dict[str, int], *, reused: bool) -> None:
        """Print the stage's line: reused, or how long it took and what it counted."""
        self._bar.advance(self._task)
        self.stop()
        if self._quiet:
            return
        took = "reused" if reused else f"{seconds:.1f} s"
        shown = ", ".join(f"{key} {value:,}".replace(",", " ") for key, value in counts.items())
        err.print(f"{name:<12} {took:>8}  {shown}", markup=False)

    def say(self, line: str) -> None:
        """Print one plain line."""
        if not self._quiet:
            err.print(line, markup=False)


def show_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Print rows as a table, its cells as they are; where the terminal is too narrow for its words, a line per row."""
    names, lines = list(columns), [["" if cell is None else str(cell) for cell in row] for row in rows]
    table = Table(title=title, title_justify="left")
    for name in names:
        table.add_column(name, overflow="fold")
    for line in lines:
        table.add_row(*map(Text, line))
    if Measurement.get(out, out.options.update(width=WIDE), table).minimum <= out.width:
        out.print(table)
        return
    out.print(title, markup=False)
    for line in lines:
        filled = [f"{name} {cell}".strip() for name, cell in zip(names, line, strict=True) if cell]
        out.print(f"- {', '.join(filled)}", markup=False)


def show_json(value: Mapping[str, Any]) -> None:
    """Print a value as JSON on standard output."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str, sort_keys=True))


def show_files(root: Path, files: Iterable[Path]) -> None:
    """Print the paths that a command wrote, relative to the project where they lie in it; a full folder in one line.

    Of a publication the last line names the page to begin with.
    """
    several = list(files)
    folders = Counter(path.parent for path in several)
    told: set[Path] = set()
    for path in several:
        full = folders[path.parent] > LISTED
        if full and path.parent in told:
            continue
        told.add(path.parent)
        shown = _shown(root, path.parent if full else path)
        out.print(f"{shown}/ ({folders[path.parent]} files)" if full else shown, markup=False)
    if start := next((path for path in several if path.name.startswith("index")), None):
        out.print(f"Open {_shown(root, start)}", markup=False)


def _shown(root: Path, path: Path) -> str:
    return str(path.relative_to(root) if path.is_relative_to(root) else path)
