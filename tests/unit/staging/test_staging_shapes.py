"""Shapes of files: wide tables, rows of two kinds, totals, control sheets, missing and extra columns."""

from tests.unit.staging.landed import Sent, Stage

WIDE = """
format = "zip"
[values]
date = "%d.%m.%Y"
[[file]]
name = "wide"
pattern = "clients*.csv"
[[file.produces]]
table = "person"
[file.produces.columns]
person_id = "klient"
sex = { from = "pohlaví", codes = { "žena" = "female" } }
birth_year = "rok"
[[file.produces]]
table = "service"
unpivot = "kontakt_{n}_datum"
[file.produces.columns]
service_id = { template = "{dohoda}-{n:02}" }
case_id = "dohoda"
person_id = "klient"
service_date = "kontakt_{n}_datum"
service_code = { from = "kontakt_{n}_typ", codes = { P = "counselling" } }
recipient = { value = "client" }
attendance = { value = "attended" }
direct = { value = "true" }
"""
WIDE_HEADER = ["klient", "pohlaví", "rok", "dohoda", "kontakt_1_datum", "kontakt_1_typ", "kontakt_2_datum",
               "kontakt_2_typ", "Kontakt_10_datum", "kontakt_10_typ"]  # fmt: skip


def test_a_wide_row_becomes_a_person_and_her_contacts(staged: Stage) -> None:
    rows = [
        ["A", "žena", "1990", "S1", "1.4.2023", "P", "", "", "2.4.2023", "P"],
        ["B", "žena", "1991", "S2", "", "P", "3.4.2023", "X", "", ""],
        ["C", "žena", "1992", "S3"],
    ]
    result = staged(WIDE, Sent("wide", WIDE_HEADER, rows, sheet="clients.csv", file="all.zip"))
    assert result.rows("select person_id, ordinal from staging.person order by all") == [("A", 0), ("B", 0), ("C", 0)]
    assert result.rows("select service_id, ordinal, row_number, sheet from staging.service order by all") == [
        ("S1-01", 0, 2, "clients.csv"), ("S1-10", 2, 2, "clients.csv"),
    ]  # fmt: skip
    assert result.findings == [(3, "kontakt_1_datum", "missing_required"), (3, "kontakt_2_typ", "unknown_code")]
    refused = result.rows("select record_key, person_id, ordinal from staging.refused order by all")
    assert refused == [("S2-01", "B", 0), ("S2-02", "B", 1)]
    assert result.rows("select table_name, produced from staging.produced order by all") == [
        ("person", 3), ("service", 4),
    ]  # fmt: skip


KINDS = """
format = "csv"
[[file]]
name = "people"
pattern = "people*.csv"
[[file.produces]]
table = "person"
when = { column = "typ", equals = "Klient" }
[file.produces.columns]
person_id = "kód"
sex = { from = "pohlaví", codes = { "muž" = "male" } }
birth_year = "rok"
[[file.produces]]
table = "family_member"
when = { column = "typ", in = ["rodina", "příbuzný"] }
[file.produces.columns]
family_member_id = "kód"
person_id = "čí"
"""


def test_rows_of_two_kinds_and_none_of_a_third_is_lost(staged: Stage) -> None:
    rows = [["klient", "A", "muž", "1980", ""], ["PŘÍBUZNÝ", "F", "", "", "A"], ["soused", "N", "", "", "A"]]
    result = staged(KINDS, Sent("people", ["typ", "kód", "pohlaví", "rok", "čí"], rows))
    assert result.rows("select person_id, sex from staging.person") == [("A", "male")]
    assert result.rows("select family_member_id, person_id from staging.family_member") == [("F", "A")]
    assert result.findings == [(4, "typ", "unknown_code")]
    assert result.counts["produced"] == 3


TOTALS = """
format = "csv"
[[file]]
name = "stays"
pattern = "stays*.csv"
total = { text = "CELKEM", count = 2 }
[[file.produces]]
table = "death"
[file.produces.columns]
person_id = "Pseudonym"
death_date = "Den"
[[file]]
name = "control"
pattern = "control*.csv"
[file.control]
name = "Tabulka"
count = "Počet"
names = { "Pobyty" = "stays" }
groups = { file = "stays", column = "Den", count = 3 }
"""
TWO = [["A", "2023-01-01"], ["B", "2023-01-02"]]
HEADER = ["Pseudonym", "Den"]


def test_totals_that_agree(staged: Stage) -> None:
    control = Sent("control", ["Tabulka", "Počet"], [["pobyty", "2"], ["2023-01-02", "?", "1"], ["Kód", "x", "Počet"]])
    result = staged(TOTALS, Sent("stays", HEADER, TWO, total=["CELKEM", "2"]), control)
    assert result.rows("select * from staging.delivery_refused") == []
    assert result.counts["staged"] == 2


