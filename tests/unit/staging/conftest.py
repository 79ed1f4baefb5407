"""A staging run over landing tables written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import PartnerSettings, Settings
from pipeline.staging import stage
from tests.unit.staging.landed import LANDING, Sent, Stage, Staged, land


@pytest.fixture
def staged(tmp_path: Path) -> Stage:
    """Stage sheets by a contract given as TOML text (or a built-in partner's name)."""

    def run(contract: str, *sheets: Sent, partner: str = "ninth", tables: Sequence[str] = ()) -> Staged:
        own = None
        if "\n" in contract:
            own = tmp_path / "ninth.toml"
            own.write_text(f'partner = "{partner}"\ntitle = "A ninth partner"\n{contract}', "utf-8")
        settings = Settings(
            root=tmp_path, data=tmp_path / "data", partners={partner: PartnerSettings(location="x", contract=own)}
        )
        con = duckdb.connect()
        con.execute(LANDING)
        land(con, partner, sheets, tables)
        con.execute("begin")
        counts = stage(con, settings, Run(Quarter(2023, 2), datetime(2023, 8, 15)))
        con.execute("commit")
        return Staged(con, counts)

    return run
