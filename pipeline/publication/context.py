"""What a document needs beside the bundle: funder, contact, names, registers, earlier releases, where figures go."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.disclosure import Bundle
from pipeline.errors import PublicationError, SettingsError
from pipeline.publication import registers
from pipeline.publication.registers import Access, Milestone, Revision, RuleWords, Works
from pipeline.reference import FOLDER, is_day, is_own
from pipeline.settings import Settings, load_settings, read_toml

PROPOSALS = f"{FOLDER}/proposals.toml"
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
    """The project's own words for a publication. `figures` is a folder that collects figures to be drawn later.

    `sources` is the folder of the reports' sources, `earlier` the folder of the newest release of an earlier quarter,
    `revisions` are the releases of this quarter, `missing` the registers that the project does not keep.
    """

    funder: str = ""
    contact: str = ""
    partners: dict[str, str] = field(default_factory=dict)
    proposals: tuple[Proposal, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    prisons: tuple[Works, ...] = ()
    access: tuple[Access, ...] = ()
    rules: tuple[RuleWords, ...] = ()
    earlier: str = ""
    revisions: tuple[Revision, ...] = ()
    sources: str = ""
    figures: str = ""
    missing: tuple[str, ...] = ()

    def save(self, path: Path) -> None:
        """Write the context for a document's kernel."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), "utf-8")


KINDS = {"proposals": Proposal, "milestones": Milestone, "prisons": Works, "access": Access, "rules": RuleWords,
         "revisions": Revision}  # fmt: skip


def load_context(path: str, bundle: Bundle | None = None) -> Context:
    """The context that `publish` wrote, or for a document rendered by hand that of the project around it."""
    if path:
        plain = json.loads(Path(path).read_text("utf-8"))
        for name, kind in KINDS.items():
            plain[name] = tuple(kind(**item) for item in plain[name])
        plain["missing"] = tuple(plain["missing"])
        return Context(**plain)
    return project_context(load_settings(project_root(Path.cwd())), "", bundle)


def project_root(start: Path) -> Path:
    """The nearest folder above `start` that holds a throughcare.toml; raises SettingsError when there is none."""
    for folder in (start, *start.parents):
        if (folder / "throughcare.toml").exists():
            return folder
    raise SettingsError("No throughcare.toml above this folder. Render the document from the project's reports folder.")


def project_context(settings: Settings, figures: str = "", bundle: Bundle | None = None) -> Context:
    """Funder, contact, names and registers of a project; with a bundle also what was released before it."""
    return Context(
        funder=settings.publication.funder,
        contact=settings.publication.contact,
        partners=partner_titles(settings),
        **read_registers(settings, synthetic=bundle is not None and bundle.meta.synthetic),
        rules=registers.read_rules(settings),
        earlier=registers.earlier_release(bundle),
        revisions=registers.read_revisions(bundle),
        sources=str(settings.resource("reports")),
        figures=figures,
    )


def read_registers(settings: Settings, *, synthetic: bool = False) -> dict[str, Any]:
    """What people keep by hand, by the context's names; raises an error for what cannot be read.

    The registers delivered with the program stand beside made-up data alone.
    """
    found: dict[str, tuple[Any, ...] | None] = dict.fromkeys(("proposals", "milestones", "prisons", "access"))
    if synthetic or is_own(settings):
        found = {
            "proposals": read_proposals(settings.resource(FOLDER) / "proposals.toml"),
            "milestones": registers.read_milestones(settings),
            "prisons": registers.read_prisons(settings),
            "access": registers.read_access(settings),
        }
    missing = tuple(name for name, rows in found.items() if rows is None)
    return {name: rows or () for name, rows in found.items()} | {"missing": missing}


def partner_titles(settings: Settings) -> dict[str, str]:
    """The organisations' names from their contracts."""
    from pipeline import sources

    titles = {}
    for partner in sorted(settings.partners):
        contract: Any = sources.load_contract(settings, partner)
        titles[partner] = contract.title or partner
    return titles


def read_proposals(path: Path) -> tuple[Proposal, ...] | None:
    """The register of proposals, None where there is none; raises PublicationError naming the entry that is wrong."""
    if not path.exists():
        return None
    entries = read_toml(path, PROPOSALS).get("proposal", [])
    try:
        found = tuple(Proposal(**{key: _text(value) for key, value in entry.items()}) for entry in entries)
    except (AttributeError, TypeError) as problem:
        raise PublicationError(f"{PROPOSALS}: an entry cannot be read: {problem}") from None
    wrong = [item.id for item in found if item.state not in STATES]
    if wrong:
        raise PublicationError(f"{PROPOSALS}: {', '.join(wrong)}: the state must be one of {', '.join(STATES)}.")
    undated = [item.id for item in found for day in (item.raised, item.date) if not is_day(day)]
    if undated:
        names = ", ".join(dict.fromkeys(undated))
        raise PublicationError(f"{PROPOSALS}: {names}: raised and date are days. Write them as 2023-05-15.")
    return found


def _text(value: object) -> str:
    """A value of the register; a day of TOML is as good as one in quotation marks."""
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        raise TypeError("every value is a text in quotation marks")
    return value
