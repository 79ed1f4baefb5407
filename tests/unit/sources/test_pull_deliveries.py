"""Files at the partners' locations grouped to deliveries, and what each says of itself."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline.errors import InputError, SettingsError
from pipeline.settings import PartnerSettings, Settings
from pipeline.sources import Contract, Declaration, Delivery, complete, from_texts, pull

STARTED = datetime(2023, 8, 1, 9, 30)
SIDECAR = """partner = "one"
extract_date = 2023-07-31
period_from = "2021-01-01"
period_to = 2023-07-31
kind = "increment"
tables = ["person"]
lawful_basis = "consent"
keep_until = 2030-12-31
"""
FILE = """
[[file]]
name = "people"
pattern = "lide*.csv"
[[file.produces]]
table = "person"
columns = { person_id = "id", sex = "sex" }
"""


def contract_text(partner: str = "one", delivery: str = "") -> str:
    return f'partner = "{partner}"\ntitle = "T"\nformat = "csv"\n[delivery]\n{delivery}\n{FILE}'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for partner in ("one", "two"):
        (tmp_path / f"{partner}.toml").write_text(contract_text(partner), "utf-8")
    partners = {p: PartnerSettings(location=f"in/{p}", contract=Path(f"{p}.toml")) for p in ("one", "two")}
    return Settings(root=tmp_path, data=tmp_path / "data", partners=partners)


def put(settings: Settings, name: str, text: str = "id,sex\nA,male\n") -> Path:
    path = settings.root / "in" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def one(settings: Settings) -> list[Delivery]:
    return [d for d in pull(settings, started_at=STARTED) if d.partner == "one"]


def test_a_folder_is_a_delivery_with_its_sidecar(settings):
    put(settings, "one/2023-07/lide_SYNTHETIC.csv")
    put(settings, "one/2023-07/deep/lide2.csv")
    put(settings, "one/2023-07/delivery.toml", SIDECAR)
    put(settings, "one/2023-07/notes.pdf")
    put(settings, "one/2023-07/.lide.csv.filepart")
    delivery = one(settings)[0]
    assert (delivery.label, [f.name for f in delivery.files]) == ("2023-07", ["deep/lide2.csv", "lide_SYNTHETIC.csv"])
    assert (delivery.left_out, delivery.synthetic, delivery.problems) == (("notes.pdf",), True, ())
    assert delivery.declared == Declaration(
        partner="one",
        extract_date=date(2023, 7, 31),
        period_from=date(2021, 1, 1),
        period_to=date(2023, 7, 31),
        kind="increment",
        tables=("person",),
        lawful_basis="consent",
        keep_until=date(2030, 12, 31),
    )


def test_a_partner_whose_folder_is_missing_or_empty_does_not_stop_the_others(settings):
    put(settings, "one/a/lide.csv")
    missing = pull(settings, started_at=STARTED)[-1]
    assert (missing.partner, missing.files, missing.problems[0].rule_id) == ("two", (), "missing_folder")
    assert "partners.two.location" in missing.problems[0].message
    (settings.root / "in/two/empty").mkdir(parents=True)
    assert pull(settings, started_at=STARTED)[-1].problems[0].rule_id == "no_delivery"


def test_nobody_has_delivered(settings):
    (settings.root / "in/one").mkdir(parents=True)
    with pytest.raises(InputError, match=r"(?s)no delivery of any partner.*one: .*two: The folder"):
        pull(settings, started_at=STARTED)


def test_an_unknown_partner_in_the_settings(settings):
    with pytest.raises(SettingsError, match="no partner nine"):
        pull(settings, started_at=STARTED, partners=("nine",))


def test_a_link_out_of_the_inbox_is_not_followed(settings):
    put(settings, "one/a/lide.csv")
    outside = settings.root / "secret.csv"
    outside.write_text("x")
    (settings.root / "in/one/a/lide2.csv").symlink_to(outside)
    (settings.root / "in/one/b").symlink_to(settings.root)
    (settings.root / "in/one/a/inside.csv").symlink_to(settings.root / "in/one/a/lide.csv")
    delivery, odd = one(settings)
    assert [f.name for f in delivery.files] == ["inside.csv", "lide.csv"]
    assert [(p.rule_id, p.file) for p in odd.problems] == [("outside_inbox", "a/lide2.csv"), ("outside_inbox", "b")]


def test_each_file_by_itself(settings):
    (settings.root / "one.toml").write_text(contract_text(delivery='unit = "file"'), "utf-8")
    put(settings, "one/lide_1.csv")
    put(settings, "one/lide_2.csv")
    put(settings, "one/later/lide_3.csv")
    put(settings, "one/later/delivery.toml", SIDECAR)
    found = {d.label: (len(d.files), d.declared.kind) for d in one(settings)}
    assert found == {"lide_1.csv": (1, None), "lide_2.csv": (1, None), "later/lide_3.csv": (1, "increment")}


@pytest.mark.parametrize(
    ("line", "rule_id", "words"),
    [
        ("extract_date = 2023", "missing_period", "write it as extract_date = 2023-07-31"),
        ('extract_date = "31.7.2023"', "missing_period", "extract_date is not a date"),
        ('prison = ["brno"]', "wrong_declaration", "'prison' is not a field"),
        ('prisons = "brno"', "wrong_declaration", "prisons is not a list"),
        ('lawful_basis = ""', "no_legal_basis", "lawful_basis is empty"),
        ("this is not TOML", "wrong_declaration", "not valid TOML"),
    ],
)
def test_a_wrong_sidecar_says_what_to_write(settings, line, rule_id, words):
    put(settings, "one/a/lide.csv")
    put(settings, "one/a/delivery.toml", line)
    problem = one(settings)[0].problems[0]
    assert problem.rule_id == rule_id
    assert words in problem.message


def contract(delivery: str) -> Contract:
    import tomllib

    return Contract.model_validate(tomllib.loads(contract_text(delivery=delivery)))


def test_file_names_declare_and_the_span_counts():
    rules = contract('declared_in = "filename"\nfilename = "x"')
    pattern = r"(?P<table>\w+)_(?P<period>\d{4}-\d\d)_(?P<extract>\d{8})_(?P<kind>\w+)"
    names = ["services_2022-12_20230131_full", "services_2023-01_20230205_full", "unrelated"]
    assert from_texts(names, pattern, rules) == Declaration(
        extract_date=date(2023, 2, 5), period_from=date(2022, 12, 1), period_to=date(2023, 1, 31), kind="full"
    )


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2023Q2", date(2023, 4, 1), date(2023, 6, 30)),
        ("202302", date(2023, 2, 1), date(2023, 2, 28)),
        ("2020-12", date(2020, 12, 1), date(2020, 12, 31)),
        ("2022", date(2022, 1, 1), date(2022, 12, 31)),
        ("2023-13", None, None),
    ],
)
def test_periods(period, first, last):
    rules = contract('declared_in = "filename"\nfilename = "x"')
    found = from_texts([period], "^(?P<period>.*)$", rules)
    assert (found.period_from, found.period_to) == (first, last)


def test_cells_declare_in_the_senders_words_and_with_odd_blanks():
    rules = contract('date = "%d.%m.%Y"\nkinds = { "úplná" = "full" }')
    text = "Stav k 31.7.2023;\u00a0období 1.1.2021–31.7.2023; Úplná dodávka"
    pattern = r"k (?P<extract>[\d.]+); období (?P<period_from>[\d.]+)–(?P<period_to>[\d.]+); (?P<kind>\w+) dodávka"
    assert from_texts([text], pattern, rules) == Declaration(
        extract_date=date(2023, 7, 31), period_from=date(2021, 1, 1), period_to=date(2023, 7, 31), kind="full"
    )


def test_constants_complete_and_what_is_missing_is_named():
    rules = contract('constants = { lawful_basis = "law", kind = "full" }')
    whole, problems = complete(Declaration(partner="other", tables=("person", "nonsense")), rules)
    assert (whole.lawful_basis, whole.kind) == ("law", "full")
    said = {p.rule_id: p.message for p in reversed(problems)}
    assert "extract_date = 2023-07-31, period_from = 2023-04-01" in said["missing_period"]
    assert "Add a file delivery.toml" in said["missing_period"]
    assert "keep_until" in said["no_legal_basis"]
    assert "lawful_basis" not in said["no_legal_basis"]
    assert [p.rule_id for p in problems] == [
        "wrong_declaration",
        "missing_period",
        "no_legal_basis",
        "wrong_declaration",
    ]
