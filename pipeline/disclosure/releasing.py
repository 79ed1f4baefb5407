"""Signing a draft: an immutable bundle, the ledger, and the rule that a revision says why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.disclosure.drafting import write_internal
from pipeline.disclosure.ledger import Ledger, append_bundle, read_ledger
from pipeline.disclosure.members import keep_members
from pipeline.disclosure.opening import read_document
from pipeline.disclosure.past import keep_past
from pipeline.disclosure.store import write_bundle
from pipeline.errors import DisclosureError
from pipeline.run import Run
from pipeline.settings import Settings


def release(settings: Settings, draft: str | Path, *, checked_by: str, reason: str | None = None) -> Path:
    """Freeze a draft (its run id or folder) to `disclosure/<quarter>-<hash>/` and return that folder.

    Releasing the same content again changes nothing. Raises DisclosureError without a checker, for a draft that was
    changed or audited against another ledger, and for a second bundle of a quarter without a reason; MixedDataError
    when the ledger holds the other kind of data.
    """
    name = checked_by.strip()
    if not name:
        raise DisclosureError("A release needs the name of the person who checked it: --checked-by NAME.")
    root = settings.folder("disclosure")
    folder = draft if isinstance(draft, Path) else root / "draft" / draft
    document = read_document(folder)
    meta = document["meta"]
    if not meta["draft"]:
        raise DisclosureError(f"{folder.name} has been released already; its numbers cannot be signed again.")
    ledger = read_ledger(settings, synthetic=meta["synthetic"])
    target = root / str(meta["bundle_id"])
    if target.exists():
        append_bundle(ledger, read_document(target))
        return target
    internal = _internal(root, folder.name, meta)
    revises = _revision_reason(ledger, meta, reason)
    if internal["ledger"] != ledger.state(without=meta["bundle_id"]):
        raise DisclosureError(
            "Something was released since this draft was audited. Make the draft again (remove its folder under "
            f"disclosure/draft/{folder.name}, then `throughcare run`) and check it anew."
        )
    meta |= {"draft": False, "checked_by": name, "revision_reason": revises}
    write_internal(root, meta["bundle_id"], internal)
    keep_members(root, folder.name, meta["bundle_id"])
    keep_past(root, folder.name, meta["bundle_id"])
    write_bundle(target, document)
    append_bundle(ledger, document)
    return target


def is_current(settings: Settings, run: Run) -> bool:
    """Whether the draft of a run is there and was audited against the ledger as it stands; else it is made again."""
    root = settings.folder("disclosure")
    folder = root / "draft" / run.run_id
    if not (folder / "checksums.sha256").exists():
        return False
    try:
        internal = json.loads((root / "internal" / f"{run.run_id}.json").read_text("utf-8"))
        return bool(
            internal["ledger"] == read_ledger(settings, synthetic=run.synthetic).state(without=internal["bundle"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _internal(root: Path, name: str, meta: dict[str, Any]) -> dict[str, Any]:
    """The draft's own record; raises DisclosureError when it is missing or belongs to another draft."""
    try:
        internal = json.loads((root / "internal" / f"{name}.json").read_text("utf-8"))
        fits = internal["bundle"] == meta["bundle_id"]
    except (OSError, ValueError, KeyError, TypeError):
        fits, internal = False, {}
    if not fits:
        raise DisclosureError(f"The record of what draft {name} hides is missing or another's. Make the draft again.")
    return dict(internal)


def _revision_reason(ledger: Ledger, meta: dict[str, Any], reason: str | None) -> str | None:
    """Why the quarter is released again; None for a quarter's first bundle, which revises nothing."""
    others = [b for b, quarter in ledger.quarters.items() if quarter == meta["quarter"] and b != meta["bundle_id"]]
    given = (reason or "").strip()
    if others and not given:
        raise DisclosureError(
            f"{meta['quarter']} has been released as {', '.join(sorted(others))}, with other numbers. "
            "A revision needs a reason: --revision REASON."
        )
    return given if others else None
