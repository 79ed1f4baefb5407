"""The same documents by Quarto, where it is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import PublicationError
from pipeline.publication.editions import SUFFIXES, Edition
from pipeline.publication.office import OFFICE, reference_document
from pipeline.settings import Settings

FORMS = {"html": "html", "pdf": "typst", "docx": "docx", "slides": "revealjs", "pptx": "pptx"}
"""Our format → Quarto's."""


def wanted(settings: Settings) -> bool:
    """Whether Quarto is to be used; raises PublicationError when it is asked for by name and missing.

    Quarto fills in parameters with papermill, which is among our dependencies.
    """
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


def one_line(title: str) -> str:
    """A title that stays one piece of text when Quarto reads it as YAML, in which `a: b` is a table."""
    plain = re.sub(r":(?=\s|$)", "\u00a0–", re.sub(r"\s#", " ", title))
    return re.sub(r"^[\W_]+", "", plain)


def render(
    folder: Path, edition: Edition, form: str, parameters: Mapping[str, str], words: Mapping[str, str], target: Path
) -> Path:
    """Render one edition from the sources in `folder` and move it to its place; `words` are the templates' own.

    Raises PublicationError with Quarto's last words.
    """
    source = edition.kind.source
    output = f"{edition.name}.{SUFFIXES[form]}"
    given = {**parameters, "language": edition.language, "subject": edition.subject}
    command = ["quarto", "render", source, "--to", FORMS[form], "--output", output, "--no-execute-daemon"]
    command += [part for key, value in sorted(given.items()) if value for part in ("-P", f"{key}:{value}")]
    command += ["-M", f"lang:{edition.language}", "-M", f"title:{one_line(words['pagetitle'])}"]
    if form in OFFICE:
        reference = target.with_name(f".reference-{output}")
        reference.write_bytes(reference_document(form, edition.language, words))
        command += ["-M", f"reference-doc:{reference}"]
    env = {**os.environ, "QUARTO_PYTHON": sys.executable}  # else Quarto takes whichever Python it finds
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=env)
    target.with_name(f".reference-{output}").unlink(missing_ok=True)
    if done.returncode:
        raise PublicationError(f"Quarto could not render {source}: {done.stderr[-600:].strip()}")
    found = next(folder.rglob(output), None)
    if found is None:
        raise PublicationError(f"Quarto said that it rendered {source}, but {output} is not there.")
    shutil.move(found, target)
    return target
