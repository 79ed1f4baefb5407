"""Cohorts and measures of a project's measures.toml: counted like the registry's, checked when read, internal."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import outcomes
from pipeline.errors import SettingsError
from pipeline.outcomes import definitions_version, read_declared
from pipeline.settings import Settings
from tests.support.core_rows import cell, core_warehouse, run_of
from tests.support.drawn import world

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
        "give each an id in lower case",
        "of must be one of programme",
        "where.colour is not known on day 0; choose from partner",
        "where.sex has no woman; choose from",
        "say its title in both languages",
        "the registry has such a measure",
        "like must be one of",
        "there is no sql",
        "windows are days that rise",
        "groups has no moon",
        "reasons has no boredom; choose from",
    ):
        assert advice in told


def test_no_file_declares_nothing(tmp_path: Path) -> None:
    assert read_declared(tmp_path).measures == ()
