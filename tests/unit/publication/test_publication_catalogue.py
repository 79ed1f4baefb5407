"""One catalogue: both languages, every key used, every key that is asked for there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.errors import PublicationError
from pipeline.model import tables
from pipeline.publication import catalogue as words
from pipeline.publication.wording import COMPARISONS, WITHOUT_NUMBER

PACKAGE = Path(words.__file__).parent
SOURCES = "".join(path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py")))
KEYS = sorted(words.catalogue())
BUILT = re.compile(r"""f["']([a-z_]+(?:\.[a-z_]+)*\.(?:[a-z]+_)?)\{[^}]*\}((?:[._a-z]+)?)["']""")


GROUPINGS = {
    "all", "age", "channel", "citizenship", "complex_case", "domain", "drug_user", "end_reason", "landmark", "outcome",
    "partner", "planned", "prison", "quarter", "reason", "region", "sex", "state_before",
}  # fmt: skip
ANSWERS = {"planned", "unplanned", "stable", "unstable", "unknown"}


def test_every_text_says_the_same_in_both_languages() -> None:
    for key in KEYS:
        entry = words.catalogue()[key]
        assert entry["cs"].strip(), key
        assert entry["en"].strip(), key
        assert words.placeholders(key, "cs") == words.placeholders(key, "en"), key


def built(key: str) -> bool:
    """Whether a pattern in the code, such as f"column.{name}", can give the key."""
    return any(key.startswith(start) and key.endswith(end) for start, end in BUILT.findall(SOURCES))


def names_a_value(key: str) -> bool:
    """Whether the key names a table of the model or the planning of a release."""
    _, group, value = f"{key}..".split(".")[:3]
    known = {
        "table_name": set(tables()),
        "planned": ANSWERS,
        "state_before": ANSWERS,
        "outcome": {"accepted", "refused", "waiting", "withdrawn"},
        "drug_user": {"yes", "no", "unknown"},
        "cell_set": {"own", "ladder"},
        "prison": {"*"},
        "group_by": GROUPINGS,
    }
    return value in known.get(group, set())


def test_every_text_is_used() -> None:
    unused = [key for key in KEYS if not re.search(rf"[\"']{re.escape(key)}[\"']", SOURCES) and not built(key)]
    assert [key for key in unused if not names_a_value(key)] == []


def test_every_literal_key_in_the_code_is_there() -> None:
    asked = set(re.findall(r'(?:\bt|text|heading)\(\s*(?:\d, )?"([a-z_]+(?:\.[a-z_]+)+)"', SOURCES))
    assert len(asked) > 60
    assert asked <= set(KEYS)
    assert {*COMPARISONS.values(), *WITHOUT_NUMBER.values()} <= set(KEYS)


@pytest.mark.parametrize(
    ("number", "cs", "en"), [("1", "1 den", "1 day"), ("3", "3 dny", "3 days"), ("21", "21 dnů", "21 days")]
)
def test_the_form_of_a_word_follows_the_number(number: str, cs: str, en: str) -> None:
    assert words.text("window.days", "cs", number=number) == cs
    assert words.text("window.days", "en", number=number) == en


def test_unknown_key_and_missing_value_are_told_by_name() -> None:
    with pytest.raises(PublicationError, match=r"no text 'nowhere\.here'"):
        words.text("nowhere.here", "cs")
    with pytest.raises(PublicationError, match=r"'span\.releases' needs a value for 'start'"):
        words.text("span.releases", "en", end="x")


FIXED = {"100", "50", "2015", "2005", "256", "10", "25"}
"""Every number that stands in the catalogue itself, and none can be a result or a setting: of a hundred, what readers
know from elsewhere, years of sources, the name of a hash, the shares of which days are asked for."""


def test_the_catalogue_holds_no_results() -> None:
    for key in KEYS:
        found = []
        for language in ("cs", "en"):
            plain = re.sub(r"\{\w+\}|@[\w-]+|`[^`]*`", "", words.catalogue()[key][language])
            found.append([number.replace(",", ".") for number in re.findall(r"\d+(?:[.,]\d+)?", plain)])
        assert found[0] == found[1], key
        assert set(found[0]) <= FIXED, key
