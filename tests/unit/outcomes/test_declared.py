"""Cohorts and measures of a project's measures.toml: counted like the registry's, checked when read, internal."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import outcomes
from pipeline.errors import SettingsError
from pipeline.outcomes import definitions_version, read_declared
from pipeline.settings import Settings
from tests.support.core_rows import cell, core_warehouse, run_of
from tests.support.drawn import ALL_TABLES, world

DECLARED = """
[[cohort]]
id = "short_stay"
of = "programme"
where = { prison = ["brno"], planned = "unplanned" }
cs = { title = "neplánovaně propuštění z Brna" }
en = { title = "unplanned releases from Brno" }

[[measure]]
id = "back_on_remand_or_sentence"
like = "return_to_prison"
reasons = ["remand", "new_sentence"]
windows = [90]
groups = ["all", "prison"]
cohorts = ["programme", "short_stay"]
cs = { title = "Návrat do vazby nebo k trestu", definition = "Přijetí do vazby nebo k novému trestu." }
en = { title = "Back on remand or sentence", definition = "Admitted on remand or for a new sentence." }

[[measure]]
id = "early_contact"
like = "contact_made"
windows = [2]
cohorts = ["short_stay"]
cs = { title = "Časný kontakt", definition = "Kontakt do dvou dnů." }
en = { title = "Early contact", definition = "Contact within two days." }
publish = true
"""
DRAWN = """
person   | released   | planned   | stays                                  | services
remand   | 2022-01-10 | unplanned | 2022-03-01 remand                      | 2022-01-12 community
sentence | 2022-01-10 | planned   | 2022-03-01 new_sentence                | 2022-01-10 gate
revoked  | 2022-01-10 | unplanned | 2022-03-01 revocation_of_conditional_release | 2022-01-13 gate
unknown  | 2022-01-10 | unplanned | 2022-03-01 unknown                     |
free     | 2022-01-10 | planned   |                                        |
"""


def project(folder: Path, text: str) -> Settings:
    (folder / "measures.toml").write_text(text, "utf-8")
    return Settings(root=folder, data=folder)


def test_own_reasons_windows_and_cohorts_are_counted(tmp_path: Path) -> None:
    con = core_warehouse(world(DRAWN))
    settings = project(tmp_path, DECLARED)
    outcomes.measure(con, settings, run_of(), ["back_on_remand_or_sentence", "early_contact", "return_to_prison"])
    whole = cell(con, "back_on_remand_or_sentence")
    assert (whole["numerator"], whole["denominator"], whole["possible"], whole["window_days"]) == (2, 5, 1, 90)
    part = cell(con, "back_on_remand_or_sentence", cohort="short_stay")
    assert (part["numerator"], part["denominator"], part["possible"]) == (1, 3, 1)
    assert cell(con, "back_on_remand_or_sentence", group_by="prison")["group_value"] == "brno"
    early = cell(con, "early_contact", cohort="short_stay")
    assert (early["numerator"], early["denominator"]) == (1, 3)
    assert cell(con, "return_to_prison", window_days=90)["numerator"] == 2


def test_declared_measures_are_internal_unless_they_say_so(tmp_path: Path) -> None:
    declared = read_declared(project(tmp_path, DECLARED).root)
    assert declared.internal == {"back_on_remand_or_sentence"}
    assert definitions_version(declared.all_measures) != definitions_version()
    text = outcomes.explain("early_contact", "en", declared.all_measures)
    assert "Contact within two days." in text
    assert "short_stay" in text


def test_a_declared_cohort_has_its_attrition(tmp_path: Path) -> None:
    tables = world(DRAWN)
    con = core_warehouse(tables)
    outcomes.measure(con, project(tmp_path, DECLARED), run_of(), ["early_contact"])
    found = con.execute(
        "select step, persons, releases, reason, removed_persons from outcomes.attrition where cohort = 'short_stay'"
        " and step_number > 5 order by step_number, reason"
    ).fetchall()
    assert found == [
        ("first_release", 5, 5, "", 0),
        ("conditions_met", 3, 3, "", 2),
        ("conditions_met", 2, 2, "other_planned", 2),
        ("window_21_complete", 3, 3, "", 0),
        ("window_365_complete", 3, 3, "", 0),
    ]
    base = "select step, persons from outcomes.attrition where cohort = ? and reason = '' and step_number < 7"
    assert con.execute(base, ["short_stay"]).fetchall() == con.execute(base, ["programme"]).fetchall()


@pytest.mark.parametrize("base", ["programme_open", "programme_per_release", "all_releases", "comparison"])
def test_every_base_cohort_can_be_narrowed(tmp_path: Path, base: str) -> None:
    """Five people leave prison; all have an open case, or, for the comparison, none."""
    text = f"""
    [[cohort]]
    id = "old"
    of = "{base}"
    born_to = 1980
    cs = {{ title = "starší" }}
    en = {{ title = "older" }}
    """
    tables = world(DRAWN)
    for person, year in zip(tables["person"], (1970, 1980, 1981, None, 1990), strict=True):
        person["birth_year"] = year
    for case in tables["case"]:
        case["agreement_date"] = "2022-01-01"
    if base == "comparison":
        tables["case"] = []
    con = core_warehouse(tables)
    outcomes.measure(con, project(tmp_path, text), run_of(), ["return_to_prison"])
    members = con.execute("select count(*) from outcomes.cohort_member where cohort = 'old'").fetchall()[0][0]
    kept, all_of_base = (
        con.execute(
            "select max(persons) from outcomes.attrition where cohort = ? and step = ? and reason = ''", pair
        ).fetchall()[0][0]
        for pair in (("old", "conditions_met"), (base, "window_365_complete"))
    )
    assert (kept, members, all_of_base) == (2, 2, 5)


def test_a_declared_measure_moves_no_number_of_the_registry(tmp_path: Path) -> None:
    """Declared kinds share events with the registry's; longer windows or a second reader may not add to them."""
    drawn = """
    person | released   | convictions                        | stays
    late   | 2021-01-10 | 2022-12-01 fine offence 2021-02-01 | 2021-03-01 new_sentence
    in_lag | 2021-01-10 | 2022-05-01 fine offence 2021-12-01 |
    """
    text = """
    [[cohort]]
    id = "brno"
    of = "all_releases"
    where = { prison = "brno" }
    cs = { title = "Brno" }
    en = { title = "Brno" }
    [[measure]]
    id = "proven_in_brno"
    like = "reconviction_1y"
    cohorts = ["brno"]
    cs = { title = "Odsouzení", definition = "Odsouzení." }
    en = { title = "Reconviction", definition = "Reconviction." }
    [[measure]]
    id = "long_return"
    like = "return_to_prison"
    windows = [30, 730]
    cs = { title = "Návrat", definition = "Návrat." }
    en = { title = "Return", definition = "Return." }
    """
    asked = ["reconviction_1y", "return_to_prison", "return_frequency"]
    query = (
        "select * from outcomes.measure_cell where measure in ('reconviction_1y', 'return_to_prison',"
        " 'return_frequency') order by all"
    )
    follow_up = "select * from outcomes.follow_up where cohort = 'all_releases' and kind like 're%' order by all"
    plain = core_warehouse(world(drawn, delivered=ALL_TABLES))
    outcomes.measure(plain, Settings(root=tmp_path, data=tmp_path), run_of(), asked)
    con = core_warehouse(world(drawn, delivered=ALL_TABLES))
    outcomes.measure(con, project(tmp_path, text), run_of(), [*asked, "proven_in_brno", "long_return"])
    assert con.execute(query).fetchall() == plain.execute(query).fetchall()
    assert con.execute(follow_up).fetchall() == plain.execute(follow_up).fetchall()
    assert (cell(con, "proven_in_brno", cohort="brno")["numerator"]) == 1


