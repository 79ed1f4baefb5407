"""The dictionary is generated, so it can only be wrong everywhere or nowhere."""

import csv
from datetime import date

import pytest

from pipeline.model import code_list, tables
from pipeline.model.dictionary import dictionary_markdown, dictionary_rows, native_markdown
from pipeline.settings import REPOSITORY

REFERENCE = REPOSITORY / "data" / "reference"


def test_a_row_per_column() -> None:
    rows = dictionary_rows("cs")
    assert len(rows) == sum(len(t.column) for t in tables().values())
    stay = {r.column: r for r in rows if r.table == "custody_stay"}
    assert stay["release_reason"].presence == "povinné, když je vyplněn den ukončení pobytu"
    assert stay["release_reason"].type == "číselník `release_reason`"
    assert stay["stay_id"].key


@pytest.mark.parametrize("language", ["cs", "en"])
def test_every_table_and_list_is_in_the_markdown(language: str) -> None:
    text = dictionary_markdown(language)  # type: ignore[arg-type]
    for name in tables():
        assert f"## `{name}`" in text
    assert "### `service_code`" in text
    assert "None" not in text
    assert "delivery.toml" in native_markdown(language)  # type: ignore[arg-type]


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_reference_lists_use_known_codes_and_ordered_dates() -> None:
    prisons = _rows("programme_prison")
    assert len({row["prison"] for row in prisons}) == 12
    assert {row["prison"] for row in prisons} <= set(code_list("prison").codes)
    assert {row["region"] for row in _rows("service_area")} <= set(code_list("region").codes)
    access = _rows("workers_access")
    assert {row["status"] for row in access} <= set(code_list("access_status").codes)
    assert {row["prison"] for row in access} <= set(code_list("prison").codes)
    for row in [*prisons, *_rows("service_area"), *access]:
        assert not row["valid_to"] or date.fromisoformat(row["valid_from"]) < date.fromisoformat(row["valid_to"])
    assert all(date.fromisoformat(row["date"]) and row["cs"] and row["en"] for row in _rows("milestones"))
