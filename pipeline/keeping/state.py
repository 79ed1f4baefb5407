"""How what is kept is protected, and what waits for somebody: told by `throughcare status`, asked for by `doctor`."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from pipeline import landing
from pipeline.keeping import audit
from pipeline.keeping.steward import WITHDRAWN, anonymity, withdrawals
from pipeline.keys import read_keys
from pipeline.settings import Settings
from pipeline.warehouse import current_path, is_encrypted, load_sql, open_current


def keeping_lines(settings: Settings, day: date) -> list[str]:
    """Pseudonyms, encryption, audit log, deliveries that have run out, and withdrawn consents; a line each."""
    return [
        _pseudonyms(settings),
        _landing(settings),
        _warehouses(settings),
        "Feedback and the steward's files (validated/): not encrypted, because they are sent and read; for their owner "
        "alone (mode 600).",
        audit.verify(settings).sentence(),
        *_run_out(settings, day),
        *_withdrawn(settings, day),
    ]


def rare_people(settings: Settings) -> list[dict[str, Any]]:
    """The k-anonymity of each delivery of the newest finished run; empty where there is no run."""
    if current_path(settings.folder("warehouse")) is None:
        return []
    con = open_current(settings)
    try:
        return anonymity(con)
    finally:
        con.close()


def _pseudonyms(settings: Settings) -> str:
    mark, current = read_keys(settings).mark, current_path(settings.folder("warehouse"))
    manifest = current.with_suffix(".json") if current else None
    used = json.loads(manifest.read_text("utf-8")).get("keyed", "") if manifest and manifest.exists() else mark
    if mark and used != mark:
        return f"Pseudonyms: the newest run was not keyed with the key that is set ({mark}); run the quarter again."
    if used:
        return f"Pseudonyms: keyed a second time (key {used})."
    return (
        "Pseudonyms: as partners made them; no pipeline key is set (docs/keeping.md). Enough for synthetic data alone."
    )


def _landing(settings: Settings) -> str:
    store = landing.open_store(settings)
    plain, sealed = len(store.plain()), len(store.sealed())
    if plain and store.seal:
        return f"Landing: {plain} of {plain + sealed} files NOT encrypted; the next `throughcare pull` encrypts them."
    if plain:
        return f"Landing: NOT encrypted ({plain} files). Set THROUGHCARE_AT_REST_KEY, or use an encrypted disk."
    return f"Landing: encrypted ({sealed} files)." if sealed else "Landing: empty."


def _warehouses(settings: Settings) -> str:
    files = sorted(settings.folder("warehouse").glob("*.duckdb"))
    plain = [path.name for path in files if not is_encrypted(path)]
    if not files:
        return "Warehouse: there is none yet."
    if not plain:
        return f"Warehouse: encrypted ({len(files)} files)."
    if read_keys(settings).at_rest:
        return f"Warehouse: NOT encrypted: {', '.join(plain)}. Run that quarter again, or delete the file."
    return f"Warehouse: NOT encrypted ({len(plain)} files). Set THROUGHCARE_AT_REST_KEY, or use an encrypted disk."


def _run_out(settings: Settings, day: date) -> list[str]:
    due = landing.expired(settings, day)
    if not due:
        return []
    partners = ", ".join(sorted({receipt.partner for receipt in due}))
    return [f"Run out: {len(due)} deliveries ({partners}) may be kept no longer. `throughcare purge` destroys them."]


def _withdrawn(settings: Settings, day: date) -> list[str]:
    if current_path(settings.folder("warehouse")) is None:
        return []
    con = open_current(settings)
    try:
        people = withdrawals(con, settings, day)
        unheard = con.execute(load_sql("pipeline.keeping", "unheard")).fetchall()[0][0]
    finally:
        con.close()
    lines = []
    if people:
        waiting = sum(not person.decided for person in people)
        told = f"Consent withdrawn: {len(people)} people, left out of everything; {waiting} wait for a decision"
        advice = f" (validated/steward/{WITHDRAWN}): decisions.toml, or `throughcare forget`."
        lines.append(told + (advice if waiting else "."))
    if unheard:
        lines.append(
            f"Consent withdrawn in refused rows: {unheard} people, NOT left out until their partner mends the row "
            "(`throughcare feedback`). Who may not wait is forgotten by `throughcare forget`."
        )
    return lines
