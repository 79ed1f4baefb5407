"""Keeping on the whole line: encrypted on disk, a person forgotten everywhere, time run out, keys told apart."""

from __future__ import annotations

import hashlib
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline import Programme, flow, landing
from pipeline.errors import InputError, SettingsError, WrongKeyError
from pipeline.export import export_stage
from pipeline.keeping import audit
from pipeline.keeping.forget import forget
from pipeline.keeping.purge import purge
from pipeline.keeping.search import mentions
from pipeline.keeping.state import keeping_lines, rare_people
from pipeline.keeping.steward import write_steward_files
from pipeline.keys import AT_REST, PIPELINE, Keyer, fingerprint
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import load_settings
from pipeline.warehouse import open_current, open_for_run
from tests.acceptance.conftest import Project

pytestmark = pytest.mark.slow

PIPELINE_KEY = hashlib.sha256(b"pipeline").digest()
KEYS = {PIPELINE: PIPELINE_KEY.hex(), AT_REST: hashlib.sha256(b"at rest").hexdigest()}
FORGOTTEN, WITHDRAWN = "AJPCH45OWQESLYCG7L7LAITNWR", "K2BBDYW5OOXJGXU2M7YATHXHA5"
OTHERS = [
    hashlib.sha256(bytes([n])).hexdigest().upper().translate(str.maketrans("0189", "WXYZ"))[:26] for n in range(40)
]
UNBORN = OTHERS[0][::-1]
SECOND = Keyer(PIPELINE_KEY).person
NOW, LATER = datetime(2023, 9, 1, 12), datetime(2023, 9, 5, 12)
PEOPLE = [FORGOTTEN, WITHDRAWN, *OTHERS]
PARTNER_CASE = "PRIPAD-7731X"
SIDECAR = """partner = "{partner}"
extract_date = 2023-07-31
period_from = 2021-01-01
period_to = 2023-07-31
kind = "full"
lawful_basis = "agreement"
keep_until = {until}
synthetic = {synthetic}
"""


def table(header: str, rows: Iterator[str] | list[str]) -> str:
    return "\n".join([header, *rows]) + "\n"


def custody() -> dict[str, str]:
    stays = (
        f"s{n},{p},brno,remand,2021-02-0{1 + n % 9},remand,2022-03-15,end_of_sentence" for n, p in enumerate(PEOPLE)
    )
    people = (f"{p},male,{1960 + n if n < 4 else 1970},CZ064" for n, p in enumerate(PEOPLE))
    return {
        "person": table("person_id,sex,birth_year,region", people),
        "custody_stay": table(
            "stay_id,person_id,prison,regime,admission_date,admission_reason,release_date,release_reason", stays
        ),
    }


def programme() -> dict[str, str]:
    people = [f"{p},male,1980,CZ064,2021-03-01,{'2023-01-05' if p == WITHDRAWN else ''}" for p in PEOPLE]
    cases = [f"{_case(n)},through_the_gate,{p},2022-01-10,brno" for n, p in enumerate(PEOPLE)]
    services = [
        f"v{n},{_case(n)},2022-03-2{n % 9},counselling,client,attended,true,community" for n, _ in enumerate(PEOPLE)
    ]
    # a person of whom the partner must hear: quarantined, because born after the release
    people.append(f"{UNBORN},male,2020,CZ064,2021-03-01,2023-01-06")
    return {
        "person": table("person_id,sex,birth_year,region,consent_date,consent_withdrawn_date", people),
        "case": table("case_id,programme,person_id,agreement_date,prison", cases),
        "service": table("service_id,case_id,service_date,service_code,recipient,attendance,direct,setting", services),
    }


def _case(number: int) -> str:
    return PARTNER_CASE if number == 0 else f"c{number}"


def write(
    folder: Path, partner: str, files: dict[str, str], until: str = "2035-12-31", *, made_up: bool = False
) -> None:
    folder = folder / "2023-07"
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, "utf-8")
    sidecar = SIDECAR.format(partner=partner, until=until, synthetic=str(made_up).lower())
    (folder / "delivery.toml").write_text(sidecar, "utf-8")


def member(root: Path, partner: str, location: Path) -> str:
    contract = f'partner = "{partner}"\ntitle = "{partner}"\nformat = "native"\n'
    (root / f"{partner}.toml").write_text(contract, "utf-8")
    return f'[partners.{partner}]\nlocation = "{location.as_posix()}"\ncontract = "{partner}.toml"\n'


def make(root: Path, *, synthetic: bool = False, until: str = "2035-12-31") -> Project:
    text = ""
    for partner, files in {"custody": custody(), "helpers": programme()}.items():
        write(root / "deliveries" / partner, partner, files, until, made_up=synthetic)
        text += member(root, partner, root / "deliveries" / partner)
    (root / "throughcare.toml").write_text(text, "utf-8")
    return Project(root)


