"""Deliveries over time, from files on disk to figures: coverage, corrections, deletions, runs as it was known then."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import core, flow, landing, sources, staging, validated
from pipeline import outcomes as measures
from pipeline.disclosure import open_bundle
from pipeline.errors import SettingsError
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import load_settings
from pipeline.warehouse import SCHEMAS, Connection, open_current
from tests.unit.validated.conftest import count_in_sql

pytestmark = pytest.mark.slow
SIDECAR = """partner = "{partner}"
extract_date = {extract}
period_from = {period_from}
period_to = {period_to}
kind = "{kind}"
lawful_basis = "agreement"
keep_until = 2033-12-31
synthetic = true
{more}"""
FIRST_DAY = datetime(2023, 3, 1, 8, tzinfo=UTC)
PEOPLE = "person_id,sex,birth_year"
STAYS = "stay_id,person_id,prison,admission_date,admission_reason,release_date,release_reason"
CASES = "case_id,programme,person_id,agreement_date"
SERVICES = "service_id,case_id,person_id,service_date,service_code,setting,recipient,attendance,minutes,direct"


def person(*ids: str, born: int = 1985) -> str:
    return "\n".join([PEOPLE, *(f"{i},male,{born}" for i in ids)]) + "\n"


def stay(*rows: str) -> str:
    """Stays as `s1 p1 brno 2021-02-01 new_sentence 2022-03-15 end_of_sentence`; an open one without the last two."""
    return "\n".join([STAYS, *(",".join([*row.split(" "), "", ""][:7]) for row in rows)]) + "\n"


def service(*ids: str, minutes: int = 30, day: str = "2022-03-20") -> str:
    rows = (f"{i},c1,p1,{day},counselling,community,client,attended,{minutes},true" for i in ids)
    return "\n".join([SERVICES, *rows]) + "\n"


ONE_CASE = f"{CASES}\nc1,through_the_gate,p1,2022-01-10\n"
ONE_STAY = stay("s1 p1 brno 2021-02-01 new_sentence 2022-03-15 end_of_sentence")


class Quiet:
    """Tells nothing."""

    def stage(self, name: str) -> None: ...

    def done(self, name: str, seconds: float, counts: dict[str, int], *, reused: bool) -> None: ...

    def stop(self) -> None: ...

    def say(self, line: str) -> None: ...


@dataclass
class Project:
    """Two partners that write the model themselves; each delivery is received a day after the one before."""

    root: Path
    day: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        text = ""
        for partner in ("prison", "helper"):
            contract = f'partner = "{partner}"\ntitle = "{partner}"\nformat = "native"\n'
            (self.root / f"{partner}.toml").write_text(contract, "utf-8")
            text += f'[partners.{partner}]\nlocation = "in/{partner}"\ncontract = "{partner}.toml"\n'
            (self.root / "in" / partner).mkdir(parents=True)
        (self.root / "throughcare.toml").write_text(text, "utf-8")

    def deliver(
        self, partner: str, extract: str, kind: str = "full", *, period: str = "2021-01-01", folder: str = "",
        to: str = "", more: str = "", **files: str,
    ) -> landing.LandingReport:  # fmt: skip
        """Put a delivery at the partner's location and pull it a day later; `files` are tables."""
        place = self.root / "in" / partner / (folder or f"{extract}-{kind}-{self.day}")
        place.mkdir(exist_ok=True)
        for old in place.iterdir():
            old.unlink()
        for name, text in files.items():
            (place / f"{name}.csv").write_text(text, "utf-8")
        said = {"partner": partner, "extract": extract, "kind": kind, "period_from": period, "period_to": to or extract}
        (place / "delivery.toml").write_text(SIDECAR.format(**said, more=more), "utf-8")
        return self.pull()

    def pull(self) -> landing.LandingReport:
        self.day += 1
        settings, now = load_settings(self.root), FIRST_DAY + timedelta(days=self.day)
        report = landing.land(settings, sources.pull(settings, started_at=now), started_at=now)
        assert not report.refused, report.lines()
        return report

    @property
    def today(self) -> date:
        """The day on which the newest delivery was received."""
        return (FIRST_DAY + timedelta(days=self.day)).date()

    def measured(self, **dates: date) -> tuple[list[tuple[Any, ...]], flow.Outcome]:
        """The measure cells of a run, which stands before its draft."""
        settings = load_settings(self.root)
        outcome = flow.Outcome(flow.with_inputs(settings, Run(Quarter(2022, 1), FIRST_DAY, **dates)))
        flow.fill_warehouse(settings, outcome, Quiet())
        con = open_current(settings)
        try:
            return con.execute("select * from outcomes.measure_cell order by all").fetchall(), outcome
        finally:
            con.close()

    def drafted(self, **dates: date) -> tuple[list[tuple[Any, ...]], Path]:
        """The measure cells and the draft of a whole run."""
        cells, outcome = self.measured(**dates)
        flow.make_draft(load_settings(self.root), outcome, Quiet())
        assert outcome.draft is not None
        return cells, outcome.draft

    def built(self, *, outcomes: bool = False, **dates: date) -> Connection:
        """The stages up to core (or outcomes) in memory, with SQL in the place of Great Expectations."""
        settings = load_settings(self.root)
        run = flow.with_inputs(settings, Run(Quarter(2022, 2), FIRST_DAY, **dates))
        con = duckdb.connect()
        for schema in SCHEMAS:
            con.execute(f"create schema {schema}")
        landing.load(con, settings, run)
        staging.stage(con, settings, run)
        self.counts = validated.validate(con, settings, run, counter=count_in_sql)
        core.build(con, settings, run)
        if outcomes:
            measures.measure(con, settings, run)
        return con

    def rows(self, *queries: str, **options: Any) -> list[Any]:
        """The rows of each query, with days as text; of one query without the outer list."""
        con = self.built(**options)
        found = [
            [tuple(str(v) if isinstance(v, date) else v for v in row) for row in con.execute(query).fetchall()]
            for query in queries
        ]
        con.close()
        return found if len(queries) > 1 else found[0]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