def test_a_total_that_disagrees_refuses_its_delivery_and_no_other(staged: Stage) -> None:
    result = staged(
        TOTALS,
        Sent("stays", HEADER, TWO, total=["CELKEM", "3"]),
        Sent("stays", HEADER, TWO, total=["CELKEM", "2"], delivery="d2"),
        Sent("stays", HEADER, TWO, delivery="d3"),
        Sent("stays", HEADER, TWO, total=["CELKEM", "2"], delivery="d4"),
        Sent("control", ["Tabulka", "Počet"], [["pobyty", "2"], ["2023-01-02", "", "5"]], delivery="d4"),
    )
    assert result.rows("select delivery_id, rule_id, detail from staging.delivery_refused order by all") == [
        ("d1", "trailer_total", "stays.csv: 3 ≠ 2"),
        ("d3", "trailer_total", "stays.csv: ? ≠ 2"),
        ("d4", "trailer_total", "control.csv: 2023-01-02: 5 ≠ 1"),
    ]
    assert result.rows("select delivery_id, count(*) from staging.death group by all") == [("d2", 2)]
    assert result.rows("select delivery_id, produced from staging.produced") == [("d2", 2)]


def test_a_missing_column_names_the_likeliest(staged: Stage) -> None:
    contract = TOTALS.replace('total = { text = "CELKEM", count = 2 }\n', "").split('[[file]]\nname = "control"')[0]
    result = staged(
        contract + 'cause_group = { from = "Příčina", codes = { "neznámá" = "unknown" } }\n',
        Sent("stays", ["Psedonym", "den", "Poznámka"], [["A", "2023-01-01", "x"]]),
        Sent("stays", ["Poznámka", "DEN ", " pseudonym", ""], [["x", "2023-01-01", "A"]], delivery="d2"),
    )
    assert result.rows("select delivery_id, rule_id, detail from staging.delivery_refused") == [
        ("d1", "missing_column", "stays.csv: Pseudonym (Psedonym?)")
    ]
    assert result.rows("select person_id, cause_group from staging.death") == [("A", None)]
    ignored = "select delivery_id, column_name from staging.ignored_column order by all"
    assert result.rows(ignored) == [("d1", "Poznámka"), ("d1", "Psedonym"), ("d2", "Poznámka")]


def test_two_columns_of_one_name_refuse_the_delivery_where_one_is_read(staged: Stage) -> None:
    contract = TOTALS.replace('total = { text = "CELKEM", count = 2 }\n', "").split('[[file]]\nname = "control"')[0]
    result = staged(
        contract,
        Sent("stays", ["Pseudonym", "Den", " DEN"], [["A", "2023-01-01", "2024-01-01"]]),
        Sent("stays", ["Pseudonym", "Den", "Jiné", "Jiné"], [["B", "2023-01-02", "x", "y"]], delivery="d2"),
    )
    assert result.rows("select delivery_id, rule_id, detail from staging.delivery_refused") == [
        ("d1", "repeated_column", "stays.csv: Den")
    ]
    assert result.rows("select person_id from staging.death") == [("B",)]


def test_a_declared_table_without_its_file_refuses_the_delivery(staged: Stage) -> None:
    result = staged(KINDS, Sent("", [], [], file="other.csv"), tables=["person"])
    assert result.rows("select rule_id, detail from staging.delivery_refused") == [("missing_file", "people*.csv")]
    assert result.rows("select file_id, filled_rows from staging.unread_sheet") == [("d1/other.csv", 0)]


def test_a_declared_native_table_without_its_file(staged: Stage) -> None:
    death = Sent("death", ["person_id", "death_date"], [["A", "2023-01-01"]])
    result = staged('format = "native"\n', death, tables=["death", "need"])
    assert result.rows("select rule_id, detail from staging.delivery_refused") == [("missing_file", "need.csv")]


def test_values_without_a_column_are_neither_lost_nor_taken(staged: Stage) -> None:
    rows = [["A", "2023-01-01", "x", "y"], ["B", "2023-01-01", "", ""], ["C", "2023-01-01"]]
    result = staged('format = "native"\n', Sent("death", ["person_id", "death_date", ""], rows))
    assert result.rows("select person_id from staging.death order by all") == [("B",), ("C",)]
    assert result.findings == [(2, "", "too_many_cells")]
    assert result.rows("select column_name from staging.ignored_column") == [("[3]",)]


def test_a_failed_formula_is_nobodys_id(staged: Stage) -> None:
    rows = [["#N/A", "2023-01-01"], ["#Odkaz!", "2023-01-01"], ["#12", "2023-01-01"]]
    result = staged('format = "native"\n', Sent("death", ["person_id", "death_date"], rows))
    assert result.rows("select person_id from staging.death") == [("#12",)]
    assert result.findings == [(2, "person_id", "failed_formula"), (3, "person_id", "failed_formula")]


def test_header_only_is_zero_rows_and_not_nothing(staged: Stage) -> None:
    result = staged(KINDS, Sent("people", ["typ", "kód", "pohlaví", "rok", "čí"], []), tables=["person"])
    assert result.rows("select table_name, produced from staging.produced order by all") == [
        ("family_member", 0), ("person", 0),
    ]  # fmt: skip
