"""Who makes up each published count, remembered in the house from release to release and only as keyed digests.

A count is moved by the people who came, who left, or who add something else to it than before. `role` says what a
person does in a cell: n (in the denominator), x (in the numerator), rest (in the denominator and not, or not wholly,
in the numerator), possible, unobserved, too_early. A token is a person's digest, with `*` and the amount where he adds
more than one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from pipeline.disclosure.rows import query
from pipeline.errors import DisclosureError, StorageError
from pipeline.warehouse import Connection

ROLES = ("n", "x", "rest", "possible", "unobserved", "too_early")
WITHIN = ("n", "x", "rest")  # the denominator and its two parts
Key = tuple[str, ...]  # measure and keys of a row
Tokens = frozenset[str]
Members = Mapping[Key, Mapping[str, Tokens]]  # row → role → who
COLUMNS = ("measure", "component", "cohort", "cell_set", "window", "group_by", "group_value", "role", "members")
KEY_ROW = "the key of these digests"  # stands where a measure would: with another key nobody would be known again
NOBODY: Tokens = frozenset()


def moved(then: Mapping[str, Tokens], now: Mapping[str, Tokens], role: str) -> int:
    """People who came, left or changed what they add to a count: gross, since a swap hides in a net difference."""
    return len({token.split("*")[0] for token in then.get(role, NOBODY) ^ now.get(role, NOBODY)})


def still(then: Mapping[str, Tokens], now: Mapping[str, Tokens]) -> bool:
    """Whether a row is what it was: the same people in its denominator, in its numerator and outside it."""
    return not any(moved(then, now, role) for role in WITHIN)


def read_members(con: Connection, secret: bytes) -> Members:
    """Who makes up each count of each cell, from the units that cells are made of; of partners and prisons also where
    nothing is printed by them, since each knows its own people."""
    return read_digests(con, secret, "outcomes.unit", MEMBERS)


def read_digests(con: Connection, secret: bytes, table: str, sql: str) -> dict[Key, dict[str, Tokens]]:
    """Tokens by row and role, from a query that finds people's digests in `digest_of`; `table` says who they are."""
    import polars as pl

    people = [str(record[0]) for record in query(con, f"select distinct person_id from {table} order by 1")]
    digests = [hmac.new(secret, person.encode(), hashlib.sha256).hexdigest()[:16] for person in people]
    text = dict.fromkeys(("person_id", "digest"), pl.String)
    con.register("digest_of", pl.DataFrame({"person_id": people, "digest": digests}, schema=text))
    try:
        records = query(con, sql)
    finally:
        con.unregister("digest_of")
    found: dict[Key, dict[str, Tokens]] = defaultdict(dict)
    for record in records:
        *key, role, members = (str(part) for part in record)
        found[tuple(key)][role] = frozenset(members.split(","))
    return found


MEMBERS = """
with placed as (
    select measure, component, cohort, cell_set, coalesce(cast(window_days as varchar), '') as days, person_id, state,
        amount, number, possible, unobserved,
        unnest(case when scope = 'groups' then ['all', 'partner', 'prison', 'quarter', 'planned', 'drug_user']
            else [detail_by] end) as group_by,
        unnest(case when scope = 'groups' then ['', whose_partner, whose_prison, quarter, planned, drug_user]
            else [detail] end) as group_value
    from outcomes.unit
), part as (
    select measure, component, cohort, cell_set, days, group_by, group_value, person_id,
        unnest(['n', 'x', 'rest', 'possible', 'unobserved', 'too_early']) as role,
        unnest(case
            when state = 'measured' then [amount, number, amount - number, possible, unobserved, 0]
            when state = 'too_early' then [0, 0, 0, 0, 0, amount]
            else [0, 0, 0, 0, 0, 0]
        end) as adds
    from placed where group_value is not null
), per_person as (
    select * exclude (adds), sum(adds) as adds from part where adds > 0 group by all
)
select measure, component, cohort, cell_set, days, group_by, group_value, role,
    string_agg(case when adds = 1 then digest else digest || '*' || cast(adds as varchar) end, ',')
from per_person inner join digest_of using (person_id)
group by all
"""


def secret_key(folder: Path, *, new: bool) -> bytes:
    """The project's own key for digests, readable by its owner alone; made once, while nothing is released (`new`).

    Raises DisclosureError when it is lost, StorageError when it cannot be kept.
    """
    path = folder / "internal" / "members.key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            if not new:
                raise DisclosureError(lost("The key to who was counted", "members.key"))
            path.touch(mode=0o600)
            path.write_bytes(os.urandom(32))
        return path.read_bytes()
    except OSError as problem:
        raise StorageError(f"The key of the members' digests cannot be kept ({problem.strerror}).") from None


def write_members(folder: Path, name: str, members: Members, secret: bytes) -> None:
    """Keep who was in each cell of a draft or bundle, as digests, in the house; raises StorageError."""
    import polars as pl

    rows = [(*key, role, ",".join(sorted(who))) for key, roles in members.items() for role, who in roles.items()]
    rows.append((KEY_ROW, *[""] * 7, _mark(secret)))
    try:
        pl.DataFrame(sorted(rows), schema=dict.fromkeys(COLUMNS, pl.String), orient="row").write_parquet(
            _path(folder, name)
        )
    except OSError as problem:
        raise StorageError(f"The record of members cannot be written ({problem.strerror}).") from None


def keep_members(folder: Path, draft: str, bundle: str) -> None:
    """Remember for a bundle what its draft found; raises DisclosureError where that is not there."""
    try:
        _path(folder, bundle).write_bytes(_path(folder, draft).read_bytes())
    except FileNotFoundError:
        raise DisclosureError(
            f"The record of who is counted in draft {draft} is missing. Make the draft again."
        ) from None
    except OSError as problem:
        raise StorageError(f"The record of members cannot be kept ({problem.strerror}).") from None


def known_members(folder: Path, bundle: str, secret: bytes) -> Members:
    """Who was in each cell of a bundle.

    Raises DisclosureError when the record is lost, damaged or made with another key: then nobody knows who moved.
    """
    try:
        return _known(_path(folder, bundle), secret)
    except (OSError, ValueError, KeyError):
        raise DisclosureError(lost(f"The record of who was counted in {bundle}", _path(folder, bundle).name)) from None


def _known(path: Path, secret: bytes) -> Members:
    import polars as pl

    try:
        records = pl.read_parquet(path).iter_rows()
    except pl.exceptions.PolarsError as problem:
        raise ValueError(str(problem)) from None
    found: dict[Key, dict[str, Tokens]] = defaultdict(dict)
    mark = ""
    for *key, role, members in records:
        if key[0] == KEY_ROW:
            mark = members
        else:
            found[tuple(key)][role] = frozenset(members.split(","))
    if mark != _mark(secret):
        raise ValueError("another key")
    return found


def _mark(secret: bytes) -> str:
    return hmac.new(secret, KEY_ROW.encode(), hashlib.sha256).hexdigest()[:16]


def _path(folder: Path, name: str) -> Path:
    return folder / "internal" / f"{name}.members.parquet"


def lost(what: str, file: str) -> str:
    """The words for a record of the house that cannot be read."""
    return (
        f"{what} is lost or damaged (disclosure/internal/{file}), so that nobody knows what earlier releases give "
        "away. Restore it from a copy; nothing can be released without it."
    )
