"""A project with one made-up partner: its contract, its inbox, and the way from there to landing."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.landing import LandingReport, land, load, receipts
from pipeline.periods import Quarter
from pipeline.run import Input, Run
from pipeline.settings import PartnerSettings, Settings
from pipeline.sources import Contract, Delivery, load_contract, pull
from pipeline.warehouse import open_run

STARTED = datetime(2023, 8, 1, 9, 30)
SIDECAR = """partner = "example"
extract_date = 2023-07-31
period_from = 2021-01-01
period_to = 2023-07-31
kind = "full"
lawful_basis = "consent"
keep_until = 2030-12-31
"""
CSV_RULES = '[read]\nencoding = ["cp1250", "iso-8859-2"]\ndelimiter = ";"\n'


def contract_text(
    kind: str, *, pattern: str = "*", sheet: str = "", header_row: int = 1, total: str = "", extra: str = CSV_RULES
) -> str:
    last = f"total = {{ text = '{total}', count = 2 }}\n" if total else ""
    return (
        f'partner = "example"\ntitle = "Example"\nformat = "{kind}"\n{extra}\n[[file]]\nname = "people"\n'
        f'pattern = "{pattern}"\nsheet = "{sheet}"\nheader_row = {header_row}\n{last}'
        '[[file.produces]]\ntable = "person"\n[file.produces.columns]\nperson_id = "kód"\n'
        'sex = { from = "pohlaví", codes = { "muž" = "male", "žena" = "female" } }\n'
    )


@dataclass
class Project:
    root: Path
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        self.inbox.mkdir(parents=True)
        self.settings = Settings(
            root=self.root,
            data=self.root / "data",
            partners={"example": PartnerSettings(location="inbox", contract=Path("example.toml"))},
        )
        self.write_contract(contract_text("csv"))

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def contract(self) -> Contract:
        return load_contract(self.settings, "example")

    def write_contract(self, text: str) -> None:
        (self.root / "example.toml").write_text(text, "utf-8")

    def deliver(self, files: dict[str, bytes], *, folder: str = "2023-07-31", sidecar: str | None = SIDECAR) -> Path:
        target = self.inbox / folder
        target.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(data)
        if sidecar is not None:
            (target / "delivery.toml").write_text(sidecar, "utf-8")
        return target

    def pull(self) -> list[Delivery]:
        return pull(self.settings, started_at=STARTED)

    def land(self, *, at: datetime = STARTED) -> LandingReport:
        return land(self.settings, self.pull(), started_at=at)

    def refusal(self) -> tuple[str, str]:
        """Rule and text of the one refused delivery; nothing of it may have been kept."""
        report = self.land()
        assert [d.state for d in report.deliveries] == ["refused"]
        assert receipts(self.settings) == []
        assert not list((self.settings.data / "landing").glob("files/*"))
        return report.refused[0].rule_id, report.refused[0].sentence()

    def rows(self, query: str) -> list[tuple]:
        """Land, load into a new warehouse and ask."""
        report = self.land()
        assert not report.refused, report.lines()
        inputs = tuple(Input(r.partner, r.delivery_id, r.sha256) for r in receipts(self.settings))
        run = Run(quarter=Quarter(2023, 2), started_at=STARTED, inputs=inputs)
        con = open_run(self.settings.folder("warehouse"), run.run_id)
        try:
            load(con, self.settings, run)
            return con.execute(query).fetchall()
        finally:
            con.close()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


@pytest.fixture
def rules():
    return contract_text


def zipped(members: dict[str, bytes], *, comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture
def make_zip():
    return zipped


@pytest.fixture
def make_workbook():
    def workbook(sheets: dict[str, list[list[object]]], *, comment: str = "") -> bytes:
        import xlsxwriter

        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if comment:
                sheet.write_comment(0, 0, comment)
        book.close()
        return buffer.getvalue()

    return workbook