COVERAGE = "select source, table_name, prison, covered_from, covered_to from core.coverage where table_name in {}"
MINUTES = "select service_id, minutes from core.service order by 1"


def custody(project: Project, extract: str = "2022-12-31", **files: str) -> None:
    project.deliver("prison", extract, person=person("p1"), custody_stay=files.get("custody_stay", ONE_STAY))


def helper(project: Project, extract: str, kind: str = "full", **options: Any) -> landing.LandingReport:
    files = {"person": person("p1"), "case": ONE_CASE} | options
    return project.deliver("helper", extract, kind, **files)


def test_periods_are_coverage_by_source_table_and_prison_and_a_gap_ends_the_run(project: Project) -> None:
    both, one = 'prisons = ["brno", "kurim"]', 'prisons = ["brno"]'
    files = {"person": person("p1"), "custody_stay": ONE_STAY}
    project.deliver("prison", "2022-03-31", more=both, **files)
    project.deliver("prison", "2022-06-30", "increment", period="2022-04-01", more=one, **files)
    helper(project, "2022-03-31", service=service("v1"))
    helper(project, "2022-06-30", "increment", period="2022-04-01", service=service("v2"))
    project.deliver("helper", "2022-09-30", "increment", period="2022-08-01", person=person("p1"))
    found = project.rows(COVERAGE.format("('custody_stay', 'service', 'person')") + " order by all")
    assert found == [
        ("helper", "person", "*", "2021-01-01", "2022-06-30"),
        ("helper", "service", "*", "2021-01-01", "2022-06-30"),
        ("prison", "custody_stay", "brno", "2021-01-01", "2022-06-30"),
        ("prison", "custody_stay", "kurim", "2021-01-01", "2022-03-31"),
        ("prison", "person", "*", "2021-01-01", "2022-03-31"),
    ]


