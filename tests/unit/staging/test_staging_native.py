"""The native form carries every column of the model there and back, and checks codes against the model's own lists."""

from datetime import date
from typing import Any

from pipeline.model import Column, Table, code_list, tables
from tests.unit.staging.landed import Sent, Stage, Staged

NATIVE = 'format = "native"\n'
VALUES = {"date": "2023-04-01", "integer": "12", "decimal": "0.5", "boolean": "true"}
TYPED = {"date": date(2023, 4, 1), "integer": 12, "decimal": 0.5, "boolean": True}


def columns(table: Table) -> list[Column]:
    return [c for c in table.column if c.name != "partner"]


def text(column: Column) -> str:
    return max(code_list(column.codes).codes) if column.codes else VALUES.get(column.type, f"{column.name}-1")


def sent(table: Table, row: list[str | None]) -> Sent:
    return Sent(table.name, [c.name for c in columns(table)], [row])


def staged_row(result: Staged, table: Table) -> tuple[Any, ...]:
    names = ", ".join(f'"{c.name}"' for c in columns(table))
    (row,) = result.rows(f"select {names} from staging.{table.quoted}")
    return row


def as_text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_every_column_goes_there_and_back(staged: Stage) -> None:
    result = staged(NATIVE, *(sent(t, [text(c) for c in columns(t)]) for t in tables().values()))
    assert result.findings == []
    for table in tables().values():
        assert staged_row(result, table) == tuple(TYPED.get(c.type, text(c)) for c in columns(table)), table.name
    again = staged(NATIVE, *(sent(t, [as_text(v) for v in staged_row(result, t)]) for t in tables().values()))
    for table in tables().values():
        assert staged_row(again, table) == staged_row(result, table)


def test_codes_are_checked_against_the_models_lists(staged: Stage) -> None:
    header = ["person_id", "sex", "birth_year", "region"]
    rows = [["A", "Male", "1980", "cz010"], ["B", "muž", "1980", "CZ010"]]
    result = staged(NATIVE, Sent("person", header, rows))
    assert result.rows("select person_id, sex, region, citizenship from staging.person") == [
        ("A", "male", "CZ010", None)
    ]
    assert result.findings == [(3, "sex", "unknown_code")]


def test_yes_and_no_are_taken_as_the_dictionary_calls_them(staged: Stage) -> None:
    names = ["complaint_id", "received_date", "channel", "outcome", "anonymous"]
    words = ["yes", "No", "TRUE", "0", "maybe"]
    rows = [[str(n), "2023-04-01", "written", "open", word] for n, word in enumerate(words)]
    result = staged(NATIVE, Sent("complaint", names, rows))
    found = result.rows("select anonymous from staging.complaint order by complaint_id")
    assert found == [(True,), (False,), (True,), (False,)]
    assert [finding[-1] for finding in result.rows("select rule_id from staging.refused")] == ["not_a_boolean"]
