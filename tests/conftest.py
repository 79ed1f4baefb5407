"""Hypothesis tries the same examples every time; `HYPOTHESIS_PROFILE=default` searches anew, by hand."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("steady", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
LONG = (
    "test_line",
    "test_publication",
    "test_engines",
    "test_measures_twin",
    "test_versions",
    "test_screen_planted",
    "test_spells_twin",
    "test_keeping",
    "test_planted_rates",
)
"""Files of a minute or more begin first, so that at the end no worker waits for another's."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))
