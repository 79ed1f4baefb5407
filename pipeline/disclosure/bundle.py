"""A bundle: the frozen tables of one release with everything that says where they come from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from pathlib import Path
from typing import Any, NoReturn

from pipeline.disclosure.stories import ReleasedStory
from pipeline.disclosure.types import ReleasedTable, check_seal
from pipeline.errors import DisclosureError

FORMAT = 1
SIGNATURE = ("bundle_id", "draft", "checked_by", "revision_reason")  # what signing adds: no part of the content


@dataclass(frozen=True)
class BundleMeta:
    """Where a bundle comes from and how far it reaches.

    `releases` gives for each window in days (as text) the release quarters from and to; `run` is the manifest
    without its clock; `coverage` has a row per source, table and prison; `definitions` holds the registry's row
    of each measure. `provisional` is true until every source covers the quarter and the primary windows.
    """

    bundle_id: str
    quarter: str
    run: Mapping[str, Any]
    releases: Mapping[str, tuple[str, str]]
    coverage: tuple[Mapping[str, str], ...]
    synthetic: bool
    draft: bool
    provisional: bool
    profile: Mapping[str, Any]
    checked_by: str | None
    audit: Mapping[str, Any]
    revision_reason: str | None
    definitions: Mapping[str, Mapping[str, Any]]
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        check_seal(seal, "bundle")

    def __reduce__(self) -> NoReturn:
        raise DisclosureError("A bundle is not copied or pickled; open it with open_bundle.")

    @property
    def as_of(self) -> str:
        """The day to which observation is capped, ISO."""
        return str(self.run["as_of"] or self.run["covered_to"] or "")

    @property
    def signed(self) -> bool:
        """True when somebody has checked and released it."""
        return not self.draft and bool(self.checked_by)


@dataclass(frozen=True)
class Bundle:
    """The tables of one release by id, their origin, the folder they were read from, and its case stories.

    `changes` has an entry for each cell that an earlier bundle of the series published as well and that reads
    otherwise now, or repeats: {"table", "keys", "statistic", "before", "before_status", "quarter" (of the earlier
    bundle), "why": refreshed | revised | calendar | few_moved}.
    """

    meta: BundleMeta
    tables: Mapping[str, ReleasedTable]
    path: Path
    stories: tuple[ReleasedStory, ...] = ()
    changes: tuple[Mapping[str, Any], ...] = ()
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        check_seal(seal, "bundle")

    def __reduce__(self) -> NoReturn:
        raise DisclosureError("A bundle is not copied or pickled; open it with open_bundle.")

    def table(self, name: str) -> ReleasedTable:
        """A table by id; raises KeyError that names the tables there are."""
        if name not in self.tables:
            raise KeyError(f"no table {name} in bundle {self.meta.bundle_id}; it has {', '.join(self.tables)}")
        return self.tables[name]


def content_hash(document: Mapping[str, Any]) -> str:
    """Twelve hex digits over tables and origin, without the signature: the same numbers have the same hash."""
    meta = {key: value for key, value in document["meta"].items() if key not in SIGNATURE}
    content = [document["tables"], *([document["stories"]] if document.get("stories") else [])]
    text = json.dumps([FORMAT, meta, *content], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
