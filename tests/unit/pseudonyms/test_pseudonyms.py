"""One person, one pseudonym, however the birth number is written; weak keys and wrong numbers are refused."""

from __future__ import annotations

import base64
import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.pseudonyms import (
    NotAPersonError,
    Pseudonymiser,
    is_by_birth_number,
    is_pseudonym,
    key_id,
    normalise,
    read_key,
)
from pipeline.pseudonyms.pseudonym import ALPHABET

LATEST = date(2023, 8, 1)
KEY = hashlib.sha256(b"a key for tests").digest()


def made(text: str, *, partner: str = "one", key: bytes = KEY) -> str:
    return Pseudonymiser(key, partner, LATEST).person(text)


def test_the_same_person_at_all_partners_whatever_the_spelling():
    spellings = [
        "710319/2745",
        "7103192745",
        " 710319 / 2745 ",
        "710319\u00a02745",
        "7103192745.0",
        "７１０３１９/２７４５",
    ]
    pseudonyms = {made(text, partner=partner) for text in spellings for partner in ("one", "two")}
    assert len(pseudonyms) == 1
    (pseudonym,) = pseudonyms
    assert len(pseudonym) == 26
    assert is_pseudonym(pseudonym)
    assert is_by_birth_number(pseudonym)


def test_the_value_never_changes_silently():
    """A partner's deliveries of years must stay linkable: this literal may change only with a new key domain."""
    assert made("710319/2745") == "ERVFAHX5SSVCGTCQ6YAMKCWZ4N"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("991231123", "991231123"),  # nine digits, born in 1899
        ("530615003", "530615003"),  # nine digits, the last year
        ("503152749", "0503152749"),  # a lost zero: month 31 is nobody's
        ("50315/2749", "0503152749"),
        ("050315/2749", "0503152749"),
        ("401112003", "401112003"),  # valid as of 1940; that a zero was lost is possible too
        ("40111/2008", "0401112008"),  # the slash decides
    ],
)
def test_nine_digits(text, expected):
    assert normalise(text, LATEST)[:2] == ("birth_number", expected)


@pytest.mark.parametrize("text", ["7103192746", "1103492745", "590312/123", "590312123", "710319/274"])
def test_a_wrong_birth_number_is_refused_without_its_value(text):
    with pytest.raises(NotAPersonError) as problem:
        normalise(text, LATEST)
    assert text not in str(problem.value)


def test_people_without_a_birth_number_are_in_a_domain_of_their_own_and_recorded_so():
    one, two = made("KL-0012"), made("KL-0012", partner="two")
    assert one != two
    assert made(" kl-0012 ") == one
    assert not is_by_birth_number(one)
    assert is_pseudonym(one)
    assert made("ID: 7103192746") == made("id:7103192746")
    assert made("ID: 7103192745") != made("7103192745")
    both = Pseudonymiser(KEY, "one", LATEST)
    assert both.worker("7103192745") != both.person("7103192745")
    assert both.person("") == both.worker("  ") == ""


def test_a_pseudonym_is_not_hashed_again():
    with pytest.raises(NotAPersonError, match="already"):
        made(made("7103192745"))


def test_a_failed_formula_is_nobody():
    with pytest.raises(NotAPersonError, match="failed formula"):
        made("#N/A")


def test_another_key_gives_another_pseudonym():
    assert made("7103192745") != made("7103192745", key=hashlib.sha256(b"another").digest())


@given(st.integers(0, 25), st.sampled_from(ALPHABET), st.integers(0, 10**6))
def test_the_check_character_finds_every_wrong_character(place, character, number):
    pseudonym = made(f"KL-{number}")
    wrong = pseudonym[:place] + character + pseudonym[place + 1 :]
    assert is_pseudonym(wrong) == (wrong == pseudonym)


@given(st.integers(0, 25), st.integers(0, 25), st.integers(0, 10**6))
def test_the_check_character_finds_every_exchange(one, other, number):
    letters = list(made(f"KL-{number}"))
    swapped = letters.copy()
    swapped[one], swapped[other] = letters[other], letters[one]
    assert is_pseudonym("".join(swapped)) == (swapped == letters)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no project key"),
        ("00" * 32, "repeats"),
        ("0123456789abcdef" * 4, "repeats"),
        (bytes(range(32)).hex(), "pattern"),
        (KEY[:16].hex(), "128 bits"),
        (base64.b64encode(b"correct horse battery staple in the prison").decode(), "written text"),
        ("correct horse battery staple", "neither"),
    ],
)
def test_weak_keys_are_refused_without_being_quoted(tmp_path, text, why):
    path = tmp_path / "key"
    path.write_text(text)
    with pytest.raises(SettingsError, match=why) as problem:
        read_key(path, {})
    assert not text or text not in str(problem.value)


def test_a_random_key_is_taken_from_file_or_environment(tmp_path):
    path = tmp_path / "key"
    path.write_text(KEY.hex() + "\n")
    assert read_key(path, {}) == KEY
    assert read_key(None, {"THROUGHCARE_PROJECT_KEY": base64.b64encode(KEY).decode()}) == KEY
    assert len(key_id(KEY)) == 8
    for number in range(500):
        read_key(None, {"THROUGHCARE_PROJECT_KEY": hashlib.sha256(str(number).encode()).hexdigest()})
