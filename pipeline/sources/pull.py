"""Listing what partners have delivered: files grouped to deliveries by the contract, nothing copied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from pipeline.errors import InputError, SettingsError
from pipeline.settings import Settings
from pipeline.sources.contract import Contract
from pipeline.sources.declaring import SIDECAR, Declaration, Problem, from_sidecar, from_texts, prefer
from pipeline.sources.loading import load_contract

SUFFIXES = {
    "csv": (".csv", ".tsv", ".txt"),
    "xlsx": (".xlsx", ".xlsm"),
    "json": (".json",),
    "parquet": (".parquet",),
    "zip": (".zip",),
    "native": (".csv", ".parquet", ".xlsx"),
}
SYNTHETIC = re.compile("synthetic", re.IGNORECASE)


@dataclass(frozen=True)
class DeliveredFile:
    """One file of a delivery: its name within it (with `/` for folders) and where it lies."""

    name: str
    path: Path


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


def pull(settings: Settings, *, started_at: datetime, partners: tuple[str, ...] = ()) -> list[Delivery]:
    """Every delivery at the partners' locations (all partners, or those named), sorted by partner and label.

    A partner whose folder is missing or empty gives a delivery without files that says so; the others go on.
    Raises SettingsError for an unknown partner or a contract with mistakes, InputError when nobody has delivered.
    """
    names = sorted(partners or settings.partners)
    if not names:
        raise InputError("No partner is named in throughcare.toml. Add [partners.NAME] with a location.")
    if unknown := sorted(set(names) - set(settings.partners)):
        known = ", ".join(sorted(settings.partners))
        raise SettingsError(f"throughcare.toml names no partner {', '.join(unknown)}. Partners are {known}.")
    contracts = {name: load_contract(settings, name) for name in names}
    found = [delivery for name in names for delivery in _of_partner(settings, contracts[name])]
    if not any(delivery.files for delivery in found):
        reasons = "\n".join(f"  {d.partner}: {p.message}" for d in found for p in d.problems)
        raise InputError(f"There is no delivery of any partner.\n{reasons}")
    return found


def _of_partner(settings: Settings, contract: Contract) -> list[Delivery]:
    where = settings.partners[contract.partner].location.removeprefix("file://")
    if "://" in where:
        text = f"Only folders are read so far, not {where.split('://')[0]}://. Copy the files to a folder and name it."
        return [_nothing(contract, "unknown_location", text)]
    location = settings.root / where
    if not location.is_dir():
        text = f"The folder {location} is missing. Make it, or correct partners.{contract.partner}.location."
        return [_nothing(contract, "missing_folder", text)]
    outside: list[str] = []
    try:
        units = list(_units(location, contract, outside))
    except OSError:
        return [_nothing(contract, "missing_folder", f"The folder {location} cannot be read. Check its access rights.")]
    deliveries = [d for label, files in units if (d := _delivery(contract, label, files))]
    if not deliveries:
        text = f"There is no delivery in {location}. Put the files in a folder of their own there."
        deliveries = [_nothing(contract, "no_delivery", text)]
    if outside:
        text = "A link that leads out of the partner's folder is not followed. Put the file itself there."
        problems = tuple(Problem("outside_inbox", text, name) for name in sorted(set(outside)))
        deliveries.append(Delivery(contract.partner, "", problems=problems))
    return deliveries


def _units(location: Path, contract: Contract, outside: list[str]) -> Iterator[tuple[str, list[DeliveredFile]]]:
    """Files that belong together: by folder, or each alone with the sidecar of its folder."""
    own = _files(location, location, outside, deep=False)
    folders = sorted(p for p in location.iterdir() if p.is_dir() and _shown(p.name) and _inside(p, location, outside))
    groups = [("", own), *((_text(p.name), _files(p, location, outside, deep=True)) for p in folders)]
    for label, files in groups:
        if contract.delivery.unit == "folder":
            yield label, files
            continue
        sidecars = [f for f in files if f.path.name == SIDECAR]
        for file in files:
            if file not in sidecars and _is_data(file, contract):
                beside = [s for s in sidecars if s.path.parent == file.path.parent]
                yield "/".join(filter(None, (label, file.name))), [file, *beside]


def _files(folder: Path, location: Path, outside: list[str], *, deep: bool) -> list[DeliveredFile]:
    paths = sorted(folder.rglob("*") if deep else folder.iterdir())
    return [
        DeliveredFile(_text(path.relative_to(folder).as_posix()), path)
        for path in paths
        if (path.is_file() or path.is_symlink())
        and all(map(_shown, path.relative_to(folder).parts))
        and _inside(path, location, outside)
        and path.is_file()
    ]


def _text(name: str) -> str:
    """A name as text that can be written down, whatever bytes the file system holds."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _shown(name: str) -> bool:
    """Not a hidden file, a lock of an open workbook or an unfinished transfer."""
    return not name.startswith((".", "~$")) and not name.endswith((".part", ".tmp", ".filepart"))


def _inside(path: Path, location: Path, outside: list[str]) -> bool:
    if path.resolve().is_relative_to(location.resolve()):
        return True
    outside.append(_text(path.relative_to(location).as_posix()))
    return False


def _delivery(contract: Contract, label: str, files: list[DeliveredFile]) -> Delivery | None:
    """The delivery that some files make; None for a folder that holds nothing of one."""
    sidecar = next((f for f in files if f.name == SIDECAR), None)
    data = tuple(f for f in files if f is not sidecar and _is_data(f, contract))
    if not data and sidecar is None:
        return None
    try:
        content = sidecar.path.read_bytes() if sidecar else b""
    except OSError:
        return _nothing(contract, "unreadable_file", f"A {SIDECAR} cannot be opened. Check its access rights.")
    declared, problems = _declare(contract, data, content if sidecar else None)
    if not data:
        kinds = ", ".join(SUFFIXES[contract.format])
        problems.append(Problem("unknown_file", f"The delivery holds no file that the contract reads ({kinds})."))
    left_out = tuple(f.name for f in files if f is not sidecar and f not in data)
    return Delivery(contract.partner, label, data, sidecar, content, declared, tuple(problems), left_out)


def _is_data(file: DeliveredFile, contract: Contract) -> bool:
    name = file.path.name.lower()
    by_pattern = contract.format != "zip" and any(
        fnmatchcase(name, pattern.lower()) for entry in contract.file for pattern in entry.pattern
    )
    return by_pattern or file.path.suffix.lower() in SUFFIXES[contract.format]


def _declare(
    contract: Contract, data: tuple[DeliveredFile, ...], sidecar: bytes | None
) -> tuple[Declaration, list[Problem]]:
    """What sidecar and file names say; the sidecar has the last word."""
    declared = Declaration()
    problems: list[Problem] = []
    if sidecar is not None:
        declared, problems = from_sidecar(sidecar)
    if contract.delivery.declared_in == "filename" and contract.delivery.filename:
        named = from_texts([f.path.name for f in data], contract.delivery.filename, contract)
        problems += _disagreement(contract, data)
        declared = prefer(declared, named)
    return declared, problems


def _disagreement(contract: Contract, data: tuple[DeliveredFile, ...]) -> list[Problem]:
    pattern = contract.delivery.filename or ""
    kinds = {from_texts([f.path.name], pattern, contract).kind for f in data}
    if len(kinds - {None}) > 1:
        text = "Files of one delivery name different kinds (full, increment, correction). Deliver them apart."
        return [Problem("wrong_declaration", text)]
    return []


def _nothing(contract: Contract, rule_id: str, text: str) -> Delivery:
    return Delivery(contract.partner, "", problems=(Problem(rule_id, text),))
