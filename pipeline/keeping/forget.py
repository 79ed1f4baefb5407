"""Forgetting a person: out of landed files, warehouses, feedback and drafts, with a tombstone against coming back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline import landing, validated
from pipeline.errors import InputError
from pipeline.flow import Reporter
from pipeline.keeping import audit
from pipeline.keeping.derived import clear, exports, newest_run, rebuild
from pipeline.keeping.search import mentions
from pipeline.keys import keyed_digest, read_keys
from pipeline.settings import Settings
from pipeline.warehouse import require_free


@dataclass(frozen=True)
class Forgotten:
    """What was done: deliveries rewritten and their rows, how the rebuilding went, and where they still stand."""

    deliveries: int
    rows: int
    rebuilt: str
    left: tuple[Path, ...]
    exported: tuple[Path, ...]

    def lines(self) -> list[str]:
        """The same in words, a line each; nobody is named."""
        lines = [f"{self.rows} rows were removed from {self.deliveries} deliveries; a tombstone was set.", self.rebuilt]
        lines += [
            f"STILL THERE: {path}. The pipeline does not rewrite it; remove it from there by hand."
            for path in self.left
        ]
        lines += [f"An export was written to {path} and is still there; look through it." for path in self.exported]
        lines.append(
            "Bundles that were released stay as they are: they hold no person, and are replaced at a revision."
        )
        return lines


def forget(settings: Settings, person: str, reason: str, *, at: datetime, reporter: Reporter) -> Forgotten:
    """Remove a person, named by the partners' pseudonym or the pipeline's own, from all that lies in the data folder.

    Where decisions.toml says that two pseudonyms are one person, all of them go.

    Interrupted, it is finished by the same command. Raises WarehouseLockedError while a run or notebook is at work,
    SettingsError without a pipeline key, InputError for a
    person whom no delivery names and for a reason that tells who it is.
    """
    _refuse_reason(reason, person, at)
    require_free(settings)
    key = read_keys(settings).pipeline or b""
    entry = {"command": "forget", "options": {"person": keyed_digest(key, "audit", person), "reason": reason}}
    names = landing.bury(settings, person, at=at)
    for other in _same_person(settings, names):
        with suppress(InputError):  # decided about somebody whom no delivery names any more
            names |= landing.bury(settings, other, at=at)
    audit.append(settings, entry | {"outcome": "begun"}, at=at)
    wanted = newest_run(settings)
    erased = landing.erase(settings, at=at)
    clear(settings)
    rebuilt = rebuild(settings, wanted, at=at, reporter=reporter)
    done = Forgotten(
        deliveries=len(erased),
        rows=sum(e.rows for e in erased),
        rebuilt=rebuilt,
        left=tuple(mentions(settings, set(names))),
        exported=tuple(exports(settings)),
    )
    deliveries = sorted(e.delivery_id for e in erased)
    outcome = "left something" if done.left else "done"
    audit.append(settings, entry | {"outcome": outcome, "deliveries": deliveries}, at=at)
    return done


def _same_person(settings: Settings, names: frozenset[str]) -> list[str]:
    """The other pseudonyms that decisions.toml says are the same person's."""
    leaders = validated.same_persons(settings)
    own = {leaders.get(name, name) for name in names}
    known = {person for person, leader in leaders.items() if leader in own} | (own & set(leaders.values()))
    return sorted(known - names)


def _refuse_reason(reason: str, person: str, at: datetime) -> None:
    """A reason stays for good, so it must not say who the person is."""
    told = landing.shown(reason, at.date(), instead="") == "" or person.casefold() in reason.casefold()
    if told or not reason.strip():
        raise InputError("--reason: say why without anything that tells who the person is; the audit log keeps it.")
