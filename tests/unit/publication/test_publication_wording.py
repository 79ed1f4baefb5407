# ruff: noqa: E501
"""The wording table, word for word in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from pipeline.disclosure import Row
from pipeline.disclosure.types import Status
from pipeline.publication import Report, wording
from pipeline.publication.differences import detectable_from_whole, difference
from pipeline.publication.sections.parts import comparison_sentence, rate_sentence
from pipeline.publication.strips import strip_tags
from tests.support.bundles import rate_row, status_row

Language = Callable[[str], Report]
NAME = "contact_made"


def row(n: int | None, x: int | None, percents: tuple[int, int, int, int, int] | None) -> Row:
    return rate_row(NAME, "all", "", n, x, percents, window="7", possible=10)


def state(status: Status) -> Row:
    return status_row(NAME, "all", "", status, window="7")


def plain(markdown: str) -> str:
    """A sentence as it is read."""
    return re.sub(r"\\(.)", r"\1", strip_tags(markdown)).replace("\u00a0", " ")


RATES = [
    (
        row(315, 190, (60, 54, 66, 60, 63)),
        "**60 ze 100** klientů mělo do 7 dnů po propuštění kontakt s pracovníkem programu (190 z 315; 95% interval "
        "spolehlivosti 54–66 ze 100). Započtou-li se i ti, o nichž to nelze potvrdit ani vyloučit, leží podíl mezi 60 a "
        "63 ze 100.",
        "**60 of 100** clients had contact with a programme worker within 7 days of release (190 of 315; 95% confidence "
        "interval 54–66 of 100). Counting those for whom it can be neither confirmed nor ruled out, the rate lies "
        "between 60 and 63 of 100.",
    ),
    (
        row(315, 190, (60, 54, 66, 60, 60)),
        "**60 ze 100** klientů mělo do 7 dnů po propuštění kontakt s pracovníkem programu (190 z 315; 95% interval "
        "spolehlivosti 54–66 ze 100). Ani se započtením těch, o nichž to nelze potvrdit ani vyloučit, se podíl po "
        "zaokrouhlení nemění.",
        "**60 of 100** clients had contact with a programme worker within 7 days of release (190 of 315; 95% confidence "
        "interval 54–66 of 100). Counting those for whom it can be neither confirmed nor ruled out leaves the rounded "
        "rate as it is.",
    ),
    (
        row(60, 40, (65, 50, 80, 65, 70)),
        "**Přibližně 65 ze 100** klientů mělo do 7 dnů po propuštění kontakt s pracovníkem programu (40 z 60; 95% "
        "interval spolehlivosti 50–80 ze 100; zaokrouhleno na 5, protože jde o méně než 100 lidí). Započtou-li se i ti, "
        "o nichž to nelze potvrdit ani vyloučit, leží podíl mezi 65 a 70 ze 100.",
        "**About 65 of 100** clients had contact with a programme worker within 7 days of release (40 of 60; 95% "
        "confidence interval 50–80 of 100; rounded to 5 because there are fewer than 100 people). Counting those for "
        "whom it can be neither confirmed nor ruled out, the rate lies between 65 and 70 of 100.",
    ),
    (
        row(20, 10, None),
        "**10 z 20** klientů mělo do 7 dnů po propuštění kontakt s pracovníkem programu. Podíl neuvádíme: lidí je méně "
        "než 30.",
        "**10 of 20** clients had contact with a programme worker within 7 days of release. No rate is given: there are "
        "fewer than 30 people.",
    ),
    (
        row(10, None, None),
        "Tento výsledek je kvůli ochraně osob skryt; neznamená to nulu.",
        "This result is hidden to protect people; it does not mean zero.",
    ),
    (
        state(Status.TOO_EARLY),
        "Na tento výsledek je příliš brzy: u nikoho ještě neuplynula celá doba sledování.",
        "It is too early for this result: nobody's follow-up is complete yet.",
    ),
    (
        state(Status.NOT_COLLECTED),
        "Tento údaj partneři zatím nesbírají; neznamená to nulu.",
        "Partners do not collect this yet; it does not mean zero.",
    ),
    (
        state(Status.UNKNOWN),
        "Tento výsledek není znám; neznamená to nulu.",
        "This result is unknown; it does not mean zero.",
    ),
    (state(Status.NOT_APPLICABLE), "Tento výsledek zde nelze určit.", "This result does not apply here."),
    (None, "Toto vydání takový výsledek neobsahuje.", "This release holds no such result."),
]


@pytest.mark.parametrize(("given", "cs", "en"), RATES)
def test_sentence_of_one_rate(report: Language, given: Row | None, cs: str, en: str) -> None:
    for language, expected in (("cs", cs), ("en", en)):
        assert plain(rate_sentence(report(language), NAME, "7", given)) == expected


HIGH = row(160, 110, (69, 61, 76, 68, 70))
LOW = row(120, 55, (46, 37, 55, 45, 48))
ALIKE = row(120, 80, (67, 57, 75, 66, 68))
FEW = row(20, 10, None)
COMPARED = [
    (
        HIGH,
        LOW,
        "Ve skupině „A“ byl podíl (kontakt) vyšší než ve skupině „B“ o 23 p. b. (95% interval od 11 do 34 p. b.). "
        "Nejmenší rozdíl, který by tolik lidí mohlo doložit, je asi 17 p. b. Jde o popis, nikoli o příčinu.",
        "The rate (kontakt) was higher in “A” than in “B” by 23 percentage points (95% interval from 11 "
        "to 34 percentage points). The smallest difference this many people could have shown is about 17 percentage "
        "points. This describes; it does not explain.",
    ),
    (
        LOW,
        HIGH,
        "Ve skupině „A“ byl podíl (kontakt) nižší než ve skupině „B“ o 23 p. b. (95% interval od 11 do 34 p. b.). "
        "Nejmenší rozdíl, který by tolik lidí mohlo doložit, je asi 17 p. b. Jde o popis, nikoli o příčinu.",
        "The rate (kontakt) was lower in “A” than in “B” by 23 percentage points (95% interval from 11 "
        "to 34 percentage points). The smallest difference this many people could have shown is about 17 percentage "
        "points. This describes; it does not explain.",
    ),
    (
        HIGH,
        ALIKE,
        "Zda se skupiny „A“ a „B“ liší (kontakt), z těchto dat nelze říci: rozdíl („A“ minus „B“) 2 p. b., 95% interval od −9 do "
        "13 p. b. Nejmenší rozdíl, který by tolik lidí mohlo doložit, je asi 17 p. b. Neznamená to, že rozdíl není.",
        "These data cannot say whether “A” and “B” differ (kontakt): difference (“A” minus “B”) 2 percentage points, 95% interval from "
        "−9 to 13 percentage points. The smallest difference this many people could have shown is "
        "about 17 percentage points. This does not mean that there is none.",
    ),
    (
        HIGH,
        FEW,
        "Skupiny „A“ a „B“ (kontakt) nesrovnáváme: v některé z nich je méně než 30 lidí nebo jsou její čísla skryta. "
        "O rozdílu to nevypovídá nic.",
        "“A” and “B” (kontakt) are not compared: one of them has fewer than 30 people or its numbers are hidden. This "
        "says nothing about a difference.",
    ),
    (
        HIGH,
        state(Status.TOO_EARLY),
        "Na srovnání skupin „A“ a „B“ (kontakt) je příliš brzy.",
        "It is too early to compare “A” with “B” (kontakt).",
    ),
]


MATCHED = [
    (
        HIGH,
        LOW,
        wording.ALIKE,
        "Po vyrovnání složení skupin byl ve skupině „A“ podíl (kontakt) vyšší než ve skupině „B“ o 23 p. b. (95% interval "
        "od 11 do 34 p. b.). Nejmenší rozdíl, který by tolik lidí mohlo doložit, je asi 17 p. b. Skupiny se mohou "
        "lišit i v tom, co data nezachycují.",
        "With groups made alike, the rate (kontakt) was higher in “A” than in “B” by 23 percentage points (95% interval "
        "from 11 to 34 percentage points). The smallest difference this many people could have shown is "
        "about 17 percentage points. The groups may still differ in what the data do not hold.",
    ),
    (
        LOW,
        HIGH,
        wording.ALIKE,
        "Po vyrovnání složení skupin byl ve skupině „A“ podíl (kontakt) nižší než ve skupině „B“ o 23 p. b. (95% interval "
        "od 11 do 34 p. b.). Nejmenší rozdíl, který by tolik lidí mohlo doložit, je asi 17 p. b. Skupiny se mohou "
        "lišit i v tom, co data nezachycují.",
        "With groups made alike, the rate (kontakt) was lower in “A” than in “B” by 23 percentage points (95% interval "
        "from 11 to 34 percentage points). The smallest difference this many people could have shown is "
        "about 17 percentage points. The groups may still differ in what the data do not hold.",
    ),
    (
        HIGH,
        ALIKE,
        wording.ALIKE,
        "Ani po vyrovnání složení skupin „A“ a „B“ (kontakt) z těchto dat nelze říci, zda se liší: rozdíl („A“ minus „B“) "
        "2 p. b., 95% interval od −9 do 13 p. b. Nejmenší rozdíl, který by tolik lidí mohlo doložit, je asi 17 p. b. "
        "Neznamená to, že rozdíl není.",
        "Even with groups made alike, these data cannot say whether “A” and “B” differ (kontakt): difference (“A” minus "
        "“B”) 2 percentage points, 95% interval from −9 to 13 percentage points. The smallest difference "
        "this many people could have shown is about 17 percentage points. This does not mean that there is none.",
    ),
    (
        HIGH,
        LOW,
        wording.UNLIKE,
        "Skupiny „A“ a „B“ (kontakt) nesrovnáváme: liší se složením tak, že by rozdíl nic neřekl. O účinku to nevypovídá "
        "nic.",
        "“A” and “B” (kontakt) are not compared: they differ so much in who belongs to them that a difference would mean "
        "nothing. This says nothing about an effect.",
    ),
]


@pytest.mark.parametrize(
    ("one", "other", "balance", "cs", "en"),
    [*((one, other, wording.DESCRIPTIVE, cs, en) for one, other, cs, en in COMPARED), *MATCHED],
)
def test_sentence_of_a_comparison(report: Language, one: Row, other: Row, balance: str, cs: str, en: str) -> None:
    for language, expected in (("cs", cs), ("en", en)):
        assert plain(comparison_sentence(report(language), one, other, ("A", "B"), "kontakt", balance)) == expected


def test_too_early_and_too_few_come_before_balance(report: Language) -> None:
    for balance in (wording.DESCRIPTIVE, wording.ALIKE, wording.UNLIKE):
        assert wording.compare_key(HIGH, state(Status.TOO_EARLY), None, balance) == "wording.compare.too_early"
        assert wording.compare_key(HIGH, FEW, None, balance) == "wording.compare.too_few"


def test_the_table_of_comparisons_is_complete() -> None:
    assert len(wording.COMPARISONS) == len(COMPARED) + len(MATCHED)
    assert {significant for _, _, _, significant, direction in wording.COMPARISONS if direction} == {True}
    assert not any(significant for _, _, balance, significant, _ in wording.COMPARISONS if balance == wording.UNLIKE)


def test_significant_means_that_the_printed_interval_excludes_no_difference() -> None:
    found = difference(HIGH, LOW)
    assert found is not None
    assert found.low > 0
    assert difference(HIGH, FEW) is None


def test_a_part_is_compared_with_the_rest_of_its_whole() -> None:
    def row(people: int, percent: int) -> Row:
        return rate_row("m", "all", "", people, people // 2, (percent, 0, 99, 0, 99), window="")

    # 2.801585 × sqrt(0.6 × 0.4 × (1/60 + 1/255)) = 0.1969 from the rest, of which 255 of 315 make 0.1594 from the whole
    assert detectable_from_whole(row(60, 50), row(315, 60)) == 16
    assert detectable_from_whole(row(29, 50), row(315, 60)) is None
    assert detectable_from_whole(row(300, 50), row(315, 60)) is None, "too few people are left beside it"
