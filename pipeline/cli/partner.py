"""The commands for a partner's machine, and the made-up programme."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.common import app, now
from pipeline.settings import Settings


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
    report = pseudonyms.pseudonymise(source, target, known, key, latest=now().date())
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
