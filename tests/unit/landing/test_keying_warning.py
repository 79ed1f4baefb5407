"""Real deliveries without a pipeline key are used, and that is said."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline.keys import PIPELINE
from pipeline.landing import Receipt, unkeyed_warning
from pipeline.settings import Settings

BASE = Receipt(
    delivery_id="d", partner="partner_xx", extract_date=date(2023, 7, 31), period_from=date(2023, 1, 1),
    period_to=date(2023, 6, 30), kind="full", tables=(), prisons=(), lawful_basis="x", keep_until=date(2030, 1, 1),
    received_at=datetime(2023, 8, 1), synthetic=False, sha256="0", contract="c", files=(), keyed="",
)  # fmt: skip


def test_it_is_said_unless_there_is_a_key_or_the_data_are_made_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    settings = Settings(root=tmp_path, data=tmp_path)
    monkeypatch.delenv(PIPELINE, raising=False)
    assert "there is no pipeline key" in unkeyed_warning(settings, [BASE])
    assert unkeyed_warning(settings, [replace(BASE, synthetic=True)]) == ""
    assert unkeyed_warning(settings, [replace(BASE, keyed="ABCDEFGH")]) == ""  # exported by us, keyed already
    monkeypatch.setenv(PIPELINE, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
    assert unkeyed_warning(settings, [BASE]) == ""