def test_every_problem_is_told_at_once_with_what_to_write(tmp_path: Path) -> None:
    wrong = """
    [[cohort]]
    id = "Ženy"
    of = "everybody"
    where = { colour = ["red"], sex = ["woman"] }
    [[measure]]
    id = "return_to_prison"
    like = "return"
    windows = [90, 30]
    groups = ["moon"]
    reasons = ["boredom"]
    sql = "select 1"
    """
    with pytest.raises(SettingsError) as raised:
        read_declared(project(tmp_path, wrong).root)
    told = "\n".join(raised.value.problems)
    for advice in (
        "give each an id of lower-case letters",
        "of must be one of programme",
        "where.colour is not known on day 0; choose from partner",
        "where.sex has no woman; choose from",
        "say its title in both languages",
        "the registry has such a measure",
        "like must be one of",
        "there is no sql",
        "windows are days from 1 to 3653 that rise",
        "reasons has no boredom; choose from",
    ):
        assert advice in told


SAID = """
cs = { title = "x", definition = "x" }
en = { title = "x", definition = "x" }
"""


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("[[measure]]\nid = 'm'\nlike = 'return_to_prison'\nwindows = 90", "days from 1 to 3653 that rise"),
        ("[[measure]]\nid = 'm'\nlike = 'return_to_prison'\nwindows = [0, 90]", "days from 1 to 3653 that rise"),
        ("[[measure]]\nid = 'm'\nlike = 'return_to_prison'\nwindows = [true]", "days from 1 to 3653 that rise"),
        ("[[measure]]\nid = 'm'\nlike = 'return_to_prison'\nreasons = 5", "reasons is a list of texts"),
        ("[[measure]]\nid = 'm'\nlike = 'return_to_prison'\ngroups = [['all']]", "groups is a list of texts"),
        ("[[measure]]\nid = 'm'\nlike = 'return_to_prison'\ncohorts = []", "cohorts is a list of texts"),
        ("[[measure]]\nid = 'm'\nlike = 'return_to_prison'\npublish = 'yes'", "without quotation marks"),
        ("[[measure]]\nid = 'm'\nlike = 'retrun_to_prison'", "did you mean return_to_prison?"),
        ("[[measure]]\nid = 'm'\nlike = 'cause_of_return'", "like must be one of"),
        ("[[measure]]\nid = 'm'\nlike = 'reconviction_1y'\nwindows = [730]", "leave windows out"),
        ("[[measure]]\nid = 'm'\nlike = 'retention'\ncohorts = ['all_releases']", "choose from programme"),
        ("[[measure]]\nid = 'm'\nlike = 'contact_made'\nreasons = ['remand']", "leave them out"),
        ("[[measure]]\nid = 'contact'\nlike = 'contact_made'", "uses this word for an event"),
        ("[[cohort]]\nid = 'c'\nof = 'programme'\nwhere = 'brno'", "write where as a table"),
        ("[[cohort]]\nid = 'c'\nof = 'programme'\nwhere = { sex = 5 }", "sex is a list of texts"),
        ("[[cohort]]\nid = 'c'\nof = 'programme'\nborn_from = 1990\nborn_to = 1980", "born_from lies after"),
        ("[[cohort]]\nid = 'c'\nof = 'programme'\nborn_from = '1990'", "are years, such as 1990"),
        ("[cohort]\nid = 'c'", "write each as [[cohort]]"),
        ("measure = 'm'", "write each as [[measure]]"),
        ("[[cohort]]\nid = ", "is not valid TOML"),
    ],
)
def test_each_mistake_is_told_with_what_to_write(tmp_path: Path, text: str, advice: str) -> None:
    whole = text + SAID if text.startswith("[[") and not text.endswith("= ") else text
    with pytest.raises(SettingsError) as raised:
        read_declared(project(tmp_path, whole).root)
    told = "\n".join(raised.value.problems)
    assert advice in told
    assert "measures.toml" in told


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "measures.toml").write_bytes("# Žďár\n".encode("cp1250"))
    with pytest.raises(SettingsError, match="not in UTF-8"):
        read_declared(tmp_path)


def test_no_file_declares_nothing(tmp_path: Path) -> None:
    assert read_declared(tmp_path).measures == ()
