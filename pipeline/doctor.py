"""`throughcare doctor`: what of the settings and the machine is right, what is wrong and how to mend it.

Nothing is fetched and no server is asked: it works offline, and it changes nothing.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from pipeline import disclosure, keys, publication, reference, sources, validated
from pipeline.charts import find_browser
from pipeline.console import out, show_json, show_table
from pipeline.errors import ThroughcareError
from pipeline.keeping import audit
from pipeline.settings import Settings
from pipeline.warehouse import current_path, open_current

GOOD, MIND, WRONG = "good", "mind", "wrong"
ENOUGH = 2 * 1024**3
"""Bytes of free disk below which a run may not end."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at: where, how it stands (good; mind: works, but look at it; wrong: mend it), and in words."""

    area: str
    verdict: str
    sentence: str


def examine(settings: Settings, today: date) -> list[Finding]:
    """Everything that can be said of a project and its machine; `today` decides which acceptances have run out."""
    found = [finding for partner in sorted(settings.partners) for finding in _partner(settings, partner)]
    if not settings.partners:
        found.append(Finding("partners", WRONG, "throughcare.toml names none. Add [partners.NAME] with a location."))
    found += _read("decisions.toml", lambda: _decisions(settings, today))
    found += _read("expectations", lambda: f"{len(validated.load_rules(settings))} rules read.")
    found += _read("registers", lambda: _registers(settings))
    found += _read("profile", lambda: f"{disclosure.load_profile(settings.disclosure.profile).name} is complete.")
    found += list(_keys(settings))
    chain = audit.verify(settings)
    told = chain.sentence().removeprefix("Audit log: ")
    found.append(Finding("audit log", GOOD if chain.broken is None else WRONG, told))
    found += list(_folders(settings))
    return found + list(_tools(settings))


def show_doctor(settings: Settings, today: date, *, as_json: bool) -> bool:
    """Print every finding, the worst last; returns whether nothing is wrong."""
    order = (GOOD, MIND, WRONG)
    found = sorted(examine(settings, today), key=lambda f: order.index(f.verdict))
    if as_json:
        show_json({"findings": [asdict(f) for f in found]})
    else:
        show_table("Settings and machine", ("about", "", "what"), ((f.area, f.verdict, f.sentence) for f in found))
        wrong = sum(f.verdict == WRONG for f in found)
        out.print("Nothing is wrong." if not wrong else f"{wrong} to mend: the last lines of the table.", markup=False)
    return all(f.verdict != WRONG for f in found)


def _read(area: str, say: Callable[[], str | Finding]) -> list[Finding]:
    """What a reader of settings says, or each of its problems."""
    try:
        said = say()
    except ThroughcareError as problem:
        return [Finding(area, WRONG, line) for line in str(problem).splitlines()]
    return [said if isinstance(said, Finding) else Finding(area, GOOD, said)]


def _partner(settings: Settings, name: str) -> Iterator[Finding]:
    yield from _read(f"partner {name}", lambda: f"contract of {sources.load_contract(settings, name).title} is right.")
    partner = settings.partners[name]
    if partner.scheme:
        yield from _server(settings, name)
        return
    folder = settings.root / partner.location.removeprefix("file://")
    if not folder.is_dir():
        advice = f"Make it, or correct partners.{name}.location."
        yield Finding(f"partner {name}", WRONG, f"the folder {partner.location} is missing. {advice}")
    elif not any(folder.iterdir()):
        yield Finding(f"partner {name}", MIND, f"the folder {partner.location} is empty: nothing has been delivered.")


def _server(settings: Settings, name: str) -> Iterator[Finding]:
    """What a server's settings name must be there; whether the server answers is seen by `pull`."""
    partner, area = settings.partners[name], f"partner {name}"
    if partner.credential and not sources.has_credential(partner.credential):
        advice = f"Set THROUGHCARE_{partner.credential}_USER and _PASSWORD, or store them in the keyring."
        yield Finding(area, WRONG, f"the credential {partner.credential} has no value. {advice}")
    for setting in ("known_hosts", "ca_file"):
        path = getattr(partner, setting)
        if path is not None and not (settings.root / path).is_file():
            yield Finding(area, WRONG, f"{setting}: the file {path} is missing.")
    if partner.scheme == "sftp" and partner.known_hosts is None:
        advice = "Put the server's key, told by its owner, into a file and name it under known_hosts."
        yield Finding(area, MIND, f"no known_hosts of its own; the user's list decides. {advice}")


