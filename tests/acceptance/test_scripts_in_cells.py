"""Formulas and scripts that stand in cells, keys, headings and names: they reach no page and no spreadsheet as such."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import duckdb

from pipeline import landing, sources, staging
from pipeline.landing import read_workbook
from pipeline.periods import Quarter
from pipeline.run import Input, Run
from pipeline.validated import validate, write_feedback
from tests.acceptance.test_ninth_partner import NOW, project
from tests.support.counting import count_in_sql

SCRIPT = "<script>alert(1)</script>"
EVIL = [
    '=HYPERLINK("http://x.example";1)',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3",
    SCRIPT,
    "<img src=x onerror=alert(1)>",
    "{{7*7}}",
    "\t=1+1",
    "＝1+1",
]
CONTRACT = """partner = "districts"
title = "=1+1 <b>Districts</b>"
format = "csv"
[[file]]
name = "people"
pattern = "*.csv"
[[file.produces]]
table = "person"
[file.produces.columns]
person_id = "klíč"
sex = { from = "pohlaví", codes = { "muž" = "male" } }
birth_year = "rok"
"""


def delivered(root: Path) -> list[Path]:
    """Feedback on a delivery in which everything that can hold text holds something evil."""
    header = ["klíč", "pohlaví", "rok", "=1+1", SCRIPT, "@x"]
    rows = [[evil, evil, "1985", "=1+1", SCRIPT, "x"] for evil in EVIL] + [[e, "muž", e, "", "", ""] for e in EVIL]
    text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [header, *rows, []])
    name = "=1+1 <img src=x onerror=alert(1)>.csv"
    settings = project(root, CONTRACT, "districts", {name: text.encode()})
    report = landing.land(settings, sources.pull(settings, started_at=NOW), started_at=NOW)
    assert [d.state for d in report.deliveries] == ["new"], report.lines()
    run = Run(
        Quarter(2018, 2),
        NOW,
        inputs=tuple(Input(r.partner, r.delivery_id, r.sha256) for r in landing.receipts(settings)),
    )
    con = duckdb.connect()
    for schema in ("landing", "staging", "validated"):
        con.execute(f"create schema {schema}")
    landing.load(con, settings, run)
    staging.stage(con, settings, run)
    validate(con, settings, run, counter=count_in_sql)
    assert con.execute("select count(distinct row_number) from staging.refused").fetchone() == (2 * len(EVIL),)
    made = [*write_feedback(con, settings, run), *write_feedback(con, settings, run, language="en")]
    con.close()
    return made


def test_feedback_shows_them_as_text(tmp_path: Path) -> None:
    files = delivered(tmp_path)
    assert {path.suffix for path in files} >= {".html", ".xlsx"}
    for path in files:
        if path.suffix == ".html":
            page = path.read_text("utf-8")
            assert not re.search(r"<(script|img|iframe|object)\b", page), path.name
            assert "script-src" in page or "default-src 'none'" in page
            assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        elif path.suffix == ".xlsx":
            check_book(path.read_bytes())


def check_book(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets
        for name in sheets:
            content = parts.read(name).decode()
            assert "<f>" not in content
            assert "<hyperlink" not in content
    for grid in read_workbook(data)[0]:
        begun = [c for row in grid.cells.to_list() for c in row if c and c.lstrip().startswith(("=", "+", "@", "＝"))]
        assert begun == []


def test_a_refusal_by_landing_shows_names_as_text(tmp_path: Path) -> None:
    settings = project(tmp_path, CONTRACT, "districts", {f"=1+1 <img src=x>{'.csv'}": b""})
    report = landing.land(settings, sources.pull(settings, started_at=NOW), started_at=NOW)
    assert [d.state for d in report.deliveries] == ["refused"]
    con = duckdb.connect()
    for schema in ("landing", "staging", "validated"):
        con.execute(f"create schema {schema}")
    run = Run(Quarter(2018, 2), NOW)
    landing.load(con, settings, run)
    staging.stage(con, settings, run)
    validate(con, settings, run, counter=count_in_sql)
    pages = [p for p in write_feedback(con, settings, run) if p.suffix == ".html"]
    assert pages
    assert all("<img" not in page.read_text("utf-8") for page in pages)
