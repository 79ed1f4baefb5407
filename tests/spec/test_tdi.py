"""Tables on people who enter treatment: first entry of the year, all = men + women + unknown, nobody lost."""

from __future__ import annotations

from typing import Any

from pipeline.outcomes.tdi import tdi_tables
from tests.support.core_rows import measured

SEEN = {"prison": "*", "covered_from": "2020-01-01", "covered_to": "2023-07-31"}


def entry(person: str, day: str, key: str = "", **answers: Any) -> dict[str, Any]:
    base = {"partner": "a", "entry_id": key or f"{person}-{day}", "person_id": person, "entry_date": day}
    return base | {"ever_treated": "never", "primary_drug": "heroin"} | answers


def tables(entries: list[dict[str, Any]], **more: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    people = [("m", "male", 1990), ("f", "female", 1958), ("u", "unknown", None)]
    return {
        "coverage": [
            {"source": "custody", "table_name": "custody_stay", **SEEN},
            {"source": "a", "table_name": "treatment_entry", **SEEN},
        ],
        "custody_coverage": [{"covered_to": "2023-07-31"}],
        "person": [
            {"person_id": p, "sex": s, "birth_year": y, "in_custody_data": True, "sources": 1} for p, s, y in people
        ],
        "treatment_entry": entries,
    } | more


ANY = ("reach",)
"""The tables are made whatever is measured."""


def counts(
    given: dict[str, list[dict[str, Any]]], item: str, sex: str = "all", kind: str = "treatment", year: int = 2023
) -> dict[str, int]:
    found = measured(given, measures=ANY).execute(
        "select category, persons from outcomes.tdi_cell"
        " where item = ? and sex = ? and kind = ? and entry_year = ? and persons > 0",
        [item, sex, kind, year],
    )
    return dict(found.fetchall())


def test_only_the_first_entry_of_a_year_counts() -> None:
    given = tables([
        entry("m", "2023-03-01", primary_drug="cocaine"), entry("m", "2023-02-01", primary_drug="heroin"),
        entry("m", "2022-12-31", primary_drug="mdma"), entry("f", "2023-02-01", primary_drug="heroin"),
    ])  # fmt: skip
    assert counts(given, "primary_drug") == {"heroin": 2}
    assert counts(given, "primary_drug", year=2022) == {"mdma": 1}


def test_two_partners_on_one_day_are_one_entry() -> None:
    given = tables(
        [
            entry("m", "2023-02-01", primary_drug="mdma") | {"partner": "b"},
            entry("m", "2023-02-01", primary_drug="heroin"),
        ]
    )
    assert counts(given, "primary_drug") == {"heroin": 1}


def test_all_is_men_women_and_unknown_and_nobody_is_lost() -> None:
    given = tables([entry(p, "2023-02-01", education=e) for p, e in (("m", "primary"), ("f", None), ("u", "higher"))])
    assert counts(given, "education") == {"primary": 1, "unknown": 1, "higher": 1}
    assert counts(given, "education", "male") == {"primary": 1}
    assert counts(given, "education", "female") == {"unknown": 1}
    con = measured(given, measures=ANY)
    wrong = con.execute(
        "select item, sex from outcomes.tdi_cell where item <> 'secondary_drugs'"
        " group by all having sum(persons) <> any_value(entrants)"
    )
    assert wrong.fetchall() == []
    assert con.execute("select distinct sex, entrants from outcomes.tdi_cell order by all").fetchall() == [
        ("all", 3),
        ("female", 1),
        ("male", 1),
    ]


def treatment(key: str, person: str, kind: str, day: str = "2023-02-01") -> dict[str, Any]:
    row = {"partner": "a", "treatment_id": key, "person_id": person, "treatment_type": kind, "setting": "community"}
    return row | {"start_date": day}


def test_detoxification_alone_stands_apart() -> None:
    given = tables(
        [entry("m", "2023-02-01", treatment_id="T1"), entry("f", "2023-02-01", treatment_id="T2")],
        treatment=[treatment("T1", "m", "detoxification"), treatment("T2", "f", "outpatient")],
    )
    assert counts(given, "ever_treated") == {"never": 1}
    assert counts(given, "ever_treated", kind="detoxification") == {"never": 1}


def test_treatment_after_detoxification_is_the_entry_of_the_year() -> None:
    given = tables(
        [
            entry("m", "2023-02-01", treatment_id="T1"),
            entry("m", "2023-03-01", treatment_id="T2", ever_treated="previously"),
        ],
        treatment=[treatment("T1", "m", "detoxification"), treatment("T2", "m", "outpatient", "2023-03-01")],
    )
    assert counts(given, "ever_treated") == {"previously": 1}
    assert counts(given, "ever_treated", kind="detoxification") == {}


def test_numbers_fall_into_bands_and_missing_ones_are_unknown() -> None:
    given = tables([
        entry("m", "2023-02-01", age_first_use=14, years_since_first_injection=4),
        entry("f", "2023-02-01", age_first_use=15, years_since_first_injection=10), entry("u", "2023-02-01"),
    ])  # fmt: skip
    assert counts(given, "age_group") == {"30–34": 1, "65+": 1, "unknown": 1}  # years of birth alone are known
    assert counts(given, "age_first_use") == {"0–14": 1, "15–19": 1, "unknown": 1}
    assert counts(given, "years_since_first_injection") == {"2–4": 1, "10+": 1, "unknown": 1}


def test_several_secondary_drugs_of_one_person_each_count() -> None:
    given = tables(
        [entry("m", "2023-02-01", secondary_drugs="crack; mdma"), entry("f", "2023-02-01", secondary_drugs="mdma")]
    )
    assert counts(given, "secondary_drugs") == {"crack": 1, "mdma": 2}


def test_secondary_drugs_are_separated_by_spaces_as_the_model_asks() -> None:
    given = tables([entry("m", "2023-02-01", secondary_drugs="heroin cocaine_powder  other")])
    assert counts(given, "secondary_drugs") == {"heroin": 1, "cocaine_powder": 1, "other": 1}


def test_two_secondary_drugs_are_not_taken_for_a_third_of_both_names() -> None:
    given = tables([entry("m", "2023-02-01", secondary_drugs="other cocaine")])
    assert counts(given, "secondary_drugs") == {"other": 1, "cocaine": 1}


def test_a_category_that_nobody_is_in_is_zero_not_absent() -> None:
    con = measured(tables([entry("m", "2023-02-01")]), measures=ANY)
    found = con.execute(
        "select persons from outcomes.tdi_cell where item = 'route' and sex = 'all' and category = 'sniff'"
    )
    assert found.fetchall() == [(0,)]


def test_every_table_has_an_unknown_and_its_own_number() -> None:
    assert len({t.number for t in tdi_tables()}) == len({t.item for t in tdi_tables()}) == len(tdi_tables())
    assert all(list(t.categories())[-1] == ("unknown", None, None) for t in tdi_tables())
