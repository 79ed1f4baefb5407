"""Feedback over several deliveries, as a page and as a workbook: changes, completeness, custody data, formulas."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import pytest

from pipeline.spreadsheets import inert
from pipeline.validated.feedback import read_feedback, summary
from pipeline.validated.feedback_book import render_book
from pipeline.validated.feedback_content import Feedback, Trend, roughly
from pipeline.validated.feedback_page import LISTED, render
from pipeline.validated.feedback_sections import sparkline
from pipeline.validated.feedback_source import LISTED_PLACES
from pipeline.validated.feedback_words import Words
from pipeline.validated.rules import load_rules
from tests.unit.validated.conftest import Staged
from tests.unit.validated.test_feedback import text_of

LATE = date(2024, 1, 1)


def answers(staged: Staged, **options: Any) -> dict[str, Feedback]:
    return {f.delivery_id: f for f in read_feedback(staged.con, staged.settings, **options)}


def page(staged: Staged, feedback: Feedback, language: str = "cs") -> str:
    return text_of(render(feedback, load_rules(staged.settings), Words(language), "name"))


def book(staged: Staged, feedback: Feedback, language: str = "cs") -> Any:
    openpyxl = pytest.importorskip("openpyxl")
    return openpyxl.load_workbook(io.BytesIO(render_book(feedback, load_rules(staged.settings), Words(language))))


def cells(sheet: Any) -> list[tuple[Any, ...]]:
    return [tuple(cell for cell in row if cell is not None) for row in sheet.iter_rows(values_only=True)]


def two_deliveries(staged: Staged, kind: str = "increment") -> None:
    """The second mends a, leaves b wrong, does not bring c again, and has a new fault d."""
    for n, faults in ((1, "abc"), (2, "bd")):
        staged.delivery(
            str(n),
            tables=["person", "service"],
            kind=kind,
            extract_date=date(2023, n, 28),
            period_to=date(2023, n, 28),
            received_at=datetime(2023, n, 28),
        )
        staged.row("person", str(n), person_id="p")
        for key in faults:
            staged.row("service", str(n), service_id=key, person_id="p", service_date=LATE)
    staged.row("service", "2", service_id="a", person_id="p")
    staged.judge()


def test_new_open_and_mended_findings_are_told_apart(staged: Staged) -> None:
    two_deliveries(staged)
    found = answers(staged)
    assert found["1"].compared is None
    assert "Je to Vaše první přijatá dodávka" in page(staged, found["1"])
    compared = found["2"].compared
    assert compared is not None
    assert {s: compared.total(s) for s in ("new", "open", "mended", "gone")} == {
        "new": 1,
        "open": 2,
        "mended": 1,
        "gone": 0,
    }
    assert [(w.key, w.since) for w in compared.waiting] == [("c", date(2023, 1, 28))]
    assert {p.key: p.state for g in found["2"].groups for p in g.places} == {"b": "open", "d": "new"}
    seen = page(staged, found["2"])
    assert "Předchozí přijatá dodávka: export ke dni 28. 1. 2023." in seen
    assert "Nálezy ze starších dodávek, které jsou stále otevřené" in seen
    assert "Datum výkonu stále otevřené" in seen or "stále otevřené" in seen
    assert summary(found["2"]).endswith("1 new, 2 still open, 1 mended, 0 gone with their records")


def test_in_a_full_extract_a_missing_record_is_gone(staged: Staged) -> None:
    two_deliveries(staged, "full")
    compared = answers(staged)["2"].compared
    assert compared is not None
    assert (compared.total("open"), compared.total("gone"), compared.waiting) == (1, 1, ())


def test_page_and_workbook_say_the_same(staged: Staged) -> None:
    two_deliveries(staged)
    feedback = answers(staged)["2"]
    made = book(staged, feedback)
    assert made.sheetnames == ["Souhrn", "Nálezy", "Změny", "Stále otevřené", "Vyplněnost"]
    findings = cells(made["Nálezy"])
    assert [row[4] for row in findings[1:]] == ["b", "d"]
    assert findings[1][0] == "brání přijetí řádku"
    assert "Opravte datum" in findings[1][2]
    changed = cells(made["Změny"])[1]
    assert changed[1:] == (1, 2, 1, 0)
    summary_cells = [cell for row in cells(made["Souhrn"]) for cell in row]
    for phrase in ("Čeká na opravu", "28. 2. 2023", "2"):
        assert phrase in summary_cells
        assert phrase in page(staged, feedback)
    assert book(staged, feedback, "en").sheetnames[:2] == ["Summary", "Findings"]


def test_equal_feedback_gives_equal_bytes(staged: Staged) -> None:
    two_deliveries(staged)
    feedback, rules = answers(staged)["2"], load_rules(staged.settings)
    assert render_book(feedback, rules, Words("cs")) == render_book(feedback, rules, Words("cs"))


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "  =1", "＝1"])
def test_nothing_that_came_with_the_data_is_a_formula(staged: Staged, text: str) -> None:
    staged.delivery("d")
    staged.row("person", "d", person_id="p")
    staged.row("service", "d", service_id=text, person_id="p", service_date=LATE)
    staged.judge()
    sheet = book(staged, answers(staged)["d"])["Nálezy"]
    [key] = [c for c in sheet[2] if c.value == f"'{text}"]
    assert key.data_type == "s"
    assert inert("KO-1") == "KO-1"


def test_a_hundred_thousand_faults_of_a_kind_stay_readable(staged: Staged) -> None:
    staged.delivery("d")
    staged.row("person", "d", person_id="p")
    staged.judge()
    staged.con.execute(
        "insert into validated.finding select 'service', 'partner_xx', 'd', 'd-file', '', n, 0, 'k' || n, "
        "'after_extract_date', 'row', 'service_date' from range(2, 100002) t(n)"
    )
    feedback = answers(staged)["d"]
    [group] = feedback.groups
    assert (group.total, len(group.places)) == (100_000, LISTED_PLACES)
    made = render(feedback, load_rules(staged.settings), Words("cs"), "name")
    assert f"{LISTED + 2}–100001" in text_of(made)
    assert len(made) < 100_000
    last = cells(book(staged, feedback)["Nálezy"])[-1]
    assert last[-1] == f"řádky {LISTED_PLACES + 2}–100001"


def test_unknown_codes_are_named_and_counted_but_nothing_that_may_be_a_person(staged: Staged) -> None:
    staged.delivery("d")
    staged.con.execute("insert into landing.sheet values ('d-file', '', 'x', ['id', 'Kód výkonu'])")
    for n, code in enumerate(("joga", "joga", "<b>", "850101/1234", "7701011234", "a@b.cz"), 2):
        staged.con.execute("insert into landing.record values ('d-file', '', ?, 'record', ['v', ?])", [n, code])
        staged.refuse("service", "d", f"v{n}", "unknown_code", "Kód výkonu", row_number=n)
    staged.judge()
    feedback = answers(staged)["d"]
    seen = page(staged, feedback)
    assert "Neznámé kódy (Kód výkonu): „joga“ 2×, „<b>“ 1×" in seen
    assert not any(text in seen for text in ("1234", "a@b"))


def test_a_fall_of_completeness_is_pointed_out(staged: Staged) -> None:
    for n, missing in ((1, 0), (2, 8)):
        staged.delivery(str(n), extract_date=date(2023, n, 28), period_to=date(2023, n, 28))
        for k in range(20):
            staged.row("person", str(n), person_id=f"p{k}", birth_year=None if k < missing else 1985)
    staged.judge()
    feedback = answers(staged)["2"]
    [dropped] = [t for t in feedback.trends if t.drop]
    assert dropped.shares == (1.0, 0.6)
    seen = page(staged, feedback)
    assert "pokles o 40 procentních bodů" in seen
    assert "60 % 100 %" in seen
    header, *rows = cells(book(staged, feedback)["Vyplněnost"])
    assert header[2:] == ("28. 1. 2023", "28. 2. 2023")
    assert ("osoby", "Rok narození", 1, 0.6) in rows
    assert not [t for t in answers(staged)["1"].trends if t.drop]


def test_few_rows_show_no_trend_worth_saying() -> None:
    days = date(2023, 1, 1), date(2023, 2, 1)
    assert Trend("person", "x", ((days[0], 19, 19), (days[1], 19, 0))).drop == 0
    assert Trend("person", "x", ((days[0], 20, 20), (days[1], 20, 18))).drop == pytest.approx(0.1)
    assert 'aria-hidden="true"' in sparkline((0.5, 1.0))
    assert sparkline((0.5,)) == ""


@pytest.mark.parametrize(
    ("persons", "failed", "band"),
    [(9, 9, None), (10, 0, (0, 4)), (10, 10, (5, 10)), (58, 4, (0, 4)), (58, 5, (5, 9)), (58, 12, (10, 14))],
)
def test_custody_data_are_told_in_bands_of_five_never_all_or_none(
    persons: int, failed: int, band: tuple[int, int] | None
) -> None:
    told = roughly("agreement_without_stay", persons, failed)
    assert (told and (told.low, told.high)) == band


def test_a_partner_hears_a_rough_number_of_clients_and_no_key(staged: Staged) -> None:
    staged.delivery("custody", "custody_source", tables=["person", "custody_stay"])
    staged.delivery("d", tables=["person", "case"])
    for n in range(20):
        staged.row("person", "d", person_id=f"client{n}")
        staged.row("case", "d", case_id=f"agreement{n}", person_id=f"client{n}", prison="brno")
        if n >= 6:
            staged.row("person", "custody", person_id=f"client{n}")
            staged.row("custody_stay", "custody", stay_id=f"s{n}", person_id=f"client{n}")
    staged.judge()
    seen = page(staged, answers(staged)["d"])
    assert "Týká se přibližně 5 až 9 z 20 klientů." in seen
    assert "agreement0" not in seen
    assert "client0" not in seen
    assert not answers(staged)["custody"].custody


def test_persons_keyed_by_the_house_are_told_as_the_sender_knows_them_or_not_at_all(
    staged: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.validated import feedback_source

    found, lost = "A" * 26, "B" * 26
    staged.delivery("d")
    for person in (found, lost):
        staged.row("person", "d", person_id=person, birth_year=2015)
    staged.row("service", "d", service_id="own-key", person_id=found, service_date=LATE)
    staged.judge()
    assert found in page(staged, answers(staged)["d"])
    keyed = type("Keys", (), {"pipeline": b"key"})()
    monkeypatch.setattr(feedback_source, "read_keys", lambda _: keyed)
    monkeypatch.setattr(feedback_source, "own_pseudonyms", lambda *_: {found: "the-senders-own"})
    seen = page(staged, answers(staged)["d"])
    assert found not in seen
    assert lost not in seen
    assert "the-senders-own" in seen
    assert "own-key" in seen
