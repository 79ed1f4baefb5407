"""Finding and reading a partner's contract, and telling which of its `[[file]]` entries reads a sheet."""

from __future__ import annotations

from fnmatch import fnmatchcase
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from pipeline.errors import SettingsError
from pipeline.settings import Settings, list_problems, read_toml
from pipeline.sources.checks import list_contradictions
from pipeline.sources.codelists import named_codelists
from pipeline.sources.contract import Contract, SourceFile
from pipeline.sources.native import native_files
from pipeline.sources.template import template_cells, template_files


def load_contract(settings: Settings, partner: str) -> Contract:
    """The contract of a partner: the project's own when throughcare.toml names one, else the built-in one.

    A partner of the project for whom there is none delivers in the native form or in the template.

    Raises SettingsError with every problem of the contract at once.
    """
    own = settings.partners[partner].contract if partner in settings.partners else None
    path: Traversable | Path
    path = settings.root / own if own else files("pipeline.sources").joinpath("partners").joinpath(f"{partner}.toml")
    if not path.is_file() and own is None and partner in settings.partners:
        return _with_template(Contract(partner=partner, title=partner, format="native"))
    if not path.is_file():
        advice = f"throughcare.toml: partners.{partner}.contract" if own else "a contract for it"
        raise SettingsError(f"No contract for the partner '{partner}' ({path.name}). Correct or write {advice}.")
    return read_contract(path, partner)


def builtin_contracts() -> tuple[Contract, ...]:
    """The contracts that come with the package, by partner."""
    folder = files("pipeline.sources").joinpath("partners")
    paths = sorted((p for p in folder.iterdir() if p.name.endswith(".toml")), key=lambda p: p.name)
    return tuple(read_contract(path) for path in paths)


def read_contract(path: Traversable | Path, partner: str | None = None) -> Contract:
    """Read one contract file; `partner`, when given, must be whom it speaks of.

    Raises SettingsError with every problem of the file at once.
    """
    raw = read_toml(path, path.name)
    problems: list[str] = []
    raw["codelist"] = _codelists(raw) | named_codelists(raw, _own_codelists(path), problems)
    problems += list_contradictions(raw, partner)
    try:
        contract = Contract.model_validate(raw)
    except ValidationError as shape:
        problems = list_problems(path.name, shape) + [f"{path.name}: {p}" for p in problems]
        raise SettingsError(problems) from None
    if problems:
        raise SettingsError([f"{path.name}: {p}" for p in problems])
    return _with_template(contract)


def _with_template(contract: Contract) -> Contract:
    """The contract with what every partner may deliver besides: the filled-in template."""
    own = native_files() if contract.format == "native" else contract.file
    cells = (*contract.delivery.cell, *template_cells())
    delivery = contract.delivery.model_copy(update={"cell": cells})
    return contract.model_copy(update={"file": (*own, *template_files()), "delivery": delivery})


def source_of(contract: Contract, file_name: str, sheet: str) -> SourceFile | None:
    """The `[[file]]` entry that reads a sheet (`sheet` is '' for CSV and Parquet), or None.

    In a ZIP the sheet is the member's path and patterns are held against its last part. The first match counts.
    """
    zipped = file_name.lower().endswith(".zip")
    name = PurePosixPath(sheet if zipped else file_name).name.lower()
    inner = "" if zipped else sheet.lower()
    for file in contract.file:
        named = any(fnmatchcase(name, p.lower()) for p in file.pattern)
        if named and fnmatchcase(inner, file.sheet.lower()):
            return file
    return None


def _codelists(raw: dict[str, Any]) -> dict[str, Any]:
    """The contract's own lists as rows; `[codelist.sex]` may stand as a plain map of the sender's code to ours."""
    own = raw.get("codelist", {})
    if not isinstance(own, dict):
        return {"codelist": own}
    plain = {name: [{"source": s, "code": c} for s, c in x.items()] for name, x in own.items() if isinstance(x, dict)}
    return own | plain


def _own_codelists(path: Traversable | Path) -> Path | None:
    return path.parent / "codelists" if isinstance(path, Path) else None