def _decisions(settings: Settings, today: date) -> str | Finding:
    accepted = validated.read_acceptances(settings)
    ended = [a for a in accepted if a.expires < today]
    if ended:
        which = ", ".join(f"{a.rule} for {a.partner} ({a.expires})" for a in ended)
        return Finding("decisions.toml", MIND, f"run out: {which}. Renew them with a reason, or remove them.")
    return f"{len(accepted)} acceptances, all in force."


def _registers(settings: Settings) -> str | Finding:
    """Those kept by hand are read before a release needs them."""
    publication.read_registers(settings, synthetic=True)
    reference.read_register(settings, "service_area.csv", ("partner", "region", "valid_from", "valid_to"))
    told = f"{reference.FOLDER} can be read."
    if reference.is_own(settings):
        return told
    return Finding("registers", MIND, f"{reference.FOREIGN} Copy the folder into the project and correct it.")


def _keys(settings: Settings) -> Iterator[Finding]:
    try:
        held = keys.read_keys(settings)
    except ThroughcareError as problem:
        yield from (Finding("keys", WRONG, line) for line in str(problem).splitlines())
        return
    if held.pipeline:
        yield Finding("keys", GOOD, f"pseudonyms are keyed a second time (key {held.mark}).")
    else:
        advice = f"Set {keys.PIPELINE} before real data are landed (docs/keeping.md)."
        yield Finding("keys", MIND, f"no pipeline key: pseudonyms stay as partners made them. {advice}")
    if held.at_rest:
        yield Finding("keys", GOOD, "landing and warehouse are encrypted at rest.")
    else:
        advice = f"Set {keys.AT_REST}, or keep the data folder on an encrypted disk."
        yield Finding("keys", MIND, f"nothing is encrypted at rest. {advice}")


def _folders(settings: Settings) -> Iterator[Finding]:
    data = settings.data
    place = next(p for p in (data, *data.parents) if p.exists())
    free = shutil.disk_usage(place).free
    enough = free >= ENOUGH
    told = f"{free / 1024**3:.1f} GB free in the data folder."
    yield Finding("disk", GOOD if enough else WRONG, told if enough else f"{told} A run may not end; free some space.")
    if not _writable(place):
        yield Finding("disk", WRONG, f"the folder {place.name} cannot be written to. Check its access rights.")
    current = current_path(data / "warehouse")
    if current is None:
        yield Finding(
            "warehouse", MIND, "there is no finished run yet. `throughcare demo` or `throughcare run` makes one."
        )
        return
    try:
        open_current(settings).close()
    except ThroughcareError as problem:  # open elsewhere, another key, a damaged file: the message says what to do
        yield Finding("warehouse", WRONG, str(problem))
    else:
        yield Finding("warehouse", GOOD, f"the newest finished run is {current.stem}.")


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK)


def _tools(settings: Settings) -> Iterator[Finding]:
    yield from (Finding("documents", MIND, line) for line in publication.missing_tools(settings))
    if browser := find_browser():
        yield Finding("documents", GOOD, f"figures are drawn by {Path(browser).name}.")
    quarto = shutil.which("quarto") is not None
    wanted = settings.publication.renderer
    if wanted == "quarto" and not quarto:
        yield Finding(
            "documents", WRONG, "throughcare.toml asks for Quarto, which is not installed. Use auto or builtin."
        )
    else:
        used = "Quarto" if quarto and wanted != "builtin" else "the built-in renderer"
        yield Finding("documents", GOOD, f"rendered by {used} (renderer = {wanted}).")
    if importlib.util.find_spec("pyspark") and not shutil.which("java"):
        yield Finding(
            "spark", MIND, "pyspark is installed, Java is not: `--engine spark` needs Java 17 or a Connect server."
        )
