"""From measure cells to a signed bundle: same bytes, immutable, a reason for every revision, closed to all else."""

from __future__ import annotations

import copy
import csv
import io
import json
import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.disclosure import ReleasedTable, Status, draft, open_bundle, release
from pipeline.disclosure.bundle import content_hash
from pipeline.disclosure.store import neutral, to_csv
from pipeline.errors import DisclosureError, MixedDataError
from pipeline.settings import DisclosureSettings
from tests.support.measures import cell, margin
from tests.support.outcomes_db import project, run_of, warehouse

GROUPS = {"partner_xx": (150, 70), "partner_yy": (120, 60), "partner_zz": (48, 5)}
ROWS = margin(GROUPS)
CURVES = [
    ("return_to_prison", "programme", "all", "", day, 300 - 2 * i, 1, 0, 1) for i, day in enumerate(range(3, 123, 3))
]


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_measures_give_the_same_bytes_whenever_the_run_starts(tmp_path: Path) -> None:
    one = draft(warehouse(ROWS, CURVES), project(tmp_path / "a"), run_of())
    other = draft(warehouse(list(reversed(ROWS)), CURVES), project(tmp_path / "b"), run_of(minute=59))
    assert files(one) == files(other)


def test_a_draft_says_that_it_is_one_and_holds_every_table(tmp_path: Path) -> None:
    bundle = open_bundle(draft(warehouse(ROWS, CURVES), project(tmp_path), run_of()))
    assert bundle.meta.draft
    assert not bundle.meta.signed
    assert set(bundle.tables) == {"contact_made", "curve:return_to_prison", "attrition", "data_quality", "coverage"}
    assert all("SYNTHETIC" in p.name for p in (bundle.path / "csv").iterdir())
    assert "DRAFT" in (bundle.path / "datapackage.json").read_text("utf-8")
    assert bundle.table("contact_made").cell("x", group_value="partner_zz").status is Status.HIDDEN
    assert bundle.meta.definitions["contact_made"]["title_cs"]
    assert "started_at" not in bundle.meta.run


def test_what_is_hidden_and_why_stays_in_the_house(tmp_path: Path) -> None:
    settings = project(tmp_path)
    folder = draft(warehouse(ROWS), settings, run_of())
    internal = json.loads((settings.folder("disclosure") / "internal" / f"{folder.name}.json").read_text("utf-8"))
    reasons = [entry["hidden"] for entry in internal["hidden"] if entry["table"] == "contact_made"]
    assert {"x": "threshold"} in reasons
    assert not any(b"threshold" in content and b'"why"' in content for content in files(folder).values())
    assert not any(b"secondary" in content for content in files(folder).values())


def test_a_release_is_signed_in_the_ledger_and_idempotent(tmp_path: Path) -> None:
    settings = project(tmp_path)
    folder = draft(warehouse(ROWS), settings, run_of())
    path = release(settings, folder.name, checked_by=" Eva Nová ")
    before, ledger = files(path), settings.folder("disclosure") / "ledger.jsonl"
    lines = ledger.read_text("utf-8")
    assert release(settings, folder, checked_by="Somebody Else") == path
    assert files(path) == before
    assert ledger.read_text("utf-8") == lines
    bundle = open_bundle(path)
    assert (bundle.meta.checked_by, bundle.meta.draft, path.name) == ("Eva Nová", False, bundle.meta.bundle_id)
    published = [json.loads(line) for line in lines.splitlines()]
    assert len(published) == sum(len(table.all_rows) for table in bundle.tables.values())
    assert {entry["bundle"] for entry in published} == {path.name}


def test_a_release_that_broke_off_before_the_ledger_is_finished_by_the_next(tmp_path: Path) -> None:
    settings = project(tmp_path)
    folder = draft(warehouse(ROWS), settings, run_of())
    path = release(settings, folder.name, checked_by="A")
    ledger = settings.folder("disclosure") / "ledger.jsonl"
    whole = ledger.read_bytes()
    ledger.unlink()
    assert release(settings, folder.name, checked_by="A") == path
    assert ledger.read_bytes() == whole


def test_drafting_a_released_quarter_again_gives_the_same_bundle(tmp_path: Path) -> None:
    settings = project(tmp_path)
    path = release(settings, draft(warehouse(ROWS), settings, run_of()).name, checked_by="A")
    again = draft(warehouse(ROWS), settings, run_of(minute=5))
    assert release(settings, again.name, checked_by="A") == path


