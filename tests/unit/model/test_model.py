"""The model is whole: every type has its list, every label both languages, every table its DDL."""

import tomllib
from importlib.resources import files

import duckdb
import pytest

from pipeline.model import code_list, code_lists, ddl, table, tables
from pipeline.model.codes import _read

NUTS3 = {
    "CZ010", "CZ020", "CZ031", "CZ032", "CZ041", "CZ042", "CZ051", "CZ052", "CZ053", "CZ063", "CZ064", "CZ071",
    "CZ072", "CZ080",
}  # fmt: skip


def test_order_names_exactly_the_tables_there_are() -> None:
    folder = files("pipeline.model").joinpath("tables")
    there = {p.name[:-5] for p in folder.iterdir() if p.name.endswith(".toml")} - {"_order"}
    order = tomllib.loads(folder.joinpath("_order.toml").read_text("utf-8"))["order"]
    assert sorted(order) == sorted(there)
    assert len(order) == 14


def test_key_columns_come_first_and_are_required() -> None:
    for each in tables().values():
        own = [name for name in each.key if name != "partner"]
        assert [c.name for c in each.column][: len(own)] == own, each.name
        assert {each.columns[name].presence for name in own} == {"required"}, each.name
        assert "partner" not in each.columns
        assert len(each.columns) == len(each.column)


def test_every_code_type_has_a_list_and_every_list_a_use() -> None:
    used = {c.codes for each in tables().values() for c in each.column if c.codes}
    beside = {"service_domain", "access_status"}
    assert used | beside == set(code_lists())


def test_both_languages_are_written_everywhere() -> None:
    for each in tables().values():
        assert each.en
        assert each.cs
        for c in each.column:
            assert c.en, (each.name, c.name)
            assert c.cs, (each.name, c.name)
            assert bool(c.note_en) == bool(c.note_cs), (each.name, c.name)
    for codes in code_lists().values():
        for code in codes.codes.values():
            assert code.cs.strip(), (codes.name, code.code)
            assert code.en.strip(), (codes.name, code.code)


def test_labels_within_a_list_are_unlike() -> None:
    for codes in code_lists().values():
        for labels in ([c.cs for c in codes.codes.values()], [c.en for c in codes.codes.values()]):
            assert len(labels) == len(set(labels)), codes.name


def test_codes_are_lower_case_words() -> None:
    for codes in code_lists().values():
        for code in set(codes.codes) - NUTS3:
            assert code.replace("_", "").isalnum(), (codes.name, code)
            assert code == code.lower(), (codes.name, code)
            assert code.isascii(), (codes.name, code)


def test_a_code_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="'a' stands twice"):
        _read("made_up", "code,cs,en,valid_from,valid_to\na,á,a,,\na,b,b,,\n")


def test_prisons_are_35_with_regions_and_ten_are_for_remand() -> None:
    prisons = code_list("prison").codes.values()
    assert len(prisons) == 35
    assert sum(p.extra["kind"] == "remand" for p in prisons) == 10
    assert {p.extra["region"] for p in prisons} == NUTS3 - {"CZ072"}  # Zlín has no prison


def test_regions_are_nuts3_and_two_more() -> None:
    assert set(code_list("region").codes) == NUTS3 | {"abroad", "unknown"}


def test_service_codes_cover_the_catalogue_and_known_domains() -> None:
    codes = code_list("service_code").codes.values()
    assert {c.extra["catalogue"] for c in codes} == {f"R0{n}" for n in range(1, 10)} | {"addiction"}
    assert {c.extra["domain"] for c in codes} == set(code_list("service_domain").codes)


def test_drug_list_carries_tdi_codes_once() -> None:
    tdi = [c.extra["tdi"] for c in code_list("drug").codes.values()]
    assert len(tdi) == len(set(tdi)) == 32
    assert code_list("drug").codes["methamphetamine"].extra["tdi"] == "3.2"


def test_ddl_executes_and_conditions_are_sql() -> None:
    con = duckdb.connect()
    con.execute("create schema staging")
    for each in tables().values():
        con.execute(ddl(each, "staging"))
        for c in each.column:
            assert (c.presence == "conditional") == bool(c.when) == bool(c.when_en) == bool(c.when_cs)
            if c.when:
                con.execute(f"select count(*) from staging.{each.quoted} where {c.when}")
    names = [row[0] for row in con.execute('describe staging."case"').fetchall()]
    assert names[:7] == ["partner", "delivery_id", "file_id", "sheet", "row_number", "ordinal", "case_id"]


def test_label_in_two_languages() -> None:
    assert code_list("release_reason").label("pardon", "cs") == "milost nebo amnestie"
    assert code_list("release_reason").label("pardon", "en") == "pardon or amnesty"
    with pytest.raises(KeyError):
        table("no_such_table")
