"""Project settings: `throughcare.toml`, where data lies, and which partner delivers from where."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipeline.errors import SettingsError

REPOSITORY = Path(__file__).resolve().parent.parent
STAGE_FOLDERS = ("sources", "landing", "warehouse", "validated", "disclosure", "publication")


class Strict(BaseModel):
    """Base of all settings: frozen, and a key that nobody reads is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


SERVERS = ("sftp", "s3", "https", "webdav+https")
"""What a location may be besides a folder."""
ONLY_FOR = {
    "credential": SERVERS,
    "known_hosts": ("sftp",),
    "ca_file": ("s3", "https", "webdav+https"),
    "endpoint": ("s3",),
}
"""Settings of a partner that mean something only for some locations."""
PARTNER = re.compile("[A-Za-z0-9][A-Za-z0-9_-]*")


class PartnerSettings(Strict):
    """Where one partner's deliveries are found, and a contract that replaces the built-in one.

    `credential` names the variables or keyring entries that hold user, password or key, never their values;
    `known_hosts` is the file with the SFTP server's key, `ca_file` the authority that signed a server's certificate
    when it is not a public one, `endpoint` the address of an S3 service other than Amazon's. `timeout` is how many
    seconds one request may take (a listing, or a piece of a file of 4 MiB).
    """

    location: str
    contract: Path | None = None
    credential: str | None = Field(default=None, pattern="^[A-Z][A-Z0-9_]*$")
    known_hosts: Path | None = None
    ca_file: Path | None = None
    endpoint: str | None = None
    timeout: float = Field(default=60, gt=0)

    @property
    def scheme(self) -> str:
        """The kind of server, `sftp` for `sftp://…`; '' for a folder."""
        scheme, mark, _ = self.location.partition("://")
        return scheme.lower() if mark and scheme.lower() != "file" else ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """A password in an address would end in messages and backups; a setting that nothing reads misleads."""
        problems = []
        if self.scheme and urlsplit(self.location).password is not None:
            problems.append("location holds a password; take it out and name a credential instead")
        for name, schemes in ONLY_FOR.items():
            if getattr(self, name) is not None and self.scheme not in schemes:
                problems.append(f"{name} is only for {', '.join(f'{s}://' for s in schemes)}; remove it")
        if problems:
            raise ValueError("; ".join(problems))
        return self


class PublicationSettings(Strict):
    """How documents are made: by the built-in renderer unless asked, so that a publication has the same bytes on every
    machine; `quarto` asks for Quarto, `auto` takes it where it is installed."""

    renderer: Literal["auto", "builtin", "quarto"] = "builtin"
    funder: str = ""
    contact: str = ""


class DisclosureSettings(Strict):
    """The profile that every release uses. `insiders`: partners and prisons are tried as attackers on made-up data too;
    on real data they always are."""

    profile: str = "publication"
    insiders: bool = False


class KeepingSettings(Strict):
    """Where the house's keys are when not in the environment (docs/keeping.md); never their values."""

    pipeline_key_file: Path | None = None
    at_rest_key_file: Path | None = None
    former_pipeline_key_files: tuple[Path, ...] = ()
    keyring: bool = False


class EngineSettings(Strict):
    """Where `--engine spark` computes: `url` of a cluster or Connect server (none: this machine).

    `tables` is a folder that Spark and this machine both reach, for Parquet files while a run lasts (none: in `data`).
    """

    url: str | None = None
    tables: str | None = None


class Settings(Strict):
    """All settings of a project. `root` is the project folder, `data` the folder of all outputs."""

    root: Path
    data: Path
    partners: dict[str, PartnerSettings] = {}
    publication: PublicationSettings = PublicationSettings()
    disclosure: DisclosureSettings = DisclosureSettings()
    keeping: KeepingSettings = KeepingSettings()
    engine: EngineSettings = EngineSettings()

    @field_validator("partners")
    @classmethod
    def _named(cls, partners: dict[str, PartnerSettings]) -> dict[str, PartnerSettings]:
        """A partner's name is part of folders, files and addresses."""
        if wrong := sorted(name for name in partners if not PARTNER.fullmatch(name)):
            raise ValueError(f"{', '.join(wrong)}: a name is letters without accents, digits, _ and -, such as jih_2")
        return partners

    def folder(self, stage: str) -> Path:
        """The stage's folder under `data`, made when it is missing; for its owner alone, but for publication."""
        path = self.data / stage
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix" and stage != "publication" and path.stat().st_mode & 0o077:
            path.chmod(0o700)
        return path

    def resource(self, name: str) -> Path:
        """A folder or file of the project (`expectations`, `reports`, `data/reference`), else the repository's."""
        own = self.root / name
        return own if own.exists() else REPOSITORY / name

    def hashed(self) -> dict[str, Any]:
        """What of the settings decides numbers, for the run's hash: never a path of this machine."""
        contracts = {name: self._contract_hash(p.contract) for name, p in sorted(self.partners.items())}
        return {"partners": contracts, "profile": self.disclosure.profile, "insiders": self.disclosure.insiders}

    def _contract_hash(self, contract: Path | None) -> str:
        """Hash of the project's own contract of a partner and the code lists beside it; '' for a built-in one."""
        path = self.root / contract if contract else None
        lists = sorted((path.parent / "codelists").glob("*.csv")) if path else []
        read = [p.read_bytes() for p in [path, *lists] if p and p.is_file()]
        return hashlib.sha256(b"".join(read)).hexdigest()[:12] if read else ""


def load_settings(root: Path, *, data: Path | None = None) -> Settings:
    """Read `throughcare.toml` in `root`; relative paths and locations count from there.

    Raises SettingsError with every problem found.
    """
    path = root / "throughcare.toml"
    if not path.exists():
        raise SettingsError(
            f"No throughcare.toml in {root.resolve()}. Run the command in a project's folder or name it with --project;"
            " a new project is a folder with that file (README, Your own deliveries)."
        )
    raw = read_toml(path, "throughcare.toml")
    place = raw.pop("data", "data")
    if not isinstance(place, str):
        raise SettingsError('throughcare.toml: data: write the folder of all outputs as a text, such as "data".')
    raw["root"] = root.resolve()
    raw["data"] = (data or root / place).resolve()
    try:
        return Settings.model_validate(raw)
    except ValidationError as problems:
        raise SettingsError(list_problems("throughcare.toml", problems)) from None


def read_toml(path: Path | Traversable, name: str) -> dict[str, Any]:
    """What a TOML file that somebody wrote says, also where an editor began it with a mark of its encoding.

    Raises SettingsError, calling it `name`, when it cannot be read or is no TOML.
    """
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as problem:
        raise SettingsError(f"{name} cannot be read: {problem.strerror}. Check that it is a file of yours.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{name} is not in UTF-8: save it with that encoding.") from None
    except tomllib.TOMLDecodeError as problem:
        raise SettingsError(f"{name} is not valid TOML: {problem}") from None


def list_problems(name: str, problems: ValidationError) -> list[str]:
    """Each problem of a settings file on one line: where, and what to write instead."""
    lines = []
    for problem in problems.errors(include_url=False, include_input=False):
        where = ".".join(str(part) for part in problem["loc"]) or "file"
        advice = (
            "unknown setting; remove it or correct its name" if problem["type"] == "extra_forbidden" else problem["msg"]
        ).removeprefix("Value error, ")
        lines.append(f"{name}: {where}: {advice}")
    return lines