def test_a_second_bundle_of_a_quarter_needs_a_reason(tmp_path: Path) -> None:
    settings = project(tmp_path)
    release(settings, draft(warehouse(ROWS), settings, run_of()).name, checked_by="A")
    changed = margin(GROUPS | {"partner_xx": (150, 90)})
    second = draft(warehouse(changed), settings, run_of(sha256="cd" * 32))
    with pytest.raises(DisclosureError, match="A revision needs a reason"):
        release(settings, second.name, checked_by="A", reason="  ")
    path = release(settings, second.name, checked_by="A", reason="late delivery")
    assert open_bundle(path).meta.revision_reason == "late delivery"


def test_a_draft_audited_before_another_release_is_audited_anew(tmp_path: Path) -> None:
    settings = project(tmp_path)
    waiting = draft(warehouse(ROWS), settings, run_of(quarter="2023Q3"))
    release(settings, draft(warehouse(ROWS), settings, run_of()).name, checked_by="A")
    with pytest.raises(DisclosureError, match="Make the draft again"):
        release(settings, waiting.name, checked_by="A")


def test_synthetic_and_real_never_share_a_ledger(tmp_path: Path) -> None:
    settings = project(tmp_path)
    real = draft(warehouse(ROWS), settings, run_of(synthetic=False))
    release(settings, draft(warehouse(ROWS), settings, run_of()).name, checked_by="A")
    with pytest.raises(MixedDataError):
        draft(warehouse(ROWS), settings, run_of(synthetic=False))
    with pytest.raises(MixedDataError):
        release(settings, real.name, checked_by="A")


@pytest.mark.parametrize(
    ("synthetic", "asked", "tried"),
    [(True, False, []), (True, True, ["partner", "prison"]), (False, False, ["partner", "prison"])],
)
def test_real_data_are_always_attacked_by_insiders(
    tmp_path: Path, synthetic: bool, asked: bool, tried: list[str]
) -> None:
    settings = project(tmp_path)
    settings = settings.model_copy(update={"disclosure": DisclosureSettings(insiders=asked)})
    folder = draft(warehouse(ROWS), settings, run_of(synthetic=synthetic))
    assert json.loads((folder / "bundle.json").read_text("utf-8"))["meta"]["profile"]["insiders"] == tried


@pytest.mark.parametrize("checker", ["", "   "])
def test_nobody_signs_for_nobody(tmp_path: Path, checker: str) -> None:
    with pytest.raises(DisclosureError, match="name of the person"):
        release(project(tmp_path), "x", checked_by=checker)


def test_a_damaged_ledger_stops_everything(tmp_path: Path) -> None:
    settings = project(tmp_path)
    (settings.folder("disclosure") / "ledger.jsonl").write_text('{"bundle": "2023Q1-x"', "utf-8")
    with pytest.raises(DisclosureError, match="ledger"):
        draft(warehouse(ROWS), settings, run_of())


@pytest.mark.parametrize("name", ["exact", "acro", "minimum-3"])
def test_a_profile_of_suppression_shows_exact_counts_and_hides_what_gives_others_away(
    tmp_path: Path, name: str
) -> None:
    """5 of 48 is few or not by the profile; where it is, its smallest neighbour goes too, and the rates with them."""
    settings = project(tmp_path).model_copy(update={"disclosure": DisclosureSettings(profile=name)})
    bundle = open_bundle(draft(warehouse(ROWS, CURVES), settings, run_of()))
    table = bundle.table("contact_made")
    assert [table.cell("n", group_value=g).value for g in ("", *GROUPS)] == [318, 150, 120, 48]
    marks = {g for g in ("", *GROUPS) if table.cell("x", group_value=g).status is Status.HIDDEN}
    assert marks == (set() if name == "minimum-3" else {"partner_yy", "partner_zz"})
    assert table.cell("rate", group_value="partner_xx").value == 47  # 70 of 150
    assert table.cell("rate", group_value="partner_zz").value == (10 if name == "minimum-3" else None)
    assert all(table.cell("rate", group_value=g).value is None for g in marks)
    assert table.audit["optimal"] is True
    assert table.cell("x", group_value="").value == 135
    assert table.cell("x", group_value="").status is Status.SHOWN


