"""Rules on data: one record each in `expectations/rules/*.toml`, read into frozen values.

A record says what must hold (a Great Expectations type or an SQL predicate), how severe a breach is, who owns
the rule, and what is wrong and how to mend it, in Czech and English. Suites, verdicts and feedback come from it:

    [[rule]]
    id = "release_before_admission"
    severity = "row"                        # row: quarantined; file: the delivery is refused; warning
    owner = "data steward"
    cs = { title = "…", mend = "…", reason = "…", use = "…" }     # what is wrong, how the sender mends it, why the
    en = { title = "…", mend = "…", reason = "…", use = "…" }     # rule is there, what a breach means for figures
    threshold = 0.05                        # a warning is told from this share of the rows on: a tolerance,
    expires = 2028-12-31                    # which holds to a day and is decided anew by its owner
    [[rule.check]]
    tables = ["custody_stay"]               # left out: every table that has the column
    column = "release_date"
    expectation = "expect_column_pair_values_a_to_be_greater_than_b"
    kwargs = { column_A = "release_date", column_B = "admission_date", or_equal = true }

Records without a check are found by landing or staging; here they only have their words. The order of the files
and of the records in them decides which reason a row with several faults is quarantined for.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from pipeline.errors import SettingsError
from pipeline.model import tables
from pipeline.settings import Settings, Strict, list_problems, read_toml
from pipeline.validated.predicates import TWINS

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Severity = Literal["row", "file", "warning"]
Each = Literal["required", "conditional", "coded", "happened", "exclusive_end"]


class Words(Strict):
    """A rule in one language: what is wrong, how the sender mends it, why it is asked, what it means for figures."""

    title: Text
    mend: Text
    reason: Text
    use: Text


class CheckRecord(Strict):
    """Where a rule applies and how it is tested.

    `each` applies the check to all columns of a kind, `column` to one. Exactly one of `expectation` (with
    `kwargs`), `sql` or `refers_to` is given. `sql` is true where the row is wrong, `when` where it can be judged;
    `r` is the row, `d` its delivery, `{column}` the column, `{codes:LIST}` the codes of a list, `newest_<table>` the
    newest accepted versions of a table.
    `refers_to` names the table whose key the column holds; `or_custody` also accepts what a source of custody stays
    delivered.
    """

    tables: tuple[str, ...] = ()
    column: str = ""
    each: Each | None = None
    expectation: str = ""
    kwargs: dict[str, Any] = Field(default_factory=dict)
    sql: str = ""
    when: str = ""
    refers_to: str = ""
    or_custody: bool = False

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if sum(map(bool, (self.expectation, self.sql, self.refers_to))) != 1:
            raise ValueError("give exactly one of expectation, sql or refers_to")
        if bool(self.column) == bool(self.each):
            raise ValueError("give exactly one of column or each")
        if self.expectation and self.expectation not in TWINS:
            raise ValueError(f"no expectation {self.expectation}; choose from {', '.join(sorted(TWINS))}")
        _known(self.tables, self.column, self.refers_to)
        return self


def _known(names: tuple[str, ...], column: str, refers_to: str) -> None:
    """Raise ValueError for tables and columns that the case model does not have: the check would ask nobody."""
    model = tables()
    if unknown := [name for name in (*names, refers_to) if name and name not in model]:
        raise ValueError(f"no table {', '.join(unknown)} in the case model")
    asked = names or [name for name in model if column in model[name].columns]
    if column and (not asked or any(column not in model[name].columns for name in asked)):
        raise ValueError(f"no column {column} in {', '.join(asked) or 'any table'}")


class Rule(Strict):
    """One rule. `tell` says who hears of a breach: the partner, or the data steward alone.

    `counted` compares with another organisation's records: the steward sees the rows, the partner a rough count.
    `delivery` is a predicate on the delivery itself (`d`), for rules of severity file. `threshold` is the share
    of a partner's rows from which a warning is told; less is tolerated up to the day `expires`.
    """

    id: str = Field(pattern="^[a-z][a-z0-9_]*$")
    severity: Severity
    owner: Text
    cs: Words
    en: Words
    threshold: float = Field(default=0, ge=0, lt=1)
    expires: date | None = None
    tell: Literal["partner", "counted", "steward"] = "partner"
    delivery: str = ""
    check: tuple[CheckRecord, ...] = ()

    @model_validator(mode="after")
    def _fits_severity(self) -> Self:
        if self.severity == "file" and self.check:
            raise ValueError("a rule of severity file tests the delivery, not rows")
        if self.delivery and self.severity != "file":
            raise ValueError("a rule on the delivery has severity file")
        if self.tell != "partner" and self.severity != "warning":
            raise ValueError("what a partner does not hear row by row is a warning")
        if self.threshold and self.severity != "warning":
            raise ValueError("only a warning can be tolerated up to a threshold")
        if bool(self.threshold) != bool(self.expires):
            raise ValueError("a threshold needs the day on which it expires, and only a threshold expires")
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
        return _RuleFile.model_validate(read_toml(path, path.name)).rule
    except SettingsError as problem:
        problems += problem.problems
    except ValidationError as found:
        problems.extend(list_problems(path.name, found))
    return ()
