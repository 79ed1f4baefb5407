"""The data dictionary: what each column of the released tables holds, and what its codes stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.disclosure import Bundle
from pipeline.publication.catalogue import LANGUAGES, text
from pipeline.publication.labels import label, place

STATUS, PUBLISHED = "_status", "published_on"
CODED = ("cohort", "cell_set", "component", "group_by", "step", "reason", "source", "partner", "table_name", "prison")
"""Columns of codes; days, quarters and numbers explain themselves, and a group's codes depend on the grouping."""
Row = tuple[str, ...]


def columns(bundle: Bundle) -> list[Row]:
    """A row per column that any table has: its name, its meaning in Czech and in English."""
    names = [name for table in bundle.tables.values() for name in (*table.dims, *table.statistics)]
    return [(name, *meaning(name)) for name in (*dict.fromkeys(names), f"…{STATUS}", PUBLISHED)]


def meaning(column: str) -> Row:
    """What a column holds, in both languages; every statistic's column of states is explained as one."""
    key = "status" if column.endswith(STATUS) else column
    return tuple(text(f"dictionary.{key}", language) for language in LANGUAGES)


def codes(bundle: Bundle, partners: Mapping[str, str]) -> list[Row]:
    """A row per column and code that occurs: column, grouping (of a group's code alone), code, Czech, English."""
    found: set[tuple[str, str, str]] = set()
    for table in bundle.tables.values():
        for row in table.all_rows:
            found |= {(column, "", row.keys[column]) for column in CODED if column in row.keys}
            if "group_value" in row.keys:
                found.add(("group_value", row.keys["group_by"], row.keys["group_value"]))
    wanted = sorted((item for item in found if item[2] and item[1] != "quarter"), key=_order)
    return [(*item, *_names(item[1] or item[0], item[2], partners)) for item in wanted]


def _order(item: tuple[str, str, str]) -> tuple[object, ...]:
    column, group_by, code = item
    return (column, group_by, *place(group_by, code))


def _names(kind: str, code: str, partners: Mapping[str, str]) -> Row:
    if kind in ("partner", "source") and code in partners:
        return (partners[code],) * len(LANGUAGES)
    return tuple(label(kind, code, language) for language in LANGUAGES)


def described(package: dict[str, Any]) -> dict[str, Any]:
    """A `datapackage.json` whose every field says in both languages what it holds."""
    resources = [
        resource | {"schema": resource["schema"] | {"fields": [_described(f) for f in resource["schema"]["fields"]]}}
        for resource in package["resources"]
    ]
    return package | {"resources": resources}


def _described(field: dict[str, Any]) -> dict[str, Any]:
    return field | {"description": " / ".join(meaning(field["name"]))}
