"""Second pseudonyms are found as well as the manual says, the same way each time, and told to the steward alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.validated import steward
from pipeline.validated.linkage import Suspicion, suspect
from pipeline.validated.steward import write_linkage
from tests.support.split_persons import split_world
from tests.unit.validated.conftest import Staged
from tests.unit.validated.test_feedback import text_of

PAIR = Suspicion(("a", "b"), 0.93, (("birth_year", "equal"), ("days", "one day")), (("partner_xx",), ("custody",)))


@pytest.mark.slow
def test_planted_second_pseudonyms_are_found_and_few_others() -> None:
    con, planted = split_world(1500, 200, seed=3)
    found = suspect(con)
    pairs = {frozenset(s.persons) for s in found}
    assert len(planted.at_partner) > 30
    assert len(pairs & planted.at_partner) / len(planted.at_partner) >= 0.8
    assert len(pairs & planted.all) / len(pairs) >= 0.65
    sure = {frozenset(s.persons) for s in found if s.probability >= 0.8}
    assert len(sure & planted.all) / len(sure) >= 0.9
    assert not pairs & planted.in_custody  # nothing that custody data hold can show them; docs/linkage.md says so
    assert suspect(con) == found


@pytest.fixture
def suspected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steward, "suspect", lambda *_, **__: [PAIR])


def conflicting(staged: Staged) -> None:
    for partner, sex, year in (("partner_xx", "male", 1985), ("partner_yy", "female", 1990)):
        staged.delivery(partner, partner)
        staged.row("person", partner, person_id="shared", sex=sex, birth_year=year)
        staged.row("person", partner, person_id=f"only-{partner}")
    staged.judge()


def test_conflicts_suspicions_and_decisions_are_told_to_the_steward(staged: Staged, suspected: None) -> None:
    conflicting(staged)
    (staged.settings.root / "decisions.toml").write_text(
        '[[linkage]]\npersons = ["shared", "gone"]\ndecision = "different"\nreason = "two birth certificates"\n'
        'owner = "J. N."\ndate = 2023-09-01\n',
        "utf-8",
    )
    page, number = write_linkage(staged.con, staged.settings)
    seen = text_of(page.read_text("utf-8"))
    assert page.relative_to(staged.settings.data) == Path("validated/steward/linkage.html")
    assert number == 1
    assert "shared partner_xx muž 1985 shared partner_yy žena 1990" in seen
    assert "a b 93 % partner_xx custody Rok narození: shodné; Společné dny: jeden" in seen
    assert "shared gone dvě osoby two birth certificates J. N. 1. 9. 2023 ne obě: zkontrolujte pseudonymy" in seen
    assert "only-partner" not in seen


@pytest.mark.parametrize("decision", ["same", "different"])
def test_a_decided_pair_is_not_suspected_again(staged: Staged, suspected: None, decision: str) -> None:
    staged.delivery("d")
    staged.judge()
    (staged.settings.root / "decisions.toml").write_text(
        f'[[linkage]]\npersons = ["b", "a"]\ndecision = "{decision}"\nreason = "known"\n'
        'owner = "x"\ndate = 2023-09-01\n',
        "utf-8",
    )
    page, number = write_linkage(staged.con, staged.settings, language="en")
    assert number == 0
    assert page.name == "linkage.en.html"
    assert "Nothing of the kind was found." in text_of(page.read_text("utf-8"))


def test_an_empty_warehouse_and_a_single_person_suspect_nobody(staged: Staged) -> None:
    staged.judge()
    assert suspect(staged.con) == []
    staged.delivery("d", extract_date=date(2023, 7, 31))
    staged.row("person", "d", person_id="alone")
    staged.judge()
    assert suspect(staged.con) == []
