"""The commands that destroy (a person to be forgotten, deliveries that have run out) and that change a key."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.audited import audited, note
from pipeline.cli.common import app, day, finished_settings, now


@app.command()
def forget(
    person: Annotated[
        str, typer.Argument(metavar="PERSON", help="Pseudonym, the partners' or the pipeline's; - reads it from input.")
    ],
    reason: Annotated[str, typer.Option(help="Why; it is kept, so it must not say who.")],
) -> None:
    """Remove a person from every stage for good, and keep later deliveries from bringing them back."""
    from pipeline.console import ConsoleReporter, out
    from pipeline.keeping.forget import forget as remove

    named = sys.stdin.readline().strip() if person == "-" else person
    done = remove(finished_settings(), named, reason, at=now(), reporter=ConsoleReporter())
    for line in done.lines():
        out.print(line, markup=False)
    if done.left:
        raise typer.Exit(1)


@app.command()
def purge(
    as_of: Annotated[str | None, typer.Option(help="Judge by this day instead of today.")] = None,
) -> None:
    """Destroy deliveries whose keep_until has passed, and what was made of them."""
    from pipeline.console import ConsoleReporter, out
    from pipeline.keeping.purge import purge as destroy

    done = destroy(finished_settings(), day(as_of, "--as-of") or now().date(), at=now(), reporter=ConsoleReporter())
    for line in done.lines():
        out.print(line, markup=False)


@app.command()
@audited
def rekey(
    old_key_file: Annotated[Path, typer.Option(help="File with the key at rest that was set until now.")],
) -> None:
    """Encrypt landed files and warehouses anew, from the old key at rest to the one that is set now."""
    from pipeline.console import out
    from pipeline.keeping.rekey import rekey as change

    settings = finished_settings()
    note(settings, options={})
    for line in change(settings, old_key_file):
        out.print(line, markup=False)
