"""Releases of one measure, one after the other, from literal groups of people."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.disclosure import Bundle, draft, open_bundle, release
from pipeline.settings import DisclosureSettings
from pipeline.warehouse import Connection
from tests.support.measures import margin
from tests.support.outcomes_db import project, run_of, warehouse

Groups = Mapping[str, Sequence[int]]
UNIT = (
    "insert into outcomes.unit_row (measure, component, cohort, cell_set, window_days, scope, person_id, state, "
    "amount, number, possible, unobserved, partner, planned) values "
    "('contact_made', '', 'programme', 'own', 7, 'groups', ?, ?, 1, ?, 0, 0, ?, ?)"
)


def counted(people: Groups, group_by: str = "planned", early: Groups | None = None) -> Connection:
    """A warehouse with one cell a group and the people in it; who has an even number is in the numerator.

    `early` are people of a group whose window is not complete.
    """
    waiting = early or {}
    groups = {name: (len(members), sum(p % 2 == 0 for p in members)) for name, members in people.items()}
    lengths = {name: len(members) for name, members in waiting.items()} | {"": sum(map(len, waiting.values()))}
    con = warehouse([replace(row, too_early=lengths.get(row.group_value, 0)) for row in margin(groups, group_by)])
    units = [
        (str(person), state, int(person % 2 == 0), *(name if group_by == g else None for g in ("partner", "planned")))
        for state, who in (("measured", people), ("too_early", waiting))
        for name, members in who.items()
        for person in members
    ]
    con.executemany(UNIT, units)
    return con


def released(root: Path, con: Connection, quarter: str, *, profile: str = "publication", reason: str = "") -> Bundle:
    """The signed bundle of a quarter, whose inputs are its own."""
    settings = project(root).model_copy(update={"disclosure": DisclosureSettings(profile=profile)})
    sha256 = hashlib.sha256(f"{quarter} {reason}".encode()).hexdigest()
    folder = draft(con, settings, run_of(quarter=quarter, sha256=sha256))
    return open_bundle(release(settings, folder, checked_by="A", reason=reason))
