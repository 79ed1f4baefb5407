"""Numbers in texts that are no results: levels of certainty, settings of the release, the primary windows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pipeline.publication.cite import setting
from pipeline.publication.numbers import format_decimal

PRIMARY = (("contact_made", "7"), ("treatment_started", "21"))
"""The two primary outcomes with their windows in days, fixed before any data."""
LEVEL, OUTER_LEVEL, POWER = 95, 99.8, 80
"""Per cent: of intervals and inner limits, of outer limits, and the power of a smallest detectable difference."""
OF_PROFILE = ("minimum_denominator", "full_denominator", "coarse_percent")
"""Settings of the disclosure profile that sentences name."""


def constants(profile: Mapping[str, object], language: str, *, tagged: bool = True) -> dict[str, str]:
    """Placeholder of a sentence → its number, tagged with its name unless the text is for a spreadsheet."""
    return _constants(tuple(str(profile.get(name, "")) for name in OF_PROFILE), language, tagged)


@cache
def _constants(of_profile: tuple[str, ...], language: str, tagged: bool) -> dict[str, str]:
    found = {"level": str(LEVEL), "outer_level": format_decimal(OUTER_LEVEL, language, digits=1), "power": str(POWER)}
    found |= {f"{measure}_window": window for measure, window in PRIMARY}
    found |= dict(zip(OF_PROFILE, of_profile, strict=True))
    return {name: setting(value, name) if tagged else value for name, value in found.items()}
