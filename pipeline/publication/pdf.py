"""Typst to PDF: A4, tagged, with bookmarks; figures as SVG."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import PublicationError
from pipeline.publication.catalogue import text

MISSING = re.compile(r'^#figure-block\("figures/([\w-]+)\.svg", alt: ("(?:[^"\\]|\\.)*")\)\[', re.MULTILINE)


def compile_pdf(source: str, drawn: Mapping[str, Path], language: str, folder: Path) -> bytes:
    """PDF/UA-1 bytes from a Typst document whose figures lie in `drawn`; a missing one is said in words.

    Raises PublicationError with Typst's message when the document cannot be set.
    """
    import typst

    place = folder / "typst"
    (place / "figures").mkdir(parents=True, exist_ok=True)
    for name, path in drawn.items():
        if f"figures/{name}.svg" not in source:
            continue
        (place / "figures" / f"{name}.svg").write_bytes(path.read_bytes())
    source = MISSING.sub(lambda found: found[0] if found[1] in drawn else _without(language), source)
    main = place / "main.typ"
    main.write_text(source, "utf-8")
    try:
        made = typst.compile(str(main), root=str(place), pdf_standards=["ua-1"], timestamp=0)
    except typst.TypstError as problem:
        raise PublicationError(f"The PDF could not be set: {problem.message} {' '.join(problem.hints)}") from None
    return bytes(made)


def _without(language: str) -> str:
    words = text("page.no_static", language).replace('"', '\\"')
    return f'#figure-missing("{words}")['
