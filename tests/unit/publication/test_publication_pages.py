"""Pages of organisations and prisons, changes since the last report, registers, paths, and figures' titles."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.common import newest_bundle
from pipeline.disclosure import in_order, open_bundle
from pipeline.disclosure.store import as_document, write_bundle
from pipeline.disclosure.types import Row, make_row
from pipeline.errors import SettingsError
from pipeline.publication import Report, documents, read_registers, registers
from pipeline.publication.editions import editions
from pipeline.publication.sections import summary
from pipeline.publication.sections.casework import parts_table, unit_words
from pipeline.publication.sections.continuity import by_partner
from pipeline.publication.sections.cooperation import best_access, funnel
from pipeline.publication.sections.cooperation import run as run_figure
from pipeline.publication.sections.curves import curve_figure
from pipeline.publication.sections.life import flow_figure, flows_from
from pipeline.publication.sections.page import subject_of
from pipeline.publication.sections.programme import milestones_table
from pipeline.publication.sections.returns import returns
from pipeline.publication.sections.served import attrition_figure
from pipeline.publication.sections.summary import requests
from pipeline.publication.strips import plain
from pipeline.settings import Settings
from tests.support.bundles import DIMS, literal_meta, number, rate_row
from tests.unit.publication.bundle import HOSTILE, rich_bundle, rich_tables
from tests.unit.publication.bundle import words as definition_of
from tests.unit.publication.conftest import make_context

Language = Callable[[str], Report]


def changed(tmp_path: Path, change: Callable[[dict[str, Any]], None], language: str = "cs") -> Report:
    return Report(open_bundle(rich_bundle(tmp_path, change=change)), language, make_context(tmp_path / "figures"))


def test_pages_are_made_of_what_the_project_knows(report: Language) -> None:
    partners = report("cs").context.partners
    found = editions(report("cs").bundle, partners, ("cs",), ("html",))
    about = [(edition.kind.name, edition.subject) for edition in found if edition.subject]
    assert ("partner", "magdalena") in about
    assert ("prison", "praha_pankrac") in about
    assert HOSTILE not in {subject for _, subject in about}
    assert [edition.kind.name for edition in found][:2] == ["report", "methodology"]
    assert subject_of(report("cs"), "prison", "") == min(s for kind, s in about if kind == "prison")


def test_a_page_says_what_is_not_there_and_why(report: Language) -> None:
    page = plain(documents.partner_page(report("cs"), "kotec"))
    assert "Nesbírá se nebo nebylo dodáno: Kontakt po propuštění, 7 dnů" in page
    assert "Jen za celý program, nikoli po organizacích:" in page
    few = plain(documents.partner_page(report("en"), "sananim"))
    assert "Counts only, no rate (fewer than 30 people): Contact after release, 7 days" in few


def test_a_page_shows_its_subject_alone_beside_the_whole(report: Language) -> None:
    page = documents.partner_page(report("en"), "magdalena")
    cells = set(re.findall(r'data-cell="([^"]+)"', page))
    others = [name for name in cells if "/partner/" in name and "/partner/magdalena/" not in name]
    assert others == []
    assert any("/all/-/" in name for name in cells)


def test_lines_of_a_page_without_any_number_are_named_at_its_end_alone(tmp_path: Path) -> None:
    def change(tables: dict[str, Any]) -> None:
        for table in tables.values():
            if "group_value" in table["dims"]:
                place = table["dims"].index("group_value")
                names = table["statistics"]
                table["rows"] = [
                    [keys, [c if n == "value" else [None, "hidden"] for n, c in zip(names, cells, strict=True)]]
                    if keys[place] == "magdalena"
                    else [keys, cells]
                    for keys, cells in table["rows"]
                ]

    page = plain(documents.partner_page(changed(tmp_path, change), "magdalena"))
    assert "tbl-process" not in page
    assert page.replace("\u00a0", " ").count("Žádné z těchto čísel nelze uvést; proč, říká") == 2
    assert "Podíl se nedá uvést" not in page
    assert "Skryto kvůli ochraně osob:" in page


def test_results_of_a_page_need_enough_people(report: Language) -> None:
    prison = documents.prison_page(report("cs"), "praha_pankrac")
    assert "Podíl se nedá uvést u žádného z výsledků" in prison
    assert "Přibližně 65" in plain(documents.partner_page(report("cs"), "magdalena"))


def test_a_title_never_holds_a_mark(tmp_path: Path, report: Language) -> None:
    def hide(tables: dict[str, Any]) -> None:
        for keys, cells in tables["attrition"]["rows"]:
            if keys[2] == "agreed":
                cells[0] = [None, "hidden"]

    shown, hidden = attrition_figure(report("cs")), attrition_figure(changed(tmp_path, hide))
    assert shown is not None
    assert hidden is not None
    assert plain(shown.title).startswith("Z 700 zájemců uzavřelo dohodu 400")
    assert plain(hidden.title) == "Kolik lidí prošlo jednotlivými kroky od zájmu o službu k propuštění?"
    assert "skryto" in hidden.words


def measure_table(name: str, rows: list[Row]) -> dict[str, Any]:
    from pipeline.disclosure.store import table_document
    from tests.support.bundles import STATISTICS

    return table_document(DIMS, STATISTICS, rows, definition_of(name))


def test_a_share_that_was_not_reached_is_said_so(tmp_path: Path) -> None:
    name = "days_to_return"

    def add(tables: dict[str, Any]) -> None:
        row = rate_row(name, "all", "", 250, None, None, window="", component="return_to_prison_10")
        tables[name] = measure_table(name, [row])

    assert re.search(r"\| *nedosaženo *\|", plain(returns(changed(tmp_path / "cs", add))))
    assert re.search(r"\| *not reached *\|", plain(returns(changed(tmp_path / "en", add, "en"))))


CANCELLED = "cancelled_by_prison_share"


def prisons(name: str, percents: dict[str, int]) -> list[Row]:
    rows = [rate_row(name, "all", "", 1990, 220, (11, 8, 16, 11, 12), window="")]
    for prison, percent in percents.items():
        limits = (percent, max(0, percent - 10), percent + 15, percent, percent)
        rows.append(rate_row(name, "prison", prison, 40, 10, limits, window=""))
    return [*rows, rate_row(name, "prison", "brno", 20, 10, None, window="")]


def test_a_funnel_names_who_lies_outside_and_who_is_left_out(tmp_path: Path) -> None:
    inside = {"plzen": 10, "kurim": 15, "jirice": 10, "pribram": 10, "rynovice": 10, "vinarice": 15}

    def quiet(tables: dict[str, Any]) -> None:
        tables[CANCELLED] = measure_table(CANCELLED, prisons(CANCELLED, inside))

    def loud(tables: dict[str, Any]) -> None:
        tables[CANCELLED] = measure_table(CANCELLED, prisons(CANCELLED, inside | {"plzen": 45}))

    def lonely(tables: dict[str, Any]) -> None:
        tables[CANCELLED] = measure_table(CANCELLED, prisons(CANCELLED, {"plzen": 10}))

    within, outside = (
        funnel(changed(tmp_path / "a", quiet), CANCELLED),
        funnel(changed(tmp_path / "b", loud), CANCELLED),
    )
    assert within is not None
    assert outside is not None
    assert "žádná věznice nevybočuje" in within.title
    assert "vně mezí náhody leží Plzeň" in outside.title
    assert "žádná věznice neleží vně" in within.words
    assert any("Brno" in note for note in within.notes)
    assert "činitel rozptylu [1]{.derived" in within.notes[4]
    # scores three times −0.20, twice 0.81, and 6.87 drawn in to 3.84: mean square 2.7
    assert "činitel rozptylu [2,7]{.derived" in outside.notes[4]
    assert funnel(changed(tmp_path / "c", lonely), CANCELLED) is None


def test_two_cohorts_on_a_page_are_told_apart(tmp_path: Path) -> None:
    def change(tables: dict[str, Any]) -> None:
        rows = prisons(CANCELLED, {"plzen": 10})
        rows.append(rate_row(CANCELLED, "all", "", 310, 40, (15, 5, 25, 15, 15), window="", cohort="romodrom"))
        rows.append(rate_row(CANCELLED, "prison", "plzen", 60, 20, (30, 20, 45, 30, 30), window="", cohort="romodrom"))
        rows.append(rate_row(CANCELLED, "prison", "brno", 60, 20, (30, 20, 45, 30, 30), window="", cohort="romodrom"))
        tables[CANCELLED] = measure_table(CANCELLED, rows)

    page = documents.prison_page(changed(tmp_path, change), "plzen")
    names = re.findall(r"^\| (Návštěvy zrušené věznicí[^|]*) \|", page, re.MULTILINE)
    assert names == ["Návštěvy zrušené věznicí", "Návštěvy zrušené věznicí (dohody programu Romodrom)"]


def test_nothing_is_compared_with_itself(tmp_path: Path) -> None:
    def change(tables: dict[str, Any]) -> None:
        rows = [rate_row(CANCELLED, "all", "", 310, 40, (15, 5, 25, 15, 15), window="", cohort="romodrom")]
        rows.append(
            rate_row(CANCELLED, "partner", "romodrom", 310, 40, (15, 5, 25, 15, 15), window="", cohort="romodrom")
        )
        tables.clear()
        tables[CANCELLED] = measure_table(CANCELLED, rows)

    page = documents.partner_page(changed(tmp_path, change), "romodrom")
    assert "kosočtverec" not in page
    assert "Celý program" not in page


def test_a_run_chart_has_its_median_and_milestones(tmp_path: Path) -> None:
    quarters = {"2021Q4": 10, "2022Q1": 20, "2022Q2": 15}

    def change(tables: dict[str, Any]) -> None:
        rows = [rate_row(CANCELLED, "all", "", 600, 90, (15, 10, 20, 15, 15), window="")]
        rows += [rate_row(CANCELLED, "quarter", q, 60, 10, (p, 5, 30, p, p), window="") for q, p in quarters.items()]
        tables[CANCELLED] = measure_table(CANCELLED, rows)

    report = changed(tmp_path, change)
    figure = run_figure(report, CANCELLED)
    assert figure is not None
    assert "medián 15" in plain(figure.words).replace("\u00a0", " ")
    assert any("(1) 1. 1. 2022: Nový systém" in plain(note).replace("\u00a0", " ") for note in figure.notes)
    drawn = Path(report.context.figures, f"run-{CANCELLED}-cs.json").read_text("utf-8")
    assert '"y":[10,20,15]' in drawn.replace(".0", "")


def test_flows_keep_hidden_streams_hidden(report: Language) -> None:
    keys = dict(zip(DIMS, ("", "programme", "own", "", "state_before", "stable"), strict=True))
    whole = make_row("housing_path", keys, {"n": number(100), "x": number(60), "possible": number(15)})
    part = make_row("housing_path", keys, {"n": number(100), "x": number(None), "possible": number(15)})
    assert [flow.count for flow in flows_from(report("cs"), "stable", whole)] == [60, 25, 15]
    assert [flow.count for flow in flows_from(report("cs"), "stable", part)] == [None, None, 15]
    assert flow_figure(report("cs"), "housing_path", "", flows_from(report("cs"), "stable", part)) is None
    drawn = flow_figure(report("cs"), "housing_path", "", flows_from(report("cs"), "stable", whole))
    assert drawn is not None
    assert "předtím stabilní, potom nestabilní: 25" in plain(drawn.words)


def release(folder: Path, quarter: str, rate: int | None = None, reason: str | None = None) -> Path:
    tables, meta = rich_tables(), literal_meta(synthetic=True, draft=False)
    meta |= {"quarter": quarter, "revision_reason": reason}
    meta["definitions"] = {name: definition_of(name) for name in tables if "component" in tables[name]["dims"]}
    if rate is not None:
        table = tables["contact_made"]
        whole = next(cells for keys, cells in table["rows"] if keys[4] == "all" and keys[2] == "own")
        whole[table["statistics"].index("rate")] = [rate, "rounded"]
    document = as_document(meta, tables)
    return write_bundle(folder / document["meta"]["bundle_id"], document)


def test_what_changed_stands_beside_the_last_report(tmp_path: Path) -> None:
    before = release(tmp_path / "disclosure", "2023Q1", rate=55)
    bundle = open_bundle(release(tmp_path / "disclosure", "2023Q2"))
    earlier = registers.earlier_release(bundle)
    assert earlier == str(before)
    report = Report(bundle, "cs", replace(make_context(tmp_path / "figures"), earlier=earlier))
    text = documents.changes(report)
    assert "Minulá zpráva je za 1. čtvrtletí 2023" in plain(text).replace("\u00a0", " ")
    assert f'data-bundle="{before.name}"' in text
    lines = [plain(line).replace("\u00a0", " ") for line in text.splitlines() if line.startswith("| ")]
    assert "60 % (190 z 315)" in lines[2]
    assert "55 % (190 z 315)" in lines[2]
    assert lines[2].rstrip(" |").endswith("přepočteno z nynějších dat")
    assert lines[3].rstrip(" |").endswith("nezměnilo se")


def test_complaints_are_counted_per_hundred_clients_and_resolved_in_days(report: Language) -> None:
    units = [unit_words(report("en"), "complaints", part) for part in ("", "days_to_resolve")]
    assert units == ["per 100 clients", "days, median"]


def test_what_nobody_collects_is_said_once(tmp_path: Path) -> None:
    def change(tables: dict[str, Any]) -> None:
        table = tables["complaints"]
        table["rows"] = [
            [keys, [c if c[1] == "not_applicable" else [None, "not_collected"] for c in cells]]
            for keys, cells in table["rows"]
        ]

    text = plain(documents.casework(changed(tmp_path, change)))
    assert "Stížnosti: tento údaj se u této skupiny nesbírá" in text
    assert "dny do vyřízení" not in text


def test_a_cohort_that_is_left_out_is_named(tmp_path: Path) -> None:
    text = plain(documents.returns(changed(tmp_path, lambda tables: None)))
    assert "V tabulce nejsou: propuštění uživatelé drog mimo program. Toto vydání je vynechává" in text


def test_the_first_report_says_that_it_is_the_first(report: Language) -> None:
    assert "není tedy s čím srovnávat" in plain(documents.changes(report("cs")))
    assert "není tedy s čím srovnávat" in plain(documents.page_one(report("cs")))


def test_revisions_are_listed_up_to_this_one(tmp_path: Path) -> None:
    home = tmp_path / "disclosure"
    first = release(home, "2023Q2")
    second = release(home, "2023Q2", rate=59, reason="Chybějící dodávka")
    assert [item.bundle for item in registers.read_revisions(open_bundle(first))] == [first.name]
    both = registers.read_revisions(open_bundle(second))
    assert [(item.bundle, item.reason) for item in both] == [(first.name, ""), (second.name, "Chybějící dodávka")]
    context = replace(make_context(tmp_path / "figures"), revisions=both)
    text = plain(documents.changes(Report(open_bundle(second), "cs", context)))
    assert "Chybějící dodávka" in text
    assert "první vydání" in text


def test_releases_stand_in_the_ledgers_order_whatever_a_copy_made_of_their_age(tmp_path: Path) -> None:
    home = tmp_path / "disclosure"
    first = release(home, "2023Q2")
    second = release(home, "2023Q2", rate=59, reason="Chybějící dodávka")
    unlisted = release(home, "2023Q1")
    (home / "ledger.jsonl").write_text("".join(f'{{"bundle": "{b.name}"}}\n' for b in (first, second, first)), "utf-8")
    for age, folder in enumerate((unlisted, second, first)):
        os.utime(folder, ns=(age, age))
        os.utime(folder / "bundle.json", ns=(age, age))
    assert in_order([second, unlisted, first]) == [first, second, unlisted]
    assert [item.bundle for item in registers.read_revisions(open_bundle(second))] == [first.name, second.name]
    assert newest_bundle(Settings(root=tmp_path, data=tmp_path), "2023Q2") == second


def test_registers_keep_workers_out_and_name_a_missing_column(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "reference"
    folder.mkdir(parents=True)
    (folder / "workers_access.csv").write_text(
        "partner,worker_id,prison,status,valid_from,valid_to\na,w1,brno,visitor,2021-01-01,\n"
        "a,w2,brno,permitted,2022-01-01,2022-06-01\nb,w3,plzen,instructed_person,2022-01-01,\n",
        "utf-8",
    )
    settings = Settings(root=tmp_path, data=tmp_path / "data")
    access = registers.read_access(settings)
    assert access
    assert "w1" not in str(access)
    assert registers.read_milestones(settings) is None
    (folder / "milestones.csv").write_text("date,cs\n2022-01-01,x\n", "utf-8")
    with pytest.raises(SettingsError, match=r"milestones\.csv has no column en"):
        registers.read_milestones(settings)


def test_registers_that_came_with_the_program_are_never_beside_real_data(tmp_path: Path, report: Language) -> None:
    settings = Settings(root=tmp_path, data=tmp_path / "data")
    assert all(rows for name, rows in read_registers(settings, synthetic=True).items() if name != "missing")
    real = read_registers(settings, synthetic=False)
    assert {name: rows for name, rows in real.items() if rows} == {
        "missing": ("proposals", "milestones", "prisons", "access")
    }
    told = Report(report("en").bundle, "en", replace(report("en").context, **real))
    assert requests(told) == "There is no list of proposals to the Prison Service."
    assert milestones_table(told) == "There is no list of milestones."
    (tmp_path / "data" / "reference").mkdir(parents=True)  # a folder of its own, in which a file is missing
    (tmp_path / "data" / "reference" / "milestones.csv").write_text("date,cs,en\n", "utf-8")
    assert read_registers(settings, synthetic=True)["missing"] == ("proposals", "prisons", "access")


def test_the_widest_access_of_a_prison_counts_on_the_quarters_last_day(report: Language) -> None:
    access = (
        registers.Access("brno", "visitor", "2021-01-01", ""),
        registers.Access("brno", "permitted", "2022-01-01", "2022-06-01"),
        registers.Access("plzen", "instructed_person", "2022-01-01", ""),
        registers.Access("kurim", "permitted", "2024-01-01", ""),
    )
    context = replace(report("cs").context, access=access)
    assert best_access(Report(report("cs").bundle, "cs", context)) == {"brno": "visitor", "plzen": "instructed_person"}


def test_a_curve_that_is_no_return_is_named_by_its_measure(tmp_path: Path) -> None:
    def change(tables: dict[str, Any]) -> None:
        tables["curve:retention"] = tables["curve:return_to_prison"]

    text = documents.continuity(changed(tmp_path, change))
    assert "{#fig-curve-retention" in text
    assert "jak podíl narůstá s časem?" in text
    assert "se vrátilo" not in plain(text)


def test_what_nobody_collects_is_a_sentence_and_no_line_of_marks(report: Language) -> None:
    text = plain(documents.continuity(report("cs"))).replace("\u00a0", " ")
    assert text.count("Nesbírá se nebo se nedodává; neznamená to nulu: KOTEC.") == 2
    assert "| KOTEC" not in text


def test_a_measure_with_nothing_to_count_is_named_itself(tmp_path: Path) -> None:
    def change(tables: dict[str, Any]) -> None:
        table = tables["agreements"]
        table["rows"] = [[keys, [[None, "not_applicable"]] * len(cells)] for keys, cells in table["rows"]]

    text = plain(parts_table(changed(tmp_path, change), "agreements", "programme"))
    assert "Není co počítat: Dohody a jejich ukončení." in text.replace("\u00a0", " ")


def test_measures_that_nobody_collects_are_named_once_without_tables(tmp_path: Path) -> None:
    def change(tables: dict[str, Any]) -> None:
        for name in [name for name in tables if name.startswith("instrument_")]:
            table = tables[name]
            table["rows"] = [[keys, [[None, "not_collected"]] * len(cells)] for keys, cells in table["rows"]]

    text = plain(documents.others(changed(tmp_path, change)))
    assert "tbl-instruments" not in text
    named = text.partition("neznamená to nulu: ")[2].partition(".")[0].split("; ")
    assert sorted(named) == sorted(set(named))
    assert "Opakované měření dotazníkem" in named


def test_a_curve_of_one_interval_is_a_sentence(tmp_path: Path) -> None:
    def change(tables: dict[str, Any]) -> None:
        table = tables["curve:return_to_prison"]
        table["rows"] = table["rows"][:1]

    report = changed(tmp_path, change)
    text = documents.returns(report)
    assert "fig-curve" not in text
    assert "Křivka by měla jediný úsek, a proto se nekreslí." in plain(text)
    assert curve_figure(report, "return_to_prison") is None


def test_steps_that_are_all_hidden_are_a_sentence(tmp_path: Path) -> None:
    def change(tables: dict[str, Any]) -> None:
        table = tables["attrition"]
        table["rows"] = [[keys, [[None, "hidden"]] * len(cells)] for keys, cells in table["rows"]]

    report = changed(tmp_path, change)
    text = plain(documents.served(report))
    assert "nelze v tomto vydání uvést: počty jsou skryty" in text
    assert "tbl-attrition" not in text
    assert attrition_figure(report) is None
    assert "Kolik zájemců splnilo podmínky a uzavřelo dohodu, nelze v tomto vydání uvést" in plain(
        summary.served(report)
    )


def test_every_released_measure_has_a_place(report: Language) -> None:
    text = "\n".join(getattr(documents, name)(report("en")) for name in documents.REPORT)
    shown = {cell.split("/")[0] for cell in re.findall(r'data-cell="([^"]+)"', text)}
    tables = set(report("en").bundle.tables)
    assert tables - shown <= {"coverage"}


def test_quality_by_quarter_where_the_release_keeps_it(tmp_path: Path) -> None:
    def change(tables: dict[str, Any]) -> None:
        table = tables["data_quality"]
        table["dims"] = ["partner", "table_name", "quarter"]
        (keys, cells), *_ = table["rows"]
        table["rows"] = [[[*keys, quarter], cells] for quarter in ("2023Q1", "2023Q2")]

    text = documents.quality(changed(tmp_path, change))
    assert "tbl-quality-quarters" in text
    assert plain(text).count("98") >= 2


def test_missing_examples_are_said_to_be_missing(report: Language, tmp_path: Path) -> None:
    text = plain(documents.methodology(report("cs"), str(tmp_path)))
    assert "Soubor s příklady v tomto vydání chybí." in text
    (tmp_path / "_spec_examples_cs.md").write_text("### Návrat druhý den\n\nPočítá se.\n", "utf-8")
    assert "## Návrat druhý den\n\nPočítá se." in documents.methodology(report("cs"), str(tmp_path))


def test_a_figure_of_groups_says_what_so_many_people_could_show(report: Language) -> None:
    figure = by_partner(report("en"), "contact_made", "7")
    assert figure is not None
    least = [plain(note) for note in figure.notes if "cannot show a difference" in note]
    assert least == [
        "With this many people, even the two largest groups cannot show a difference smaller than about "
        "22\u00a0percentage points."
    ]


def test_a_page_counts_what_is_only_given_for_the_whole_programme(report: Language) -> None:
    page = documents.partner_page(report("en"), "kotec")
    defined = len(report("en").bundle.meta.definitions)
    others = re.search(
        r"all other measures of the report \(\[(\d+)\]\{\.counted data-counted=\"measures\"\} of them\)", page
    )
    assert others
    assert 0 < int(others[1]) < defined


def test_slides_show_cooperation_comparisons_and_the_least_difference(tmp_path: Path) -> None:
    def add(tables: dict[str, Any]) -> None:
        inside = {"plzen": 10, "kurim": 15, "jirice": 10, "pribram": 10, "rynovice": 10, "vinarice": 15}
        tables[CANCELLED] = measure_table(CANCELLED, prisons(CANCELLED, inside))

    deck = documents.slides(changed(tmp_path, add, "en"))
    slides = {re.sub(r".*\{#([\w-]+)\}", r"\1", part.split("\n")[0]): part for part in deck.split("\n# ")}
    assert "slide-figure-funnel-cancelled-by-prison-share" in slides
    assert (
        "cannot show a difference smaller than about" in slides["slide-figure-contact-made-partner"].split(".notes")[0]
    )
    for name in ("slide-planned-contact-made", "slide-planned-treatment-started"):
        assert "smallest difference" in plain(slides[name]) or "are not compared" in plain(slides[name])
    assert slides["slide-planned-contact-made"].startswith(
        "Contact after release within 7 days: more often after a planned release {#"
    )
    assert not [part for part in slides.values() if re.search(r"\. \{#slide", part.split("\n")[0])], (
        "a title has no full stop"
    )
