"""From `.qmd` to Markdown: jupytext reads the sources, one warm kernel runs all of them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import PublicationError

INCLUDE = re.compile(r"^\{\{<\s*include\s+(\S+)\s*>\}\}[ \t]*$", re.MULTILINE)
PLAIN = "%reset -f -s"
NOTEBOOK: dict[str, Any] = {"metadata": {}, "nbformat": 4, "nbformat_minor": 5}
CELL: dict[str, Any] = {"cell_type": "code", "execution_count": None}


@dataclass(frozen=True)
class Document:
    """One source to run: its name, the `.qmd` file and the values of its parameters."""

    name: str
    source: Path
    parameters: Mapping[str, str]


def run_documents(documents: Sequence[Document], folder: Path) -> dict[str, str]:
    """Markdown of each document by name; all run in one kernel, emptied between documents.

    Raises PublicationError naming document and message when a cell fails or a source cannot be read.
    """
    import nbformat

    cells: list[Any] = []
    for document in documents:
        cells.append(_marked(_code(PLAIN), document.name, hidden=True))
        cells += [_marked(cell, document.name) for cell in _read(document)]
    book: Any = nbformat.from_dict(NOTEBOOK | {"cells": cells})  # type: ignore[no-untyped-call]
    _execute(book, folder)
    return {document.name: _collect(book, document.name) for document in documents}


def _code(source: str) -> Any:
    import nbformat

    return nbformat.from_dict(CELL | {"source": source, "metadata": {}, "outputs": []})  # type: ignore[no-untyped-call]


def _marked(cell: Any, document: str, *, hidden: bool = False) -> Any:
    cell.metadata["throughcare"] = {"document": document, "hidden": hidden}
    return cell


def _read(document: Document) -> list[Any]:
    import jupytext

    book = jupytext.reads(resolve_includes(document.source), fmt="Rmd")
    cells, injected = [], False
    for cell in book.cells:
        if cell.cell_type == "raw":
            continue
        cells.append(cell)
        if cell.cell_type == "code" and "parameters" in options(cell).get("tags", []):
            values = "\n".join(f"{key} = {value!r}" for key, value in sorted(document.parameters.items()))
            cells.append(_code(f"#| include: false\n{values}"))
            injected = True
    if not injected:
        raise PublicationError(
            f"{document.source.name} has no cell tagged `parameters`; add one as in the other reports."
        )
    return cells


def resolve_includes(source: Path) -> str:
    """The text of a source with its `{{< include … >}}` lines replaced, paths counted from the source."""
    try:
        text = source.read_text("utf-8")
        return INCLUDE.sub(lambda found: resolve_includes(source.parent / found[1]), text)
    except OSError as problem:
        raise PublicationError(f"The source {source.name} cannot be read: {problem.strerror}.") from None


def options(cell: Any) -> dict[str, Any]:
    """The `#| key: value` options at the head of a code cell."""
    import yaml  # type: ignore[import-untyped]

    lines = []
    for line in str(cell.source).splitlines():
        if not line.startswith("#|"):
            break
        lines.append(line[2:].removeprefix(" "))
    return yaml.safe_load("\n".join(lines)) or {}


def _execute(book: Any, folder: Path) -> None:
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    options: dict[str, Any] = {"timeout": 300, "kernel_name": "python3", "extra_arguments": ["--log-level=40"]}
    if os.name == "posix":  # a socket file of our own instead of a port that everybody on the machine can reach
        options["km"] = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=str(folder / "kernel"))
    client = NotebookClient(book, resources={"metadata": {"path": str(folder)}}, **options)
    try:
        client.execute()
    except CellExecutionError as problem:
        raise PublicationError(f"A report cell failed ({problem.ename}): {problem.evalue}") from None


def _collect(book: Any, name: str) -> str:
    parts: list[str] = []
    for cell in book.cells:
        mark = cell.metadata.get("throughcare", {})
        if mark.get("document") != name or mark.get("hidden"):
            continue
        if cell.cell_type == "markdown":
            parts.append(cell.source)
        else:
            parts += _printed(cell)
    return "\n\n".join(parts) + "\n"


def _printed(cell: Any) -> list[str]:
    chosen = options(cell)
    if chosen.get("include") is False or "parameters" in chosen.get("tags", []):
        return []
    if chosen.get("output") != "asis" or chosen.get("echo") is not False:
        raise PublicationError("Report cells need `#| output: asis` and `#| echo: false` (or `#| include: false`).")
    return [output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stdout"]
