"""Great Expectations suites: generated from the rules and the model, one minimal JSON file per staged table.

`python -m pipeline.validated` writes `expectations/<table>.json`; a test proves that the files are up to date,
and a run refuses to go on when they are not.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.model import Table, tables
from pipeline.settings import Settings
from pipeline.validated.checks import checks_of
from pipeline.validated.rules import Rule, read_rules

GX_SEVERITY = {"row": "critical", "file": "critical", "warning": "warning"}


def suite(rules: dict[str, Rule], table: Table) -> dict[str, Any]:
    """The suite of one table: every check that Great Expectations can count, with the rule's words."""
    expectations = [
        {
            "type": check.expectation,
            "kwargs": dict(check.kwargs),
            "severity": GX_SEVERITY[check.rule.severity],
            "meta": {
                "check": check.name,
                "rule_id": check.rule.id,
                "severity": check.rule.severity,
                "owner": check.rule.owner,
                "cs": check.rule.cs.title,
                "en": check.rule.en.title,
            },
        }
        for check in checks_of(rules, table)
        if check.expectation
    ]
    return {"name": table.name, "expectations": expectations}


def suite_text(rules: dict[str, Rule], table: Table) -> str:
    """The suite as the file has it."""
    return json.dumps(suite(rules, table), indent=1, ensure_ascii=False) + "\n"


def load_suite(settings: Settings, rules: dict[str, Rule], table: Table) -> dict[str, Any]:
    """The committed suite of a table.

    Raises SettingsError when the file is missing or is not what rules and model say.
    """
    path = settings.resource("expectations") / f"{table.name}.json"
    text = path.read_text("utf-8") if path.exists() else ""
    if text != suite_text(rules, table):
        raise SettingsError(
            f"expectations/{table.name}.json does not say what the rules and the case model say. "
            "Make it anew: python -m pipeline.validated"
        )
    return dict(json.loads(text))


def write_suites(folder: Path) -> list[Path]:
    """Write the suites of all tables of the model beside `rules/`; suites of tables that are gone are removed."""
    rules = read_rules(folder / "rules")
    for old in folder.glob("*.json"):
        if old.stem not in tables():
            old.unlink()
    written = []
    for table in tables().values():
        path = folder / f"{table.name}.json"
        path.write_text(suite_text(rules, table), "utf-8")
        written.append(path)
    return written