def test_nothing_passes_by_being_empty(tmp_path: Path) -> None:
    with pytest.raises(DisclosureError, match="empty release"):
        draft(warehouse([]), project(tmp_path), run_of())


@pytest.mark.parametrize(
    "statement",
    [
        "alter table outcomes.measure_cell drop column complement_persons",
        "alter table outcomes.measure_cell drop column workers",
        "drop table outcomes.curve",
        "drop table validated.quality",
        "update outcomes.measure_cell set persons = null",
        "update outcomes.measure_cell set measure = 'made_up'",
    ],
)
def test_missing_columns_tables_and_persons_stop_the_draft(tmp_path: Path, statement: str) -> None:
    con = warehouse(ROWS)
    con.execute(statement)
    with pytest.raises(DisclosureError):
        draft(con, project(tmp_path), run_of())
    assert not (tmp_path / "data" / "disclosure" / "draft").exists()


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (cell(60, 20, measure="return_to_prison", cohort="romodrom"), "Romodrom"),
        (cell(60, 20, "partner", "Romodrom", measure="return_for_new_offence"), "Romodrom"),
        (cell(60, 20, "worker", "w1"), "per worker"),
        (cell(60, 20, "case_manager_id", "w1"), "per worker"),
        (cell(60, 20, "partner*worker", "a*w1"), "per worker"),
        (cell(60, 20, "person_id", "p1"), "per person"),
    ],
)
def test_what_is_never_published_stops_the_draft(tmp_path: Path, row: object, what: str) -> None:
    with pytest.raises(DisclosureError, match=what):
        draft(warehouse([*ROWS, row]), project(tmp_path), run_of())  # type: ignore[list-item]


def test_mortality_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.outcomes import MEASURES

    internal = replace(MEASURES["contact_made"], id="post_release_death")
    declared = SimpleNamespace(all_measures=MEASURES | {"post_release_death": internal}, internal=())
    monkeypatch.setattr("pipeline.disclosure.drafting.read_declared", lambda _: declared)
    deaths = cell(318, 9, measure="post_release_death")
    folder = draft(warehouse([*ROWS, deaths]), project(tmp_path), run_of())
    assert not any(b"post_release_death" in content for content in files(folder).values())


def test_a_partner_that_delivers_nothing_is_not_collected_and_not_forbidden(tmp_path: Path) -> None:
    absent = cell(0, 0, "partner", "romodrom", measure="return_to_prison", status="not_collected", persons=None)
    bundle = open_bundle(draft(warehouse([*ROWS, absent]), project(tmp_path), run_of()))
    assert "return_to_prison" not in bundle.tables


# -- opening ------------------------------------------------------------------------------------------------------


def change_a_number(folder: Path) -> None:
    path = folder / "bundle.json"
    path.write_text(path.read_text("utf-8").replace("[135,", "[140,"), "utf-8")


def change_a_number_and_its_checksum(folder: Path) -> None:
    from pipeline.disclosure.store import CHECKSUMS, digest

    change_a_number(folder)
    lines = (folder / CHECKSUMS).read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.endswith("bundle.json")]
    kept.append(f"{digest((folder / 'bundle.json').read_bytes())}  bundle.json")
    (folder / CHECKSUMS).write_text("\n".join(kept) + "\n", "utf-8")


@pytest.mark.parametrize(
    "tamper",
    [
        change_a_number,
        change_a_number_and_its_checksum,
        lambda folder: next((folder / "csv").iterdir()).unlink(),
        lambda folder: (folder / "csv" / "more.csv").write_text("a\n", "utf-8"),
        lambda folder: (folder / "checksums.sha256").unlink(),
        lambda folder: (folder / "bundle.json").write_text("{", "utf-8"),
    ],
)
def test_a_bundle_that_was_changed_is_not_opened(tmp_path: Path, tamper: Callable[[Path], object]) -> None:
    settings = project(tmp_path)
    path = release(settings, draft(warehouse(ROWS), settings, run_of()).name, checked_by="A")
    assert b"[135," in (path / "bundle.json").read_bytes()
    tamper(path)
    with pytest.raises(DisclosureError, match="changed since it was made"):
        open_bundle(path)


