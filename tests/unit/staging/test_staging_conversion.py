"""Literal cells in, typed values or findings out, for every way in which senders write values."""

from datetime import date

import pytest

from tests.unit.staging.landed import Sent, Stage

DAY = date(2023, 4, 1)

NEEDS = """
format = "csv"
[[file]]
name = "needs"
pattern = "needs*.csv"
[[file.produces]]
table = "need"
[file.produces.columns]
need_id = "id"
case_id = "case"
domain = { value = "housing" }
outcome = { from = "outcome", codes = { "splněno" = "met", "otevřeno" = "open" } }
"""


def need(rule: str) -> str:
    return f"{NEEDS}raised_date = {rule}\n"


@pytest.mark.parametrize(
    ("rule", "cell", "expected"),
    [
        ('"d"', "2023-04-01", DAY),
        ('"d"', " 2023-04-01 \u00a0", DAY),
        ('{ from = "d", date = "%d.%m.%Y" }', "1.4.2023", DAY),
        ('{ from = "d", date = "%d.%m.%Y" }', "31.2.2023", None),
        ('{ from = "d", date = "%d.%m.%Y" }', "1.4.23", None),
        ('{ from = "d", date = ["%d.%m.%Y", "%d.%m.%y"], pivot_year = 99 }', "1.4.23", DAY),
        ('{ from = "d", date = "%d. %m. %Y" }', "1. 4. 2023", DAY),
        ('{ from = "d", date = "%d. %m. %Y" }', "1.4.\u202f2023", DAY),
        ('{ from = "d", date = "%d.%m.%y", pivot_year = 99 }', "01.04.85", date(2085, 4, 1)),
        ('{ from = "d", date = "%d.%m.%y", pivot_year = 30 }', "01.04.85", date(1985, 4, 1)),
        ('{ from = "d", date = "%d.%m.%y", pivot_year = 30 }', "30.02.22", None),
        ('{ from = "d", excel_serial = true }', "45017", DAY),
        ('{ from = "d", excel_serial = true }', "45017.75", DAY),
        ('{ from = "d", excel_serial = true, date = "%d.%m.%Y" }', "1.4.2023", DAY),
        ('{ from = "d", excel_serial = true, date = "%d.%m.%Y" }', "2023-04-01 00:00:00", DAY),
        ('{ from = "d", excel_serial = true }', "450170", None),
        ('{ from = "d", zone = "Europe/Prague" }', "2023-03-31T22:30:00Z", DAY),
        ('{ from = "d", zone = "Europe/Prague" }', "2023-04-01T23:30:00+02:00", DAY),
        ('{ from = "d", zone = "Europe/Prague" }', "2023-03-25T23:30:00Z", date(2023, 3, 26)),
        ('{ from = "d", zone = "Europe/Prague" }', "2023-03-26T22:00:00Z", date(2023, 3, 27)),
        ('{ from = "d", zone = "Europe/Prague" }', "2023-10-29T22:59:59Z", date(2023, 10, 29)),
        ('{ from = "d", zone = "Europe/Prague" }', "2023-04-01T23:30:00", DAY),
        ('{ from = "d", zone = "Europe/Prague" }', "2023-04-01", DAY),
        ('{ from = "d", inclusive_end = true }', "2023-03-31", DAY),
        ('"d"', "0023-04-01", None),
        ('"d"', "zítra", None),
    ],
)
def test_dates(staged: Stage, rule: str, cell: str, expected: date | None) -> None:
    result = staged(need(rule), Sent("needs", ["id", "case", "d", "outcome"], [["1", "c", cell, "splněno"]]))
    assert result.rows("select raised_date from staging.need") == ([(expected,)] if expected else [])
    assert result.findings == ([] if expected else [(2, "d", "impossible_date")])


SERVICES = """
format = "csv"
[[file]]
name = "services"
pattern = "services*.csv"
[[file.produces]]
table = "service"
[file.produces.columns]
service_id = "id"
person_id = { value = "P" }
service_date = { value = "2023-04-01" }
service_code = { value = "counselling" }
recipient = { value = "client" }
attendance = { value = "attended" }
"""


