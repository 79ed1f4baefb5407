"""Rules on data: one record each in `expectations/rules/*.toml`, read into frozen values.

A record says what must hold (a Great Expectations type or an SQL predicate), how severe a breach is, who owns
the rule, and what is wrong and how to mend it, in Czech and English. Suites, verdicts and feedback come from it:

    [[rule]]
    id = "release_before_admission"
    severity = "row"                        # row: quarantined; file: the delivery is refused; warning
    owner = "data steward"
    cs = { title = "…", mend = "…" }
    en = { title = "…", mend = "…" }
    [[rule.check]]
    tables = ["custody_stay"]               # left out: every table that has the column
    column = "release_date"
    expectation = "expect_column_pair_values_a_to_be_greater_than_b"
    kwargs = { column_A = "release_date", column_B = "admission_date", or_equal = true }

Records without a check are found by landing or staging; here they only have their words. The order of the files
and of the records in them decides which reason a row with several faults is quarantined for.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from pipeline.errors import SettingsError
from pipeline.settings import Settings, Strict, list_problems

Severity = Literal["row", "file", "warning"]
Each = Literal["required", "conditional", "coded", "happened", "exclusive_end"]


class Words(Strict):
    """What is wrong, and how the sender mends it, in one language."""

    title: str
    mend: str


class CheckRecord(Strict):
    """Where a rule applies and how it is tested.

    `each` applies the check to all columns of a kind, `column` to one. Exactly one of `expectation` (with
    `kwargs`), `sql` or `refers_to` is given. `sql` is true where the row is wrong; `r` is the row, `d` its delivery,
    `{column}` the column, `newest_<table>` the newest accepted versions of a table. `refers_to` names the table
    whose key the column holds; `or_custody` also accepts what a source of custody stays delivered.
    """

    tables: tuple[str, ...] = ()
    column: str = ""
    each: Each | None = None
    expectation: str = ""
    kwargs: dict[str, Any] = Field(default_factory=dict)
    sql: str = ""
    refers_to: str = ""
    or_custody: bool = False

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if sum(map(bool, (self.expectation, self.sql, self.refers_to))) != 1:
            raise ValueError("give exactly one of expectation, sql or refers_to")
        if bool(self.column) == bool(self.each):
            raise ValueError("give exactly one of column or each")
        return self


class Rule(Strict):
    """One rule. `tell` says who hears of a breach: the partner, or the data steward alone.

    `delivery` is a predicate on the delivery itself (`d`), for rules of severity file.
    """

    id: str
    severity: Severity
    owner: str
    cs: Words
    en: Words
    tell: Literal["partner", "steward"] = "partner"
    delivery: str = ""
    check: tuple[CheckRecord, ...] = ()

    @model_validator(mode="after")
    def _fits_severity(self) -> Self:
        if self.severity == "file" and self.check:
            raise ValueError("a rule of severity file tests the delivery, not rows")
        if self.delivery and self.severity != "file":
            raise ValueError("a rule on the delivery has severity file")
        if self.tell == "steward" and self.severity != "warning":
            raise ValueError("what only the steward hears of is a warning")
        return self

    def words(self, language: str) -> Words:
        """The rule in plain words, `cs` or `en`."""
        return self.cs if language == "cs" else self.en


class _RuleFile(Strict):
    rule: tuple[Rule, ...]


def load_rules(settings: Settings) -> dict[str, Rule]:
    """All rules by id, in the order in which they are given as a reason.

    Raises SettingsError listing every problem of every file.
    """
    return read_rules(settings.resource("expectations") / "rules")


def read_rules(folder: Path) -> dict[str, Rule]:
    """All rules of a folder by id; see `load_rules`."""
    rules: dict[str, Rule] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        for rule in _read(path, problems):
            if rule.id in rules:
                problems.append(f"{path.name}: the rule '{rule.id}' stands twice; give it another id.")
            rules[rule.id] = rule
    if not rules and not problems:
        problems.append(f"No rules in {folder.name}/; restore the folder expectations/rules.")
    if problems:
        raise SettingsError(problems)
    return rules


def _read(path: Path, problems: list[str]) -> tuple[Rule, ...]:
    try:
        return _RuleFile.model_validate(tomllib.loads(path.read_text("utf-8"))).rule
    except tomllib.TOMLDecodeError as problem:
        problems.append(f"{path.name} is not valid TOML: {problem}")
    except ValidationError as found:
        problems.extend(list_problems(path.name, found))
    return ()