def test_a_correction_wins_what_was_before_stays_and_a_change_back_is_a_third_version(project: Project) -> None:
    custody(project)
    first = service("v1", "v2", minutes=30)
    helper(project, "2022-10-31", service=first)
    helper(project, "2022-11-30", "correction", period="2022-03-01", service=service("v1", minutes=45))
    assert project.rows(MINUTES) == [("v1", 45), ("v2", 30)]
    helper(project, "2022-12-31", service=first)
    versions = "select service_id, minutes from validated.service order by service_id, minutes"
    assert project.rows(MINUTES, versions) == [
        [("v1", 30), ("v2", 30)],
        [("v1", 30), ("v1", 30), ("v1", 45), ("v2", 30)],
    ]


def test_of_one_extracts_day_the_correction_counts_whenever_it_comes(project: Project) -> None:
    custody(project)
    helper(project, "2022-10-31", "correction", service=service("v1", minutes=45))
    helper(project, "2022-10-31", "full", service=service("v1", minutes=30))
    helper(project, "2022-10-31", "increment", service=service("v1", minutes=15))
    assert project.rows(MINUTES) == [("v1", 45)]


def test_the_same_files_put_back_in_the_place_of_others_are_a_third_delivery(project: Project) -> None:
    custody(project)
    for minutes, state in ((30, "new"), (45, "new"), (30, "new")):
        report = helper(project, "2022-10-31", folder="export", service=service("v1", minutes=minutes))
        assert [d.state for d in report.deliveries if d.partner == "helper"] == [state]
    assert [d.state for d in project.pull().deliveries] == ["known", "known"]
    versions = "select minutes from validated.service order by minutes"
    assert project.rows(MINUTES, versions) == [[("v1", 30)], [(30,), (30,), (45,)]]


def test_deletions_in_a_full_extract_are_closed_not_erased_and_come_back_with_known_at(project: Project) -> None:
    custody(project)
    helper(project, "2022-10-31", service=service("v1", "v2"))
    before = project.today
    helper(project, "2022-11-30", "increment", period="2022-10-31", service=service("v3"))
    helper(project, "2022-12-31", service=service("v1", "v3"))
    keys = "select service_id from core.service order by 1"
    counted = "select number from core.joined_counts where what = 'records_closed_by_full_extract'"
    told = "select record_key from validated.finding where rule_id = 'missing_from_full_extract'"
    assert project.rows(keys, counted, told) == [[("v1",), ("v3",)], [(1,)], [("v2",)]]
    assert project.rows(keys, known_at=before) == [("v1",), ("v2",)]
    project.deliver("helper", "2023-01-02", "increment", period="2022-03-01", service=service("v2"))
    assert project.rows(keys) == [("v1",), ("v2",), ("v3",)]


def test_a_partial_redelivery_and_two_files_for_one_period_leave_the_rest_alone(project: Project) -> None:
    custody(project)
    helper(project, "2022-10-31", service=service("v1", "v2"))
    helper(project, "2022-10-31", service=service("v3"), folder="second office")
    helper(project, "2022-11-30", "correction", period="2022-03-01", service=service("v2", minutes=60))
    project.deliver("helper", "2022-12-31", person=person("p1"))
    assert project.rows(MINUTES, 'select case_id from core."case"') == [
        [("v1", 30), ("v2", 60), ("v3", 30)],
        [("c1",)],
    ]


def test_a_refused_delivery_shows_nothing_until_it_comes_mended(project: Project) -> None:
    custody(project)
    helper(project, "2022-10-31", service=service("v1"))
    broken = service("v1", "v2").replace("service_date", "kdy")
    helper(project, "2022-11-30", folder="november", service=broken)
    covered = "select covered_to from core.coverage where source = 'helper' and table_name = 'service'"
    assert project.rows(MINUTES, covered) == [[("v1", 30)], [("2022-10-31",)]]
    helper(project, "2022-11-30", folder="november", service=service("v1", "v2"))
    assert project.rows(MINUTES, covered) == [[("v1", 30), ("v2", 30)], [("2022-11-30",)]]


