"""Hypothesis tries the same examples every time; `HYPOTHESIS_PROFILE=default` searches anew, by hand."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("steady", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
