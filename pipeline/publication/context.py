"""What a document needs beside the bundle: funder, contact, names of organisations, proposals, where figures go."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import PublicationError, SettingsError
from pipeline.settings import Settings, load_settings

PROPOSALS = "data/reference/proposals.toml"
STATES = ("proposed", "under_discussion", "agreed", "in_force", "declined")


@dataclass(frozen=True)
class Proposal:
    """One request to the Prison Service: texts in two languages, who answers for it, its state and since when."""

    id: str
    cs: str
    en: str
    raised: str
    owner_cs: str
    owner_en: str
    state: str
    date: str


@dataclass(frozen=True)
class Context:
    """The project's own words for a publication. `figures` is a folder that collects figures to be drawn later."""

    funder: str = ""
    contact: str = ""
    partners: dict[str, str] = field(default_factory=dict)
    proposals: tuple[Proposal, ...] = ()
    figures: str = ""

    def save(self, path: Path) -> None:
        """Write the context for a document's kernel."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), "utf-8")


def load_context(path: str) -> Context:
    """The context that `publish` wrote, or for a document rendered by hand that of the project around it."""
    if path:
        plain = json.loads(Path(path).read_text("utf-8"))
        plain["proposals"] = tuple(Proposal(**item) for item in plain["proposals"])
        return Context(**plain)
    return project_context(load_settings(project_root(Path.cwd())))


def project_root(start: Path) -> Path:
    """The nearest folder above `start` that holds a throughcare.toml; raises SettingsError when there is none."""
    for folder in (start, *start.parents):
        if (folder / "throughcare.toml").exists():
            return folder
    raise SettingsError("No throughcare.toml above this folder. Render the document from the project's reports folder.")


def project_context(settings: Settings, figures: str = "") -> Context:
    """Funder, contact, names and proposals of a project."""
    return Context(
        funder=settings.publication.funder,
        contact=settings.publication.contact,
        partners=partner_titles(settings),
        proposals=read_proposals(settings.resource(PROPOSALS)),
        figures=figures,
    )


def partner_titles(settings: Settings) -> dict[str, str]:
    """The organisations' names from their contracts."""
    from pipeline import sources

    titles = {}
    for partner in sorted(settings.partners):
        contract: Any = sources.load_contract(settings, partner)
        titles[partner] = contract.title or partner
    return titles


def read_proposals(path: Path) -> tuple[Proposal, ...]:
    """The register of proposals; raises PublicationError naming the entry that is wrong."""
    if not path.exists():
        return ()
    try:
        entries = tomllib.loads(path.read_text("utf-8")).get("proposal", [])
        found = tuple(Proposal(**entry) for entry in entries)
    except (tomllib.TOMLDecodeError, TypeError) as problem:
        raise PublicationError(f"{PROPOSALS}: an entry cannot be read: {problem}") from None
    wrong = [item.id for item in found if item.state not in STATES]
    if wrong:
        raise PublicationError(f"{PROPOSALS}: {', '.join(wrong)}: the state must be one of {', '.join(STATES)}.")
    return found
