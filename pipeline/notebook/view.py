"""What every view of a finished run has: its settings, its read-only warehouse, and words for a mistake."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError
from pipeline.settings import Settings
from pipeline.warehouse import Connection, open_current

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.outcomes import Measure


class View:
    """One finished run, opened read-only. Raises SettingsError when no run has finished there."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._con: Connection = open_current(settings)

    def sql(self, query: str, parameters: list[Any] | None = None) -> pd.DataFrame:
        """Any query over the stages' schemas, as a frame."""
        return self._con.execute(query, parameters or []).df()

    def _known(self, measure: str) -> Measure:
        """The definition of a measure that was counted; raises SettingsError for another."""
        from pipeline.outcomes import read_declared

        counted = self._distinct("measure", "outcomes.measure_cell")
        if measure not in counted:
            raise SettingsError(wrong("measure", measure, counted) + " programme.measures() explains them.")
        return read_declared(self.settings.root).all_measures[measure]

    def _distinct(self, column: str, table: str, measure: str | None = None) -> list[Any]:
        rows = self._con.execute(
            f"select distinct {column} from {table} where {column} is not null"
            + (" and measure = ?" if measure else "") + " order by 1", [measure] if measure else []
        ).fetchall()  # fmt: skip
        return [value for (value,) in rows]


def wrong(what: str, given: object, known: Iterable[object]) -> str:
    """The sentence for a word that is not among those known, with the nearest and all of them."""
    words = [str(word) for word in known]
    return f"There is no {what} '{given}'{near(str(given), words)}. Choose from: {', '.join(words)}."


def near(given: str, known: Iterable[str]) -> str:
    """' (did you mean …?)' for a word like one of those known, else ''."""
    from pipeline.outcomes import nearest

    return nearest(given, known)