class Told:
    """What a run says, line by line."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def stage(self, name: str) -> None: ...
    def done(self, name: str, seconds: float, counts: dict[str, int], *, reused: bool) -> None: ...
    def stop(self) -> None: ...
    def say(self, line: str) -> None:
        self.lines.append(line)


@contextmanager
def under(keys: dict[str, str]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in (PIPELINE, AT_REST):
            patch.delenv(name, raising=False)
        for name, value in keys.items():
            patch.setenv(name, value)
        yield


def run(project: Project, known_at: date | None = None) -> tuple[flow.Outcome, list[str]]:
    settings, told = load_settings(project.root), Told()
    wanted = Run(Quarter(2023, 2), NOW, None, known_at)
    flow.pull(settings, wanted, told)
    return flow.run_quarter(settings, wanted, told), told.lines


def status(project: Project) -> str:
    return "\n".join(keeping_lines(load_settings(project.root), NOW.date()))


def on_disk(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every byte of every file, and of what is packed in workbooks."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        yield path, path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                yield from ((path, packed.read(name)) for name in packed.namelist())


def holding(folder: Path, *values: str) -> list[str]:
    return [str(path) for path, data in on_disk(folder) if any(v.encode() in data for v in values)]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A real (not synthetic) programme under both keys, run once."""
    project = make(tmp_path_factory.mktemp("kept"))
    with under(KEYS):
        run(project)
        write_steward_files(load_settings(project.root), NOW.date())
        yield project


def ask(project: Project, query: str) -> list[tuple]:
    with open_current(load_settings(project.root)) as con:
        return con.execute(query).fetchall()


def test_nothing_readable_lies_in_landing_or_warehouse(kept: Project) -> None:
    data = kept.root / "data"
    for name in ("landing", "warehouse"):
        found = holding(data / name, *PEOPLE, *map(SECOND, PEOPLE), PARTNER_CASE, "end_of_sentence", "CZ064")
        assert found == [], name
    assert len(list((data / "landing" / "files").glob("*.age"))) == 7
    told = status(kept)
    for line in ("Landing: encrypted (7 files)", "Warehouse: encrypted (1 files)", "keyed a second time"):
        assert line in told
    assert stat.S_IMODE((data / "landing").stat().st_mode) == 0o700
    outcome, _ = run(kept)
    assert len(outcome.reused) == len(outcome.seconds)


def test_the_warehouse_holds_second_pseudonyms_and_the_partner_reads_its_own(kept: Project) -> None:
    assert {row[0] for row in ask(kept, "select person_id from core.person")} == set(map(SECOND, PEOPLE))
    for value, where in ((FORGOTTEN, []), (SECOND(FORGOTTEN), [".duckdb"])):
        found = [path.suffix for path in mentions(load_settings(kept.root), {value})]
        assert [suffix for suffix in found if suffix == ".duckdb"] == where
    pages = (kept.root / "data" / "validated" / "feedback" / "helpers").glob("*.html")
    text = "".join(page.read_text("utf-8") for page in pages)
    assert UNBORN in text
    assert SECOND(UNBORN) not in text


def test_withdrawn_consent_leaves_everything_and_asks(kept: Project) -> None:
    second = SECOND(WITHDRAWN)
    for name in ("outcomes.cohort_member", "outcomes.activity", "outcomes.follow_up", 'core."case"', "core.service"):
        assert ask(kept, f"select count(*) from {name} as t where contains(t::varchar, '{second}')") == [(0,)], name
    assert ask(kept, "select count(*) from core.service where case_id = 'c1'") == [(0,)]
    assert "Consent withdrawn: 1 people, left out of everything; 1 wait" in status(kept)
    assert "Consent withdrawn in refused rows: 1 people, NOT left out" in status(kept)
    steward = kept.root / "data" / "validated" / "steward" / "withdrawn_consent.csv"
    mark, person, *_ = steward.read_text("utf-8").splitlines()[1].split(",")
    assert person == second
    decision = 'decision = "keep_excluded"\nreason = "asked"\nowner = "a"\nexpires = 2099-01-01\n'
    (kept.root / "decisions.toml").write_text(f'[[withdrawal]]\nperson = "{mark}"\n{decision}', "utf-8")
    assert "0 wait for a decision" in status(kept)
    (kept.root / "decisions.toml").unlink()


def test_how_rare_people_are_is_told_by_delivery(kept: Project) -> None:
    rows = {row["partner"]: row for row in rare_people(load_settings(kept.root))}
    assert (rows["custody"]["rows"], rows["custody"]["rows_below_5"]) == (42, 4)
    assert (rows["helpers"]["percent_below_5"], rows["helpers"]["smallest_k"]) == (0.0, 42)


def test_a_wrong_key_is_one_sentence(kept: Project) -> None:
    settings = load_settings(kept.root)
    with under(KEYS | {AT_REST: hashlib.sha256(b"other").hexdigest()}):
        with pytest.raises(WrongKeyError, match="does not open with the key at rest"):
            Programme(settings)
        with pytest.raises(WrongKeyError, match="does not open with the key at rest"):
            landing.erasure.read_delivery(settings, landing.receipts(settings)[0])
    with under({PIPELINE: KEYS[PIPELINE]}), pytest.raises(WrongKeyError, match="no key at rest is set"):
        export_stage(settings, "core", kept.root / "x")


