"""The rules of the architecture, each kept true by a test."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pipeline"
LOWER = {"errors", "periods", "settings", "run", "model", "warehouse", "charts", "keys", "reference", "spreadsheets"}
STAGES = ["sources", "landing", "staging", "validated", "core", "outcomes", "disclosure", "publication"]
TOP = {
    "__init__",
    "backtest",
    "cli",
    "flow",
    "console",
    "doctor",
    "status",
    "export",
    "notebook",
    "onboarding",
    "pseudonyms",
    "tracing",
    "keeping",
}
BESIDE = {"synthetic"}
# Romodrom is also the name of a programme, which the case model knows as a code.
PARTNERS = ["vscr", "cppt", "kotec", "laxus", "magdalena", "magdaléna", "sananim", "podane_ruce", "podané ruce"]
MODULES = sorted(PACKAGE.rglob("*.py"))


def part(path: Path) -> str:
    """The stage, layer or top module that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[str]:
    """Dotted names that a module imports, with the names imported from a package appended."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_package_holds_only_the_known_parts() -> None:
    parts = {part(path) for path in MODULES}
    assert parts == LOWER | set(STAGES) | TOP | BESIDE


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_stage_imports_only_the_lower_layer_and_earlier_stages(path: Path) -> None:
    own = part(path)
    if own in TOP:
        return
    used = {name.split(".")[1] for name in imports(path) if name.startswith("pipeline.")} - {own}
    earlier = set(STAGES[: STAGES.index(own)]) if own in STAGES else set()
    allowed = earlier | LOWER if own in STAGES else LOWER
    assert used <= allowed, f"{own} may not import {sorted(used - allowed)}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_an_earlier_stage_is_used_by_its_public_names(path: Path) -> None:
    own = part(path)
    inner = [n for n in imports(path) if n.startswith("pipeline.") and len(n.split(".")) > 3]
    for name in inner:
        stage = name.split(".")[1]
        assert stage == own or stage not in STAGES, f"{name}: import it from pipeline.{stage}"


def test_no_module_is_longer_than_400_lines() -> None:
    long = {p.name: n for p in MODULES if (n := len(p.read_text("utf-8").splitlines())) > 400}
    assert not long


def test_the_clock_is_read_in_the_command_line_alone() -> None:
    clock = re.compile(r"\b(date|datetime)\.(today|now|utcnow)\(|time\.time\(|current_(date|timestamp)|\bnow\(\)", re.I)
    paths = [p for p in PACKAGE.rglob("*") if p.suffix in {".py", ".sql"} and part(p) != "cli"]
    assert len(paths) > 20
    assert not [str(p) for p in paths if clock.search(p.read_text("utf-8"))]


def test_no_result_depends_on_how_long_something_takes() -> None:
    """The flow alone measures durations, to record them; limits of searches are counts."""
    stopwatch = re.compile(r"\b(monotonic|perf_counter|process_time|thread_time)(_ns)?\(|[\"']?time_limit\b")
    paths = [p for p in MODULES if part(p) != "cli" and p.name not in {"flow.py", "console.py"}]
    assert not [str(p) for p in paths if stopwatch.search(p.read_text("utf-8"))]


def test_no_partner_is_named_in_python() -> None:
    named = re.compile(r"\b(" + "|".join(PARTNERS) + r")\b", re.I)
    paths = [p for p in MODULES if part(p) != "synthetic"] + sorted((PACKAGE).rglob("*.sql"))
    assert not [str(p) for p in paths if named.search(p.read_text("utf-8"))]


def schema_uses(text: str, schema: str) -> bool:
    return bool(re.search(rf"\b{schema}\.\w", text))


def test_a_stage_reads_only_earlier_schemas_and_writes_its_own() -> None:
    schemas = ["landing", "staging", "validated", "core", "outcomes"]
    for path in PACKAGE.rglob("*.sql"):
        own = part(path)
        later = schemas[schemas.index(own) + 1 :] if own in schemas else []
        text = re.sub(r"--.*", "", path.read_text("utf-8"))
        assert not [s for s in later if schema_uses(text, s)], path
        for written in re.findall(
            r"(?:create (?:or replace )?table|insert into|update|delete from)\s+(\w+)\.", text, re.I
        ):
            assert written == own, f"{path} writes {written}"


def test_every_sql_file_opens_by_saying_what_a_row_is() -> None:
    files = sorted(PACKAGE.rglob("*.sql"))
    assert files
    for path in files:
        assert path.read_text("utf-8").startswith("--"), path


def test_sql_stays_in_the_portable_subset() -> None:
    for folder in ("core", "outcomes"):
        for path in sorted((PACKAGE / folder).rglob("*.sql")):
            text = re.sub(r"--.*", "", path.read_text("utf-8"))
            assert not re.search(r"\basof\b", text, re.I), path


def test_only_disclosure_makes_a_released_table() -> None:
    for path in MODULES:
        if part(path) != "disclosure":
            calls = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]
            names = {getattr(c.func, "id", getattr(c.func, "attr", "")) for c in calls}
            assert "ReleasedTable" not in names, path


def test_publication_reads_no_warehouse() -> None:
    sources = [p for p in MODULES if part(p) == "publication"] + sorted((ROOT / "reports").rglob("*.qmd"))
    for path in sources:
        text = path.read_text("utf-8")
        assert "pipeline.warehouse" not in text, path
        assert "duckdb" not in text, path


def test_notebooks_use_only_public_names() -> None:
    books = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert books
    for book in books:
        text = book.read_text("utf-8")
        assert "import pipeline as tc" in text
        assert not re.search(r"from pipeline\.|import pipeline\.", text), book


def test_public_names_have_docstrings() -> None:
    missing = []
    for path in MODULES:
        body = ast.parse(path.read_text("utf-8")).body
        classes = [node for node in body if isinstance(node, ast.ClassDef)]
        for node in [*body, *(inner for cls in classes for inner in cls.body)]:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):
                missing.append(f"{path.name}:{node.name}")
    assert not missing


def test_the_repository_holds_no_address_or_path_of_a_machine() -> None:
    bad = re.compile(r"/root/|/home/\w+/|/work/main|files\.pythonhosted|pypi\.org/simple|registry\.npmjs", re.I)
    this = Path(__file__).resolve()
    texts = [p for p in tracked() if p.suffix not in {".parquet", ".xlsx", ".zip", ".png"} and p.resolve() != this]
    assert not [str(p) for p in texts if bad.search(p.read_text("utf-8", errors="ignore"))]


def test_large_files_are_not_tracked() -> None:
    assert not [str(p) for p in tracked() if p.stat().st_size > 3_000_000]
