"""The page that a partner gets: its own rows only, worst first, nothing escaped from the data, nothing fetched."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import tables
from pipeline.settings import PartnerSettings, Settings
from pipeline.validated import load_rules, write_feedback
from pipeline.validated.feedback_content import row_ranges
from pipeline.validated.feedback_page import LISTED
from pipeline.validated.feedback_source import _Source
from pipeline.validated.feedback_words import TABLES, WORDS
from tests.unit.validated.conftest import RUN, Staged

HOSTILE = '<script>alert("x")</script>'


def pages(staged: Staged, **options: Any) -> dict[str, str]:
    """The pages by partner and file name, without the folder."""
    folder = staged.settings.folder("validated") / "feedback"
    written = write_feedback(staged.con, staged.settings, RUN, **options)
    assert {p.with_suffix(".xlsx") for p in written} == {p for p in written if p.suffix == ".xlsx"}
    return {str(p.relative_to(folder)): p.read_text("utf-8") for p in written if p.suffix == ".html"}


def text_of(page: str) -> str:
    """What a reader sees, in one line."""

    class Reader(HTMLParser):
        seen = ""
        hidden = False

        def handle_starttag(self, tag: str, attrs: Any) -> None:
            self.hidden = tag == "style"

        def handle_data(self, data: str) -> None:
            self.seen += "" if self.hidden else f" {data}"

    reader = Reader()
    reader.feed(page)
    return " ".join(reader.seen.split())


def _mixed(staged: Staged) -> None:
    staged.delivery("d", "kotec", tables=["person", "case", "service"])
    for sheet, source in (("", "vykony"), ("Pomocný", ""), ("Prázdný", "")):
        staged.con.execute("insert into landing.sheet values ('d-file', ?, ?, [])", [sheet, source])
    staged.con.execute("insert into landing.record values ('d-file', 'Pomocný', 1, 'record', ['x'])")
    staged.row("person", "d", person_id="p")
    staged.row("case", "d", case_id="c", person_id="p", end_date=date(2020, 1, 1), end_reason="completed")
    staged.row("service", "d", service_id=HOSTILE, person_id="p", case_id="c")
    staged.row("service", "d", service_id="v2", person_id="p", service_date=date(2024, 1, 1))
    staged.row("service", "d", service_id="v3", person_id="p", setting=None)
    staged.refuse("service", "d", "v4", "unknown_code", "Kód výkonu", partner="kotec")
    staged.con.execute("insert into staging.ignored_column values ('kotec', 'd', 'd-file', '', 'Poznámka <b>')")
    staged.judge()


def test_the_page_says_what_was_taken_and_what_to_mend_with_the_senders_own_names(staged: Staged) -> None:
    _mixed(staged)
    [(name, page)] = pages(staged).items()
    seen = text_of(page)
    assert name == "kotec/2023-07-31-d.html"
    assert "některé řádky zatím nemůžeme použít" in seen
    assert "výkony 4 1 3 1 0" in seen  # produced, accepted, to be mended, of these for the parent, unchanged
    assert "Celkem 6 2 4 1 0" in seen
    assert "výkony v4 d.csv 7 Kód výkonu" in seen
    assert "Sloupce, které nečteme" in seen
    assert "Poznámka <b>" in seen
    assert "Soubor List nebo část d.csv Pomocný" in seen
    assert "Prázdný" not in seen
    titles = re.findall(r"<h3 id=\"(\w+)\"", page)
    assert titles[-1] == "missing_conditional"
    assert titles[-2] == "parent_refused"
    assert set(titles[:-2]) == {"unknown_code", "end_before_start", "after_extract_date"}


def test_columns_are_named_as_the_sender_names_them(staged: Staged) -> None:
    from pipeline.sources import load_contract

    contract = load_contract(staged.settings, "kotec")
    file, made = next((f, p) for f in contract.file for p in f.produces if p.table == "service")
    header = made.columns["service_date"].headers[0]
    staged.delivery("d", "kotec")
    staged.con.execute("insert into landing.sheet values ('d-file', '', ?, [])", [file.name])
    staged.row("person", "d", person_id="p")
    staged.row("service", "d", service_id="v", person_id="p", service_date=date(2024, 1, 1))
    staged.judge()
    [page] = pages(staged).values()
    assert f"výkony v d.csv 3 {header}" in text_of(page)


def test_what_came_with_the_data_is_escaped_and_nothing_is_fetched(staged: Staged) -> None:
    _mixed(staged)
    [page] = pages(staged).values()
    assert "<script" not in page
    assert HOSTILE in text_of(page)
    assert not re.search(r"(?:src|href)=[\"'](?!#)|url\(|@import|https?:", page)
    assert '<html lang="cs">' in page


def test_a_partner_sees_only_its_own_rows(staged: Staged) -> None:
    for partner in ("partner_xx", "partner_yy"):
        staged.delivery(f"of-{partner}", partner)
        staged.row("person", f"of-{partner}", person_id=f"client-of-{partner}", birth_year=2015)
    staged.row("person", "of-partner_xx", person_id="shared", sex="male")
    staged.row("person", "of-partner_yy", person_id="shared", sex="female")
    staged.judge()
    made = pages(staged)
    assert set(made) == {f"{p}/2023-07-31-of-{p}.html" for p in ("partner_xx", "partner_yy")}
    page = made["partner_xx/2023-07-31-of-partner_xx.html"]
    assert "client-of-partner_xx" in page
    assert "partner_yy" not in page
    assert "shared" not in page


def test_a_clean_delivery_is_thanked_for_and_synthetic_data_are_marked(staged: Staged) -> None:
    staged.delivery("d", synthetic=True)
    staged.row("person", "d", person_id="p")
    staged.judge()
    [page] = pages(staged).values()
    assert "Dodávka je přijata celá. Není potřeba nic opravovat." in text_of(page)
    assert text_of(page).count("SYNTETICKÁ DATA") == 3  # the window title, the top and the end


def test_real_data_carry_no_synthetic_mark(staged: Staged) -> None:
    staged.delivery("d", synthetic=False)
    staged.judge()
    assert "SYNT" not in next(iter(pages(staged).values()))


def test_many_findings_of_a_kind_are_counted_and_the_rest_given_as_rows(staged: Staged) -> None:
    staged.delivery("d")
    for n in range(LISTED + 30):
        staged.row("person", "d", person_id=f"young{n:03}", birth_year=2015)
    staged.judge()
    [page] = pages(staged).values()
    assert page.count("young") == LISTED
    assert f"počet: {LISTED + 30}" in text_of(page)
    assert f"{LISTED + 2}–{LISTED + 31}" in text_of(page)


def test_a_refused_delivery_says_why_and_that_nothing_is_used(staged: Staged) -> None:
    staged.delivery("d")
    detail = "osoby.csv: Rok narození (Rok nar.?)"
    staged.con.execute("insert into staging.delivery_refused values ('d', 'partner_xx', 'missing_column', ?)", [detail])
    staged.judge()
    [page] = pages(staged).values()
    assert "Dodávka není přijata a nic z ní nepoužijeme." in text_of(page)
    assert detail in text_of(page)


def test_a_delivery_that_landing_refused_gets_a_page_without_the_value(staged: Staged) -> None:
    staged.judge()
    refusal = {
        "delivery_id": "abc",
        "partner": "partner_xx",
        "label": "2023-07-31",
        "rule_id": "identifier_found",
        "findings": [
            {
                "rule_id": "identifier_found",
                "message": "birth_number in cell: osoby.csv, row 7",
                "kind": "birth_number",
                "place": "cell",
                "file": "osoby.csv",
                "sheet": "",
                "row": 7,
                "column": "Poznámka",
            },
            {"rule_id": "missing_period", "message": "Add period_from and period_to to delivery.toml.", "file": ""},
        ],
        "total": 5,
        "received_at": "2023-08-01T10:00:00",
        "synthetic": True,
        "extract_date": None,
    }
    path = staged.settings.folder("landing") / "refused" / "abc.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(refusal), "utf-8")
    [(name, page)] = pages(staged).items()
    seen = text_of(page)
    assert name == "partner_xx/undated-abc.html"
    assert "osoby.csv 7 Poznámka rodné číslo, v buňce" in seen
    assert "period_from, period_to" in seen
    assert "Další výskyty, které zde nejsou vypsány: 3" in seen
    assert "birth_number" not in seen


def test_pages_are_the_same_bytes_again_and_english_ones_lie_beside(staged: Staged) -> None:
    _mixed(staged)
    assert pages(staged) == pages(staged)
    [(name, page)] = pages(staged, language="en").items()
    assert name == "kotec/2023-07-31-d.en.html"
    assert "The code is not in the agreed code list." in text_of(page)
    assert not re.search(
        "[ěšřžůď]", text_of(page).replace("Kód výkonu", "").replace("Poznámka", "").replace("Pomocný", "")
    )


def test_every_table_and_phrase_has_both_languages(expectations_folder: Path, staged: Staged) -> None:
    assert set(TABLES) == set(tables())
    assert all(cs and en for cs, en in (*TABLES.values(), *WORDS.values()))
    assert load_rules(staged.settings)


@pytest.mark.parametrize(("rows", "text"), [([3, 5, 6, 7, 9], "3, 5–7, 9"), ([2, 2], "2"), ([], "")])
def test_rows_are_told_as_ranges(rows: list[int], text: str) -> None:
    assert row_ranges(rows) == text


def test_a_partner_without_headings_of_its_own_reads_the_models_words(tmp_path: Path) -> None:
    source = object.__new__(_Source)
    partners = {"jih": PartnerSettings(location=".")}
    source.settings, source.language, source.contracts = (
        Settings(root=tmp_path, data=tmp_path, partners=partners),
        "cs",
        {},
    )
    column = "end_date_exclusive"
    assert source.header("jih", "", "treatment", column) == tables()["treatment"].columns[column].cs
    assert source.header("jih", "template treatment", "treatment", column) == "end_date_inclusive"
