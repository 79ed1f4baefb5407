"""The accounting: what a delivery produced is accepted, quarantined or a duplicate, and nothing else."""

from __future__ import annotations

from pipeline.errors import AccountingError
from pipeline.model import tables
from pipeline.warehouse import Connection

FATES = ("produced", "accepted", "quarantined", "parent_refused", "duplicate")


def take_over_staging_refusals(con: Connection) -> None:
    """Put what staging could not read into quarantine (first finding per row) and among the findings (all).

    Files and rows are those of the sender. Raises nothing; rows of refused deliveries are not in staging.
    """
    con.execute(
        "insert into validated.finding select table_name, partner, delivery_id, file_id, sheet, row_number, ordinal, "
        "record_key, rule_id, 'row', column_name from staging.refused"
    )
    con.execute(
        "insert into validated.quarantine select table_name, partner, delivery_id, file_id, sheet, row_number, "
        "ordinal, record_key, person_id, rule_id, column_name from staging.refused "
        "qualify row_number() over (partition by table_name, file_id, sheet, row_number, ordinal "
        "order by rule_id, column_name) = 1"
    )


def write_accounting(con: Connection) -> None:
    """Fill `validated.accounting` and check every line of it.

    Raises AccountingError naming each table and delivery that does not add up.
    """
    sums = ", ".join(f"coalesce(sum(n) filter (where fate = '{fate}'), 0)" for fate in FATES)
    con.execute(
        "insert into validated.accounting "
        f"select partner, delivery_id, table_name, {sums} from ({_fates()}) group by all order by all"
    )
    wrong = con.execute(
        "select partner, delivery_id, table_name, produced, accepted, quarantined, duplicate "
        "from validated.accounting where produced <> accepted + quarantined + duplicate order by all"
    ).fetchall()
    if wrong:
        lines = [
            f"{partner}, delivery {delivery}, table {name}: {produced} produced, but {accepted} accepted + "
            f"{quarantined} quarantined + {duplicate} duplicate"
            for partner, delivery, name, produced, accepted, quarantined, duplicate in wrong
        ]
        advice = "Rows were lost or invented between staging and validated. Nothing of this run was kept; report it."
        raise AccountingError("\n".join([*lines, advice]))


def _fates() -> str:
    """Rows by table, delivery and fate, each counted where they lie; parent_refused is part of quarantined."""
    place = "partner, delivery_id"
    parts = [f"select table_name, {place}, 'produced' as fate, produced as n from staging.produced"]
    parts += [
        f"select '{t.name}', {place}, 'accepted', count(*) from validated.{t.quoted} group by all"
        for t in tables().values()
    ]
    for fate, relation in (
        ("quarantined", "quarantine"),
        ("parent_refused", "quarantine where rule_id = 'parent_refused'"),
        ("duplicate", "duplicate"),
    ):
        parts.append(f"select table_name, {place}, '{fate}', count(*) from validated.{relation} group by all")
    return " union all ".join(parts)
