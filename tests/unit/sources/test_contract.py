"""A contract shows all its mistakes at once, and the eight that are delivered have none."""

from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import PartnerSettings, Settings
from pipeline.sources import Contract, load_contract, read_contract, source_of

PARTNERS = ["cppt", "kotec", "laxus", "magdalena", "podane_ruce", "romodrom", "sananim", "vscr"]

WRONG = """
partner = "tenth"
title = "Ten mistakes"
format = "docx"
colour = "blue"

[delivery]
declared_in = "filename"

[codelist.sex]
m = "man"

[[codelist.activity]]
source = "A"
code = "legal"
[[codelist.activity]]
source = " a"
code = "housing"

[[file]]
name = "people"
pattern = "*.csv"
header_row = 0
[[file.produces]]
table = "persons"
columns = {}
[[file.produces]]
table = "person"
[file.produces.columns]
sex = { from = "s", codes = "sex" }
birthyear = "y"
region = { from = "r", codes = "no_such_list" }
consent_date = { from = "c", decimal_comma = true, fromat = "%d" }
"""


def settings(root: Path, **contracts: Path) -> Settings:
    partners = {name: PartnerSettings(location="x", contract=path) for name, path in contracts.items()}
    return Settings(root=root, data=root, partners=partners)


def write(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, "utf-8")
    return path


def test_every_mistake_is_shown_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load_contract(settings(tmp_path, ninth=write(tmp_path, WRONG)), "ninth")
    text = "\n".join(refused.value.problems)
    for mistake in (
        "this contract is not for 'ninth'",
        "format: Input should be",
        "colour: unknown setting",
        "declared_in = 'filename' needs a 'filename' pattern",
        "'man' is not in the code list 'sex'",
        "'a' means two things on the same day",
        "header_row: Input should be greater than or equal to 1",
        "no table 'persons'; did you mean 'person'?",
        "no column 'birthyear'; did you mean 'birth_year'?",
        "the required column 'person_id' of 'person' is not filled",
        "code list 'no_such_list' is missing",
        "decimal_comma: does not apply to a column of type date",
        "fromat: unknown setting",
    ):
        assert mistake in text
    assert all(problem.startswith("own.toml: ") for problem in refused.value.problems)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("partner = ", "not valid TOML"),
        ('partner = "a"\ntitle = "A"\nformat = "csv"', "the contract reads nothing"),
        ('partner = "a"\ntitle = "A"\nformat = "native"\n[[file]]\nname = "x"\npattern = "x"', "remove every"),
        ('partner = "a"\ntitle = "A"\nformat = "json"\n[[file]]\nname = "x"\npattern = "x"', "name the list"),
        ('partner = "a"\ntitle = "A"\nformat = "csv"\ndelivery.filename = "("', "not a regular expression"),
        ('partner = "a"\ntitle = "A"\nformat = "csv"\ndelivery.filename = "(?P<when>x)"', "unknown group when"),
    ],
)
def test_single_mistakes(tmp_path: Path, text: str, mistake: str) -> None:
    with pytest.raises(SettingsError, match=mistake):
        read_contract(write(tmp_path, text))


def test_a_partner_without_a_contract(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"No contract for the partner 'nobody' \(nobody.toml\)"):
        load_contract(settings(tmp_path), "nobody")


@pytest.mark.parametrize("partner", PARTNERS)
def test_the_eight_contracts_can_be_used(tmp_path: Path, partner: str) -> None:
    contract = load_contract(settings(tmp_path), partner)
    assert contract.partner == partner
    assert {"person", "treatment"} & set(contract.tables) or partner == "romodrom"


def test_code_lists_carry_their_validity(tmp_path: Path) -> None:
    codes = {c.source: c for c in load_contract(settings(tmp_path), "kotec").codelist["kotec_service"]}
    assert (codes["UD12"].code, codes["UD12"].valid_from, codes["UD12"].valid_to) == (
        "release_plan", None, date(2022, 1, 1),
    )  # fmt: skip
    assert (codes["B.2.1"].code, codes["B.2.1"].valid_from) == ("release_plan", date(2022, 1, 1))


def test_a_list_beside_the_projects_own_contract_goes_first(tmp_path: Path) -> None:
    (tmp_path / "codelists").mkdir()
    (tmp_path / "codelists" / "drug_words.csv").write_text(
        "source,code,valid_from,valid_to\nperník,methamphetamine,,\n"
    )
    contract = read_contract(
        write(
            tmp_path,
            """
partner = "a"
title = "A"
format = "csv"
[[file]]
name = "t"
pattern = "t.csv"
[[file.produces]]
table = "treatment"
[file.produces.columns]
treatment_id = "id"
person_id = "p"
treatment_type = { value = "outpatient" }
setting = { value = "community" }
start_date = "from"
primary_drug = { from = "drug", codes = "drug_words" }
""",
        )
    )
    assert [c.source for c in contract.codelist["drug_words"]] == ["perník"]


def name_of(contract: Contract, file: str, sheet: str = "") -> str | None:
    source = source_of(contract, file, sheet)
    return source.name if source else None


def test_which_entry_reads_a_sheet(tmp_path: Path) -> None:
    ours = settings(tmp_path)
    vscr, cppt, zipped = (load_contract(ours, p) for p in ("vscr", "cppt", "podane_ruce"))
    assert name_of(vscr, "OSOBY_SYNTHETIC.CSV") == "osoby"
    assert name_of(vscr, "jine.csv") is None
    assert name_of(cppt, "export.xlsx", "Klienti") == "Klienti"
    assert name_of(cppt, "export.xlsx", "Poznámky") is None
    assert name_of(zipped, "all.zip", "složka/lecba_2023.csv") == "lecba"


def test_native_files_are_named_after_the_tables(tmp_path: Path) -> None:
    contract = read_contract(write(tmp_path, 'partner = "a"\ntitle = "A"\nformat = "native"'))
    assert name_of(contract, "case.csv") == "case"
    assert name_of(contract, "custody_stay_SYNTHETIC.parquet") == "custody_stay"
    assert name_of(contract, "template.xlsx", "need") == "need sheet"
    assert name_of(contract, "cases.csv") is None
    assert contract.files["death"].produces[0].columns["cause_group"].source == "cause_group"
