"""Listing what partners have delivered: files grouped to deliveries by the contract.

Nothing is copied from a folder; from a server what is new is fetched into encrypted scratch.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InputError, SettingsError
from pipeline.run import code_version
from pipeline.settings import Settings
from pipeline.sources.contract import Contract
from pipeline.sources.declaring import SIDECAR, Declaration, Problem, from_sidecar, from_texts, prefer
from pipeline.sources.loading import load_contract
from pipeline.sources.units import SUFFIXES, is_data, is_shown, last, units

if TYPE_CHECKING:  # a folder needs none of the connectors' libraries
    from pipeline.sources.fetch import Inbox, Kept
    from pipeline.sources.fetch_scratch import Opened

SYNTHETIC = re.compile("synthetic", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class DeliveredFile:
    """One file of a delivery: its name within it (with `/` for folders) and where its bytes are.

    What was fetched from a server or is kept sealed opens and reads like a path.
    """

    name: str
    path: Path | Opened


@dataclass(frozen=True)
class Delivery:
    """Files that a partner delivered together.

    `label` is the folder's or file's name at the partner's location. `declared` is what sidecar and file names say
    (cells are read in landing). `left_out` are files that the contract does not read; they are not kept. A delivery
    without files is a problem of the location itself.
    """

    partner: str
    label: str
    files: tuple[DeliveredFile, ...] = ()
    sidecar: DeliveredFile | None = None
    sidecar_text: bytes = b""
    declared: Declaration = field(default_factory=Declaration)
    problems: tuple[Problem, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def synthetic(self) -> bool:
        """Whether the sidecar or any name says that the data are made up."""
        return self.declared.synthetic or any(SYNTHETIC.search(f.name) for f in self.files)


def pull(
    settings: Settings, *, started_at: datetime, partners: tuple[str, ...] = (), kept: Kept | None = None
) -> list[Delivery]:
    """Every delivery at the partners' locations (all partners, or those named), sorted by partner and label.

    A partner whose folder is missing or empty, or whose server cannot be reached, gives a delivery without files that
    says so; the others go on. `kept` is what landing has: files that have not changed are not fetched again.
    Raises SettingsError for an unknown partner or a contract with mistakes, InputError when nobody has delivered.
    """
    names = sorted(partners or settings.partners)
    if not names:
        raise InputError("No partner is named in throughcare.toml. Add [partners.NAME] with a location.")
    if unknown := sorted(set(names) - set(settings.partners)):
        known = ", ".join(sorted(settings.partners))
        raise SettingsError(f"throughcare.toml names no partner {', '.join(unknown)}. Partners are {known}.")
    contracts = {name: load_contract(settings, name) for name in names}
    found = [delivery for name in names for delivery in _of_partner(settings, contracts[name], kept)]
    on_servers = any(settings.partners[name].scheme for name in names)  # what was landed before is there without them
    if not on_servers and not any(delivery.files for delivery in found):
        reasons = "\n".join(f"  {d.partner}: {p.message}" for d in found for p in d.problems)
        raise InputError(f"There is no delivery of any partner.\n{reasons}")
    return found


def clear_scratch(settings: Settings) -> None:
    """Remove fetched files once landing has answered for them; unfinished transfers stay, to go on from."""
    for path in sorted((settings.data / "sources").glob("*/*.sealed")):
        path.unlink(missing_ok=True)


def _of_partner(settings: Settings, contract: Contract, kept: Kept | None) -> list[Delivery]:
    partner = settings.partners[contract.partner]
    outside: list[str] = []
    if partner.scheme:
        deliveries = list(_from_server(settings, contract, kept, outside))
        where = "the location"
    else:
        location = settings.root / partner.location.removeprefix("file://")
        deliveries = _from_folder(location, contract, outside)
        where = str(location)
    if not deliveries:
        text = f"There is no delivery in {where}. Put the files in a folder of their own there."
        deliveries = [_nothing(contract, "no_delivery", text)]
    if outside:
        text = "A link that leads out of the partner's folder is not followed. Put the file itself there."
        problems = tuple(Problem("outside_inbox", text, name) for name in sorted(set(outside)))
        deliveries.append(Delivery(contract.partner, "", problems=problems))
    return deliveries


def _from_folder(location: Path, contract: Contract, outside: list[str]) -> list[Delivery]:
    if not location.is_dir():
        text = f"The folder {location} is missing. Make it, or correct partners.{contract.partner}.location."
        return [_nothing(contract, "missing_folder", text)]
    try:
        paths = dict(_files(location, outside))
    except OSError:
        return [_nothing(contract, "missing_folder", f"The folder {location} cannot be read. Check its access rights.")]
    return _grouped(paths, contract)


def deliveries_at(path: Path, contract: Contract) -> list[Delivery]:
    """What one folder with a delivery, or one file with the sidecar beside it, would be at the partner's location."""
    if path.is_file():
        beside = path.with_name(SIDECAR)
        paths = {path.name: path} | ({SIDECAR: beside} if beside.is_file() else {})
    else:
        paths = {f"{path.resolve().name}/{name}": found for name, found in _files(path, [])}
    return [delivery for delivery in _grouped(paths, contract) if delivery.files]


def _grouped(paths: dict[str, Path], contract: Contract) -> list[Delivery]:
    found = []
    for label, unit in units(paths, contract):
        wanted, left_out = _sort_out(unit, contract)
        files = [DeliveredFile(_text(inner), paths[unit[inner]]) for inner in wanted]
        found += [_delivery(contract, _text(label), files, left_out)] if files else []
    return found