def test_a_released_folder_under_another_name_is_not_opened(tmp_path: Path) -> None:
    settings = project(tmp_path)
    path = release(settings, draft(warehouse(ROWS), settings, run_of()).name, checked_by="A")
    shutil.copytree(path, tmp_path / "2024Q1-copied")
    with pytest.raises(DisclosureError):
        open_bundle(tmp_path / "2024Q1-copied")


def test_a_signed_bundle_is_not_signed_again(tmp_path: Path) -> None:
    settings = project(tmp_path)
    path = release(settings, draft(warehouse(ROWS), settings, run_of()).name, checked_by="A")
    with pytest.raises(DisclosureError, match="released already"):
        release(settings, path, checked_by="B")


def test_only_disclosure_makes_and_remakes_a_released_table(tmp_path: Path) -> None:
    bundle = open_bundle(draft(warehouse(ROWS), project(tmp_path), run_of()))
    table = bundle.table("contact_made")
    fields = {name: getattr(table, name) for name in table.__dataclass_fields__ if name not in ("seal", "index")}
    with pytest.raises(DisclosureError, match=r"Only pipeline\.disclosure"):
        ReleasedTable(**fields)
    with pytest.raises((DisclosureError, ValueError)):
        replace(table, all_rows=())
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(DisclosureError):
            way(table)
    with pytest.raises(TypeError):
        table.cell("x", group_by="all").keys["group_by"] = "partner"  # type: ignore[index]


def test_cells_are_found_by_their_keys_and_say_what_is_missing(tmp_path: Path) -> None:
    table = open_bundle(draft(warehouse(ROWS), project(tmp_path), run_of())).table("contact_made")
    assert table.cell("n", group_by="all").value == 320
    assert table.cell("n", group_by="all").id == "contact_made/-/programme/own/7/all/-/n"
    with pytest.raises(KeyError, match="say also group_value"):
        table.cell("n", group_by="partner")
    with pytest.raises(KeyError, match="no row with group_value=elsewhere"):
        table.cell("n", group_value="elsewhere")
    with pytest.raises(KeyError, match="no statistic deaths"):
        table.cell("deaths", group_by="all")
    with pytest.raises(KeyError, match="no key region"):
        table.rows(region="x")
    frame = table.frame()
    assert frame["n"].to_list() == [320, 150, 120, 50]
    assert frame["x_status"].to_list().count("hidden") == 1


# -- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r\n@", " +"])
def test_text_that_a_spreadsheet_would_run_is_neutral_and_numbers_stay_numbers(start: str) -> None:
    assert str(neutral(f"{start}cmd")).startswith("'")
    assert neutral(-5) == -5
    assert neutral("a - b") == "a - b"
    table = {"dims": ["partner"], "statistics": ["n"], "rows": [[[f"{start}1+1"], [[-5, "rounded"]]]]}
    (record,) = csv.DictReader(io.StringIO(to_csv(table), newline=""))
    assert record["n"] == "-5"
    assert record["partner"].startswith("'")


def test_the_data_package_describes_every_file(tmp_path: Path) -> None:
    folder = draft(warehouse(ROWS, CURVES), project(tmp_path), run_of())
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    listed = {resource["path"] for resource in package["resources"]}
    assert listed == {p.relative_to(folder).as_posix() for p in (folder / "csv").iterdir()}
    for resource in package["resources"]:
        assert resource["name"] == resource["name"].lower()
        text = (folder / resource["path"]).read_text("utf-8")
        header = next(csv.reader(text.splitlines()))
        assert header == [f["name"] for f in resource["schema"]["fields"]]
        assert len(text.encode()) == resource["bytes"]
        kinds = {f["name"]: f["type"] for f in resource["schema"]["fields"]}
        for record in csv.DictReader(text.splitlines()):
            assert all(float(v) == int(v) for k, v in record.items() if v and kinds[k] == "integer")


def test_the_id_is_a_hash_of_the_content_and_not_of_the_signature(tmp_path: Path) -> None:
    settings = project(tmp_path)
    folder = draft(warehouse(ROWS), settings, run_of())
    path = release(settings, folder.name, checked_by="A")
    one, other = (json.loads((p / "bundle.json").read_text("utf-8")) for p in (folder, path))
    assert content_hash(one) == content_hash(other)
    assert one["meta"]["bundle_id"] == other["meta"]["bundle_id"]
    one["tables"]["attrition"]["rows"][0][1][0][0] = 5
    assert content_hash(one) != content_hash(other)
