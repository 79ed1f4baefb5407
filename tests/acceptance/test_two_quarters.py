"""Two quarters of one project, one after the other as a user releases them, and the second computed again."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.disclosure import open_bundle
from tests.acceptance.conftest import Project

pytestmark = pytest.mark.slow

HEAD = "stay_id,person_id,prison,admission_date,admission_reason,release_date,release_reason,drug_user"
SIDECAR = """partner = "custody"
extract_date = {extract}
period_from = 2019-01-01
period_to = {extract}
kind = "full"
lawful_basis = "agreement"
keep_until = 2033-12-31
synthetic = true
"""
PEOPLE = 150
FIRST, SECOND = date(2023, 1, 31), date(2023, 4, 30)


def stays(extract: date) -> list[str]:
    """What custody knows on a day: releases from 2021 on, every third person back within 15 months at most."""
    rows = []
    for n in range(PEOPLE):
        released = date(2021, 3, 1) + timedelta(days=n * 733 % 760)
        back = released + timedelta(days=20 + n * 37 % 430)
        prison = ("brno", "praha_pankrac", "jirice")[n % 3]
        for number, (begun, ended) in enumerate(((released - timedelta(days=300), released), (back, None))):
            if begun <= extract and (number == 0 or n % 3 == 0):
                out = f"{ended},end_of_sentence" if ended and ended <= extract else ","
                rows.append(f"s{n}.{number},p{n:03},{prison},{begun},new_sentence,{out},yes")
    return rows


def deliver(project: Project, extract: date) -> None:
    """The whole of custody once more, as of a later day."""
    folder = project.root / "deliveries" / f"{extract:%Y-%m}"
    folder.mkdir(parents=True)
    (folder / "delivery.toml").write_text(SIDECAR.format(extract=extract), "utf-8")
    (folder / "custody_stay.csv").write_text("\n".join([HEAD, *stays(extract)]) + "\n", "utf-8")
    people = "".join(f"p{n:03},male\n" for n in range(PEOPLE))
    (folder / "person.csv").write_text(f"person_id,sex\n{people}", "utf-8")


def done(project: Project, *command: str) -> str:
    """What a command printed, which must have ended well."""
    ended = project.call(*command)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_second_quarter_is_released_after_the_first_and_can_be_computed_again(tmp_path: Path) -> None:
    (tmp_path / "custody.toml").write_text('partner = "custody"\ntitle = "custody"\nformat = "native"\n', "utf-8")
    settings = '[partners.custody]\nlocation = "deliveries"\ncontract = "custody.toml"\n'
    (tmp_path / "throughcare.toml").write_text(settings, "utf-8")
    project, bundles = Project(tmp_path), []
    for quarter, extract in (("2022Q4", FIRST), ("2023Q1", SECOND)):
        deliver(project, extract)
        done(project, "run", "--quarter", quarter)
        bundles.append(done(project, "release", "--quarter", quarter, "--checked-by", "tester").split()[-1])
    changes = {change["why"] for change in open_bundle(tmp_path / bundles[1]).changes}
    assert changes == {"refreshed", "few_moved", "calendar"}
    again = project.call("backtest", "--quarter", "2023Q1")
    assert (again.returncode, again.stderr.endswith("0 differ.\n")) == (0, True), again.stderr
