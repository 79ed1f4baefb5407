"""Reading a bundle back: every checksum is verified first, and nothing is believed that does not fit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipeline.disclosure.bundle import FORMAT, Bundle, BundleMeta, content_hash
from pipeline.disclosure.store import CHECKSUMS, digest
from pipeline.disclosure.stories import open_story
from pipeline.disclosure.types import SEAL, ReleasedTable, Status, make_row
from pipeline.errors import DisclosureError


def open_bundle(path: Path) -> Bundle:
    """Open a draft or released bundle from its folder.

    Raises DisclosureError when a file is missing, added or changed, when the content does not give the bundle's
    own id, or when a released folder carries another name than its bundle.
    """
    document = read_document(Path(path))
    try:
        return _bundle(document, Path(path))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise DisclosureError(
            f"The bundle in {path.name} is incomplete; make it again with `throughcare run`."
        ) from None


def read_document(folder: Path) -> dict[str, Any]:
    """The verified plain form of a bundle; raises DisclosureError as `open_bundle` does."""
    _verify_checksums(folder)
    try:
        document = json.loads((folder / "bundle.json").read_text("utf-8"))
        meta, number = document["meta"], document["format"]
        right_id = f"{meta['quarter']}-{content_hash(document)}"
    except (OSError, ValueError, KeyError, TypeError):
        raise _tampered(folder, "bundle.json cannot be read") from None
    if number != FORMAT:
        raise DisclosureError(f"The bundle in {folder.name} has format {number}; this version reads {FORMAT}.")
    if meta.get("bundle_id") != right_id:
        raise _tampered(folder, "its content does not belong to its id")
    if not meta.get("draft") and folder.name != right_id:
        raise _tampered(folder, "the folder does not carry the bundle's id")
    return dict(document)


def _verify_checksums(folder: Path) -> None:
    if not folder.is_dir():
        raise DisclosureError(f"There is no bundle {folder.name}. Make one with `throughcare run`, then `release`.")
    try:
        lines = (folder / CHECKSUMS).read_text("utf-8").splitlines()
        expected = {name: value for value, name in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError):
        raise _tampered(folder, f"{CHECKSUMS} is missing or cannot be read") from None
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {CHECKSUMS}
    changed = sorted(n for n in present & set(expected) if digest((folder / n).read_bytes()) != expected[n])
    wrong = changed + sorted(present ^ set(expected))
    if wrong or "bundle.json" not in expected:
        raise _tampered(folder, f"changed, missing or added: {', '.join(wrong) or 'bundle.json'}")


def _tampered(folder: Path, what: str) -> DisclosureError:
    return DisclosureError(f"The bundle {folder.name} has been changed since it was made ({what}). Do not publish it.")


def _bundle(document: Mapping[str, Any], folder: Path) -> Bundle:
    plain = document["meta"]
    meta = BundleMeta(
        **{
            **plain,
            "releases": {window: tuple(span) for window, span in plain["releases"].items()},
            "coverage": tuple(plain["coverage"]),
        },
        seal=SEAL,
    )
    tables = {name: _table(name, table, meta) for name, table in sorted(document["tables"].items())}
    stories = tuple(open_story(story, SEAL) for story in document.get("stories", ()))
    changes = tuple(MappingProxyType(change) for change in document.get("changes", ()))
    return Bundle(meta, MappingProxyType(tables), folder, stories, changes, seal=SEAL)


def _table(name: str, plain: Mapping[str, Any], meta: BundleMeta) -> ReleasedTable:
    repeated = {tuple(keys): day for keys, day, _ in plain.get("repeated", ())}
    rows = tuple(
        make_row(
            name,
            dict(zip(plain["dims"], keys, strict=True)),
            {
                statistic: (value, Status(status))
                for statistic, (value, status) in zip(plain["statistics"], cells, strict=True)
            },
            repeated.get(tuple(keys), ""),
        )
        for keys, cells in plain["rows"]
    )
    return ReleasedTable(
        id=name,
        dims=tuple(plain["dims"]),
        statistics=tuple(plain["statistics"]),
        all_rows=rows,
        definition=MappingProxyType(plain["definition"]),
        profile=meta.profile["name"],
        as_of=meta.as_of,
        coverage=meta.coverage,
        input_hashes=tuple(item["sha256"] for item in meta.run["inputs"]),
        code_version=meta.run["code_version"],
        audit=MappingProxyType(plain["audit"]),
        checked_by=meta.checked_by,
        seal=SEAL,
    )
