"""The commands for a partner's machine, and the made-up programme."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from pipeline.cli.common import Context, app, now
from pipeline.errors import InputError, SettingsError
from pipeline.settings import PartnerSettings, Settings, list_problems, load_settings


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


contract = typer.Typer(name="contract", help="Try and draft the contracts that say how a partner's files are read.")
app.add_typer(contract)


@contract.command()
def check(
    partner: str,
    file: Annotated[Path, typer.Argument(help="One file, or a folder with one delivery.")],
    own: Annotated[Path | None, typer.Option("--contract", help="A contract file other than the partner's.")] = None,
) -> None:
    """Dry-run a contract on a file: what would map where, what is unmapped, what would be refused."""
    from pipeline.onboarding import check_contract, show_check
    from pipeline.sources import load_contract

    settings = _any_partner(partner, own)
    if own is None and (Context.root / "throughcare.toml").exists():
        settings = load_settings(Context.root)
    result = check_contract(settings, load_contract(settings, partner), file, latest=now().date())
    show_check(result)
    raise typer.Exit(0 if result.fits else InputError.exit_code)


@contract.command()
def draft(
    file: Annotated[Path, typer.Argument(help="One file as the partner's system writes it.")],
    partner: Annotated[str, typer.Option(help="The partner's name in throughcare.toml.")] = "partner",
    to: Annotated[Path | None, typer.Option(help="Where to write the contract; shown when left out.")] = None,
) -> None:
    """Write a first contract from a file; what needs a decision is marked TODO."""
    from pipeline.console import err
    from pipeline.onboarding import draft_contract

    made = draft_contract(file, partner, latest=now().date())
    if to is None:
        print(made.text)
    elif to.exists():
        raise SettingsError(f"{to} exists already. Give another name after --to.")
    else:
        to.write_text(made.text, "utf-8")
        err.print(f"{to}: try it with `throughcare contract check {partner} {file} --contract {to}`.", markup=False)
    err.print(f"{made.filled} columns filled, {made.guessed} of them guessed, {made.open} left to you.", markup=False)


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


def _any_partner(partner: str, contract: Path | None = None) -> Settings:
    """Settings outside a project, where there are the built-in contracts and the one that was named."""
    named = contract.resolve() if contract else None
    try:
        return Settings(root=Path(), data=Path(), partners={partner: PartnerSettings(location=".", contract=named)})
    except ValidationError as problems:
        raise SettingsError(list_problems("the command", problems)) from None
