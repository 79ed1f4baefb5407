"""Lists that are the same for every run, as rows that the SQL reads; `sql/registry.sql` says what a row is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.model.codes import code_lists
from pipeline.outcomes.define_access import FIRST_STAGES, LATER_STAGES, path_steps
from pipeline.outcomes.define_continuity import BANDS
from pipeline.outcomes.instruments import item_rows, scale_rows
from pipeline.outcomes.tdi import category_rows

CAUSES = ("new_offence", "earlier_offence", "revocation", "conversion", "not_known")


def code_rows() -> Mapping[str, Sequence[Sequence[object]]]:
    """Rows by table."""
    return {
        "service_domain": _domains(),
        "cause": [(cause,) for cause in CAUSES],
        "death_band": [(f"days_{first}_{last}", first, last) for first, last in BANDS],
        "path_step": [(measure, *step) for measure in FIRST_STAGES for step in path_steps(measure)],
        "path_stage": [*FIRST_STAGES.values(), *LATER_STAGES],
        "instrument_scale": list(scale_rows()),
        "instrument_item": list(item_rows()),
        "tdi_category": list(category_rows()),
        "living_code": list(_living_codes()),
    }


def _domains() -> list[tuple[str, str]]:
    codes = code_lists()["service_code"].codes.values()
    return sorted((c.code, c.extra.get("domain", "")) for c in codes)


def _living_codes() -> Iterator[tuple[str, str, str]]:
    """What each code of housing and work says: stable, unstable or unknown (also where it does not say, as prison)."""
    for side, name in (("housing", "housing"), ("work", "labour")):
        for code in code_lists()[name].codes.values():
            yield side, code.code, code.extra.get("state") or "unknown"
