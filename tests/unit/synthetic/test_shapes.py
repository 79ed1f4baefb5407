"""What the made-up senders write: every code and column is one of the model, and formats are as promised."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest

from pipeline.model import code_list, table
from pipeline.synthetic.shapes import DATED_LISTS, LISTS, PARTNERS, Shape, as_text, shape, write_rows

PSEUDO = {
    "treatment_setting": "setting",
    "entry_education": "education",
    "end_inclusive": "end_date_exclusive",
    "hours": "minutes",
    "waiting_hours": "waiting_minutes",
}


def columns() -> list[tuple[str, str, str]]:
    return [(p, name, c) for p in PARTNERS for name, spec in shape(p).tables.items() for c, _ in spec["columns"]]


def test_every_column_is_a_column_of_the_model() -> None:
    assert [(p, t, c) for p, t, c in columns() if PSEUDO.get(c, c) not in table(t).columns] == []


def test_headings_stand_once_per_table() -> None:
    for partner in PARTNERS:
        for name in shape(partner).tables:
            headings = shape(partner).headings(name)
            assert len(set(headings)) == len(headings), (partner, name)


def test_every_code_is_a_code_of_the_model_and_written_in_one_way_only() -> None:
    for partner, name, column in columns():
        own = shape(partner)
        listed = LISTS.get((name, column), "region" if column == "region_after_release" else column)
        codes = table(name).columns[PSEUDO.get(column, column)].codes
        for written in filter(None, (own.codes.get(listed), own.codes.get(DATED_LISTS.get(listed, ("",))[0]))):
            if codes:
                assert set(written) <= set(code_list(codes).codes), (partner, name, column)
            assert len(set(written.values())) == len(written), (partner, listed)


def test_every_coded_column_has_its_words() -> None:
    for partner, name, column in columns():
        if table(name).columns[PSEUDO.get(column, column)].codes and shape(partner).format.get("codes") != "upper":
            listed = LISTS.get((name, column), "region" if column == "region_after_release" else column)
            assert listed in shape(partner).codes, (partner, name, column)


def stay(admitted: date, regime: str) -> pl.DataFrame:
    row = dict.fromkeys(table("custody_stay").columns)
    return pl.DataFrame([{**row, "stay_id": "1", "admission_date": admitted, "regime": regime, "sarpo_risk": 37.5}])


@pytest.mark.parametrize(
    ("admitted", "written"),
    [
        (date(2017, 9, 30), "s dozorem"),
        (date(2017, 10, 1), "s ostrahou – střední"),
        (date(2021, 2, 3), "s ostrahou – střední"),
    ],
)
def test_prison_types_change_on_1_october_2017(admitted: date, written: str) -> None:
    kinds = {c.name: pl.Date if c.type == "date" else pl.String for c in table("custody_stay").column}
    frame = stay(admitted, "medium").with_columns(pl.col(c).cast(k) for c, k in kinds.items() if c != "sarpo_risk")
    shown = as_text(
        shape("vscr"), write_rows(shape("vscr"), "custody_stay", frame.with_columns(partner=pl.lit("vscr")))
    )
    assert shown["Typ výkonu"].item() == written
    assert shown["SARPO riziko"].item() == "37,5"
    assert shown["Datum přijetí"].item() == f"{admitted.day}.{admitted.month}.{admitted.year}"


def test_magdalena_writes_decimal_commas_and_hard_spaces() -> None:
    shown = as_text(shape("magdalena"), pl.DataFrame({"whole": [1985, 7], "hours": [1.5, 1234.25]}))
    assert shown.rows() == [("1\u00a0985", "1,5"), ("7", "1\u00a0234,25")]


def laxus_dates(day: date) -> tuple[str, str]:
    own: Shape = shape("laxus")
    case = pl.DataFrame(
        {c: [None] for c in table("case").columns},
        schema={c: pl.Date if t.type == "date" else pl.String for c, t in table("case").columns.items()},
    )
    case = case.with_columns(case_id=pl.lit("1"), agreement_date=pl.lit(day))
    return write_rows(own, "case", case).select("uzavreno").item(), json.dumps(day.isoformat())


def test_laxus_writes_local_midnight_with_its_offset() -> None:
    assert laxus_dates(date(2022, 1, 3))[0] == "2022-01-03T00:00:00+01:00"
    assert laxus_dates(date(2022, 7, 3))[0] == "2022-07-03T00:00:00+02:00"