def _from_server(settings: Settings, contract: Contract, kept: Kept | None, outside: list[str]) -> Iterator[Delivery]:
    """Deliveries of a server; one that cannot be had whole is told, and once the server is gone it is left alone."""
    from pipeline.sources.connect_problems import GONE, UnavailableError
    from pipeline.sources.fetch import Inbox

    try:
        inbox = Inbox(settings, contract.partner, kept, _judge(contract))
        listed = inbox.listing()
    except UnavailableError as problem:
        yield _nothing(contract, problem.rule_id, str(problem))
        return
    outside += map(_text, listed.links)
    for name, reason in listed.closed:
        yield _nothing(contract, reason.rule_id, str(reason), _text(name))
    try:
        for label, unit in units([file.name for file in listed.files], contract):
            wanted, left_out = _sort_out(unit, contract)
            try:
                if wanted:
                    yield _fetched(inbox, contract, label, {inner: unit[inner] for inner in wanted}, left_out)
            except UnavailableError as problem:
                yield _nothing(contract, problem.rule_id, str(problem), _text(label))
                if problem.rule_id in GONE:
                    return
    finally:
        inbox.close()


def _fetched(inbox: Inbox, contract: Contract, label: str, unit: dict[str, str], left_out: tuple[str, ...]) -> Delivery:
    if inbox.was_refused(unit):
        text = "It was refused before and has not changed since; the reasons still hold (data/landing/refused)."
        return _nothing(contract, "refused_before", text, _text(label))
    files = [DeliveredFile(_text(inner), inbox.fetch(name)) for inner, name in unit.items()]
    return _delivery(contract, _text(label), files, left_out)


def _judge(contract: Contract) -> str:
    """What decides whether a delivery is taken: a refused one is worth another look when this changes."""
    return f"{hashlib.sha256(contract.model_dump_json().encode()).hexdigest()[:12]}/{code_version()}"


def _files(location: Path, outside: list[str]) -> Iterator[tuple[str, Path]]:
    """Each file's name from the location and its path; a hidden folder is not looked into."""
    yield from _named(location.iterdir(), location, outside)
    for folder in sorted(p for p in location.iterdir() if p.is_dir() and is_shown(p.name)):
        if _inside(folder, location, outside):
            yield from _named(folder.rglob("*"), location, outside)


def _named(paths: Iterator[Path], location: Path, outside: list[str]) -> Iterator[tuple[str, Path]]:
    for path in sorted(paths):
        shown = all(map(is_shown, path.relative_to(location).parts))
        candidate = path.is_file() or (path.is_symlink() and not path.is_dir())
        if shown and candidate and _inside(path, location, outside) and path.is_file():
            yield path.relative_to(location).as_posix(), path


def _text(name: str) -> str:
    """A name as text that can be written down and shown, whatever a file system or server calls its files."""
    return CONTROL.sub("\ufffd", name.encode("utf-8", "replace").decode("utf-8"))


def _inside(path: Path, location: Path, outside: list[str]) -> bool:
    if path.resolve().is_relative_to(location.resolve()):
        return True
    outside.append(_text(path.relative_to(location).as_posix()))
    return False


def _sort_out(unit: dict[str, str], contract: Contract) -> tuple[list[str], tuple[str, ...]]:
    """Names in a unit that make its delivery, and those that the contract does not read."""
    sidecar = {n for n in unit if n == SIDECAR or (contract.delivery.unit == "file" and last(n) == SIDECAR)}
    wanted = [name for name in unit if name in sidecar or is_data(name, contract)]
    return wanted, tuple(_text(name) for name in unit if name not in wanted)


def _delivery(contract: Contract, label: str, files: list[DeliveredFile], left_out: tuple[str, ...]) -> Delivery:
    """The delivery that some files make."""
    sidecar = next((f for f in files if last(f.name) == SIDECAR), None)
    data = tuple(f for f in files if f is not sidecar)
    try:
        content = sidecar.path.read_bytes() if sidecar else b""
    except OSError:
        return _nothing(contract, "unreadable_file", f"A {SIDECAR} cannot be opened. Check its access rights.")
    declared, problems = _declare(contract, data, content if sidecar else None)
    if not data:
        kinds = ", ".join(SUFFIXES[contract.format])
        problems.append(Problem("unknown_file", f"The delivery holds no file that the contract reads ({kinds})."))
    return Delivery(contract.partner, label, data, sidecar, content, declared, tuple(problems), left_out)


def _declare(
    contract: Contract, data: tuple[DeliveredFile, ...], sidecar: bytes | None
) -> tuple[Declaration, list[Problem]]:
    """What sidecar and file names say; the sidecar has the last word."""
    declared = Declaration()
    problems: list[Problem] = []
    if sidecar is not None:
        declared, problems = from_sidecar(sidecar)
    if contract.delivery.declared_in == "filename" and contract.delivery.filename:
        named = from_texts([last(f.name) for f in data], contract.delivery.filename, contract)
        problems += _disagreement(contract, data)
        declared = prefer(declared, named)
    return declared, problems


def _disagreement(contract: Contract, data: tuple[DeliveredFile, ...]) -> list[Problem]:
    pattern = contract.delivery.filename or ""
    kinds = {from_texts([last(f.name)], pattern, contract).kind for f in data}
    if len(kinds - {None}) > 1:
        text = "Files of one delivery name different kinds (full, increment, correction). Deliver them apart."
        return [Problem("wrong_declaration", text)]
    return []


def _nothing(contract: Contract, rule_id: str, text: str, label: str = "") -> Delivery:
    return Delivery(contract.partner, label, problems=(Problem(rule_id, text),))
