"""A staged warehouse drawn in the test: deliveries and rows as literals, everything else filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.model import ddl, tables
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import REPOSITORY, Settings
from pipeline.validated import validate
from tests.support.counting import count_in_sql

RUN = Run(Quarter(2023, 2), datetime(2023, 8, 20, tzinfo=UTC), as_of=date(2023, 8, 15))

LANDING = """
create schema landing; create schema staging; create schema validated;
create table landing.delivery (delivery_id varchar, partner varchar, extract_date date, period_from date,
    period_to date, kind varchar, tables varchar[], prisons varchar[], lawful_basis varchar, keep_until date,
    received_at timestamp, synthetic boolean, sha256 varchar);
create table landing.file (file_id varchar, delivery_id varchar, partner varchar, name varchar, sha256 varchar,
    bytes bigint, encoding varchar, file_order integer);
create table landing.sheet (file_id varchar, sheet varchar, source varchar, header varchar[]);
create table landing.record (file_id varchar, sheet varchar, row_number integer, kind varchar, cells varchar[]);
create table staging.refused (table_name varchar, partner varchar, delivery_id varchar, file_id varchar, sheet varchar,
    row_number integer, ordinal integer, record_key varchar, person_id varchar, column_name varchar, rule_id varchar);
create table staging.produced (table_name varchar, partner varchar, delivery_id varchar, produced bigint);
create table staging.ignored_column (partner varchar, delivery_id varchar, file_id varchar, sheet varchar,
    column_name varchar);
create table staging.delivery_refused (delivery_id varchar, partner varchar, rule_id varchar, detail varchar)
"""

FILLED: dict[str, dict[str, Any]] = {
    "person": {"sex": "male", "birth_year": 1985},
    "custody_stay": {"prison": "brno", "admission_date": date(2021, 1, 1), "admission_reason": "new_sentence"},
    "case": {"programme": "through_the_gate", "agreement_date": date(2022, 1, 1)},
    "service": {
        "service_date": date(2022, 2, 1),
        "service_code": "counselling",
        "setting": "prison",
        "recipient": "client",
        "attendance": "attended",
        "direct": True,
    },
    "treatment": {"treatment_type": "outpatient", "setting": "community", "start_date": date(2022, 3, 1)},
    "need": {"domain": "housing", "raised_date": date(2022, 2, 1), "outcome": "open"},
    "living_status": {"status_date": date(2022, 2, 1), "stage": "intake"},
    "complaint": {
        "received_date": date(2022, 2, 1),
        "channel": "oral",
        "anonymous": True,
        "outcome": "open",
    },
    "death": {"death_date": date(2022, 6, 1)},
    "family_member": {},
    "application": {"application_date": date(2022, 1, 1), "outcome": "waiting"},
}


class Staged:
    """Deliveries and staged rows; `judge` runs the stage over them."""

    def __init__(self, folder: Path) -> None:
        self.con = duckdb.connect(config={"threads": 1})
        self.con.execute(LANDING)
        for table in tables().values():
            self.con.execute(ddl(table, "staging"))
        self.settings = Settings(root=folder, data=folder / "data")
        self.rows: dict[str, int] = {}

    def delivery(self, name: str, partner: str = "partner_xx", **values: Any) -> str:
        """A delivery of one file `<name>.csv`; by default all of 2023 to the end of July, full, of no table."""
        row = {
            "delivery_id": name,
            "partner": partner,
            "extract_date": date(2023, 7, 31),
            "period_from": date(2021, 1, 1),
            "period_to": date(2023, 7, 31),
            "kind": "full",
            "tables": [],
            "prisons": [],
            "received_at": datetime(2023, 8, 1),
            "synthetic": True,
        } | values
        self._insert("landing.delivery", row)
        file = {"file_id": f"{name}-file", "delivery_id": name, "partner": partner, "name": f"{name}.csv"}
        self._insert("landing.file", file | {"file_order": 1, "bytes": 1})
        return name

    def row(self, table: str, delivery: str, **values: Any) -> None:
        """One staged row; required columns that are not given are filled with something plausible."""
        partner = self.con.execute("select partner from landing.delivery where delivery_id = ?", [delivery]).fetchall()[
            0
        ][0]
        self.rows[delivery] = number = self.rows.get(delivery, 1) + 1
        place = {"partner": partner, "delivery_id": delivery, "file_id": f"{delivery}-file", "sheet": ""}
        filled = place | {"row_number": number, "ordinal": 0} | FILLED.get(table, {}) | values
        self._insert(f'staging."{table}"', filled)

    def refuse(self, table: str, delivery: str, key: str, rule: str, column: str = "x", **values: Any) -> None:
        """One finding of staging about a row that it could not read."""
        self.rows[delivery] = number = values.pop("row_number", self.rows.get(delivery, 1) + 1)
        row = {
            "table_name": table,
            "partner": "partner_xx",
            "delivery_id": delivery,
            "file_id": f"{delivery}-file",
            "sheet": "",
            "row_number": number,
            "ordinal": 0,
            "record_key": key,
            "column_name": column,
            "rule_id": rule,
        }
        self._insert("staging.refused", row | values)

    def judge(self, **options: Any) -> dict[str, int]:
        """Fill in what staging counts, then run the stage with SQL in the place of Great Expectations."""
        self.con.execute("delete from staging.produced")
        for table in tables().values():
            self.con.execute(
                "insert into staging.produced select ?, partner, delivery_id, count(*) from ("
                f"select partner, delivery_id from staging.{table.quoted} union all select partner, delivery_id from "
                "(select distinct on (file_id, sheet, row_number) * from staging.refused where table_name = ?)"
                ") group by all",
                [table.name, table.name],
            )
        return validate(self.con, self.settings, RUN, **({"counter": count_in_sql} | options))

    def reasons(self) -> dict[str, str]:
        """Why each quarantined row is there: rule by `table:key`."""
        rows = self.con.execute("select table_name || ':' || record_key, rule_id from validated.quarantine").fetchall()
        return dict(sorted(rows))

    def keys(self, relation: str) -> list[str]:
        """Record keys of a table of `validated` that has them."""
        return [r[0] for r in self.con.execute(f"select record_key from validated.{relation} order by 1").fetchall()]

    def findings(self) -> set[tuple[str, str]]:
        """Rule and record key of every finding."""
        return set(self.con.execute("select rule_id, record_key from validated.finding").fetchall())

    def _insert(self, relation: str, row: Mapping[str, Any]) -> None:
        columns = ", ".join(f'"{c}"' for c in row)
        marks = ", ".join("?" * len(row))
        self.con.execute(f"insert into {relation} ({columns}) values ({marks})", list(row.values()))


@pytest.fixture
def staged(tmp_path: Path) -> Iterator[Staged]:
    made = Staged(tmp_path)
    yield made
    made.con.close()


@pytest.fixture(scope="session")
def expectations_folder() -> Path:
    return REPOSITORY / "expectations"
