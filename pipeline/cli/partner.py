"""The commands for a partner's machine, and the made-up programme."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.common import Context, app, now
from pipeline.settings import PartnerSettings, Settings, load_settings


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
def template(
    partner: str,
    to: Annotated[Path | None, typer.Option(help="Where to write it; sablona-PARTNER.xlsx when left out.")] = None,
) -> None:
    """A workbook to fill in by hand, with drop-downs and explanations; what it holds loads without a contract."""
    from pipeline.console import out
    from pipeline.onboarding import write_template

    own = load_settings(Context.root) if (Context.root / "throughcare.toml").exists() else _any_partner(partner)
    path = write_template(own, partner, to or Path(f"sablona-{partner}.xlsx"))
    out.print(f"{path}: fill in the sheets, put the file in the partner's folder, pull.", markup=False)


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


def _any_partner(partner: str) -> Settings:
    """Settings outside a project, where the built-in contracts are all there is."""
    return Settings(root=Path(), data=Path(), partners={partner: PartnerSettings(location=".")})
