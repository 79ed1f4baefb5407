"""The same documents by Quarto, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pipeline.errors import PublicationError
from pipeline.publication.catalogue import text
from pipeline.settings import Settings

FORMS = {
    "report": {"html": ("html", "html"), "pdf": ("typst", "pdf")},
    "slides": {"slides": ("revealjs", "html")},
}
"""Document → our format → Quarto's format and the file's suffix."""


def wanted(settings: Settings) -> bool:
    """Whether Quarto is to be used; raises PublicationError when it is asked for by name and missing."""
    renderer = settings.publication.renderer
    if renderer == "builtin":
        return False
    found = shutil.which("quarto") is not None
    if renderer == "quarto" and not found:
        raise PublicationError(
            "throughcare.toml asks for Quarto, which is not installed. Install it from quarto.org or set "
            'publication.renderer = "builtin".'
        )
    return found


def render(
    parameters: Mapping[str, str],
    documents: Sequence[tuple[str, Path, str]],
    formats: Sequence[str],
    place: Callable[[str, str, str], Path],
) -> list[Path]:
    """Render each document and move it to its place; raises PublicationError with Quarto's last words."""
    made = []
    for name, source, language in documents:
        for form, suffix in (FORMS[name][wish] for wish in formats if wish in FORMS[name]):
            made.append(_one(source, {**parameters, "language": language}, form, place(name, language, suffix)))
    return made


def _one(source: Path, parameters: Mapping[str, str], form: str, target: Path) -> Path:
    language = parameters["language"]
    title = text("document.slides" if form == "revealjs" else "document.quarterly", language)
    command = ["quarto", "render", str(source), "--to", form, "--output", target.name]
    command += [part for key, value in sorted(parameters.items()) for part in ("-P", f"{key}:{value}")]
    command += ["-M", f"lang:{language}", "-M", f"title:{title}", "-M", "embed-resources:true"]
    done = subprocess.run(command, cwd=source.parent.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PublicationError(f"Quarto could not render {source.name}: {done.stderr[-600:].strip()}")
    found = next(source.parent.parent.rglob(target.name), None)
    if found is None:
        raise PublicationError(f"Quarto said that it rendered {source.name}, but {target.name} is not there.")
    shutil.move(found, target)
    return target
