"""What the data steward must know of keeping: who withdrew consent and waits for a decision, how rare people are.

Both files hold what one partner may not learn of another's clients; they are for the steward alone.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline import validated
from pipeline.keys import keyed_digest, read_keys
from pipeline.settings import Settings
from pipeline.warehouse import Connection, current_path, load_sql, open_current

WITHDRAWN, RARE = "withdrawn_consent.csv", "k_anonymity.csv"


@dataclass(frozen=True)
class Withdrawal:
    """One person who withdrew consent; `mark` names them in decisions.toml, `decided` is what was decided, or ''."""

    mark: str
    person_id: str
    withdrawn: date
    partners: str
    decided: str


def withdrawals(con: Connection, settings: Settings, day: date) -> list[Withdrawal]:
    """Everybody excluded for having withdrawn consent, with the decision in force on a day."""
    decisions = {d.person: d for d in validated.read_decisions(settings).withdrawal if d.expires >= day}
    key = read_keys(settings).pipeline or b"no pipeline key"
    found = []
    for person, withdrawn, partners in con.execute(load_sql("pipeline.keeping", "withdrawn")).fetchall():
        mark = keyed_digest(key, "withdrawal", person)[:12]
        decided = f"{decisions[mark].decision} until {decisions[mark].expires}" if mark in decisions else ""
        found.append(Withdrawal(mark, person, withdrawn, partners or "", decided))
    return found


def anonymity(con: Connection) -> list[dict[str, Any]]:
    """A row is a delivery with the share of its rows that describe fewer than five people, oldest first by partner."""
    result = con.execute(load_sql("pipeline.keeping", "anonymity"))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def write_steward_files(settings: Settings, day: date | None = None) -> list[Path]:
    """Write both files of the newest finished run; none where there is no run. A decision counts on a day, if given."""
    if current_path(settings.folder("warehouse")) is None:
        return []
    con = open_current(settings)
    try:
        waiting = [vars(w) for w in withdrawals(con, settings, day or date.min)]
        rare = anonymity(con)
    finally:
        con.close()
    names = ("mark", "person_id", "withdrawn", "partners", "decided")
    return [
        _write(settings, WITHDRAWN, [dict(zip(names, row.values(), strict=True)) for row in waiting], names),
        _write(settings, RARE, rare, tuple(rare[0]) if rare else ("partner",)),
    ]


def _write(settings: Settings, name: str, rows: list[dict[str, Any]], names: tuple[str, ...]) -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = settings.folder("validated") / "steward" / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(text.getvalue(), "utf-8")
    path.chmod(0o600)
    return path