def test_a_person_is_forgotten_everywhere(kept: Project) -> None:
    settings, data = load_settings(kept.root), kept.root / "data"
    export_stage(settings, "validated", data / "exported")
    audit.append(settings, {"command": "export", "options": {"to": str(data / "exported")}}, at=NOW)
    assert holding(data / "exported", SECOND(FORGOTTEN))
    assert not holding(data / "exported", SECOND(WITHDRAWN))
    with pytest.raises(InputError, match="say why without"):
        forget(settings, FORGOTTEN, f"asked by {FORGOTTEN}", at=NOW, reporter=Told())
    told = forget(settings, FORGOTTEN, "asked in writing", at=LATER, reporter=Told())
    assert (told.deliveries, told.rows, told.left) == (2, 5, ())
    assert "The warehouse was made anew" in told.rebuilt
    gone = (FORGOTTEN, SECOND(FORGOTTEN), PARTNER_CASE)
    assert holding(data, *gone) == []
    store = landing.open_store(settings)
    assert not any(value.encode() in store.read(path.stem) for path in store.sealed() for value in gone)
    persons = {row[0] for row in ask(kept, "select person_id from core.person")}
    assert persons == set(map(SECOND, PEOPLE)) - {SECOND(FORGOTTEN)}
    assert ask(kept, "select count(*) from validated.delivery where verdict = 'accepted'") == [(2,)]
    outcome, _ = run(kept)  # the inbox still holds the old files
    assert len(outcome.reused) == len(outcome.seconds)
    assert holding(data, *gone) == []
    assert [e["outcome"] for e in audit.entries(settings) if e["command"] == "forget"] == ["begun", "done"]
    assert audit.verify(settings).broken is None
    assert landing.lost_since(settings, LATER.date()) == []  # on that day it was known so already
    assert landing.lost_since(settings, LATER.date(), after=NOW) != []  # unless it was released earlier that day
    (line,) = landing.lost_since(settings, NOW.date())
    assert "from 2 deliveries known on 2023-09-01" in line


def test_what_was_exported_is_not_keyed_twice(kept: Project, tmp_path: Path) -> None:
    native = tmp_path / "native"
    export_stage(load_settings(kept.root), "validated", native)
    assert {stat.S_IMODE(p.stat().st_mode) for p in native.rglob("*.*") if p.is_file()} == {0o600}
    project = Project(tmp_path / "second")
    project.root.mkdir()
    text = "".join(member(project.root, p.name, p) for p in sorted(native.iterdir()))
    (project.root / "throughcare.toml").write_text(text, "utf-8")
    settings = load_settings(project.root)
    flow.pull(settings, Run(Quarter(2023, 2), NOW), Told())
    inputs = flow.with_inputs(settings, Run(Quarter(2023, 2), NOW))
    assert inputs.keyed == fingerprint(PIPELINE_KEY)
    with open_for_run(settings, "r") as con:
        landing.load(con, settings, inputs)
        landed = con.execute("select cells::varchar from landing.record").fetchall()
    left = "\n".join(row[0] for row in landed)
    assert all(SECOND(person) in left for person in OTHERS)
    with under(KEYS | {PIPELINE: hashlib.sha256(b"new").hexdigest()}):
        assert flow.with_inputs(settings, inputs).keyed == inputs.keyed  # all in one form: nothing is keyed
        write(project.root / "more", "more", {"person": "person_id,sex\n" + UNBORN + ",male\n"})
        text += member(project.root, "more", project.root / "more")
        (project.root / "throughcare.toml").write_text(text, "utf-8")
        settings = load_settings(project.root)
        flow.pull(settings, Run(Quarter(2023, 2), NOW), Told())
        with pytest.raises(SettingsError, match="same person would be two"):
            flow.with_inputs(settings, inputs)


def test_time_runs_out(tmp_path: Path) -> None:
    with under({}):
        destroy_what_has_run_out(tmp_path)


def destroy_what_has_run_out(tmp_path: Path) -> None:
    project = make(tmp_path, synthetic=True, until="2034-12-31")
    settings = load_settings(project.root)
    flow.pull(settings, Run(Quarter(2023, 2), NOW), Told())
    assert "NOT encrypted" in status(project)
    assert purge(settings, date(2034, 12, 31), at=NOW, reporter=Told()).lines() == ["Nothing has run out."]
    told = "\n".join(purge(settings, date(2035, 1, 1), at=NOW, reporter=Told()).lines())
    assert told.count("destroyed, it might be kept until 2034-12-31") == 2
    assert list((tmp_path / "data" / "landing" / "files").iterdir()) == []
    assert holding(tmp_path / "data", FORGOTTEN, PARTNER_CASE) == []
    assert sorted(p.partner for p in landing.purged(settings)) == ["custody", "helpers"]
    assert "had to be destroyed" in landing.lost_since(settings, NOW.date())[0]
    assert [e["outcome"] for e in audit.entries(settings)] == ["begun", "done"]