def test_an_old_quarter_known_at_its_day_gives_the_old_numbers_exactly(project: Project) -> None:
    people = [f"p{n}" for n in range(1, 25)]
    stays = [f"s{p} {p} brno 2021-02-01 new_sentence 2022-03-15 end_of_sentence" for p in people]
    back = [f"t{p} {p} brno 2022-06-0{1 + n % 9} new_sentence" for n, p in enumerate(people[:6])]
    agreed = "\n".join([CASES, *(f"c{p},through_the_gate,{p},2022-01-10" for p in people)]) + "\n"
    visits = (
        service("v1").splitlines()[0]
        + "\n"
        + "".join(
            f"v{p},c{p},{p},2022-03-{17 + n % 9},counselling,community,client,attended,30,true\n"
            for n, p in enumerate(people)
        )
    )
    files = {"person": person(*people), "custody_stay": stay(*stays, *back)}
    project.deliver("prison", "2022-12-31", **files)
    helped = {"person": person(*people), "case": agreed, "service": visits}
    project.deliver("helper", "2022-12-31", **helped)
    known = project.today
    figures, published = project.drafted()
    files["custody_stay"] = stay(*stays[1:], *back, "late p9 brno 2022-05-01 new_sentence")
    project.deliver("prison", "2023-01-31", **files)
    project.deliver("helper", "2023-01-31", "correction", service=visits.replace("attended", "missed"))
    assert project.measured()[0] != figures
    again, draft = project.drafted(known_at=known)
    assert again == figures
    assert draft != published
    assert tables(draft) == tables(published)


def tables(draft: Path) -> dict[str, bytes]:
    """Every table of a draft, byte by byte."""
    open_bundle(draft)
    found = {path.name: path.read_bytes() for path in sorted((draft / "csv").glob("*.csv"))}
    assert found
    return found


def test_a_later_as_of_takes_no_event_away(project: Project) -> None:
    people = [f"p{n}" for n in range(1, 9)]
    stays = [f"s{p} {p} brno 2021-02-01 new_sentence 2022-0{n}-15 end_of_sentence" for n, p in enumerate(people, 1)]
    back = [f"t{p} {p} brno 2022-1{n % 3}-0{n} new_sentence" for n, p in enumerate(people, 1)]
    project.deliver("prison", "2022-12-31", person=person(*people), custody_stay=stay(*stays, *back))
    seen: set[tuple[Any, ...]] = set()
    query = "select cohort, member_id, kind, event_number, days from outcomes.follow_up where status = 'event'"
    for as_of in (date(2022, 6, 30), date(2022, 10, 31), date(2022, 12, 31)):
        events = set(project.rows(query, as_of=as_of, outcomes=True))
        assert seen <= events
        seen = events
    assert seen


ACCEPTED = """[[acceptance]]
rule = "row_count_drift"
partner = "prison"
table = "custody_stay"
key = "{key}"
reason = "records of another year were handed over"
owner = "data steward"
expires = {expires}
"""


def test_a_shrunken_extract_is_asked_about_until_somebody_answers_for_it_and_no_longer(project: Project) -> None:
    people = [f"p{n}" for n in range(1, 11)]
    stays = [f"s{p} {p} brno 2021-02-01 new_sentence 2022-03-15 end_of_sentence" for p in people]
    project.deliver("prison", "2022-11-30", person=person(*people), custody_stay=stay(*stays))
    project.deliver("prison", "2022-12-31", person=person(*people), custody_stay=stay(*stays[:9]))
    drift = "select record_key from validated.finding where rule_id = 'row_count_drift' order by 1"
    assert project.rows(drift) == [("",), ("brno",)]
    decisions = project.root / "decisions.toml"
    until = ACCEPTED.format(key="", expires="2022-06-30") + ACCEPTED.format(key="brno", expires="2022-06-30")
    decisions.write_text(until, "utf-8")
    assert project.rows(drift) == []
    assert project.counts["tolerated_warnings"] == 2
    decisions.write_text(until.replace("2022-06-30", "2022-06-29"), "utf-8")
    with pytest.raises(SettingsError, match="ended on 2022-06-29"):
        project.built()
    decisions.unlink()
    project.deliver("prison", "2023-01-02", person=person(*people), custody_stay=stay(*stays[:9]))
    dated = "select distinct extract_date from validated.finding join validated.delivery using (delivery_id)"
    assert project.rows(f"{dated} where validated.finding.rule_id = 'row_count_drift'") == [("2022-12-31",)]
