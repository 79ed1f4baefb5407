"""Case stories as timelines, numbers repeated from an earlier release, and changes as the release itself says them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from pipeline.disclosure import open_bundle
from pipeline.disclosure.store import as_document, to_csv, write_bundle
from pipeline.outcomes import MEASURES
from pipeline.publication import Report, documents
from pipeline.publication.annex import write_workbook
from pipeline.publication.markdown import Table
from pipeline.publication.sections.parts import group_table, rate_sentence
from pipeline.publication.sections.story import story_figures
from pipeline.publication.strips import plain
from tests.support.bundles import literal_meta
from tests.unit.publication.bundle import rich_tables, words
from tests.unit.publication.conftest import make_context

STORY = {
    "id": "one", "title_cs": "Od brány k práci", "title_en": "From the gate to work", "kind": "composite",
    "synthetic": True, "paths": 4, "age_band": "25-34", "offence_group": "property",
    "steps": [
        {"month": -5, "cs": "Uzavře dohodu.", "en": "He makes an agreement."},
        {"month": -1, "cs": "Sepíše plán.", "en": "He writes a plan."},
        {"month": 0, "cs": "Pracovnice čeká u brány.", "en": "The worker waits at the gate."},
        {"month": 3, "cs": "Najde si práci.", "en": "He finds work."},
    ],
}  # fmt: skip
DAY = "2023-03-31"
NOTE = "Opakuje číslo z dřívějšího vydání; platí ke dni 31. 3. 2023."


def release(folder: Path, language: str = "cs") -> Report:
    """A release with a story, in which Magdaléna's contact rate repeats and three kinds of change are recorded."""
    tables: dict[str, Any] = rich_tables()
    keys = next(keys for keys, _ in tables["contact_made"]["rows"] if keys[4:] == ["partner", "magdalena"])
    whole = next(keys for keys, _ in tables["contact_made"]["rows"] if keys[2] == "own" and keys[4] == "all")
    tables["contact_made"]["repeated"] = [[keys, DAY, "calendar"]]
    dims = tables["contact_made"]["dims"]
    about = [(keys, "n", "calendar"), (keys, "x", "calendar"), (whole, "x", "revised"), (whole, "period_to", "revised")]
    changes = [
        {"table": "contact_made", "keys": dict(zip(dims, where, strict=True)), "statistic": statistic, "before": 55,
         "before_status": "rounded", "quarter": "2023Q2", "why": why}
        for where, statistic, why in about
    ]  # fmt: skip
    meta = literal_meta(synthetic=True, draft=False) | {"revision_reason": "Chybějící dodávka"}
    meta["definitions"] = {name: words(name) for name in MEASURES}
    document = as_document(meta, tables, [STORY], changes)
    bundle = open_bundle(write_bundle(folder / document["meta"]["bundle_id"], document))
    return Report(bundle, language, make_context(folder / "figures"))


def read(markdown: str) -> str:
    return plain(markdown).replace("\u00a0", " ")


def test_a_composite_story_is_a_timeline_that_says_what_it_is(tmp_path: Path) -> None:
    report = release(tmp_path)
    (figure,) = story_figures(report)
    assert read(figure.title) == (
        "Složený příběh: Od brány k práci (SYNTHETIC) Je složen z cest více lidí (jejich počet: 4); nikdo z nich jej "
        "celý neprožil. Věk: 25–34 let. Trestná činnost: majetková trestná činnost."
    )
    assert read(figure.words).endswith(
        "5 měsíců před propuštěním: Uzavře dohodu. 1 měsíc před propuštěním: Sepíše plán. "
        "Propuštění: Pracovnice čeká u brány. 3 měsíce po propuštění: Najde si práci."
    )
    drawn = (tmp_path / "figures" / "story-one-cs.json").read_text("utf-8")
    for part in ("5 měsíců před", "1 měsíc před", "3 měsíce po", "Příběh složený z cest více lidí · SYNTHETIC"):
        assert part in drawn
    assert "# Složený příběh: Od brány k práci (SYNTHETIC) {#slide-figure-story-one}" in plain(documents.slides(report))


def test_the_english_story_says_the_same(tmp_path: Path) -> None:
    (figure,) = story_figures(release(tmp_path, "en"))
    assert read(figure.title).startswith(
        "A composite story: From the gate to work (SYNTHETIC) It is put together from the paths of several people (4); "
        "none of them lived it as it stands."
    )
    assert "5 months before release: He makes an agreement. 1 month before release:" in read(figure.words)


def test_a_repeated_number_carries_its_day(tmp_path: Path) -> None:
    report = release(tmp_path)
    table = read(group_table(report, "contact_made", "7", "partner"))
    assert "| Magdaléna * |" in table
    assert "| SANANIM |" in table
    assert f"* {NOTE}" in table
    rows = {row.keys["group_value"]: row for row in report.rows("contact_made", group_by="partner")}
    assert read(rate_sentence(report, "contact_made", "7", rows["magdalena"])).endswith(NOTE)
    assert NOTE not in read(rate_sentence(report, "contact_made", "7", rows["sananim"]))
    assert "opakované z dřívějšího vydání" in documents.reading(report)


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        (["a", "{1}", "{1}"], "| a * | 5 | 5 |"),
        (["a", "{1}", "{0}"], "| a | 5 * | 5 |"),
        (["a", "{1}", "{2}"], "| a | 5 * | 5 ** |"),
    ],
)
def test_one_star_for_a_line_else_one_for_a_cell(cells: list[str], line: str) -> None:
    tags = ['[5]{.cell data-cell="a"}', '[5]{.cell data-cell="a" title="A."}', '[5]{.cell data-cell="b" title="B."}']
    assert line in plain(str(Table("tbl-a", "A", ["a", "b", "c"], [[cell.format(*tags) for cell in cells]])))


def test_the_tables_of_the_annex_say_since_when_a_row_stands(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")

    report = release(tmp_path)
    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook(report.bundle, {})))["contact_made"]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    top = next(place for place, line in enumerate(lines) if line[0] == "component")
    header, rows = lines[top], lines[top + 1 :]
    assert any("published_on" in str(line[0]) for line in lines[:top])
    assert header[-1] == "published_on"
    assert {(row[header.index("group_value")], row[-1]) for row in rows if row[-1]} == {("magdalena", DAY)}
    text = to_csv(
        {"dims": ["g"], "statistics": ["n"], "rows": [[["a"], [[5, "rounded"]]], [["b"], [[10, "rounded"]]]],
         "repeated": [[["b"], DAY, "calendar"]]}
    )  # fmt: skip
    assert text == "g,n,n_status,published_on\na,5,rounded,\nb,10,rounded,2023-03-31\n"


def test_changes_are_told_as_the_release_says_them(tmp_path: Path) -> None:
    report = release(tmp_path)
    text = read(documents.changes(report))
    assert "Dříve vydaná čísla: změněno 1, beze změny opakováno z ochranných důvodů 2." in text
    assert "| Opraveno oproti dřívějšímu vydání za totéž čtvrtletí. Důvod: Chybějící dodávka | 1 |" in text
    assert "| Opakuje se: členění podle organizací a věznic se obnovuje jednou za rok | 2 |" in text
    assert "není tedy s čím srovnávat" not in text
