"""Which names at a location are files of which delivery: decided by names alone, wherever the files lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from pipeline.sources.contract import Contract
from pipeline.sources.declaring import SIDECAR
from pipeline.sources.template import is_template

SUFFIXES = {
    "csv": (".csv", ".tsv", ".txt"),
    "xlsx": (".xlsx", ".xlsm", ".ods"),
    "ods": (".ods",),
    "json": (".json",),
    "parquet": (".parquet",),
    "zip": (".zip",),
    "native": (".csv", ".parquet", ".xlsx", ".ods"),
}


def units(names: Iterable[str], contract: Contract) -> Iterator[tuple[str, dict[str, str]]]:
    """Files that belong together: by folder, or each alone with the sidecar of its folder.

    `names` count from the location, with `/` between folders. Yields the label and, for each file of the unit, its
    name within it and its name from the location.
    """
    folders: dict[str, dict[str, str]] = {"": {}}
    for name in sorted(names, key=PurePosixPath):
        folder, _, rest = name.partition("/")
        folders.setdefault(folder if rest else "", {})[rest or folder] = name
    for label, files in sorted(folders.items()):
        if contract.delivery.unit == "folder":
            yield label, files
            continue
        for name in files:
            if last(name) != SIDECAR and is_data(name, contract):
                sidecar = str(PurePosixPath(name).with_name(SIDECAR))
                beside = {sidecar: files[sidecar]} if sidecar in files else {}
                yield "/".join(filter(None, (label, name))), {name: files[name], **beside}


def is_data(name: str, contract: Contract) -> bool:
    """Whether the contract reads a file of this name."""
    file = last(name).lower()
    entries = [e for e in contract.file if contract.format != "zip" or is_template(e)]  # in a ZIP it names members
    by_pattern = any(fnmatchcase(file, pattern.lower()) for entry in entries for pattern in entry.pattern)
    return by_pattern or PurePosixPath(file).suffix in SUFFIXES[contract.format]


def is_shown(name: str) -> bool:
    """Not a hidden file, a lock of an open workbook or an unfinished transfer; `name` is without its folders."""
    return not name.startswith((".", "~$")) and not name.endswith((".part", ".tmp", ".filepart"))


def last(name: str) -> str:
    """A name without its folders."""
    return name.rpartition("/")[2]
