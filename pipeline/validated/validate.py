"""The stage `validated`: staged rows in, accepted rows out, and an answer for every row that is not."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Table, ddl, tables
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.validated.accounting import take_over_staging_refusals, write_accounting
from pipeline.validated.checks import Check, checks_of, judging_order
from pipeline.validated.closed import RULE as CLOSED
from pipeline.validated.closed import find_closed, not_closed
from pipeline.validated.decisions import acceptances_in_force
from pipeline.validated.describe import describe
from pipeline.validated.drift import find_drift
from pipeline.validated.expectations import Counter, count_with_expectations
from pipeline.validated.results import agreed
from pipeline.validated.rows import has_rows, make_newest_view
from pipeline.validated.rules import Rule, load_rules
from pipeline.validated.suites import load_suite
from pipeline.validated.verdicts import count_rows, find_lost_parents, name_rows, settle, write_results, write_warnings
from pipeline.warehouse import Connection, load_sql, split_statements


def validate(
    con: Connection, settings: Settings, run: Run, *, counter: Counter = count_with_expectations
) -> dict[str, int]:
    """Judge every staged row; fills the schema `validated` and returns the accounting over all tables.

    `counter` runs the suites; it is an argument so that tests can do without Great Expectations.
    Raises ExpectationError when a rule cannot be evaluated, AccountingError when rows do not add up, and
    SettingsError for rules, suites or decisions that cannot be used.
    """
    rules = load_rules(settings)
    acceptances = acceptances_in_force(settings, run, rules.values())
    for statement in split_statements(load_sql("pipeline.validated", "tables")):
        con.execute(statement)
    _judge_deliveries(con, rules)
    take_over_staging_refusals(con)
    order = judging_order(rules, tables())
    checks = {table.name: checks_of(rules, table) for table in order}
    for table in order:
        _judge_rows(con, settings, rules, table, checks[table.name], counter)
    warnings = {name: [c for c in own if _asks_accepted_rows(c)] for name, own in checks.items()}
    for table in order:
        _warn(con, table, warnings[table.name])
    tolerated = find_drift(con, rules["row_count_drift"], acceptances) if "row_count_drift" in rules else 0
    write_accounting(con)
    tolerated += describe(con, warnings)
    _tidy(con)
    return _counts(con) | {"tolerated_warnings": tolerated}


def _asks_accepted_rows(check: Check) -> bool:
    """Warnings in SQL speak of accepted rows; all else is asked of every staged row."""
    return check.rule.severity == "warning" and not check.expectation


def _judge_deliveries(con: Connection, rules: dict[str, Rule]) -> None:
    """One verdict per delivery: refused by staging, by a rule of severity file, or accepted; first reason kept."""
    own = [r for r in rules.values() if r.delivery]
    cases = " ".join(f"when {r.delivery} then '{r.id}'" for r in own)
    broken = f"case {cases} end" if own else "cast(null as varchar)"
    con.execute(
        "insert into validated.delivery by name with refused as ("
        "select delivery_id, min(rule_id) as rule_id from staging.delivery_refused group by delivery_id"
        f"), reason as (select d.delivery_id, coalesce(s.rule_id, {broken}) as rule_id "
        "from landing.delivery d left join refused s on s.delivery_id = d.delivery_id) "
        "select d.*, v.rule_id, case when v.rule_id is null then 'accepted' else 'refused' end as verdict "
        "from landing.delivery d join reason v on v.delivery_id = d.delivery_id order by d.partner, d.delivery_id"
    )
    for rule in own:
        checked, failed = con.execute(
            f"select count(*), count(*) filter (where {rule.delivery}) from landing.delivery d"
        ).fetchall()[0]
        state = "not_applicable" if not checked else "failed" if failed else "passed"
        con.execute(
            "insert into validated.expectation_result values ('', ?, ?, ?, ?, ?, '')",
            [rule.id, rule.severity, state, checked, failed],
        )
    con.execute(
        "insert into validated.finding select '', partner, delivery_id, '', '', null, null, '', rule_id, 'file', '' "
        "from validated.delivery where verdict = 'refused' order by partner, delivery_id"
    )


def _judge_rows(
    con: Connection,
    settings: Settings,
    rules: dict[str, Rule],
    table: Table,
    checks: Sequence[Check],
    counter: Counter,
) -> None:
    asked = [c for c in checks if not _asks_accepted_rows(c)]
    con.execute(ddl(table, "validated"))
    counted = counter(con, table, load_suite(settings, rules, table))
    find_lost_parents(con, asked)
    results = agreed(asked, counted, count_rows(con, f"staging.{table.quoted}", asked))
    if has_rows(con, f"staging.{table.quoted}"):
        name_rows(con, table, asked, results)
        settle(con, table)
        find_closed(con, table, rules.get(CLOSED))
    make_newest_view(con, table, not_closed(table))
    write_results(con, asked, results)


def _warn(con: Connection, table: Table, checks: Sequence[Check]) -> None:
    results = count_rows(con, f"newest_{table.name}", checks)
    write_warnings(con, table, checks, results)
    write_results(con, checks, results)


def _tidy(con: Connection) -> None:
    """Drop the helpers of this stage, so that no later one can come to lean on them."""
    for name in ("custody_source", "hit", "lost_parent", "reason", "repeated"):
        con.execute(f"drop table if exists temp.{name}")
    for table in tables().values():
        con.execute(f"drop view if exists temp.newest_{table.name}")
        con.execute(f"drop table if exists temp.versioned_{table.name}")


def _counts(con: Connection) -> dict[str, int]:
    """What the stage shows: the accounting, warnings, notes to the steward, deliveries refused."""
    names = ("produced", "accepted", "quarantined", "parent_refused", "duplicate")
    sums = ", ".join(f"coalesce(sum({n}), 0)" for n in names)
    row = con.execute(
        f"select {sums}, (select count(*) from validated.finding where severity = 'warning'), "
        "(select count(*) from validated.steward_note), "
        "(select count(*) from validated.delivery where verdict = 'refused'), (select count(*) from validated.closed) "
        "from validated.accounting"
    ).fetchall()[0]
    return dict(zip((*names, "warnings", "steward_notes", "refused_deliveries", "closed"), map(int, row), strict=True))