@pytest.mark.parametrize(
    ("rule", "cell", "expected"),
    [
        ('"m"', "90", 90),
        ('"m"', "1 234", 1234),
        ('"m"', "1\u00a0234", 1234),
        ('"m"', "1\u202f234", 1234),
        ('"m"', "12 34", "not_a_number"),
        ('"m"', "30.0", 30),
        ('"m"', "30.5", "not_a_number"),
        ('"m"', "1,5", "not_a_number"),
        ('{ from = "m", decimal_comma = true, scale = 60 }', "1,5", 90),
        ('{ from = "m", decimal_comma = true, scale = 60 }', "1\u00a0000,25", 60015),
        ('{ from = "m", decimal_comma = true, scale = 60 }', "0,33", 20),
        ('{ from = "m", decimal_comma = true, scale = 60 }', "1.5", "not_a_number"),
        ('"m"', "dvě", "not_a_number"),
        ('"m"', "99999999999", "not_a_number"),
        ('"m"', "1e3", "not_a_number"),
        ('"m"', "-5", -5),
        ('"m"', "", None),
        ('{ from = "m", missing = ["-", "Neuvedeno"] }', "neuvedeno", None),
    ],
)
def test_numbers(staged: Stage, rule: str, cell: str, expected: int | str | None) -> None:
    result = staged(
        f'{SERVICES}direct = {{ value = "true" }}\nminutes = {rule}\n', Sent("services", ["id", "m"], [["1", cell]])
    )
    if isinstance(expected, str):
        assert result.findings == [(2, "m", expected)]
    else:
        assert result.rows("select minutes from staging.service") == [(expected,)]


@pytest.mark.parametrize(
    ("rule", "cell", "expected"),
    [
        ('{ from = "p", boolean = { true = ["Ano", "A"], false = "ne" } }', " ANO ", True),
        ('{ from = "p", boolean = { true = ["Ano", "A"], false = "ne" } }', "NE", False),
        ('{ from = "p", boolean = { true = ["Ano", "A"], false = "ne" } }', "snad", "not_a_boolean"),
        ('{ from = "p", boolean = { counted = true } }', "0", False),
        ('{ from = "p", boolean = { counted = true } }', "12", True),
        ('{ from = "p", boolean = { counted = true } }', "mnoho", "not_a_boolean"),
        ('"p"', "true", True),
        ('"p"', "", "missing_required"),
    ],
)
def test_booleans(staged: Stage, rule: str, cell: str, expected: bool | str) -> None:
    result = staged(f"{SERVICES}direct = {rule}\n", Sent("services", ["id", "p"], [["1", cell]]))
    if isinstance(expected, str):
        assert result.findings == [(2, "p", expected)]
    else:
        assert result.rows("select direct from staging.service") == [(expected,)]


def test_codes_change_their_meaning_on_a_day(staged: Stage) -> None:
    contract = """
format = "csv"
[[codelist.activity]]
source = "U1"
code = "counselling"
valid_to = 2022-01-01
[[codelist.activity]]
source = "U2"
code = "legal"
valid_to = 2022-01-01
[[codelist.activity]]
source = "U2"
code = "housing"
valid_from = 2022-01-01
[[file]]
name = "services"
pattern = "*.csv"
[[file.produces]]
table = "service"
[file.produces.columns]
service_id = "id"
person_id = { value = "P" }
service_date = "day"
service_code = { from = "code", codes = "activity", valid_on = "service_date" }
recipient = { value = "client" }
attendance = { value = "attended" }
direct = { value = "true" }
"""
    rows = [
        ["1", "2021-12-31", "u1"],
        ["2", "2022-01-01", "U1"],
        ["3", "2021-12-31", "U2"],
        ["4", "2022-01-01", "U2 "],
        ["5", "", "U1"],
    ]
    result = staged(contract, Sent("services", ["id", "day", "code"], rows))
    assert result.rows("select service_id, service_code from staging.service order by all") == [
        ("1", "counselling"),
        ("3", "legal"),
        ("4", "housing"),
    ]
    assert result.findings == [(3, "code", "unknown_code"), (6, "day", "missing_required")]


def test_every_finding_of_a_row_in_one_pass_and_other_rows_stay(staged: Stage) -> None:
    rows = [["1", "c", "2023-13-01", "hotovo"], ["2", "c", "2023-04-01", "splněno"], ["", "c", None, "otevřeno"]]
    result = staged(need('"Dne"'), Sent("needs", ["ID ", "CASE", " dne", "Outcome"], rows))
    assert result.rows("select need_id, row_number, ordinal, partner from staging.need") == [("2", 3, 0, "ninth")]
    assert result.findings == [
        (2, "Outcome", "unknown_code"),
        (2, "dne", "impossible_date"),
        (4, "ID", "missing_required"),
        (4, "dne", "missing_required"),
    ]
    keys = "select distinct table_name, record_key from staging.refused order by all"
    assert result.rows(keys) == [("need", ""), ("need", "1")]
    assert result.rows("select * from staging.produced") == [("need", "ninth", "d1", 3)]
    assert (result.counts["produced"], result.counts["staged"], result.counts["refused"]) == (3, 1, 2)
