"""The house's own pages on data quality: counts alone, a page per table and rule, readable by everyone, offline."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from pipeline.model import tables
from pipeline.periods import Quarter
from pipeline.settings import REPOSITORY
from pipeline.validated import load_rules, steward, write_feedback, write_linkage, write_quality
from tests.unit.validated.conftest import RUN, Staged
from tests.unit.validated.test_feedback import text_of
from tests.unit.validated.test_linkage import PAIR

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
AXE = REPOSITORY / "node_modules" / "axe-core" / "axe.min.js"


def judged(staged: Staged) -> None:
    """Two quarters of one partner, one of another; faults, warnings, custody that contradicts."""
    staged.delivery("custody", "custody_source", tables=["person", "custody_stay"])
    staged.row("person", "custody", person_id="held-person")
    staged.row("custody_stay", "custody", stay_id="s", person_id="held-person", release_date=date(2022, 3, 1))
    for name, month in (("d1", 3), ("d2", 7)):
        day = date(2023, month, 28)
        staged.delivery(name, tables=["person", "case", "service"], extract_date=day, period_to=day)
        staged.row("person", name, person_id="secret-person", birth_year=None)
        staged.row("case", name, case_id="secret-case", person_id="secret-person", prison="brno")
        staged.row(
            "service", name, service_id="secret-service", person_id="secret-person", service_date=date(2024, 1, 1)
        )
    staged.judge()


def pages(staged: Staged, language: str = "cs") -> dict[str, str]:
    index = write_quality(
        staged.con, staged.settings, run_id="2023Q2-run", quarter=Quarter(2023, 2), as_of=RUN.as_of, language=language
    )
    suffix = ".html" if language == "cs" else f".{language}.html"
    return {p.name.removesuffix(suffix): p.read_text("utf-8") for p in index.parent.glob(f"*{suffix}")}


def test_there_is_an_overview_a_page_per_table_and_a_page_per_rule(staged: Staged) -> None:
    judged(staged)
    made = pages(staged)
    rules = load_rules(staged.settings)
    assert set(made) == {"index", *(f"table-{t}" for t in tables()), *(f"rule-{r}" for r in rules)}
    links = {link for page in made.values() for link in re.findall(r'href="([^"]+)"', page)}
    assert links == {f"{name}.html" for name in made}


def test_the_overview_counts_by_partner_and_quarter(staged: Staged) -> None:
    judged(staged)
    seen = text_of(pages(staged)["index"])
    assert "partner_xx 28. 7. 2023 28. 7. 2023 0 4 1 0 0" in seen  # 4 days on the way, one row finding open
    assert "partner_xx 2023Q1 1 0 3 2 1 0 1 0" in seen
    assert "partner_xx 2023Q2 nic nedodáno" in seen
    assert "partner_xx 2023Q3 1 0 3 0 1 2 1 0" in seen
    assert "partner_xx 1 1" in seen  # one client, whose stay custody data do not have


def test_no_value_and_no_key_of_a_person_is_on_any_page(staged: Staged) -> None:
    judged(staged)
    for language in ("cs", "en"):
        for name, page in pages(staged, language).items():
            assert "secret" not in page, name
            assert "held-person" not in page, name
            assert not re.search(r"<script|https?:|url\(|@import", page), name


def test_a_rule_page_says_why_how_and_what_to_do(staged: Staged) -> None:
    judged(staged)
    rule = load_rules(staged.settings)["after_extract_date"]
    page = pages(staged, "en")["rule-after_extract_date"]
    seen = text_of(page)
    for text in (rule.en.title, rule.en.reason, rule.en.use, rule.en.mend, "r.service_date > d.extract_date"):
        assert text in seen
    assert "partner_xx services 2 1" in seen  # told twice, open once
    assert not re.search("[ěšřžůďťň]", seen)
    assert "5 % řádků, platí do 31. 12. 2028" in text_of(pages(staged)["rule-row_count_drift"])


def test_the_same_run_gives_the_same_pages(staged: Staged) -> None:
    judged(staged)
    assert pages(staged) == pages(staged)


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None or not AXE.exists(), reason="needs a Chromium-family browser and axe-core (npm ci)")
def test_axe_finds_no_violation(staged: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    monkeypatch.setattr(steward, "suspect", lambda *_, **__: [PAIR])
    judged(staged)
    pages(staged)
    quality = staged.settings.data / "validated" / "quality"
    written = [p for p in write_feedback(staged.con, staged.settings, RUN) if p.suffix == ".html"]
    written += [write_linkage(staged.con, staged.settings)[0]]
    written += [quality / f"{name}.html" for name in ("index", "table-case", "rule-after_extract_date")]
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        for path in written:
            page = browser.new_context(bypass_csp=True).new_page()
            page.goto(Path(path).as_uri())
            page.evaluate(AXE.read_text("utf-8"))
            found = page.evaluate("axe.run(document)")["violations"]
            assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == [], path.name
        browser.close()
